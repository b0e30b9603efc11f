"""PURE. Ids of other systems as they are compared and kept."""

import re
import unicodedata

_UNSEEN = re.compile("[\\s\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]+")
_RUINED = re.compile(r"[+-]?\d(?:[.,]\d+)?[eE]\+\d{1,3}", re.ASCII)
_SALESFORCE = re.compile(r"([0-9A-Za-z]{15})([0-9A-Za-z]{3})", re.ASCII)
_CHECKS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def tidy_id(text: str) -> str:
    """The id in composed Unicode and without blanks; its letter case stays, for two ids may differ in it alone.

    Of a Salesforce id of 18 characters the last three only repeat the case of the others: it is the id of 15.
    """
    bare = unicodedata.normalize("NFC", _UNSEEN.sub("", text))
    match = _SALESFORCE.fullmatch(bare)
    return match[1] if match and match[2].upper() == _salesforce_check(match[1]) else bare


def is_ruined_number(text: str) -> bool:
    """Whether a spreadsheet has shortened a long number to something like 1,23457E+15: its last digits are lost."""
    return bool(_RUINED.fullmatch(_UNSEEN.sub("", text[:60])))


def _salesforce_check(id15: str) -> str:
    """One character for each five: its bits say which of them are capitals, the first in the lowest bit."""
    groups = (id15[at : at + 5] for at in (0, 5, 10))
    return "".join(_CHECKS[sum(char.isupper() << bit for bit, char in enumerate(group))] for group in groups)
