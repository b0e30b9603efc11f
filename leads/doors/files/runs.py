"""Actions: a run carries a file in, chunk by chunk, and can be taken up again wherever it stopped."""

import logging
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import file_digest
from io import SEEK_END, BytesIO
from itertools import islice
from time import perf_counter
from typing import Any, BinaryIO, cast
from zoneinfo import ZoneInfo

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import F, Q, QuerySet

from agreements.terms import timeline
from leads.doors.dictionary import SPELLED, mean, meanings, read_for
from leads.doors.files.lease import CHUNK, LEASE, Clock, Overtaken, claim, end, held, renewed, rows_at_once, tries_after
from leads.doors.files.reading.columns import FIELDS
from leads.doors.files.reading.recognition import Asked, Plan, recognise
from leads.doors.files.reading.records import Record, limited
from leads.doors.files.reading.rows import CheckedRow, Checker, OpenDeal, Rejection, Remark, kept
from leads.doors.files.writing.chunk import Counts, take
from leads.doors.files.writing.claims import Hand
from leads.doors.files.writing.refusing import Refusal
from leads.doors.files.writing.reps import rep_book
from leads.enums import RunStatus
from leads.models import LONG_TABLES, ImportRun, RejectedRow
from smarketing.lib import bulk
from smarketing.lib.file_problems import FileProblem, RefusedFile, Unreadable
from smarketing.lib.words import key
from smarketing.server.giving_way import Pace, give_way

logger = logging.getLogger(__name__)

TRIES = 3  # of a chunk, where somebody else writes the same leads in that moment
CHUNK_CHARACTERS = 2**23
MANY = 1000  # rows after which tables are counted anew
RESEND = timedelta(minutes=2)  # a queued run may wait for a worker, or its message was lost
DRAFTS_KEPT = timedelta(days=7)
DISCARDED = (RunStatus.DRAFT, RunStatus.FAILED)


def process(run_id: int, *, clock: Clock) -> bool:
    """Carries an uploaded file in, from where the run stands. Answers whether this worker brought it to its end."""
    run = claim(run_id, clock())
    if run is None:
        return False
    try:
        with run.file.open("rb") as file, renewed(run, clock=clock, is_worker=True):
            carry_in(run, cast("BinaryIO", file), clock=clock)
    except Overtaken:
        return False
    except (RefusedFile, Unreadable) as refusal:
        end(run, refusal.problem, at=clock())
    except FileNotFoundError:
        end(run, FileProblem("file_gone"), at=clock())
    except Exception as error:
        frames = "".join(traceback.format_tb(error.__traceback__))  # its text may quote a row
        logger.error("import %s failed with %s\n%s", run_id, type(error).__name__, frames)
        end(run, FileProblem("failed"), at=clock())
    return True


def carry_in(
    run: ImportRun, file: BinaryIO, *, clock: Clock, on_chunk: Callable[[ImportRun], None] | None = None
) -> Plan:
    """Takes the rows after those the run has read. Raises RefusedFile, before the first, where none can be taken.

    Also where the file is not what it was when it was sent, before and after: rows would be missing.
    """
    refuse_changed(run, file)
    plan = recognise(file, run.kind, with_known_words(run, Asked.of(run.options)), **read_for(run.agreement)).required()
    if run.started_at is None:
        run.started_at, run.options = clock(), plan.options()
        run.save(update_fields=["started_at", "options"])
        _keep_words(run, plan)
    checker, hand = plan.checker(), _hand(run, plan, clock())
    with closing(plan.records(file)) as records:
        rest = islice(records, run.read, None)
        pace = Pace(CHUNK)
        while chunk := list(limited(islice(rest, min(pace.rows, rows_at_once(run))), CHUNK_CHARACTERS)):
            begun = perf_counter()
            _take_chunk(run, plan, checker, chunk, hand, position=file.tell(), clock=clock)
            pace.took(len(chunk), perf_counter() - begun)
            give_way()
            if on_chunk:
                on_chunk(run)
    refuse_changed(run, file)
    _finish(run, clock())
    if run.read >= MANY:
        bulk.counted(*LONG_TABLES)
    return plan


def digest_of(file: BinaryIO) -> str:
    file.seek(0)
    return file_digest(cast("BytesIO", file), "sha256").hexdigest()


def refuse_changed(run: ImportRun, file: BinaryIO) -> None:
    if file.seek(0, SEEK_END) != run.size or digest_of(file) != run.digest:
        raise RefusedFile(FileProblem("file_changed"))


def with_known_words(run: ImportRun, asked: Asked) -> Asked:
    """What was asked for, and what foreign words meant in earlier files of the agreement, unless said anew."""
    fields = FIELDS[run.kind]
    words = {name: own for name, own in meanings(run.agreement_id).items() if name in fields and name not in SPELLED}
    for name, own in asked.words.items():
        anew = {key(foreign) for foreign in own}
        kept = {foreign: ours for foreign, ours in words.get(name, {}).items() if foreign not in anew}
        words[name] = {**kept, **own}
    return replace(asked, words=words)


def _keep_words(run: ImportRun, plan: Plan) -> None:
    for name, words in plan.words.items():
        for foreign, ours in words.items():
            mean(run.agreement_id, name, foreign, ours)


