"""One file with everything: the database, the uploaded files, and a manifest by which both are checked."""

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

FORMAT = 1
MANIFEST = "manifest.json"
FILES = "files/"
CHUNK = 1 << 20
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, TypeError, NotImplementedError)


class Damaged(Exception):
    """The archive is not what was written, or never was one of ours."""


@dataclass(frozen=True)
class Manifest:
    """What an archive says of itself. `digests` are SHA-256 of each of its files; `rows` are counts by table."""

    made_at: str
    version: str
    database: str
    server: str
    migrations: list[str]
    rows: dict[str, int]
    digests: dict[str, str]
    format: int = FORMAT


@dataclass
class ArchiveWriter:
    zip: zipfile.ZipFile
    digests: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, source: IO[bytes]) -> None:
        digest = hashlib.sha256()
        with self.zip.open(name, "w", force_zip64=True) as target:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                target.write(chunk)
        self.digests[name] = digest.hexdigest()

    def close_with(self, manifest: Manifest) -> None:
        self.zip.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))


@contextmanager
def new_archive(path: Path) -> Iterator[ArchiveWriter]:
    """It has its name only once it is whole and on the disk."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as zipped:
                yield ArchiveWriter(zipped)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@dataclass(frozen=True)
class ArchiveReader:
    zip: zipfile.ZipFile
    manifest: Manifest

    @property
    def files(self) -> list[str]:
        """The uploaded files, as they are called under the folder of uploads."""
        return [name.removeprefix(FILES) for name in self.manifest.digests if name.startswith(FILES)]

    def check(self) -> None:
        if {*self.zip.namelist()} != {*self.manifest.digests, MANIFEST}:
            raise Damaged("what it holds is not what its manifest names")
        for name in self.files:
            if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
                raise Damaged(f"{name!r} would leave the folder of uploads")
        for name, digest in self.manifest.digests.items():
            if self.copy(name, None) != digest:
                raise Damaged(f"{name} has changed since it was written")

    def copy(self, name: str, target: IO[bytes] | None) -> str:
        digest = hashlib.sha256()
        try:
            with self.zip.open(name) as source:
                while chunk := source.read(CHUNK):
                    digest.update(chunk)
                    if target:
                        target.write(chunk)
        except UNREADABLE as error:
            raise Damaged(f"{name} cannot be read: {error}") from error
        return digest.hexdigest()


@contextmanager
def opened_archive(path: Path) -> Iterator[ArchiveReader]:
    try:
        zipped = zipfile.ZipFile(path)
        manifest = Manifest(**json.loads(zipped.read(MANIFEST)))
    except UNREADABLE as error:
        raise Damaged(f"it is no backup of this portal, or its end is missing ({error})") from error
    if manifest.format != FORMAT:
        raise Damaged(f"its form is {manifest.format!r}, this portal reads {FORMAT}")
    with zipped:
        yield ArchiveReader(zipped, manifest)
