"""Two at the same time: one administrator stays, one account is made, one invitation stands; the second is told."""

import pytest
from django.core.exceptions import PermissionDenied

from smarketing.accounts import invitations, people
from smarketing.accounts.invitations import InvitationOver
from smarketing.accounts.models import Invitation, Membership, PeopleChange, Role, User
from smarketing.accounts.people import LastAdministrator, PeopleRefused
from tests import cast
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def kinds(answers: list[object]) -> list[str]:
    return sorted(type(answer).__name__ for answer in answers)


def asked(north, by: User, email: str = "nora@example.org") -> Invitation:
    more = {"language": "en", "origin": "http://testserver/", "by": by, "at": cast.MONDAY}
    return invitations.invite(email=email, name="Nora", team=north.sales_team, role=Role.MEMBER, **more)


@pytest.mark.parametrize("how", ["right", "leaves"])
def test_of_two_administrators_who_take_each_other_out_one_stays(administrator, how):
    second = cast.person("bea@example.org", is_superuser=True)

    def take(person: User, by: User):
        if how == "leaves":
            return lambda: people.leave(person, by=by, at=cast.MONDAY)
        return lambda: people.set_administrator(person, False, by=by, at=cast.MONDAY)

    answers = at_once(take(second, administrator), take(administrator, second))
    assert User.objects.administrators().count() == 1
    (refused,) = [answer for answer in answers if answer is not True]
    assert isinstance(refused, PermissionDenied | LastAdministrator), answers
    assert PeopleChange.objects.count() == 1


def test_an_invitation_that_is_used_twice_at_once_makes_one_account(north, administrator):
    invitation = asked(north, administrator)

    def join(name: str):
        return lambda: invitations.join(invitation, name=name, password="nothing to guess 77", at=cast.MONDAY)

    answers = at_once(join("One"), join("Two"), join("Three"))
    assert kinds(answers) == ["InvitationOver", "InvitationOver", "User"], answers
    nora = User.objects.get(email="nora@example.org")
    assert (nora.memberships.count(), Membership.objects.filter(team=north.sales_team).count()) == (1, 1)
    assert isinstance(next(each for each in answers if not isinstance(each, User)), InvitationOver)


def test_an_address_that_is_invited_twice_at_once_has_one_invitation(north, administrator, sales_lead):
    answers = at_once(lambda: asked(north, administrator), lambda: asked(north, sales_lead, "NORA@example.org"))
    assert kinds(answers) == ["Invitation", "PeopleRefused"], answers
    assert isinstance(next(each for each in answers if not isinstance(each, Invitation)), PeopleRefused)
    assert (Invitation.objects.count(), PeopleChange.objects.count()) == (1, 1)


def test_a_letter_that_two_workers_take_up_at_once_is_sent_once(north, administrator, mailoutbox):
    invitation = asked(north, administrator)
    answers = at_once(*[lambda: invitations.mail(invitation.pk, at=cast.MONDAY)] * 3)
    assert sorted(map(str, answers)) == ["False", "False", "True"], answers
    assert len(mailoutbox) == 1


def test_two_who_give_one_role_at_once_give_it_once(north, administrator, rep, sales_lead):
    change = {"team": north.sales_team, "role": Role.LEAD, "at": cast.MONDAY}
    answers = at_once(
        *[lambda by=by: people.set_role(rep, **change, by=by) for by in (administrator, sales_lead)],
    )
    assert sorted(map(str, answers)) == ["False", "True"], answers
    assert rep.memberships.get().role == Role.LEAD
    assert PeopleChange.objects.count() == 1
