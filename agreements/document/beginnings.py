"""PURE. Templates from which an agreement begins: files like an agreement's, with a table that says what they are.

A template lacks what only the agreement knows: its name, teams and first day. Its texts may hold words in braces, like
{marketing} for the name of that team, and `[template]` says how many leads or how much quota each month begins with.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import ValidationError

from agreements.document.clauses import AgreementDocument
from agreements.document.faults import LONGEST, DocumentError, DocumentProblem, decoded, parsed, problems_of
from agreements.document.groups.review import REVIEW, months_later
from agreements.document.text import ASSUMPTIONS, checked, write
from agreements.document.toml import TomlTable
from agreements.months.targets import MOST_LEADS
from agreements.promises.kinds import Amount, Text, Whole

OWN = Path(__file__).parent / "templates"
MOST_FILES = 100
MONTHS = 12
PEOPLE_OF_ONE = ("contacts", "signers", "escalation")  # clause groups that name the people of one agreement
NAMED = ("name", "description")
_NAME = re.compile(r"([a-z0-9][a-z0-9_-]{0,39})(?:\.([a-z]{2}))?\.toml")
_WORD = re.compile(r"\{([a-z]+)\}")
_OFFICE = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def _(text: str) -> str:
    """Marks a reason for translation; whoever shows it translates."""
    return text


def first_months(document: AgreementDocument) -> list[date]:
    """Those that stand in the text of a first version."""
    return [months_later(document.effective_on.replace(day=1), number) for number in range(MONTHS)]


class Template(TomlTable):
    """`position` is its place among the others."""

    name: Annotated[str, Text(100)]
    description: Annotated[str, Text(500, may_be_empty=True)] = ""
    position: Annotated[int, Whole(0, 1000)] = 500
    leads_a_month: Annotated[int | None, Whole(0, MOST_LEADS)] = None
    quota_a_month: Annotated[Decimal | None, Amount(places=6)] = None


@dataclass(frozen=True)
class AgreementTemplate:
    """A sound template, made of `text`. `language` is empty where it serves every language."""

    key: str
    language: str
    template: Template
    data: Mapping[str, Any]
    text: str
    is_kept: bool = False  # on a page of the portal, where it can be changed

    @property
    def has_service(self) -> bool:
        return bool(self.data.get("service_team"))

    @property
    def time_zone(self) -> str:
        return str(self.data.get("time_zone", "Europe/Berlin"))

    @property
    def currency(self) -> str:
        return str(self.data.get("currency", "EUR"))

    def document(
        self,
        heading: Mapping[str, Any],
        words: Mapping[str, str],
        *,
        leads: int | None = None,
        quota: Decimal | None = None,
    ) -> AgreementDocument:
        """What begins with this heading. Raises DocumentError, as for a file."""
        first: date = heading["effective_on"]
        months = [f"{months_later(first.replace(day=1), n):%Y-%m}" for n in range(MONTHS)]
        data = {**self.data, **heading}
        data["quotas"] = [] if quota is None else [{"month": month, "amount": quota} for month in months]
        data["targets"] = [] if leads is None else [{"month": month, "leads": leads} for month in months]
        return checked({key: _filled(value, words) if key not in heading else value for key, value in data.items()})


@dataclass(frozen=True)
class BrokenTemplate:
    file: str
    problems: tuple[DocumentProblem, ...]
    key: str = ""  # of one that is kept in the portal


def beginnings(folders: Sequence[Path], language: str) -> tuple[list[AgreementTemplate], list[BrokenTemplate]]:
    """One of each key, in the language or else without one, in English, in whichever there is. A later folder wins."""
    sound: dict[str, AgreementTemplate] = {}
    broken = []
    for folder in folders:
        found: dict[str, list[AgreementTemplate]] = {}
        for path, fault in _files(folder):
            try:
                if fault:
                    raise DocumentError([DocumentProblem(None, (), fault)])
                one = read_template(path)
                found.setdefault(one.key, []).append(one)
            except DocumentError as error:
                broken.append(BrokenTemplate(path.name, tuple(error.problems)))
        order = {language: 0, "": 1, "en": 2}
        sound |= {key: min(each, key=lambda one: order.get(one.language, 3)) for key, each in found.items()}
    return sorted(sound.values(), key=lambda one: (one.template.position, one.key)), broken


def read_template(path: Path) -> AgreementTemplate:
    """Raises DocumentError for a file that is no sound template."""
    match = _NAME.fullmatch(path.name)
    if match is None:
        reason = _("a template's file is named like plain.toml or plain.de.toml")
        raise DocumentError([DocumentProblem(None, (), reason)])
    try:
        with path.open("rb") as file:
            raw = file.read(4 * LONGEST + 1)
    except OSError:
        raise DocumentError([DocumentProblem(None, (), _("this file cannot be read"))]) from None
    return template_of(decoded(raw), match[1], match[2] or "")


def template_of(text: str, key: str, language: str, named: Mapping[str, str] | None = None) -> AgreementTemplate:
    """`named` are the name and the description of one that is kept in the portal: its text then has neither.

    Raises DocumentError.
    """
    data, lines = parsed(text)
    table = data.pop("template", {})
    if named and isinstance(table, Mapping):
        if twice := [("template", word) for word in NAMED if word in table]:
            reason = _("has a field of its own here: take it out of the text")
            raise DocumentError([DocumentProblem(lines.get(place), place, reason) for place in twice])
        table = {**table, **named}
    template = _head(table, lines)
    data.setdefault("calendar", {"week": _OFFICE})
    data.setdefault("time_zone", "Europe/Berlin")
    data.setdefault("currency", "EUR")
    stood_in = {"slug": "x", "name": "x", "marketing_team": "x", "sales_team": "x", "effective_on": date(2026, 1, 1)}
    checked({**stood_in, **{key: value for key, value in data.items() if key not in stood_in}}, lines)
    own = {key: value for key, value in data.items() if key not in (*stood_in, "quotas", "targets")}
    return AgreementTemplate(key, language, template, own, text, is_kept=named is not None)


def unnamed(text: str) -> str:
    """The text of a template without its name and description. Where they stand in an odd way it stays as it is."""
    data, places = parsed(text)
    starts = sorted({*places.values(), text.count("\n") + 2})
    lines, dropped = text.replace("\r\n", "\n").splitlines(keepends=True), set()
    for word in NAMED:
        if first := places.get(("template", word)):
            dropped |= set(range(first, next(start for start in starts if start > first)))
    rest = "".join(line for number, line in enumerate(lines, 1) if number not in dropped or not line.strip())
    table = {key: value for key, value in data.get("template", {}).items() if key not in NAMED}
    try:
        return rest if parsed(rest)[0] == {**data, "template": table} else text
    except DocumentError:
        return text


def text_from(document: AgreementDocument) -> str:
    """An agreement as a template: without parties, people, exceptions and months, but for what a month begins with."""
    days = tuple(row.model_copy(update={"first_on": None}) for row in REVIEW.of(document))
    groups = {**document.groups, **({REVIEW.key: days} if days else {})}
    bare = replace(
        document,
        service_team="Service" if document.service_team else "",
        exceptions=(),
        quotas={},
        quota_parts={},
        targets={},
        tier_targets={},
        groups={key: rows for key, rows in groups.items() if key not in PEOPLE_OF_ONE},
    )
    head, table, rest = write(bare).partition("\n[")
    of_one = ("slug", "name", "marketing_team", "sales_team", "effective_on")
    kept = [line for line in head.splitlines() if line.partition(" = ")[0] not in of_one]
    return "\n".join([*kept, "", "[template]", *_a_month(document)]) + f"\n{table}{rest}"


def _a_month(document: AgreementDocument) -> list[str]:
    if document.quotas and all(getattr(document, key) is not None for key in ASSUMPTIONS):
        return [f"quota_a_month = {document.quotas[max(document.quotas)]:f}"]
    return [f"leads_a_month = {document.targets[max(document.targets)]}"] if document.targets else []


def _head(table: Any, lines: Mapping[Any, int]) -> Template:
    known = ", ".join(Template.model_fields)
    if not isinstance(table, Mapping):
        raise DocumentError([DocumentProblem(lines.get(("template",)), ("template",), _("must be a table"))])
    if unknown := [key for key in table if key not in Template.model_fields]:
        reason = _("is unknown here: known are {known}")
        places = [("template", key) for key in unknown]
        raise DocumentError([DocumentProblem(lines.get(place), place, reason, {"known": known}) for place in places])
    try:
        return Template.model_validate(table)
    except ValidationError as error:
        below = {place[1:]: line for place, line in lines.items() if place[:1] == ("template",)}
        raise DocumentError(problems_of(error, below)) from None


def _files(folder: Path) -> list[tuple[Path, str]]:
    """The files with what is wrong before they are opened."""
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix == ".toml")
    except OSError:
        return [(folder, _("this folder cannot be read"))]
    taken = [(path, "" if path.is_file() else _("this file cannot be read")) for path in paths[:MOST_FILES]]
    return taken + [(path, _("there are more than a hundred templates")) for path in paths[MOST_FILES : MOST_FILES + 1]]


def _filled(value: Any, words: Mapping[str, str]) -> Any:
    """Every text with its words in braces put in; braces that name nothing stay as they stand."""
    if isinstance(value, str):
        return _WORD.sub(lambda found: words.get(found[1], found[0]), value)
    if isinstance(value, Mapping):
        return {key: _filled(each, words) for key, each in value.items()}
    return [_filled(each, words) for each in value] if isinstance(value, list) else value
