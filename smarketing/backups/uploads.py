"""The uploaded files. No name is used twice: a file that is there already is the same file, or damaged."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from smarketing.backups.archive import FILES, ArchiveReader, ArchiveWriter


def save(root: Path, archive: ArchiveWriter) -> int:
    """How many. What is deleted meanwhile is left out: nothing points to it any more."""
    count = 0
    for path in below(root):
        with suppress(FileNotFoundError), path.open("rb") as file:
            archive.add(f"{FILES}{path.relative_to(root).as_posix()}", file)
            count += 1
    return count


@contextmanager
def loading(root: Path, archive: ArchiveReader) -> Iterator[None]:
    """Around the loading of the database: before it all files are there that either state needs, after it only the new.

    Where the database was not loaded, what was added goes again.
    """
    root.mkdir(parents=True, exist_ok=True)
    added: list[Path] = []
    with tempfile.TemporaryDirectory(dir=root.parent, prefix=".restoring-") as own:
        changed = []
        try:
            for number, name in enumerate(archive.files):
                staged = Path(own) / str(number)
                with staged.open("wb") as file:
                    archive.copy(f"{FILES}{name}", file)
                target = root / name
                if target.exists():
                    changed.append((staged, target))
                else:
                    target.parent.mkdir(parents=True, exist_ok=True)
                    added.append(target)
                    staged.replace(target)
            yield
        except BaseException:
            for path in added:
                path.unlink(missing_ok=True)
            raise
        for staged, target in changed:
            staged.replace(target)
    _forget_others(root, {root / name for name in archive.files})


def _forget_others(root: Path, ours: set[Path]) -> None:
    for path in below(root):
        if path not in ours:
            path.unlink(missing_ok=True)


def below(root: Path) -> Iterator[Path]:
    for folder, _folders, names in os.walk(root):
        for name in sorted(names):
            path = Path(folder) / name
            if path.is_file() and not path.is_symlink():
                yield path
