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
from agreements.friction.writing import send
from agreements.models import AgreedException, Agreement, FrictionReport
from agreements.terms import timeline, work_calendar
from smarketing.accounts.models import Role, Side
from tests import cast

EXCEPTIONS = "/agreements/north/exceptions/"
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
def service_lead(deal):
    return cast.person("sara@example.org", deal.service_team, role=Role.LEAD)


@pytest.fixture
def marketing_lead(deal):
    return cast.person("max@example.org", deal.marketing_team, role=Role.LEAD)


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
    assert "Answer the friction report" in served.get("/waiting/").text
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
    page = sales.get(deal.get_absolute_url()).text
    assert "The friction report for February 2026 was sent to service with 1 point." in page
    assert "The friction report for February 2026 was answered by service." in page


def moves(client, **told: str):
    """The exceptions page: an exception proposed, or what is decided about the latest."""
    if "decision" in told:
        return client.post(f"{EXCEPTIONS}{AgreedException.objects.latest('pk').pk}/settle/", told, follow=True)
    inventory = {"begins_on": "2026-03-02", "ends_on": "2026-03-03", "reason": "Inventory", "pauses": ["service"]}
    inventory["covers_measured"] = "on"
    return client.post(EXCEPTIONS, inventory | told, follow=True)


def test_service_proposes_for_its_time_sales_accepts_and_the_report_is_due_later(
    deal, signed_in, sales_lead, service_lead, marketing_lead, time_machine
):
    time_machine.move_to(datetime(2026, 3, 2, 12, tzinfo=UTC))
    open_reports(at=datetime(2026, 3, 1, tzinfo=UTC))  # due on Wednesday 4 March
    service, sales, marketing = map(signed_in, (service_lead, sales_lead, marketing_lead))
    assert "Month whose target changes" not in service.get(EXCEPTIONS).text
    page = moves(service).text
    assert "it counts once it is accepted for Sales." in page
    assert "its working days do not count for the friction report" in page
    assert [moves(who, decision="accept").status_code for who in (service, marketing)] == [422, 422]
    report = FrictionReport.objects.get()
    assert told(report, cast.MONDAY).due_on == date(2026, 3, 4)
    assert "Agreed: it counts for every side" in moves(sales, decision="accept").text
    owed = told(report, datetime(2026, 3, 9, 12, tzinfo=UTC))
    assert (owed.due_on, owed.days_late) == (date(2026, 3, 6), 1)
    page = marketing.get(reverse("agreements:friction", args=[deal.slug])).text
    moved = ("March 6, 2026", "moved by an exception (Inventory), without it due on March 4, 2026")
    assert all(day in page for day in moved)
    assert "It makes the friction report for February 2026 due on March 6, 2026" in marketing.get(EXCEPTIONS).text
    assert timeline(deal).versions[0].pauses_for(Side.SALES, None) == ()


def test_what_concerns_three_counts_once_each_other_side_has_accepted_it(
    deal, signed_in, sales_lead, service_lead, marketing_lead, time_machine
):
    time_machine.move_to(datetime(2026, 2, 27, 12, tzinfo=UTC))
    cast.target(deal, "2026-03", 44)
    marketing, sales, service = map(signed_in, (marketing_lead, sales_lead, service_lead))
    both = {"pauses": ["sales", "service"], "month_1": "2026-03-01", "leads_1": "40"}
    assert "accepted for Sales and Service." in moves(marketing, **both).text
    page = moves(sales, decision="accept").text
    assert "Accepted: it counts once it is accepted for Service, too." in page
    assert moves(sales, decision="decline", reason="After all").status_code == 422
    assert timeline(deal).agreed == ()
    assert deal.targets.agreed().get().leads == 44
    assert "Inventory" in service.get("/waiting/").text
    moves(service, decision="accept")
    assert timeline(deal).agreed[0].sides == {"sales", "service"}
    assert (deal.targets.agreed().get().leads, deal.targets.agreed().get().sales_agreed_by) == (40, sales_lead)
    words = [change.lines[0][0][0] for change in deal.changes.order_by("pk")]
    accepted = ["exception_accepted"] * 2
    assert words == ["proposal", "exception_proposed", *accepted, "target", "exception_agreed"]
    said = "The exception “Inventory” (March 2, 2026 – March 3, 2026) was accepted for Sales."
    assert said in marketing.get(deal.get_absolute_url()).text
    moves(sales, pauses=["marketing"])
    assert moves(service, decision="accept").status_code == 422
    moves(marketing, decision="accept")
    moves(service, pauses=["marketing"], begins_on="2026-04-07", ends_on="2026-04-07")
    moves(sales, decision="accept")
    moves(marketing, decision="decline", reason="That day we work")
    assert AgreedException.objects.latest("pk").state == "declined"


