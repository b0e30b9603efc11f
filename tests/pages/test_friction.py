"""The monthly friction report: opened by the worker, written and sent by sales, answered by service."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from agreements.document.groups.friction_clause import FRICTION, FrictionClause
from agreements.document.stored import document_of
from agreements.document.text import DocumentError, read, write
from agreements.document.versions import apply
from agreements.friction.opening import open_reports
from agreements.friction.owed import told
from agreements.models import Agreement, FrictionReport
from agreements.terms import work_calendar
from smarketing.accounts.models import Role, Side
from tests import cast

APRIL = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)  # half past midnight of 1 April in Berlin


@pytest.fixture
def deal(north: Agreement) -> Agreement:
    """Since 10 February the report is due on the third working day."""
    north.service_team = cast.team("Service north", Side.SERVICE)
    north.save()
    version = north.versions.get()
    version.groups, version.effective_on = {"friction": [{"due_working_day": 3}]}, date(2026, 2, 10)
    type(version).objects.filter(pk=version.pk).update(groups=version.groups, effective_on=version.effective_on)
    return north


@pytest.fixture
def service(deal):
    return cast.person("sue@example.org", deal.service_team, name="Sue Service")


def test_each_month_opens_once_however_often_the_worker_looks(deal):
    assert open_reports(at=APRIL - timedelta(hours=1)) == 1  # in Berlin March is not over
    assert [open_reports(at=APRIL), open_reports(at=APRIL)] == [1, 0]
    found = FrictionReport.objects.order_by("month").values_list("month", "due_on")
    assert list(found) == [(date(2026, 2, 1), date(2026, 3, 4)), (date(2026, 3, 1), date(2026, 4, 3))]


@pytest.mark.parametrize(
    ("clause", "month", "due"),
    [
        ({"due_working_day": 5}, date(2026, 2, 1), date(2026, 3, 6)),
        ({"due_day": 31}, date(2026, 3, 1), date(2026, 4, 30)),
        ({"due_day": 10}, date(2026, 12, 1), date(2027, 1, 10)),
        ({"by": "Petra"}, date(2026, 1, 1), date(2026, 2, 28)),
    ],
)
def test_the_due_day_is_of_the_month_after(clause, month, due):
    work = work_calendar({"week": cast.OFFICE_HOURS}, "Europe/Berlin")
    assert FrictionClause.model_validate(clause).due_on(month, work.working_days) == due


def test_late_is_told_in_working_days_of_the_agreements_zone(deal):
    open_reports(at=datetime(2026, 3, 1, tzinfo=UTC))
    report = FrictionReport.objects.get()  # due on Wednesday 4 March
    in_time, late = (datetime(2026, 3, *at, tzinfo=UTC) for at in ((4, 22, 59), (4, 23, 1)))
    assert [told(report, at).is_late for at in (in_time, late)] == [False, True]
    assert told(report, datetime(2026, 3, 9, 12, tzinfo=UTC)).days_late == 3  # Thursday, Friday, Monday


def test_sales_writes_and_sends_it_and_service_answers(deal, rep, service, marketer, signed_in, time_machine):
    time_machine.move_to(datetime(2026, 3, 6, 12, tzinfo=UTC))
    open_reports(at=datetime(2026, 3, 1, tzinfo=UTC))
    page = reverse("agreements:friction_report", args=[deal.slug, FrictionReport.objects.get().pk])
    sales, served = signed_in(rep), signed_in(service)
    assert all("2 working days late" in sales.get(at).content.decode() for at in ("/waiting/", page))
    assert served.post(page, {"do": "add", "what": "x"}).status_code == 403
    assert sales.post(page, {"do": "send"}).status_code == 422  # nothing in it, and not said so
    for text in ("The invoice is hard to read.", "Written by mistake."):
        assert sales.post(page, {"do": "add", "what": text, "how_many": "12", "example": "Ltd"}).status_code == 302
    first, second = FrictionReport.objects.get().points.all()
    sales.post(page, {"do": "drop", "point": second.pk})
    assert "hard to read" not in served.get(page).content.decode()  # not sent yet
    assert served.post(page, {"do": "answer", "answer": "Too early"}).status_code == 422
    sales.post(page, {"do": "send"})
    told_all = [signed_in(who).get(page).content.decode() for who in (service, marketer)]
    assert all("hard to read" in text and "by mistake" not in text for text in told_all)
    assert "answer the friction report" in served.get("/waiting/").text
    assert [sales.post(page, {"do": do, "what": "x"}).status_code for do in ("add", "send", "answer")] == [
        422,
        422,
        403,
    ]
    assert signed_in(marketer).post(page, {"do": "answer", "answer": "Not ours"}).status_code == 403
    served.post(page, {"do": "answer", "answer": "A new invoice from May."})
    assert served.post(page, {"do": "answer", "answer": "Another"}).status_code == 422
    report = FrictionReport.objects.get()
    assert (report.sent_by, report.answered_by, report.answer) == (rep, service, "A new invoice from May.")
    assert [change.lines[0][0][0] for change in deal.changes.order_by("pk")] == ["friction_sent", "friction_answered"]
    assert first.report_id == report.pk
    assert "Friction report sent, points" in sales.get(deal.get_absolute_url()).content.decode()


def test_the_clause_goes_through_the_file_and_needs_a_service_team(deal):
    text = write(document_of(deal))
    assert FRICTION.one(read(text)) == FrictionClause(due_working_day=3)
    with pytest.raises(DocumentError) as refused:
        read(text.replace('service_team = "Service north"\n', ""))
    assert [problem.path for problem in refused.value.problems] == [("friction", "due_working_day")]
    with pytest.raises(DocumentError):
        read(text.replace("due_working_day = 3", "due_working_day = 3\ndue_day = 5"))


def test_the_service_side_amends_the_terms_and_leaves_the_months_alone(deal, signed_in):
    lead = cast.person("sara@example.org", deal.service_team, role=Role.LEAD)
    made = replace(document_of(deal), pacing="calendar", effective_on=date(2031, 1, 1), quotas={date(2031, 1, 1): 5})
    amendment = apply(made, by=lead, at=APRIL)
    assert amendment.draft.made_by == lead
    assert not deal.quotas.exists()
    assert not deal.targets.exists()
    month = {"month": "2031-03", "as": "target", "quota": "5000", "marketing_share": "100", "average_deal": "100"}
    answer = signed_in(lead).post(reverse("agreements:agree", args=[deal.slug]), month | {"lead_to_customer": "50"})
    assert answer.status_code == 403
