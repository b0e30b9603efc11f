"""Actions: checked rows become handoffs, attempts and deals, many at once. What exists is filled, never overwritten.

The caller is in a transaction, has locked the leads, and refreshes what stands on their handoffs afterwards.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Model

from agreements.terms import Timeline
from leads.clock.happened import belonging
from leads.clock.span import latest
from leads.doors.files.reading.rows import Values, packed
from leads.doors.files.writing.filling import TakenOut, additions
from leads.doors.files.writing.identity import OWN_ID, WHEN, Kept, KeptFacts, contradictions
from leads.doors.files.writing.reps import RepBook
from leads.enums import Door
from leads.models import Addition, Attempt, Deal, DifferingRow, Handoff, Inquiry, Lead
from leads.work.qualification import freeze_from_file
from smarketing.accounts.models import User
from smarketing.lib import bulk
from smarketing.lib.file_problems import FileProblem
from smarketing.lib.places import country_of_zone
from smarketing.lib.words import key

OF_THE_PERSON = ("email", "phone", "name", "company", "job_title", "country", "language")


@dataclass(frozen=True)
class Hand:
    """Whose files these are: what every new row needs besides its values. `token`: it is no file but a program."""

    agreement_id: int
    currency: str
    terms: Timeline
    reps: RepBook
    by: User | None
    at: datetime
    zone: ZoneInfo | None = None
    token_id: int | None = None
    door: Door = Door.FILE

    @property
    def country(self) -> str:
        """In which a number without its own is dialled."""
        return country_of_zone(self.terms.zone.key)

    def day_of(self, at: datetime) -> date:
        """By the zone in which the file's dates were read: a bare date means a day of that."""
        return at.astimezone(self.zone).date() if self.zone else self.terms.day_of(at)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a row says of a lead that is there. `run` brought it, in this `line` of its file; or an integration did."""

    lead_id: int
    values: Values
    run_id: int | None = None
    line: int = 0
    token_id: int | None = None
    door: Door = Door.FILE


@dataclass
class Tally:
    """`differing` rows are among the unchanged; `touched` are the leads that got something new.

    `contradicted` are fields that a row without a file says otherwise: nothing lists it for later.
    """

    created: int = 0
    unchanged: int = 0
    differing: list[DifferingRow] = field(default_factory=list)
    touched: set[int] = field(default_factory=set)
    contradicted: set[str] = field(default_factory=set)


KEPT_OTHERWISE = FileProblem("kept_otherwise")


class Contradicts(Exception):
    """What came by the API is contrary to what is kept: in each of these fields, why."""

    def __init__(self, problems: Mapping[str, FileProblem]) -> None:
        self.problems = dict(sorted(problems.items()))
        super().__init__(", ".join(self.problems))

    @classmethod
    def what_is_kept(cls, fields: Iterable[str]) -> "Contradicts":
        return cls(dict.fromkeys(fields, KEPT_OTHERWISE))


@dataclass(frozen=True)
class FactKind:
    """How rows of one kind enter a table. `columns`: our field -> the model's."""

    model: type[Model]
    columns: Mapping[str, str]
    make: Callable[[Claim, Hand], Model]
    place: Callable[[Sequence[Any], Hand], None] = lambda fresh, hand: None


def origin(claim: Claim, own_id: str, hand: Hand) -> dict[str, Any]:
    """What every fact knows of the way it came in."""
    return {
        "lead_id": claim.lead_id,
        "external_id": claim.values.get(own_id, ""),
        "precision": claim.values.get("precision", 0),
        "door": claim.door,
        "token_id": claim.token_id,
        "run_id": claim.run_id,
        "seen_in_id": claim.run_id,
        "recorded_at": hand.at,
    }


