"""Files made to keep a reader busy for ever: each is read, or refused in words, in seconds and in little memory."""

import io
import time
import tracemalloc

import pytest

from leads.doors.files.reading.recognition import Asked, recognise
from leads.doors.files.reading.records import LIMIT, MOST_BLANK, Records, limited
from leads.doors.files.reading.rows import KEPT_CHARACTERS, kept
from smarketing.lib.file_problems import FileProblem, RefusedFile

HEADER = b"lead_id,created_at,value\n"
ROW = b"1,2026-01-05,3\n"
MARKS = "\u0301\u0323".encode() * 30_000


def problem_of(file: bytes) -> FileProblem | None:
    try:
        return recognise(io.BytesIO(file), "leads", Asked(), time_zone="Europe/Berlin").problem
    except RefusedFile as refused:
        return refused.problem


@pytest.mark.parametrize(
    ("file", "code"),
    [
        pytest.param(HEADER + b'a","""\n' * 400_000, "too_many_open_quotes", id="each line leaves a quote open"),
        pytest.param(HEADER + b"\n" * 12_000_000, "header_only", id="blank lines"),
        pytest.param(HEADER + ROW * 9_000 + b"\0" * 20_000_000, None, id="a line of NULs"),
        pytest.param(HEADER + b"," * 20_000_000, None, id="a row of commas"),
        pytest.param(b"," * 1_000_000 + b"\n1\n", "missing_fields", id="a header of commas"),
        pytest.param((MARKS + b",") * 8 + b"\n1,2\n", "missing_fields", id="a header of marks"),
        pytest.param((MARKS + b",\n") * 40 + b"1,2\n", "missing_fields", id="forty headers of marks"),
        pytest.param(HEADER + (b"1,03/04/2026," + b"x" * 100_000 + b"\n") * 700, "unclear_date_order", id="wide rows"),
    ],
)
def test_a_file_is_recognised_or_refused_in_bounded_time(file, code):
    begun = time.thread_time()
    problem = problem_of(file)
    assert time.thread_time() - begun < 5
    assert (problem.code if problem else None) == code


@pytest.mark.parametrize(
    "line", [b"\0" * 30_000_000, b"," * 30_000_000, b"1,03/04/2026," + b"x" * 100_000 + b"\n"], ids=len
)
def test_a_file_is_recognised_in_bounded_memory(line):
    file = io.BytesIO(HEADER + ROW * 9_000 + line * (30_000_000 // len(line)))
    tracemalloc.start()
    try:
        recognise(file, "leads", Asked(), time_zone="Europe/Berlin")
        assert tracemalloc.get_traced_memory()[1] < 24 * 2**20
    finally:
        tracemalloc.stop()


def test_quotes_left_open_now_and_then_cost_their_rows_only():
    file = HEADER + (b'"a\n' + ROW * 9_000) * 20
    records = list(Records(io.BytesIO(file), "utf-8", ","))
    assert [record.line for record in records if record.problem] == [2 + 9_001 * n for n in range(20)]
    assert len(records) == 1 + 20 * 9_001


def test_as_many_blank_lines_as_a_sheet_can_have_are_passed_over():
    records = list(Records(io.BytesIO(ROW + b",,\n" * 1_048_575 + ROW), "utf-8", ","))
    assert [record.line for record in records] == [1, 1_048_577]
    assert MOST_BLANK > 1_048_576


def test_records_are_taken_up_to_a_number_of_characters():
    records = Records(io.BytesIO((b"x" * 999 + b"\n") * 10), "utf-8", ",")
    assert [record.line for record in limited(records, 2 * 1_032)] == [1, 2]


def test_what_is_kept_of_a_cell_ends_where_no_field_is_longer():
    assert [len(cell) for cell in kept(["x" * LIMIT, "y" * KEPT_CHARACTERS])] == [KEPT_CHARACTERS, KEPT_CHARACTERS]


def test_a_glance_ends_at_a_long_gap_for_somebody_waits_for_it():
    file = io.BytesIO(ROW + b"\n" * 1_000_000 + ROW)
    began = time.process_time()
    assert [record.line for record in Records(file, "utf-8", ",", glance=True)] == [1]
    assert time.process_time() - began < 1
