"""PURE. The JSON schema of an agreement's file form, for editors: `python -m agreements.document.schema` prints it."""

import json
import sys
from typing import Any

from agreements.document.tables import AgreementText


def schema() -> dict[str, Any]:
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **AgreementText.model_json_schema(by_alias=True)}


def text() -> str:
    return json.dumps(schema(), indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
