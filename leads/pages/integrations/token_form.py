from datetime import datetime, timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement
from leads.doors.api.resources import SCOPES, right_for
from leads.doors.api.tokens import check_make
from smarketing.accounts.access import Access
from smarketing.accounts.rights import Verb
from smarketing.lib.choosing import SomeRows

DAYS = (("", _("until it is revoked")), ("30", _("30 days")), ("90", _("90 days")), ("365", _("a year")))


class TokenForm(forms.Form):
    name = forms.CharField(label=_("Integration"), max_length=100, help_text=_("The program that uses the token."))
    agreements = SomeRows(Agreement.objects.none(), label=_("Agreements"), widget=forms.CheckboxSelectMultiple)
    scopes = forms.MultipleChoiceField(label=_("It may"), widget=forms.CheckboxSelectMultiple)
    days = forms.ChoiceField(label=_("Valid"), choices=DAYS, required=False)

    def __init__(self, *args: Any, access: Access, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._access, self._at = access, at
        agreements: Any = self.fields["agreements"]
        agreements.queryset = Agreement.objects.granted(access, Verb.INTEGRATE)
        scopes: Any = self.fields["scopes"]
        scopes.choices = [(scope, scope_words(scope)) for scope in SCOPES if right_for(scope) in access.verbs]
        self.helper = FormHelper()
        self.helper.form_tag = False

    @property
    def expires_at(self) -> datetime | None:
        days = self.cleaned_data["days"]
        return self._at + timedelta(days=int(days)) if days else None

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = self.cleaned_data
        if said.get("scopes") and said.get("agreements"):
            try:
                check_make(self._access, said["scopes"], said["agreements"])
            except PermissionDenied:
                self.add_error("scopes", _("You may not do all of this in each of these agreements yourself."))
        return said


READS = {
    "leads": _("read leads, with names, addresses and telephone numbers"),
    "handoffs": _("read handoffs"),
    "attempts": _("read attempts, with their notes"),
    "deals": _("read deals"),
    "inquiries": _("read inquiries, with what was asked"),
}
WRITES = {
    "leads": _("send leads"),
    "handoffs": _("send handoffs"),
    "attempts": _("send attempts"),
    "deals": _("send deals"),
    "inquiries": _("send inquiries, also of people who are not known yet"),
}


def scope_words(scope: str) -> str:
    name, _colon, way = scope.partition(":")
    return str((READS if way == "read" else WRITES)[name])