def _handoff(claim: Claim, hand: Hand) -> Handoff:
    values = claim.values
    rep = hand.reps.rep(values.get("rep", ""))
    return Handoff(
        agreement_id=hand.agreement_id,
        handed_at=values["handed_at"],
        handed_on=hand.terms.day_of(values["handed_at"]),
        handed_by=hand.by,
        source=values.get("source", ""),
        tier=values.get("tier", ""),
        rep_id=rep,
        rep_name=values.get("rep", ""),
        assigned_at=values["handed_at"] if rep else None,
        accepted_at=values.get("accepted_at"),
        returned_at=values.get("returned_at"),
        return_reason=values.get("return_reason", ""),
        return_note=values.get("return_note", ""),
        outside_note=values.get("outside_reason", ""),
        version_id=hand.terms.on(hand.terms.day_of(values["handed_at"])).version_id,
        **origin(claim, "handoff_id", hand),
    )


def _fix_what_is_known(handoffs: Sequence[Handoff], hand: Hand) -> None:
    """Source and tier are those of the lead, as it is now, where the file says nothing."""
    silent = [handoff for handoff in handoffs if not (handoff.source and handoff.tier)]
    leads = Lead.objects.filter(pk__in={handoff.lead_id for handoff in silent})
    known = {pk: (source, tier) for pk, source, tier in leads.values_list("pk", "source", "tier")}
    for handoff in silent:
        source, tier = known[handoff.lead_id]
        handoff.source, handoff.tier = handoff.source or source, handoff.tier or tier
    freeze_from_file(handoffs, hand.terms)


def _attempt(claim: Claim, hand: Hand) -> Attempt:
    values = claim.values
    return Attempt(
        attempted_at=values["attempted_at"],
        channel=values.get("channel", "phone"),
        result=values["result"],
        direction=values.get("direction", "outbound"),
        rep_id=hand.reps.rep(values.get("rep", "")),
        rep_name=values.get("rep", ""),
        note=values.get("note", ""),
        recorded_by=hand.by,
        **origin(claim, "attempt_id", hand),
    )


def _place_attempts(attempts: Sequence[Attempt], hand: Hand) -> None:
    """Links them before they are written, which `leads.clock.consequences` would otherwise do one by one afterwards."""
    handoffs: dict[int, list[Handoff]] = defaultdict(list)
    leads = {attempt.lead_id for attempt in attempts}
    for handoff in Handoff.objects.filter(lead__in=leads).only("lead_id", "handed_at").order_by("handed_at", "pk"):
        handoffs[handoff.lead_id].append(handoff)
    for attempt in attempts:
        if own := handoffs.get(attempt.lead_id):
            attempt.handoff_id = belonging(latest(attempt.attempted_at, attempt.precision), own).pk


def _deal(claim: Claim, hand: Hand) -> Deal:
    values = claim.values
    return Deal(
        outcome=values["outcome"],
        closed_at=values["closed_at"],
        revenue=values.get("revenue"),
        currency=values.get("currency") or hand.currency,
        reason=values.get("reason", ""),
        recorded_by=hand.by,
        **origin(claim, "deal_id", hand),
    )


def _inquiry(claim: Claim, hand: Hand) -> Inquiry:
    values = claim.values
    return Inquiry(
        agreement_id=hand.agreement_id,
        asked_at=values["asked_at"],
        source=values.get("source", ""),
        campaign=values.get("campaign", ""),
        question=values.get("question", ""),
        said=packed({name: values[name] for name in OF_THE_PERSON if values.get(name)}),
        is_first=values.get("is_first", False),
        recorded_by=hand.by,
        **origin(claim, "inquiry_id", hand),
    )


def _keep_what_is_news(inquiries: Sequence[Inquiry], hand: Hand) -> None:
    """What they say of the person otherwise than it is kept."""
    known = Lead.objects.in_bulk([asked.lead_id for asked in inquiries if asked.said])
    for asked in inquiries:
        asked.said = {
            name: text for name, text in asked.said.items() if key(text) != key(getattr(known[asked.lead_id], name))
        }


