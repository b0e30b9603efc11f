"""Intake under faults: are leads that were acknowledged there exactly once?

python -m tests.intake.run --leads 20000 --faults 20
python -m tests.intake.run --leads 20000 --faults 20 --postgres
python -m tests.intake.run --door api --leads 5000 --kills 20 [--postgres]
"""

import argparse
import math
import os
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.intake.clerks import Clerk, Ledger, Program
from tests.intake.faults import FAULTS, all_web_workers_killed
from tests.intake.site import Intake

CLERKS = 8
STUCK_SECONDS = 180


@dataclass
class Outcome:
    """`lost`: acknowledged and not there. `doubled`: there more than once. `foreign`: there and never acknowledged."""

    acknowledged: int
    lost: list[int]
    doubled: list[int]
    foreign: list[int]
    without_event: list[int]
    faults: Counter[str]
    left_out: list[str]
    answers: Counter[str]
    seconds: float
    slowest: float

    @property
    def is_kept(self) -> bool:
        return not (self.lost or self.doubled or self.foreign or self.without_event)

    def __str__(self) -> str:
        faults = ", ".join(f"{name} {count}" for name, count in self.faults.items())
        answers = ", ".join(f"{name} {count}" for name, count in self.answers.most_common())
        rate = self.acknowledged / self.seconds
        lines = [
            f"acknowledged {self.acknowledged}: lost {len(self.lost)}, doubled {len(self.doubled)}",
            f"never acknowledged and there {len(self.foreign)}, without a line of history {len(self.without_event)}",
            f"faults {self.faults.total()}: {faults}",
            *(f"left out: {name}" for name in self.left_out),
            f"answers: {answers}",
            f"{self.seconds:.0f} s, {rate:.1f} leads a second, longest until acknowledged {self.slowest:.1f} s",
        ]
        return "\n".join(lines)


def intake_under_faults(
    *, leads: int, faults: int, postgres: bool, minutes: float = math.inf, door: str = "form", kills: int = 0
) -> Outcome:
    """The faults are spread over the leads; or over the minutes, where these are over before.

    With `kills` there is one kind only: the web processes are killed with -9, so often.
    """
    kinds, faults = ([all_web_workers_killed], kills) if kills else (FAULTS, faults)
    with ExitStack() as stack:
        # Not in pytest's own folder: PostgreSQL passes through as another user, and root's is closed to it.
        folder = stack.enter_context(
            tempfile.TemporaryDirectory(prefix="smarketing-intake-", ignore_cleanup_errors=True)
        )
        intake = Intake(Path(folder), postgres=postgres, clerks=CLERKS, stack=stack)
        intake.set_up()
        ledger, began = Ledger(leads), time.monotonic()
        clerks = [clerk_at(door, intake, number, ledger) for number in range(CLERKS)]
        for clerk in clerks:
            clerk.start()
        happened = Counter[str]()
        for number in range(faults):
            part = (number + 1) / (faults + 1)
            wait_for_leads(ledger, int(leads * part), intake, until=began + minutes * 60 * part)
            fault = kinds[number % len(kinds)]
            fault(intake)
            intake.wait_until_up()
            happened[fault.__name__] += 1
            print(f"{len(ledger.told):>6} {fault.__name__}", file=sys.stderr, flush=True)  # noqa: T201
        wait_for_leads(ledger, leads, intake, until=began + minutes * 60)
        ledger.close()
        for clerk in clerks:
            clerk.join(STUCK_SECONDS)
        left_out = [] if intake.has_own_disk else ["disk_full: nothing can be mounted here"]
        if left_out:
            happened.pop("disk_full", None)
        return compared(intake, ledger, happened, left_out, time.monotonic() - began, door)


def clerk_at(door: str, intake: Intake, number: int, ledger: Ledger) -> Clerk:
    if door == "api":
        token = intake.site.manage("make_token", f"Program {number}", "--scope", "leads:write").split()[-1]
        return Program(intake.address, token, ledger)
    return Clerk(intake.address, f"clerk{number}@example.org", ledger)


def wait_for_leads(ledger: Ledger, wanted: int, intake: Intake, *, until: float) -> None:
    told, since = len(ledger.told), time.monotonic()
    while len(ledger.told) < wanted and time.monotonic() < until:
        intake.keep_running()
        time.sleep(0.1)
        if ledger.refusal:
            raise AssertionError(f"A lead that is right was refused:\n{ledger.refusal}")
        if len(ledger.told) > told:
            told, since = len(ledger.told), time.monotonic()
        if time.monotonic() - since > STUCK_SECONDS:
            raise AssertionError(f"No lead is taken any more; heard {ledger.answers}.\n{intake.log()}")


def compared(
    intake: Intake, ledger: Ledger, happened: Counter[str], left_out: list[str], seconds: float, door: str
) -> Outcome:
    """What was told against what is there, read past the portal."""
    if not intake.is_postgres:
        assert intake.site.query("PRAGMA integrity_check") == ["ok"]
    ids = intake.site.query("SELECT id FROM leads_lead ORDER BY id")
    names = intake.site.query("SELECT email FROM leads_lead ORDER BY id")
    found = [(int(email.removeprefix("lead").partition("@")[0]), pk) for pk, email in zip(ids, names, strict=True)]
    times, told = Counter(number for number, _ in found), ledger.told
    if door == "api":  # what is told there is the number that was sent
        there = dict(found)
        told = {number: there.get(number, -1) for number in told}
    logged = Counter(intake.site.query("SELECT lead_id FROM leads_event WHERE kind = 'logged'"))
    return Outcome(
        acknowledged=len(told),
        lost=sorted({*told.items()} - {*found}),
        doubled=[number for number, count in times.items() if count > 1],
        foreign=sorted({*times} - {*told}),
        without_event=[number for number, pk in found if logged[pk] != 1],
        faults=happened,
        left_out=left_out,
        answers=ledger.answers,
        seconds=seconds,
        slowest=ledger.slowest,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, default=20_000)
    parser.add_argument("--faults", type=int, default=20)
    parser.add_argument("--postgres", action="store_true", help="with Redis; otherwise SQLite and a broker in files")
    parser.add_argument("--door", choices=("form", "api"), default="form")
    parser.add_argument("--kills", type=int, default=0, help="the web processes killed with -9, and nothing else")
    parser.add_argument("--minutes", type=float, default=math.inf, help="then no new leads; what was begun is finished")
    asked = parser.parse_args()
    for name in ("DATABASE_URL", "BROKER_URL", "SECRET_KEY", "DEBUG", "ALLOWED_HOSTS"):
        os.environ.pop(name, None)
    outcome = intake_under_faults(**vars(asked))
    print(outcome)  # noqa: T201
    return 0 if outcome.is_kept else 1


if __name__ == "__main__":
    sys.exit(main())
