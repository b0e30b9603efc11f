"""Reads: the handoffs of an agreement as columns."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any

import numpy as np
from django.db.models import Case, CharField, Q, QuerySet, Value, When
from django.db.models.functions import Cast

from agreements.models import Agreement
from agreements.terms import Timeline
from leads.clock import rule
from leads.clock.derivation import TIMED
from leads.enums import Brief
from leads.models import Clock, Handoff
from reports.facts.looking_back import as_they_stood
from reports.measures.handoff_columns import DIMENSIONS, Days, Facts, Floats, Ints, Mask, Names, Timed
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
    "is_outside",
    "brief",
)
WORDS = (*DIMENSIONS, "state", "clock_state", "depth_window", "depth_excused", "promise", "return_kind", "brief")
AT_ONCE = 5_000


def _numbers(values: Iterable[int | None]) -> Ints:
    return np.array([value or 0 for value in values], np.int64)


def _measured(values: Sequence[int | None]) -> Floats:
    return np.array(values, np.float64)


def _days(values: Sequence[str | None]) -> Days:
    return np.array(values, "datetime64[D]")


def _flags(values: Sequence[bool]) -> Mask:
    return np.array(values, np.bool_)


MEASURED = ("waited_us", "accepted_us", "response_us", "response_wall_us", "connected_us", "connected_nth")
READ: dict[str, Callable[[Any], Any]] = dict.fromkeys(COLUMNS, _numbers)  # words by their number
READ |= dict.fromkeys((*MEASURED, "promised_attempts"), _measured)
READ |= {"handed_day": _days, "off_day": _days, "counts": _flags, "is_outside": _flags}


States = dict[tuple[int, str], str]  # of clocks, by handoff and kind


def facts_of(
    agreement: Agreement,
    first_on: date,
    last_on: date,
    *,
    terms: Timeline,
    at: datetime,
    looks_back: bool = False,
    without: bool = False,
) -> Facts:
    """The handoffs made on these local days, and those made before that are taken off on them.

    `without` excuses and the exceptions agreed beyond the terms: as if there were none.
    """
    made, taken_off = Q(handed_on__range=(first_on, last_on)), Q(taken_off_on__range=(first_on, last_on))
    rows = Handoff.objects.filter(made | taken_off, agreement=agreement)
    kinds = [kind for kind in TIMED if terms.ever_promised(kind)]
    is_derived = looks_back or (without and bool(terms.agreed))
    states: States = clock_states(rows, kinds, at, excuses=not without) if kinds and not is_derived else {}
    measured_by = terms.without_agreed if without else terms
    found = (
        as_it_stood(rows, measured_by, at, states, excuses=not without)
        if is_derived
        else as_it_stands(rows, at, excuses=not without)
    )
    return _facts(_columns(found), terms, dict.fromkeys(kinds, states))


def _columns(rows: Iterator[tuple[Any, ...]]) -> dict[str, Any]:
    """Packed a few thousand rows at a time: a year as Python objects would take ten times the memory."""
    parts: dict[str, list[Any]] = {name: [READ[name](())] for name in COLUMNS}
    words: dict[str, dict[str, int]] = {name: {} for name in WORDS}
    while chunk := list(islice(rows, AT_ONCE)):
        for name, values in zip(COLUMNS, zip(*chunk, strict=True), strict=True):
            index = words.get(name)
            packed = values if index is None else [index.setdefault(word, len(index)) for word in values]
            parts[name].append(READ[name](packed))
    columns = {name: np.concatenate(found) for name, found in parts.items()}
    return columns | {name: Names(columns[name], tuple(index)) for name, index in words.items()}


def as_it_stood(
    rows: QuerySet[Handoff], terms: Timeline, at: datetime, states: States, *, excuses: bool = True
) -> Iterator[tuple[Any, ...]]:
    """Tells the states of the other clocks on the way."""
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        handoffs = Handoff.objects.filter(pk__in=some)
        stood = {handoff.pk: handoff for handoff in as_they_stood(handoffs, terms, at, excuses=excuses)}
        for pk, handoff in stood.items():
            states |= {(pk, kind): state for kind, state in handoff.clock_states.items()}  # type: ignore[attr-defined]
        yield from (_row(stood[pk], at) for pk in some if pk in stood)


def clock_states(rows: QuerySet[Handoff], kinds: Sequence[str], at: datetime, *, excuses: bool = True) -> States:
    """By handoff and kind, of the promises that no column of the handoff tells."""
    clocks: Any = Clock.objects.filter(handoff__in=rows.order_by().values("pk"), kind__in=kinds)
    told = clocks.with_state(at, excuses=excuses).values_list("handoff_id", "kind", "clock_state")
    states: States = {}
    for pk, kind, state in told.iterator(AT_ONCE):
        states[pk, kind] = rule.worst(state, states.get((pk, kind), state))
    return states


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


def as_it_stands(rows: QuerySet[Handoff], at: datetime, *, excuses: bool = True) -> Iterator[tuple[Any, ...]]:
    return iter(
        rows.with_clock(at, excuses=excuses)  # type: ignore[attr-defined]
        .annotate(
            handed_day=Cast("handed_on", CharField()),
            off_day=Cast("taken_off_on", CharField()),
            depth_window=_depth_window(at),
            depth_excused=_depth_excused(at) if excuses else Value("", CharField()),
            promise=Case(When(due_at=None, then=Value("")), default=Value("due"), output_field=CharField()),
            return_kind=_return_kind(),
        )
        .order_by("pk")  # sums of floats go by their order, and PostgreSQL keeps none
        .values_list(*COLUMNS)
        .iterator(AT_ONCE)
    )


def _depth_excused(at: datetime) -> Case:
    return Case(When(depth_excused_at__lte=at, then=Value("yes")), default=Value(""), output_field=CharField())


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


def _facts(column: dict[str, Any], terms: Timeline, states: dict[str, States]) -> Facts:
    returned, version = column["return_kind"], column["version_id"]
    names = {dimension: one_spelling(column[dimension], _spellings(dimension, terms)) for dimension in DIMENSIONS}
    tier = names["tier"]
    within, share = _promised("speed", version, tier, terms)
    timed = {kind: _timed(kind, column["pk"], known, version, tier, terms) for kind, known in states.items()}
    return Facts(
        ids=column["pk"],
        leads=column["lead_id"],
        version=version,
        days=column["handed_day"],
        names=names,
        state=column["state"],
        clock=column["clock_state"],
        depth=column["depth_window"],
        has_promise=column["promise"].among("due") & (version > 0),
        is_returned=returned.among("returned", "taken off"),
        is_taken_off=returned.among("taken off"),
        counts=column["counts"],
        taken_off_on=column["off_day"],
        waited=column["waited_us"],
        accepted=column["accepted_us"],
        response=column["response_us"],
        response_wall=column["response_wall_us"],
        connected=column["connected_us"],
        nth=column["connected_nth"],
        attempts=column["attempts_count"],
        in_window=column["attempts_in_window"],
        promised=np.where(version > 0, column["promised_attempts"], np.nan),
        is_depth_excused=column["depth_excused"].among("yes"),
        points=_worth(version, tier, terms),
        is_outside=column["is_outside"],
        timed=timed | _briefs(column["brief"], version, tier, terms),
        within=within,
        share=share,
        window=_promised("depth", version, tier, terms)[0],
    )


def _timed(kind: str, ids: Ints, known: States, *promised: Any) -> Timed:
    return Timed(Names.of(known.get((pk, kind), "") for pk in ids.tolist()), *_promised(kind, *promised))


def _briefs(brief: Names, version: Any, tier: Names, terms: Timeline) -> dict[str, Timed]:
    """Frozen as the lead was handed over; without a promise nothing is kept or missed."""
    if not terms.ever_promised("brief"):
        return {}
    limit, share = _promised("brief", version, tier, terms)
    is_promised = ~np.isnan(share)
    codes = np.where(is_promised & brief.among(Brief.COMPLETE), 1, 0)
    codes[is_promised & brief.among(Brief.INCOMPLETE)] = 2
    return {"brief": Timed(Names(codes, ("", rule.KEPT, rule.MISSED)), limit, share)}


def _promised(measure: str, version: Any, tier: Names, terms: Timeline) -> tuple[Floats, Floats]:
    """The limit (working minutes or days) and the figure that the version of each handoff promised for its tier."""
    limit, figure = np.full(len(version), np.nan), np.full(len(version), np.nan)
    for number in np.unique(version[version > 0]).tolist():
        for word, rows in tier.groups():
            made = terms.by_id(number).promise(measure, word)
            if made:
                place = rows & (version == number)
                limit[place], figure[place] = np.nan if made.limit is None else made.limit, made.figure
    return limit, figure


def _worth(version: Any, tier: Names, terms: Timeline) -> Ints:
    """What a lead counts in value by the version that its handoff was made under."""
    points = np.zeros(len(version), np.int64)
    for number in np.unique(version[version > 0]).tolist():
        if (made := terms.by_id(number)).points:
            for word, rows in tier.groups():
                points[rows & (version == number)] = made.worth(word)
    return points


def _spellings(dimension: str, terms: Timeline) -> list[str]:
    """As the agreement writes its tiers, the latest version first."""
    if dimension != "tier":
        return []
    versions = reversed(terms.superseded + terms.versions)
    return [tier for made in versions for by_tier in made.promises.values() for tier in by_tier]


def one_spelling(words: Names, preferred: Sequence[str]) -> Names:
    """Equal words are one group, written as preferred or else as the first of its spellings in the alphabet."""
    spelled: dict[str, str] = {}
    for word in (*preferred, *sorted(words.names)):
        spelled.setdefault(key(word), word)
    told = Names.of(spelled[key(word)] for word in words.names)
    return Names(told.codes[words.codes], told.names)
