"""Keeps the processes of the Procfile running.

What dies is started again after a pause, and that is said. What was started ends with us: asked to by the kernel where
it can be (Linux), and else by the next start, which finds it in the list that is kept.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

PAUSES = (1, 2, 5, 10, 30)
IS_WELL_AFTER = 60
STOP_SECONDS = 12
PR_SET_PDEATHSIG = 1


@dataclass
class Kept:
    name: str
    command: str
    process: subprocess.Popen[str] | None = None
    deaths: int = 0
    started: float = 0
    again_at: float = 0


@dataclass
class Keeper:
    procfile: Path
    ledger: Path
    kept: list[Kept] = field(default_factory=list)
    stopping: bool = False

    def start(self) -> None:
        for line in self.procfile.read_text().splitlines():
            name, _colon, command = line.partition(":")
            self.kept.append(Kept(name, command.strip()))
            self.launch(self.kept[-1])

    def launch(self, one: Kept) -> None:
        one.process = subprocess.Popen(
            ["sh", "-c", one.command],
            cwd=self.procfile.parent,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # a Ctrl-C reaches it once: through us
            preexec_fn=end_with_parent,  # noqa: PLW1509, no threads but those that read
        )
        one.started = time.monotonic()
        threading.Thread(target=show, args=(one.name, one.process), daemon=True).start()
        living = [other.process.pid for other in self.kept if other.process and other.process.poll() is None]
        self.ledger.write_text(json.dumps([(pid, begun(pid)) for pid in living]))

    def keep(self) -> None:
        """One look at all of them."""
        at = time.monotonic()
        for one in self.kept:
            if one.process and one.process.poll() is not None:
                one.deaths = 1 if at - one.started > IS_WELL_AFTER else one.deaths + 1
                pause = PAUSES[min(one.deaths, len(PAUSES)) - 1]
                say(one.name, f"ended ({one.process.returncode}); it is started again in {pause} s")
                one.process, one.again_at = None, at + pause
            elif one.process is None and at >= one.again_at:
                self.launch(one)

    def run(self) -> None:
        while not self.stopping:
            self.keep()
            time.sleep(0.2)

    def stop(self) -> None:
        self.stopping = True
        running = [one.process for one in self.kept if one.process]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            send(process.pid, signal.SIGKILL)
        self.ledger.unlink(missing_ok=True)


def end_with_parent() -> None:
    """In the child, before it becomes the program."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def show(name: str, process: subprocess.Popen[str]) -> None:
    for line in process.stdout or ():
        say(name, line.rstrip())


def say(name: str, text: str) -> None:
    print(f"{name:6} | {text}", flush=True)


def end_those_left(ledger: Path) -> None:
    """Of a start that was killed. A number may belong to somebody else by now; then the beginning differs."""
    if not ledger.exists():
        return
    left = [pid for pid, start in json.loads(ledger.read_text() or "[]") if begun(pid) in (start, "") and is_there(pid)]
    if left:
        print("Ending what an earlier start left running.", flush=True)
    for pid in left:
        send(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while any(map(is_there, left)) and time.monotonic() < deadline:
        time.sleep(0.1)
    for pid in left:
        send(pid, signal.SIGKILL)
    ledger.unlink(missing_ok=True)


def begun(pid: int) -> str:
    """When the process began, in the kernel's ticks; empty if it is over (or this is not Linux)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return ""


def is_there(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except OSError:
        return False
    return True


def send(group: int, what: signal.Signals) -> None:
    """To the process and all that it started: each leads a group of its own."""
    with contextlib.suppress(OSError):
        os.killpg(group, what)
