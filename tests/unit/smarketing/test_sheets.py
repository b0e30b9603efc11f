from io import BytesIO
from zipfile import ZipFile

from smarketing.exports import sheets
from smarketing.exports.blocks import blocks


def test_what_is_more_than_a_sheet_holds_is_on_the_next_and_the_worker_shows_that_it_lives(monkeypatch) -> None:
    monkeypatch.setattr(sheets, "MOST", 2)
    monkeypatch.setattr(sheets, "SIGN", 2)
    found = list(blocks(sheets.sheet_pieces("Leads", ["Name"], ([f"Lead {n}"] for n in range(5))), "en"))
    assert found[:2] == [b"", b""]
    with ZipFile(BytesIO(b"".join(found))) as book:
        told = [book.read(f"xl/worksheets/sheet{n}.xml").decode() for n in (1, 2, 3)]
    assert [[n for n in range(5) if f">Lead {n}<" in text] for text in told] == [[0, 1], [2, 3], [4]]
    assert all(">Name<" in text for text in told)
