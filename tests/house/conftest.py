import gc
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils.timezone import now

from agreements.document.clauses import PauseClause
from agreements.document.stored import document_of
from agreements.document.text import write
from agreements.document.versions import apply
from agreements.exceptions.agreeing import propose_exception
from agreements.models import Agreement, FrictionReport, KeptTemplate
from agreements.signing.drafting import open_draft
from agreements.signing.proposals import propose
from leads.doors.api.tokens import make_token
from leads.doors.files.runs import digest_of
from leads.doors.hooks.keeping import make_hook
from leads.doors.merging import merge
from leads.doors.telling import keeping as telling
from leads.enums import RowKind
from leads.models import ImportRun
from leads.work.commenting import comment
from leads.work.excusing import ask
from reports.models import JudgedMonth, JudgedObjective, Owed, ReviewDecision
from reports.reviews.calendar import renew
from reports.reviews.meetings import call
from smarketing.accounts.invitations import invite, token_of
from smarketing.accounts.models import Role, Side
from smarketing.exports.models import Export
from tests import cast
from tests.conftest import is_of_database
from tests.house.addresses import Asked, ours, reading_of

TEAMS = ("team", "merge_team")


@pytest.fixture(autouse=True)
def _syntax_trees_undisturbed(request):
    """CPython 3.11 gives a syntax tree up where a collected greenlet, as the browser's, changes the depth of calls."""
    if is_of_database(request.node):
        yield
        return
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def people(north, marketer, rep, sales_lead, leader, administrator, stranger) -> dict[str, Any]:
    north.service_team = cast.team("Service north", Side.SERVICE)
    north.save()
    return {
        "anyone": None,
        "deactivated": cast.person("dan@example.org", north.sales_team, role=Role.LEAD, is_active=False),
        "teamless": cast.person("tim@example.org"),
        "stranger": stranger,
        "marketer": marketer,
        "marketing_lead": cast.person("max@example.org", north.marketing_team, role=Role.LEAD),
        "rep": rep,
        "second_rep": cast.person("ron@example.org", north.sales_team),
        "sales_lead": sales_lead,
        "leader": leader,
        "service_member": cast.person("sue@example.org", north.service_team, role=Role.LEAD),
        "administrator": administrator,
    }


def judged_miss(north: Agreement) -> tuple[JudgedObjective, Owed]:
    month = {"agreement": north, "month": date(2026, 2, 1)}
    judged = JudgedMonth.objects.create(version=north.versions.current().get(), judged_at=cast.MONDAY, **month)
    miss = {"measure": "volume", "promised": 10, "delivered": 7, "handoffs": 7, "state": "missed"}
    owed = {"rule": "Missed", "follows": "credit", "months": 1, "amount": 30, "currency": "EUR"}
    return (
        JudgedObjective.objects.create(judged=judged, side=Side.MARKETING, **miss),
        Owed.objects.create(side=Side.MARKETING, **month, **owed),
    )


def next_working_day() -> date:
    on = now().date() + timedelta(days=3)
    return on + timedelta(days=(7 - on.weekday()) % 7)


