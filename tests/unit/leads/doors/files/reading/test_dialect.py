import io

import pytest

from leads.doors.files.reading.dialect import (
    DEPTH,
    delimiter_named,
    encoding_named,
    recognised_delimiter,
    recognised_encoding,
)
from smarketing.lib.file_problems import RefusedFile, Unreadable

TEXT = "lead_id;Name\n1;Jürgen Müßig\n2;Åse Østergård\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8"),
        (TEXT.encode("utf-16"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("cp1252"), "cp1252"),
        (b"a,b\n1,2\n", "utf-8"),
        (b"a,b\n" + b"1,2\n" * 100_000 + "1,ü\n".encode("cp1252"), "cp1252"),
        ("a,ü\n".encode() * 50 + "a,ü\n".encode("cp1252"), "utf-8"),
        (b"a,b\n1,x\0y\n" + b"1,2\n" * 20, "utf-8"),
    ],
)
def test_the_encoding_is_recognised(content, encoding):
    assert recognised_encoding(io.BytesIO(content)) == encoding


@pytest.mark.parametrize("encoding", ["cp1252", "mac-roman", "cp850"])
@pytest.mark.parametrize(
    "text",
    ["Müller;Käse", "Größe;Öl", "Ärger in ÜBERSEE", "Søren Åkjær;Ærø", "Straße", "Lösung", "ÖFFNUNG"],
)
def test_letters_tell_an_old_file_of_a_macintosh_or_of_dos(encoding, text):
    assert recognised_encoding(io.BytesIO(f"name\n{text}\n".encode(encoding))) == encoding


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b"", ""),
        (b"\xef\xbb\xbf\r\n  \n", ""),
        (b"\x89PNG\r\n\x1a\n", "image"),
        (b"PK\x03\x04", "workbook"),
        (b"\0" * 5000, "binary"),
        (bytes(range(256)) * 10, "binary"),
        (b"lead_id\0,created_at\n1,2\n" * 99, "binary"),
    ],
)
def test_what_is_no_text_is_refused(content, detail):
    with pytest.raises(RefusedFile) as refused:
        recognised_encoding(io.BytesIO(content))
    assert refused.value.problem.detail == detail


def test_an_endless_line_is_not_searched_to_its_end():
    class Counted(io.BytesIO):
        taken = 0

        def read(self, size=-1):
            self.taken += size
            return b"x" * size

        def readline(self, size=-1):
            return self.read(size)

    file = Counted()
    recognised_encoding(file)
    assert file.taken < 2 * DEPTH


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_makes_known_columns(delimiter):
    content = delimiter.join(["lead_id", "a,b;c|d", "created_at"]) + "\n"
    known = {"lead_id", "created_at"}
    found = recognised_delimiter(io.BytesIO(content.encode()), "utf-8", lambda head: len(known & set(head)))
    assert found == delimiter


def test_the_hint_for_excel_settles_the_delimiter():
    assert recognised_delimiter(io.BytesIO(b"sep=|\na,b,c,d|e\n"), "utf-8", len) == "|"


@pytest.mark.parametrize("name", ["rot13", "base64", "idna", "klingon", "utf-7", ""])
def test_only_encodings_of_tables_are_taken(name):
    with pytest.raises(Unreadable):
        encoding_named(name)


def test_delimiters_have_names():
    assert [delimiter_named(name) for name in ("tab", "\\t", ";", "Comma")] == ["\t", "\t", ";", ","]
    for wrong in ("", "ab", '"', "\n", "x"):
        with pytest.raises(Unreadable):
            delimiter_named(wrong)
