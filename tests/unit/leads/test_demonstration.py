"""The demonstration: the same on every machine, alive on every day, and true to what it tells."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

import agreements.urls
import reports.urls
from agreements.models import AgreedException, Agreement, FrictionReport, Objection, StatedFigure, Version
from agreements.terms import timeline
from leads.clock import rule
from leads.clock.recompute import preview
from leads.demonstration.sign_ins import PEOPLE
from leads.demonstration.stage import load
from leads.models import Attempt, Clock, Escalation, Handoff, Lead
from reports.demonstration import keep_strikes
from reports.models import JudgedObjective, Owed, RootCause
from smarketing.accounts.models import Invitation, Side, User

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(580)]
SATURDAY_NIGHT = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)


READ = (200, 302, 403, 404, 405)  # not theirs, a button, or nothing asked for


def own_pages(slug: str) -> list[str]:
    """Every page that an agreement has."""
    apps = (agreements.urls, reports.urls)
    routes = {f"{app.app_name}:{one.name}": str(one.pattern) for app in apps for one in app.urlpatterns}
    return [
        reverse(name, args=[slug]) for name, route in routes.items() if re.findall("<[^>]+>", route) == ["<slug:slug>"]
    ]


def told() -> list[tuple]:
    rows = Attempt.objects.order_by("lead__external_id", "attempted_at", "rep_name")
    return list(rows.values_list("lead__external_id", "attempted_at", "channel", "result", "rep_name"))


def test_a_company_of_thirteen_and_an_agency_with_thirteen_months_and_a_queue_that_needs_somebody():
    load(at=SATURDAY_NIGHT)
    assert User.objects.filter(is_active=True).count() == len(PEOPLE) == 14
    assert User.objects.get(is_active=False).left_at == SATURDAY_NIGHT - timedelta(days=30)
    assert Invitation.objects.valid(SATURDAY_NIGHT).get().team.name == "Sales DACH"
    assert Lead.objects.count() > 3000
    for slug, months, waiting in (("dach", 13, 3), ("nordics", 13, 3), ("agency", 4, 1)):
        agreement = Agreement.objects.get(slug=slug)
        handoffs = Handoff.objects.filter(agreement=agreement)
        assert len({day.replace(day=1) for day in handoffs.values_list("handed_on", flat=True)}) == months
        for clock in (rule.OVERDUE, rule.DUE_SOON, rule.RUNNING):
            assert handoffs.open().clocked(clock, SATURDAY_NIGHT).count() >= waiting
        assert not preview(agreement)
    assert Escalation.objects.filter(seen_at=None).count() >= 6
    dach = Version.objects.filter(agreement__slug="dach").order_by("number")
    assert list(dach.values_list("state", flat=True)) == ["in_force", "in_force", "proposed"]
    assert [version.signatures.count() for version in dach] == [0, 2, 1]
    agreed = AgreedException.objects.filter(agreement__slug="dach").order_by("pk")
    assert [(row.state, row.applied_at is None) for row in agreed] == [
        ("agreed", False),
        ("agreed", True),
        ("proposed", True),
    ]
    of_service = AgreedException.objects.get(agreement__slug="nordics")
    assert (of_service.side, of_service.sides, of_service.state) == ("service", {"service"}, "agreed")
    assert Clock.objects.get(excused_at__isnull=False).state(SATURDAY_NIGHT) == rule.EXCUSED
    assert StatedFigure.objects.count() == 6
    assert Objection.objects.get().figure.note == "Three were put off"
    outage = timeline(Agreement.objects.get(slug="dach")).versions[-1].agreed[0]
    paused = Clock.objects.filter(kind="response", started_at__lt=outage.end, due_at__gt=outage.begin)
    assert paused.count() > 0
    northern = Lead.objects.filter(agreement__slug="nordics")
    assert set(northern.values_list("country", flat=True)) == {"DK", "SE", "NO", "FI", ""}
    assert set(northern.values_list("language", flat=True)) == {"da", "sv", "nb", "fi", "en"}
    for slug in ("nordics", "dach"):
        made = Handoff.objects.filter(agreement__slug=slug)
        outside = made.filter(is_outside=True)
        assert 0.02 < outside.count() / made.count() < 0.25
    incomplete = made.filter(brief="incomplete")
    assert not outside.filter(outside_reason="").exists()
    assert 0.02 < incomplete.count() / made.count() < 0.4
    assert all(clock.pauses for clock in paused.filter(handoff__agreement__slug="dach"))
    for address in ("clara@nordwind.example", "petra@nordwind.example"):
        client = Client()
        client.force_login(User.objects.get(email=address))
        answers = {page: client.get(page) for page in own_pages("dach")}
        assert {page: answer.status_code for page, answer in answers.items() if answer.status_code not in READ} == {}
    the_agency_sees_its_agreement_only_and_service_answers_last_month_of_sales()
    its_strikes_are_few_and_each_has_brought_something()


def the_agency_sees_its_agreement_only_and_service_answers_last_month_of_sales():
    assert dict(Agreement.objects.values_list("slug", "kind")) == {
        "dach": "internal",
        "nordics": "multi_level",
        "agency": "customer",
    }
    assert [str(one) for one in Agreement.objects.order_by("slug")] == [
        "Leads from the agency · DACH · Spare parts",
        "DACH: marketing and sales · DACH · Industry",
        "Nordics: marketing and sales · Northern Europe · Sensors",
    ]
    client = Client()
    client.force_login(User.objects.get(email="marie@leuchtfeuer.example"))
    shown = {slug: client.get(f"/agreements/{slug}/").status_code for slug in ("agency", "dach", "nordics")}
    assert shown == {"agency": 200, "dach": 404, "nordics": 404}
    reports = FrictionReport.objects.filter(agreement__slug="nordics").order_by("-month")
    assert reports[0].due_on == date(2026, 11, 10)
    assert [(one.sent_at is not None, one.answered_at is not None) for one in reports] == [
        (True, False),
        *11 * [(True, True)],
    ]
    assert Clock.objects.filter(handoff__agreement__slug="agency", kind="response").count() > 60


def its_strikes_are_few_and_each_has_brought_something():
    """One month of each side still asks for a sheet; of what is owed only the latest is open."""
    keep_strikes(at=SATURDAY_NIGHT)
    misses = JudgedObjective.objects.filter(judged__agreement__slug="dach", state="missed")
    sides = [Side.MARKETING, Side.SALES]
    months = {side: set(misses.filter(side=side).values_list("judged__month", flat=True)) for side in sides}
    assert [1 <= len(months[side]) <= 4 for side in sides] == [True, True], months
    assert RootCause.objects.count() == misses.count() - 2
    owed = Owed.objects.filter(agreement__slug="dach")
    assert set(owed.values_list("follows", flat=True)) == {"warning", "compensation", "reward"}
    assert owed.filter(is_reward=True, state="confirmed").count() >= 5
    assert owed.get(follows="compensation", state="open").amount == 500
    assert owed.filter(state="open").count() == 3
    assert Owed.objects.filter(agreement__slug="agency", follows="credit", amount=480, state="open").count() >= 1


def test_a_second_time_on_the_same_day_nothing_changes_and_on_a_later_day_the_story_goes_on():
    load(at=SATURDAY_NIGHT)
    before, waiting = told(), Handoff.objects.overdue(SATURDAY_NIGHT).filter(lead__external_id__contains="-now-")
    waiting = set(waiting.values_list("pk", flat=True))
    assert load(at=SATURDAY_NIGHT + timedelta(minutes=30)) == 0
    assert told() == before

    tuesday = SATURDAY_NIGHT + timedelta(days=3)
    assert load(at=tuesday) > 0
    assert set(before) < set(told())
    assert not Handoff.objects.overdue(tuesday).filter(pk__in=waiting).exists()
    assert not any(preview(agreement) for agreement in Agreement.objects.all())