# In the order in which they happen.
FACTS = {
    "handoffs": FactKind(
        model=Handoff,
        columns={
            "handed_at": "handed_at",
            "source": "source",
            "tier": "tier",
            "rep": "rep_name",
            "accepted_at": "accepted_at",
            "returned_at": "returned_at",
            "return_reason": "return_reason",
            "return_note": "return_note",
            "outside_reason": "outside_note",
            "handoff_id": "external_id",
            "precision": "precision",
        },
        make=_handoff,
        place=_fix_what_is_known,
    ),
    "attempts": FactKind(
        model=Attempt,
        columns={
            "attempted_at": "attempted_at",
            "channel": "channel",
            "rep": "rep_name",
            "result": "result",
            "direction": "direction",
            "note": "note",
            "attempt_id": "external_id",
            "precision": "precision",
        },
        make=_attempt,
        place=_place_attempts,
    ),
    "outcomes": FactKind(
        model=Deal,
        columns={
            "outcome": "outcome",
            "closed_at": "closed_at",
            "revenue": "revenue",
            "currency": "currency",
            "reason": "reason",
            "deal_id": "external_id",
            "precision": "precision",
        },
        make=_deal,
    ),
    "inquiries": FactKind(
        model=Inquiry,
        columns={
            "asked_at": "asked_at",
            "source": "source",
            "campaign": "campaign",
            "question": "question",
            "inquiry_id": "external_id",
            "precision": "precision",
        },
        make=_inquiry,
        place=_keep_what_is_news,
    ),
}


def stored(kind: str, values: Values, reps: RepBook, handed_at: datetime | None) -> dict[str, Any]:
    """What a file's values are in the columns of a fact that is there."""
    columns = {FACTS[kind].columns[name]: value for name, value in values.items()}
    if "rep" in values:
        columns["rep_id"] = reps.rep(values["rep"])
        if kind == "handoffs":
            columns["assigned_at"] = handed_at if columns["rep_id"] else None
    return columns


class Filling:
    """The values that rows of one call add to facts that are there, or about to be."""

    def __init__(self, kind: str, hand: Hand, taken_out: TakenOut) -> None:
        self.kind, self.hand, self._taken_out = kind, hand, taken_out
        self._columns: dict[int, dict[str, Any]] = defaultdict(dict)
        self._added: list[Addition] = []

    def fill(self, claim: Claim, kept: Kept, person: int | None, says: Mapping[str, tuple[Any, Any]]) -> Values:
        """Answers what was added."""
        added = self._taken_out.without(kept.pk, additions(self.kind, claim.values, kept.values, says))
        if kept.person is not None:
            added.pop("rep", None)
        if "revenue" in added:
            added["currency"] = claim.values.get("currency") or self.hand.currency
        if not added:
            return added
        kept.values = {**kept.values, **added}
        kept.person = kept.person or (person if "rep" in added else None)
        columns = stored(self.kind, added, self.hand.reps, kept.values.get("handed_at"))
        if kept.pk:
            self._columns[kept.pk] |= columns
            self._added += addition(claim, self.kind, kept.pk, columns)
        for name, value in columns.items() if not kept.pk else ():
            setattr(kept.fresh, name, value)
        return added

    def write(self) -> None:
        """One statement for each set of columns."""
        model, alike = FACTS[self.kind].model, defaultdict(list)
        for pk, columns in self._columns.items():
            alike[tuple(sorted(columns))].append(model(pk=pk, **columns))
        for names, facts in alike.items():
            bulk.update(facts, names)
        bulk.insert(self._added)


def addition(claim: Claim, kind: str, record: int, columns: Iterable[str]) -> list[Addition]:
    """What has to go again if the run is undone; what came by the API is not."""
    if claim.run_id is None:
        return []
    lead = claim.lead_id or None
    return [Addition(run_id=claim.run_id, lead_id=lead, kind=kind, record=record, fields=list(columns))]


