"""Four small files that belong together, and what a run needs."""

from hashlib import sha256
from pathlib import Path

from django.core.files.base import ContentFile

from agreements.models import Agreement
from leads.doors.files import runs
from leads.models import Attempt, Deal, Handoff, ImportRun, Lead
from tests.cast import MONDAY

FILES = {
    "leads": """lead_id,created_at,origin,tier
1,2026-01-05 08:00,fair,A
2,2026-01-05 08:30,,B
3,2026-01-06 10:00,web,
""",
    "handoffs": """lead_id,handed_at,rep
1,2026-01-05 09:00,Rob Rep
2,2026-01-05 17:30,rep-2
1,2026-01-19 09:00,rep-2
""",
    "attempts": """lead_id,attempted_at,channel,result,rep
1,2026-01-05 09:30,phone,no answer,Rob Rep
1,2026-01-20 10:00,phone,connected,rep-2
2,2026-01-05 16:00,email,sent,rep-2
3,2026-01-06 12:00,phone,busy,
""",
    "outcomes": """lead_id,outcome,closed_at,revenue
1,won,2026-02-01,1500
3,lost,2026-02-02,
""",
}
DERIVED = (
    "lead__external_id",
    "handed_at",
    "handed_on",
    "source",
    "tier",
    "state",
    "due_at",
    "stopped_at",
    "response_us",
    "attempts_count",
    "connected_nth",
    "rep_name",
    "rep__email",
)


def queued(agreement: Agreement, kind: str, text: str | bytes | None = None, **options: object) -> ImportRun:
    content = FILES[kind] if text is None else text
    data = content if isinstance(content, bytes) else content.encode()
    run = ImportRun(agreement=agreement, kind=kind, file_name=f"{kind}.csv", size=len(data), options=options)
    run.digest = sha256(data).hexdigest()
    run.file.save(f"{kind}.csv", ContentFile(data))
    assert runs.queue(run, options, at=MONDAY)
    return run


def taken(agreement: Agreement, kind: str, text: str | bytes | None = None, **options: object) -> ImportRun:
    run = queued(agreement, kind, text, **options)
    runs.process(run.pk, clock=lambda: MONDAY)
    run.refresh_from_db()
    return run


def counts(run: ImportRun) -> tuple[int, int, int, int, int]:
    return run.read, run.created, run.unchanged, run.waiting, run.rejected


def everything() -> list[object]:
    """All that is there, without primary keys."""
    return [
        *Lead.objects.order_by("external_id").values_list("external_id", "created_at", "source", "tier"),
        *Handoff.objects.order_by("lead__external_id", "handed_at").values_list(*DERIVED),
        *Attempt.objects.order_by("lead__external_id", "attempted_at", "rep_name").values_list(
            "lead__external_id", "attempted_at", "channel", "result", "rep_name", "rep__email", "handoff__handed_at"
        ),
        *Deal.objects.order_by("lead__external_id").values_list("lead__external_id", "outcome", "revenue"),
    ]


def written(folder: Path, name: str, content: str | bytes) -> str:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)
