"""Many rows into or over a table in one prepared statement: several times as fast as Django's bulk operations.

Those build a statement per hundred rows, cell by cell. What they do besides is left out: no `save`, no signals, no
values the database makes; new rows do not learn their primary keys.
"""

from collections.abc import Callable, Sequence
from functools import partial
from operator import attrgetter
from typing import Any

from django.db import connections, models, router
from django.db.backends.base.base import BaseDatabaseWrapper

# What drivers take as it is, whatever the database.
_PLAIN = (models.CharField, models.TextField, models.IntegerField, models.BooleanField, models.ForeignKey)


def insert(rows: Sequence[models.Model]) -> None:
    """Adds rows of one model; their primary keys stay unknown."""
    if not rows:
        return
    model = type(rows[0])
    fields = [field for field in model._meta.concrete_fields if not field.primary_key and not field.generated]
    connection = connections[router.db_for_write(model)]
    columns = ", ".join(_quoted(fields, connection))
    marks = ", ".join(["%s"] * len(fields))
    sql = f"INSERT INTO {_table(model, connection)} ({columns}) VALUES ({marks})"  # noqa: S608  names of our models
    _run(connection, sql, fields, rows)


def update(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Writes these fields of rows that exist."""
    if not rows or not names:
        return
    model = type(rows[0])
    fields = [model._meta.get_field(name) for name in names]
    connection = connections[router.db_for_write(model)]
    key = model._meta.pk
    changes = ", ".join(f"{column} = %s" for column in _quoted(fields, connection))
    where = f"{_quoted([key], connection)[0]} = %s"
    sql = f"UPDATE {_table(model, connection)} SET {changes} WHERE {where}"  # noqa: S608  names of our models
    _run(connection, sql, [*fields, key], rows)


def mark(model: type[models.Model], keys: Sequence[int], name: str, value: int | None) -> None:
    """Writes one number into a field of many rows. Keys are numbers and stand in the statement: no parameter each."""
    if not keys:
        return
    connection = connections[router.db_for_write(model)]
    fields = [model._meta.get_field(name), model._meta.pk]
    column, key = _quoted(fields, connection)
    numbers = ", ".join(str(int(one)) for one in keys)
    sql = f"UPDATE {_table(model, connection)} SET {column} = %s WHERE {key} IN ({numbers})"  # noqa: S608  numbers only
    with connection.cursor() as cursor:
        cursor.execute(sql, [value])


def counted(*tables: type[models.Model]) -> None:
    """After many rows: lets PostgreSQL look at the tables, which else plans for what stood there before, until it
    comes round to them by itself. Files that follow one another, or a report right after one, are many times as fast.
    """
    for model in tables:
        connection = connections[router.db_for_write(model)]
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"ANALYZE {_table(model, connection)}")


def _run(connection: BaseDatabaseWrapper, sql: str, fields: Sequence[Any], rows: Sequence[models.Model]) -> None:
    columns = [list(map(_converter(field, connection), map(attrgetter(field.attname), rows))) for field in fields]
    with connection.cursor() as cursor:
        cursor.executemany(sql, list(zip(*columns, strict=True)))


def _converter(field: Any, connection: BaseDatabaseWrapper) -> Callable[[Any], Any]:
    if isinstance(field, _PLAIN):
        return _same
    if isinstance(field, models.DateTimeField):
        return connection.ops.adapt_datetimefield_value
    return partial(field.get_db_prep_save, connection=connection)


def _same(value: Any) -> Any:
    return value


def _quoted(fields: Sequence[Any], connection: BaseDatabaseWrapper) -> list[str]:
    return [connection.ops.quote_name(field.column) for field in fields]


def _table(model: type[models.Model], connection: BaseDatabaseWrapper) -> str:
    return connection.ops.quote_name(model._meta.db_table)
