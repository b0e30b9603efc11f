"""Writes the first migration of each of our apps anew from the models; only until the first release.

Indexes and constraints are put into the table that they belong to. Django writes each as a step of its own, and before
every step all related models are made again, which took a third of the time of `migrate`.
"""

import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import django

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smarketing.settings")
django.setup()

from django.core.management import call_command
from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel, Migration
from django.db.migrations.migration import SwappableTuple
from django.db.migrations.operations.base import Operation
from django.db.migrations.writer import MigrationWriter

APPS = ("agreements", "leads", "reports")


def written(app: str) -> Path:
    return ROOT / app / "migrations" / "0001_initial.py"


def main() -> None:
    for app in APPS:
        written(app).unlink(missing_ok=True)
    call_command("makemigrations", *APPS, name="initial", verbosity=0)
    for app in APPS:
        made: type[Migration] = importlib.import_module(f"{app}.migrations.0001_initial").Migration
        parts = {"dependencies": list(map(named, made.dependencies)), "operations": folded(made.operations)}
        anew = type("Migration", (Migration,), {"initial": True, **parts})("0001_initial", app)
        written(app).write_text(MigrationWriter(anew, include_header=False).as_string())


def named(dependency: tuple[str, str]) -> tuple[str, str]:
    """On the users by their setting, not by the app it names."""
    return ("__setting__", "AUTH_USER_MODEL") if isinstance(dependency, SwappableTuple) else dependency


def folded(operations: Sequence[Operation]) -> list[Operation]:
    """What may stand on a column that is added later stays apart."""
    tables = {operation.name_lower: operation for operation in operations if isinstance(operation, CreateModel)}
    grown = {operation.model_name_lower for operation in operations if isinstance(operation, AddField)}
    apart: list[Operation] = []
    for operation in operations:
        if isinstance(operation, AddIndex) and operation.model_name_lower not in grown:
            tables[operation.model_name_lower].options.setdefault("indexes", []).append(operation.index)
        elif isinstance(operation, AddConstraint) and operation.model_name_lower not in grown:
            tables[operation.model_name_lower].options.setdefault("constraints", []).append(operation.constraint)
        else:
            apart.append(operation)
    return apart


if __name__ == "__main__":
    main()
