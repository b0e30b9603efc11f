"""What the portal writes holds personal data: it is for its own user, not for others on the machine.

Settings set the umask for what is made from now on. This closes what was made before, by an older version or by hand.
"""

import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

OTHERS = 0o077
SQLITE_SUFFIXES = ("", "-wal", "-shm", "-journal")


def close_to_others(var: Path, folders: Iterable[Path], database: str) -> None:
    """`var` may have been somebody's before it was named to us: it is closed once our secret or database is in it."""
    files = [Path(f"{database}{suffix}") for suffix in SQLITE_SUFFIXES] if database else []
    is_ours = (var / "secret_key").exists() or var in {file.parent for file in files if file.exists()}
    for path in (*folders, *files, *([var] if is_ours else [])):
        with suppress(OSError):  # not there, or not ours
            mode = path.stat().st_mode
            if mode & OTHERS and not mode & stat.S_ISVTX:  # never /tmp
                path.chmod(mode & 0o700)
