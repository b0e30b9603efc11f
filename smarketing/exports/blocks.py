"""What is streamed: blocks of a few kilobytes, in the language of whoever asked."""

from collections.abc import Iterable, Iterator

from django.utils import translation

BLOCK = 64 * 1024


def blocks(pieces: Iterable[str | bytes], language: str) -> Iterator[bytes]:
    """Middleware is through when the answer is sent, so the language is set again for each block."""
    rest = iter(pieces)
    while (block := _block(rest, language)) is not None:
        yield block


def _block(pieces: Iterator[str | bytes], language: str) -> bytes | None:
    """None at the end. An empty piece is a sign of life: it is handed on at once."""
    found, size = [], 0
    with translation.override(language):
        for piece in pieces:
            found.append(piece.encode() if isinstance(piece, str) else piece)
            size += len(piece)
            if size >= BLOCK or not piece:
                break
    return b"".join(found) if found else None
