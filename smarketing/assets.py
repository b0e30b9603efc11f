"""Browser assets come out of installed packages: named files only, never a package's whole folder."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.files.storage import FileSystemStorage
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

PACKAGE_FILES = {
    "vendor/plotly.min.js": ("plotly", "package_data/plotly.min.js"),
    "vendor/bootstrap.min.css": ("bootstrap_wrapper", "../bootstrap/css/bootstrap.min.css"),
    "vendor/bootstrap.bundle.min.js": ("bootstrap_wrapper", "../bootstrap/js/bootstrap.bundle.min.js"),
}


def package_path(package: str, name: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"the package {package} is not installed")
    return (Path(spec.origin).parent / name).resolve()


class OneFile(FileSystemStorage):
    """A storage that knows a single file under the name the portal gives it."""

    def __init__(self, name: str, source: Path) -> None:
        super().__init__(location=source.parent)
        self.name, self.source, self.prefix = name, source, ""

    def path(self, name: str) -> str:
        if name != self.name:
            raise FileNotFoundError(name)
        return str(self.source)


class PackageFinder(BaseFinder):
    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        known = PACKAGE_FILES.get(path)
        found = str(package_path(*known)) if known else None
        return ([found] if found else []) if find_all else found

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, OneFile]]:
        for name, source in PACKAGE_FILES.items():
            if not matches_patterns(name, ignore_patterns):
                yield name, OneFile(name, package_path(*source))


class Storage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    # Bootstrap's files name source maps that are not served.
    patterns = ()

    def create_compressor(self, **kwargs: Any) -> Compressor:
        return Compressor(**{**kwargs, "use_brotli": False})  # brotli turns 2 seconds into 69
