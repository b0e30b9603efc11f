import csv
from datetime import datetime, timedelta
from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest

from leads.doors.form import log_lead
from leads.models import Handoff, Lead
from leads.work.attempts import record
from leads.work.closing import close
from leads.work.handoffs import send_back
from smarketing.accounts.models import Team
from smarketing.lib.cells import plain_cell
from tests import cast

URL = "/leads/"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
EXCEL_ZERO = datetime(1899, 12, 30)


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to(cast.MONDAY + timedelta(minutes=10), tick=False)


@pytest.fixture
def client(signed_in, marketer):
    return signed_in(marketer)


def names(response):
    return [row.lead.name for row in response.context["rows"]]


@pytest.mark.django_db
def test_each_sees_the_own_leads_the_newest_first(north, south, signed_in, marketer, rep):
    cast.handed(north, name="Handed over")
    cast.lead(north, name="Fresh")
    cast.handed(south, name="Foreign")
    assert names(signed_in(marketer).get(URL)) == ["Fresh", "Handed over"]
    assert names(signed_in(rep).get(URL)) == ["Handed over"]


@pytest.mark.django_db
def test_leadership_has_no_list_of_leads(signed_in, leader):
    assert signed_in(leader).get(URL).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=lovelace", ["Ada Lovelace"]),
        ("q=GRACE%40example.org", ["Grace Hopper"]),
        ("q=x-17", ["Grace Hopper"]),
        ("q=%25", []),
        ("source=fair", ["Ada Lovelace"]),
        ("tier=B", ["Grace Hopper"]),
        ("state=none", ["Grace Hopper"]),
        ("state=waiting", ["Ada Lovelace"]),
        ("state=won", []),
        ("since=2026-03-02", ["Ada Lovelace"]),
        ("until=2026-03-01", ["Grace Hopper"]),
        ("until=9999-12-31", ["Ada Lovelace", "Grace Hopper"]),
        ("since=0001-01-01", ["Ada Lovelace", "Grace Hopper"]),
        ("since=soon&state=x&q=", ["Ada Lovelace", "Grace Hopper"]),
    ],
)
def test_the_filter_shows_what_was_asked_for(north, client, query, found):
    cast.handed(north, name="Ada Lovelace")
    fields = {"source": "web", "tier": "B", "email": "grace@example.org", "external_id": "X-17"}
    cast.lead(north, at=cast.local(north, "2026-03-01 23:59"), name="Grace Hopper", **fields)
    assert names(client.get(f"{URL}?{query}")) == found


@pytest.mark.django_db
def test_the_state_is_that_of_the_latest_handoff(north, client, rep):
    handoff = cast.handed(north, at=cast.MONDAY - timedelta(days=7), name="Ada")
    send_back(handoff, reason="duplicate", by=rep, at=cast.MONDAY)
    assert names(client.get(f"{URL}?state=returned")) == ["Ada"]
    cast.hand_over(handoff.lead, by=None, at=cast.MONDAY)
    assert names(client.get(f"{URL}?state=returned")) == []
    assert names(client.get(f"{URL}?state=waiting")) == ["Ada"]


@pytest.mark.django_db
def test_the_agreement_can_be_chosen_where_there_are_several(north, south, signed_in):
    both = cast.person("both@example.org", north.marketing_team, south.marketing_team)
    cast.lead(north, name="North")
    cast.lead(south, name="South")
    client = signed_in(both)
    assert names(client.get(f"{URL}?agreement=south")) == ["South"]
    assert sorted(names(client.get(f"{URL}?agreement=other"))) == ["North", "South"]


@pytest.mark.django_db
def test_pages_follow_each_other_without_a_gap(north, client):
    for number in range(101):
        cast.lead(north, at=cast.MONDAY - timedelta(minutes=number // 3), name=f"{number:03}")
    seen, page = [], client.get(URL)
    while True:
        seen += names(page)
        if not (further := page.context["page"].next_url):
            break
        page = client.get(URL + further)
    assert len(seen) == len(set(seen)) == 101


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3, 50])
def test_the_list_needs_the_same_queries_for_any_number_of_rows(north, client, count, django_assert_num_queries):
    for number in range(count):
        cast.handed(north, name=f"Lead {number}")
    with django_assert_num_queries(13):
        assert len(names(client.get(URL))) == count


