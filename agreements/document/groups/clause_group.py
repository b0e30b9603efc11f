"""PURE. What a group of clauses looks like that only has to be read, kept and shown: contacts, goals, a review rhythm.

A group is declared once, as a table of fields with the kinds of their values and their words. Reading, writing, the
JSON schema, the differences, what a version keeps, the edit form and the reading view follow from that.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Generic, Literal, Protocol, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationInfo

from agreements.promises.kinds import STORED, OneOf, Text, ValueKind, is_one, kind_of, refuse, refused, shown
from smarketing.lib import words

MOST_ROWS = 100
LONGEST_PROSE = 10_000

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$*+/=^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_TELEPHONE = re.compile(r"\+?[0-9 ()/.-]*[0-9]{2}[0-9 ()/.-]*(?:(?:x|ext\.?) ?[0-9]{1,6})?")


def _(text: str) -> str:
    """Marks words for translation; whoever shows them translates."""
    return text


@dataclass(frozen=True)
class Prose(ValueKind):
    """Text of several lines. Line ends are those of Unix, for a browser sends others."""

    longest: int = LONGEST_PROSE

    def read(self, value: Any, info: ValidationInfo) -> str:
        if not is_one(value, str):
            raise refused(_("must be text in quotes, not {value}"), value=shown(value))
        text = str(value).replace("\r\n", "\n").replace("\r", "\n").strip()
        if len(text) > self.longest:
            raise refused(_("is longer than {longest} characters"), longest=self.longest)
        if _CONTROL.search(text):
            raise refused(_("holds a control character"))
        return text

    def described(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": self.longest}


class Email(Text):
    def read(self, value: Any, info: ValidationInfo) -> str:
        text = super().read(value, info)
        if text and not _EMAIL.fullmatch(text):
            raise refused(_("{value} is not an e-mail address"), value=shown(text))
        return text


class Telephone(Text):
    def read(self, value: Any, info: ValidationInfo) -> str:
        text = super().read(value, info)
        if text and not _TELEPHONE.fullmatch(text):
            raise refused(_("{value} is not a telephone number: write one like +49 30 1234567"), value=shown(text))
        return text


@dataclass(frozen=True)
class Choice(OneOf):
    """`names` are the words for the choices, in their order."""

    names: tuple[str, ...] = ()

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return list(zip(self.choices, self.names, strict=True))


PARTY = Choice(("both", "marketing", "sales", "service"), (_("both sides"), _("marketing"), _("sales"), _("service")))


class ClauseRow(BaseModel):
    """One table of a group. `named_by` are the fields that tell it from the others of its list, whatever their case."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    named_by: ClassVar[tuple[str, ...]] = ()

    @property
    def row_name(self) -> str:
        return " · ".join(text for name in self.named_by if (text := str(getattr(self, name))))

    @classmethod
    def kinds(cls) -> dict[str, ValueKind]:
        return {name: kind_of(field.metadata) for name, field in cls.model_fields.items()}

    @classmethod
    def words(cls) -> dict[str, str]:
        return {name: str(field.title) for name, field in cls.model_fields.items()}

    @classmethod
    def hints(cls) -> dict[str, str]:
        return {name: field.description or "" for name, field in cls.model_fields.items()}

    def values(self) -> dict[str, Any]:
        """Without what has its default."""
        fields = type(self).model_fields.items()
        own = {name: getattr(self, name) for name, field in fields}
        return {name: own[name] for name, field in fields if field.is_required() or own[name] != field.default}

    def flat(self) -> dict[str, str]:
        """Every field as the differences know it; what is empty is left out."""
        plain = {name: _plain(getattr(self, name)) for name in type(self).model_fields}
        return {name: text for name, text in plain.items() if text}


Row = TypeVar("Row", bound=ClauseRow)


class HasGroups(Protocol):
    """An agreement's document."""

    @property
    def groups(self) -> Mapping[str, tuple[ClauseRow, ...]]: ...


@dataclass(frozen=True)
class ClauseGroup(Generic[Row]):
    """`many` rows of one kind, or one table. `hint` is for who fills the form in; `measures`: clocks depend on it;
    `holds_unwritten`: a rule stands also where nothing is written.

    `checks` refuses rows that do not go together. `layout` says how it is read, where not as a table of its rows or a
    list of its fields: each field as a chapter of its own ("chapters"), fields named by their side ("sides"), or rows
    as people of a side ("people"). `step` is where the guided way asks for it, if no step names it
    (`agreements.pages.guided.steps`).
    """

    key: str
    name: str
    table: type[Row]
    many: bool = True
    hint: str = ""
    measures: bool = False
    holds_unwritten: bool = False
    checks: Callable[[Sequence[Row]], None] | None = None
    layout: Literal["", "chapters", "sides", "people"] = ""
    step: str = "lead"

    def of(self, document: HasGroups) -> tuple[Row, ...]:
        return document.groups.get(self.key, ())  # type: ignore[return-value]  # kept by the key of their group

    def one(self, document: HasGroups) -> Row | None:
        return next(iter(self.of(document)), None)

    @property
    def field(self) -> tuple[Any, Any]:
        """In the pydantic model of the whole text."""
        if self.many:
            return Annotated[list[self.table], AfterValidator(self._checked)], []  # type: ignore[name-defined]
        return self.table | None, None

    def _checked(self, rows: list[Row]) -> list[Row]:
        _each_once(rows)
        if self.checks:
            self.checks(rows)
        return rows

    def rows(self, read: Any) -> tuple[Row, ...]:
        """From what pydantic has read. A table that says nothing is none."""
        found = tuple(read or ()) if self.many else (read,) if read else ()
        return tuple(row for row in found if row.values())

    def stored(self, document: HasGroups) -> list[dict[str, Any]]:
        return [row.model_dump(mode="json", exclude_defaults=True) for row in self.of(document)]

    def from_stored(self, rows: Sequence[Mapping[str, Any]]) -> tuple[Row, ...]:
        return tuple(self.table.model_validate(row, context=STORED) for row in rows)

    def flat(self, document: HasGroups) -> Iterator[tuple[tuple[str, ...], str]]:
        for row in self.of(document):
            fields = row.flat()
            said = {name: text for name, text in fields.items() if name not in row.named_by} or fields
            place = (self.key, row.row_name) if self.many else (self.key,)
            yield from (((*place, name), text) for name, text in said.items())


if TYPE_CHECKING:
    AnyGroup = ClauseGroup[Any]
else:
    AnyGroup = ClauseGroup


def _each_once(rows: Sequence[ClauseRow]) -> None:
    if len(rows) > MOST_ROWS:
        raise refused(_("has more than {most} entries"), most=MOST_ROWS)
    first, faults = dict[str, int](), []
    for index, row in enumerate(rows):
        name = words.key(row.row_name)
        if name in first:
            key = row.named_by[0]
            faults.append(((index, key), refused(_("is already there (line {line})"), repeats=(first[name], key))))
        first.setdefault(name, index)
    refuse(faults)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, tuple):
        return "; ".join(value)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date) else "" if value is None else str(value)
