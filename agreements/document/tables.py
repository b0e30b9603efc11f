"""PURE. The TOML form of an agreement, table by table: what stands in a text is read by these, and nothing else is.

Their JSON schema, for editors, is `agreements.document.schema`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self, Union
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, Field, ValidationInfo, create_model, model_validator
from pydantic_core import PydanticCustomError

from agreements.document.clauses import (
    DEFAULT_REASONS,
    AgreementDocument,
    CalendarClause,
    PauseClause,
    ReasonClause,
    WrittenHours,
    hours_of,
    moment_of,
)
from agreements.document.groups.capacity_clause import CAPACITY
from agreements.document.groups.every_group import GROUPS
from agreements.document.groups.friction_clause import FRICTION
from agreements.document.groups.qualification import BRIEF
from agreements.document.groups.scope import MULTI_LEVEL, SCOPE, ScopeClause
from agreements.document.groups.signers import SIGNERS
from agreements.document.month_tables import MonthTables
from agreements.document.public_holidays import countries
from agreements.document.toml import TomlTable, refuse_twice
from agreements.promises.kinds import (
    Day,
    Fault,
    Flag,
    Fraction,
    OneOf,
    Text,
    ValueKind,
    Whole,
    day_of,
    is_one,
    refuse,
    refused,
    shown,
)
from agreements.promises.measures import MEASURES
from agreements.promises.promise import LONGEST_DAYS, Promise
from agreements.worktime import WEEKDAYS, CalendarError, WorkCalendar
from smarketing.lib import words
from smarketing.lib.periods import Period

DEFAULT_WARN_SHARE = Decimal("0.75")
PACINGS = ("working", "calendar")
RESERVED_SLUGS = ("begin", "new", "load", "waiting")
SIDES = ("marketing", "sales")

_SLUG = re.compile(r"[A-Za-z0-9_-]+")
_REASON = re.compile(r"[a-z0-9_]+")
_CURRENCY = re.compile(r"[A-Z]{3}")
_DAY_OF_YEAR = re.compile(r"[0-9]{2}-[0-9]{2}")
_INTO_NEXT_DAY = re.compile(r"(\S+): the window (\S+) runs into (\S+) of the next day, (\S+)")
_PREFIX = re.compile(r"(\S+): (.*)", re.DOTALL)


def _(text: str) -> str:
    """Marks a reason for translation; whoever shows it translates."""
    return text


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """The known time zones by name. Finding them means walking through a folder, so it is done once."""
    return tuple(sorted(available_timezones()))


class Slug(Text):
    def read(self, value: Any, info: ValidationInfo) -> str:
        slug = super().read(value, info)
        if not _SLUG.fullmatch(slug):
            raise refused(_("may hold letters a to z, digits, hyphens and underscores only"))
        if slug in RESERVED_SLUGS:
            raise refused(_("is taken by a page of the portal"))
        return slug


class ReasonKey(Text):
    def read(self, value: Any, info: ValidationInfo) -> str:
        key = super().read(value, info)
        if not _REASON.fullmatch(key):
            raise refused(_("may hold lower-case letters a to z, digits and underscores only"))
        return key


class Zone(Text):
    def read(self, value: Any, info: ValidationInfo) -> str:
        zone = super().read(value, info)
        if zone not in zones():
            raise refused(_("{value} is not a time zone: write one like Europe/Berlin"), value=shown(zone))
        return zone


class Currency(ValueKind):
    schema: ClassVar[dict[str, Any]] = {"type": "string", "pattern": "^[A-Z]{3}$"}

    def read(self, value: Any, info: ValidationInfo) -> str:
        if not is_one(value, str):
            raise refused(_("must be text in quotes, not {value}"), value=shown(value))
        if not _CURRENCY.fullmatch(value):
            raise refused(_("must be a code of three capital letters like EUR, not {value}"), value=shown(value))
        return str(value)


class Windows(ValueKind):
    """The windows of one day. Whether they fit together with those of the neighbours is seen later."""

    schema: ClassVar[dict[str, Any]] = {
        "type": "array",
        "items": {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2},
    }

    def read(self, value: Any, info: ValidationInfo) -> WrittenHours:
        return windows_of(value)


def windows_of(value: Any) -> WrittenHours:
    wrong = refused(_('must be a list of windows like [["09:00", "17:00"]], not {value}'), value=shown(value))
    if not isinstance(value, list | tuple):
        raise wrong
    try:
        if value:
            WorkCalendar("UTC", {"mon": value})
    except CalendarError as error:
        match = _PREFIX.fullmatch(str(error))
        raise refused("{text}", text=match[2] if match else str(error)) from None
    except TypeError:
        raise wrong from None
    return hours_of(value)


@dataclass(frozen=True)
class HoursByDay(ValueKind):
    """Days with their hours: days of every year like "12-24", and with `has_dates` also dates."""

    has_dates: bool = False

    def read(self, value: Any, info: ValidationInfo) -> dict[str, WrittenHours]:
        if not isinstance(value, Mapping):
            raise refused(_("must be a table, not {value}"), value=shown(value))
        days, faults = dict[str, WrittenHours](), list[Fault]()
        for text in sorted(map(str, value)):
            try:
                days[self._day(text)] = windows_of(value[text])
            except PydanticCustomError as error:
                faults.append(((text,), error))
        refuse(faults)
        return days

    def _day(self, text: str) -> str:
        if self.has_dates and not _DAY_OF_YEAR.fullmatch(text):
            return day_of(text).isoformat()
        try:
            return f"{date.fromisoformat(f'2000-{text}'):%m-%d}"
        except ValueError:
            raise refused(_("must be a day of the year like 12-24, not {value}"), value=shown(text)) from None

    def described(self) -> dict[str, Any]:
        names = "^([0-9]{4}-)?[0-9]{2}-[0-9]{2}$" if self.has_dates else "^[0-9]{2}-[0-9]{2}$"
        return {"type": "object", "patternProperties": {names: Windows.schema}, "additionalProperties": False}


class ClosedDays(ValueKind):
    schema: ClassVar[dict[str, Any]] = {"type": "array", "items": Day.schema}

    def read(self, value: Any, info: ValidationInfo) -> tuple[date, ...]:
        if not isinstance(value, list | tuple):
            raise refused(_("must be a list of dates, not {value}"), value=shown(value))
        days, faults = set[date](), list[Fault]()
        for index, item in enumerate(value):
            try:
                days.add(day_of(item))
            except PydanticCustomError as error:
                faults.append(((index,), error))
        refuse(faults)
        return tuple(sorted(days))


class DayOrInstant(ValueKind):
    """A day, or a day with a time: of TOML's own kinds or in quotes. Without an offset, in the agreement's zone."""

    schema: ClassVar[dict[str, Any]] = {"type": "string"}

    def read(self, value: Any, info: ValidationInfo) -> date | datetime:
        try:
            moment = moment_of(value) if isinstance(value, str) else value
        except ValueError:
            moment = None
        if not isinstance(moment, date):
            raise refused(_("must be a day or a time like 2026-12-24 or 2026-12-24T12:00:00"))
        day_of(date(moment.year, moment.month, moment.day))
        return moment


class Week(TomlTable):
    mon: Annotated[WrittenHours, Windows()] = ()
    tue: Annotated[WrittenHours, Windows()] = ()
    wed: Annotated[WrittenHours, Windows()] = ()
    thu: Annotated[WrittenHours, Windows()] = ()
    fri: Annotated[WrittenHours, Windows()] = ()
    sat: Annotated[WrittenHours, Windows()] = ()
    sun: Annotated[WrittenHours, Windows()] = ()

    def hours(self) -> dict[str, WrittenHours]:
        return {day: getattr(self, day) for day in WEEKDAYS if getattr(self, day)}


class PublicHolidays(TomlTable):
    country: Annotated[str, Text(10)]
    subdivision: Annotated[str, Text(60, may_be_empty=True)] = ""
    optional: Annotated[bool, Flag()] = False

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        if self.country not in countries():
            reason = _("{value} is not a known country code: write one like DE")
            refuse([(("country",), refused(reason, value=shown(self.country)))])
        subdivisions = countries()[self.country]
        if self.subdivision and self.subdivision not in subdivisions:
            reason = _("{value} is not a known subdivision of {country}: known are {known}")
            values = {"value": shown(self.subdivision), "country": self.country}
            refuse([(("subdivision",), refused(reason, **values, known=", ".join(subdivisions) or "-"))])
        return self


class Calendar(TomlTable):
    week: Week
    holidays: PublicHolidays | None = None
    closed: Annotated[tuple[date, ...], ClosedDays()] = ()
    overrides: Annotated[dict[str, WrittenHours], HoursByDay(has_dates=True)] = {}
    yearly: Annotated[dict[str, WrittenHours], HoursByDay()] = {}
    pacing: Annotated[str, OneOf(PACINGS)] | None = None

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if not self.week.hours():
            refuse([(("week",), refused(_("has no open window: no handoff would ever come due")))])
        closed = {on.isoformat() for on in self.closed}
        opened = [day for day, hours in self.overrides.items() if hours and day in closed]
        refuse([(("overrides", day), refused(_("opens a day that is among the closed ones"))) for day in opened])
        twice = self.yearly.keys() & self.overrides.keys()
        refuse([(("overrides", day), refused(_("is also among the yearly days"))) for day in sorted(twice)])
        self._refuse_impossible()
        return self

    def clause(self) -> CalendarClause:
        public = self.holidays or PublicHolidays.model_construct(country="", subdivision="", optional=False)
        dates = {date.fromisoformat(day): hours for day, hours in self.overrides.items() if len(day) > len("12-24")}
        yearly = {**self.yearly, **{day: h for day, h in self.overrides.items() if len(day) == len("12-24")}}
        return CalendarClause(
            self.week.hours(),
            public.country,
            public.subdivision,
            closed=self.closed,
            overrides=dict(sorted(dates.items())),
            optional=public.optional,
            yearly=dict(sorted(yearly.items())),
        )

    def _refuse_impossible(self) -> None:
        """Windows that run into those of the next day; the message of the calendar begins with the day."""
        clause = self.clause()
        try:
            WorkCalendar("UTC", clause.week, overrides=clause.overrides, yearly_hours=clause.yearly)
        except CalendarError as error:
            match = _INTO_NEXT_DAY.fullmatch(str(error))
            if match is None:
                raise refused("{text}", text=str(error)) from None
            day, window, other, following = match.groups()
            reason = _("the window {window} runs into {other} of the next day, {following}")
            refuse([(self._place(day), refused(reason, window=window, other=other, following=following))])

    def _place(self, day: str) -> tuple[str, str]:
        if day in WEEKDAYS:
            return "week", day
        return ("overrides", day) if day in self.overrides else ("yearly", day)


class ExceptionRow(TomlTable):
    begins: Annotated[date | datetime, DayOrInstant(), Field(alias="from")]
    ends: Annotated[date | datetime, DayOrInstant(), Field(alias="to")]
    reason: Annotated[str, Text(200, may_be_empty=True)] = ""

    @model_validator(mode="after")
    def _ends_later(self) -> Self:
        begins, ends = self.clause().instants(ZoneInfo("UTC"))
        if ends <= begins:
            refuse([(("to",), refused(_("must be later than its start")))])
        return self

    def clause(self, zone: str = "UTC") -> PauseClause:
        """A time with an offset is the wall time that clocks in the agreement's zone show then."""
        return PauseClause(_wall(self.begins, zone), _wall(self.ends, zone), self.reason)


