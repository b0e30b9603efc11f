from django.urls import path, re_path

from reports.pages import files, views

app_name = "reports"
urlpatterns = [
    path("", views.home, name="home"),
    path("scorecard/", views.scorecards, name="scorecards"),
    path("<slug:slug>/volume/", views.volume, name="volume"),
    path("<slug:slug>/speed/", views.speed, name="speed"),
    path("<slug:slug>/depth/", views.depth, name="depth"),
    path("<slug:slug>/scorecard/", views.scorecard, name="scorecard"),
    path("<slug:slug>/records/", views.records_behind, name="records"),
    re_path(
        r"^(?P<slug>[-\w]+)/(?P<page>volume|speed|depth|scorecard|records)\.(?P<form>json|csv)$",
        files.data,
        name="data",
    ),
]
