"""What leads are found by is kept by the database: a generated column, and an index of every three signs in it.

The index is made after each `migrate`, if it is not there: GIN on PostgreSQL (where the extension pg_trgm can be had;
without it search is right and slow), on SQLite a table of FTS5 with triggers that keep it.
"""

from typing import Any

from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Func

from smarketing.server.folding import FOUND_ON_POSTGRES, ICU

TABLE = "leads_lead"
WORDS = "search_leads"  # on SQLite
FIELDS = ("name", "company", "email", "phone", "external_id", "question", "notes")
GIN = "CREATE INDEX IF NOT EXISTS lead_found_by ON leads_lead USING gin (found_by gin_trgm_ops)"
FTS = (
    """CREATE VIRTUAL TABLE search_leads USING fts5
    (found_by, content='leads_lead', content_rowid='id', tokenize='trigram case_sensitive 1')""",
    "INSERT INTO search_leads (search_leads) VALUES ('rebuild')",
)
TRIGGERS = (
    """CREATE TRIGGER IF NOT EXISTS search_new AFTER INSERT ON leads_lead BEGIN
    INSERT INTO search_leads (rowid, found_by) VALUES (new.id, new.found_by);
    END""",
    """CREATE TRIGGER IF NOT EXISTS search_old AFTER DELETE ON leads_lead BEGIN
    INSERT INTO search_leads (search_leads, rowid, found_by) VALUES ('delete', old.id, old.found_by);
    END""",
    """CREATE TRIGGER IF NOT EXISTS search_changed AFTER UPDATE ON leads_lead WHEN old.found_by <> new.found_by BEGIN
    INSERT INTO search_leads (search_leads, rowid, found_by) VALUES ('delete', old.id, old.found_by);
    INSERT INTO search_leads (rowid, found_by) VALUES (new.id, new.found_by);
    END""",
)


class FoundBy(Func):
    """`smarketing.server.folding.found` in SQL."""

    function = "smarketing_found"
    output_field = models.TextField()

    def __init__(self, *expressions: Any, **extra: Any) -> None:
        super().__init__(*(expressions or map(F, FIELDS)), **extra)


def has_trigrams(connection: BaseDatabaseWrapper) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
        return cursor.fetchone() is not None


def prepare(using: str, **_more: Any) -> None:
    """Before the tables are made."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_collation WHERE collname = 'und-x-icu'")
        cursor.execute(FOUND_ON_POSTGRES if cursor.fetchone() else FOUND_ON_POSTGRES.replace(ICU, ""))
        cursor.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'")
        if cursor.fetchone():
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")


def complete(using: str, **_more: Any) -> None:
    """Once they are there."""
    connection = connections[using]
    tables = connection.introspection.table_names()
    if TABLE not in tables:
        return
    statements = (GIN,) if connection.vendor == "postgresql" else TRIGGERS if WORDS in tables else (*FTS, *TRIGGERS)
    if connection.vendor == "postgresql" and not has_trigrams(connection):
        return
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
