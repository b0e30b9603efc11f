"""What is accepted can be read: the edges of the columns, through every door, and then every list, page and file."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, models
from django.urls import reverse

from agreements.document.stored import document_of
from agreements.document.text import write
from agreements.models import Agreement, Assumptions, Quota, ReturnReason, Target
from leads.doors.fields import KINDS, Field, Reads
from leads.models import Attempt, Deal, Handoff, ImportRun, Inquiry, Lead
from leads.pages.lead.form import LeadForm
from smarketing.accounts.models import Team, User
from tests import cast
from tests.unit.leads.doors.files.files import taken

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]
ENDS = ("Pacific/Kiritimati", "Pacific/Pago_Pago")  # the zones in which a day begins first and last
INSTANTS = (
    *("0001-01-01T00:00", "0001-01-01T00:00:00+14:00", "1900-01-01T00:00", "1989-12-31T23:59", "1990-01-01T00:00"),
    *(
        "2026-03-02T09:00",
        "2099-12-31T23:59",
        "2100-01-01T00:00",
        "9999-12-31T23:59:59.999999-12:00",
        "9999-12-31T23:59",
    ),
)
MODELS = {"leads": Lead, "handoffs": Handoff, "attempts": Attempt, "outcomes": Deal, "inquiries": Inquiry}
OWN_COLUMN = {
    "rep": "rep_name",
    **dict.fromkeys(("handoff_id", "attempt_id", "deal_id", "inquiry_id"), "external_id"),
}
LEADS_COLUMN = {"external_id": "external_id", "lead_email": "email", "lead_phone": "phone"}
ROW = {
    "leads": {"external_id": "L", "created_at": "2026-02-02T08:00", "name": "Ada"},
    "handoffs": {"external_id": "known", "handed_at": "2026-02-03T09:00"},
    "attempts": {"external_id": "known", "attempted_at": "2026-02-04T09:00", "result": "no_answer"},
    "outcomes": {"external_id": "known", "outcome": "won", "closed_at": "2026-02-05T09:00", "revenue": "1"},
    "inquiries": {"external_id": "known", "asked_at": "2026-02-06T09:00"},
}


def column(model: type[models.Model], name: str) -> models.Field:
    return model._meta.get_field(name)


def edges(of: models.Field) -> Iterator[str]:
    """The largest, the smallest and one more of a column, as somebody would write it."""
    if isinstance(of, models.DecimalField):
        unit = Decimal(1).scaleb(-of.decimal_places)
        largest = Decimal(10) ** (of.max_digits - of.decimal_places) - unit
        kept = Decimal(10) ** 15 - 1
        for value in (
            largest,
            largest - unit,
            largest + unit,
            kept,
            kept * unit,
            kept + unit,
            kept * 10,
            unit,
            Decimal(0),
        ):
            yield from (f"{value:f}", f"{-value:f}")
    elif isinstance(of, models.IntegerField):
        low, high = connection.ops.integer_field_range(of.get_internal_type())
        yield from map(str, (low - 1, low, 0, high, high + 1, 2**63 - 1, 2**63))
    elif isinstance(of, models.DateField):
        yield from INSTANTS
    elif isinstance(of, models.EmailField):
        yield from (f"{'a' * (of.max_length - over)}@b.example" for over in (60, 10, 9))
    else:
        longest = of.max_length or 20_000
        yield from (sign * (longest + more) for sign in ("x", "\U0001f4a5", "\ufdfa") for more in (0, 1))


@pytest.fixture
def deal(request) -> Agreement:
    """In one of the zones: every second test in the other."""
    made = cast.agreement("north", zone=ENDS[len(request.node.name) % 2])
    cast.lead(made, cast.MONDAY - timedelta(days=28), external_id="known", name="Known")
    return made


@pytest.fixture
def client(administrator, signed_in):
    return signed_in(administrator)


def readable(client: Any, deal: Agreement) -> None:
    """Every list, page, export and report that shows one of the records."""
    slug = deal.slug
    pages = [reverse(f"leads:{name}") for name in ("list", "queue", "escalations", "imports")]
    pages += [reverse(f"agreements:{name}", args=[slug]) for name in ("detail", "edit", "calculator", "toml")]
    pages += [reverse("agreements:list"), reverse("reports:scorecards"), reverse("leads:queue") + "?whose=team"]
    for run in ImportRun.objects.all():
        pages += [reverse(f"leads:{name}", args=[run.pk]) for name in ("import", "import_rejects", "import_differing")]
    for page in ("volume", "speed", "depth", "scorecard"):
        pages += [
            f"{reverse(f'reports:{page}', args=[slug])}?period={period}" for period in ("1990", "2026", "2099-12")
        ]
        pages += [f"{reverse('reports:data', args=[slug, page, form])}?period=2026" for form in ("csv", "json")]
    for year in {"2026", *(f"{at.year}" for at in Handoff.objects.values_list("handed_at", flat=True))}:
        records = f"?period={year}&what=handed_over"
        pages += [reverse("reports:records", args=[slug]) + records]
        pages += [reverse("reports:data", args=[slug, "records", form]) + records for form in ("csv", "json")]
    pages += [lead.get_absolute_url() for lead in Lead.objects.all()]
    pages += [reverse(f"admin:accounts_{name}_changelist") for name in ("user", "team")]
    for page in pages:
        answer = client.get(page)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert (page, answer.status_code, bool(body)) == (page, 200, True)


def handed(deal: Agreement, times: Iterator[int]) -> Handoff:
    return cast.handed(deal, email=f"{next(times)}@example.org")


def test_through_the_form_of_a_lead(deal, client):
    sound = {"agreement": deal.pk, "name": "Ada", "created_at": "2026-03-02T09:00", "source": "fair"}
    for name in LeadForm._meta.fields[1:]:
        for n, text in enumerate(edges(column(Lead, name))):
            answer = client.post(reverse("leads:new"), {**sound, "email": f"{name}{n}@example.org", name: text})
            assert answer.status_code in (302, 422)
            if answer.status_code == 302 and name == "value":
                assert Lead.objects.latest("pk").value == Decimal(text)
    assert Lead.objects.filter(value=Decimal("9999999999999.99")).exists()
    readable(client, deal)


def test_through_the_forms_of_a_handoff(deal, client):
    times = iter(range(10_000))
    for name, field, sound, of in (
        ("attempt", "note", {"channel": "phone", "result": "no_answer"}, column(Attempt, "note")),
        ("attempt", "attempted_at", {"channel": "phone", "result": "no_answer"}, column(Attempt, "attempted_at")),
        ("close", "revenue", {"outcome": "won"}, column(Deal, "revenue")),
        ("close", "closed_at", {"outcome": "won", "revenue": "1"}, column(Deal, "closed_at")),
        ("close", "words", {"outcome": "lost", "reason": "other"}, column(Deal, "reason")),
        ("send_back", "note", {"reason": "duplicate"}, column(Handoff, "return_note")),
        ("put_tier_right", "tier", {"reason": "known"}, column(Handoff, "tier")),
    ):
        for text in edges(of):
            handoff = handed(deal, times)
            answer = client.post(reverse(f"leads:{name}", args=[handoff.pk]), {**sound, field: text})
            assert answer.status_code in (302, 422)
            if answer.status_code == 302 and field == "revenue":
                assert Deal.objects.get(lead=handoff.lead).revenue == Decimal(text)
    readable(client, deal)


@pytest.mark.parametrize("kind", list(KINDS))
def test_through_a_file(kind, deal, client):
    def of(field: Field) -> models.Field:
        own = OWN_COLUMN.get(field.name, field.name)
        if field.name not in LEADS_COLUMN and own in {of.name for of in MODELS[kind]._meta.get_fields()}:
            return column(MODELS[kind], own)
        return column(Lead, LEADS_COLUMN.get(field.name, field.name))

    names = [field.name for field in KINDS[kind]]
    lines = [",".join(names)]
    for field in KINDS[kind]:
        if field.reads in (Reads.CHOICE, Reads.CURRENCY):
            continue
        for n, text in enumerate(edges(of(field))):
            row = {**ROW[kind], **({"external_id": f"{field.name}{n}"} if kind == "leads" else {}), field.name: text}
            lines.append(",".join(row.get(name, "") for name in names))
    run = taken(deal, kind, "\n".join(lines) + "\n", date_order="iso", decimal_mark=".")
    assert run.status == "done"
    assert 0 < run.created + run.differing < run.read
    readable(client, deal)


def test_a_thousand_deals_of_the_largest_amount(deal, client):
    cast.handed(deal, cast.MONDAY - timedelta(days=28), external_id="sold")
    rows = "".join(f"sold,won,2026-02-05T09:00,9999999999999990,{n}\n" for n in range(1000))
    run = taken(deal, "outcomes", "external_id,outcome,closed_at,revenue,deal_id\n" + rows, decimal_mark=".")
    assert (run.created, run.rejected) == (1000, 0)
    assert set(Deal.objects.values_list("revenue", flat=True)) == {Decimal(9999999999999990)}
    readable(client, deal)


NUMBERS = ("quota", "marketing_share", "average_deal", "lead_to_customer")


def test_through_the_calculator(deal, client):
    sound = {"quota": "5000", "marketing_share": "100", "average_deal": "100", "lead_to_customer": "50"}
    month = f"{datetime.now() + timedelta(days=40):%Y-%m}"
    for name in NUMBERS:
        for text in edges(column(Target, name)):
            values = {**sound, name: text, "month": month}
            assert client.get(reverse("agreements:calculator", args=["north"]), values).status_code == 200
            answer = client.post(reverse("agreements:agree", args=["north"]), values)
            assert answer.status_code in (302, 422)
            if answer.status_code == 302:
                share = Decimal(100) if name in ("marketing_share", "lead_to_customer") else 1
                assert getattr(Target.objects.latest("pk"), name) == Decimal(text) / share
                assert client.get(answer.url).status_code == 200
    readable(client, deal)


def agreement_texts(deal: Agreement) -> Iterator[str]:
    """The agreement as a file, one of its values at an edge."""
    text = write(document_of(deal))
    month = '\n[[quotas]]\nmonth = "2031-03"\namount = {}\n'
    assumed = {"marketing_share": "0.5", "average_deal": "100", "lead_to_customer": "0.5"}
    for value in edges(column(Quota, "amount")):
        yield text + month.format(value)
    for name in assumed:
        for value in edges(column(Assumptions, name)):
            table = "".join(f"{key} = {said}\n" for key, said in {**assumed, name: value}.items())
            yield f"{text}\n[assumptions]\n{table}"
    for value in edges(column(Target, "leads")):
        yield f'{text}\n[[targets]]\nmonth = "2031-04"\nleads = {value}\n'
    for value in edges(column(Agreement, "name")):
        yield text.replace(f'name = "{deal.name}"', f'name = "{value}"')
    for value in edges(column(Agreement, "currency")):
        yield text.replace('currency = "EUR"', f'currency = "{value}"')
    for value in edges(column(ReturnReason, "label")):
        yield text.replace(
            "[[return_reasons]]",
            f'[[return_reasons]]\nkey = "edge"\nlabel = "{value}"\nwhose = "sales"\n\n[[return_reasons]]',
            1,
        )
    for value in INSTANTS:
        yield text + f'\n[[exceptions]]\nfrom = "{value}"\nto = "2199-12-31"\n'
        yield text.replace("effective_on = 2020-01-01", f"effective_on = {value[:10]}")


def test_through_the_file_of_an_agreement(deal, client):
    statuses = set()
    for text in agreement_texts(deal):
        file = SimpleUploadedFile("north.toml", text.encode())
        answer = client.post(reverse("agreements:load"), {"file": file})
        statuses.add(answer.status_code)
        if answer.status_code == 422:
            continue
        for name in ("detail", "toml", "calculator"):
            assert client.get(reverse(f"agreements:{name}", args=["north"])).status_code == 200
    assert statuses == {302, 422}
    readable(client, deal)


def test_through_the_administration(deal, client):
    inline = {f"memberships-{name}_FORMS": "0" for name in ("TOTAL", "INITIAL", "MIN_NUM", "MAX_NUM")}
    for model, sound in ((Team, {"name": "T", "side": "sales"}), (User, {"name": "N", "email": "n@example.org"})):
        for name in ("name", "email"):
            if name not in sound:
                continue
            for text in edges(column(model, name)):
                values = {**sound, name: text, **inline, "usable_password": "false"}
                address = reverse(f"admin:accounts_{model._meta.model_name}_add")
                assert client.post(address, values).status_code in (200, 302)
    assert Team.objects.filter(name="\U0001f4a5" * 100).exists()
    readable(client, deal)
