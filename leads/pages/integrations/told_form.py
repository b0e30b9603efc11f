from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement
from leads.doors.api.resources import right_for
from leads.doors.api.tokens import check_make
from leads.doors.telling.calling import NotAllowed, check_address
from leads.doors.telling.keeping import ABOUT
from smarketing.accounts.access import Access
from smarketing.accounts.rights import Verb
from smarketing.lib.choosing import OneRow

PROBLEMS = {
    "no_address": _("This is no address that can be called."),
    "no_https": _("The address has to begin with https://."),
    "private_address": _("This address is not a public one. Whoever runs the portal can allow it (WEB_HOOK_HOSTS)."),
    "no_host": _("There is no such host."),
    "no_answer": _("Nobody answered."),
}


class OutHookForm(forms.Form):
    name = forms.CharField(label=_("System"), max_length=100, help_text=_("Who is told."))
    url = forms.CharField(label=_("Address"), max_length=500, widget=forms.URLInput)
    agreement = OneRow(Agreement.objects.none(), label=_("Agreement"))
    news = forms.MultipleChoiceField(label=_("It is told when"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, access: Access, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._access = access
        agreement: Any = self.fields["agreement"]
        agreement.queryset = Agreement.objects.granted(access, Verb.INTEGRATE)
        news: Any = self.fields["news"]
        news.choices = [(one, one.label) for one in ABOUT if right_for(_scope(one)) in access.verbs]
        self.helper = FormHelper()
        self.helper.form_tag = False

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        try:
            check_address(url)
        except NotAllowed as refusal:
            raise ValidationError(PROBLEMS[refusal.code], code=refusal.code) from refusal
        return url

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = self.cleaned_data
        if said.get("news") and said.get("agreement"):
            try:
                check_make(self._access, {_scope(kind) for kind in said["news"]}, [said["agreement"]])
            except PermissionDenied:
                self.add_error("news", _("You may not read all of this in this agreement yourself."))
        return said


def _scope(kind: str) -> str:
    return f"{ABOUT[kind]}:read"  # type: ignore[index]  # its keys are texts