def _wall(at: date | datetime, zone: str) -> date | datetime:
    aware = isinstance(at, datetime) and at.tzinfo
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) if aware else at  # type: ignore[union-attr]


class ReasonRow(TomlTable):
    key: Annotated[str, ReasonKey(40)]
    label: Annotated[str, Text(100, may_be_empty=True)] = ""
    whose: Annotated[str, OneOf(SIDES)] | None = None
    counts: Annotated[bool, Flag()] | None = None

    @model_validator(mode="after")
    def _has_words(self) -> Self:
        if not self.label and self.key not in _DEFAULTS:
            refuse([(("label",), refused(_("is missing")))])
        return self

    def clause(self) -> ReasonClause:
        """What is not said is as in the default reason of that key; else what marketing is to mend counts."""
        default = _DEFAULTS.get(self.key)
        whose = self.whose or (default.whose if default else "sales")
        counts = default.counts if default and not self.whose else whose == "marketing"
        return ReasonClause(self.key, self.label, whose, counts if self.counts is None else self.counts)


def _once_a_tier(rows: list[Any]) -> list[Any]:
    """A tier is one, however it is spelt."""
    refuse_twice("measure", [(row.measure, row.tier_key) for row in rows])
    return rows


def _once_a_reason(rows: list[Any]) -> list[Any]:
    refuse_twice("key", [row.key for row in rows])
    refuse_twice("label", [words.key(row.label) or row.key for row in rows])
    return rows


