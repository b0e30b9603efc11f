"""Nobody else on the machine reads what the portal keeps, and plain tools can check it."""

import os
import sqlite3
import stat
from contextlib import closing

import pytest
from django.db import connection

from tests.house.test_settings import manage

WRITE_AND_LOOK = """
import os, pathlib
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.conf import settings
from smarketing.accounts.models import User
User.objects.create_user("ann@example.org", name="Ann")
default_storage.save("imports/2026/11/leads.csv", ContentFile(b"Ada"))
print(sorted(str(path.relative_to(settings.VAR_DIR)) for path in pathlib.Path(settings.VAR_DIR).rglob("*")
             if path.stat().st_mode & 0o077))
"""


@pytest.fixture
def open_umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


def is_closed(path) -> bool:
    return not stat.S_IMODE(path.stat().st_mode) & 0o077


def test_what_is_written_is_for_its_owner_only(tmp_path, open_umask):
    assert manage("migrate", "-v0", tmp_path=tmp_path / "new").returncode == 0
    looked = manage("shell", "-v0", "-c", WRITE_AND_LOOK, tmp_path=tmp_path / "new")
    assert looked.stdout.splitlines() == ["[]"], looked.stderr
    assert is_closed(tmp_path / "new")
    assert {path.name for path in (tmp_path / "new").iterdir()} >= {"smarketing.sqlite3", "uploads", "broker"}


def test_what_an_older_version_left_open_is_closed_at_the_start(tmp_path, open_umask):
    tmp_path.chmod(0o755)
    old = [tmp_path / name for name in ("smarketing.sqlite3", "smarketing.sqlite3-wal", "uploads", "backups", "broker")]
    for path in old:
        path.touch() if "sqlite" in path.name else path.mkdir()
    assert not any(map(is_closed, old))
    manage("version", tmp_path=tmp_path)
    assert [path.name for path in (*old, tmp_path) if not is_closed(path)] == []


def test_a_folder_that_all_share_stays_shared(tmp_path, open_umask):
    tmp_path.chmod(0o1777)
    manage("version", tmp_path=tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o1777


@pytest.mark.skipif(connection.vendor != "sqlite", reason="of SQLite")
def test_a_plain_tool_can_check_the_database(tmp_path):
    """Without the functions that Django lends to its own connections."""
    manage("migrate", "-v0", tmp_path=tmp_path)
    with closing(sqlite3.connect(tmp_path / "smarketing.sqlite3")) as plain:
        assert plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        plain.execute(
            "INSERT INTO agreements_quota (month, amount, parts, agreement_id) VALUES ('2026-03-01', 5000, '{}', 1)"
        )
