"""E-mail addresses: the one rule of every door, which is the one of forms."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

_NAMED = re.compile(r"[^<>]*<([^<>]*)>")


def is_address(text: str) -> bool:
    """Forms ask the same validator, so that what came by file can be edited afterwards."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def addresses(text: str) -> list[str]:
    """The addresses in a cell, in small letters: in `Eve <eve@a.example>; mailto:max@a.example.` there are two."""
    found = (_bare(part) for part in _parts(text))
    return list(dict.fromkeys(part for part in found if is_address(part)))


def _parts(text: str) -> list[str]:
    """A blank divides two addresses, but no name from an address: `jane doe@a.example` is none."""
    found: list[str] = []
    for part in re.split(r"[;,|\n]", text):
        words = part.split()
        found += words if all("@" in word for word in words) else [part]
    return found


def _bare(part: str) -> str:
    named = _NAMED.fullmatch(part)
    bare = (named[1] if named else part).strip(" \t\"';,|<>").lower().removeprefix("mailto:")
    return bare.partition("?")[0].rstrip(".")
