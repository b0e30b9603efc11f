"""PURE. When two words are one: sources, tiers, names of reps, ids."""

import unicodedata

# Signs that show nothing: soft hyphen, zero-width space and joiners, directional marks, word joiner, byte order mark.
_INVISIBLE = dict.fromkeys([0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF])


def tidied(text: str) -> str:
    """One Unicode form, no invisible signs, each run of blanks (of any kind) one space. Letters keep their case."""
    return " ".join(unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).split())


def key(text: str) -> str:
    """What is equal for equal words: `tidied`, without case. Folding can undo the Unicode form, so it is made twice."""
    return unicodedata.normalize("NFKC", tidied(text).casefold())
