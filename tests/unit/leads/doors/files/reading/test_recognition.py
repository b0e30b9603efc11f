import io
from datetime import UTC, datetime

import pytest

from leads.doors.fields import KINDS
from leads.doors.files.reading.choices import squeezed
from leads.doors.files.reading.recognition import Asked, Plan, recognise
from smarketing.lib.file_problems import RefusedFile, Unreadable

AT = datetime(2026, 3, 2, tzinfo=UTC)

# Headers as the systems export them; the cells are made up.
SALESFORCE_TASK = "Id,WhoId,Subject,ActivityDate,CreatedDate,OwnerId,CallDisposition,TaskSubtype"
ZOHO = "LEADID,Last Name,Company,Lead Owner,Email,Mobile,Website,Lead Source,Lead Status,Created Time"
HUBSPOT = "Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Lead Status,Create Date,Lead Source"
HUBSPOT_GERMAN = "Datensatz-ID;Lead-Quelle;Vorname;Nachname;Telefonnummer;E-Mail;Unternehmensname;Erstellungsdatum"
DYNAMICS = "(Do Not Modify) Lead,(Do Not Modify) Modified On,Created On,Company Name,Email,Business Phone,Lead Source"
PIPEDRIVE = "Lead ID,Deal - Status,Deal - Closed on,Deal - Value,Deal - Lost reason"
FACEBOOK = "id,created_time,full_name,email,phone_number,form_name,platform"
ODOO = '"id","active","contact_name","partner_name","email_from","phone","source_id/id","planned_revenue","create_date"'


def plan(kind: str, text: str | bytes, **asked) -> Plan:
    content = text if isinstance(text, bytes) else text.encode()
    return recognise(io.BytesIO(content), kind, Asked(**asked), time_zone="Europe/Berlin")


@pytest.mark.parametrize(
    ("kind", "header", "columns"),
    [
        (
            "attempts",
            SALESFORCE_TASK,
            {
                "external_id": "WhoId",
                "attempted_at": "CreatedDate",
                "channel": "TaskSubtype",
                "result": "CallDisposition",
                "rep": "OwnerId",
                "note": "Subject",
            },
        ),
        (
            "leads",
            ZOHO,
            {
                "external_id": "LEADID",
                "created_at": "Created Time",
                "source": "Lead Source",
                "email": "Email",
                "name": "Last Name",
                "company": "Company",
                "phone": "Mobile",
            },
        ),
        (
            "leads",
            HUBSPOT,
            {
                "external_id": "Record ID",
                "created_at": "Create Date",
                "source": "Lead Source",
                "email": "Email",
                "name": "First Name + Last Name",
                "phone": "Phone Number",
            },
        ),
        (
            "leads",
            HUBSPOT_GERMAN,
            {
                "external_id": "Datensatz-ID",
                "created_at": "Erstellungsdatum",
                "source": "Lead-Quelle",
                "email": "E-Mail",
                "name": "Vorname + Nachname",
                "company": "Unternehmensname",
                "phone": "Telefonnummer",
            },
        ),
        (
            "leads",
            "ID;Name;Vorname;Nachname;Quelle;Erstellt am",
            {"external_id": "ID", "created_at": "Erstellt am", "source": "Quelle", "name": "Name"},
        ),
        (
            "leads",
            DYNAMICS,
            {
                "external_id": "(Do Not Modify) Lead",
                "created_at": "Created On",
                "source": "Lead Source",
                "email": "Email",
                "company": "Company Name",
                "phone": "Business Phone",
            },
        ),
        (
            "outcomes",
            PIPEDRIVE,
            {
                "external_id": "Lead ID",
                "outcome": "Deal - Status",
                "closed_at": "Deal - Closed on",
                "revenue": "Deal - Value",
                "reason": "Deal - Lost reason",
            },
        ),
        (
            "leads",
            FACEBOOK,
            {
                "external_id": "id",
                "created_at": "created_time",
                "source": "platform",
                "email": "email",
                "name": "full_name",
                "phone": "phone_number",
            },
        ),
        (
            "leads",
            ODOO,
            {
                "external_id": "id",
                "created_at": "create_date",
                "source": "source_id/id",
                "email": "email_from",
                "name": "contact_name",
                "company": "partner_name",
                "phone": "phone",
                "value": "planned_revenue",
            },
        ),
    ],
)
def test_the_columns_of_other_systems_are_recognised(kind, header, columns):
    delimiter = ";" if ";" in header else ","
    found = plan(kind, f"{header}\n{delimiter * header.count(delimiter)}x\n")
    assert found.columns == columns


