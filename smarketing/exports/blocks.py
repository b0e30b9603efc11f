"""What is streamed: blocks of a few kilobytes, in the language of whoever asked."""

from collections.abc import Iterable, Iterator

from django.utils import translation

BLOCK = 64 * 1024


def blocks(pieces: Iterable[str], language: str) -> Iterator[bytes]:
    """Middleware is through when the answer is sent, so the language is set again for each block."""
    rest = iter(pieces)
    while block := _block(rest, language):
        yield block


def _block(pieces: Iterator[str], language: str) -> bytes:
    found, size = [], 0
    with translation.override(language):
        for piece in pieces:
            found.append(piece)
            size += len(piece)
            if size >= BLOCK:
                break
    return "".join(found).encode()
