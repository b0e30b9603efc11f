from django.urls import path

from leads.doors.api import views
from leads.doors.api.admittance import hooks_write, tokens_read, tokens_write
from leads.doors.api.resources import RESOURCES
from leads.doors.hooks.views import receive
from smarketing.accounts.access import anyone

app_name = "api"
urlpatterns = [
    *(
        path(f"{name}/", tokens_write(views.RecordList.as_view(resource=one)), name=name)
        for name, one in RESOURCES.items()
    ),
    *(
        path(f"{name}/<path:external_id>/", tokens_read(views.OneRecord.as_view(resource=one)), name=f"{name}_one")
        for name, one in RESOURCES.items()
    ),
    path("hooks/<slug:address>/", hooks_write(receive), name="hook"),
    path("schema/", anyone(views.schema), name="schema"),
    path("<path:rest>", anyone(views.nothing), name="nothing"),
]
