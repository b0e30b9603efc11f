"""Compiles the translations, brings them up to date with the source, and says what they lack.

python setup/translations.py compile | update | check
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("da", "de")
NOT_SOURCE = (".git", ".venv", "var", "tests", "benchmarks", "setup", "node_modules", "__pycache__", ".*_cache")


def main(action: str) -> int:
    if action == "compile":
        compile_all(ROOT)
    elif action == "update":
        extract(ROOT)
    elif action == "check":
        faults = list(lacks())
        print("\n".join(faults) or "The translations are complete.")
        return bool(faults)
    else:
        sys.exit(__doc__)
    return 0


def catalogues(root: Path) -> list[Path]:
    return sorted((root / "locale").glob("*/LC_MESSAGES/*.po"))


def compile_all(root: Path) -> None:
    for source in catalogues(root):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            polib.pofile(str(source)).save_as_mofile(str(target))


def extract(root: Path) -> None:
    if not shutil.which("xgettext"):
        sys.exit("This needs gettext (Debian: apt-get install gettext).")
    languages = [part for language in LANGUAGES for part in ("--locale", language)]
    ignored = [part for name in NOT_SOURCE for part in ("--ignore", name)]
    style = ["--no-location", "--no-obsolete", "--no-wrap"]
    (root / "locale").mkdir(exist_ok=True)
    command = [sys.executable, "-m", "django", "makemessages", *languages, *ignored, *style]
    subprocess.run([*command, "--verbosity", "0"], cwd=root, check=True)


def lacks() -> Iterator[str]:
    """What a fresh extraction, made beside the tree, finds missing in the catalogues."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*NOT_SOURCE))
        extract(copy)
        for fresh in catalogues(copy):
            yield from faults(fresh.relative_to(copy), fresh)
            yield from broken_placeholders(fresh)


def faults(name: Path, fresh: Path) -> Iterator[str]:
    source = ROOT / name
    known = {(entry.msgctxt, entry.msgid) for entry in polib.pofile(str(source))} if source.exists() else set()
    for entry in polib.pofile(str(fresh)):
        if (entry.msgctxt, entry.msgid) not in known:
            yield f"{name}: new since make messages: {entry.msgid!r}"
        elif entry.fuzzy:
            yield f"{name}: only guessed: {entry.msgid!r}"
        elif not entry.translated():
            yield f"{name}: not translated: {entry.msgid!r}"
        known.discard((entry.msgctxt, entry.msgid))
    for _, msgid in sorted(known, key=str):
        yield f"{name}: no longer used: {msgid!r}"


def broken_placeholders(catalogue: Path) -> list[str]:
    checked = subprocess.run(
        ["msgfmt", "--check-format", "--output-file", os.devnull, catalogue],
        check=False,
        capture_output=True,
        text=True,
    )
    return checked.stderr.splitlines()


if __name__ == "__main__":
    sys.exit(main(" ".join(sys.argv[1:])))
