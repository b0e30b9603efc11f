"""Runs the demonstration: prepares its data in var/, starts web, worker and beat, says where to look."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import io
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent
FIRST_PAGE_SECONDS = 60
STOP_SECONDS = 12
# The demonstration has known passwords, so it keeps to its own data whatever the shell is set up for.
NOT_FOR_DEMO = ("DATABASE_URL", "BROKER_URL", "SECRET_KEY")


def main() -> int:
    keep_bytecode()
    port, bind = wanted_port(), os.environ.get("BIND", "127.0.0.1")
    refuse_taken(bind, port)
    set_environment(bind, port)
    django.setup()
    var = Path(settings.VAR_DIR)
    var.mkdir(parents=True, exist_ok=True)
    with only_run(var):
        forget_stale_replies(var)
        prepare_data()
        collect_static(var)
        host = "127.0.0.1" if bind == "0.0.0.0" else bind  # noqa: S104, the person chose it
        return serve(f"http://{host}:{port}/", sign_ins())


def keep_bytecode() -> None:
    """Some machines forbid it; five processes would then compile the whole portal at every start."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


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
    call_command("createcachetable", verbosity=0)
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


def serve(address: str, sign_ins: str) -> int:
    # In a session of its own, so that a Ctrl-C reaches it once: through us.
    honcho = subprocess.Popen([sys.executable, "-m", "honcho", "--env", os.devnull, "start"], start_new_session=True)
    asked_to_stop = stop_on_signal(honcho)
    try:
        if wait_for_first_page(address, honcho):
            print(f"\nSmarketing is running: {address}\n\n{sign_ins}\n\nCtrl-C stops it.\n", flush=True)
        honcho.wait()
    finally:
        stop(honcho)
    if asked_to_stop:
        print("Stopped.")
        return 0
    return honcho.returncode or 1


def stop_on_signal(honcho: subprocess.Popen[bytes]) -> list[int]:
    asked: list[int] = []

    def ask(signum: int, frame: object) -> None:
        asked.append(signum)
        honcho.terminate()

    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, ask)
    return asked


def wait_for_first_page(address: str, honcho: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + FIRST_PAGE_SECONDS
    while honcho.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=FIRST_PAGE_SECONDS):  # noqa: S310, it is our own address
                return True
        except urllib.error.HTTPError as answer:
            print(f"The first page answers with an error: {answer}", file=sys.stderr)
            return False
        except OSError:
            time.sleep(0.1)
    return False


def stop(honcho: subprocess.Popen[bytes]) -> None:
    if honcho.poll() is None:
        honcho.terminate()
    try:
        honcho.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        honcho.kill()


if __name__ == "__main__":
    sys.exit(main())