def write(kind: str, rows: Iterable[Claim], hand: Hand, tally: Tally) -> None:
    """Adds what is not there yet. The rows of one call come from one run, or from waiting rows of several."""
    sort, claims = FACTS[kind], sorted(rows, key=_precision)
    if not claims:
        return
    facts = KeptFacts(kind, hand.day_of)
    for lead_id, known in _kept(kind, {claim.lead_id for claim in claims}, {claim.run_id for claim in claims}):
        facts.add(lead_id, known)
    fresh, met, filling = [], [], Filling(kind, hand, TakenOut(kind, {claim.lead_id for claim in claims}))
    for claim in claims:
        person = hand.reps.rep(claim.values.get("rep", ""))
        if (kept := facts.find(claim.lead_id, claim.values, person)) is not None:
            tally.unchanged += 1
            met.append((claim, kept))
            _compare(claim, kept, person, filling, tally)
            continue
        fresh.append(sort.make(claim, hand))
        facts.add(claim.lead_id, Kept(0, claim.values, person, is_met=True, fresh=fresh[-1]))
        tally.touched.add(claim.lead_id)
    sort.place(fresh, hand)
    bulk.insert(fresh)
    tally.created += len(fresh)
    filling.write()
    _mark(kind, met)


def _precision(claim: Claim) -> int:
    """What is known best looks for its fact first: it could be no other."""
    return int(claim.values.get("precision", 0))


def _kept(kind: str, lead_ids: Collection[int], run_ids: Collection[int | None]) -> Iterator[tuple[int, Kept]]:
    """What is there of these leads. What a row of this run has made or met already, no other row of it can meet."""
    sort = FACTS[kind]
    columns = ("pk", "lead_id", "seen_in_id", "rep_id" if "rep" in sort.columns else "pk", *sort.columns.values())
    rows = sort.model._default_manager.filter(lead_id__in=lead_ids).order_by("pk").values_list(*columns)
    for pk, lead_id, seen_in, person, *found in rows.iterator():
        is_met = seen_in is not None and seen_in in run_ids
        yield lead_id, Kept(pk, dict(zip(sort.columns, found, strict=True)), person, is_met)


def _compare(claim: Claim, kept: Kept, person: int | None, filling: Filling, tally: Tally) -> None:
    says = contradictions(claim.values, kept.values, filling.hand.day_of)
    if "rep" in says and person is not None and person == kept.person:
        del says["rep"]
    added = filling.fill(claim, kept, person, says)
    if added:
        tally.touched.add(claim.lead_id)
    says = {name: pair for name, pair in says.items() if name not in added}
    if claim.run_id is None:  # the API, or a run that was put away: nothing is listed
        tally.contradicted |= says.keys()
    elif says:
        tally.differing.append(differing(claim, kept.pk, says))


def differing(
    claim: Claim, record: int, says: Mapping[str, tuple[Any, Any]], *, is_waiting: bool = False
) -> DifferingRow:
    """`record` is 0 for a fact made in this moment: it is found by its id later."""
    assert claim.run_id is not None
    said = {name: said for name, (_known, said) in says.items()}
    if said.keys() & WHEN.values():
        said["precision"] = claim.values.get("precision", 0)
    return DifferingRow(
        run_id=claim.run_id,
        line=claim.line,
        lead_id=claim.lead_id or None,
        external_id=claim.values.get("external_id", ""),
        own_id=next((claim.values[name] for name in OWN_ID.values() if claim.values.get(name)), ""),
        waiting_id=record if is_waiting else None,
        record=0 if is_waiting else record,
        known=packed({name: known for name, (known, _said) in says.items()}),
        said=packed(said),
    )


def _mark(kind: str, met: Sequence[tuple[Claim, Kept]]) -> None:
    """Writes down which run met which fact, and the ids that facts without one have got."""
    model, own_id = FACTS[kind].model, OWN_ID[kind]
    by_run: dict[int, list[int]] = defaultdict(list)
    adopted, added = [], []
    for claim, kept in met:
        if claim.run_id is not None and kept.pk:
            by_run[claim.run_id].append(kept.pk)
        if kept.pk and claim.values.get(own_id) and not kept.values.get(own_id):
            adopted.append(model(pk=kept.pk, external_id=claim.values[own_id]))
            added += addition(claim, kind, kept.pk, ["external_id"])
    for run_id, pks in by_run.items():
        bulk.mark(model, pks, "seen_in", run_id)
    bulk.update(adopted, ["external_id"])
    bulk.insert(added)
