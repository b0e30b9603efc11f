"""The guided way to an agreement: its steps, and which fields of the edit form each of them asks for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.forms.formsets import BaseFormSet
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agreements.document.groups.every_group import GROUPS
from agreements.document.groups.friction_clause import FRICTION
from agreements.document.text import ASSUMPTIONS, HEADING
from agreements.enums import Weekday
from agreements.pages.writing.edit_form import Draft
from agreements.pages.writing.rows import promise_part
from agreements.promises.measures import MEASURES

EVERY_MONTH = "every"


@dataclass(frozen=True)
class AskedFields:
    """A part of the edit form by its name, or of it only these `fields`; what `is_more` is folded."""

    part: str
    fields: tuple[str, ...] = ()
    is_more: bool = False


@dataclass(frozen=True)
class GuidedStep:
    """`anchor` is the same place on the plain edit page."""

    key: str
    title: str | Promise
    lead: str | Promise
    example: str | Promise
    asked: tuple[AskedFields, ...]
    anchor: str


@dataclass(frozen=True)
class ShownPart:
    """Of a step's page: fields under a title, or the rows of a formset."""

    title: str
    hint: str
    fields: tuple[Any, ...]
    formset: Any
    is_more: bool

    @property
    def keys(self) -> list[str]:
        return [self.formset.prefix] if self.formset else [bound.html_name for bound in self.fields]

    @property
    def bound(self) -> list[Any]:
        """Every field, those of rows too."""
        if self.formset:
            standing = [form for form in self.formset.forms if not form["DELETE"].value()]
            return [bound for form in standing for bound in form.visible_fields() if bound.name != "DELETE"]
        return list(self.fields)

    @property
    def has_errors(self) -> bool:
        return any(bound.errors for bound in self.bound)


STEPS = {
    step.key: step
    for step in (
        GuidedStep(
            "who",
            _("Who"),
            _("Which two teams promise each other something, and from when on."),
            _("Marketing North – Sales North, from the first of next month."),
            (
                AskedFields("heading", ("name", "marketing_team", "sales_team", "service_team")),
                AskedFields("terms", ("effective_on",)),
                AskedFields("heading", ("time_zone", "currency", "year_begins"), is_more=True),
                AskedFields("texts", ("summary",), is_more=True),
                AskedFields("goals", is_more=True),
                AskedFields("needs", is_more=True),
            ),
            "parties",
        ),
        GuidedStep(
            "hours",
            _("When we work"),
            _("Promises count working time: a lead that comes on Friday evening is not late on Saturday."),
            _("09:00-17:00 from Monday to Friday, with the public holidays of DE."),
            (
                AskedFields("calendar", (*(day.value for day in Weekday), "country", "subdivision")),
                AskedFields("calendar", ("optional", "closed", "overrides", "yearly"), is_more=True),
                AskedFields("terms", ("exceptions",), is_more=True),
            ),
            "calendar",
        ),
        GuidedStep(
            "lead",
            _("What a qualified lead is"),
            _("What marketing hands over and sales accepts: in words that both sides would use."),
            _("Qualified lead: has asked for an offer, has more than 50 employees, and can be reached by telephone."),
            (AskedFields("definitions"), AskedFields("terms", ("tiers",), is_more=True)),
            "definitions",
        ),
        GuidedStep(
            "target",
            _("Quota and target"),
            _("How many leads marketing owes each month: from the quota of sales, or as a number of its own."),
            _("A quota of 5,000, all of it from marketing's leads, 100 a deal, every second lead buys: 100 leads."),
            (AskedFields(EVERY_MONTH), AskedFields("assumptions"), AskedFields("terms", ("pacing",), is_more=True)),
            "months",
        ),
        GuidedStep(
            "fast",
            _("How fast"),
            _("How much working time may pass until sales tries to reach a lead for the first time."),
            _("Within 60 working minutes, for nine of ten leads."),
            (
                AskedFields("speed"),
                AskedFields("acceptance", is_more=True),
                AskedFields("terms", ("warn_share",), is_more=True),
            ),
            "sales",
        ),
        GuidedStep(
            "often",
            _("How often"),
            _("How many times sales tries before it lets a lead go, and whether the team has the time for that."),
            _("6 attempts within 15 working days; 3 reps, 8 minutes an attempt."),
            (AskedFields("depth"), AskedFields("capacity"), AskedFields("terms", ("automated_counts",), is_more=True)),
            "sales",
        ),
        GuidedStep(
            "missed",
            _("What if not"),
            _("What follows when a side misses what it promised, or does better. Agree on it while nobody is late."),
            _("After one missed month both leads look for the cause; after three in a row they agree on new numbers."),
            (
                AskedFields("texts", ("when_missed", "when_beaten")),
                AskedFields("reasons", is_more=True),
                AskedFields("terms", ("return_within_working_days",), is_more=True),
            ),
            "texts",
        ),
        GuidedStep(
            "contacts",
            _("Contacts"),
            _("Whom to ask on either side, and who is called when that does not help."),
            _("Rep, after two working days the team lead, after five the management."),
            (AskedFields("contacts"), AskedFields("escalation"), AskedFields("responsibilities", is_more=True)),
            "contacts",
        ),
        GuidedStep(
            "review",
            _("Review"),
            _("When both sides look at the agreement together, and how it ends."),
            _("Every 3 months, with the figures of the quarter."),
            (AskedFields("review"), AskedFields("texts", ("dispute", "unexpected", "cancellation"), is_more=True)),
            "review",
        ),
        GuidedStep(
            "sign",
            _("Sign"),
            _("Read it once more as a whole. Who proposes it signs for the own side; the other parties read and sign."),
            _("Marketing proposes on Monday, sales signs on Tuesday: in force from the first of next month."),
            (AskedFields("signers"),),
            "signers",
        ),
    )
}
_BY_PART = {promise_part(key): measure for key, measure in MEASURES.items()}
_HEADS = {
    "calendar": ("calendar", "holidays", "optional"),
    "assumptions": ASSUMPTIONS,
    EVERY_MONTH: ("quota", "target", "assumed"),
    "reasons": ("return_reason",),
}
_RENAMED = {"exceptions": "exception", "return_within_working_days": "return_within"}
_NAMED = {asked.part for step in STEPS.values() for asked in step.asked}


