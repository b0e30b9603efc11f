"""PURE. Texts of a lead and of what happened to it, checked alike at every door."""

import re
from typing import Any

from leads.doors.addresses import addresses
from leads.doors.fields import Field, Reads
from smarketing.lib import places
from smarketing.lib.file_problems import FileProblem, Unreadable
from smarketing.lib.words import is_ruined_number, same_id, tidied

PLACES = {Reads.COUNTRY: places.country, Reads.LANGUAGE: places.language}
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")


class Partly(Exception):
    """Something could be read, but not all that stands there."""

    def __init__(self, value: Any, problem: FileProblem) -> None:
        self.value = value
        self.problem = problem
        super().__init__(str(problem))


def read_text(field: Field, text: str) -> str:
    """As it is kept; only a note keeps its line breaks. Raises Unreadable rather than cutting anything off.

    Raises Partly where there is more than one e-mail address.
    """
    if CONTROL.search(text):
        raise Unreadable("control_characters")
    if field.reads in (Reads.ID, Reads.PHONE) and is_ruined_number(text):
        raise Unreadable("ruined_number")
    if field.reads is Reads.EMAIL:
        return _address(text, field.longest)
    found = _tidy(field, text)
    if field.reads in PLACES and found:
        return _place(field, found)
    if len(found) > field.longest:
        raise Unreadable("too_long", str(field.longest))
    return found


def _tidy(field: Field, text: str) -> str:
    if field.reads is Reads.NOTE:
        return text.replace("\r\n", "\n").replace("\r", "\n")
    if field.reads is Reads.ID:
        return same_id(text)
    return tidied(text)


def _place(field: Field, text: str) -> str:
    """The code, whichever name or code is written."""
    code = PLACES[field.reads](text)
    if code is None:
        raise Unreadable(f"no_{field.reads}", text[:80])
    return code


def _address(text: str, longest: int) -> str:
    found = addresses(text) if len(text) <= 10 * longest else []
    if not found or len(found[0]) > longest:
        raise Unreadable("no_email")
    if len(found) > 1:
        raise Partly(found[0], FileProblem("more_addresses"))
    return found[0]
