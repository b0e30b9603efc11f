import csv
import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.timezone import now

from agreements.models import Agreement
from leads.doors.dictionary import read_for
from leads.doors.files import runs
from leads.doors.files.drafts import TableText, text_of
from leads.doors.files.lease import end, renewed
from leads.doors.files.reading.dates import ORDERS
from leads.doors.files.reading.dialect import delimiter_named
from leads.doors.files.reading.recognition import Asked, Plan, recognise
from leads.doors.files.wording import refusal, told, worded
from leads.enums import RowKind, RunStatus
from leads.models import ImportRun
from smarketing.lib.cells import safe_row
from smarketing.lib.file_problems import FileProblem, RefusedFile, Unreadable

COUNTS = ("read", "created", "unchanged", "asked", "waiting", "open", "rejected")
FURTHER = ("linked", "differing", "warnings")
MARKS = {"comma": ",", "point": ".", ",": ",", ".": "."}


class Command(BaseCommand):
    help = "Brings a file (CSV or XLSX) of leads, handoffs, attempts or outcomes in. Running it twice changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=RowKind.values, metavar="KIND", help=" | ".join(RowKind.values))
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--agreement", required=True, metavar="SLUG")
        parser.add_argument("--map", action="extend", nargs="+", default=[], metavar="field=column")
        parser.add_argument("--set", action="extend", nargs="+", default=[], metavar="field=value")
        parser.add_argument("--time-zone", default="", metavar="ZONE", help="of instants without an offset")
        parser.add_argument("--date-order", default="", choices=ORDERS)
        parser.add_argument("--encoding", default="", metavar="E", help="utf-8, utf-16, cp1252, ...")
        parser.add_argument("--delimiter", default="", metavar="D", help="a character, or tab")
        parser.add_argument("--sheet", default="", metavar="NAME", help="of a workbook")
        mark = parser.add_argument("--decimal", "--decimal-mark", default="", choices=MARKS, metavar="comma|point")
        mark.help = "how to read 1.234"
        header = parser.add_mutually_exclusive_group()
        header.add_argument(
            "--header", type=int, default=0, metavar="LINE", help="where the names of the columns stand"
        )
        header.add_argument("--no-header", action="store_true", help="the columns are called 1, 2, ...")
        parser.add_argument("--word", action="extend", nargs="+", default=[], metavar="field:foreign=ours")
        parser.add_argument("--ignore", action="extend", nargs="+", default=[], metavar="COLUMN")
        parser.add_argument("--hand-over", action="store_true", help="hand each new lead over at its creation")
        parser.add_argument("--rejects", type=Path, metavar="FILE", help="write the rows that could not be taken here")
        parser.add_argument("--dry-run", action="store_true", help="count only, keep nothing")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        agreement = Agreement.objects.filter(slug=options["agreement"]).first()
        if agreement is None:
            raise CommandError(f"There is no agreement {options['agreement']!r}.")
        try:
            asked = _asked(options)
            _check_rejects(options["rejects"], options["file"])
            with options["file"].open("rb") as file, closing(text_of(file, options["kind"], options["sheet"])) as text:
                plan, run = self._carry_in(agreement, text, replace(asked, **text.asked), options)
        except RefusedFile as error:
            raise CommandError(refusal(error, options["kind"])) from None
        except Unreadable as error:
            raise CommandError(worded(error.problem)) from None
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from None
        self._tell(run, plan, options)
        if run.rejected == run.read:
            raise CommandError("None of the rows could be taken.")

    def _carry_in(
        self, agreement: Agreement, text: TableText, asked: Asked, options: dict[str, Any]
    ) -> tuple[Plan, ImportRun]:
        plan = recognise(text.file, options["kind"], asked, **read_for(agreement)).required()
        if not options["dry_run"]:
            return plan, self._run(agreement, text, plan, options)
        with transaction.atomic():
            run = self._run(agreement, text, plan, options)
            transaction.set_rollback(True)
        return plan, run

    def _run(self, agreement: Agreement, text: TableText, plan: Plan, options: dict[str, Any]) -> ImportRun:
        path: Path = options["file"]
        run = ImportRun.objects.create(
            agreement=agreement,
            kind=plan.kind,
            file_name=path.name[:255],
            options=plan.options(),
            status=RunStatus.RUNNING,
            sheet=text.sheet[:200],
            size=text.size,
            digest=runs.digest_of(text.file),
            touched_at=now(),
        )
        try:
            with renewed(run, clock=now, is_worker=False):
                runs.carry_in(run, text.file, clock=now, on_chunk=self._progress)
        except RefusedFile as refused:
            end(run, refused.problem, at=now())
            raise
        except BaseException:
            end(run, FileProblem("interrupted"), at=now())
            raise
        if options["rejects"]:
            write_rejects(options["rejects"], run, plan.labels)
        return run

    def _progress(self, run: ImportRun) -> None:
        if sys.stderr.isatty():
            self.stderr.write(f"\r{run.read:,} rows", ending="\n" if run.position >= run.size else "")

    def _tell(self, run: ImportRun, plan: Plan, options: dict[str, Any]) -> None:
        counts = {name: getattr(run, name) for name in (*COUNTS, *FURTHER)}
        if options["json"]:
            self.stdout.write(json.dumps({**counts, "dry_run": options["dry_run"], "recognised": recognised(plan)}))
            return
        for name, value in recognised(plan).items():
            self.stdout.write(f"{name.replace('_', ' ')}: {_shown(value)}")
        self.stdout.write(", ".join(f"{number:,} {name}" for name, number in counts.items()))
        if (run.rejected or run.warnings) and not options["rejects"]:
            self.stdout.write("--rejects FILE writes down the rejected rows and cells, with line, column and reason.")
        if run.waiting:
            self.stdout.write("Waiting rows are kept and linked as soon as their lead comes.")
        if options["dry_run"]:
            self.stdout.write("Nothing was kept: this was a dry run.")