def asked_in(step: GuidedStep) -> Iterator[AskedFields]:
    """What the step names, and the clause groups and measures that no step names: each where it belongs."""
    yield from step.asked
    yield from (AskedFields(key) for key, group in GROUPS.items() if key not in _NAMED and group.step == step.key)
    others = [measure for key, measure in MEASURES.items() if promise_part(key) not in _NAMED]
    yield from (
        AskedFields(promise_part(measure.key), is_more=True)
        for measure in others
        if step.key == ("fast" if measure.is_timed else "often")
    )


def heads_of(step: GuidedStep) -> set[tuple[str, ...]]:
    """How the differences of two texts name what the step asks for, by the beginnings of their paths."""
    found: set[tuple[str, ...]] = set()
    for one in asked_in(step):
        measure = _BY_PART.get(one.part)
        if one.part in _HEADS:
            found |= {(head,) for head in _HEADS[one.part]}
        elif one.part in GROUPS and one.fields:
            found |= {(one.part, name) for name in one.fields}
        elif measure or one.part in GROUPS:
            found.add((measure.key if measure else one.part,))
        else:
            found |= {(_RENAMED.get(name, name),) for name in one.fields}
    return found


def steps_of_places() -> dict[str, GuidedStep]:
    """Where the guided way asks for each part of the plain edit page: at once, else folded."""
    asked = [(step, one) for step in STEPS.values() for one in asked_in(step)]
    found: dict[str, GuidedStep] = {}
    for step, one in sorted(asked, key=lambda pair: pair[1].is_more):
        found.setdefault(_place(one.part), step)
    return found


def place_of(path: Sequence[str]) -> str:
    """The part of the plain edit page in which stands what differs so between two texts."""
    head = path[0]
    if measure := MEASURES.get(head):
        return measure.side
    for part, heads in _HEADS.items():
        if head in heads:
            return _place(part)
    return head if head in GROUPS else "parties" if head in HEADING else "terms"


def _place(part: str) -> str:
    if measure := _BY_PART.get(part):
        return measure.side
    return {"heading": "parties", EVERY_MONTH: "months"}.get(part, part)


def shown_parts(
    step: GuidedStep, draft: Draft, every: Any, *, has_months: bool, has_service: bool = True
) -> list[ShownPart]:
    """`has_months`: the months of an agreement are agreed apart from its terms, but for its first version.

    `has_service`: to two teams nobody reports what customers struggle with.
    """
    left_out = (*(() if has_months else (EVERY_MONTH, "assumptions")), *(() if has_service else (FRICTION.key,)))
    asked = [one for one in asked_in(step) if one.part not in left_out]
    return [_shown(one, every if one.part == EVERY_MONTH else draft.part(one.part)) for one in asked]


def _shown(asked: AskedFields, part: Any) -> ShownPart:
    group, measure = GROUPS.get(asked.part), _BY_PART.get(asked.part)
    is_whole = group is not None and not asked.fields
    title = gettext(group.name) if group and is_whole else gettext(measure.name) if measure else ""
    hint = gettext(group.hint) if group and is_whole and group.hint else ""
    if isinstance(part, BaseFormSet):
        for row in part.forms[1:]:
            for field in row.fields.values():
                field.help_text = ""  # said at the first row
        return ShownPart(title or str(part.form.words), hint, (), part, asked.is_more)
    return ShownPart(title, hint, tuple(part[name] for name in asked.fields or part.fields), None, asked.is_more)
