import os
from collections.abc import Callable
from itertools import groupby

import pytest
from django.core.cache import cache
from django.db import connection
from django.template.base import Template
from django.test import Client

from agreements.models import Agreement
from leads.clock.recompute import preview
from smarketing.accounts.models import Role, Team, User
from tests import cast

LONG = (  # most wait more than they work
    "tests/servers/",
    "tests/intake/",
    "tests/broker/",
    "tests/backups/",
    "tests/unit/leads/test_demonstration.py",
)
ONCE = (  # what is the same whichever database is asked, beside the units and the house that ask none
    "tests/acceptance/test_bank.py::test_every_figure_comes_out",
    "tests/acceptance/test_bank.py::test_the_files_saved_again",
    "tests/house/test_matrix.py",
    "tests/house/test_one_side_alone.py",
    "tests/house/test_one_truth.py",
    "tests/house/test_outside.py",
    "tests/house/test_private.py",
    "tests/house/test_settings.py",
    "tests/servers/test_api_served.py::test_every_answer_is_as_the_description_says",
    "tests/servers/test_half_sent.py",
    "tests/servers/test_starting.py",
    "tests/servers/test_stopping.py",
    "tests/servers/test_ten_tabs.py",
    "tests/unit/leads/test_demonstration.py",
    "tests/unit/test_long_inputs.py",
)
FORMS = (  # pages that read and write single records; the fuzz opens and sends them on both databases
    "agreement_edit",
    "agreement_pdf",
    "begin",
    "calculator",
    "capacity_sheet",
    "edges",
    "form_counts",
    "guided",
    "kept_templates",
    "opened_forms",
    "people",
    "sign_in_limits",
    "versions",
    "words",
    "year",
)
ON_POSTGRES = ("tests/broker/test_killed_workers.py",)  # many seconds of waiting: in the pass with the real brokers
IN_BOTH_PASSES = "test_main_jobs_in_the_browser"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of two passes the one on the second database has what asks it."""
    if which := os.environ.get("TEST_TURN"):
        left_out = {item for item in items if not is_of_pass(item, which)}
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]
    items[:] = staggered(items)


def staggered(items: list[pytest.Item]) -> list[pytest.Item]:
    """Among the first files one of the long ones every now and then, so that others work while it waits."""
    files = [list(own) for _file, own in groupby(items, key=lambda item: item.nodeid.partition("::")[0])]
    long = [own for own in files if own[0].nodeid.startswith(LONG)]
    short = [own for own in files if not own[0].nodeid.startswith(LONG)]
    apart = max(len(short) * 3 // (5 * len(long)), 1) if long else 1
    order = []
    for number, own in enumerate(short):
        order += [long.pop(0)] if long and number % apart == 0 else []
        order.append(own)
    return [item for own in order + long for item in own]


def is_of_pass(item: pytest.Item, which: str) -> bool:
    """In the second neither what is of the first, nor what asks no database, nor a browser but for the main jobs."""
    if which == "first":
        return not item.nodeid.startswith(ON_POSTGRES)
    if item.nodeid.startswith((*ONCE, *(f"tests/pages/test_{name}.py" for name in FORMS))):
        return False
    if "_in_the_browser" in item.nodeid:
        return IN_BOTH_PASSES in item.nodeid
    return not item.nodeid.startswith(("tests/unit/", "tests/house/")) or is_of_database(item)


def is_of_database(item: pytest.Item) -> bool:
    names = set(getattr(item, "fixturenames", ()))
    return bool({"db", "transactional_db"} & names or item.get_closest_marker("django_db"))


@pytest.fixture(autouse=True)
def _quick(settings):
    """Passwords hashed in no time, static files without a manifest."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture(scope="session", autouse=True)
def _parts_untold(django_test_environment):
    """Tests look into what a page was made from, not into each of the thousand fields and icons on it."""
    told = Template._render

    def render(template, context):
        is_part = template.name is None or template.name.startswith(("bootstrap5/", "django/", "parts/"))
        return template.nodelist.render(context) if is_part else told(template, context)

    Template._render = render


@pytest.fixture(autouse=True)
def _one_truth(request):
    """After a test of the database nothing is left to mend: what stands on handoffs and clocks follows from the facts.

    `odd_handoffs` marks the tests that write derived columns by hand.
    """
    asks = is_of_database(request.node)
    if asks:  # set up before this one, so that it is torn down after it
        request.getfixturevalue("transactional_db" if "transactional_db" in request.fixturenames else "db")
        cache.clear()  # no model's table: what a test without a transaction has counted would stay in it
    yield
    if not asks or request.node.get_closest_marker("odd_handoffs"):
        return
    for agreement in Agreement.objects.filter(handoffs__isnull=False).distinct():
        assert not preview(agreement)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """A browser's last request may still hold a connection when the database is to go."""
    yield
    if connection.vendor == "postgresql":
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_terminate_backend(pid) {others}")


@pytest.fixture
def north(db) -> Agreement:
    return cast.agreement("north")


@pytest.fixture
def south(db) -> Agreement:
    """Another company's agreement: everything of it is foreign."""
    return cast.agreement("south")


@pytest.fixture
def marketer(north: Agreement) -> User:
    return cast.person("mia@example.org", north.marketing_team, name="Mia Marketing")


@pytest.fixture
def rep(north: Agreement) -> User:
    return cast.person("rob@example.org", north.sales_team, name="Rob Rep")


@pytest.fixture
def sales_lead(north: Agreement) -> User:
    return cast.person("lea@example.org", north.sales_team, role=Role.LEAD, name="Lea Lead")


@pytest.fixture
def leader(north: Agreement) -> User:
    teams = (north.marketing_team, north.sales_team)
    return cast.person("cleo@example.org", *teams, role=Role.LEADERSHIP, name="Cleo Chief")


@pytest.fixture
def administrator(db) -> User:
    return cast.person("ann@example.org", is_superuser=True, name="Ann Admin")


@pytest.fixture
def stranger(south: Agreement) -> User:
    """A member of both teams of a foreign agreement."""
    return cast.person("sam@example.org", south.marketing_team, south.sales_team, name="Sam Stranger")


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    def client_of(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return client_of


@pytest.fixture
def sales_team(north: Agreement) -> Team:
    return north.sales_team
