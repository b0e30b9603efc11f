"""Makes .venv and installs one lock file into it, unless that very lock file is what it holds already.

python3 setup/install.py requirements.txt
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"


def main(lock: Path) -> None:
    stamp = VENV / f"installed-{lock.name}"
    key = hashlib.sha256(lock.read_bytes()).hexdigest()
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == key:
        return
    print(f"Installing {lock.name} into .venv (about half a minute)", flush=True)
    make_environment()
    install(lock)
    stamp.write_text(key)


def make_environment() -> None:
    if not can_run("-m", "pip", "--version"):
        subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)


def install(lock: Path) -> None:
    if not can_run("-m", "uv", "--version"):
        install_uv()
    # Compiled now, because some machines forbid Python to keep what it compiles, and then every start is slow.
    uv: list[str | Path] = [PYTHON, "-m", "uv", "pip", "install", "--quiet", "--compile-bytecode"]
    if subprocess.run([*uv, "--python", PYTHON, "--require-hashes", "-r", lock], check=False).returncode:
        # uv does not read pip's configuration, where a company's own registry may be named.
        print("uv could not install it; trying pip", flush=True)
        pip_install(lock)


def install_uv() -> None:
    """By the hashes of the developers' lock file: the installer deserves no less care than the installed."""
    block = re.search(r"^uv==.*?(?=^\S|\Z)", (ROOT / "requirements-dev.txt").read_text(), re.M | re.S)
    if not block:
        sys.exit("requirements-dev.txt names no uv: run make lock")
    lock = VENV / "uv.txt"
    lock.write_text(block.group())
    pip_install(lock)


def pip_install(lock: Path) -> None:
    quiet = ["--quiet", "--disable-pip-version-check"]
    subprocess.run([PYTHON, "-m", "pip", "install", *quiet, "--require-hashes", "-r", lock], check=True)


def can_run(*arguments: str) -> bool:
    try:
        return subprocess.run([PYTHON, *arguments], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


if __name__ == "__main__":
    try:
        main(ROOT / sys.argv[1])
    except subprocess.CalledProcessError as error:
        sys.exit(f"The installation stopped: {error}")
