"""Reads: the handoffs of an agreement as columns."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db.models import Case, CharField, Q, QuerySet, Value, When
from django.db.models.functions import Cast

from agreements.models import Agreement
from agreements.terms import Timeline
from leads.clock.derivation import TIMED
from leads.models import Clock, Handoff
from reports.facts.looking_back import as_they_stood
from reports.measures.handoff_columns import DIMENSIONS, Facts, Floats, Names, Timed
from smarketing.lib.words import key

# Only what Django hands on as it comes: converting a column of datetimes costs more than fetching all of these.
COLUMNS = (
    "pk",
    "lead_id",
    "version_id",
    "handed_day",
    *DIMENSIONS,
    "state",
    "clock_state",
    "depth_window",
    "depth_excused",
    "promise",
    "return_kind",
    "counts",
    "off_day",
    "waited_us",
    "accepted_us",
    "response_us",
    "response_wall_us",
    "connected_us",
    "connected_nth",
    "attempts_count",
    "attempts_in_window",
    "promised_attempts",
)


States = dict[tuple[int, str], str]  # of clocks, by handoff and kind


def facts_of(
    agreement: Agreement, first_on: date, last_on: date, *, terms: Timeline, at: datetime, looks_back: bool = False
) -> Facts:
    """The handoffs made on these local days, and those made before that are taken off on them."""
    made, taken_off = Q(handed_on__range=(first_on, last_on)), Q(taken_off_on__range=(first_on, last_on))
    rows = Handoff.objects.filter(made | taken_off, agreement=agreement)
    kinds = [kind for kind in TIMED if terms.ever_promised(kind)]
    if looks_back:
        stood = as_they_stood(rows, terms, at)
        found = [_row(handoff, at) for handoff in stood]
        states = {(h.pk, kind): state for h in stood for kind, state in h.clock_states.items()}  # type: ignore[attr-defined]
    else:
        found, states = as_it_stands(rows, at), clock_states(rows, kinds, at) if kinds else {}
    columns = zip(*found, strict=True) if found else ((),) * len(COLUMNS)
    return _facts(dict(zip(COLUMNS, columns, strict=True)), terms, dict.fromkeys(kinds, states))


def clock_states(rows: QuerySet[Handoff], kinds: Sequence[str], at: datetime) -> States:
    """By handoff and kind, of the promises that no column of the handoff tells."""
    clocks: Any = Clock.objects.filter(handoff__in=rows.order_by().values("pk"), kind__in=kinds).with_state(at)
    return {(pk, kind): state for pk, kind, state in clocks.values_list("handoff_id", "kind", "clock_state")}


def _row(handoff: Handoff, at: datetime) -> tuple[Any, ...]:
    """As the database answers it, column by column."""
    returned = "taken off" if handoff.is_marketings_return else "returned"
    derived = {
        "handed_day": handoff.handed_on.isoformat(),
        "off_day": handoff.taken_off_on and handoff.taken_off_on.isoformat(),
        "depth_window": "" if handoff.depth_due_at is None else "over" if handoff.depth_due_at < at else "open",
        "depth_excused": "yes" if handoff.depth_excused_at and handoff.depth_excused_at <= at else "",
        "promise": "" if handoff.due_at is None else "due",
        "return_kind": returned if handoff.returned_at else "",
    }
    return tuple(derived[name] if name in derived else getattr(handoff, name) for name in COLUMNS)


def as_it_stands(rows: QuerySet[Handoff], at: datetime) -> list[tuple[Any, ...]]:
    return list(
        rows.with_clock(at)  # type: ignore[attr-defined]
        .annotate(
            handed_day=Cast("handed_on", CharField()),
            off_day=Cast("taken_off_on", CharField()),
            depth_window=_depth_window(at),
            depth_excused=Case(
                When(depth_excused_at__lte=at, then=Value("yes")), default=Value(""), output_field=CharField()
            ),
            promise=Case(When(due_at=None, then=Value("")), default=Value("due"), output_field=CharField()),
            return_kind=_return_kind(),
        )
        .order_by()
        .values_list(*COLUMNS)
    )


def _depth_window(at: datetime) -> Case:
    return Case(
        When(depth_due_at=None, then=Value("")),
        When(depth_due_at__lt=at, then=Value("over")),
        default=Value("open"),
        output_field=CharField(),
    )


def _return_kind() -> Case:
    return Case(
        When(returned_at=None, then=Value("")),
        When(is_marketings_return=True, then=Value("taken off")),
        default=Value("returned"),
        output_field=CharField(),
    )


def _facts(column: dict[str, tuple[Any, ...]], terms: Timeline, states: dict[str, States]) -> Facts:
    returned = Names.of(column["return_kind"])
    version = np.array([version or 0 for version in column["version_id"]], np.int64)
    names = {dimension: one_spelling(column[dimension], _spellings(dimension, terms)) for dimension in DIMENSIONS}
    tier = names["tier"]
    within, share = _promised("speed", version, tier, terms)
    return Facts(
        ids=np.array(column["pk"], np.int64),
        leads=np.array(column["lead_id"], np.int64),
        version=version,
        days=np.array(column["handed_day"], "datetime64[D]"),
        names=names,
        state=Names.of(column["state"]),
        clock=Names.of(column["clock_state"]),
        depth=Names.of(column["depth_window"]),
        has_promise=Names.of(column["promise"]).among("due") & (version > 0),
        is_returned=returned.among("returned", "taken off"),
        is_taken_off=returned.among("taken off"),
        counts=np.array(column["counts"], np.bool_),
        taken_off_on=np.array(column["off_day"], "datetime64[D]"),
        waited=np.array(column["waited_us"], np.float64),
        accepted=np.array(column["accepted_us"], np.float64),
        response=np.array(column["response_us"], np.float64),
        response_wall=np.array(column["response_wall_us"], np.float64),
        connected=np.array(column["connected_us"], np.float64),
        nth=np.array(column["connected_nth"], np.float64),
        attempts=np.array(column["attempts_count"], np.int64),
        in_window=np.array(column["attempts_in_window"], np.int64),
        promised=np.where(version > 0, np.array(column["promised_attempts"], np.float64), np.nan),
        is_depth_excused=Names.of(column["depth_excused"]).among("yes"),
        timed={kind: _timed(kind, column["pk"], known, version, tier, terms) for kind, known in states.items()},
        within=within,
        share=share,
        window=_promised("depth", version, tier, terms)[0],
    )


def _timed(kind: str, ids: Sequence[int], known: States, *promised: Any) -> Timed:
    return Timed(Names.of(known.get((pk, kind), "") for pk in ids), *_promised(kind, *promised))


def _promised(measure: str, version: Any, tier: Names, terms: Timeline) -> tuple[Floats, Floats]:
    """The limit (working minutes or days) and the figure that the version of each handoff promised for its tier."""
    limit, figure = np.full(len(version), np.nan), np.full(len(version), np.nan)
    for number in np.unique(version[version > 0]).tolist():
        for word, rows in tier.groups():
            made = terms.by_id(number).promise(measure, word)
            if made:
                place = rows & (version == number)
                limit[place], figure[place] = made.limit, made.figure
    return limit, figure


def _spellings(dimension: str, terms: Timeline) -> list[str]:
    """As the agreement writes its tiers, the latest version first."""
    if dimension != "tier":
        return []
    versions = reversed(terms.superseded + terms.versions)
    return [tier for made in versions for by_tier in made.promises.values() for tier in by_tier]


def one_spelling(words: Sequence[str], preferred: Sequence[str]) -> Names:
    """Equal words are one group, written as preferred or else as the first of its spellings in the alphabet."""
    spelled: dict[str, str] = {}
    for word in (*preferred, *sorted(set(words))):
        spelled.setdefault(key(word), word)
    told = {word: spelled[key(word)] for word in set(words)}
    return Names.of(told[word] for word in words)
