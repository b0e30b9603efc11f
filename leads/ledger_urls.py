from django.urls import URLPattern, path

from leads.pages.ledger import ledger_page

app_name = "ledger"
urlpatterns: list[URLPattern] = [
    path("<slug:slug>/ledger/", ledger_page.ledger, name="ledger"),
    path("<slug:slug>/ledger/correct/", ledger_page.correct, name="correct"),
    path("<slug:slug>/ledger/totals/", ledger_page.totals, name="totals"),
    path("<slug:slug>/ledger/settings/", ledger_page.settings, name="settings"),
]
