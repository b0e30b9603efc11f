"""Actions: who leads a sales team says by which rules its leads are given, and who takes how many."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.document.groups.qualification import Criterion
from agreements.models import Agreement
from leads.assignment.drawing import Drawn, draw
from leads.clock.consequences import lock
from leads.models import AssignmentRule, Handoff, RuleShare, Seat
from leads.refusals import Refused
from smarketing.accounts.models import User

MOST_RULES = 50
AT_ONCE = 500


class TooManyRules(Refused):
    """More rules than anybody could read."""


@dataclass(frozen=True)
class RuleText:
    """What a rule says. `reps` counts where it is not for all."""

    name: str
    way: str
    is_for_all: bool = True
    reps: Sequence[User] = ()
    criteria: Sequence[Criterion] = ()

    @property
    def conditions(self) -> list[dict[str, Any]]:
        return [one.model_dump(mode="json", exclude_defaults=True) for one in self.criteria]


@transaction.atomic
def make_rule(agreement: Agreement, text: RuleText, *, by: User, at: datetime) -> AssignmentRule:
    """Last in the order, and off until somebody switches it on."""
    known = list(rules_of(agreement))
    if len(known) >= MOST_RULES:
        raise TooManyRules(_("There are %(most)d rules already: delete one first.") % {"most": MOST_RULES})
    order = max((rule.order for rule in known), default=0) + 1
    rule = AssignmentRule(agreement=agreement, order=order)
    _write(rule, text, by, at)
    return rule


@transaction.atomic
def change_rule(rule: AssignmentRule, text: RuleText, *, by: User, at: datetime) -> None:
    """Who was owed something stays owed it, unless leads go round in another way from now on."""
    current = rules_of(rule.agreement).get(pk=rule.pk)
    if current.way != text.way:
        current.shares.update(credit=0.0)
    _write(current, text, by, at)


def _write(rule: AssignmentRule, text: RuleText, by: User, at: datetime) -> None:
    rule.name, rule.way, rule.is_for_all, rule.conditions = text.name, text.way, text.is_for_all, text.conditions
    rule.changed_at, rule.changed_by = at, by
    rule.save()
    named = {rep.pk for rep in text.reps} if not text.is_for_all else set()
    rule.shares.exclude(rep__in=named).update(is_named=False)
    RuleShare.objects.bulk_create(
        [RuleShare(rule=rule, rep_id=rep, is_named=True) for rep in sorted(named)],
        update_conflicts=True,
        unique_fields=["rule", "rep"],
        update_fields=["is_named"],
    )


@transaction.atomic
def switch_rule(rule: AssignmentRule, *, on: bool, by: User, at: datetime) -> bool:
    """Answers whether anything changed. It concerns what is handed over from now on."""
    current = rules_of(rule.agreement).get(pk=rule.pk)
    if current.is_on == on:
        return False
    current.on_since, current.changed_at, current.changed_by = at if on else None, at, by
    current.save(update_fields=["on_since", "changed_at", "changed_by"])
    return True


@transaction.atomic
def move_rule(rule: AssignmentRule, *, up: bool) -> None:
    """One place; the first and the last stay where they are."""
    known = list(rules_of(rule.agreement))
    known.sort(key=lambda one: (one.order, one.pk))
    place = next(number for number, one in enumerate(known) if one.pk == rule.pk)
    other = place - 1 if up else place + 1
    if 0 <= other < len(known):
        known[place], known[other] = known[other], known[place]
    for number, one in enumerate(known, start=1):
        one.order = number
    AssignmentRule.objects.bulk_update(known, ["order"])


@transaction.atomic
def delete_rule(rule: AssignmentRule) -> None:
    """What it has decided stays on record."""
    rules_of(rule.agreement).get(pk=rule.pk).delete()


def rules_of(agreement: Agreement) -> Any:
    """Locked, as whoever hands over locks them."""
    return AssignmentRule.objects.select_for_update(of=("self",)).filter(agreement=agreement).order_by("pk")


@transaction.atomic
def keep_seat(agreement: Agreement, rep: User, values: Mapping[str, Any]) -> None:
    list(rules_of(agreement))
    Seat.objects.update_or_create(agreement=agreement, rep=rep, defaults=dict(values))


@transaction.atomic
def give_waiting(agreement: Agreement, *, at: datetime) -> Drawn:
    """The pool by the rules that are on, the oldest first, also what was handed over before they were."""
    waiting = Handoff.objects.open().filter(agreement=agreement, rep=None, rep_name="").order_by("handed_at", "pk")
    found: Collection[tuple[int, int]] = list(waiting.values_list("pk", "lead_id")[:AT_ONCE])
    lock([lead for _pk, lead in found])
    still = waiting.filter(pk__in=[pk for pk, _lead in found])
    return draw(list(still), at=at, is_asked=True)