@pytest.mark.django_db
def test_only_what_can_be_handed_over_has_a_box(north, client, rep):
    cast.lead(north, name="Fresh")
    cast.handed(north, name="With sales")
    assert client.get(URL).content.decode().count('name="lead"') == 1


@pytest.mark.django_db
def test_sales_finds_no_boxes(north, signed_in, rep):
    send_back(cast.handed(north), reason="duplicate", by=rep, at=cast.MONDAY)
    assert 'name="lead"' not in signed_in(rep).get(URL).content.decode()


@pytest.mark.django_db
def test_hostile_fields_are_escaped(north, client):
    cast.lead(north, name="<script>x</script>", source="<b>", tier="<i>", company="<u>")
    html = client.get(f"{URL}?source=%3Cscript%3E").content.decode() + client.get(URL).content.decode()
    assert not [tag for tag in ("<script>x", "<b>", "<i>", "<u>") if tag in html]


@pytest.mark.django_db
def test_an_empty_list_says_how_to_begin(client, north):
    assert "Log the first lead" in client.get(URL).content.decode()
    assert "No lead matches" in client.get(f"{URL}?q=nobody").content.decode()
    assert not Handoff.objects.exists()


@pytest.mark.django_db
def test_the_list_is_filtered_by_rep_clock_and_what_is_missing(north, client, rep):
    cast.handed(north, at=cast.MONDAY - timedelta(days=7), rep=rep, name="Late")
    cast.handed(north, name="Nobody's", source="", tier="B")
    other = cast.person("ria@example.org", north.sales_team)
    moved = cast.handed(north, rep=rep, name="Moved", tier="")
    Handoff.objects.filter(pk=moved.pk).update(rep=other)
    assert names(client.get(URL, {"rep": rep.pk})) == ["Late"]
    assert names(client.get(URL, {"rep": other.pk})) == ["Moved"]
    assert names(client.get(URL, {"rep": "nobody"})) == ["Nobody's"]
    assert names(client.get(URL, {"clock": "overdue"})) == ["Late"]
    assert names(client.get(URL, {"source": " "})) == ["Nobody's"]
    assert names(client.get(URL, {"tier": " "})) == ["Moved"]


@pytest.mark.django_db
def test_another_house_filters_by_the_reps_whose_names_stand_in_its_list(north, client, rep):
    cast.person("idle@example.org", north.sales_team)
    cast.handed(north, rep=rep)
    Team.objects.filter(pk=north.marketing_team_id).update(organisation="Agency")
    choices = client.get(URL).context["asked"].form.fields["rep"].choices
    assert [value for value, _name in choices] == ["", "nobody", str(rep.pk)]


@pytest.mark.django_db
def test_what_is_shown_is_exported_and_no_more(north, south, signed_in, marketer, rep):
    cast.lead(north, name="=1+1", company="Ä;B", phone="+49 170 1234567", tier="B")
    cast.lead(north, name="Hidden by the filter")
    cast.lead(south, name="Foreign", tier="B")
    marketer.language = "de"
    marketer.save()
    lines = signed_in(marketer).get(f"{URL}export/?tier=B").getvalue().decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Name;Firma;E-Mail;Telefon;")
    assert [line.split("T;")[0].split(";ada")[0] for line in lines[1:]] == ['\'=1+1;"Ä;B"']
    assert ";+49 170 1234567;" in lines[1]
    assert len(signed_in(rep).get(f"{URL}export/").getvalue().splitlines()) == 1