def test_one_sent_before_keeps_its_due_day_until_it_is_measured_again(
    deal, signed_in, rep, sales_lead, service_lead, marketing_lead, time_machine
):
    open_reports(at=datetime(2026, 3, 1, tzinfo=UTC))
    report = send(FrictionReport.objects.get(), nothing=True, by=rep, at=datetime(2026, 3, 6, 9, tzinfo=UTC))
    time_machine.move_to(datetime(2026, 3, 9, 12, tzinfo=UTC))
    moves(signed_in(service_lead))
    page = moves(signed_in(sales_lead), decision="accept").text
    assert "The friction report for February 2026 would have been due on March 6, 2026." in page
    assert told(report, cast.MONDAY).is_late
    assert signed_in(marketing_lead).post(f"{EXCEPTIONS}measure/").status_code == 403
    assert "1 record is measured again" in signed_in(service_lead).post(f"{EXCEPTIONS}measure/", follow=True).text
    assert not told(report, cast.MONDAY).is_late
    assert deal.changes.first().lines == [[["friction_moved", "with_exceptions"], None, "1"]]


def test_the_coming_report_is_shown_with_its_due_day_and_what_moves_it(
    deal, signed_in, sales_lead, service_lead, marketing_lead, time_machine
):
    time_machine.move_to(datetime(2026, 3, 9, 12, tzinfo=UTC))
    open_reports(at=datetime(2026, 3, 1, tzinfo=UTC))
    service, sales, marketing = map(signed_in, (service_lead, sales_lead, marketing_lead))
    address = reverse("agreements:friction", args=[deal.slug])
    page = sales.get(address).text
    assert all(said in page for said in ("March 2026", "April 3, 2026", "opens when the month is over"))
    assert "A report is due on working day 3 of the next month, counted by" in page
    page = moves(service, begins_on="2026-04-01", ends_on="2026-04-02").text
    assert "Agreed, it makes the friction report for March 2026 due on April 7, 2026 instead of April 3, 2026." in page
    moves(sales, decision="accept")
    page = marketing.get(address).text
    assert "April 7, 2026" in page
    assert "moved by an exception (Inventory), without it due on April 3, 2026" in page
    deal.versions.update(groups={"friction": [{"due_day": 5}]})
    page = marketing.get(address).text
    assert "on day 5 of the next month as the calendar has it, be it a weekend or a holiday" in page


def test_only_those_between_whom_it_is_end_an_exception_and_a_day_is_enough(
    deal, signed_in, sales_lead, service_lead, marketing_lead, time_machine
):
    time_machine.move_to(datetime(2026, 2, 27, 12, tzinfo=UTC))
    service, sales, marketing = map(signed_in, (service_lead, sales_lead, marketing_lead))
    moves(service)
    moves(sales, decision="accept")
    end = {"decision": "end", "last_on": "2026-03-02", "last_at": ""}
    assert ["Propose this end" in who.get(EXCEPTIONS).text for who in (marketing, sales, service)] == [
        False,
        True,
        True,
    ]
    answer = moves(marketing, **end)
    assert answer.status_code == 422
    assert "This exception is between Sales and Service: who may sign for one of them" in answer.text
    page = moves(sales, **end).text
    assert "March 2, 2026, instead of March 2, 2026 – March 3, 2026" in page
    moves(service, decision="accept")
    (pause,) = [one for one in timeline(deal).agreed if one.counts_for("service", None)]
    assert pause.end == datetime(2026, 3, 2, 23, tzinfo=UTC)
    page = service.get(EXCEPTIONS).text
    assert f"Proposed by {service_lead} for Service" in page
    assert f"The earlier end proposed by {sales_lead} for Sales" in page
    assert (
        "The earlier end of the exception “Inventory” (March 2, 2026 instead of"
        in sales.get(deal.get_absolute_url()).text
    )


def test_what_waits_for_a_party_that_has_left_says_so_and_any_signer_withdraws_it(
    deal, signed_in, sales_lead, service_lead, marketing_lead
):
    sales, marketing = signed_in(sales_lead), signed_in(marketing_lead)
    moves(signed_in(service_lead), pauses=["sales", "service"])
    deal.service_team = None
    deal.save()
    page = marketing.get(EXCEPTIONS).text
    assert "Service is no party of this agreement any more: this changes nothing and can only be withdrawn." in page
    assert ('value="accept"' in page, 'value="withdraw"' in page) == (False, True)
    assert [moves(who, decision="accept").status_code for who in (sales, marketing)] == [422, 422]
    assert timeline(deal).agreed == ()
    assert "Withdrawn: nothing has changed." in moves(marketing, decision="withdraw").text


def test_an_exception_of_the_terms_moves_the_due_day_too(deal):
    paused = [{"from": "2026-03-03", "to": "2026-03-03", "reason": "Carnival"}]
    deal.versions.update(exceptions=paused)
    open_reports(at=datetime(2026, 3, 1, tzinfo=UTC))
    report = FrictionReport.objects.get()
    assert (report.due_on, told(report, cast.MONDAY).due_on) == (date(2026, 3, 4), date(2026, 3, 5))


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
