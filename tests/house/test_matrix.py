"""Every URL, asked as every role. A new URL has to be entered here, with the guard it is meant to have."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from agreements.document.stored import document_of
from agreements.document.text import write
from agreements.models import Version
from agreements.months.proposing import propose
from agreements.months.targets import agreed_directly
from leads.enums import Kind
from leads.models import ImportRun
from smarketing.checks import every_url_has_a_guard
from smarketing.lib.guards import Guard, unguarded
from tests import cast

pytestmark = pytest.mark.django_db

ANYONE, SIGNED_IN, READERS, SALES_LEADS = "anyone", "signed in", "readers of figures", "sales leads"
MARKETERS, REPS, PRACTITIONERS, TEAM_LEADS, ADMINISTRATORS = (
    "marketers",
    "reps",
    "practitioners",
    "team leads",
    "administrators",
)
GUARDS = {
    "home": SIGNED_IN,
    "health": ANYONE,
    "set_language": ANYONE,
    "profile": SIGNED_IN,
    "styleguide": SIGNED_IN,
    **dict.fromkeys(
        [f"agreements:{name}" for name in ("list", "detail", "edit", "calculator", "agree", "toml")]
        + ["agreements:accept_target", "agreements:decline_target"],
        READERS,
    ),
    **dict.fromkeys(["agreements:new", "agreements:load", "agreements:draft"], ADMINISTRATORS),
    **dict.fromkeys(
        [
            f"reports:{name}"
            for name in ("home", "scorecards", "volume", "speed", "depth", "scorecard", "records", "data")
        ],
        READERS,
    ),
    **dict.fromkeys(["leads:list", "leads:detail"], PRACTITIONERS),
    **dict.fromkeys([f"leads:{name}" for name in ("new", "edit", "hand_over", "take_back")], MARKETERS),
    **dict.fromkeys(
        [
            f"leads:{name}"
            for name in (
                "queue",
                "assign",
                "accept",
                "unaccept",
                "send_back",
                "undo_return",
                "attempt",
                "close",
                "reopen",
                "withdraw",
            )
        ],
        REPS,
    ),
    **dict.fromkeys(
        [
            f"leads:{name}"
            for name in (
                "imports",
                "import_new",
                "import",
                "import_reading",
                "import_start",
                "import_progress",
                "import_retry",
                "import_delete",
                "import_rejects",
                "import_differing",
                "import_take_over",
            )
        ],
        MARKETERS,
    ),
    **dict.fromkeys(
        [f"leads:{name}" for name in ("import_reps", "match_rep", "unmatch_rep")],
        TEAM_LEADS,
    ),
    **dict.fromkeys([f"leads:{name}" for name in ("escalations", "escalation_count", "seen")], SALES_LEADS),
}
MAY_PASS = {
    "teamless": {ANYONE, SIGNED_IN},
    "marketer": {ANYONE, SIGNED_IN, READERS, PRACTITIONERS, MARKETERS},
    "rep": {ANYONE, SIGNED_IN, READERS, PRACTITIONERS, REPS},
    "sales_lead": {ANYONE, SIGNED_IN, READERS, PRACTITIONERS, REPS, TEAM_LEADS, SALES_LEADS},
    "leader": {ANYONE, SIGNED_IN, READERS},
    "administrator": {
        ANYONE,
        SIGNED_IN,
        READERS,
        PRACTITIONERS,
        MARKETERS,
        REPS,
        TEAM_LEADS,
        SALES_LEADS,
        ADMINISTRATORS,
    },
    "stranger": {ANYONE, SIGNED_IN, READERS, PRACTITIONERS, MARKETERS, REPS},
}
# Changing an agreement is for the leads of its teams: others who may read it get 403.
CHANGING = ("edit", "agree", "accept_target", "decline_target")
READ_ONLY = {(f"agreements:{name}", who) for name in CHANGING for who in ("marketer", "rep", "leader")}
# A rep takes a handoff; giving it to somebody, or to nobody, is for the team lead.
READ_ONLY |= {("leads:assign", "rep")}
# A form that names none of its records.
NAMES_NOTHING = {"leads:take_back", "leads:seen", "leads:close", "leads:match_rep"}


def own_urls(patterns: list[URLPattern | URLResolver], namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", pattern
        elif pattern.namespace != "admin":
            yield from own_urls(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else namespace)


def ours() -> dict[str, URLPattern]:
    return {name: leaf for name, leaf in own_urls(get_resolver().url_patterns) if not name.startswith("account_")}


@pytest.fixture
def teamless(db):
    return cast.person("tim@example.org", name="Tim Teamless")


@pytest.fixture
def addresses(north, rep, marketer) -> dict[str, str]:
    """Every URL, pointing at a record of the agreement `north`."""
    handoff = cast.handed(north)
    attempt = cast.attempted(handoff, cast.MONDAY, rep=rep, recorded_by=rep)
    file = ContentFile(b"lead_id,created_at\n1,2026-03-02\n", name="leads.csv")
    run = ImportRun.objects.create(agreement=north, kind=Kind.LEADS, file=file, file_name="leads.csv", by=marketer)
    proposal = propose(north, date(2026, 4, 1), agreed_directly(5), by=None, at=cast.MONDAY)
    draft = Version.objects.create(
        agreement=north, state="draft", effective_on=date(2020, 1, 1), calendar={}, text=write(document_of(north))
    )
    records = {
        "draft": draft.pk,
        "accept_target": proposal.pk,
        "decline_target": proposal.pk,
        "attempt": handoff.pk,
        "withdraw": attempt.pk,
        "detail": handoff.lead_id,
        "edit": handoff.lead_id,
    }
    found = {}
    for name, leaf in ours().items():
        wanted = leaf.pattern.converters or (["slug", "page", "form"] if name == "reports:data" else [])
        last = name.partition(":")[2]
        values = {
            "slug": north.slug,
            "pk": run.pk if last.startswith("import") else records.get(last, handoff.pk),
            "page": "volume",
            "form": "json",
        }
        query = "?what=handed_over" if name == "reports:records" else ""
        found[name] = reverse(name, kwargs={key: values[key] for key in wanted}) + query
    return found


def test_every_url_of_ours_is_in_the_matrix_with_its_guard():
    assert {name: leaf.callback.guard for name, leaf in ours().items()} == GUARDS


def test_no_url_is_without_a_guard():
    assert unguarded(get_resolver().url_patterns) == []
    assert every_url_has_a_guard() == []


def test_the_check_finds_a_url_without_one():
    assert unguarded([URLPattern("bare/", lambda request: None)]) == ["bare/"]


def test_a_view_has_one_guard_only():
    with pytest.raises(TypeError, match="guard already"):
        Guard("second")(Guard("first")(lambda request: None))


def test_a_stranger_is_sent_to_the_sign_in_page(addresses):
    for name, address in addresses.items():
        answer = Client().get(address)
        if GUARDS[name] == ANYONE:
            assert answer.status_code in (200, 302, 405), name
        else:
            assert (answer.status_code, answer.url.partition("?")[0]) == (302, reverse("account_login")), name


@pytest.mark.parametrize("who", MAY_PASS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_each_role_gets_what_is_its_own(who, method, addresses, signed_in, request):
    client = signed_in(request.getfixturevalue(who))
    client.raise_request_exception = False
    found = {}
    for name, address in addresses.items():
        answer = getattr(client, method)(address)
        found[name] = answer.status_code
        assert answer.status_code in expected(name, who, method), (name, answer.status_code)
    assert 200 in found.values()


def expected(name: str, who: str, method: str) -> set[int]:
    if GUARDS[name] not in MAY_PASS[who] or (name, who) in READ_ONLY:
        return {403} if method == "post" else {403, 405}
    points_at_a_record = bool(ours()[name].pattern.converters) or name == "reports:data"
    if who == "stranger" and points_at_a_record:
        return {404, 405}
    if name in NAMES_NOTHING:
        return {404, 405}
    return {200, 302, 405, 422} | ({400} if method == "post" else set())


def test_administration_is_for_administrators(signed_in, administrator, sales_lead):
    address = reverse("admin:index")
    assert signed_in(sales_lead).get(address).status_code == 403
    assert signed_in(administrator).get(address).status_code == 200
