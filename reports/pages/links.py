"""URLs of the pages of one agreement and period, and of the records behind a bar."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from reports.measures.period_parts import PeriodPart
from smarketing.lib.periods import Period


def choice_of(name: str | None) -> str:
    """A source or tier in a query: nothing for all of them, "=" for the empty one."""
    if name is None:
        return ""
    return name if name and not name.startswith("=") else f"={name}"


def name_of(choice: str) -> str | None:
    """The reverse of `choice_of`."""
    if not choice:
        return None
    return choice[1:] if choice.startswith("=") else choice


@dataclass(frozen=True)
class Links:
    slug: str
    period: Period
    source: str | None = None
    tier: str | None = None

    def of(self, **changed: object) -> "Links":
        return replace(self, **changed)  # type: ignore[arg-type]

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
        chosen = {"period": self.period.label, "source": choice_of(self.source), "tier": choice_of(self.tier), **more}
        return urlencode({key: value for key, value in chosen.items() if value not in ("", None)})
