from django.urls import URLPattern, URLResolver, include, path

from leads.assignment_urls import absence_urls
from leads.pages import criteria
from leads.pages.finding import find
from leads.pages.handoff import attempt, close, excuse, handing_over
from leads.pages.integrations import api_page, hooks_page, tokens_page, told_page
from leads.pages.lead import comments, detail, export, list_page, merging, new_page
from leads.pages.queue import escalations, giving_away, inquiries, queue_page

app_name = "leads"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", list_page.lead_list, name="list"),
    path("new/", new_page.new, name="new"),
    path("new/known/", new_page.known, name="known"),
    path("export/", export.export, name="export"),
    path("find/", find, name="find"),
    path("queue/", queue_page.queue_page, name="queue"),
    path("inquiries/", inquiries.inquiries, name="inquiries"),
    path("inquiries/count/", inquiries.inquiry_count, name="inquiry_count"),
    path("escalations/", escalations.escalations, name="escalations"),
    path("escalations/count/", escalations.escalation_count, name="escalation_count"),
    path("escalations/seen/", escalations.seen, name="seen"),
    path("hand-over/", handing_over.hand_over, name="hand_over"),
    path("take-back/", handing_over.take_back, name="take_back"),
    path("criteria/<slug:slug>/", criteria.would_meet, name="would_meet"),
    path("tokens/", tokens_page.tokens, name="tokens"),
    path("tokens/api/", api_page.api_page, name="api"),
    path("tokens/<int:pk>/revoke/", tokens_page.revoke_token, name="revoke_token"),
    path("hooks/", hooks_page.hooks, name="hooks"),
    path("hooks/<int:pk>/", hooks_page.hook, name="hook"),
    path("hooks/<int:pk>/secret/", hooks_page.new_secret, name="new_secret"),
    path("hooks/<int:pk>/shut/", hooks_page.shut_hook, name="shut_hook"),
    path("told/", told_page.told, name="told"),
    path("told/<int:pk>/", told_page.told_one, name="told_one"),
    path("told/<int:pk>/secret/", told_page.told_secret, name="told_secret"),
    path("told/<int:pk>/stop/", told_page.told_stop, name="told_stop"),
    path("told/<int:pk>/test/", told_page.told_test, name="told_test"),
    path("told/deliveries/<int:pk>/again/", told_page.tell_again, name="tell_again"),
    path("imports/", include("leads.import_urls")),
    path("assignment/", include("leads.assignment_urls")),
    path("absences/", include(absence_urls)),
    path("<int:pk>/", detail.detail, name="detail"),
    path("<int:pk>/merge/<int:other>/", merging.merge_page, name="merge"),
    path("<int:pk>/not-same/", merging.not_same, name="not_same"),
    path("merges/<int:pk>/undo/", merging.undo, name="undo_merge"),
    path("<int:pk>/edit/", detail.edit, name="edit"),
    path("give-away/", giving_away.give_away, name="give_away"),
    path("give-back/", giving_away.take_from, name="give_back"),
    path("excuses/", excuse.excuses, name="excuses"),
    path("excuses/count/", excuse.excuse_count, name="excuse_count"),
    path("<int:pk>/excuse/", excuse.ask, name="ask_excuse"),
    path("clocks/<int:pk>/approve/", excuse.approve, name="approve_excuse"),
    path("clocks/<int:pk>/drop/", excuse.drop, name="drop_excuse"),
    path("handoffs/<int:pk>/tier/", detail.put_tier_right, name="put_tier_right"),
    path("handoffs/<int:pk>/assign/", handing_over.assign, name="assign"),
    path("handoffs/<int:pk>/accept/", handing_over.accept, name="accept"),
    path("handoffs/<int:pk>/unaccept/", handing_over.unaccept, name="unaccept"),
    path("handoffs/<int:pk>/return/", handing_over.send_back, name="send_back"),
    path("handoffs/<int:pk>/undo-return/", handing_over.undo_return, name="undo_return"),
    path("handoffs/<int:pk>/attempt/", attempt.attempt, name="attempt"),
    path("handoffs/<int:pk>/close/", close.close, name="close"),
    path("handoffs/<int:pk>/reopen/", close.reopen, name="reopen"),
    path("<int:pk>/comment/", comments.comment, name="comment"),
    path("comments/<int:pk>/withdraw/", comments.withdraw_comment, name="withdraw_comment"),
    path("attempts/<int:pk>/withdraw/", attempt.withdraw_attempt, name="withdraw"),
]
