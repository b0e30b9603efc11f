"""URLs of the pages of one agreement and period, and of the records behind a bar."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from reports.facts.results import WITHOUT
from reports.measures.handoff_columns import DIMENSIONS, Scope
from reports.measures.period_parts import PeriodPart
from smarketing.lib.periods import Period

EMPTY, OTHERS = "=", "~"


def choice_of(name: str | None) -> str:
    """A source or tier in a query: nothing for all of them, "=" for the empty one."""
    if name is None:
        return ""
    return name if name and name[0] not in (EMPTY, OTHERS) else f"{EMPTY}{name}"


def name_of(choice: str) -> str | None:
    """The reverse of `choice_of`."""
    if not choice:
        return None
    return choice[1:] if choice.startswith(EMPTY) else choice


def choices_of(scope: Scope) -> dict[str, str]:
    """A scope in a query; `tier=~speed` are the tiers without a promise of the speed of their own."""
    choices = {dimension: choice_of(scope.word(dimension)) for dimension in DIMENSIONS}
    return choices | {"tier": f"{OTHERS}{scope.others}"} if scope.others else choices


def scope_of(params: Mapping[str, str], measures: tuple[str, ...]) -> Scope:
    """The reverse of `choices_of`."""
    choices = {dimension: params.get(dimension, "") for dimension in DIMENSIONS}
    others = choices["tier"].removeprefix(OTHERS) if choices["tier"].startswith(OTHERS) else ""
    if others:
        del choices["tier"]
    words = {dimension: name for dimension, choice in choices.items() if (name := name_of(choice)) is not None}
    return Scope(words, others if others in measures else "")


@dataclass(frozen=True)
class Links:
    slug: str
    period: Period
    scope: Scope = field(default_factory=Scope)
    on: date | None = None
    without: bool = False

    def of(self, period: Period) -> "Links":
        return replace(self, period=period)

    def to(self, dimension: str, word: str | None) -> "Links":
        return replace(self, scope=self.scope.to(dimension, word))

    def narrowed(self, scope: Scope) -> "Links":
        """The handoffs of both scopes."""
        return self.within(Scope({**self.scope.words, **scope.words}, scope.others or self.scope.others))

    def within(self, scope: Scope) -> "Links":
        return replace(self, scope=scope)

    def page(self, page: str) -> str:
        return f"{reverse(f'reports:{page}', args=[self.slug])}?{self._query()}"

    def data(self, page: str, form: str, chart: str = "") -> str:
        return f"{reverse('reports:data', args=[self.slug, page, form])}?{self._query(chart=chart)}"

    def records(self, what: str, part: PeriodPart | None = None, **more: float | str | None) -> str:
        days = {"first_on": part.start_on, "last_on": part.end_on} if part else {}
        return f"{reverse('reports:records', args=[self.slug])}?{self._query(what=what, **days, **more)}"

    def file(self, page: str, form: str, params: QueryDict) -> str:
        """The same page as a file, with all that its address asks for."""
        return f"{reverse('reports:data', args=[self.slug, page, form])}?{params.urlencode()}"

    def _query(self, **more: object) -> str:
        on = self.on.isoformat() if self.on else ""
        chosen = {
            "period": self.period.label,
            "on": on,
            "excuses": WITHOUT if self.without else "",
            **choices_of(self.scope),
            **more,
        }
        return urlencode({key: value for key, value in chosen.items() if value not in ("", None)})
