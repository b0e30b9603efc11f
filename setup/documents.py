"""Writes the documents that are made from the code: who may do what, the rooms, the states of a handoff."""

import ast
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import django

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smarketing.settings")
django.setup()

from django.urls import URLPattern, URLResolver, get_resolver

from leads.work.states import CLOSED, FOLLOWS, WAITING
from smarketing.accounts.access import VERB_OF_GUARD
from smarketing.accounts.models import Role, Side
from smarketing.accounts.rights import RIGHTS

HOUSE = ("smarketing", "agreements", "leads", "reports")
MADE = "<!-- Made from the code by `make documents`; a test fails when it is stale. -->\n"


def access() -> str:
    """The table of rights, and every address with the people who come in."""
    people = [(side, role) for side in (Side.MARKETING, Side.SALES) for role in (Role.MEMBER, Role.LEAD)]
    people += [(Side.SERVICE, Role.MEMBER), (Side.SALES, Role.LEADERSHIP)]
    heads = ["marketer", "marketing lead", "rep", "sales lead", "service", "leadership", "administrator"]
    lines = ["# Who may do what", MADE]
    lines += [
        "In the agreements of the own teams; an administrator everywhere. From `smarketing/accounts/rights.py`.\n"
    ]
    lines += head(["verb", *heads])
    for verb, right in RIGHTS.items():
        marks = ["yes" if side in right.sides and role in right.roles else "" for side, role in people]
        lines.append(row([f"`{verb}`", *marks, "yes"]))
    lines += [
        "\n## Addresses\n",
        "Who may not read an agreement gets 404 for its records, whatever the role.",
        "Who may read it and lacks the role gets 403, as at addresses that name no record.",
        "Addresses know GET, HEAD and POST; whatever else is sent is answered 405.\n",
    ]
    lines += head(["address", "name", "comes in", "verb"])
    lines += [row([f"`/{address}`", f"`{name}`", guard, verb]) for address, name, guard, verb in addresses()]
    return "\n".join(lines) + "\n"


def addresses() -> Iterator[tuple[str, str, str, str]]:
    def below(resolver: URLResolver, prefix: str, space: str) -> Iterator[tuple[str, str, str, str]]:
        for pattern in resolver.url_patterns:
            address = prefix + str(pattern.pattern).lstrip("^")
            if isinstance(pattern, URLPattern):
                if str(pattern.name).startswith("account_"):
                    continue  # allauth's own; anyone
                guard = pattern.callback.guard  # type: ignore[attr-defined]
                verb = VERB_OF_GUARD.get(guard)
                yield address, f"{space}{pattern.name}", guard, f"`{verb}`" if verb else ""
            elif pattern.namespace == "admin":
                yield address, "admin:*", "administrators", "`administer`"
            else:
                yield from below(pattern, address, f"{pattern.namespace}:" if pattern.namespace else space)

    return below(get_resolver(), "", "")


def rooms() -> str:
    """Each folder with its modules, and what the first line of each says."""
    lines = [
        "# The rooms",
        MADE,
        "Reports may import leads, leads agreements, and all three the floor (`smarketing/accounts`, `lib`).",
    ]
    for package in HOUSE:
        for folder in sorted({path.parent for path in (ROOT / package).rglob("*.py")} | {ROOT / package}):
            if "migrations" in folder.parts:
                continue
            modules = [path for path in sorted(folder.glob("*.py")) if path.name != "__init__.py"]
            if modules:
                lines += [f"\n## {folder.relative_to(ROOT)}/\n", *map(module, modules)]
    return "\n".join(lines) + "\n"


def module(path: Path) -> str:
    text = ast.get_docstring(ast.parse(path.read_text())) or ""
    said = text.partition("\n")[0]
    return f"- `{path.name}`" + (f": {said}" if said else "")


def states() -> str:
    lines = ["# The states of a handoff", MADE, "From `leads/work/states.py`.\n", "```mermaid", "stateDiagram-v2"]
    lines.append(f"    [*] --> {WAITING}")
    lines += [f"    {state} --> {after}" for state in FOLLOWS for after in FOLLOWS if after in FOLLOWS[state]]
    lines += [f"    {state} --> [*]" for state in FOLLOWS if state in CLOSED]
    return "\n".join([*lines, "```"]) + "\n"


def head(names: list[str]) -> list[str]:
    return [row(names), "|" + " --- |" * len(names)]


def row(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


DOCUMENTS = {"docs/access.md": access, "docs/rooms.md": rooms, "docs/states.md": states}


def main() -> int:
    for name, made in DOCUMENTS.items():
        (ROOT / name).write_text(made())
        print(name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