def _hand(run: ImportRun, plan: Plan, at: datetime) -> Hand:
    agreement = run.agreement
    zone = ZoneInfo(plan.time_zone)
    return Hand(agreement.pk, agreement.currency, timeline(agreement), rep_book(agreement), run.by, at, zone)


def _take_chunk(
    run: ImportRun, plan: Plan, checker: Checker, records: list[Record], hand: Hand, *, position: int, clock: Clock
) -> None:
    checked = [checker.check(record, hand.at) for record in records]
    rows = [found for found in checked if isinstance(found, CheckedRow)]
    rejections = [found for found in checked if isinstance(found, Rejection)]
    warnings = [warned for row in rows for warned in row.warnings]
    for is_last in _tries():
        try:
            with transaction.atomic():
                counts = take(plan.kind, rows, hand, hand_over=plan.hand_over, run=run)
                refused = [_refused(refusal, checker, records) for refusal in counts.refused]
                counts.read, counts.warnings = len(checked), len(warnings)
                counts.rejected += len(rejections)
                counts.open = sum(isinstance(found, OpenDeal) for found in checked)
                told = [_told(run, found) for found in (*rejections, *refused, *warnings)]
                RejectedRow.objects.bulk_create(told, batch_size=1000)
                _advance(run, counts, position, records[-1].line, clock())
            break
        except (IntegrityError, OperationalError):  # somebody wrote the same lead in this moment
            if is_last:
                raise
    run.refresh_from_db()


def _tries() -> Iterator[bool]:
    return (number == TRIES for number in range(1, TRIES + 1))


def _refused(refusal: Refusal, checker: Checker, records: list[Record]) -> Rejection:
    cells = next(record.cells for record in records if record.line == refusal.line)
    return Rejection(refusal.line, checker.label_of(refusal.field), refusal.problem, kept(cells))


def _told(run: ImportRun, found: Remark) -> RejectedRow:
    return RejectedRow(
        run=run,
        line=found.line,
        column=found.column[:200],
        reason=str(found.problem)[:300],
        values=found.cells,
        is_taken=not isinstance(found, Rejection),
    )


def _advance(run: ImportRun, counts: Counts, position: int, line: int, at: datetime) -> None:
    """Moves the run on in the transaction of the rows: of two workers on it only one gets through."""
    added = {name: F(name) + number for name, number in counts.numbers().items()}
    stands = {"position": position, "line": line, "touched_at": at, "tries": tries_after(counts.read)}
    if not held(run).filter(read=run.read).update(**stands, **added):
        raise Overtaken


def _finish(run: ImportRun, at: datetime) -> None:
    with transaction.atomic():
        if not held(run).update(status=RunStatus.DONE, ended_at=at, position=F("size"), file="", workbook="", error=""):
            raise Overtaken
        drop_files(run)
    run.refresh_from_db()


def drop_files(run: ImportRun) -> None:
    for file in (run.file, run.workbook):
        if file.name:
            transaction.on_commit(partial(file.storage.delete, file.name), robust=True)


def pending(at: datetime) -> QuerySet[ImportRun]:
    """Runs whose worker shows no sign (any more): the message was lost, or the worker."""
    lost = Q(status=RunStatus.QUEUED, touched_at__lt=at - RESEND)
    return ImportRun.objects.filter(lost | Q(status=RunStatus.RUNNING, touched_at__lt=at - LEASE)).exclude(file="")


def interrupted(at: datetime) -> QuerySet[ImportRun]:
    """Runs of the command line that were stopped in the middle: nobody can take those up, for the file is elsewhere."""
    return ImportRun.objects.filter(status=RunStatus.RUNNING, file="", touched_at__lt=at - LEASE)


def tidy(at: datetime) -> list[int]:
    """For the sweep: ends what nobody will end, removes forgotten drafts, answers the runs that need a worker again."""
    interrupted(at).update(status=RunStatus.FAILED, error=str(FileProblem("interrupted")), ended_at=at)
    for draft in ImportRun.objects.filter(status=RunStatus.DRAFT, created_at__lt=at - DRAFTS_KEPT):
        discard(draft)
    found = list(pending(at).values_list("pk", flat=True))
    ImportRun.objects.filter(pk__in=found, status=RunStatus.QUEUED).update(touched_at=at)
    return found


def queue(run: ImportRun, options: Mapping[str, Any], *, at: datetime) -> bool:
    """Hands a draft over to the workers; what must follow the commit is `leads.tasks.run_import`."""
    drafts = ImportRun.objects.filter(pk=run.pk, status=RunStatus.DRAFT)
    return drafts.update(status=RunStatus.QUEUED, touched_at=at, options=options) == 1


def retry(run: ImportRun, *, at: datetime) -> bool:
    """Takes a failed run up again where it stopped."""
    failed = ImportRun.objects.filter(pk=run.pk, status=RunStatus.FAILED).exclude(file="")
    return failed.update(status=RunStatus.QUEUED, touched_at=at, error="", ended_at=None, tries=0) == 1


def discard(run: ImportRun) -> bool:
    """Removes a file that brought nothing, with its run. What became of its rows is kept for good."""
    with transaction.atomic():
        deleted, _by_model = ImportRun.objects.filter(pk=run.pk, status__in=DISCARDED, read=0).delete()
        if deleted:
            drop_files(run)
    return bool(deleted)
