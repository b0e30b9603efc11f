from django.urls import path

from leads.doors.api import views
from leads.doors.api.admittance import tokens_read, tokens_write
from leads.doors.api.resources import RESOURCES
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
    path("schema/", anyone(views.schema), name="schema"),
    path("<path:rest>", anyone(views.nothing), name="nothing"),
]
