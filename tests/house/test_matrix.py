"""Every address, asked as everybody, with a GET and with a POST that is sound: one exact answer each.

A new address has to be entered here, with its guard, the right that its record asks for, and what it answers.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from leads.doors.api.resources import RESOURCES
from smarketing.accounts.access import VERB_OF_GUARD, access_of
from smarketing.accounts.models import Side, Team
from smarketing.accounts.rights import Verb
from smarketing.checks import every_url_has_a_guard
from smarketing.lib.guards import Guard, unguarded
from tests import cast
from tests.house.addresses import Asked, ours, own_urls
from tests.pages.shown_forms import shown_forms

pytestmark = pytest.mark.django_db

ANYONE, SIGNED_IN, READERS, TOKEN = "anyone", "signed in", "readers of figures", "token"
MARKETERS, REPS, PRACTITIONERS = "marketers", "reps", "practitioners"
PARTIES, APPROVERS = "parties", "leads of a party"
INTEGRATORS, SALES_LEADS, TEAM_LEADS, ADMINISTRATORS = "integrators", "sales leads", "team leads", "administrators"
STAFF_LEADS, WRITERS = "leads of a team", "writers of agreements"
OK, FOUND, FORBIDDEN, MISSING, NOT_SO = 200, 302, 403, 404, 405
NO_TOKEN = 401  # no session opens the API


@dataclass(frozen=True)
class Door:
    """`get` and `post` are what those get who may; `needs` is the right that the record asks for beyond the guard."""

    guard: str
    get: int = OK
    post: int = NOT_SO
    needs: Verb | None = None
    is_of_a_record: bool = False
    own: dict[tuple[str, str], int] = field(default_factory=dict)  # (who, method): what is otherwise


def page(guard: str, post: int = NOT_SO, **more: Any) -> Door:
    return Door(guard, OK, post, **more)


def button(guard: str, needs: Verb | None = None, get: int = NOT_SO, **more: Any) -> Door:
    return Door(guard, get, FOUND, needs, is_of_a_record=True, **more)


RECORD: dict[str, Any] = {"is_of_a_record": True}
MAY_SIGN = {(who, "post"): FOUND for who in ("marketing_lead", "service_member")}
FOLLOW_UP, MARKET, AMEND, PLAN = Verb.FOLLOW_UP, Verb.MARKET, Verb.AMEND, Verb.PLAN
NOT_OF_THE_REPORT = {(who, "post"): FORBIDDEN for who in ("marketer", "marketing_lead", "leader", "service_member")}
MAY_AGREE = {(who, "post"): FOUND for who in ("marketing_lead", "sales_lead", "service_member")}
MAY_ACCEPT = {("marketing_lead", "post"): FOUND}
MAY_MEASURE = {**MAY_AGREE, ("administrator", "post"): FOUND}
WRITES_SHEET = {(who, "post"): FOUND for who in ("marketer", "marketing_lead")}
OF_SOMEBODY = ("role", "take_out", "leave", "come_back", "send_again", "withdraw")
WORKING_PEOPLE = ("marketer", "marketing_lead", "rep", "second_rep", "sales_lead", "administrator")
NO_LEAD = {(who, "post"): FORBIDDEN for who in ("marketer", "rep", "second_rep", "leader")}
NOT_OF_SALES = {(who, "post"): MISSING for who in ("marketing_lead", "service_member")}
DOORS = {
    "home": Door(SIGNED_IN, FOUND, own={("teamless", "get"): OK}),
    "set_language": Door(ANYONE, NOT_SO, FOUND),
    "words": page(SIGNED_IN),
    "waiting": page(READERS),
    "waiting_in": page(READERS, **RECORD),
    "profile": page(SIGNED_IN, FOUND),
    "styleguide": page(SIGNED_IN),
    "agreements:list": page(READERS, OK),
    "agreements:begin": page(WRITERS),
    # A lead makes no team.
    "agreements:begin_from": page(WRITERS, 422, own={("administrator", "post"): FOUND}),
    "agreements:copy_template": Door(WRITERS, NOT_SO, FOUND),
    **{f"agreements:{name}_template": page(WRITERS, FOUND) for name in ("change", "delete")},
    "agreements:make_template": button(WRITERS, AMEND),
    "agreements:new": page(ADMINISTRATORS, 422),
    "agreements:load": page(ADMINISTRATORS, FOUND),
    "agreements:detail": page(READERS, OK, **RECORD),
    "agreements:edit": page(READERS, 422, needs=AMEND, **RECORD),
    "agreements:draft": page(READERS, 422, needs=AMEND, **RECORD),
    "agreements:open_steps": button(READERS, AMEND),
    "agreements:step": page(READERS, 422, needs=AMEND, **RECORD),
    "agreements:year": page(READERS, OK, **RECORD),
    "agreements:plan_year": Door(READERS, FOUND, 422, PLAN, is_of_a_record=True),
    "agreements:calculator": page(READERS, OK, **RECORD),
    "agreements:agree": button(READERS, PLAN, get=FOUND),
    "agreements:accept_target": button(READERS, PLAN),
    "agreements:decline_target": page(READERS, FOUND, needs=PLAN, **RECORD),
    "agreements:answer_targets": page(READERS, FOUND, needs=PLAN, **RECORD),
    "agreements:versions": page(READERS, **RECORD),
    "agreements:version": page(READERS, **RECORD),
    # Whoever may read it and may not sign it is told who may.
    "agreements:settle": Door(READERS, NOT_SO, 422, **RECORD, own=MAY_SIGN),
    "agreements:cancel": page(READERS, 422, needs=AMEND, **RECORD),
    "agreements:waiting_count": page(READERS),
    "agreements:friction": page(READERS, **RECORD),
    "agreements:friction_report": Door(READERS, OK, FOUND, **RECORD, own=NOT_OF_THE_REPORT),
    # The matrix's agreement promises nothing that would be stated.
    "agreements:stated": Door(READERS, OK, FORBIDDEN, **RECORD),
    "agreements:object": Door(READERS, NOT_SO, MISSING, **RECORD),
    "agreements:pdf": page(READERS, OK, **RECORD),
    "agreements:toml": page(READERS, OK, **RECORD),
    "ledger:ledger": page(READERS, **RECORD),
    **{f"ledger:{name}": button(READERS, PLAN, get=FOUND) for name in ("correct", "totals", "settings")},
    # Who signs for nobody proposes nothing; an administrator may measure again.
    "exceptions:exceptions": Door(READERS, OK, FORBIDDEN, **RECORD, own=MAY_AGREE),
    "exceptions:settle": Door(READERS, NOT_SO, 422, **RECORD, own=MAY_ACCEPT),
    "exceptions:foreseen": Door(READERS, OK, NOT_SO, **RECORD),
    "exceptions:measure": Door(READERS, OK, FORBIDDEN, **RECORD, own=MAY_MEASURE),
    "exports:detail": Door(SIGNED_IN, MISSING, own={("administrator", "get"): OK}),
    "exports:progress": Door(SIGNED_IN, MISSING, own={("administrator", "get"): OK}),
    "people:list": page(STAFF_LEADS),
    "people:invite": page(STAFF_LEADS, 422, own={(who, "post"): FOUND for who in ("sales_lead", "administrator")}),
    "people:new_team": page(ADMINISTRATORS, FOUND),
    "people:team": page(ADMINISTRATORS, FOUND),
    "people:merge_team": page(ADMINISTRATORS, FOUND),
    "people:join": Door(ANYONE, OK, FOUND),
    "people:detail": Door(STAFF_LEADS, OK, own={(who, "get"): MISSING for who, _post in NOT_OF_SALES}),
    **{f"people:{name}": Door(STAFF_LEADS, NOT_SO, FOUND, own=NOT_OF_SALES) for name in OF_SOMEBODY},
    "people:edit": page(ADMINISTRATORS, FOUND),
    "people:administrator": Door(ADMINISTRATORS, NOT_SO, FOUND),
    "reports:home": Door(READERS, FOUND, FOUND, own={("administrator", "get"): OK, ("administrator", "post"): OK}),
    "reports:scorecards": page(READERS, OK),
    **{f"reports:{name}": page(READERS, OK, **RECORD) for name in ("volume", "speed", "depth", "scorecard", "strikes")},
    **{f"reports:{name}": page(READERS, OK, **RECORD) for name in ("records", "data")},
    "reports:root_cause": page(READERS, FORBIDDEN, own=WRITES_SHEET, **RECORD),
    # Each for the own side; an administrator binds nobody.
    "reports:settle_owed": button(APPROVERS, own={(who, "post"): 422 for who in ("sales_lead", "administrator")}),
    "reports:judge_again": button(APPROVERS, own={("administrator", "post"): 422}),
    **{f"api:{name}": Door(TOKEN, NO_TOKEN, NO_TOKEN) for name in RESOURCES},
    **{f"api:{name}_one": Door(TOKEN, NO_TOKEN) for name in RESOURCES},
    "api:hook": Door(TOKEN, NOT_SO, 415),  # the matrix sends forms
    "api:schema": page(ANYONE),
    "api:nothing": Door(ANYONE, MISSING, MISSING),
    "reports:reviews": page(READERS, FOUND, **RECORD, own=NO_LEAD),
    "reports:review": page(READERS, FOUND, **RECORD),  # anybody of the parties adds a point
    **{f"reports:{name}": page(READERS, **RECORD) for name in ("review_file", "reviews_summary")},
    "reports:decision": button(READERS, AMEND, own={("rep", "post"): FOUND}),
    "reports:calendar": Door(ANYONE),
    "reports:calendar_address": page(SIGNED_IN, FOUND),
    "leads:list": page(PRACTITIONERS),
    "leads:export": page(PRACTITIONERS),
    "leads:find": page(PRACTITIONERS),
    "leads:new": page(MARKETERS, FOUND, own={("stranger", "post"): 422}),
    "leads:queue": page(REPS),
    "leads:inquiries": page(PRACTITIONERS),
    "leads:inquiry_count": page(PRACTITIONERS),
    "leads:known": Door(MARKETERS, NOT_SO, OK),
    "leads:escalations": page(SALES_LEADS),
    "leads:escalation_count": page(SALES_LEADS),
    "leads:seen": Door(SALES_LEADS, NOT_SO, FOUND),
    "leads:desks": Door(SALES_LEADS, FOUND, own={("administrator", "get"): OK}),
    "leads:desk": page(SALES_LEADS, **RECORD),
    **{f"leads:{name}": page(SALES_LEADS, FOUND, **RECORD) for name in ("rule", "new_rule", "seat")},
    **{f"leads:{name}_rule": button(SALES_LEADS) for name in ("switch", "move", "delete")},
    "leads:give_waiting": button(SALES_LEADS),
    "leads:fairness": page(REPS, **RECORD),
    "leads:name_reps": button(ADMINISTRATORS),
    "leads:absences": page(REPS, FOUND),
    "leads:off_today": Door(REPS, NOT_SO, FOUND),
    "leads:absences_from_calendar": Door(REPS, FOUND, 422),  # without a file
    "leads:delete_absence": Door(
        REPS, NOT_SO, FOUND, own={(who, "post"): MISSING for who in ("second_rep", "stranger")}
    ),
    "leads:would_meet": page(READERS, OK, **RECORD),
    "leads:hand_over": button(MARKETERS),
    "leads:take_back": button(MARKETERS),
    "leads:detail": page(PRACTITIONERS, **RECORD),
    "leads:merge": page(MARKETERS, FOUND, needs=MARKET, **RECORD),
    **{f"leads:{name}": button(MARKETERS) for name in ("not_same", "undo_merge")},
    "leads:edit": page(MARKETERS, FOUND, needs=MARKET, **RECORD),
    **{f"leads:{name}": button(SALES_LEADS) for name in ("give_away", "give_back")},
    "leads:put_tier_right": button(PRACTITIONERS, own={("rep", "post"): FORBIDDEN, ("second_rep", "post"): FORBIDDEN}),
    **{f"leads:{name}": page(APPROVERS) for name in ("excuses", "excuse_count")},
    "leads:ask_excuse": button(PARTIES, get=FOUND),
    "leads:approve_excuse": button(APPROVERS, own={("sales_lead", "post"): FORBIDDEN}),
    "leads:drop_excuse": button(PARTIES, own={("marketer", "post"): FORBIDDEN}),
    "leads:assign": button(REPS, own={("second_rep", "post"): FORBIDDEN}),
    **{f"leads:{name}": button(REPS) for name in ("accept", "unaccept", "undo_return", "reopen")},
    **{f"leads:{name}": button(REPS, get=FOUND) for name in ("send_back", "attempt", "close")},
    "leads:comment": button(PRACTITIONERS, get=FOUND),
    # The comment is the rep's.
    "leads:withdraw_comment": button(
        PRACTITIONERS, own={(who, "post"): FORBIDDEN for who in WORKING_PEOPLE if who != "rep"}
    ),
    "leads:withdraw": button(REPS, own={("second_rep", "post"): FORBIDDEN}),
    "leads:tokens": page(INTEGRATORS, FOUND),
    "leads:api": page(ANYONE),
    "leads:revoke_token": Door(
        INTEGRATORS, NOT_SO, FOUND, **RECORD, own={("marketing_lead", "post"): FOUND, ("sales_lead", "post"): FOUND}
    ),
    "leads:hooks": page(INTEGRATORS, FOUND, own={("marketing_lead", "post"): 422}),  # it brings no attempts
    "leads:hook": page(INTEGRATORS, **RECORD),
    "leads:told": page(INTEGRATORS, FOUND),
    "leads:told_one": page(INTEGRATORS, **RECORD),
    **{
        f"leads:{name}": Door(
            INTEGRATORS, NOT_SO, FOUND, **RECORD, own={("marketing_lead", "post"): FOUND, ("sales_lead", "post"): FOUND}
        )
        for name in ("told_secret", "told_stop", "told_test", "tell_again")
    },
    # It brings leads, which sales may not.
    **{
        f"leads:{name}": Door(INTEGRATORS, NOT_SO, FOUND, **RECORD, own={("sales_lead", "post"): FORBIDDEN})
        for name in ("new_secret", "shut_hook")
    },
    "leads:imports": page(MARKETERS),
    "leads:import_new": page(MARKETERS, FOUND, own={("stranger", "post"): 422}),
    "leads:import": page(MARKETERS, **RECORD),
    **{f"leads:{name}": button(MARKETERS, get=FOUND) for name in ("import_reading", "import_start")},
    "leads:import_progress": page(MARKETERS, **RECORD),
    "leads:import_retry": button(MARKETERS),
    "leads:import_forget": button(MARKETERS),
    "leads:import_undo": button(MARKETERS, get=FOUND),
    "leads:import_delete": button(MARKETERS),
    "leads:import_rejects": page(MARKETERS, **RECORD),
    "leads:import_differing": page(MARKETERS, **RECORD),
    "leads:import_take_over": button(MARKETERS),
    "leads:import_reps": page(TEAM_LEADS),
    "leads:match_rep": button(TEAM_LEADS),
    "leads:unmatch_rep": button(TEAM_LEADS),
}
PEOPLE = (
    "anyone",
    "deactivated",
    "teamless",
    "stranger",
    "marketer",
    "marketing_lead",
    "rep",
    "second_rep",
    "sales_lead",
    "leader",
    "service_member",
    "administrator",
)


def expected(door: Door, who: str, person: Any, method: str, north: Any, names_a_record: bool) -> int:
    if (who, method) in door.own:
        return door.own[who, method]
    answer: int = getattr(door, method)
    if door.guard in (ANYONE, TOKEN):
        return answer
    if person is None or not person.is_active:
        return FOUND
    access, verb = access_of(person), VERB_OF_GUARD.get(door.guard)
    is_foreign = door.is_of_a_record and not access.may(Verb.READ, north)
    if verb is not None and verb not in access.verbs:
        return MISSING if is_foreign and names_a_record else FORBIDDEN
    if answer == NOT_SO:
        return NOT_SO
    if is_foreign:
        return MISSING
    return FORBIDDEN if door.needs and not access.may(door.needs, north) else answer


def names_a_record(asked: Asked) -> bool:
    return bool(resolve(asked.address.partition("?")[0]).kwargs)


def posted(client: Client, name: str, asked: Asked, **more: str) -> Any:
    body = asked.body | more
    if name == "leads:import_new":
        body["file"] = SimpleUploadedFile("more.csv", b"lead_id,created_at\n2,2026-03-02\n")
    return client.post(asked.address, body)


def sent(client: Client, method: str, name: str, asked: Asked) -> int:
    """What is done by it is undone."""
    with transaction.atomic():
        answer = posted(client, name, asked) if method == "post" else getattr(client, method)(asked.address)
        transaction.set_rollback(True)
    return answer.status_code


def test_every_address_of_ours_is_in_the_matrix_with_its_guard():
    assert {name: leaf.callback.guard for name, leaf in ours().items()} == {
        name: door.guard for name, door in DOORS.items()
    }


@pytest.mark.parametrize("who", PEOPLE)
def test_everybody_gets_exactly_this_answer(who, asked, people, north, signed_in):
    """To who asks only for the head the same as to a GET."""
    person = people[who]
    client = signed_in(person) if person else Client()
    client.raise_request_exception = False
    for method, like in (("get", "get"), ("head", "get"), ("post", "post")):
        answers = {name: sent(client, method, name, asked[name]) for name in DOORS}
        wanted = {
            name: expected(door, who, person, like, north, names_a_record(asked[name])) for name, door in DOORS.items()
        }
        assert answers == wanted, method


@pytest.mark.parametrize("side", [Side.SALES, Side.MARKETING])
def test_records_of_another_agreement_are_missing_whatever_the_role(side, asked, south, signed_in):
    client = signed_in(cast.person("else@example.org", getattr(south, f"{side}_team")))
    records = [name for name in DOORS if DOORS[name].is_of_a_record and names_a_record(asked[name])]
    assert len(records) > 60
    found = {(name, sent(client, method, name, asked[name])) for name in records for method in ("get", "post")}
    assert {pair for pair in found if pair[1] not in (MISSING, NOT_SO)} == set()
    assert {name for name, code in found if code == MISSING} == set(records)


@pytest.mark.parametrize("who", ["anyone", "marketing_lead", "administrator"])
def test_no_address_knows_another_method(who, asked, people, signed_in):
    client = signed_in(people[who]) if people[who] else Client()
    addresses = {**{name: asked[name].address for name in DOORS}, **administration(people), **ACCOUNT}
    for method in ("put", "patch", "delete", "options", "trace"):
        answers = {name: getattr(client, method)(address).status_code for name, address in addresses.items()}
        assert answers == dict.fromkeys(addresses, NOT_SO), method


def everything() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in apps.get_models()}


@pytest.mark.parametrize("who", ["administrator", "sales_lead", "marketer"])
def test_whatever_is_sent_twice_with_its_key_is_done_once_and_answered_the_same(who, asked, people, signed_in):
    client = signed_in(people[who])
    client.raise_request_exception = False
    for name in DOORS:
        with transaction.atomic():
            stood, answers = everything(), []
            for _n in range(2):
                answer = posted(client, name, asked[name], form_key="one")
                answers.append((answer.status_code, answer.headers.get("Location"), said(answer), everything()))
            assert answers[0] == answers[1], name
            made = {kind for kind, count in answers[0][3].items() if count > stood[kind]}
            assert not made or "SentForm" in made, name
            transaction.set_rollback(True)


def said(answer: Any) -> list[Any]:
    return list(getattr(answer.wsgi_request, "said", []))


NOTHING_KEPT = {  # forms shown with something that nobody has saved
    "people:join": "the name under which somebody was invited",
    "agreements:begin_from": "what a template begins with",
    "agreements:new": "what a new agreement begins with",
    "agreements:calculator": "what the formula is tried with; agreeing knows how the month stood",
    "agreements:agree": "the same page",
    "leads:import": "how a draft is read; nothing of it counts yet",
    "leads:import_reading": "the same page",
    "leads:import_start": "the same page",
}


def test_every_form_that_shows_what_is_kept_knows_what_it_was_opened_on(asked, people, signed_in):
    client = signed_in(people["administrator"])
    shown, silent = 0, []
    for name in sorted(DOORS.keys() - NOTHING_KEPT.keys()):
        page = client.get(asked[name].address, follow=True)
        if "text/html" not in page.headers["Content-Type"] or page.resolver_match.view_name in NOTHING_KEPT:
            continue
        forms = [form for form in shown_forms(page.text) if form.filled]
        shown += len(forms)
        silent += [(name, form.filled) for form in forms if "opened_on" not in form.fields]
    assert silent == []
    assert shown >= 4


@pytest.mark.parametrize("who", ["anyone", "deactivated"])
def test_who_is_not_signed_in_is_led_to_the_sign_in_page(who, asked, people, signed_in):
    client = signed_in(people[who]) if people[who] else Client()
    ask = [name for name in DOORS if DOORS[name].guard not in (ANYONE, TOKEN)]
    led = {client.get(asked[name].address).url.partition("?")[0] for name in ask}
    assert led == {reverse("account_login")}


def test_no_url_is_without_a_guard():
    assert unguarded(get_resolver().url_patterns) == []
    assert every_url_has_a_guard() == []


def test_the_check_finds_a_url_without_one():
    assert unguarded([URLPattern("bare/", lambda request: None)]) == ["bare/"]


def test_a_view_has_one_guard_only():
    with pytest.raises(TypeError, match="guard already"):
        Guard("second")(Guard("first")(lambda request: None))


OF_ADMINISTRATION = {  # what an administrator gets for a GET and a POST of an empty form, where it is no page
    "accounts_user_delete": (FORBIDDEN, FORBIDDEN),
    "login": (FOUND, OK),
    "logout": (NOT_SO, OK),
    "view_on_site": (MISSING, MISSING),
    "autocomplete": (FORBIDDEN, NOT_SO),
    "password_change_done": (OK, NOT_SO),
    "jsi18n": (OK, NOT_SO),
    "admin/<url>": (MISSING, MISSING),
}


def of_administration(name: str, method: str) -> int:
    """Of the schedules no record is there; of people and teams the first one is."""
    if name in OF_ADMINISTRATION:
        return OF_ADMINISTRATION[name][method == "post"]
    is_missing = "schedule_" in name or "periodictask_" in name
    leads_on = name.endswith(">/") or (is_missing and name.endswith(("_history", "_delete", "_change")))
    return FOUND if leads_on else OK


def administration(people: dict[str, Any]) -> dict[str, str]:
    """Every address of the administration by its name, of a record where it is of one."""
    found = {}
    for route, leaf in walked(
        next(one for one in get_resolver().url_patterns if getattr(one, "namespace", "") == "admin")
    ):
        pk = people["administrator"].pk if "_user_" in (leaf.name or "") else Team.objects.all()[0].pk
        values = {"object_id": str(pk), "id": str(pk), "app_label": "accounts", "content_type_id": "1", "url": "none"}
        found[leaf.name or route] = "/" + re.sub(
            r"<(?:\w+:)?(\w+)>", lambda match, values=values: values[match[1]], route
        )
    return found


def walked(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        text = re.sub(r"\(\?P<(\w+)>[^()]*\)", r"<\1>", str(pattern.pattern)).strip("^$")
        route = before + str(resolver.pattern) + text
        if isinstance(pattern, URLPattern):
            yield route, pattern
        else:
            yield from walked(pattern, before + str(resolver.pattern))


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("who", PEOPLE)
def test_every_page_of_the_administration_is_for_administrators(who, method, people, signed_in):
    client = signed_in(people[who]) if people[who] else Client()
    client.raise_request_exception = False
    pages = administration(people)
    answers = {name: each_alone(client, method, address) for name, address in pages.items()}
    if who == "administrator":
        assert answers == {name: of_administration(name, method) for name in pages}
    else:
        assert answers == dict.fromkeys(pages, FOUND if who in ("anyone", "deactivated") else FORBIDDEN)


ACCOUNT = {
    name: f"/accounts/{address}"
    for name, address in {
        "login": "login/",
        "logout": "logout/",
        "signup": "signup/",
        "inactive": "inactive/",
        "confirm_login_code": "login/code/confirm/",
        "reauthenticate": "reauthenticate/",
        "email": "email/",
        "confirm_email": "confirm-email/",
        "confirm_email_key": "confirm-email/none/",
        "password_change": "password/change/",
        "password_set": "password/set/",
        "password_reset": "password/reset/",
        "password_reset_done": "password/reset/done/",
        "password_reset_key": "password/reset/key/1-none/",
        "password_reset_key_done": "password/reset/key/done/",
    }.items()
}


def test_every_account_page_is_in_the_matrix():
    theirs = {leaf.name for name, leaf in own_urls(get_resolver().url_patterns) if name.startswith("account_")}
    assert {resolve(address).url_name for address in ACCOUNT.values()} == theirs


# Of each account page: what somebody gets who is signed in, and who is not; for a GET and a POST of an empty form.
OF_ACCOUNT = {
    "login": ((FOUND, FOUND), (OK, OK)),
    "logout": ((OK, FOUND), (FOUND, FOUND)),
    "signup": ((FOUND, FOUND), (OK, OK)),
    "inactive": ((OK, NOT_SO), (OK, NOT_SO)),
    "reauthenticate": ((OK, OK), (FOUND, FOUND)),
    "email": ((FOUND, FOUND), (FOUND, FOUND)),
    "confirm_email": ((OK, NOT_SO), (OK, NOT_SO)),
    "confirm_email_key": ((OK, MISSING), (OK, MISSING)),
    "confirm_login_code": ((FOUND, FOUND), (FOUND, FOUND)),
    "password_change": ((OK, OK), (FOUND, FOUND)),
    "password_set": ((FOUND, FOUND), (FOUND, FOUND)),
    "password_reset": ((OK, OK), (OK, OK)),
    "password_reset_done": ((OK, NOT_SO), (OK, NOT_SO)),
    "password_reset_key": ((OK, OK), (OK, OK)),
    "password_reset_key_done": ((OK, NOT_SO), (OK, NOT_SO)),
}


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("who", PEOPLE)
def test_every_account_page_gives_exactly_this_answer(who, method, people, signed_in):
    client = signed_in(people[who]) if people[who] else Client()
    answers = {name: each_alone(client, method, address) for name, address in ACCOUNT.items()}
    is_out = who in ("anyone", "deactivated")
    assert answers == {name: OF_ACCOUNT[name][is_out][method == "post"] for name in ACCOUNT}


def each_alone(client: Client, method: str, address: str) -> int:
    """What is done by it is undone, in the browser too: one of the addresses signs out."""
    cookies = client.cookies.output(header="", sep=";")
    answer = sent(client, method, "", Asked(address, {}))
    client.cookies.clear()
    client.cookies.load(cookies)
    return answer


@pytest.mark.parametrize("method", ["get", "post"])
def test_no_answer_is_kept_by_browsers_or_proxies(method, asked, people, signed_in):
    answers = {}
    for client in (signed_in(people["administrator"]), signed_in(people["marketer"]), Client()):
        client.raise_request_exception = False
        for name in DOORS:
            with transaction.atomic():
                answer = getattr(client, method)(asked[name].address, asked[name].body)
                transaction.set_rollback(True)
            answers[name, answer.status_code] = answer.headers.get("Cache-Control")
    assert len(answers) > len(DOORS)
    assert set(answers.values()) == {"no-store, private"}


def test_static_files_are_kept(client, settings):
    assert "no-store" not in client.get(f"{settings.STATIC_URL}smarketing/page.css").headers.get("Cache-Control", "")