def test_danish_and_german_letters_make_no_difference():
    header = "Lead-Nr;Oprettet den;Kilde;Værdi;Qualität;Virksomhed"
    found = plan("leads", f"{header}\n1;2026-01-01;;;;\n")
    assert found.ignored == []


def test_every_alias_is_written_as_it_is_compared_and_every_field_has_its_own_name():
    for fields in KINDS.values():
        for field in fields:
            assert squeezed(field.name) in field.aliases.split()
            assert all(squeezed(alias) == alias for alias in field.aliases.split())


def test_a_bare_id_is_the_lead_only_in_a_file_of_leads():
    assert plan("leads", "Id,Created\n1,2026-01-01\n").columns["external_id"] == "Id"
    assert str(plan("attempts", "Id,called_at,result\n1,2026-01-01,busy\n").problem) == (
        "missing_fields: external_id/lead_email/lead_phone"
    )


def test_a_column_asked_for_wins_and_a_recognised_one_does_not_take_it():
    found = plan("leads", "id,mql_id,created,origin\n1,2,2026-01-01,fair\n", wanted={"tier": ("origin",)})
    assert found.columns == {"external_id": "mql_id", "created_at": "created", "tier": "origin"}
    assert found.ignored == ["id"]


def test_the_columns_stand_in_the_order_of_the_fields_whatever_order_was_asked():
    asked = {"source": ("origin",), "created_at": ("created",), "external_id": ("id",)}
    found = plan("leads", "origin,created,id\nfair,2026-01-01,1\n", wanted=asked)
    assert list(found.mapped) == ["external_id", "created_at", "source"]


def test_a_field_left_out_on_purpose_stays_out_when_the_plan_is_carried_out():
    found = plan("leads", "id,created,origin\n1,2026-01-01,fair\n", wanted={"source": ()})
    again = recognise(
        io.BytesIO(b"id,created,origin\n1,2026-01-01,fair\n"), "leads", Asked.of(found.options()), time_zone="UTC"
    )
    assert "source" not in again.columns
    assert again.options() == found.options()


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"wanted": {"shoe": ("id",)}}, "no_field: shoe"),
        ({"constants": {"shoe": "x"}}, "no_field: shoe"),
        ({"wanted": {"tier": ("size",)}}, "no_column: size"),
        ({"wanted": {"tier": ("id",)}, "constants": {"tier": "A"}}, "field_twice: tier"),
        ({"wanted": {"tier": ("Foo Bar",)}}, "column_twice: Foo Bar"),
        ({"encoding": "klingon"}, "unknown_encoding: klingon"),
        ({"delimiter": "abc"}, "unknown_delimiter: abc"),
    ],
)
def test_what_was_asked_for_and_cannot_be_is_said(asked, code):
    with pytest.raises(Unreadable) as refused:
        plan("leads", "id,created,foo_bar,FooBar\n1,2026-01-01,a,b\n", **asked)
    assert str(refused.value.problem) == code


def test_a_constant_that_cannot_be_read_is_said_before_anything_is_taken():
    found = plan("outcomes", "lead_id,won_date\n1,2026-01-01\n", constants={"outcome": "perhaps"})
    assert str(found.problem) == "wrong_constant: no_choice: perhaps"


def test_a_file_of_unknown_columns_is_refused_with_its_columns():
    with pytest.raises(RefusedFile) as refused:
        plan("leads", "shoe,size\nred,41\n").required()
    assert str(refused.value.problem) == "missing_fields: external_id/email/phone, created_at"
    assert refused.value.columns == ("shoe", "size")


def test_days_that_could_be_months_are_asked_about():
    assert str(plan("leads", "id,created\n1,03/04/2018\n").problem) == "unclear_date_order"
    assert plan("leads", "id,created\n1,03/04/2018\n", date_order="dmy").problem is None


def test_two_columns_of_one_name_are_told_apart():
    found = plan("leads", "id,created,created,\n1,2026-01-01,2026-01-02,x\n")
    assert found.labels == ("id", "created", "created #3", "#4")


def test_more_columns_than_a_table_has_are_refused():
    with pytest.raises(RefusedFile) as refused:
        plan("leads", "a," * 400_000 + "\n1\n")
    assert refused.value.problem.code == "too_many_columns"


def test_wide_characters_asked_for_without_a_mark_are_read_all_the_same():
    content = "id,created\n1,2026-01-01\n".encode("utf-16-le")
    found = plan("leads", content, encoding="utf-16")
    (record,) = found.records(io.BytesIO(content))
    assert record.cells == ["1", "2026-01-01"]
