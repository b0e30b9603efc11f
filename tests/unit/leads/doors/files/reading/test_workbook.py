"""Workbooks: what their cells say, and what pretends to be one."""

import io
import struct
import zipfile
from datetime import date, datetime, time
from itertools import islice

import openpyxl
import pytest

from leads.doors.files.reading.recognition import Asked, recognise
from leads.doors.files.reading.records import SHEET
from leads.doors.files.reading.workbook import NamedSheet, opened_workbook
from smarketing.lib.file_problems import RefusedFile

HEAD = ["Lead ID", "Created", "Phone", "Value", "Remark"]


def workbook(*rows, title="Leads", **others):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    for name, more in others.items():
        sheet = book.create_sheet(name)
        sheet.sheet_state = "hidden" if name.startswith("Hidden") else "visible"
        for row in more:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file


def text_of(file):
    out = io.BytesIO()
    with opened_workbook(file) as book:
        book.write("Leads", out)
    return out


def cells(file):
    return [line.split(SHEET) for line in text_of(file).getvalue().decode().split("\r\n")[:-1]]


def repacked(file, **parts):
    """With other parts: path -> bytes, or a change of what is there."""
    out, old = io.BytesIO(), zipfile.ZipFile(file)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in {**dict.fromkeys(old.namelist()), **parts}:
            new = parts.get(name)
            archive.writestr(name, new if isinstance(new, bytes) else new(old.read(name)) if new else old.read(name))
    return out


def refused(file):
    with pytest.raises(RefusedFile) as caught:
        text_of(file)
    return caught.value.problem.code


def test_cells_are_read_as_what_they_are_and_rows_keep_their_numbers():
    created = datetime(2026, 1, 25, 14, 5, 6)
    phone, number = "+49 (170) 12 34-56", 491701234567
    rows = [HEAD, [], ["007", created, phone, 1.234, "two\nlines"], [8, date(2026, 1, 26), number, 12.5, "=1"]]
    file = workbook(*rows, ["x", time(9, 30), 1234567890123456789, None, True])
    file = repacked(file, **{"xl/worksheets/sheet1.xml": lambda xml: xml.replace(b"<f>1</f><v />", b"<v>1</v>")})
    assert cells(file)[2:] == [
        ["007", "2026-01-25 14:05:06", phone, "1.2340", '"two\nlines"'],
        ["8", "2026-01-26", "491701234567", "12.5", "1"],
        ["x", "09:30:00", "1.23456789012346E+18", "", "TRUE"],
    ]
    text = text_of(file)
    plan = recognise(text, "leads", Asked(encoding="utf-8", delimiter=SHEET), time_zone="Europe/Berlin")
    assert (plan.date_order, plan.decimal_mark, plan.problem) == ("iso", ".", None)
    assert [record.line for record in plan.records(text)] == [3, 4, 5]


def test_rows_that_end_early_are_no_footer_though_a_blank_one_comes_before():
    text = text_of(workbook(HEAD, ["1", "2026-01-05"], [], ["2", "2026-01-05"]))
    plan = recognise(text, "leads", Asked(encoding="utf-8", delimiter=SHEET), time_zone="UTC")
    assert [record.cells[0] for record in plan.records(text)] == ["1", "2"]


def test_the_sheet_with_the_known_columns_is_taken_and_never_a_hidden_one_unasked():
    book = workbook(["Read me"], title="Cover", Data=[["Lead ID", "Created"], ["1", "2026-01-05"]], Hidden=[HEAD])
    with opened_workbook(book) as opened:
        assert opened.sheets == [NamedSheet("Cover"), NamedSheet("Data"), NamedSheet("Hidden", is_hidden=True)]
        assert opened.likeliest("leads") == "Data"
        assert [row[0] for row in islice(opened._rows("Hidden"), 1)] == ["Lead ID"]


def test_the_size_that_a_sheet_says_it_has_does_not_count():
    def smaller(xml):
        return xml.replace(b'ref="A1:E3"', b'ref="A1:B2"')

    file = repacked(workbook(HEAD, *[[str(n)] * 5 for n in (1, 2)]), **{"xl/worksheets/sheet1.xml": smaller})
    assert cells(file)[2] == ["2"] * 5


NAMESPACE = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
END = b"</sheetData></worksheet>"
LAUGHS = (
    b'<!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(20))
    + b"]>"
)


def directory(count):
    """An archive whose list of parts says it has so many bytes."""
    return io.BytesIO(b"PK\x03\x04" + b"x" * 100 + struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, 9, 9, count, 0, 0))


def sheet(xml):
    return repacked(workbook(HEAD), **{"xl/worksheets/sheet1.xml": xml})


def rows(xml):
    return sheet(NAMESPACE + xml + END)


def part(name, xml):
    return repacked(workbook(HEAD), **{f"xl/{name}.xml": xml})


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (io.BytesIO(b"PK\x03\x04 and nothing"), "broken_workbook"),
        (directory(2**27), "large_workbook"),
        (rows(b" " * 2**24), "large_workbook"),
        (part("styles", b"<a>" + b"<b/>" * 2**22 + b"</a>"), "large_workbook"),
        (sheet(LAUGHS + NAMESPACE + b"<row><c><v>&k;</v></c></row>" + END), "broken_workbook"),
        (part("workbook", LAUGHS + b"<workbook>&u;</workbook>"), "broken_workbook"),
        (rows(b'<row r="2"/><row r="1"/>'), "broken_workbook"),
        (rows(b'<row r="9999999"><c r="A1"/></row>'), "too_many_rows"),
        (rows(b'<row r="1"><c r="XFD1"><v>1</v></c></row>'), "too_many_columns"),
        (rows(b'<row r="1"><c r="A1" t="s"><v>99</v></c></row>'), "broken_workbook"),
        (rows(b'<row r="1"><c r="A1"><f>1+1</f></c></row>'), "no_results"),
        (sheet(b"no xml"), "broken_workbook"),
        (part("workbook", b""), "broken_workbook"),
    ],
)
def test_what_unfolds_breaks_or_would_lose_something_is_refused(file, code):
    assert refused(file) == code


@pytest.mark.parametrize("lost", ["[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet2.xml"])
def test_a_part_that_is_missing_is_named(lost):
    whole, out = zipfile.ZipFile(workbook(HEAD, Data=[["Lead ID"], ["1"]])), io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in set(whole.namelist()) - {lost}:
            archive.writestr(name, whole.read(name))
    with pytest.raises(RefusedFile) as caught:
        text_of(out)
    named = "Data" if "sheet2" in lost else lost
    assert (caught.value.problem.code, caught.value.problem.detail) == ("missing_part", named)


def test_a_million_parts_are_not_looked_at():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(20_000):
            archive.writestr(f"xl/worksheets/a-name-that-is-rather-long-{number}.xml", b"")
    assert refused(out) == "large_workbook"