if TYPE_CHECKING:
    AnyPromise = Promise
else:
    _PROMISES = tuple(measure.promise for measure in MEASURES.values())
    AnyPromise = Annotated[Union[_PROMISES], Field(discriminator="measure")]  # noqa: UP007  made of the registry


class TextWithoutGroups(TomlTable, MonthTables):
    """The whole text: the heading, the terms and the months."""

    slug: Annotated[str, Slug(60)]
    name: Annotated[str, Text(150)]
    time_zone: Annotated[str, Zone(60)]
    currency: Annotated[str, Currency()]
    marketing_team: Annotated[str, Text(100)]
    sales_team: Annotated[str, Text(100)]
    service_team: Annotated[str, Text(100, may_be_empty=True)] = ""
    effective_on: Annotated[date, Day()]
    year_begins: Annotated[int, Whole(1, 12)] = 1
    pacing: Annotated[str, OneOf(PACINGS)] | None = None
    warn_share: Annotated[Decimal, Fraction(places=2, may_be_zero=False)] = DEFAULT_WARN_SHARE
    automated_counts: Annotated[bool, Flag()] = False
    return_within_working_days: Annotated[int, Whole(0, LONGEST_DAYS)] = 10
    calendar: Calendar
    exceptions: list[ExceptionRow] = []
    promises: Annotated[list[AnyPromise], AfterValidator(_once_a_tier)] = []
    return_reasons: Annotated[list[ReasonRow], AfterValidator(_once_a_reason)] = []

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        nearby = self.calendar.pacing
        if self.pacing and nearby and self.pacing != nearby:
            reason = _("contradicts the pacing above: {value}")
            refuse([(("calendar", "pacing"), refused(reason, value=self.pacing))])
        refuse([(("promises", index), _UNREACHABLE) for index in self._unreachable()])
        refuse([(("promises", index, "measure"), _NO_BRIEF) for index in self._without_brief()])
        refuse([(place, _NO_SERVICE_TEAM) for place in self._without_service()])
        refuse([((SCOPE.key, "kind"), _NOT_MULTI_LEVEL) for _one in self._said_multi_level()])
        self._refuse_absence()
        return self

    def _refuse_absence(self) -> None:
        """Nobody is away as many working days as a year has, of those in which the terms may be in force."""
        absent = [row.absence_days for row in CAPACITY.rows(getattr(self, CAPACITY.key)) if row.absence_days]
        if not absent:
            return
        work, first = self.calendar.clause().work(self.time_zone), Period.of(self.effective_on, "year")
        for year in (first.moved(12 * n) for n in range(YEARS_AHEAD)):
            days = len(work.working_days(year.start_on, year.end_on))
            if absent[0] >= days:
                reason = _("leaves no day to work on: {year} has {days} working days")
                refuse([((CAPACITY.key, "absence_days"), refused(reason, year=year.label, days=days))])

    def _without_service(self) -> list[tuple[str | int, ...]]:
        """What would be for a service team that there is not."""
        if self.service_team:
            return []
        signers = SIGNERS.rows(getattr(self, SIGNERS.key))
        found: list[tuple[str | int, ...]] = [
            (SIGNERS.key, place, "side") for place, row in enumerate(signers) if row.side == "service"
        ]
        frictions = FRICTION.rows(getattr(self, FRICTION.key))
        return found + [(FRICTION.key, next(iter(row.values()))) for row in frictions]

    def _said_multi_level(self) -> list[ScopeClause]:
        """Where nobody is the third party."""
        rows = SCOPE.rows(getattr(self, SCOPE.key))
        return [] if self.service_team else [row for row in rows if row.kind == MULTI_LEVEL]

    def _without_brief(self) -> list[int]:
        rows = BRIEF.rows(getattr(self, BRIEF.key))
        return [] if rows else [place for place, one in enumerate(self.promises) if one.measure == "brief"]

    def _unreachable(self) -> list[int]:
        """Promises that the calendar cannot bring due: they would fail at the first handoff."""
        work = WorkCalendar(self.time_zone, self.calendar.week.hours())
        start = datetime.combine(self.effective_on, datetime.min.time(), ZoneInfo(self.time_zone))
        return [index for index, promise in enumerate(self.promises) if not _comes_due(promise, work, start)]

    def document(self) -> AgreementDocument:
        return AgreementDocument(
            **{key: getattr(self, key) for key in HEADING},
            calendar=self.calendar.clause(),
            year_begins=self.year_begins,
            pacing=self.pacing or self.calendar.pacing or "working",
            warn_share=self.warn_share,
            automated_counts=self.automated_counts,
            return_within_working_days=self.return_within_working_days,
            exceptions=tuple(row.clause(self.time_zone) for row in self.exceptions),
            promises=tuple(self.promises),
            return_reasons=tuple(row.clause() for row in self.return_reasons) or DEFAULT_REASONS,
            **self.month_fields(),
            groups={key: rows for key, group in GROUPS.items() if (rows := group.rows(getattr(self, key)))},
        )


