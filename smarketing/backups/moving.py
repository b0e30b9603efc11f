"""From SQLite to PostgreSQL: every row of every table, in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.core.management.color import no_style
from django.db import DataError, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

from smarketing.backups.tables import LEFT_OUT, is_in_use

SOURCE = "moved_from"


class MoveRefused(Exception):
    """Nothing was changed; the message says why."""


def move(path: Path, target: BaseDatabaseWrapper) -> dict[str, int]:
    """Rows by table. The target has its tables and nothing in them but what setting up puts there."""
    if target.vendor != "postgresql":
        raise MoveRefused("DATABASE_URL names no PostgreSQL: set it to the database that is to be moved to.")
    if not path.is_file():
        raise MoveRefused(f"There is no file {path}.")
    if is_in_use(target):
        raise MoveRefused(f"{target.settings_dict['NAME']} is not empty: move to a database without data.")
    with _source(path) as source:
        _check_same_migrations(source, target)
        tables = [model for model in apps.get_models(include_auto_created=True) if _is_moved(model)]
        with transaction.atomic(using=source.alias, durable=True), transaction.atomic(using=target.alias, durable=True):
            _forget_what_setting_up_put_there(tables, target)
            counts = {model._meta.db_table: _copy(model, target) for model in tables}
            _set_sequences(tables, target)
        return counts


@contextmanager
def _source(path: Path) -> Iterator[BaseDatabaseWrapper]:
    settings = connections.configure_settings(
        {"default": {}, SOURCE: {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}}
    )
    connections.settings[SOURCE] = settings[SOURCE]
    try:
        yield connections[SOURCE]
    finally:
        connections[SOURCE].close()
        del connections[SOURCE]
        del connections.settings[SOURCE]


def _check_same_migrations(source: BaseDatabaseWrapper, target: BaseDatabaseWrapper) -> None:
    there, here = ({*MigrationRecorder(each).applied_migrations()} for each in (source, target))
    if there != here:
        first = min(there ^ here)
        raise MoveRefused(
            f"The two are of different versions ({'.'.join(first)}): run migrate on the SQLite file first."
        )


def _is_moved(model: type[models.Model]) -> bool:
    return model._meta.managed and not model._meta.proxy and model._meta.db_table not in LEFT_OUT


def _forget_what_setting_up_put_there(tables: list[type[models.Model]], target: BaseDatabaseWrapper) -> None:
    names = ", ".join(target.ops.quote_name(model._meta.db_table) for model in tables)
    with target.cursor() as cursor:
        cursor.execute(f"TRUNCATE {names}")


def _copy(model: type[models.Model], target: BaseDatabaseWrapper) -> int:
    fields = [field for field in model._meta.local_concrete_fields if not field.generated]
    table = target.ops.quote_name(model._meta.db_table)
    columns = ", ".join(target.ops.quote_name(str(field.column)) for field in fields)
    rows = model._base_manager.using(SOURCE).order_by("pk").values_list(*(field.attname for field in fields))
    try:
        with target.wrap_database_errors, target.cursor() as cursor:
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows.iterator():
                    pairs = zip(fields, row, strict=True)
                    copy.write_row([field.get_db_prep_save(value, target) for field, value in pairs])
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608, a table's name
            (count,) = cursor.fetchone()
    except DataError as error:
        raise MoveRefused(f"A row of {table} cannot be kept by PostgreSQL: {error}") from error
    if count != rows.count():
        raise MoveRefused(f"{table} did not take all its rows.")
    return int(count)


def _set_sequences(tables: list[type[models.Model]], target: BaseDatabaseWrapper) -> None:
    with target.cursor() as cursor:
        for statement in target.ops.sequence_reset_sql(no_style(), tables):
            cursor.execute(statement)
