"""Two people at the same agreement in the same moment: nothing is lost, and the second is told."""

from dataclasses import replace
from decimal import Decimal

import pytest

from agreements.document.stored import document_of
from agreements.document.text import digest, read
from agreements.document.versions import Amendment, ChangedMeanwhile, NameTaken, apply
from agreements.models import Agreement, Change
from agreements.promises.promise import SpeedPromise
from smarketing.accounts.models import Team
from tests import cast
from tests.acceptance.portal import HERE
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_agreement_that_two_people_load_at_once_is_made_once():
    document = read((HERE / "bank.toml").read_text())
    answers = at_once(*[lambda: apply(document, by=None, at=cast.MONDAY)] * 3)
    assert all(isinstance(answer, Amendment) for answer in answers), answers
    assert sorted(answer.is_new for answer in answers) == [False, False, True]
    assert (Agreement.objects.count(), Change.objects.count()) == (1, 1)


def test_of_two_who_make_one_short_name_at_once_one_makes_it_and_the_other_is_told():
    document = read((HERE / "bank.toml").read_text())
    names = ("The first", "The second")
    made = [
        lambda name=name: apply(replace(document, name=name), by=None, at=cast.MONDAY, is_new=True) for name in names
    ]
    answers = at_once(*made)
    assert sorted(type(answer).__name__ for answer in answers) == ["Amendment", "NameTaken"], answers
    (there,) = Agreement.objects.all()
    assert there.name == next(n for n, a in zip(names, answers, strict=True) if not isinstance(a, NameTaken))
    assert (there.return_reasons.count(), there.versions.count(), Team.objects.count()) == (5, 1, 2)


def test_of_two_who_change_one_version_at_once_one_does_and_the_other_is_told(north, administrator):
    seen, before = digest(document_of(north)), document_of(north)

    def promising(minutes):
        speed = SpeedPromise(within_minutes=Decimal(minutes), share=Decimal("0.9"))
        document = replace(before, promises=(speed, before.promises[1]))
        return lambda: apply(document, by=administrator, at=cast.MONDAY, seen=seen)

    answers = at_once(promising(30), promising(240))
    told = [isinstance(answer, ChangedMeanwhile) for answer in answers]
    assert sorted(told) == [False, True], answers
    stands = document_of(Agreement.objects.get()).promises[0].within_minutes
    assert stands == (30, 240)[told.index(False)]
    assert (north.versions.count(), north.versions.current().count()) == (2, 1)
