"""PURE. Which encoding and which delimiter a file has, from its bytes."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from typing import BinaryIO

from leads.doors.files.reading.records import LIMIT
from smarketing.lib.file_problems import FileProblem, RefusedFile, Unreadable

ENCODINGS = ("utf-8", "utf-16", "cp1252")
ALSO_KNOWN = ("iso8859-1", "iso8859-15", "cp1250", "cp1251", "cp437", "cp850", "mac-roman", "utf-16-le", "utf-16-be")
DELIMITERS = (",", ";", "\t", "|")
DELIMITER_NAMES = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
SAMPLE = 2**16
HEADER_WITHIN = 40  # lines
MIXED = 0.25  # in other encodings few letters look like UTF-8, and only by chance
BY_LETTERS = ("cp1252", "mac-roman", "cp850")  # the first where nothing tells
OURS, OTHERS = frozenset("äöüßæøå"), frozenset("àáâãçèéêëìíîïñòóôõùúûýÿœ")
MOST_SPOTS = 2000
_SPOT = re.compile(rb"[A-Za-z][\x80-\xff]|(?<![A-Za-z\x80-\xff])[\x80-\xff](?=[A-Za-z])")
DEPTH = 2**26  # how far to look for the first byte that tells an encoding
TEXT_CONTROLS = frozenset(b"\t\n\r\f\x1a\x1b")
_SIGNATURES = (
    (b"PK\x03\x04", "workbook"),
    (b"\xd0\xcf\x11\xe0", "workbook"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"%PDF-", "document"),
    (b"\x1f\x8b", "archive"),
)


def encoding_named(name: str) -> str:
    """The codec's own name; raises Unreadable for one that is no encoding of tables."""
    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError):
        known = ""
    if known == "utf-8-sig":
        return "utf-8"
    if known not in ENCODINGS + ALSO_KNOWN:
        raise Unreadable("unknown_encoding", name[:40])
    return known


def asked_encoding(file: BinaryIO, name: str) -> str:
    """The encoding of that name; UTF-16 without a mark at the beginning is little-endian, as Windows writes it."""
    encoding = encoding_named(name)
    file.seek(0)
    is_marked = file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    return "utf-16-le" if encoding == "utf-16" and not is_marked else encoding


def delimiter_named(name: str) -> str:
    found = DELIMITER_NAMES.get(name.lower(), name)
    if len(found) != 1 or found.isalnum() or found in '"\r\n \0' or not found.isascii():
        raise Unreadable("unknown_delimiter", name[:40])
    return found


def codec(encoding: str) -> str:
    """What to open the file with: a byte order mark is no part of the first cell."""
    return "utf-8-sig" if encoding == "utf-8" else encoding


def recognised_encoding(file: BinaryIO) -> str:
    """One of ENCODINGS or its little- or big-endian kin; raises RefusedFile for what is no text."""
    file.seek(0)
    head = file.read(SAMPLE)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n"):
        raise RefusedFile(FileProblem("empty"))
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    _refuse_other_formats(head)
    if wide := _wide(head):
        return wide
    _refuse_binary(head)
    return _by_high_bytes(_first_with_high_bytes(file, head))


def _refuse_other_formats(head: bytes) -> None:
    for signature, what in _SIGNATURES:
        if head.startswith(signature):
            raise RefusedFile(FileProblem("no_text", what))


def _wide(head: bytes) -> str:
    """UTF-16 without a mark: nearly every other byte of western text is zero."""
    half = len(head) // 2
    if half and head[1::2].count(0) > 0.6 * half and head[::2].count(0) < 0.1 * half:
        return "utf-16-le"
    if half and head[::2].count(0) > 0.6 * half and head[1::2].count(0) < 0.1 * half:
        return "utf-16-be"
    return ""


def _refuse_binary(head: bytes) -> None:
    """A stray control character spoils its row only; many of them, or one in the first line, are no table."""
    counts = Counter(head)
    controls = sum(n for byte, n in counts.items() if byte < 32 and byte not in TEXT_CONTROLS)
    if controls > 0.05 * len(head) or 0 in head.partition(b"\n")[0]:
        raise RefusedFile(FileProblem("no_text", "binary"))


def _first_with_high_bytes(file: BinaryIO, head: bytes) -> bytes:
    block, seen = head, len(head)
    while block.isascii() and seen < DEPTH:
        following = file.readline(LIMIT)
        following += file.read(SAMPLE)
        if not following:
            break
        block, seen = following, seen + len(following)
    return block


def _by_high_bytes(block: bytes) -> str:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(block)
    except UnicodeDecodeError:
        whole = block.decode("utf-8", "ignore")
        wide = sum(not char.isascii() for char in whole)
        broken = block.decode("utf-8", "replace").count("�") - whole.count("�")
        return "utf-8" if wide >= MIXED * broken else _by_letters(block)
    return "utf-8"


def _by_letters(block: bytes) -> str:
    """The encoding in which high bytes beside letters are letters that stand in words: old Macintosh and DOS files."""
    spots = list(islice(_SPOT.finditer(block), MOST_SPOTS))

    def sense(encoding: str) -> int:
        return sum(_sense(found[0].decode(encoding, "replace")) for found in spots)

    return max(BY_LETTERS, key=sense)


def _sense(spot: str) -> int:
    before, letter = spot[:-1], spot[-1]
    if before.islower() and letter.isupper():
        return -1
    return 2 if letter.lower() in OURS else 1 if letter.lower() in OTHERS else -1


def recognised_delimiter(file: BinaryIO, encoding: str, known_columns: Callable[[list[str]], int]) -> str:
    """The delimiter under which most columns of a line have a known name, then the one that makes most columns."""
    file.seek(0)
    text = file.read(SAMPLE).decode(codec(encoding), "replace")
    heads = {delimiter: _heads(text, delimiter) for delimiter in DELIMITERS}
    firsts = [rows[0][0].lower() for rows in heads.values() if rows]
    if hint := next((first[4:5] for first in firsts if first.startswith("sep=")), ""):
        return hint if hint in DELIMITERS else ","

    def served(delimiter: str) -> tuple[int, int]:
        best = max(heads[delimiter], key=known_columns, default=[])
        return known_columns(best), len(best)

    return max(DELIMITERS, key=served)


def _heads(text: str, delimiter: str) -> list[list[str]]:
    """The lines among which the header is: titles may stand above it."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    filled = (row for row in rows if any(cell.strip() for cell in row))
    found: list[list[str]] = []
    with suppress(csv.Error):
        found.extend(islice(filled, HEADER_WITHIN))
    return found
