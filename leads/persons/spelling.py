"""PURE. What is equal for one person however the address, the number, the name and the company are written.

The one definition of "the same person", for the form, files and the API: `likeness` of two `Keys`.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers

from smarketing.lib import words
from smarketing.server.folding import fold, shortened

CERTAIN, LIKELY, OTHER = "certain", "likely", ""
SHORTEST_NUMBER = 6  # digits; shorter ones are extensions, and many people's
LONGEST_NUMBER = 40
LONGEST = 240
EXTENSION_MARK = ";ext="
# Mailboxes that a company has, and no person: two names at one of them may be two people.
SHARED = frozenset(
    re.findall(
        r"\w+",
        """admin bestellung buchhaltung buero bureau contact einkauf firma hello info kontakt kontor mail marketing
        office order post salg sales service support team verkauf vertrieb welcome zentrale""",
    )
)
TITLES = frozenset({"dr", "prof", "mr", "mrs", "ms", "herr", "frau", "hr", "fr", "dipl", "ing", "med", "mag"})
LEGAL_FORMS = frozenset(
    re.findall(
        r"\w+",
        """ab ag aps as bv co corp corporation ek ev gbr gesellschaft gmbh inc is ivs kg kgaa limited llc ltd mbh nv og
        ohg oy plc sa sarl se spa srl ug und and""",
    )
)
_WORD = re.compile(r"[^\W_]+")
_ABBREVIATED = re.compile(r"(?<=\b\w)[./]\s?(?=\w\b)|(?<=\b\w)\.(?!\w)")
_DIGITS = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Keys:
    """Of one person; empty where nothing is said. `who` is of name and company, where a company is said."""

    email: str = ""
    phone: str = ""
    name: str = ""
    who: str = ""

    @property
    def is_shared(self) -> bool:
        return self.email.partition("@")[0] in SHARED


def keys(*, email: str = "", phone: str = "", name: str = "", company: str = "", country: str = "") -> Keys:
    """`country` is the code of the one in which a number without its own is dialled."""
    return Keys(email_key(email), phone_key(phone, country), name_key(name), who_key(name, company))


def likeness(one: Keys, other: Keys) -> str:
    """The address makes one person of two, but for a company's mailbox under two names. So does the number together
    with the name, or where name and address leave it open; under two names it may be a switchboard. Name and company
    alone are a likeness."""
    are_two_names = bool(one.name and other.name and one.name != other.name)
    if one.email and one.email == other.email:
        return LIKELY if are_two_names and one.is_shared else CERTAIN
    if one.phone and one.phone == other.phone:
        is_open = not are_two_names and not (one.email and other.email)
        return CERTAIN if is_open or (one.name and one.name == other.name) else LIKELY
    return LIKELY if one.who and one.who == other.who else OTHER


def email_key(text: str) -> str:
    return words.key(text)[:LONGEST]


@lru_cache(maxsize=8_192)  # a chunk of a file asks several times
def phone_key(text: str, country: str = "") -> str:
    """In the form E.164, with an extension behind it; what no country makes a number of is its digits."""
    if len(_DIGITS.findall(text)) < SHORTEST_NUMBER:
        return ""
    number = _parsed(text, country)
    if number is None:
        return "".join(_DIGITS.findall(text))[:LONGEST_NUMBER]
    found = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return (found + (EXTENSION_MARK + number.extension if number.extension else ""))[:LONGEST_NUMBER]


def _parsed(text: str, country: str) -> phonenumbers.PhoneNumber | None:
    text = text.strip()
    if text[:1].isdigit() and text[0] != "0":  # "49 170 1234567", as programs shorten it
        whole = _read("+" + text, "")
        if whole is not None and phonenumbers.is_valid_number(whole) and _dials_zero(country):
            return whole
    return _read(text, country)


def _dials_zero(country: str) -> bool:
    """A national number begins with 0 there; where it does not, "45 12 34 56" may be one."""
    return not country or phonenumbers.ndd_prefix_for_region(country, True) == "0"


def _read(text: str, country: str) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None


@lru_cache(maxsize=8_192)
def name_key(name: str) -> str:
    """Without titles, in any order: "Müller, Hans" and "Dr. Hans Mueller" are one name."""
    found = _words(name)
    return " ".join(sorted(word for word in found if word not in TITLES) or sorted(found))[:LONGEST]


@lru_cache(maxsize=8_192)
def company_key(company: str) -> str:
    """Without the legal form at its end."""
    found = _words(_ABBREVIATED.sub("", company))
    while len(found) > 1 and found[-1] in LEGAL_FORMS:
        found.pop()
    return " ".join(found)[:LONGEST]


def who_key(name: str, company: str) -> str:
    """A name alone is many people's; a company alone is known by itself."""
    own = company_key(company)
    return f"{name_key(name)}|{own}"[:LONGEST] if own else ""


def _words(text: str) -> list[str]:
    return _WORD.findall(shortened(fold(text)))
