"""The filter of the queue: whose, which agreement, which clock."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agreements.models import Agreement
from leads.clock import rule
from leads.enums import OUTSIDE, OUTSIDE_WORDS
from leads.work.queue import FOLLOWED_UP, MINE, TEAM, UNASSIGNED, QueueCounts
from smarketing.accounts.access import Access
from smarketing.lib.choosing import OneRow
from smarketing.lib.paging import address

COUNTED = {
    rule.OVERDUE: _("Overdue"),
    rule.DUE_SOON: _("Due soon"),
    rule.RUNNING: pgettext_lazy("clock", "Running"),
    rule.NONE: _("No promise"),
    FOLLOWED_UP: _("Followed up, still open"),
}


class QueueFilter(forms.Form):
    whose = forms.ChoiceField(
        label=_("Whose"),
        required=False,
        choices=[
            ("", _("Mine and unassigned")),
            (MINE, _("Mine")),
            (UNASSIGNED, _("Unassigned")),
            (TEAM, _("The whole team")),
        ],
    )
    agreement = OneRow(
        label=_("Agreement"),
        required=False,
        queryset=Agreement.objects.none(),
        to_field_name="slug",
        empty_label=_("All"),
    )
    criteria = forms.ChoiceField(
        label=_("Criteria"), required=False, choices=[("", _("All")), (OUTSIDE, OUTSIDE_WORDS)]
    )
    clock = forms.ChoiceField(
        required=False, choices=[(name, name) for name in ("", *COUNTED)], widget=forms.HiddenInput
    )

    def __init__(self, data: QueryDict, *, access: Access) -> None:
        super().__init__(data, auto_id="queue-%s")
        choice = self.fields["agreement"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = own = Agreement.objects.sold_by(access)
        if own.count() < 2:
            del self.fields["agreement"]

    def asked(self) -> "QueueAsked":
        """What makes no sense is as if it was not asked."""
        self.is_valid()
        values = self.cleaned_data
        return QueueAsked(
            values.get("whose") or "", values.get("agreement"), values.get("clock") or "", bool(values.get("criteria"))
        )


@dataclass(frozen=True)
class QueueAsked:
    whose: str
    agreement: Agreement | None
    clock: str
    is_outside: bool

    @property
    def is_filtered(self) -> bool:
        return bool(self.whose or self.agreement or self.clock or self.is_outside)

    def total(self, counts: QueueCounts) -> int:
        found: int = getattr(counts, self.clock or "all")
        return found

    def tiles(self, counts: QueueCounts, params: QueryDict) -> list[dict[str, Any]]:
        """The counts above the list; each is a link to what it counts, and back to all."""
        return [
            {
                "name": name,
                "label": label,
                "count": getattr(counts, name),
                "is_current": self.clock == name,
                "url": address(params, clock=None if self.clock == name else name),
            }
            for name, label in COUNTED.items()
            if name != rule.NONE or counts.none or self.clock == name
        ]