@pytest.mark.django_db
def test_the_sheet_has_the_rows_and_columns_of_the_csv_as_text_and_times(north, signed_in, marketer):
    hostile = ["=1+1", "@SUM(A1)", "<r><f>1</f></r>", "_x0041_ \x08", "https://x.example", "+49 170 1234567", " 00123"]
    for n, text in enumerate(hostile):
        cast.lead(north, at=cast.MONDAY - timedelta(days=n), name=text, company="A&B", phone="0049 170 1234567")
    cast.lead(north, name="Hidden by the filter", company="Other")
    client = signed_in(marketer)
    answer = client.get(f"{URL}export/?q=A%26B&form=xlsx")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="leads.xlsx"'
    with ZipFile(BytesIO(answer.getvalue())) as book:
        cells = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml")).iter(f"{SHEET}c")
        told = [("".join(cell.itertext()), cell.get("t")) for cell in cells]
    rows = [told[n : n + 11] for n in range(0, len(told), 11)]
    assert {tuple(kind for _text, kind in row) for row in rows[1:]} == {(*["inlineStr"] * 7, None, *["inlineStr"] * 3)}
    csv_rows = list(csv.reader(client.get(f"{URL}export/?q=A%26B").getvalue().decode("utf-8-sig").splitlines()))
    times = [EXCEL_ZERO + timedelta(days=float(row[7][0])) for row in rows[1:]]
    assert [f"{at + timedelta(seconds=1):%Y-%m-%d %H:%M}" for at in times] == [row[7] for row in csv_rows[1:]]
    escaped = {"_x0041_ \x08": "_x005F_x0041_ _x0008_"}
    assert [row[0][0] for row in rows[1:]] == [escaped.get(text, text) for text in hostile]
    for row, line in zip(rows, csv_rows, strict=True):
        same = [(text, plain_cell(cell)) for (text, kind), cell in zip(row[1:], line[1:], strict=True) if kind]
        assert [text for text, _cell in same] == [cell for _text, cell in same]


@pytest.mark.django_db
def test_the_list_is_sorted_by_a_column_over_all_its_pages_and_files(north, client, monkeypatch):
    for number in range(52):
        cast.lead(north, name=f"{'bB'[number % 2]}ob", tier=f"{number:02}")
    cast.lead(north, name="", company="Acme")
    first = client.get(f"{URL}?sort=name")
    cast.lead(north, name="Aaron")  # comes meanwhile, before what was seen
    second = client.get(URL + first.context["page"].next_url)
    seen = [row.lead for page in (first, second) for row in page.context["rows"]]
    assert seen[0].company == "Acme"
    assert [lead.tier for lead in seen[1:]] == [f"{number:02}" for number in range(52)]
    assert first.text.count('aria-sort="ascending"') == 1
    assert first.text.count("aria-sort") == 1
    last = client.get(URL + first.context["heads"]["name"].url)
    assert last.context["rows"][0].lead.tier == "51"
    assert 'aria-sort="descending"' in last.text
    file = client.get(f"{URL}export/?sort=-name").getvalue().decode().splitlines()
    assert [line.split(",")[0] for line in file[-2:]] == ["", "Aaron"]
    monkeypatch.setattr("leads.pages.lead.sorting.MOST", 53)
    many = client.get(f"{URL}?sort=name")
    assert "only those you filter are sorted otherwise" in many.text
    assert names(many) == names(client.get(URL))
    assert "only those you filter" not in client.get(f"{URL}?sort=name&q=acme").text


@pytest.mark.django_db
def test_customers_leads_with_sales_new_ones_and_those_that_ask_again_are_told_apart(client, north, rep, marketer):
    cast.lead(north, name="New", email="")
    cast.handed(north, name="With sales", email="")
    bought = cast.handed(north, name="Customer", email="carl@example.org", rep=rep)
    record(bought, channel="phone", result="connected", by=rep, at=cast.MONDAY)
    close(bought, outcome="won", by=rep, at=cast.MONDAY)
    found = {which: names(client.get(f"{URL}?standing={which}")) for which in ("new", "in_work", "customer", "asking")}
    assert found == {"new": ["New"], "in_work": ["With sales"], "customer": ["Customer"], "asking": []}
    later = cast.MONDAY + timedelta(minutes=5)
    log_lead(Lead(agreement=north, email="Carl@example.org", created_at=later), by=marketer, at=later)
    page = client.get(f"{URL}?standing=asking")
    assert names(page) == ["Customer"]
    assert [page.text.count(f'<span class="tag">{tag}</span>') for tag in ("Customer", "Asks again")] == [1, 1]
    assert [row.may_hand_over for row in page.context["rows"]] == [True]  # although it is closed
