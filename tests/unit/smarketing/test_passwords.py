import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from smarketing.accounts.invitations import invite
from smarketing.accounts.models import Role, User
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def somebody(north):
    own = cast.team("Vertrieb Alpenland", "sales")
    return cast.person("rob@nordwind.example", north.sales_team, own, name="Rob Rep")


@pytest.mark.parametrize(
    "password",
    [
        "smarketing-2026",
        "Nordwind2026!",  # the company, from the address
        "N0rdw1nd-2026",
        "Alpenland2026!!",
        "Vertrieb-Alpenland-1",
        "AgreementNorth#2026",
        "alpenlandalpenland",
    ],
)
def test_words_of_the_company_are_no_password(somebody, password):
    with pytest.raises(ValidationError, match="too little of this password is left"):
        validate_password(password, somebody)


@pytest.mark.parametrize(
    "password", ["quite another one", "nordwind-x7K9pQ2w", "alpenland und viele blaue Kühe", "kT9$wq27Lm"]
)
def test_what_is_long_enough_without_them_may_hold_them(somebody, password):
    validate_password(password, somebody)


@pytest.mark.parametrize("password", ["password123", "qwertyuiop", "1234567890", "robrep2026"])
def test_common_ones_and_the_own_name_are_refused(somebody, password):
    with pytest.raises(ValidationError):
        validate_password(password, somebody)


def test_it_is_refused_where_it_is_chosen(signed_in, rep, north):
    fields = {"oldpassword": cast.PASSWORD, "password1": "Sales-North-26", "password2": "Sales-North-26"}
    answer = signed_in(rep).post("/accounts/password/change/", fields)
    assert "too little of this password is left" in answer.text
    rep.refresh_from_db()
    assert rep.check_password(cast.PASSWORD)


def is_refused(password: str, person: User) -> bool:
    try:
        validate_password(password, person)
    except ValidationError:
        return True
    return False


@pytest.mark.parametrize("has_joined", [True, False], ids=["member", "invited"])
def test_nobody_learns_by_a_password_which_names_there_are(has_joined, north, south, administrator):
    """The other agreement and its teams count for who sees them, and for nobody else."""
    type(south).objects.filter(pk=south.pk).update(name="Zephyrus deal", slug="boreas")
    type(north).objects.filter(pk=north.pk).update(name="Apeliotes deal")
    cast.team("Kaikias team", "marketing")
    if has_joined:
        person = cast.person("otto@example.net", north.sales_team, name="Otto")
    else:
        asked = {"name": "Otto", "team": north.sales_team, "role": Role.MEMBER, "language": "en"}
        invite(email="otto@example.net", origin="http://testserver/", by=administrator, at=cast.MONDAY, **asked)
        person = User(email="otto@example.net", name="Otto")
    foreign = ("Zephyrus#2026", "Boreas#2026!", "Kaikias#2026")
    assert [is_refused(password, person) for password in ("Apeliotes#26", *foreign)] == [True, False, False, False]
    assert all(is_refused(password, administrator) for password in foreign)
