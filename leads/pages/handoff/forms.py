"""Forms for what is done with a handoff; the lead itself has its form in `leads.pages.lead.form`."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _

from agreements.enums import DefaultReason
from agreements.pages.fields import NumberField
from leads.clock.explanation import ClockLine
from leads.enums import Channel, Direction, LossReason, Result, Verdict
from leads.models import Deal, Handoff
from leads.pages.fields import HalfOpenSelect, WallTimeField, instant
from leads.refusals import Refused
from leads.work.attempts import BeforeTheLead, InTheFuture
from leads.work.closing import BeforeTheHandoff
from leads.work.excusing import EXCUSABLE
from leads.work.handoffs import NoSuchReason, TooFewAttempts
from smarketing.accounts.models import User
from smarketing.lib.choosing import OneRow
from smarketing.lib.numbers import refuse_too_many_digits

MINUTE = timedelta(minutes=1)


class ActionForm(forms.Form):
    """The page brings the form element and its button. `beside` says which field a refusal is about."""

    beside: ClassVar[dict[type[Refused], str]] = {}

    def __init__(self, data: Any = None, *, handoff: Handoff, **kwargs: Any) -> None:
        # Several forms of one page, and of many rows, need ids of their own.
        kwargs.setdefault("auto_id", f"{type(self).__name__.lower()}-{handoff.pk}-%s")
        super().__init__(data, **kwargs)
        self.handoff = handoff
        for field in self.fields.values():
            if isinstance(field, WallTimeField):
                zone = handoff.agreement.time_zone.replace("_", " ")
                field.help_text = _("Empty means now. Time in %(zone)s.") % {"zone": zone}
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def refuse(self, reason: Refused) -> None:
        self.add_error(self.beside.get(type(reason)), str(reason))

    def _instant(self, wall: datetime | None) -> datetime | None:
        return instant(wall, self.handoff.agreement.time_zone) if wall else None


class AttemptForm(ActionForm):
    beside = {InTheFuture: "attempted_at", BeforeTheLead: "attempted_at"}
    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices, initial=Channel.PHONE)
    result = forms.ChoiceField(label=_("Result"), choices=Result.choices, initial=Result.NO_ANSWER)
    direction = forms.ChoiceField(
        label=_("Who made contact"),
        choices=[
            (Direction.OUTBOUND, _("We did")),
            (Direction.INBOUND, _("The lead did")),
        ],  # short: it is a narrow field
        initial=Direction.OUTBOUND,
        required=False,
    )
    attempted_at = WallTimeField(label=_("When"), required=False)
    note = forms.CharField(
        label=_("Note"), required=False, max_length=2000, widget=forms.Textarea({"rows": 2}), strip=True
    )

    def clean_attempted_at(self) -> datetime | None:
        """Typed to the minute: an attempt in the minute of the handoff did not come before it."""
        at, handed_at = self._instant(self.cleaned_data["attempted_at"]), self.handoff.handed_at
        return handed_at if at is not None and handed_at - MINUTE < at < handed_at else at


class CommentForm(forms.Form):
    text = forms.CharField(
        label=_("Comment"),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Marketing and sales read it, also people of an outside organisation."),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="comment-%s")
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


class TierForm(ActionForm):
    tier = forms.CharField(label=_("Tier"), max_length=60, required=False, strip=True)
    reason = forms.CharField(label=_("Reason"), max_length=300, strip=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tier"].initial = self.handoff.tier


class ExcuseForm(forms.Form):
    """For one of the breaches that nobody has asked to excuse yet."""

    clock = forms.ChoiceField(label=_("Missed"))
    reason = forms.CharField(label=_("Reason"), max_length=300, strip=True)

    def __init__(self, data: Any = None, *, lines: list[ClockLine]) -> None:
        super().__init__(data, auto_id="excuse-%s")
        asked = [one for one in lines if one.is_breached and one.clock.kind in EXCUSABLE and not one.clock.excuse]
        self.lines = {str(one.clock.pk): one for one in asked}
        choice = self.fields["clock"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(pk, one.name) for pk, one in self.lines.items()]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    @property
    def chosen(self) -> ClockLine:
        return self.lines[self.cleaned_data["clock"]]


class ReturnForm(ActionForm):
    beside = {TooFewAttempts: "reason", NoSuchReason: "reason"}
    reason = forms.ChoiceField(label=_("Reason"), widget=HalfOpenSelect)
    note = forms.CharField(
        label=_("Note for marketing"), required=False, max_length=2000, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reason = self.fields["reason"]
        assert isinstance(reason, forms.ChoiceField)
        known = self.handoff.agreement.return_reasons.all()
        reason.choices = [("", _("Choose a reason")), *((one.key, str(one)) for one in known)]
        shut_unreached(reason, self.handoff)


class WonForm(ActionForm):
    beside = {InTheFuture: "closed_at", BeforeTheHandoff: "closed_at"}
    revenue = NumberField(
        label=_("Revenue"),
        max_digits=18,
        decimal_places=2,
        validators=[MinValueValidator(Decimal(0)), refuse_too_many_digits],
    )
    closed_at = WallTimeField(label=_("Closed"), required=False)
    outcome = Verdict.WON

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["revenue"].help_text = self.handoff.agreement.currency

    def clean_closed_at(self) -> datetime | None:
        return self._instant(self.cleaned_data["closed_at"])


class LostForm(ActionForm):
    beside = {InTheFuture: "closed_at", BeforeTheHandoff: "closed_at", TooFewAttempts: "reason"}
    reason = forms.ChoiceField(
        label=_("Reason"), choices=[("", _("Choose a reason")), *LossReason.choices], widget=HalfOpenSelect
    )
    words = forms.CharField(
        label=_("In your own words"),
        required=False,
        max_length=Deal._meta.get_field("reason").max_length,
        help_text=_("Only for another reason."),
    )
    closed_at = WallTimeField(label=_("Closed"), required=False)
    outcome = Verdict.LOST

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shut_unreached(self.fields["reason"], self.handoff)

    def clean_closed_at(self) -> datetime | None:
        return self._instant(self.cleaned_data["closed_at"])

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        words = values.pop("words", "")
        if values.get("reason") == LossReason.OTHER:
            if not words:
                self.add_error("words", ValidationError(_("Say what the reason was."), code="required"))
            values["reason"] = words
        return values


def shut_unreached(field: forms.Field, handoff: Handoff) -> None:
    """Not offered before its time; the action refuses it as well."""
    promised = handoff.promised_attempts or 1
    if handoff.attempts_count < promised and isinstance(field.widget, HalfOpenSelect):
        field.widget.shut = {DefaultReason.NOT_REACHED}
        field.help_text = _(
            "“Could not be reached” can be chosen after the promised attempts: %(made)d of %(promised)d made so far."
        ) % {"made": handoff.attempts_count, "promised": promised}


class AssignForm(ActionForm):
    rep = OneRow(label=_("Rep"), queryset=User.objects.none(), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reps = self.fields["rep"]
        assert isinstance(reps, forms.ModelChoiceField)
        reps.queryset = User.objects.filter(teams=self.handoff.agreement.sales_team_id, is_active=True)
        reps.empty_label = _("Nobody")
        reps.initial = self.handoff.rep_id
