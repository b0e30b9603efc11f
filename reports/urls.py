from django.urls import path, re_path

from reports.pages import files, strike_pages, views
from reports.pages.register import PAGES

app_name = "reports"
FILES = "|".join([*PAGES, "records"])
urlpatterns = [
    path("", views.home, name="home"),
    path("scorecard/", views.scorecards, name="scorecards"),
    *(path(f"<slug:slug>/{page}/", views.report, {"page": page}, name=page) for page in PAGES),
    path("<slug:slug>/strikes/<int:pk>/", strike_pages.root_cause, name="root_cause"),
    path("<slug:slug>/strikes/owed/<int:pk>/", strike_pages.settle_owed, name="settle_owed"),
    path("<slug:slug>/strikes/again/<int:pk>/", strike_pages.judge_again, name="judge_again"),
    path("<slug:slug>/records/", views.records_behind, name="records"),
    re_path(rf"^(?P<slug>[-\w]+)/(?P<page>{FILES})\.(?P<form>json|csv)$", files.data, name="data"),
]
