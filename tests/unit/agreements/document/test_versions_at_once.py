import pytest

from agreements.document.text import read
from agreements.document.versions import Amendment, apply
from agreements.models import Agreement, Change
from tests import cast
from tests.acceptance.portal import HERE
from tests.threads import at_once


@pytest.mark.django_db(transaction=True)
def test_an_agreement_that_two_people_load_at_once_is_made_once():
    document = read((HERE / "bank.toml").read_text())
    answers = at_once(*[lambda: apply(document, by=None, at=cast.MONDAY)] * 3)
    assert all(isinstance(answer, Amendment) for answer in answers), answers
    assert sorted(answer.is_new for answer in answers) == [False, False, True]
    assert (Agreement.objects.count(), Change.objects.count()) == (1, 1)
