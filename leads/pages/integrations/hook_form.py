from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement
from leads.doors.api.resources import right_for
from leads.doors.api.tokens import check_make
from leads.doors.hooks.keeping import scope_of
from leads.enums import HookKind
from smarketing.accounts.access import Access
from smarketing.accounts.rights import Verb
from smarketing.lib.choosing import OneRow


class HookForm(forms.Form):
    name = forms.CharField(label=_("Integration"), max_length=100, help_text=_("The system that calls."))
    kind = forms.ChoiceField(label=_("It sends"))
    agreement = OneRow(Agreement.objects.none(), label=_("Agreement"))
    source = forms.CharField(
        label=_("Source"),
        max_length=100,
        required=False,
        help_text=_("Of leads and inquiries that come without one."),
    )

    def __init__(self, *args: Any, access: Access, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._access = access
        agreement: Any = self.fields["agreement"]
        agreement.queryset = Agreement.objects.granted(access, Verb.INTEGRATE)
        kind: Any = self.fields["kind"]
        kind.choices = [(one, one.label) for one in HookKind if right_for(scope_of(one)) in access.verbs]
        self.helper = FormHelper()
        self.helper.form_tag = False

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = self.cleaned_data
        if said.get("kind") and said.get("agreement"):
            try:
                check_make(self._access, [scope_of(said["kind"])], [said["agreement"]])
            except PermissionDenied:
                self.add_error("kind", _("You may not do this in this agreement yourself."))
        return said
