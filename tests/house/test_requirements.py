"""What product code imports when it runs is installed where only requirements.txt is."""

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("agreements", "leads", "reports", "smarketing")
PRODUCT = ["manage.py", *sorted(str(path.relative_to(ROOT)) for room in ROOMS for path in (ROOT / room).rglob("*.py"))]
FOREIGN_TO = {*sys.stdlib_module_names, *ROOMS}


def distribution(name: str) -> str:
    """As package indexes compare names."""
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def installed() -> Mapping[str, list[str]]:
    return packages_distributions()


@cache
def required() -> set[str]:
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    return {distribution(found[0]) for line in lines if (found := re.match(r"[A-Za-z0-9][\w.-]*", line))}


def runs(node: ast.AST) -> Iterator[ast.AST]:
    """What of a module is executed: not what stands under `if TYPE_CHECKING`, but its `else`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            for other in child.orelse:
                yield from (other, *runs(other))
        else:
            yield from (child, *runs(child))


def imported(source: str) -> set[str]:
    """The third-party packages that this module brings in."""
    found = set()
    for node in runs(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found - FOREIGN_TO


def missing(source: str) -> set[str]:
    """Imported packages none of whose distributions is required."""
    known, wanted = installed(), required()
    return {name for name in imported(source) if not wanted & {distribution(own) for own in known.get(name, ())}}


@pytest.mark.parametrize("path", PRODUCT)
def test_what_a_module_imports_when_it_runs_is_required(path):
    assert missing((ROOT / path).read_text()) == set()


def test_stubs_are_missing_where_they_are_imported_when_the_portal_runs():
    source = "import django_stubs_ext\nfrom django.db import models\n"
    assert missing(source) == {"django_stubs_ext"}
    hidden = "if TYPE_CHECKING:\n    import django_stubs_ext\nelse:\n    import polib\n"
    assert (missing(hidden), imported(hidden)) == (set(), {"polib"})
