"""A hundred files that mean no good: each is refused with its reason or taken with every row accounted for."""

import gzip
import random
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from leads.doors.files import runs
from leads.enums import RunStatus
from leads.models import ImportRun, Lead, RejectedRow
from leads.pages.imports.forms import UploadForm
from tests import cast
from tests.unit.leads.doors.files.reading.test_workbook import (
    END,
    HEAD,
    LAUGHS,
    NAMESPACE,
    directory,
    part,
    rows,
    sheet,
    workbook,
)

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert(1)</script>"
CELLS = [
    SCRIPT,
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}{% load x %}",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd",
    "\t=1+1",
    "'; DROP TABLE leads_lead; --",
    "\0\0NUL",
    "\x1f\x1b[2J\x07",
    "\u202eevil\u200b",
    "\ud7ff\ufffe",
    "%s%n{0}",
    "../../etc/passwd",
    "x" * 30_000,
    "9" * 400,
    "1e999",
    "-0",
    "NaN",
    "∞",
    "٣٤٥",
    "A\u0301" * 300,
    "\r\n\r\n",
    "null",
    "javascript:alert(1)",
]
HEADERS = {
    "leads": ("lead_id,created_at,email,name,company,phone,value,source,tier,country,question", "7,2025-01-05"),
    "attempts": ("lead_id,attempted_at,result,rep,note,channel", "7,2025-01-05,busy"),
    "outcomes": ("lead_id,closed_at,outcome,revenue,reason,currency", "7,2025-01-05,won"),
}


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def cells_everywhere() -> Iterator[tuple[str, bytes]]:
    for number, cell in enumerate(CELLS):
        kind = list(HEADERS)[number % 3]
        header, good = HEADERS[kind]
        width = header.count(",") + 1
        bad = [",".join([quoted(cell)] * width), good + ("," + quoted(cell)) * (width - good.count(",") - 1)]
        yield kind, "\n".join([header, *bad, ""]).encode("utf-8", "surrogatepass")
        yield "leads", (",".join([quoted(cell[:200]), "created_at"]) + f"\n{quoted(cell)},2025-01-05\n").encode()


def shapes() -> Iterator[tuple[str, bytes]]:
    noise = random.Random(7)
    texts = [
        b"," * 10**6,
        b"\n" * 10**6,
        b"a," * 10**6 + b"\n1\n",
        b"lead_id,created_at\n" + b'"' * 50_000,
        b"x" * 2**21,
        b"lead_id,created_at\n" + b"1,2025-01-05," * 50_000,
        b"lead_id;created_at\n1;2025-01-05\n" + b"\0" * 5000,
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xff\xfe1",
        b"\xfe\xff\0l\0e\0a",
        b"lead_id,created_at\r1,2025-01-05\r",
        b"sep=\0\nlead_id\n",
        b"sep=x\nlead_id,created_at\n1,2025-01-05\n",
        b"lead_id,created_at\n" + b"\xc3\x28\xa0\xa1,2025-01-05\n" * 50,
        "lead_id,created_at\n1,2025-01-05\n".encode("utf-16")[:-1],
        b"+ADw-script+AD4-,created_at\n",
        gzip.compress(b"lead_id\n" * 10),
        b"%PDF-1.7 lead_id",
        b'{"lead_id": 1}',
        b"<html><table><tr><td>lead_id",
        b"lead_id,lead_id,lead_id\n1,2,3\n",
        b"line,column,reason\n1,2,3\n",
        b"line,column,reason,lead_id,created_at\n'1,'=2,x,7,2025-01-05\n",
        b"lead_id,created_at\n" + b"7,2025-01-05\n" * 500 + b'"7',
        b"lead_id,created_at\n" + b"7," + b"2025-01-05 " * 9000 + b"\n",
        b"lead_id,created_at\n7,99999999999999999999\n",
        b"lead_id,created_at\n7,0000-00-00\n7,-1\n",
    ]
    yield from (("leads", text) for text in texts)
    yield from (("leads", bytes(noise.randrange(256) for _ in range(3000))) for _ in range(8))
    yield from (
        ("attempts", b"lead_id,attempted_at,result\n" + bytes(noise.randrange(9, 127) for _ in range(3000)))
        for _ in range(6)
    )


def workbooks() -> Iterator[tuple[str, bytes]]:
    good = workbook(HEAD, ["1", "2025-01-05"]).getvalue()
    files = [
        directory(2**27),
        rows(b" " * 2**24),
        sheet(LAUGHS + NAMESPACE + b"<row><c><v>&k;</v></c></row>" + END),
        part("styles", LAUGHS + b"<a>&u;</a>"),
        rows(b'<row r="9999999"><c r="A1"/></row>'),
        rows(b'<row r="0"><c r="A0"><v>1</v></c></row>'),
        rows(b'<row r="1"><c r="A1"><f>1+1</f></c></row>'),
        rows(b'<row r="1"><c r="A1" t="s"><v>-5</v></c></row>'),
        part("workbook", b"<x/>"),
        workbook(*([cell] * 5 for cell in CELLS if cell.isprintable())),
    ]
    yield from (("leads", file.getvalue()) for file in files)
    yield from (("leads", good[:size]) for size in (4, 40, 400, len(good) // 2, len(good) - 5))
    yield from (
        ("leads", good.replace(old, new))
        for old, new in ((b"PK\x01\x02", b"PK\x01\x03"), (b"sheet1", b"sheet9"), (b"\x08\x00", b"\x63\x00"))
    )


@pytest.fixture(autouse=True)
def _uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_no_file_breaks_the_portal_and_no_row_is_lost_in_silence(north, marketer, signed_in):
    files = [*cells_everywhere(), *shapes(), *workbooks()]
    assert len(files) >= 100
    refused, client = 0, signed_in(marketer)
    for kind, content in files:
        sent = {"file": SimpleUploadedFile("f.csv", content)}
        data = {"agreement": north.pk, "kind": kind}
        form = UploadForm(data, sent, agreements=type(north).objects.all(), at=cast.MONDAY, initial={})
        if not form.is_valid():
            assert form.errors["file"]
            refused += 1
            continue
        run = form.draft(by=marketer)
        assert client.get(run.get_absolute_url()).status_code == 200
        runs.queue(run, run.options, at=cast.MONDAY)
        assert runs.process(run.pk, clock=lambda: cast.MONDAY)
    ended = ImportRun.objects.all()
    assert not ended.exclude(status__in=(RunStatus.DONE, RunStatus.FAILED)).exists()
    assert not ended.filter(error="failed")
    for run in ended:
        assert run.read == run.created + run.unchanged + run.waiting + run.open + run.rejected
        assert run.rejected == RejectedRow.objects.filter(run=run, is_taken=False).count()
    assert (refused >= 25, ended.filter(status=RunStatus.DONE).count() >= 30) == (True, True)
    shown = [
        reverse("leads:list"),
        reverse("leads:imports"),
        *(run.get_absolute_url() for run in ended.filter(rejected__gt=0)[:3]),
    ]
    for address in [*shown, Lead.objects.filter(name__contains="script")[:1].get().get_absolute_url()]:
        page = client.get(address)
        assert page.status_code == 200
        assert SCRIPT not in page.text
        assert "<img src=x" not in page.text
