import io

from hypothesis import given
from hypothesis import strategies as st

from leads.doors.files.reading.records import LIMIT, UNDECODABLE, Records


def read(content: bytes | str, encoding: str = "utf-8", delimiter: str = ",") -> list[tuple[int, list[str] | str]]:
    """Line and cells, or the problem in their place."""
    file = io.BytesIO(content if isinstance(content, bytes) else content.encode(encoding))
    return [(r.line, r.problem.code if r.problem else r.cells) for r in Records(file, encoding, delimiter)]


def test_lines_are_physical_lines_also_after_a_break_inside_a_cell():
    assert read('a,b\n"x\ny",1\r\n\nc,d\n') == [(1, ["a", "b"]), (2, ["x\ny", "1"]), (5, ["c", "d"])]


def test_a_quote_that_is_never_closed_costs_its_own_row_only():
    assert read('a,b\n"open,1\nc,d\ne,f\n') == [(1, ["a", "b"]), (2, "open_quote"), (3, ["c", "d"]), (4, ["e", "f"])]


def test_text_after_a_closing_quote_is_not_guessed_at():
    assert read('"a "b" c",1\nd,e\n') == [(1, "open_quote"), (2, ["d", "e"])]


def test_one_cell_may_be_as_long_as_a_line():
    cell = "x" * (LIMIT - 10)
    assert read(f'1,"{cell}"\nc,d\n') == [(1, ["1", cell]), (2, ["c", "d"])]


def test_a_line_too_long_is_passed_over_and_the_next_is_read():
    assert read("a,b\n" + "x" * (3 * LIMIT) + "\nc,d\n") == [(1, ["a", "b"]), (2, "too_long_record"), (3, ["c", "d"])]


def test_a_file_of_one_endless_line_is_read_no_further_than_the_limit():
    class Endless(io.RawIOBase):
        given = 0

        def readable(self):
            return True

        def seekable(self):
            return True

        def seek(self, *where):
            return 0

        def readinto(self, buffer):
            self.given += len(buffer)
            buffer[:] = b"x" * len(buffer)
            return len(buffer)

    raw = Endless()
    records = iter(Records(io.BufferedReader(raw), "utf-8", ","))
    assert next(records).problem.code == "too_long_record"
    assert raw.given < 4 * LIMIT


def test_bytes_of_another_encoding_are_marked_in_their_cell():
    assert read(b"a,M\xfcller,b\n") == [(1, ["a", f"M{UNDECODABLE}ller", "b"])]


def test_old_line_ends_and_wide_characters_are_read():
    assert read("a,b\rc,d\r") == [(1, ["a", "b"]), (2, ["c", "d"])]
    assert read("a,ü\nc,€\n", "utf-16") == [(1, ["a", "ü"]), (2, ["c", "€"])]


def test_zero_bytes_stay_in_their_cell():
    assert read("a,b\0c\nd,e\n") == [(1, ["a", "b\0c"]), (2, ["d", "e"])]


@given(st.binary(max_size=400), st.sampled_from(["utf-8-sig", "utf-16-le", "cp1252"]))
def test_any_bytes_are_records_with_rising_lines(content, encoding):
    lines = [line for line, _cells in read(content, encoding)]
    assert lines == sorted(set(lines))
