from pathlib import Path

from agreements.document.schema import schema, text

FILE = Path(__file__).parents[4] / "docs" / "agreement-file.schema.json"


def test_the_schema_in_the_documents_is_that_of_the_code():
    assert FILE.read_text() == text(), "python -m agreements.document.schema > docs/agreement-file.schema.json"


def test_the_schema_names_the_keys_of_the_file_and_what_they_may_hold():
    tables = schema()["$defs"]
    assert list(tables["ExceptionRow"]["properties"]) == ["from", "to", "reason"]
    assert tables["SpeedPromise"]["properties"]["share"] | {"title": ""} == {
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "default": "1",
        "title": "",
    }
    assert tables["Calendar"]["properties"]["yearly"]["patternProperties"].keys() == {"^[0-9]{2}-[0-9]{2}$"}
