"""Reads: what an agreement still lacks, step by step, and what stands in the way: a first day that is over, a name."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from agreements.document.beginnings import first_months
from agreements.document.clauses import AgreementDocument
from agreements.document.differences import differences
from agreements.document.groups.contacts import CONTACTS
from agreements.document.groups.every_group import GROUPS
from agreements.document.groups.review import REVIEW
from agreements.document.groups.wordings import DEFINITIONS, TEXTS
from agreements.document.text import ASSUMPTIONS, read
from agreements.document.versions import whole_document
from agreements.models import Version
from agreements.months.plans import numbers_of
from agreements.pages.guided.consequences import Meaning
from agreements.pages.guided.steps import STEPS, GuidedStep, heads_of
from agreements.pages.writing.same_teams import not_told_apart
from agreements.signing.parties import parties
from agreements.signing.proposals import named_alike
from agreements.terms import today_of
from smarketing.accounts.models import Side

OF_TEMPLATE = STEPS.keys() - {"who", "sign"}  # the others are said by people alone


@dataclass(frozen=True)
class StepState:
    """In the list of the steps. `is_as_begun`: what the template has brought along stands there unchanged."""

    step: GuidedStep
    bars: list[str]
    hints: list[str]
    is_current: bool
    is_seen: bool
    is_as_begun: bool = False

    @property
    def missing(self) -> list[str]:
        return self.bars + self.hints

    @property
    def is_done(self) -> bool:
        """Nothing is lacking, and somebody has looked at it."""
        return self.is_seen and not self.missing


def states_of(
    draft: Version, current: str, at: datetime, seen: Collection[str] = ()
) -> tuple[Meaning, list[StepState]]:
    """What a draft means and lacks, the same on each of its pages. `seen` are the steps that somebody has looked at."""
    agreement, today = draft.agreement, today_of(draft.agreement, at)
    alike = named_alike(draft, at)
    beside = "" if alike else not_told_apart(agreement)
    meaning = Meaning(whole_document(draft), parties(agreement, today), today, beside, alike)
    has_months = agreement.is_draft
    changed = _changed(draft, meaning.document)
    found = []
    for key, step in STEPS.items():
        bars = list(_bars(meaning)) if key == "who" else []
        hints = list(_LACKS[key](meaning, has_months)) if key in _LACKS else []
        asks = changed is not None and not hints and key in OF_TEMPLATE
        as_begun = asks and _is_as_begun(step, meaning.document, changed or set())
        found.append(StepState(step, bars, hints, key == current, key in seen, as_begun))
    return meaning, found


def _changed(draft: Version, document: AgreementDocument) -> set[tuple[str, ...]] | None:
    """What somebody has written since it was begun; None where it was not begun from a template."""
    return {one.path for one in differences(read(draft.begun), document)} if draft.begun else None


def _is_as_begun(step: GuidedStep, document: AgreementDocument, changed: set[tuple[str, ...]]) -> bool:
    """The step says something, and all of it as the template did."""
    heads = heads_of(step)
    if step.key == "target":  # how many leads, or how much quota, was asked for when it was begun
        heads = {(name,) for name in ASSUMPTIONS}
    says = {one.path for one in differences(None, document)}
    return _touches(heads, says) and not _touches(heads, changed)


def _touches(heads: set[tuple[str, ...]], paths: set[tuple[str, ...]]) -> bool:
    return any(path[: len(head)] == head for head in heads for path in paths)


def _bars(meaning: Meaning) -> Iterator[str]:
    if meaning.alike:
        yield meaning.alike
    if meaning.document.effective_on < meaning.today:
        yield _("The first day is over: choose today or a later day.")


def _who(meaning: Meaning, has_months: bool) -> Iterator[str]:
    if meaning.beside:
        yield meaning.beside


def _lead(meaning: Meaning, has_months: bool) -> Iterator[str]:
    if not DEFINITIONS.of(meaning.document) and not _others("lead", meaning.document):
        yield _("Nobody has said what a qualified lead is.")


def _target(meaning: Meaning, has_months: bool) -> Iterator[str]:
    if has_months and not any(numbers_of(meaning.document, month) for month in first_months(meaning.document)):
        yield _("No month has a target.")


def _fast(meaning: Meaning, has_months: bool) -> Iterator[str]:
    if not meaning.terms.speed:
        yield _("Nothing is promised about the first attempt.")


def _often(meaning: Meaning, has_months: bool) -> Iterator[str]:
    if not meaning.terms.depth:
        yield _("Nothing is promised about how often sales tries.")


def _missed(meaning: Meaning, has_months: bool) -> Iterator[str]:
    texts = TEXTS.one(meaning.document)
    if not (texts and texts.when_missed) and not _others("missed", meaning.document):
        yield _("Nothing follows from a missed month.")


def _contacts(meaning: Meaning, has_months: bool) -> Iterator[str]:
    named = {row.side for row in CONTACTS.of(meaning.document)}
    for side in (Side.MARKETING, Side.SALES):
        if not {side, "both"} & named:
            yield _("Nobody is named for this side: %(side)s.") % {"side": side.label}


def _review(meaning: Meaning, has_months: bool) -> Iterator[str]:
    review = REVIEW.one(meaning.document)
    if review is None or not (review.every_months or review.first_on):
        yield _("There is no date for a review.")


def _sign(meaning: Meaning, has_months: bool) -> Iterator[str]:
    for party in meaning.parties:
        if not any(signer.user for signer in party.signers):
            yield _("Nobody can sign for %(team)s: it has no lead.") % {"team": party.team}


def _others(step: str, document: AgreementDocument) -> list[Any]:
    """What the clause groups say that belong to the step."""
    return [row for group in GROUPS.values() if group.step == step for row in group.of(document)]


_LACKS: dict[str, Callable[[Meaning, bool], Iterator[str]]] = {
    "who": _who,
    "lead": _lead,
    "target": _target,
    "fast": _fast,
    "often": _often,
    "missed": _missed,
    "contacts": _contacts,
    "review": _review,
    "sign": _sign,
}
