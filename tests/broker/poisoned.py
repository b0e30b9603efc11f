"""The portal's worker, in which some rows do harm while they are read: it stands for what nobody has thought of.

A row with the id "kill" ends the process as the kernel does; "hold" keeps the interpreter busy in one expression;
"wait" never comes back; "slow" takes as long as SLOW_SECONDS says.
"""

import os
import re
import signal
import time
from datetime import datetime
from typing import Any

from leads.doors.files.reading.records import Record
from leads.doors.files.reading.rows import Checker
from smarketing.celery import app

__all__ = ["app"]
check = Checker.check


def harmful(checker: Checker, record: Record, at: datetime) -> Any:
    match record.cells[0]:
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "hold":
            re.fullmatch("(a|a)*b", "a" * 60)
        case "wait":
            time.sleep(3600)
        case "slow":
            time.sleep(float(os.environ["SLOW_SECONDS"]))
    return check(checker, record, at)


Checker.check = harmful  # type: ignore[method-assign]
