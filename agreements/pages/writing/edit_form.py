"""The form in which an agreement is written: its parts together, and the one document that comes of them."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet
from django.http import QueryDict
from django.utils.translation import gettext, gettext_lazy

from agreements.document.clauses import DEFAULT_REASONS, OF_MONTHS, AgreementDocument
from agreements.document.groups.clause_group import AnyGroup
from agreements.document.groups.every_group import GROUPS
from agreements.document.lines import Path
from agreements.document.tables import DEFAULT_WARN_SHARE
from agreements.document.text import ASSUMPTIONS, HEADING, DocumentError, checked
from agreements.pages.writing.forms import (
    AssumptionsForm,
    CalendarForm,
    HeadingForm,
    MonthFormSet,
    ReasonFormSet,
    TermsForm,
)
from agreements.pages.writing.kinds import said
from agreements.pages.writing.rows import CLAUSE_FORMSETS, group_part, promise_part
from agreements.promises.measures import MEASURES
from agreements.worktime import WEEKDAYS
from smarketing.accounts.models import Side
from smarketing.lib.periods import Period

CALENDAR = ("week", "country", "subdivision", "optional", "closed", "overrides", "yearly")
TERMS = (
    "effective_on",
    "pacing",
    "warn_share",
    "automated_counts",
    "return_within_working_days",
    "tiers",
    "exceptions",
)


TO_BE_SIGNED = gettext_lazy("Once every party has signed. The first of next month, unless you choose another day.")


class Draft:
    """`former` is what the form is opened with, empty for a new agreement; `year` says whose months are in it.

    `is_signed`: what is written takes effect once every party has signed it. `marked` are the parts of the page
    in which the proposal that it begins from says something new.
    """

    def __init__(
        self,
        former: dict[str, Any],
        year: int,
        data: QueryDict | None = None,
        fixed: tuple[str, ...] = (),
        *,
        is_signed: bool = False,
        marked: Collection[str] = (),
    ) -> None:
        self.former, self.year, self.marked = former, year, marked
        self.heading = HeadingForm(data, initial=former, fixed=fixed)
        self.terms = TermsForm(data, initial=former)
        if is_signed:
            self.terms.fields["effective_on"].help_text = TO_BE_SIGNED
        self.calendar = CalendarForm(data, initial=_calendar_initial(former))
        self.assumptions = AssumptionsForm(data, initial=former)
        promises = former.get("promises", ())
        made = {key: [clause.model_dump() for clause in promises if clause.measure == key] for key in MEASURES}
        self.promises = {
            key: formset(data, initial=made[key], prefix=promise_part(key)) for key, formset in CLAUSE_FORMSETS.items()
        }
        reasons = [vars(reason) for reason in former.get("return_reasons", DEFAULT_REASONS)]
        self.reasons = ReasonFormSet(data, initial=reasons, prefix="reasons")
        rows = former.get("groups", {})
        self.groups = {key: group_part(group, data, rows.get(key, ())) for key, group in GROUPS.items()}
        self.months = MonthFormSet(data, initial=_months_initial(former, year), prefix="months")
        self.given: dict[str, Any] = {}
        self.document: AgreementDocument | None = None

    @property
    def parts(self) -> list[Any]:
        single = [self.heading, self.terms, self.calendar, self.assumptions]
        return [*single, *self.promises.values(), self.reasons, *self.groups.values(), self.months]

    def part(self, name: str) -> Any:
        """A form or formset by its name: that of a measure or a clause group, or one of the others."""
        single = {"heading": self.heading, "terms": self.terms, "calendar": self.calendar}
        others = {"assumptions": self.assumptions, "reasons": self.reasons, "months": self.months}
        promises = {promise_part(key): part for key, part in self.promises.items()}
        return (single | others | promises | self.groups)[name]

    @property
    def faulty(self) -> dict[str, bool]:
        """The parts of the page in which something is refused."""
        single = ("heading", "terms", "calendar", "assumptions", "reasons", "months")
        names = {"parties" if name == "heading" else name: [self.part(name)] for name in single}
        sides = {side: [part for _name, part in self.of_side(side)] for side in (Side.MARKETING, Side.SALES)}
        parts = (
            names | {str(side): own for side, own in sides.items()} | {key: [own] for key, own in self.groups.items()}
        )
        return {name: True for name, own in parts.items() if any(map(_is_faulty, own))}

    @property
    def unfolded(self) -> dict[str, bool]:
        """Where something is refused; else what is marked, else the first part."""
        return self.faulty if self.has_errors else dict.fromkeys(self.marked or ("parties",), True)

    @property
    def has_errors(self) -> bool:
        return any(map(_is_faulty, self.parts))

    def of_side(self, side: str) -> list[tuple[str, Any]]:
        """The promises of one side, each measure by its name."""
        return [
            (gettext(MEASURES[key].name), part) for key, part in self.promises.items() if MEASURES[key].side == side
        ]

    @property
    def of_marketing(self) -> list[tuple[str, Any]]:
        return self.of_side(Side.MARKETING)

    @property
    def of_sales(self) -> list[tuple[str, Any]]:
        return self.of_side(Side.SALES)

    @property
    def written(self) -> list[tuple[AnyGroup, Any]]:
        """The clause groups, each with its form or formset."""
        return [(group, self.groups[key]) for key, group in GROUPS.items()]

    @property
    def sides(self) -> list[str]:
        return list(Side.values)

    @property
    def year_before(self) -> str:
        return f"{self.year - 1}"

    @property
    def year_after(self) -> str:
        return f"{self.year + 1}"

    @property
    def clauses(self) -> list[forms.Form]:
        """The filled rows, in the order of the promises."""
        return [row for formset in self.promises.values() for row in _filled(formset)]

    def is_valid(self) -> bool:
        valid = [part.is_valid() for part in self.parts]  # all of them, so that every field says what is wrong
        if not all(valid):
            return False
        self.given = self.values()
        try:
            self.document = checked(self.given)
        except DocumentError as error:
            for problem in error.problems:
                self.refuse(problem.path, said(problem.text, **problem.values))
        return self.document is not None

    @property
    def sound(self) -> AgreementDocument:
        """The document, once the draft is valid."""
        assert self.document is not None
        return self.document

    def refuse(self, path: Path, text: str) -> None:
        form, field = self._place(path)
        form.add_error(field if field in form.fields else None, text)

    def _place(self, path: Path) -> tuple[forms.Form, str]:
        """The part and the field in which something of the document is written."""
        match path:
            case ("calendar", "week" | "holidays", str(name), *_rest) | ("calendar", str(name), *_rest):
                return self.calendar, WEEKDAYS[0] if name == "week" else name
            case ("promises" | "quotas" | "targets" as name, int(row), *rest):
                return self._row(name, row, [str(part) for part in rest])
            case (str(name), int(row), *rest) if name == "return_reasons" or name in self.groups:
                return _filled(self.groups.get(name, self.reasons))[row], str(rest[0] if rest else "")
            case (str(name), *rest) if name == "assumptions" or self._is_one_table(name):
                return self.groups.get(name, self.assumptions), str(rest[0] if rest else "")
            case (str(name), *_rest) if name in self.terms.fields:
                return self.terms, name
        return self.heading, str(path[0] if path else "")

    def _is_one_table(self, name: str) -> bool:
        return name in self.groups and not GROUPS[name].many

    def _row(self, name: str, row: int, rest: list[str]) -> tuple[forms.Form, str]:
        if name == "promises":
            return self.clauses[row], "tier" if rest == ["measure"] else "".join(rest[:1])
        month = date.fromisoformat(f"{self.given[name][row]['month']}-01")
        shown = next((form for form in self.months.forms if form.cleaned_data["month"] == month), self.heading)
        return shown, "amount" if name == "quotas" else "leads"

    def values(self) -> dict[str, Any]:
        """As they stand in the TOML form."""
        heading, terms, assumed = (form.cleaned_data for form in (self.heading, self.terms, self.assumptions))
        given = {key: assumed[key] for key in ASSUMPTIONS if assumed[key] is not None}
        return {
            **heading,
            **terms,
            "exceptions": [pause.as_json() for pause in terms["exceptions"]],
            "calendar": self._calendar_values(),
            "promises": [_clause_values(row) for row in self.clauses],
            "return_reasons": [_reason_values(row) for row in _filled(self.reasons)],
            "tiers": _tier_rows(terms["tiers"]),
            **{key: said for key, group in GROUPS.items() if (said := _group_values(group, self.groups[key]))},
            **({"assumptions": given | self._by_tier()} if given else {}),
            **self._ledger(),
            "quotas": list(self._month_rows("quotas", "amount", "parts", "quota_parts")),
            "targets": list(self._month_rows("targets", "leads", "tiers", "tier_targets")),
        }

    def _by_tier(self) -> dict[str, Any]:
        """What the page of the months is for stays as it was."""
        keys = {"cycle_days": "cycle_days", "is_shifted": "shift_by_cycle"}
        kept = {key: self.former[name] for name, key in keys.items() if self.former.get(name)}
        return {**kept, "tiers": [vars(tier) for tier in self.former.get("by_tier", ())]}

    def _ledger(self) -> dict[str, Any]:
        """What the page of the ledger is for stays as it was."""
        kept = {name: self.former[name] for name in ("propose_on", "fewest_customers") if name in self.former}
        return {"ledger": kept | {"propose_on": kept["propose_on"] or 0}} if kept else {}

    def _calendar_values(self) -> dict[str, Any]:
        cleaned = self.calendar.cleaned_data
        public = {key: cleaned[key] for key in ("country", "subdivision", "optional") if cleaned[key]}
        return {
            "week": {day: cleaned[day] for day in WEEKDAYS},
            "closed": cleaned["closed"],
            "overrides": {on.isoformat(): hours for on, hours in cleaned["overrides"].items()},
            "yearly": cleaned["yearly"],
            **({"holidays": public} if public else {}),
        }

    def _month_rows(self, name: str, field: str, split: str, parts: str) -> Iterator[dict[str, Any]]:
        """The months in the form as they are there, all others as they were. What was split has to add up again."""
        shown = {form.cleaned_data["month"]: form.cleaned_data[field] for form in self.months.forms}
        for month, value in sorted({**self.former.get(name, {}), **shown}.items()):
            if value is not None:
                yield {"month": f"{month:%Y-%m}", field: value, split: self.former.get(parts, {}).get(month, {})}


def blank(today: date) -> dict[str, Any]:
    """What a new agreement begins with: office hours, from today."""
    office = dict.fromkeys(WEEKDAYS[:5], (("09:00", "17:00"),))
    return {
        "effective_on": today,
        "pacing": "working",
        "warn_share": DEFAULT_WARN_SHARE,
        "currency": "EUR",
        "week": office,
    }


def initial_of(document: AgreementDocument) -> dict[str, Any]:
    calendar = document.calendar
    return {
        **{key: getattr(document, key) for key in (*HEADING, *TERMS, *ASSUMPTIONS)},
        **{key: getattr(calendar, key) for key in CALENDAR},
        "year_begins": document.year_begins,
        "tiers": document.tier_points,
        **{key: getattr(document, key) for key in ("promises", "return_reasons", "groups", *OF_MONTHS)},
    }


def _tier_rows(tiers: list[tuple[str, Any]]) -> list[Any]:
    return [name if points is None else {"name": name, "points": points} for name, points in tiers]


def _calendar_initial(former: Mapping[str, Any]) -> dict[str, Any]:
    return {**former, **former.get("week", {})}


def _months_initial(former: Mapping[str, Any], year: int) -> list[dict[str, Any]]:
    quotas, targets = former.get("quotas", {}), former.get("targets", {})
    months = [period.start_on for period in Period(date(year, 1, 1), "year").months()]
    return [{"month": on, "amount": quotas.get(on), "leads": targets.get(on)} for on in months]


def _is_faulty(part: Any) -> bool:
    return bool(any(part.errors) or _non_form_errors(part))


def _non_form_errors(part: Any) -> bool:
    return bool(part.is_bound and isinstance(part, BaseFormSet) and part.non_form_errors())


def _filled(formset: Any) -> list[Any]:
    rows = [row for row in formset.forms if row.initial or row.has_changed()]
    return [row for row in rows if not row.cleaned_data.get("DELETE") and not _is_given_up(row)]


def _is_given_up(row: Any) -> bool:
    """A row that stood there and whose leading list box is emptied; a new one without it is refused, not lost."""
    leading = getattr(row, "leading", "")
    return bool(leading and row.initial and not row.cleaned_data.get(leading))


def _group_values(group: AnyGroup, part: Any) -> Any:
    return [row.values() for row in _filled(part)] if group.many else part.values()


def _reason_values(row: Any) -> dict[str, Any]:
    return {key: value for key, value in row.cleaned_data.items() if key != "DELETE"}


def _clause_values(row: Any) -> dict[str, Any]:
    values = {key: value for key, value in row.cleaned_data.items() if key != "DELETE"}
    return {"measure": row.measure, **values}
