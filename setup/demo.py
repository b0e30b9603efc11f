"""Runs the demonstration: prepares its data in var/, starts web, worker and beat, says where to look."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import io
import os
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from keeper import Keeper, end_those_left

ROOT = Path(__file__).resolve().parent.parent
FIRST_PAGE_SECONDS = 60
# The demonstration has known passwords, so it keeps to its own data whatever the shell is set up for.
NOT_FOR_DEMO = ("DATABASE_URL", "BROKER_URL", "SECRET_KEY")


def main() -> int:
    port, bind = wanted_port(), os.environ.get("BIND", "127.0.0.1")
    set_environment(bind, port)
    django.setup()
    refuse_faults()
    var = Path(settings.VAR_DIR)
    var.mkdir(parents=True, exist_ok=True)
    with only_run(var):
        end_those_left(var / "processes")
        refuse_taken(bind, port)
        forget_stale_replies(var)
        prepare_data()
        collect_static(var)
        host = "127.0.0.1" if bind == "0.0.0.0" else bind  # noqa: S104, the person chose it
        return serve(f"http://{host}:{port}/", sign_ins(), var)


def wanted_port() -> int:
    text = os.environ.get("PORT", "8000")
    if not text.isdigit() or not 0 < int(text) < 65536:
        sys.exit(f"PORT is {text!r}: it must be a number from 1 to 65535.")
    return int(text)


def refuse_taken(bind: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind, port))
        except OSError as error:
            other = port + 1 if port < 65535 else 8000
            sys.exit(f"Port {port} cannot be used: {error.strerror}.\nChoose another: make run PORT={other}")


def refuse_faults() -> None:
    import_module("smarketing.checks").refuse_faults()  # found only now that the path is set


def set_environment(bind: str, port: int) -> None:
    for name in NOT_FOR_DEMO:
        if os.environ.pop(name, None):
            print(f"{name} is set but not used here: the demonstration keeps its data in var/.")
    os.environ |= {"DEMO": "1", "BIND": bind, "PORT": str(port), "DJANGO_SETTINGS_MODULE": "smarketing.settings"}
    os.environ["PATH"] = f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))


@contextlib.contextmanager
def only_run(var: Path) -> Iterator[None]:
    """Two beats on the same data would do everything twice."""
    with (var / "running").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(f"The demonstration is already running with the data in {var}.")
        yield


def forget_stale_replies(var: Path) -> None:
    """Control messages of workers that are gone; the file-based broker would hand them to new ones."""
    for message in (var / "broker").rglob("*.pidbox.msg"):
        message.unlink(missing_ok=True)


def prepare_data() -> None:
    call_command("migrate", interactive=False, verbosity=0)
    call_command("load_demo")


def sign_ins() -> str:
    text = io.StringIO()
    call_command("demo_sign_ins", stdout=text)
    return text.getvalue().strip()


def collect_static(var: Path) -> None:
    stamp, key = var / "static.key", static_key()
    if (var / "static").is_dir() and stamp.exists() and stamp.read_text() == key:
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(key)


def static_key() -> str:
    """Changes with whatever decides what is served: the packages, our own files, and the code that finds both."""
    code = (ROOT / "smarketing").rglob("*.py")
    files = (path for folder in ROOT.glob("*/static") for path in folder.rglob("*") if path.is_file())
    digest = hashlib.sha256()
    for path in sorted({ROOT / "requirements.txt", *code, *files}):
        digest.update(f"{path.relative_to(ROOT)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def serve(address: str, sign_ins: str, var: Path) -> int:
    keeper = Keeper(ROOT / "Procfile", var / "processes")

    def ask(signum: int, frame: object) -> None:
        keeper.stopping = True

    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, ask)
    try:
        keeper.start()
        threading.Thread(target=greet, args=(address, sign_ins, keeper), daemon=True).start()
        keeper.run()
    finally:
        keeper.stop()
    print("Stopped.")
    return 0


def greet(address: str, sign_ins: str, keeper: Keeper) -> None:
    if wait_for_first_page(address, keeper):
        print(f"\nSmarketing is running: {address}\n\n{sign_ins}\n\nCtrl-C stops it.\n", flush=True)


def wait_for_first_page(address: str, keeper: Keeper) -> bool:
    deadline = time.monotonic() + FIRST_PAGE_SECONDS
    while not keeper.stopping and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=FIRST_PAGE_SECONDS):  # noqa: S310, it is our own address
                return True
        except urllib.error.HTTPError as answer:
            print(f"The first page answers with an error: {answer}", file=sys.stderr)
            return False
        except OSError:
            time.sleep(0.1)
    return False


if __name__ == "__main__":
    sys.exit(main())
