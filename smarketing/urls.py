from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from smarketing.accounts.access import administrators, anyone
from smarketing.roof import views, waiting

handler403 = "smarketing.roof.refusals.refused"
handler429 = "smarketing.roof.views.too_many_tries"
handler500 = "smarketing.server.unavailable.failed"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("language/", views.set_language, name="set_language"),
    path("waiting/", waiting.waiting, name="waiting"),
    path("waiting/<slug:slug>/", waiting.waiting_in, name="waiting_in"),
    path("words/", views.words, name="words"),
    path("profile/", views.profile, name="profile"),
    path("styleguide/", views.styleguide, name="styleguide"),
    path("agreements/", include("agreements.urls")),
    path("agreements/", include("leads.ledger_urls")),
    path("agreements/", include("leads.exception_urls")),
    path("reports/", include("reports.urls")),
    path("api/", include("leads.doors.api.urls")),
    path("leads/", include("leads.urls")),
    path("people/", include("smarketing.roof.people.urls")),
    path("files/", include("smarketing.exports.urls")),
    path("accounts/", include(anyone.include(views.account_urls()))),
    path("admin/", include((administrators.include(admin.site.urls[0]), "admin"), namespace="admin")),
]
