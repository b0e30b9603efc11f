"""The journeys of docs/architecture.md lead where they say: at most four stops, each file and each name is there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "architecture.md").read_text()
PART = TEXT.partition("## Journeys")[2].partition("\n## ")[0]
TITLES = re.findall(r"^\*\*(.+)\*\*$", PART, re.MULTILINE)
JOURNEYS = dict(zip(TITLES, re.split(r"^\*\*.+\*\*$", PART, flags=re.MULTILINE)[1:], strict=True))


def names_in(path: str) -> set[str]:
    """What a module, or a class of it, defines."""
    found = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return found


def told(journey: str) -> list[tuple[str, str]]:
    """Each file with each name that stands after it; a file alone with ""."""
    found, path = [], ""
    for word in re.findall(r"`([^`]+)`", journey):
        if "/" in word:
            path = word
            found.append((path, ""))
        elif word.isidentifier():
            found.append((path, word))
    return found


def test_the_questions_of_a_newcomer_have_their_journeys():
    assert TITLES == [
        "Where is a breach decided?",
        "Where is a target derived?",
        "What is behind a bar?",
        "How do I add a lead field?",
        "A measure?",
        "A clause of the agreement that is read and not measured?",
        "A point of every review's agenda?",
        "A thing that waits for somebody?",
        "A report?",
        "A role?",
        "A column of the reports?",
    ]


@pytest.mark.parametrize("title", TITLES)
def test_a_journey_has_at_most_four_stops_and_each_is_there(title):
    stops = [line for line in JOURNEYS[title].splitlines() if re.match(r"\d\. ", line)]
    assert [stop[0] for stop in stops] == ["1", "2", "3", "4"][: len(stops)]
    gone = [(path, name) for path, name in told(JOURNEYS[title]) if not (ROOT / path).is_file()]
    assert gone == []
    assert [(path, name) for path, name in told(JOURNEYS[title]) if name and name not in names_in(path)] == []


@pytest.mark.parametrize("document", ["architecture.md", "domain.md", "import.md", "look.md", "agreement-file.md"])
def test_a_file_that_a_document_names_is_there(document):
    text = (ROOT / "docs" / document).read_text()
    paths = re.findall(
        r"`((?:smarketing|agreements|leads|reports|tests|setup|benchmarks|docs|templates)/[\w./]+)`", text
    )
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_a_module_that_a_docstring_names_is_there():
    """`leads.clock.rule.clock` in a text is a module, or a name in one."""
    gone = []
    for package in ("smarketing", "agreements", "leads", "reports"):
        for path in (ROOT / package).rglob("*.py"):
            for word in re.findall(r"`((?:smarketing|agreements|leads|reports)(?:\.\w+)+)`", path.read_text()):
                as_path = ROOT / word.replace(".", "/")
                module = as_path.with_suffix(".py")
                owner = as_path.parent.with_suffix(".py")
                is_name = owner.is_file() and as_path.name in names_in(str(owner.relative_to(ROOT)))
                if not (module.is_file() or as_path.is_dir() or is_name):
                    gone.append((path.name, word))
    assert gone == []
