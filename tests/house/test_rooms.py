"""Every module has its place, every class name stands for one thing, and what is said to be PURE is held to it."""

import ast
import socket
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest
from pytest_socket import SocketConnectBlockedError

ROOT = Path(__file__).parents[2]
HOUSE = ("smarketing", "agreements", "leads", "reports")
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
MANY_OF_THESE = {"Meta", "Command", "Migration"}  # Django asks for the names


def modules() -> dict[str, ast.Module]:
    """Dotted name to syntax tree; without migrations and empty files."""
    found = {}
    for package in HOUSE:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            if "migrations" not in path.parts and path.read_text().strip():
                found[name] = ast.parse(path.read_text())
    return found


def placed(package: str) -> set[str]:
    (contract,) = [one for one in CONTRACTS if one["name"] == f"inside {package}"]
    names = [name for layer in contract["layers"] for name in layer.replace(":", "|").split("|")]
    return {f"{package}.{name.strip().strip('()')}" for name in [*names, "apps", "settings"]}


def test_every_module_stands_in_the_import_contract_of_its_package():
    places = {package: placed(package) for package in HOUSE}
    homeless = [
        name
        for name in modules()
        if name not in HOUSE and not any(f"{name}.".startswith(f"{place}.") for place in places[name.partition(".")[0]])
    ]
    assert homeless == []


def test_no_class_name_stands_for_two_things():
    homes = defaultdict(list)
    for name, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].append(name)
    doubles = {name: found for name, found in homes.items() if len(found) > 1}
    assert {name: doubles[name] for name in doubles.keys() - MANY_OF_THESE} == {}


def test_what_says_that_it_is_pure_is_held_to_it_and_nothing_else():
    (contract,) = [one for one in CONTRACTS if one["name"].startswith("PURE")]
    said = {name for name, tree in modules().items() if (ast.get_docstring(tree) or "").startswith("PURE.")}
    assert sorted(contract["source_modules"]) == sorted(said)


def test_nothing_beyond_this_machine_is_asked_by_a_test():
    """pytest-socket refuses every other host."""
    with socket.socket() as outside, pytest.raises((SocketConnectBlockedError, UserWarning), match=r"192\.0\.2\.1"):
        outside.connect(("192.0.2.1", 80))
