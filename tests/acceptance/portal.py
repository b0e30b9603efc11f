"""The command line as other checks call it, in this process."""

import json
import os
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command

HERE = Path(__file__).parent


def real_data(folder: str) -> Path:
    return Path(os.environ["REAL_DATA"]) / folder


def reference(folder: str) -> dict[str, Any]:
    return json.loads((real_data(folder) / "reference.json").read_text())


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def load_agreement(name: str) -> None:
    run("load_agreement", str(HERE / name))


def import_file(kind: str, path: Path, slug: str, *options: str) -> dict[str, Any]:
    return json.loads(run("import_file", kind, str(path), "--agreement", slug, "--json", *options))


def report(slug: str, period: str) -> dict[str, Any]:
    return json.loads(run("sla_report", slug, period, "--json"))
