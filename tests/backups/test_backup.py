"""What was backed up comes back whole, or nothing happens."""

import json
import os
import sqlite3
import stat
import subprocess
import sys
import time
import zipfile
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import psycopg
import pytest

from smarketing.server.folding import found as found_by
from tests.backups.conftest import UPLOAD
from tests.backups.contents import files, rows
from tests.broker.site import ROOT, Site
from tests.needs import IS_POSTGRES

pytestmark = pytest.mark.timeout(580)
# Logs leads as fast as it can, and says of each that it is kept.
WRITER = """
from itertools import count
from django.utils.timezone import now
from agreements.models import Agreement
from leads.doors.form import log_lead
from leads.models import Lead
from smarketing.accounts.models import User
agreement, by = Agreement.objects.first(), User.objects.first()
for number in count():
    at = now()
    lead = Lead(agreement=agreement, name=f"Written {number}", email=f"w{number}@example.org", created_at=at)
    log_lead(lead, by=by, at=at)
    print(number, flush=True)
"""
WRITTEN = "SELECT name FROM leads_lead WHERE name LIKE 'Written %' ORDER BY id"
LOGGED = "SELECT count(*) FROM leads_event e JOIN leads_lead l ON l.id = e.lead_id WHERE l.name LIKE 'Written %'"


def back_up(site: Site, *options: str) -> Path:
    return Path(site.manage("backup", *options).split(": ")[0])


def refusal(site: Site, *arguments: str) -> str:
    answer = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=site.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr
    return answer.stderr


def rewritten(archive: Path, **changes: object) -> Path:
    """The archive with another manifest; its digests are still right."""
    target = archive.with_name("rewritten.zip")
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, json.dumps(json.loads(data) | changes) if name == "manifest.json" else data)
    return target


def manifest(archive: Path) -> dict[str, object]:
    with zipfile.ZipFile(archive) as opened:
        return json.loads(opened.read("manifest.json"))


def test_all_rows_and_files_come_back(full, empty):
    archive = back_up(full)
    told = empty.manage("restore", str(archive))
    assert "1 files" in told
    assert rows(empty) == rows(full)
    assert {table: len(found) for table, found in rows(empty).items()} == manifest(archive)["rows"]
    assert files(empty) == files(full)
    assert list(files(empty)) == [UPLOAD]


def test_whoever_finds_an_archive_is_nobody(full, empty):
    """Neither those who were signed in nor the secret that signs are in it, and others cannot read it."""
    archive = back_up(full)
    with zipfile.ZipFile(archive) as opened:
        assert not any(b"the-key-of-one-who-is-signed-in" in opened.read(name) for name in opened.namelist())
        assert not any("secret" in name for name in opened.namelist())
    empty.manage("restore", str(archive))
    assert empty.query("SELECT session_key FROM django_session") == []
    assert [stat.S_IMODE(path.stat().st_mode) for path in (archive, archive.parent)] == [0o600, 0o700]
    assert [path.name for path in archive.parent.iterdir()] == [archive.name]


