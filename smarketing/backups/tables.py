"""Which tables a database has, and whether there is anything in them that somebody would miss."""

from django.db.backends.base.base import BaseDatabaseWrapper

# Whoever finds a backup shall not become one of those who were signed in; counts of wrong passwords are of an hour.
LEFT_OUT = ("django_session", "cache")
# What a fresh installation fills by itself.
FILLED_BY_SETTING_UP = (*LEFT_OUT, "django_migrations", "django_content_type", "auth_permission")
BEAT = "django_celery_beat_"


def table_names(connection: BaseDatabaseWrapper) -> list[str]:
    """Without those of the search, which says again what is kept elsewhere."""
    return sorted(name for name in connection.introspection.table_names() if not name.startswith("search_"))


def row_counts(connection: BaseDatabaseWrapper) -> dict[str, int]:
    with connection.cursor() as cursor:
        counts = {}
        for table in table_names(connection):
            if table in LEFT_OUT:
                continue
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608, a table's name
            counts[table] = cursor.fetchone()[0]
        return counts


def is_in_use(connection: BaseDatabaseWrapper) -> bool:
    """Whether it holds anything that setting up has not put there."""
    return any(
        rows
        for table, rows in row_counts(connection).items()
        if table not in FILLED_BY_SETTING_UP and not table.startswith(BEAT)
    )