def recognised(plan: Plan) -> dict[str, Any]:
    return {
        "delimiter": plan.delimiter,
        "encoding": plan.encoding,
        "date_order": plan.date_order,
        "decimal_mark": plan.decimal_mark,
        "time_zone": plan.time_zone,
        "header": plan.header,
        "columns": plan.columns,
        "ignored_columns": plan.ignored,
    }


def write_rejects(path: Path, run: ImportRun, labels: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(safe_row(["line", "column", "reason", *labels]))
        for row in run.rejects.iterator():
            writer.writerow(safe_row([row.line, row.column, told(row), *row.values]))


def _check_rejects(path: Path | None, source: Path) -> None:
    """Before anything is read: a list of rejects that cannot be written comes too late afterwards."""
    if path is None:
        return
    if path.exists() and source.exists() and path.samefile(source):
        raise CommandError("--rejects is the file itself.")
    path.open("a").close()


def _asked(options: dict[str, Any]) -> Asked:
    if options["time_zone"]:
        _check_zone(options["time_zone"])
    return Asked(
        encoding=options["encoding"],
        delimiter=delimiter_named(options["delimiter"]) if options["delimiter"] else "",
        date_order=options["date_order"],
        decimal_mark=MARKS.get(options["decimal"], ""),
        time_zone=options["time_zone"],
        hand_over=options["hand_over"],
        wanted={field: (column,) for field, column in _pairs("--map", options["map"])},
        constants=dict(_pairs("--set", options["set"])),
        header=options["header"],
        has_header=not options["no_header"],
        words=_words(options["word"]),
        left_out=tuple(options["ignore"]),
    )


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Unreadable("unknown_time_zone", name[:60]) from None


def _pairs(option: str, texts: list[str]) -> list[tuple[str, str]]:
    if wrong := next((text for text in texts if "=" not in text), None):
        raise CommandError(f"{option} {wrong}: write field={'column' if option == '--map' else 'value'}.")
    pairs = [(field.strip(), value) for field, _sign, value in (text.partition("=") for text in texts)]
    if len(dict(pairs)) != len(pairs):
        raise CommandError(f"{option}: a field is given twice.")
    return pairs


def _words(texts: list[str]) -> dict[str, dict[str, str]]:
    """Field -> foreign word -> ours, of "result:Yes=connected". A foreign word may hold both signs, ours does not."""
    words: dict[str, dict[str, str]] = {}
    for text in texts:
        field, colon, rest = text.partition(":")
        foreign, equals, ours = rest.rpartition("=")
        if not (colon and equals and foreign.strip()):
            raise CommandError(f"--word {text}: write field:foreign=ours.")
        words.setdefault(field.strip(), {})[foreign.strip()] = ours.strip()
    return words


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{field} = {column}" for field, column in value.items()) or "-"
    if isinstance(value, list):
        return ", ".join(value) or "-"
    return "tab" if value == "\t" else str(value)
