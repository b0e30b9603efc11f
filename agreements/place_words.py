"""A country or a language of a lead in the reader's language."""

from django.utils.translation import get_language

from smarketing.lib import places

NAMES = {"country": places.country_name, "language": places.language_name}
ALL_NAMES = {"country": places.country_names, "language": places.language_names}


def place_name(fact: str, text: str) -> str:
    """`fact`: which of the lead's facts; what is neither country nor language, or no code, stays as it is."""
    return NAMES[fact](text, _spoken()) if fact in NAMES else text


def place_names(fact: str) -> list[str]:
    """All that can be chosen."""
    return ALL_NAMES[fact](_spoken())


def _spoken() -> str:
    return (get_language() or "en")[:2]
