"""PURE. A TOML text as data, and everything that is wrong with it, each with its line.

Reasons are templates, so that a page can show them in the reader's language.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from agreements.document.lines import Path, line_of, lines_of
from agreements.document.tables import known_keys
from agreements.promises.kinds import shown, without_controls
from agreements.promises.measures import MEASURES

LONGEST = 1_000_000
MOST_DOTS = 100  # in a line: what tomllib needs for a key grows with the square of its parts
MOST_TOLD = 100

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def _(text: str) -> str:
    """Marks a reason for translation; whoever shows it translates."""
    return text


@dataclass(frozen=True)
class DocumentProblem:
    """`line` counts from 1 and is None where there is no text; `text` is a template for `values`."""

    line: int | None
    path: Path
    text: str
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The keys without the indices: the line says which of several is meant."""
        return ".".join(without_controls(key) for key in self.path if isinstance(key, str))

    @property
    def reason(self) -> str:
        return self.text.format(**self.values)

    def __str__(self) -> str:
        return f"{self.key}: {self.reason}" if self.path else self.reason


class DocumentError(ValueError):
    """The text is no agreement. `problems` holds all that is wrong with it, in the order of the lines."""

    def __init__(self, problems: Sequence[DocumentProblem]) -> None:
        self.problems = sorted(problems, key=lambda problem: problem.line or 0)
        super().__init__("\n".join(f"line {problem.line}: {problem}" for problem in self.problems))


def decoded(data: bytes) -> str:
    """The text of a file, which TOML wants in UTF-8. Raises DocumentError with the line that is not."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DocumentError([DocumentProblem(line, (), _("this is not UTF-8 text: save the file as UTF-8"))]) from None


def parsed(text: str) -> tuple[dict[str, Any], dict[Path, int]]:
    """The data of a TOML text and the lines of its keys. A byte order mark and CRLF are accepted."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if len(text) > LONGEST:
        raise DocumentError([DocumentProblem(1, (), _("the text is longer than a million characters"))])
    if any(line.count(".") > MOST_DOTS for line in text.split("\n")):
        raise DocumentError([DocumentProblem(1, (), _("the text is nested too deeply"))])
    try:
        return tomllib.loads(text, parse_float=Decimal), lines_of(text)
    except tomllib.TOMLDecodeError as error:
        raise DocumentError([_syntax_problem(text, str(error))]) from None
    except RecursionError:
        raise DocumentError([DocumentProblem(1, (), _("the text is nested too deeply"))]) from None
    except (ValueError, InvalidOperation):
        raise DocumentError([DocumentProblem(1, (), _("the text holds a number of impossible length"))]) from None


def _syntax_problem(text: str, message: str) -> DocumentProblem:
    place = _PLACE.search(message)
    line = int(place[1]) if place and place[1] else text.rstrip("\n").count("\n") + 1
    return DocumentProblem(line, (), _("this is not valid TOML: {message}"), {"message": _PLACE.sub("", message)})


def problems_of(error: ValidationError, lines: Mapping[Path, int]) -> list[DocumentProblem]:
    """The first of them: nobody reads more, and each unknown key is compared with all known ones."""
    return [_problem(fault, lines) for fault in error.errors(include_url=False)[:MOST_TOLD]]


def _problem(fault: ErrorDetails, lines: Mapping[Path, int]) -> DocumentProblem:
    place, given = fault["loc"], fault.get("ctx", {})
    is_chosen = place[:1] == ("promises",) and place[2:3] and place[2] in MEASURES
    path = place[:2] + place[3:] if is_chosen else place  # without the measure that chose the table
    if fault["type"] == "refused":
        values = {key: value for key, value in given.items() if key not in ("reason", "repeats")}
        if "repeats" in given:
            values["line"] = line_of(lines, path[:-2] + given["repeats"]) or "-"
        return DocumentProblem(line_of(lines, path), path, given["reason"], values)
    if fault["type"].startswith("union_tag"):
        path = (*path, "measure")
    reason, values = _told(fault)
    return DocumentProblem(line_of(lines, path), path, reason, values)


def _told(fault: ErrorDetails) -> tuple[str, dict[str, object]]:
    """What pydantic itself refuses, in our words."""
    value, key = fault["input"], str(fault["loc"][-1] if fault["loc"] else "")
    match fault["type"]:
        case "missing" | "union_tag_not_found":
            return _("is missing"), {}
        case "extra_forbidden":
            return _unknown(key, known_keys(fault["loc"][:-1]))
        case "union_tag_invalid":
            choices, given = ", ".join(MEASURES), shown(value.get("measure"))
            return _("must be one of {choices}, not {value}"), {"choices": choices, "value": given}
        case "list_type":
            return _("must be a list of tables, not {value}"), {"value": shown(value)}
    return _("must be a table, not {value}"), {"value": shown(value)}


def _unknown(key: str, known: Sequence[str]) -> tuple[str, dict[str, object]]:
    if close := get_close_matches(key, known, n=1):
        return _("is unknown here: did you mean {close}?"), {"close": close[0]}
    return _("is unknown here: known are {known}"), {"known": ", ".join(known)}
