"""PURE. What Google's lead forms send, as a lead. What has no field of ours stands with the question asked."""

from collections.abc import Mapping
from typing import Any

from leads.doors.api.shapes import BodyFault, Faulty
from smarketing.lib.file_problems import FileProblem

COLUMNS = {
    "FULL_NAME": "name",
    "EMAIL": "email",
    "WORK_EMAIL": "email",
    "PHONE_NUMBER": "phone",
    "WORK_PHONE": "phone",
    "COMPANY_NAME": "company",
    "JOB_TITLE": "job_title",
    "COUNTRY": "country",
}
NAMES = ("FIRST_NAME", "LAST_NAME")
MOST = 100  # answers of one form
LONGEST_QUESTION = 5_000
TEXT = {"type": "string"}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "google_key": TEXT,
        "lead_id": TEXT,
        "api_version": TEXT,
        "form_id": {"type": ["integer", "string"]},
        "campaign_id": {"type": ["integer", "string"]},
        "is_test": {"type": "boolean"},
        "user_column_data": {
            "type": "array",
            "items": {"type": "object", "properties": {"column_id": TEXT, "column_name": TEXT, "string_value": TEXT}},
        },
    },
    "required": ["google_key", "lead_id", "user_column_data"],
}


def check(sent: Any) -> None:
    """Raises Faulty. What else is in it Google may add to any day."""
    if not isinstance(sent, Mapping):
        raise Faulty([BodyFault("", FileProblem("no_object"))])
    faults = []
    if not isinstance(sent.get("lead_id", ""), str):
        faults.append(BodyFault("/lead_id", FileProblem("no_text_value")))
    elif not sent.get("lead_id", "").strip():
        faults.append(BodyFault("/lead_id", FileProblem("required")))
    if not isinstance(sent.get("is_test", False), bool):  # else a test would be a lead
        faults.append(BodyFault("/is_test", FileProblem("no_option", "true, false")))
    answers = sent.get("user_column_data")
    if not isinstance(answers, list) or len(answers) > MOST or not all(isinstance(one, Mapping) for one in answers):
        faults.append(BodyFault("/user_column_data", FileProblem("no_value")))
    if faults:
        raise Faulty(faults)


def as_lead(sent: Mapping[str, Any], *, created_at: str, source: str) -> dict[str, Any]:
    """Of two answers for one field the first; the others are told beside the question."""
    found: dict[str, Any] = {}
    rest, names = [], {}
    for one in sent["user_column_data"]:
        column, text = str(one.get("column_id") or ""), str(one.get("string_value") or "").strip()
        if column in NAMES:
            names[column] = text
        elif COLUMNS.get(column) and COLUMNS[column] not in found:
            found[COLUMNS[column]] = text
        elif text:
            rest.append(f"{one.get('column_name') or column}: {text}")
    whole = " ".join(filter(None, (names.get(name) for name in NAMES)))
    if whole and not found.get("name"):
        found["name"] = whole
    own = {"external_id": sent["lead_id"], "created_at": created_at, "source": source}
    campaign = sent.get("campaign_id")
    return {
        **found,
        **own,
        "campaign": str(campaign) if campaign else "",
        "question": "\n".join(rest)[:LONGEST_QUESTION],
    }


def without(lead: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """A field that cannot be read costs nobody the lead: what was written stands with the question."""
    told = [f"{name}: {lead[name]}" for name in names]
    question = "\n".join(filter(None, (lead["question"], *told)))[:LONGEST_QUESTION]
    return {name: value for name, value in lead.items() if name not in names} | {"question": question}