@pytest.fixture
def asked(north, people, signed_in) -> dict[str, Asked]:
    """Every address, pointing at a record of the agreement `north`, with a sound form."""
    rep = people["rep"]
    handoff = cast.handed(north)
    attempt = cast.attempted(handoff, cast.MONDAY, rep=rep, recorded_by=rep)
    waiting = cast.lead(north, name="Not yet")
    target = north.targets.create(month="2031-03-01", leads=10, exact_leads=10, how="direct", made_at=cast.MONDAY)
    file = ContentFile(b"lead_id,created_at\n1,2026-03-02\n", name="leads.csv")
    kept = {"file": file, "size": file.size, "digest": digest_of(file), "file_name": "leads.csv"}
    twin = cast.lead(north, name="Twin")
    one = merge(waiting, cast.lead(north, name="Not yet"), {}, by=rep, at=cast.MONDAY)
    run = ImportRun.objects.create(agreement=north, kind=RowKind.LEADS, by=rep, **kept)
    pks = {"withdraw": attempt.pk, "detail": handoff.lead_id, "edit": handoff.lead_id}
    late, asking = cast.handed(north), cast.handed(north)
    missed, excuse = (h.clocks.get(kind="response") for h in (late, asking))
    ask(excuse, reason="The telephones were dead.", side=Side.SALES, by=rep, at=cast.MONDAY + timedelta(hours=3))
    said = comment(handoff.lead, "Asks for a price.", by=rep, at=cast.MONDAY)
    pks |= {"comment": handoff.lead_id, "withdraw_comment": said.pk}
    pks |= {"merge": waiting.pk, "not_same": waiting.pk, "undo_merge": one.pk}
    pks |= {"ask_excuse": late.lead_id, "approve_excuse": excuse.pk, "drop_excuse": excuse.pk}
    pks |= {"accept_target": target.pk, "decline_target": target.pk}
    made = replace(document_of(north), pacing="calendar", effective_on=date(2031, 1, 1))
    proposal = propose(
        apply(made, by=people["sales_lead"], at=cast.MONDAY).draft, by=people["sales_lead"], at=cast.MONDAY
    )
    integration, _text = make_token("CRM", ["attempts:read"], [north], by=None, at=cast.MONDAY)
    pks |= {"revoke_token": integration.pk}
    hook = make_hook("Shop", "leads", north, by=None, at=cast.MONDAY)
    pks |= dict.fromkeys(("hook", "new_secret", "shut_hook"), hook.pk)
    crm = telling.make_out_hook("CRM", "https://crm.example/", north, ["deal.created"], by=None, at=cast.MONDAY)
    pks |= dict.fromkeys(("told_one", "told_secret", "told_stop", "told_test"), crm.pk)
    pks |= {"tell_again": telling.send_test(crm, at=cast.MONDAY).pk}
    pks |= {"version": proposal.pk, "settle": proposal.pk}
    friction = FrictionReport.objects.create(
        agreement=north, version=north.versions.first(), month="2026-02-01", due_on="2026-03-06", opened_at=cast.MONDAY
    )
    pks |= {"friction_report": friction.pk, "team": north.sales_team_id, "merge_team": north.sales_team_id}
    miss, owed = judged_miss(north)
    pks |= {"root_cause": miss.pk, "settle_owed": owed.pk, "judge_again": miss.judged_id}
    open_draft(north, None, by=people["sales_lead"], at=cast.MONDAY)
    review = call(north, next_working_day(), None, by=people["sales_lead"], at=now(), reason="The first one")
    decision = ReviewDecision.objects.create(
        meeting=review, text="Call sooner", owner=rep, due_on=review.on, made_at=cast.MONDAY
    )
    pks |= {"decision": decision.pk}
    clause = PauseClause(date(2026, 3, 30), date(2026, 3, 31), "Trade fair")
    told: dict[str, Any] = {"by": people["sales_lead"], "at": cast.MONDAY}
    exception = propose_exception(
        north, clause, pauses=frozenset({Side.SALES}), targets={}, covers_measured=True, **told
    )
    instants = {"at": cast.MONDAY, "touched_at": cast.MONDAY}
    export = Export.objects.create(owner=people["administrator"], address="/", file_name="figures.csv", **instants)
    lead = {"agreement": north.pk, "name": "New", "created_at": "2026-03-02T09:00", "source": "fair"}
    invitation = invite(
        email="new@example.org",
        name="Nora New",
        team=north.sales_team,
        role=Role.MEMBER,
        language="en",
        origin="http://testserver/",
        by=people["administrator"],
        at=now(),
    )
    kept_template = KeptTemplate.objects.create(key="ours", name="Ours", text="[template]\n", at=cast.MONDAY)
    calendar = renew(rep, at=now())
    token, person_pk = token_of(invitation), people["second_rep"].pk
    begun = {"effective_on": "2031-01-01", "time_zone": "Europe/Berlin", "currency": "EUR"}
    pks |= {"delete_absence": rep.absences.create(begins_at=cast.MONDAY, ends_at=now(), at=cast.MONDAY).pk}
    rule = north.assignment_rules.create(name="Everything", changed_at=cast.MONDAY)
    pks |= dict.fromkeys(("rule", "switch_rule", "move_rule", "delete_rule"), rule.pk)
    pks["seat"] = rep.pk
    written = {"name": "Small firms", "way": "turn"}
    bodies: dict[str, dict[str, Any]] = {
        "people:invite": {"email": "more@example.org", "name": "More", "team": north.sales_team.pk, "role": "member"},
        "people:join": {"name": "Nora", "password1": "much better 33", "password2": "much better 33"},
        "people:new_team": {"name": "Another", "side": "sales"},
        "people:team": {"name": "Sales renamed", "organisation": ""},
        "people:merge_team": {"into": cast.team("Sales elsewhere", Side.SALES).pk},
        "agreements:friction_report": {"do": "add", "what": "The invoice is hard to read."},
        "people:role": {"team": north.sales_team.pk, "role": "lead"},
        "people:take_out": {"team": north.sales_team.pk},
        "people:administrator": {"is_administrator": "on"},
        "people:edit": {"name": "Ron Other", "email": "ron@example.org"},
        "set_language": {"language": "en"},
        "profile": {"name": "Somebody"},
        "agreements:change_template": {"name": "Ours, changed", "text": "[template]\nleads_a_month = 5\n"},
        "agreements:begin_from": {"marketing_team": "M", "sales_team": "S", "leads_a_month": "5", **begun},
        "agreements:load": {"text": write(document_of(north)), "toml": write(document_of(north))},
        "agreements:agree": {"month": "2031-03", "as": "target", "quota": "5000", "marketing_share": "100"}
        | {"average_deal": "100", "lead_to_customer": "50"},
        "ledger:correct": {"month": "2026-03", "figure": "total_revenue", "amount": "100", "reason": "Books"},
        "ledger:totals": {"pasted": "2026-03;100,00 EUR", "source": "Books"},
        "ledger:settings": {"propose_on": "5", "fewest_customers": "30"},
        "reports:reviews": {"on": (review.on + timedelta(days=7)).isoformat(), "reason": "In between"},
        "reports:review": {"do": "add_point", "text": "The trade fair"},
        "reports:decision": {"do": "done"},
        "reports:calendar_address": {"do": "renew"},
        "exceptions:exceptions": {"begins_on": "2031-01-01", "ends_on": "2031-01-02", "reason": "Move"}
        | {"pauses": "sales"},
        "exceptions:settle": {"decision": "accept"},
        "agreements:decline_target": {"reason": "Too many"},
        "agreements:answer_targets": {"decision": "decline", "reason": "Too many", "target": target.pk},
        "agreements:settle": {"decision": "decline", "reason": "Not now"},
        "agreements:cancel": {"last_on": "2031-06-30"},
        "reports:settle_owed": {"turn": "give"},
        "reports:judge_again": {"decision": "ask", "reason": "A late return"},
        "reports:root_cause": {"cause": "process", "what_happened": "Late", "action": "Earlier", "due_on": "2026-05-01"}
        | {"owner": people["marketing_lead"].pk},
        "leads:new_rule": written,
        "leads:rule": written,
        "leads:seat": {"takes_part": "on", "weight": "2"},
        "leads:absences": {"first_on": "2026-03-09"},
        "leads:new": lead,
        "leads:edit": lead,
        "leads:seen": {"all": "1"},
        "leads:not_same": {"other": twin.pk},
        "leads:hand_over": {"lead": waiting.pk},
        "leads:take_back": {"handoff": handoff.pk},
        "leads:assign": {"rep": rep.pk},
        "leads:give_away": {"handoff": handoff.pk, "rep": rep.pk},
        "leads:give_back": {"handoff": handoff.pk},
        "leads:put_tier_right": {"tier": "C", "reason": "A director"},
        "leads:ask_excuse": {"clock": missed.pk, "reason": "The telephones were dead."},
        "leads:send_back": {"reason": "duplicate"},
        "leads:comment": {"text": "Asks for a price in euros."},
        "leads:attempt": {"channel": "phone", "result": "no_answer"},
        "leads:close": {"outcome": "won", "revenue": "100"},
        "leads:match_rep": {"name": "Somebody", "person": rep.pk},
        "leads:unmatch_rep": {"name": "Somebody"},
        "leads:tokens": {"name": "CRM", "agreements": north.pk, "scopes": "attempts:read", "days": "30"},
        "leads:hooks": {"name": "Shop", "agreement": north.pk, "kind": "attempts"},
        "leads:told": {
            "name": "ERP",
            "url": "https://erp.example/",
            "agreement": north.pk,
            "news": "deal.created",
        },
        "leads:import_new": {"agreement": north.pk, "kind": "leads"},
    }
    reading = reading_of(run, signed_in(people["administrator"]))
    bodies |= {"leads:import_reading": reading, "leads:import_start": reading}
    found = {}
    for name, leaf in ours().items():
        last = name.partition(":")[2]
        wanted = leaf.pattern.converters or (["slug", "page", "form"] if name == "reports:data" else [])
        pk = run.pk if last.startswith("import") else pks.get(last, handoff.pk)
        pk = export.pk if name.startswith("exports:") else pk
        pk = exception.pk if name.startswith("exceptions:") else pk
        if name.startswith("people:"):
            pk = invitation.pk if last in ("send_again", "withdraw") else pks[last] if last in TEAMS else person_pk
        values = {
            "token": token,
            "slug": north.slug,
            "pk": pk,
            "other": twin.pk,
            "page": "volume",
            "form": "json",
            "key": "plain",
            "external_id": "1",
            "rest": "none/",
            "address": hook.address,
            "day": review.planned_on.isoformat(),
        }
        values |= {"token": calendar} if name == "reports:calendar" else {}
        values |= {"key": "who"} if name == "agreements:step" else {}
        values |= (
            {"key": kept_template.key} if name in ("agreements:change_template", "agreements:delete_template") else {}
        )
        query = "?what=handed_over" if name == "reports:records" else ""
        address = reverse(name, kwargs={key: values[key] for key in wanted}) + query
        found[name] = Asked(address, bodies.get(name, {}))
    return found
