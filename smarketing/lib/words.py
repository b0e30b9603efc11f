"""PURE. When two words of people and files are one word."""

import re
import unicodedata

# A word means the same with or without these: zero-width space, joiners, word joiner, byte order mark, soft hyphen.
_UNSEEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")


def key(text: str) -> str:
    """Equal for one word in any letter case, Unicode form and kind or number of blanks."""
    seen = _UNSEEN.sub("", unicodedata.normalize("NFKC", text))
    return " ".join(unicodedata.normalize("NFKC", seen.casefold()).split())
