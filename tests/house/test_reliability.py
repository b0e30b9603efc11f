"""docs/reliability.md names every promise, and the tests it names are there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reliability.md").read_text()
NAMED = sorted(set(re.findall(r"`((?:tests|benchmarks)/[^`\s]+\.py(?:::\w+)?)`", PAGE)))


def test_every_promise_has_its_row():
    assert re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE) == [str(number) for number in range(1, 22)]
    assert NAMED


@pytest.mark.parametrize("name", NAMED)
def test_what_is_named_is_there(name):
    path, _, function = name.partition("::")
    tree = ast.parse((ROOT / path).read_text())
    tests = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert function in tests if function else path.startswith("benchmarks/") or any(map(is_test, tests))


def is_test(name: str) -> bool:
    return name.startswith("test_")
