"""PURE. When two words are one: sources, tiers, names of reps; and when two ids are."""

import re
import unicodedata

# Signs that show nothing: soft hyphen, zero-width space and joiners, directional marks, word joiner, byte order mark.
_INVISIBLE = dict.fromkeys(
    [0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0x61C, 0xFEFF]
)
_LONG_ID = re.compile(r"[A-Za-z0-9]{15}[A-Za-z0-5]{3}", re.ASCII)
_RUINED = re.compile(r"[+-]?\d(?:[.,]\d+)?[eE]\+\d{1,3}", re.ASCII)
_LONGEST = 1_000  # bringing marks in order takes time that grows with the square of their number
_CHECK_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def tidied(text: str) -> str:
    """One Unicode form, no invisible signs, each run of blanks (of any kind) one space. Letters keep their case.

    What is longer than any word or id keeps its Unicode form: whoever takes it refuses its length.
    """
    if not text.isascii():
        text = _in_one_form(" ".join(text.translate(_INVISIBLE).split()))
    return " ".join(text.split())


def _in_one_form(text: str) -> str:
    return unicodedata.normalize("NFKC", text) if len(text) <= _LONGEST else text


def key(text: str) -> str:
    """What is equal for equal words: `tidied`, without case. Folding can undo the Unicode form, so it is made twice."""
    if text.isascii():
        return tidied(text).lower()
    return tidied(_in_one_form(tidied(text).casefold()))


def same_id(text: str) -> str:
    """What is equal for equal ids of another system: without blanks, and the short form of an id of Salesforce.

    Those have 15 characters, of which case matters, or 18, of which the last three say which letters are capitals.
    """
    bare = tidied(tidied(text).replace(" ", ""))  # a sign that stood on a blank joins the letter before it
    if _LONG_ID.fullmatch(bare) and _check_signs(bare[:15]) == bare[15:].upper():
        return bare[:15]
    return bare


def is_ruined_number(text: str) -> bool:
    """Whether a spreadsheet has shortened a long number to something like 1,23457E+15: its last digits are lost."""
    return bool(_RUINED.fullmatch(tidied(text[:60])))


def _check_signs(short: str) -> str:
    fives = (short[at : at + 5] for at in (0, 5, 10))
    return "".join(_CHECK_SIGNS[sum(sign.isupper() << place for place, sign in enumerate(five))] for five in fives)
