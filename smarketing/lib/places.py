"""PURE. Countries (ISO 3166-1 alpha-2) and languages (ISO 639-1): read from names and codes, named in each language.

The names are those of the Unicode consortium (CLDR), as the library Babel keeps them.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from babel import Locale
from babel.core import get_global

SPOKEN = ("en", "de", "da")  # names in these languages are read and shown
LONGEST = 200
# Two letters that CLDR names beside those of ISO 3166-1: parts of states, unions, and codes for tests. Kosovo has none
# of its own there; everybody writes XK, which ISO leaves free for such use.
NO_COUNTRIES = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})
NO_LANGUAGES = frozenset({"ii"})  # its name, Yi, is the code of Yiddish
ALSO_COUNTRIES = {
    "BA": ("Bosnia", "Bosnien"),
    "CI": ("Ivory Coast",),
    "CZ": ("Czech Republic", "Tschechische Republik", "Tjekkiske Republik"),
    "DE": ("BRD", "Bundesrepublik Deutschland", "Federal Republic of Germany"),
    "GB": ("Great Britain", "Großbritannien", "England", "Scotland", "Wales", "UK"),
    "HK": ("Hong Kong", "Hongkong"),
    "KR": ("Korea", "Republic of Korea"),
    "MM": ("Burma",),
    "NL": ("Holland", "The Netherlands"),
    "RU": ("Russian Federation",),
    "TR": ("Turkey", "Türkiye"),
    "US": ("United States of America", "USA", "America", "Amerika"),
}
ALSO_LANGUAGES = {"no": ("Norwegian", "Norwegisch", "Norsk"), "zh": ("Mandarin", "Mandarin Chinese")}
OWN_NAMES = ("cs", "da", "de", "en", "es", "fi", "fr", "it", "nb", "nl", "pl", "pt", "sv")  # "français", "español"
_TAG = re.compile(r"([A-Za-z]{2})[-_][A-Za-z]{2,4}")  # of a browser: de-AT
_WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_AND = {"en": " and ", "de": " und ", "da": " og "}


def country(text: str) -> str | None:
    """The code; None for what is no country that is known here."""
    return _countries().get(_plain(text))


def language(text: str) -> str | None:
    tag = _TAG.fullmatch(text.strip())
    return _languages().get(_plain(tag[1] if tag else text))


def country_of_zone(zone: str) -> str:
    """The code of the country that a time zone lies in; empty for one that lies in none, as UTC does."""
    found = str(get_global("zone_territories").get(zone, ""))
    return "" if found in NO_COUNTRIES or not found.isalpha() else found


def country_name(code: str, spoken: str) -> str:
    """What is no code stays as it is."""
    return _named("territories", code, spoken)


def language_name(code: str, spoken: str) -> str:
    name = _named("languages", code, spoken)
    return name[:1].upper() + name[1:]


def country_names(spoken: str) -> list[str]:
    """To choose from, as a speaker of the language looks them up."""
    return _sorted((country_name(code, spoken) for code in country_codes()), spoken)


def language_names(spoken: str) -> list[str]:
    return _sorted((language_name(code, spoken) for code in language_codes()), spoken)


def country_codes() -> tuple[str, ...]:
    known = _names("territories", "en")
    return tuple(sorted(code for code in known if re.fullmatch("[A-Z]{2}", code) and code not in NO_COUNTRIES))


def language_codes() -> tuple[str, ...]:
    return tuple(sorted(code for code in _names("languages", "en") if len(code) == 2 and code not in NO_LANGUAGES))


def _sorted(names: Iterable[str], spoken: str) -> list[str]:
    """Å, Æ and Ø are letters of their own in Danish, at the end; elsewhere an accent does not move a name."""
    return sorted(set(names), key=str.casefold if spoken == "da" else _plain)


def _named(kind: str, code: str, spoken: str) -> str:
    return _names(kind, spoken if spoken in SPOKEN else "en").get(code) or code


@cache
def _names(kind: str, spoken: str) -> dict[str, str]:
    return {str(code): str(name) for code, name in getattr(Locale(spoken), kind).items()}


@cache
def _countries() -> dict[str, str]:
    return _table("territories", country_codes(), ALSO_COUNTRIES)


@cache
def _languages() -> dict[str, str]:
    found = _table("languages", language_codes(), ALSO_LANGUAGES)
    own = {_plain(_names("languages", code).get(code, "")): code for code in OWN_NAMES}
    return own | found


def _table(kind: str, codes: tuple[str, ...], also: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """By name as it is compared; a code goes before a name, and a name before the longer codes of three letters."""
    found = {_plain(code): code for code in codes}
    for spoken in SPOKEN:
        names = _names(kind, spoken)
        for code in codes:
            for name in _spellings(names.get(code, ""), spoken):
                found.setdefault(_plain(name), code)
    for code, others in also.items():
        found |= {_plain(name): code for name in others}
    aliases = get_global("territory_aliases" if kind == "territories" else "language_aliases")
    for alias, replaced in aliases.items():
        into = [replaced] if isinstance(replaced, str) else list(replaced)
        if len(into) == 1 and into[0] in codes and alias.isalpha() and len(alias) == 3:
            found.setdefault(_plain(alias), into[0])
    return {name: code for name, code in found.items() if name}


def _spellings(name: str, spoken: str) -> Iterator[str]:
    """ "Bosnia & Herzegovina" is also written with a word, "Myanmar (Burma)" without what stands in brackets."""
    yield name
    yield name.replace("&", _AND[spoken])
    yield re.sub(r"\(.*?\)", "", name)
    if spoken == "de":
        yield name.translate(_WRITTEN_OUT)


def _plain(text: str) -> str:
    """Letters only, without case and accents; nothing of a text longer than any name."""
    if len(text) > LONGEST:
        return ""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[\W_]", "", "".join(char for char in plain if not unicodedata.combining(char)))
