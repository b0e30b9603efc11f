"""The fields of a tier's assumptions: its share of the revenue goal, its deal size and its rate."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from agreements.months.targets import TargetError, TierConversion, refuse_impossible, refuse_impossible_tiers
from agreements.pages.fields import AmountField, PercentField
from agreements.pages.writing.kinds import said
from smarketing.lib import words

ASSUMED_AS = {"share": "share", "deal": "average_deal", "rate": "lead_to_customer"}  # name in the page -> as assumed


def name_of(key: str, place: int) -> str:
    return f"tier_{key}-{place}"


def tier_fields(tiers: Sequence[str], currency: str, *, required: bool) -> Iterator[tuple[str, forms.Field]]:
    for place, tier in enumerate(tiers):
        said_of = {"tier": tier}
        share, deal, rate = (
            _("Tier %(tier)s: share of the revenue goal") % said_of,
            _("Tier %(tier)s: average deal size") % said_of,
            _("Tier %(tier)s: lead-to-customer rate") % said_of,
        )
        yield name_of("share", place), PercentField(label=share, decimal_places=8, required=required)
        yield name_of("deal", place), AmountField(label=deal, currency=currency, required=required)
        yield name_of("rate", place), PercentField(label=rate, decimal_places=8, required=required)


def tier_values(tiers: Sequence[str], rows: Iterable[TierConversion]) -> dict[str, Decimal]:
    """What the fields are opened with."""
    known = {words.key(row.tier): row for row in rows}
    return {
        name_of(key, place): getattr(row, assumed)
        for place, tier in enumerate(tiers)
        if (row := known.get(words.key(tier)))
        for key, assumed in ASSUMED_AS.items()
    }


def refuse_numbers(form: forms.Form, tiers: Sequence[str], cleaned: dict[str, Any]) -> None:
    """Each beside its field."""
    for place in range(len(tiers)):
        for key, assumed in ASSUMED_AS.items():
            refuse_number(form, name_of(key, place), assumed, cleaned.get(name_of(key, place)))


def refuse_number(form: forms.Form, field: str, assumed: str, value: Decimal | None) -> None:
    if value is not None:
        try:
            refuse_impossible(assumed, value)
        except TargetError as error:
            form.add_error(field, said(error.reason))


def refuse_whole(form: forms.Form, rows: Sequence[TierConversion], places: Sequence[int]) -> None:
    """`places` are those of the rows on the page. Nothing is said of the whole where a part is wrong."""
    if form.errors:
        return
    try:
        refuse_impossible_tiers(rows)
    except TargetError as error:
        form.add_error(name_of("share", places[error.tier or 0]), said(error.reason, **error.values))
