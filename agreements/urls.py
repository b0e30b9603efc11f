from django.urls import path

from agreements.pages import friction, signing
from agreements.pages.guided import step_page
from agreements.pages.months import answering, calculate, stated, year
from agreements.pages.reading import read
from agreements.pages.writing import begin, kept, write

app_name = "agreements"
urlpatterns = [
    path("", read.agreement_list, name="list"),
    path("begin/", begin.begin, name="begin"),
    path("begin/<slug:key>/", begin.begin_from, name="begin_from"),
    path("begin/<slug:key>/copy/", kept.copy, name="copy_template"),
    path("begin/<slug:key>/change/", kept.change, name="change_template"),
    path("begin/<slug:key>/delete/", kept.delete, name="delete_template"),
    path("new/", write.new, name="new"),
    path("load/", write.load, name="load"),
    path("waiting/", read.waiting_count, name="waiting_count"),
    path("<slug:slug>/", read.detail, name="detail"),
    path("<slug:slug>/template/", kept.copy_agreement, name="make_template"),
    path("<slug:slug>/edit/", write.edit, name="edit"),
    path("<slug:slug>/draft/", write.draft, name="draft"),
    path("<slug:slug>/steps/", step_page.open_steps, name="open_steps"),
    path("<slug:slug>/steps/<slug:key>/", step_page.step, name="step"),
    path("<slug:slug>/year/", year.year, name="year"),
    path("<slug:slug>/year/plan/", year.plan_year, name="plan_year"),
    path("<slug:slug>/targets/", calculate.calculator, name="calculator"),
    path("<slug:slug>/targets/agree/", calculate.agree, name="agree"),
    path("<slug:slug>/targets/answer/", answering.answer_all, name="answer_targets"),
    path("<slug:slug>/targets/<int:pk>/accept/", answering.accept, name="accept_target"),
    path("<slug:slug>/targets/<int:pk>/decline/", answering.decline, name="decline_target"),
    path("<slug:slug>/stated/", stated.stated, name="stated"),
    path("<slug:slug>/stated/<int:pk>/object/", stated.object_to_figure, name="object"),
    path("<slug:slug>/pdf/", read.pdf, name="pdf"),
    path("<slug:slug>/versions/", signing.version_list, name="versions"),
    path("<slug:slug>/versions/<int:pk>/", signing.version, name="version"),
    path("<slug:slug>/versions/<int:pk>/settle/", signing.settle, name="settle"),
    path("<slug:slug>/end/", signing.cancel, name="cancel"),
    path("<slug:slug>/friction/", friction.report_list, name="friction"),
    path("<slug:slug>/friction/<int:pk>/", friction.report, name="friction_report"),
    path("<slug:slug>/toml/", read.toml, name="toml"),
]
