from django.urls import path

from agreements.pages import calculate as calculating
from agreements.pages import read as reading
from agreements.pages import write as writing

app_name = "agreements"
urlpatterns = [
    path("", reading.agreement_list, name="list"),
    path("new/", writing.new, name="new"),
    path("load/", writing.load, name="load"),
    path("<slug:slug>/", reading.detail, name="detail"),
    path("<slug:slug>/edit/", writing.edit, name="edit"),
    path("<slug:slug>/targets/", calculating.calculator, name="calculator"),
    path("<slug:slug>/targets/agree/", calculating.agree, name="agree"),
    path("<slug:slug>/targets/<int:pk>/accept/", calculating.accept, name="accept_target"),
    path("<slug:slug>/targets/<int:pk>/decline/", calculating.decline, name="decline_target"),
    path("<slug:slug>/drafts/<int:pk>/", writing.settle_draft, name="draft"),
    path("<slug:slug>/toml/", reading.toml, name="toml"),
]