def test_a_backup_made_while_leads_are_written_is_of_one_instant(full, empty):
    with subprocess.Popen(
        [sys.executable, "manage.py", "shell", "-v0", "-c", WRITER],
        cwd=ROOT,
        env=full.environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as writer:
        try:
            writer.stdout.readline()
            before = len(full.query(WRITTEN))
            archive = back_up(full)
            after = len(full.query(WRITTEN))
        finally:
            writer.kill()
    empty.manage("restore", str(archive))
    found = empty.query(WRITTEN)
    assert found == [f"Written {number}" for number in range(len(found))]
    assert before <= len(found) < after
    assert empty.query(LOGGED) == [len(found)]
    assert {table: len(kept) for table, kept in rows(empty).items()} == manifest(archive)["rows"]
    written = rows(full)
    for table, kept in rows(empty).items():
        if table.startswith("leads_"):
            assert {*map(repr, kept)} <= {*map(repr, written[table])}


@pytest.mark.skipif(IS_POSTGRES, reason="of SQLite")
def test_what_stands_in_the_write_ahead_log_only_is_in_the_backup(full, tmp_path):
    with closing(sqlite3.connect(full.database.removeprefix("sqlite:///"))) as writing:
        writing.create_function("smarketing_found", 7, found_by, deterministic=True)
        writing.execute("PRAGMA wal_autocheckpoint = 0")
        writing.execute("UPDATE leads_lead SET name = 'In the log' WHERE id = (SELECT max(id) FROM leads_lead)")
        writing.commit()
        archive = back_up(full)
    with zipfile.ZipFile(archive) as opened:
        opened.extract("database.sqlite3", tmp_path)
    with closing(sqlite3.connect(tmp_path / "database.sqlite3")) as copy:
        assert copy.execute("SELECT count(*) FROM leads_lead WHERE name = 'In the log'").fetchone() == (1,)


def test_data_are_not_overwritten_without_a_word(full, place, template):
    archive = back_up(full)
    with place("other", template) as other:
        other.query("UPDATE leads_lead SET name = 'Only here'")
        (other.folder / "uploads").mkdir()
        (other.folder / "uploads" / "only-here.csv").write_text("1")
        before = rows(other)
        assert "--over" in refusal(other, "restore", str(archive))
        assert rows(other) == before
        assert list(files(other)) == ["only-here.csv"]
        other.manage("restore", str(archive), "--over")
        assert rows(other) == rows(full)
        assert files(other) == files(full)


@pytest.mark.parametrize("damage", ["a changed byte", "the end missing", "another file"])
def test_a_damaged_archive_changes_nothing(full, empty, damage):
    archive = back_up(full)
    data = bytearray(archive.read_bytes())
    if damage == "a changed byte":
        data[len(data) // 2] ^= 1
    archive.write_bytes(data[:-100] if damage == "the end missing" else data)
    if damage == "another file":
        with zipfile.ZipFile(archive, "a") as opened:
            opened.writestr("files/imports/foreign.csv", "1")
    assert "was not restored" in refusal(empty, "restore", str(archive))
    assert rows(empty) == {}
    assert not (empty.folder / "uploads").exists()


def test_a_restore_that_fails_half_way_changes_nothing(full, place, template):
    """Everything is loaded before the counts are seen to be wrong."""
    archive = back_up(full)
    told = manifest(archive)
    wrong = rewritten(archive, rows={**told["rows"], "leads_lead": told["rows"]["leads_lead"] + 1})
    with place("other", template) as other:
        other.query("UPDATE leads_lead SET name = 'Only here'")
        before = rows(other)
        assert "its manifest names" in refusal(other, "restore", str(wrong), "--over")
        assert rows(other) == before
        assert files(other) == {}


def test_a_database_in_use_is_not_replaced_and_not_waited_for_without_end(full, place, template):
    archive = back_up(full)
    with place("other", template) as other, in_use(other):
        before = rows(other)
        assert "was restored" in refusal(other, "restore", str(archive), "--over")
        assert rows(other) == before
        assert files(other) == {}


@contextmanager
def in_use(site: Site):
    connect = psycopg.connect if IS_POSTGRES else partial(sqlite3.connect, isolation_level=None)
    with closing(connect(site.database.removeprefix("sqlite:///"))) as connection:
        if isinstance(connection, sqlite3.Connection):
            connection.create_function("smarketing_found", 7, found_by, deterministic=True)
        connection.execute("BEGIN" if IS_POSTGRES else "BEGIN IMMEDIATE")
        connection.execute("UPDATE leads_lead SET name = 'Only here'")
        yield
        connection.rollback()


def test_an_archive_of_a_later_version_or_of_another_database_is_refused(full, empty):
    archive = back_up(full)
    later = rewritten(archive, migrations=[*manifest(archive)["migrations"], "leads.0999_of_next_year"])
    assert "leads.0999_of_next_year" in refusal(empty, "restore", str(later))
    other = rewritten(archive, database="sqlite" if IS_POSTGRES else "postgresql")
    assert "to its own kind" in refusal(empty, "restore", str(other))
    assert rows(empty) == {}


def test_a_file_that_would_leave_its_folder_is_refused(full, empty):
    archive = back_up(full)
    told = manifest(archive)
    name = f"files/{UPLOAD}"
    digests = {**told["digests"], "files/../../evil.csv": told["digests"][name]}
    with zipfile.ZipFile(archive) as opened:
        data = opened.read(name)
    evil = rewritten(archive, digests=digests)
    with zipfile.ZipFile(evil, "a") as opened:
        opened.writestr("files/../../evil.csv", data)
    assert "would leave" in refusal(empty, "restore", str(evil))
    assert not list(empty.folder.parent.rglob("evil.csv"))


def test_an_empty_database_is_no_backup_and_pushes_none_out(full, empty):
    good = back_up(full)
    assert "no tables" in refusal(empty, "backup", "--to", str(good.parent), "--keep", "1")
    assert [path.name for path in good.parent.iterdir()] == [good.name]


def test_the_newest_are_kept(full):
    made = []
    for _ in range(3):
        made.append(back_up(full, "--keep", "2"))
        time.sleep(1.0)  # they are named by the second
    assert sorted(made[0].parent.iterdir()) == made[1:]


@pytest.mark.skipif(not IS_POSTGRES, reason="of PostgreSQL")
def test_the_password_stands_on_no_command_line(full, empty, tmp_path):
    """Programs of the same names are found first, write down what they were called with, and call the real ones."""
    log, folder = tmp_path / "calls", tmp_path / "bin"
    folder.mkdir()
    for name in ("pg_dump", "pg_restore", "psql"):
        program = folder / name
        program.write_text(f'#!/bin/sh\necho "{name} $@" >> {log}\nexec /usr/bin/{name} "$@"\n')
        program.chmod(0o755)
    for site in (full, empty):
        site.environment["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
        site.environment["DATABASE_URL"] = site.database.replace("smarketing@", "smarketing:of-nobody-else@")
    empty.manage("restore", str(back_up(full)))
    assert [line.split()[0] for line in log.read_text().splitlines()] == ["pg_dump", "psql", "pg_restore"]
    assert "of-nobody-else" not in log.read_text()