if TYPE_CHECKING:
    AgreementText = TextWithoutGroups
else:
    AgreementText = create_model(
        "Agreement",
        __base__=TextWithoutGroups,
        __doc__=TextWithoutGroups.__doc__,
        **{key: group.field for key, group in GROUPS.items()},
    )


YEARS_AHEAD = 28  # the days of the week fall anew on the same dates after so many years
_DEFAULTS = {reason.key: reason for reason in DEFAULT_REASONS}
HEADING = ("slug", "name", "time_zone", "currency", "marketing_team", "sales_team", "service_team", "effective_on")
_NO_SERVICE_TEAM = refused(_("is no party: there is no service team"))
_NOT_MULTI_LEVEL = refused(_("is multi-level only with a service team: name one, or choose another kind"))
_NO_BRIEF = refused(_("needs at least one fact in [[brief]]: say what belongs to the brief"))
_UNREACHABLE = refused(_("cannot come due: the calendar is hardly ever open"))


def _comes_due(promise: Promise, work: WorkCalendar, start: datetime) -> bool:
    try:
        promise.due(work, start)
    except CalendarError:
        return False
    return True


def known_keys(place: Sequence[str | int]) -> list[str]:
    """The keys of the table at a place as pydantic names it, in which a promise is named by its measure, too."""
    table: type[BaseModel] = AgreementText
    for part in place:
        if part in MEASURES and table is AgreementText:
            table = MEASURES[str(part)].promise
        elif isinstance(part, str) and part != "promises":
            (table,) = _tables_in(table.model_fields[part].annotation)
    return [field.alias or name for name, field in table.model_fields.items()]


def _tables_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [table for part in getattr(annotation, "__args__", ()) for table in _tables_in(part)]
