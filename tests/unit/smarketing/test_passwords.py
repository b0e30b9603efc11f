import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from smarketing.accounts.models import User
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def somebody(north):
    cast.team("Vertrieb Alpenland", "sales")
    return User(email="rob@nordwind.example", name="Rob Rep")


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
