"""Changes the code in small wrong ways, one at a time, and tells which changes no test notices.

    .venv/bin/python setup/mutants.py --sample 300 --seed 7

First all tests run once under coverage, which notes the tests that run each line. Then each sampled change is made in a
copy of the tree and those tests run until one fails. What survives is printed with its place and the change itself;
whether it is equivalent (no behaviour differs) is for a person to say.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import coverage
import pytest

ROOMS = ("agreements", "leads", "reports", "smarketing/accounts", "smarketing/lib")
LEFT_OUT = ("migrations", "management", "demonstration", "__init__", "apps.py", "admin.py", "urls.py", "/pages/")
FIRST_TESTS, MOST_TESTS = 12, 60
SECONDS = 600
PRELOADED = (
    "allauth",
    "celery",
    "crispy_forms",
    "django.test",
    "django_filters",
    "holidays",
    "numpy",
    "plotly.graph_objects",
    "pydantic",
)
COPIED = ("agreements", "leads", "reports", "smarketing", "templates", "tests", "locale", "docs", "setup")
FILES = ("pyproject.toml", "manage.py", "Makefile", "README.md")

COMPARES = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
SUMS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
TWINS = {"min": "max", "max": "min", "any": "all", "all": "any", "filter": "exclude", "exclude": "filter"}


@dataclass(frozen=True)
class Mutant:
    path: str
    line: int
    place: int  # the how-manieth change of the file
    what: str


class Changer(ast.NodeTransformer):
    """Counts the possible changes of a module and makes the one asked for."""

    def __init__(self, wanted: int = -1) -> None:
        self.wanted, self.count = wanted, 0
        self.found: list[tuple[int, str]] = []

    def offered(self, node: ast.AST, what: str) -> bool:
        self.found.append((getattr(node, "lineno", 0), what))
        self.count += 1
        return self.count - 1 == self.wanted

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        other = COMPARES.get(type(node.ops[0]))
        if other and self.offered(node, f"{type(node.ops[0]).__name__} -> {other.__name__}: {ast.unparse(node)}"):
            node.ops[0] = other()
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        other = SUMS.get(type(node.op))
        if other and self.offered(node, f"{type(node.op).__name__} -> {other.__name__}: {ast.unparse(node)}"):
            node.op = other()
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        if self.offered(node, f"and <-> or: {ast.unparse(node)}"):
            node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Not | ast.Invert) and self.offered(node, f"without its not: {ast.unparse(node)}"):
            return node.operand
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, bool):
            if self.offered(node, f"{node.value} -> {not node.value}"):
                return ast.copy_location(ast.Constant(not node.value), node)
        elif isinstance(node.value, int) and self.offered(node, f"{node.value} -> {node.value + 1}"):
            return ast.copy_location(ast.Constant(node.value + 1), node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name in TWINS and self.offered(node, f"{name} -> {TWINS[name]}: {ast.unparse(node)[:80]}"):
            if isinstance(node.func, ast.Name):
                node.func.id = TWINS[name]
            elif isinstance(node.func, ast.Attribute):
                node.func.attr = TWINS[name]
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.value, ast.Call) and self.offered(node, f"left out: {ast.unparse(node)[:80]}"):
            return ast.copy_location(ast.Pass(), node)
        return node

    def visit_If(self, node: ast.If) -> ast.AST:
        self.generic_visit(node)
        if self.offered(node, f"if not: {ast.unparse(node.test)[:80]}"):
            node.test = ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node.test)
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node


def sources() -> Iterator[str]:
    listed = subprocess.run(["git", "ls-files", *ROOMS], capture_output=True, text=True, check=True).stdout
    for path in listed.split():
        if path.endswith(".py") and not any(part in path for part in LEFT_OUT):
            yield path


def mutants() -> Iterator[Mutant]:
    for path in sources():
        changer = Changer()
        changer.visit(ast.parse(Path(path).read_text()))
        for place, (line, what) in enumerate(changer.found):
            yield Mutant(path, line, place, what)


def tests_by_line(data: coverage.CoverageData, path: str) -> dict[int, list[str]]:
    lines = data.contexts_by_lineno(str(Path(path).resolve()))
    return {line: sorted({name.partition("|")[0] for name in names if name}) for line, names in lines.items()}


def covered() -> coverage.CoverageData:
    command = ["-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", "--ignore", "tests/broker", "-k", "not browser"]
    subprocess.run(
        [sys.executable, *command, "--cov", "--cov-context=test", "--cov-report=", "tests"], check=False, text=True
    )
    data = coverage.CoverageData()
    data.read()
    return data


def copy_to(folder: Path) -> Path:
    (folder / "var" / "static").mkdir(parents=True)
    for name in COPIED:
        shutil.copytree(name, folder / name)
    for name in FILES:
        shutil.copy(name, folder / name)
    return folder


def preload() -> None:
    """Imports what the tests use of others once, so that a forked run begins with it."""
    for name in PRELOADED:
        importlib.import_module(name)


def started(tests: list[str], folder: Path) -> int:
    """The process, forked, that runs the tests in the folder until one fails; its words go to `folder/said`."""
    if pid := os.fork():
        return pid
    status: int = pytest.ExitCode.INTERNAL_ERROR
    try:
        os.chdir(folder)
        sys.path[0] = str(folder)
        os.environ["VAR_DIR"] = str(folder / "var")
        sys.stdout = sys.stderr = open("said", "w")  # noqa: SIM115  until the process ends
        signal.alarm(SECONDS)
        status = pytest.main(["-q", "-x", "-p", "no:cacheprovider", "--no-header", "--reuse-db", *tests])
        sys.stdout.flush()
    finally:
        os._exit(int(status))


def first_failure(status: int, folder: Path) -> str:
    """The name of the test that failed ("" when none did), by the status and the words of the process that ended."""
    if not os.WIFEXITED(status):
        return "no end"
    if os.WEXITSTATUS(status) in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        return ""
    found = re.search(r"^(?:FAILED|ERROR) (\S+?\.py\S*(?: [^-].*?)?)(?: - .*)?$", (folder / "said").read_text(), re.M)
    return found.group(1) if found else "no start"


@dataclass
class Trial:
    """A change in its folder, with the stages of tests that are still to run against it."""

    mutant: Mutant
    folder: Path
    stages: list[list[str]]

    def __post_init__(self) -> None:
        self.path = self.folder / self.mutant.path
        self.whole = self.path.read_text()
        changer = Changer(self.mutant.place)
        self.path.write_text(ast.unparse(ast.fix_missing_locations(changer.visit(ast.parse(self.whole)))))

    def next(self) -> int:
        return started(self.stages.pop(0), self.folder)

    def restore(self) -> None:
        self.path.write_text(self.whole)


def stages_of(mutant: Mutant, lines: dict[int, list[str]]) -> list[list[str]]:
    """The tests of the changed line: first those of its own file and that run least else of it, then the others."""
    breadth = Counter(test for tests in lines.values() for test in tests)
    mirror = f"test_{Path(mutant.path).stem}.py"
    tests = sorted(lines.get(mutant.line) or breadth, key=lambda test: (mirror not in test, breadth[test], test))
    first, rest = tests[:FIRST_TESTS], tests[FIRST_TESTS:]
    if len(rest) > MOST_TESTS:
        rest = random.Random(mutant.place).sample(rest, MOST_TESTS)  # noqa: S311
    return [stage for stage in (first, rest) if stage]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--reuse", action="store_true", help="take the coverage of the last run")
    options = parser.parse_args()
    data = coverage.CoverageData()
    data.read() if options.reuse else None
    data = data if options.reuse else covered()
    chooser = random.Random(options.seed)  # noqa: S311  a sample, no secret
    chosen = chooser.sample(list(mutants()), options.sample)
    known = {path: tests_by_line(data, path) for path in {mutant.path for mutant in chosen}}
    preload()
    by: dict[Mutant, str] = {}
    with tempfile.TemporaryDirectory(prefix="mutants-") as scratch:
        free = [copy_to(Path(scratch) / str(number)) for number in range(options.jobs)]
        waiting, running = deque(chosen), dict[int, Trial]()

        def judge(mutant: Mutant, witness: str) -> None:
            by[mutant] = witness
            print(f"{mutant.path}:{mutant.line} {mutant.what} | {witness or 'SURVIVED'}", flush=True)

        while waiting or running:
            while waiting and free:
                mutant = waiting.popleft()
                if stages := stages_of(mutant, known[mutant.path]):
                    trial = Trial(mutant, free.pop(), stages)
                    running[trial.next()] = trial
                else:
                    judge(mutant, "")
            if not running:
                break
            pid, status = os.wait()
            trial = running.pop(pid)
            witness = first_failure(status, trial.folder)
            if trial.stages and not witness:
                running[trial.next()] = trial
                continue
            trial.restore()
            free.append(trial.folder)
            judge(trial.mutant, witness)
        witnesses = sorted({test for test in by.values() if "::" in test})
        if witnesses and (lying := first_failure(os.waitpid(started(witnesses, free[0]), 0)[1], free[0])):
            print(f"fails without any change: {lying}")
            return 1
    survived = list(by.values()).count("")
    print(f"{len(by) - survived} of {len(by)} noticed, {survived} survived")
    return 0


if __name__ == "__main__":
    sys.exit(main())
