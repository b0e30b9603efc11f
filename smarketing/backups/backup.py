"""Backing up and restoring: the database and the uploaded files, while the portal runs or into an empty place."""

import tomllib
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from smarketing.backups import postgres, sqlite, uploads
from smarketing.backups.archive import ArchiveReader, Manifest, new_archive, opened_archive
from smarketing.backups.tables import is_in_use, table_names

NAME = "smarketing-{at:%Y%m%dT%H%M%SZ}.zip"
PATTERN = "smarketing-????????T??????Z.zip"
DATABASES = {"sqlite": sqlite, "postgresql": postgres}


class NothingToBackUp(Exception):
    """Rather than good archives pushed out by empty ones: the settings name another database than the portal's."""


class RestoreRefused(Exception):
    """Nothing was touched; the message says what to do."""


def back_up(connection: BaseDatabaseWrapper, folder: Path, *, at: datetime) -> tuple[Path, Manifest]:
    """The database first: then every file that it names is there to be copied, and later ones do no harm."""
    if MigrationRecorder.Migration._meta.db_table not in table_names(connection):
        raise NothingToBackUp(f"The database {connection.settings_dict['NAME']} has no tables of the portal.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / NAME.format(at=at)
    with new_archive(path) as archive:
        rows = DATABASES[connection.vendor].save(connection, archive, folder)
        uploads.save(Path(settings.MEDIA_ROOT), archive)
        manifest = Manifest(
            made_at=at.isoformat(),
            version=portal_version(),
            database=connection.vendor,
            server=".".join(map(str, connection.get_database_version())),
            migrations=sorted(".".join(key) for key in MigrationRecorder(connection).applied_migrations()),
            rows=rows,
            digests=archive.digests,
        )
        archive.close_with(manifest)
    return path, manifest


def forget_older(folder: Path, keep: int) -> list[Path]:
    """All but the newest so many."""
    older = sorted(folder.glob(PATTERN))[:-keep]
    for path in older:
        path.unlink()
    return older


def restore(connection: BaseDatabaseWrapper, path: Path, *, over: bool) -> Manifest:
    """All of it or nothing. Everything that can be known before is checked before."""
    with opened_archive(path) as archive:
        check_restorable(connection, archive, over=over)
        with uploads.loading(Path(settings.MEDIA_ROOT), archive):
            DATABASES[connection.vendor].load(connection, archive, Path(settings.VAR_DIR))
        return archive.manifest


def check_restorable(connection: BaseDatabaseWrapper, archive: ArchiveReader, *, over: bool) -> None:
    manifest = archive.manifest
    if manifest.database != connection.vendor:
        raise RestoreRefused(
            f"It is of {manifest.database}, the database here is {connection.vendor}. Restore it to its own kind; "
            "docs/backup.md says how to move from SQLite to PostgreSQL."
        )
    if unknown := {*manifest.migrations} - {".".join(key) for key in MigrationLoader(None).disk_migrations}:
        raise RestoreRefused(
            f"It was made by another version of the portal ({manifest.version}), which has {min(unknown)}. "
            "Restore it with that version or a later one."
        )
    archive.check()
    if not over and (is_in_use(connection) or any(uploads.below(Path(settings.MEDIA_ROOT)))):
        raise RestoreRefused("There are data here already. To lose them for those of the backup, say --over.")


def portal_version() -> str:
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
    return str(project["project"]["version"])
