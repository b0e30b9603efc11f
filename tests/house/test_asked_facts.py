from agreements.document.groups.qualification import ASKED_FACTS
from leads.doors.fields import LEAD, Reads

KIND = {
    Reads.EMAIL: "given",
    Reads.PHONE: "given",
    Reads.NOTE: "given",
    Reads.WORDS: "word",
    Reads.COUNTRY: "place",
    Reads.LANGUAGE: "place",
    Reads.COUNT: "number",
    Reads.AMOUNT: "number",
    Reads.DAY: "day",
    Reads.FLAG: "flag",
}
NOT_ASKED = {"external_id", "created_at"}  # every lead has them


def test_what_an_agreement_may_ask_of_a_lead_is_what_a_lead_has():
    known = {field.name: KIND[field.reads] for field in LEAD if field.is_kept and field.name not in NOT_ASKED}
    asked = {key: fact.kind for key, fact in ASKED_FACTS.items() if not fact.made_of}
    assert asked == known | {"name": "given"}
    assert {name for fact in ASKED_FACTS.values() for name in fact.made_of} <= known.keys()
