"""Action: the rules of an agreement give new handoffs to reps, in the transaction that makes them.

The rules of the whole sales team are locked meanwhile: of two handings over at once the second sees whom the first gave
what, so that no cap is passed and no turn is taken twice.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from agreements.document.qualifying import qualified
from agreements.models import Agreement
from leads.assignment.rotation import POOL, Pick, pick
from leads.assignment.staffing import Staff, staff_of
from leads.enums import EventKind, State
from leads.models import AssignmentRule, Draw, Event, Handoff, Lead, RuleShare
from leads.work.qualification import ASKED_FIELDS
from smarketing.accounts.models import User

EARLIER = "earlier"  # given back to whoever had the lead before


@dataclass
class Drawn:
    """The handoffs that were given, those for which nobody was free, and those that no rule concerns."""

    given: list[Handoff] = field(default_factory=list)
    nobody_free: list[Handoff] = field(default_factory=list)
    left: list[Handoff] = field(default_factory=list)


@dataclass
class Desk:
    """The rules of one agreement in their order, with what each owes whom."""

    rules: list[AssignmentRule]
    named: dict[int, set[int]]
    credits: dict[tuple[int, int], float]

    def rule_for(self, handoff: Handoff, lead: Lead, *, is_asked: bool = False) -> AssignmentRule | None:
        """The first that suits; `is_asked`: also for what was handed over before it was switched on."""
        facts = {name: getattr(lead, name) for name in ASKED_FIELDS}
        facts |= {"tier": handoff.tier, "source": handoff.source}
        for rule in self.rules:
            begun = rule.on_since is not None and (is_asked or rule.on_since <= handoff.handed_at)
            if begun and not qualified(rule.criteria, facts, handoff.handed_on):
                return rule
        return None

    def decide(self, rule: AssignmentRule, staff: Staff, had_it: int | None = None) -> Pick:
        if rule.way == POOL:
            return Pick(None)
        reps = staff.reps_of(rule, self.named[rule.pk])
        credits = self.credits
        found = pick(
            rule.way,
            [staff.candidate(rep, credit=credits[rule.pk, rep], had_it=rep == had_it) for rep in reps],
        )
        if found.rep is not None:
            staff.give(found.rep)
            for rep in found.shares:
                credits[rule.pk, rep] += found.change_of(rep)
        return found


def desk_of(rules: Iterable[AssignmentRule]) -> Desk:
    known = sorted(rules, key=lambda rule: (rule.order, rule.pk))
    named: dict[int, set[int]] = defaultdict(set)
    credits: dict[tuple[int, int], float] = defaultdict(float)
    for share in RuleShare.objects.filter(rule__in=known):
        credits[share.rule_id, share.rep_id] = share.credit
        if share.is_named:
            named[share.rule_id].add(share.rep_id)
    return Desk(known, named, credits)


def draw(handoffs: Sequence[Handoff], *, at: datetime, is_asked: bool = False) -> Drawn:
    """Of saved handoffs that nobody has, in the order of the handing over. Their leads are locked."""
    drawn, made = Drawn(), list[tuple[Handoff, AssignmentRule, Pick]]()
    by_agreement = defaultdict(list)
    for handoff in sorted(handoffs, key=lambda one: (one.handed_at, one.pk)):
        by_agreement[handoff.agreement_id].append(handoff)
    locked = _locked(by_agreement)
    agreements = Agreement.every.in_bulk(locked)
    for agreement_id, own in by_agreement.items():
        if agreement_id not in locked:
            drawn.left += own
            continue
        desk, staff = desk_of(locked[agreement_id]), staff_of(agreements[agreement_id], at=at)
        leads, had = Lead.objects.in_bulk({handoff.lead_id for handoff in own}), returned_by(own)
        before = dict(desk.credits)
        for handoff in own:
            rule = desk.rule_for(handoff, leads[handoff.lead_id], is_asked=is_asked)
            if rule is None:
                drawn.left.append(handoff)
                continue
            found = desk.decide(rule, staff, had.get(handoff.lead_id))
            made.append((handoff, rule, found))
            if found.rep is not None:
                drawn.given.append(handoff)
            elif rule.way != POOL:
                drawn.nobody_free.append(handoff)
        _keep_credits({key: credit for key, credit in desk.credits.items() if before.get(key) != credit}, desk)
    _write(made, at)
    return drawn


def draw_new(agreement_id: int, lead_ids: Collection[int], *, at: datetime) -> Drawn:
    """What a file or a program has just brought without a rep; what is older than the rules is history and stays."""
    if not lead_ids:
        return Drawn()
    on = AssignmentRule.objects.filter(agreement=agreement_id).exclude(on_since=None)
    since = on.order_by("on_since").values_list("on_since", flat=True).first()
    if since is None:
        return Drawn()
    new = Handoff.objects.filter(lead__in=lead_ids, recorded_at=at, handed_at__gte=since, rep=None, rep_name="")
    return draw(list(new.filter(state=State.WAITING)), at=at)


def _locked(agreement_ids: Collection[int]) -> dict[int, list[AssignmentRule]]:
    """The rules that are on of these agreements, where there are any; locked with all of the same sales teams."""
    asked = AssignmentRule.objects.filter(agreement__in=agreement_ids).exclude(on_since=None)
    teams = set(asked.order_by().values_list("agreement__sales_team", flat=True))
    found: dict[int, list[AssignmentRule]] = defaultdict(list)
    if teams:
        everything = AssignmentRule.objects.filter(agreement__sales_team__in=teams).order_by("pk")
        for rule in everything.select_for_update(of=("self",)):
            if rule.is_on and rule.agreement_id in agreement_ids:
                found[rule.agreement_id].append(rule)
    return found


def returned_by(handoffs: Iterable[Handoff]) -> dict[int, int]:
    """Lead -> the rep who returned it last: it does not go back there at once."""
    rows = Handoff.objects.filter(lead__in={one.lead_id for one in handoffs}, returned_at__isnull=False)
    known = rows.exclude(rep=None).order_by("returned_at", "pk")
    return {lead: rep for lead, rep in known.values_list("lead_id", "rep_id") if rep is not None}


def _keep_credits(credits: dict[tuple[int, int], float], desk: Desk) -> None:
    rows = [
        RuleShare(rule_id=rule, rep_id=rep, credit=round(credit, 9), is_named=rep in desk.named[rule])
        for (rule, rep), credit in sorted(credits.items())
    ]
    RuleShare.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["rule", "rep"], update_fields=["credit", "is_named"]
    )


def _write(made: Sequence[tuple[Handoff, AssignmentRule, Pick]], at: datetime) -> None:
    reps = User.objects.in_bulk({found.rep for _handoff, _rule, found in made} - {None})
    for handoff, _rule, found in made:
        if found.rep is not None:
            handoff.rep, handoff.rep_name, handoff.assigned_at = reps[found.rep], reps[found.rep].name, at
    given = [handoff for handoff, _rule, found in made if found.rep is not None]
    Handoff.objects.bulk_update(given, ["rep", "rep_name", "assigned_at"])
    Draw.objects.bulk_create(
        Draw(
            handoff=handoff,
            agreement_id=handoff.agreement_id,
            rule=rule,
            way=rule.way,
            rep_id=found.rep,
            at=at,
            shares={str(rep): share for rep, share in found.shares.items()},
            passed={str(rep): why for rep, why in found.passed.items()},
        )
        for handoff, rule, found in made
    )
    Event.objects.bulk_create(
        _event(handoff, at, rep=found.rep, why=rule.way, rule=rule.name, passed=Counter(found.passed.values()))
        for handoff, rule, found in made
    )


def note_earlier(handoffs: Iterable[Handoff], at: datetime) -> None:
    """Those that went back to whoever had the lead before."""
    Event.objects.bulk_create(_event(handoff, at, rep=handoff.rep_id, why=EARLIER) for handoff in handoffs)


def _event(handoff: Handoff, at: datetime, **details: Any) -> Event:
    """Colleagues who were passed over are counted and not named: why somebody is away is not for the lead's history."""
    return Event(lead_id=handoff.lead_id, handoff=handoff, kind=EventKind.GIVEN, at=at, details=details)


def take_back_turns(handoff_ids: Collection[int]) -> None:
    """Handoffs that are about to go: as if they had not been drawn, also for the order of the turns."""
    credits: dict[tuple[int, int], float] = defaultdict(float)
    for row in Draw.objects.filter(handoff__in=handoff_ids).exclude(rule=None).exclude(shares={}):
        assert row.rule_id is not None
        for rep, share in row.shares.items():
            credits[row.rule_id, int(rep)] -= share - (1.0 if int(rep) == row.rep_id else 0.0)
    if not credits:
        return
    list(AssignmentRule.objects.select_for_update().filter(pk__in={rule for rule, _rep in credits}).order_by("pk"))
    shares = list(RuleShare.objects.filter(rule__in={rule for rule, _rep in credits}))
    for share in shares:
        share.credit = round(share.credit + credits[share.rule_id, share.rep_id], 9)
    RuleShare.objects.bulk_update(shares, ["credit"])
