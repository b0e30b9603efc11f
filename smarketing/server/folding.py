"""PURE. Texts as they are searched: case, accents, umlauts and their spellings, blanks and Unicode form do not matter.

`found` is what a lead is found by, kept by the database in a column of its own; `needles` are the pieces of a question
that all have to stand in it. `FOUND_ON_POSTGRES` is `found` once more, for PostgreSQL.
"""

import re
import unicodedata

LONGEST, MOST_WORDS = 200, 12  # of a question
NATIONAL = 9  # digits from the end: "+49 170 ..." and "0170 ..." are one number
UNSEEN = "\u0300-\u036f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"  # accents, once taken apart; marks of direction
LETTERS = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ς": "σ"}
LETTERS |= {"\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u2010": "-", "\u2011": "-", "\u2013": "-"}
SPELLINGS = (("aa", "a"), ("ae", "a"), ("oe", "o"), ("ue", "u"))  # å, ä and æ, ö and ø, ü

_UNSEEN = re.compile(f"[{UNSEEN}]")
_LETTERS = str.maketrans(LETTERS)
_BLANKS = re.compile(r"[ \t\n\r\f\v]+")
_NO_DIGIT = re.compile(r"\(0\)|[^0-9]")
_NUMBER = re.compile(r"(?<!\S)(?:\+|\()?[0-9(][0-9()/.\-\s]*[0-9](?!\S)")


def fold(text: str) -> str:
    if text.isascii():
        return text.lower()
    return _UNSEEN.sub("", unicodedata.normalize("NFKD", text)).lower().translate(_LETTERS)


def shortened(text: str) -> str:
    """Of a folded text: "mueller" is "muller", as "Müller" is."""
    for long, short in SPELLINGS:
        text = text.replace(long, short)
    return text


def found(*fields: str) -> str:
    """Of name, company, e-mail, phone, external id, question asked and notes.

    Two blanks before each word: so its beginning, be it one letter, is three signs to look for.
    """
    base = "  " + _BLANKS.sub("  ", fold(" ".join(fields)))
    short, phone = shortened(base), fields[3]
    return f"{base}{'' if short == base else short}  {_NO_DIGIT.sub('', phone)}"


def needles(question: str) -> list[str]:
    """Pieces of three signs and more. One and two letters are the beginning of a word, a phone is its digits."""
    numbers: list[str] = []

    def take(match: re.Match[str]) -> str:
        number = digits(match[0])
        numbers.extend([number] if number else [])
        return " " if number else match[0]

    rest = _NUMBER.sub(take, fold(question[:LONGEST]))
    words = [word.rjust(3) for word in shortened(rest).split()]
    return list(dict.fromkeys([*numbers, *words]))[:MOST_WORDS]


def digits(text: str) -> str:
    """What is compared of a telephone number; empty where the text is hardly one."""
    bare = _NO_DIGIT.sub("", text)
    if len(bare) < NATIONAL and not text.startswith(("0", "+", "(")):
        return ""
    national = bare.lstrip("0")[-NATIONAL:]
    return national if len(national) >= 3 else ""


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _replaced(inner: str, pairs: "tuple[tuple[str, str], ...]") -> str:
    for old, new in pairs:
        inner = f"replace({inner}, {_quoted(old)}, {_quoted(new)})"
    return inner


ICU = ' COLLATE "und-x-icu"'  # lower case beyond Latin, whatever the database's own locale
FOUND_ON_POSTGRES = rf"""
CREATE OR REPLACE FUNCTION smarketing_found(name text, company text, email text, phone text, external_id text,
                                            question text, notes text)
RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $body$
DECLARE
  base text := name || ' ' || company || ' ' || email || ' ' || phone || ' ' || external_id || ' ' || question
    || ' ' || notes;
  short text;
BEGIN
  IF octet_length(base) = char_length(base) THEN
    base := lower(base);
  ELSE
    base := lower(regexp_replace(normalize(base, NFKD), '[{UNSEEN}]', '', 'g'){ICU});
    base := {_replaced("base", tuple(LETTERS.items()))};
  END IF;
  base := '  ' || regexp_replace(base, '[ \t\n\r\f\v]+', '  ', 'g');
  short := {_replaced("base", SPELLINGS)};
  RETURN base || CASE WHEN short = base THEN '' ELSE short END || '  '
    || regexp_replace(phone, '\(0\)|[^0-9]', '', 'g');
END $body$
"""
