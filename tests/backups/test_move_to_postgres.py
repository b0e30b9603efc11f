"""A SQLite installation goes on with PostgreSQL."""

import sqlite3
from contextlib import closing

import psycopg
import pytest

from smarketing.server.folding import found
from tests.backups.contents import OF_POSTGRES, rows
from tests.backups.test_backup import refusal
from tests.broker.site import Site, kept, new_database
from tests.needs import IS_POSTGRES, needs_postgres

pytestmark = [
    needs_postgres,
    pytest.mark.timeout(580),
    pytest.mark.skipif(not IS_POSTGRES, reason="once, in the pass on PostgreSQL"),
]
NOT_MOVED = ("django_session", "cache", "django_migrations")
READ = """
import json
from django.apps import apps
def told(value):  # PostgreSQL keeps no order of keys
    return json.dumps(value, sort_keys=True) if isinstance(value, dict | list) else repr(value)
for model in apps.get_models(include_auto_created=True):
    if model._meta.db_table not in {without!r}:
        fields = [field.attname for field in model._meta.local_concrete_fields]
        for row in model._base_manager.order_by("pk").values_list(*fields):
            print(model._meta.db_table, *map(told, row))
"""


@pytest.fixture(scope="module")
def embedded():
    return kept("demonstration", server="")


def file_of(site: Site) -> str:
    return site.database.removeprefix("sqlite:///")


def read(site: Site) -> list[str]:
    """Every field of every row, as the portal reads it."""
    return site.python(READ.format(without=NOT_MOVED)).splitlines()


def test_every_row_is_moved_and_new_ones_follow(embedded, empty):
    told = empty.manage("move_to_postgres", file_of(embedded))
    there = read(embedded)
    assert read(empty) == there
    assert f"{len(there)} rows" in told
    highest = max(empty.query("SELECT id FROM leads_lead"))
    empty.python(
        "from django.utils.timezone import now\n"
        "from agreements.models import Agreement\n"
        "from leads.models import Lead\n"
        "from smarketing.accounts.models import User\n"
        "Lead.objects.create(agreement=Agreement.objects.first(), created_at=now(), recorded_at=now())\n"
        "user = User.objects.create_user('new@example.org', name='New')\n"
        "user.groups.create(name='all')"
    )
    assert max(empty.query("SELECT id FROM leads_lead")) == highest + 1


def test_a_database_with_data_is_refused(embedded, tmp_path):
    with new_database(tmp_path, kept("agreement")) as database:
        full = Site(tmp_path, "filesystem://localhost", database)
        before = rows(full)
        assert "is not empty" in refusal(full, "move_to_postgres", file_of(embedded))
        assert rows(full) == before


def test_a_row_that_does_not_fit_moves_nothing(embedded, empty, tmp_path):
    """SQLite has no widths, so a row of an older version may be longer than PostgreSQL takes."""
    copy = tmp_path / "copy.sqlite3"
    with closing(sqlite3.connect(file_of(embedded))) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        target.create_function("smarketing_found", 7, found, deterministic=True)
        target.execute("UPDATE leads_lead SET source = ? WHERE id = (SELECT max(id) FROM leads_lead)", ["x" * 101])
        target.commit()
    assert '"leads_lead"' in refusal(empty, "move_to_postgres", str(copy))
    assert empty.query("SELECT count(*) FROM leads_lead") == empty.query("SELECT count(*) FROM accounts_user") == [0]


def test_a_file_of_another_version_is_refused(embedded, empty, tmp_path):
    copy = tmp_path / "copy.sqlite3"
    with closing(sqlite3.connect(file_of(embedded))) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        target.execute("DELETE FROM django_migrations WHERE app = 'accounts' AND name LIKE '0002%'")
        target.commit()
    assert "accounts.0002" in refusal(empty, "move_to_postgres", str(copy))


def test_without_a_postgresql_to_move_to_nothing_happens(embedded, empty):
    assert "DATABASE_URL" in refusal(embedded, "move_to_postgres", file_of(embedded))
    with psycopg.connect(empty.database) as connection:
        assert connection.execute(OF_POSTGRES).fetchall() == []
    assert "There is no file" in refusal(empty, "move_to_postgres", "nowhere.sqlite3")
