from django.urls import path, re_path

from reports.pages import files, views
from reports.pages.register import PAGES
from reports.pages.reviews import calendar_pages, decision_pages, review_page
from reports.pages.strikes import settling

app_name = "reports"
FILES = "|".join([*PAGES, "records"])
urlpatterns = [
    path("", views.home, name="home"),
    path("scorecard/", views.scorecards, name="scorecards"),
    path("decisions/<int:pk>/", decision_pages.decision, name="decision"),
    path("calendar/", calendar_pages.address, name="calendar_address"),
    path("calendar/<str:token>.ics", calendar_pages.feed, name="calendar"),
    *(path(f"<slug:slug>/{page}/", views.report, {"page": page}, name=page) for page in PAGES),
    path("<slug:slug>/strikes/<int:pk>/", settling.root_cause, name="root_cause"),
    path("<slug:slug>/strikes/owed/<int:pk>/", settling.settle_owed, name="settle_owed"),
    path("<slug:slug>/strikes/again/<int:pk>/", settling.judge_again, name="judge_again"),
    path("<slug:slug>/reviews/", review_page.reviews, name="reviews"),
    path("<slug:slug>/reviews/summary/", decision_pages.reviews_of_agreement, name="reviews_summary"),
    path("<slug:slug>/reviews/<str:day>.ics", review_page.review_file, name="review_file"),
    path("<slug:slug>/reviews/<str:day>/", review_page.review, name="review"),
    path("<slug:slug>/records/", views.records_behind, name="records"),
    re_path(rf"^(?P<slug>[-\w]+)/(?P<page>{FILES})\.(?P<form>json|csv)$", files.data, name="data"),
]
