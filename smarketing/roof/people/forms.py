"""The forms about people: whom to find, whom to invite, what somebody is in a team."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.forms import SetPasswordMixin
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from smarketing.accounts.access import Access
from smarketing.accounts.forms import OneAddress, language_field
from smarketing.accounts.models import Membership, Role, Side, Team, User
from smarketing.accounts.people import led_teams
from smarketing.lib.choosing import OneRow
from smarketing.lib.turning import keeps_direction

ACTIVE, LEFT, ALL = "", "left", "all"

if TYPE_CHECKING:
    DetailsModelForm = forms.ModelForm[User]
    Passwords = SetPasswordMixin[User]
else:
    DetailsModelForm, Passwords = forms.ModelForm, SetPasswordMixin


class TeamChoice(OneRow):
    """A team by its name and side, of those that one may decide for."""

    default_error_messages = {"invalid_choice": _("This is not one of your teams.")}

    def label_from_instance(self, team: Team) -> str:
        return f"{team} · {team.get_side_display()}"


class PeopleFilter(forms.Form):
    q = forms.CharField(
        label=_("Name or e-mail"), required=False, max_length=200, widget=forms.TextInput({"type": "search"})
    )
    team = TeamChoice(label=_("Team"), required=False, queryset=Team.objects.none(), empty_label=_("All"))
    who = forms.ChoiceField(
        label=_("Who"),
        required=False,
        choices=[(ACTIVE, _("Who is here")), (LEFT, _("Who has left")), (ALL, _("Everybody"))],
    )

    def __init__(self, data: QueryDict, *, access: Access) -> None:
        super().__init__(data, auto_id="people-%s")
        self.fields["team"].queryset = led_teams(access)  # type: ignore[attr-defined]

    def found(self, people: QuerySet[User]) -> QuerySet[User]:
        """What makes no sense is as if it was not asked."""
        self.is_valid()
        asked = self.cleaned_data
        if text := asked.get("q"):
            people = people.filter(Q(name__icontains=text) | Q(email__icontains=text))
        if team := asked.get("team"):
            people = people.filter(pk__in=Membership.objects.filter(team=team).values("user"))
        who = asked.get("who") or ACTIVE
        return people if who == ALL else people.filter(is_active=who == ACTIVE)

    @property
    def is_active(self) -> bool:
        return any(self.data.get(name) for name in self.fields)


class InviteForm(OneAddress, forms.Form):
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    name = forms.CharField(label=_("Name"), max_length=150, validators=[keeps_direction])
    team = TeamChoice(label=_("Team"), queryset=Team.objects.none(), empty_label=_("Choose one"))
    role = forms.ChoiceField(label=_("Role in the team"), choices=Role.choices, initial=Role.MEMBER)
    is_administrator = forms.BooleanField(
        label=_("Administrator"),
        required=False,
        widget=forms.CheckboxInput(),
        help_text=_("Manages people, teams and agreements, and can do everything a team lead can."),
    )

    def __init__(self, data: QueryDict | None, *, access: Access) -> None:
        super().__init__(data)
        self.fields["email"].widget.attrs |= {"autocomplete": "off"}
        self.fields["team"].queryset = teams = led_teams(access)  # type: ignore[attr-defined]
        if access.is_administrator:
            self.fields["team"].required = False
            self.fields["team"].empty_label = _("None yet")  # type: ignore[attr-defined]
        else:
            del self.fields["is_administrator"]
            if len(found := list(teams[:2])) == 1:
                self.fields["team"].initial = found[0]


class JoinForm(Passwords, forms.Form):
    """A name and a password. The rules for passwords know what the person would try first."""

    name = forms.CharField(label=_("Name"), max_length=150, validators=[keeps_direction])
    password1, password2 = SetPasswordMixin.create_password_fields(label1=_("Password"), label2=_("Password again"))

    def __init__(self, data: QueryDict | None, *, email: str, name: str) -> None:
        super().__init__(data, initial={"name": name})
        self.email = email

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.validate_passwords()
        person = User(email=self.email, name=cleaned.get("name", ""))
        self.validate_password_for_user(person, password_field_name="password2")  # noqa: S106  a field's name
        return cleaned


class RoleForm(forms.Form):
    """Somebody's role in a team; `seen` is the one that was shown."""

    team = TeamChoice(label=_("Team"), queryset=Team.objects.none(), empty_label=_("Choose one"))
    role = forms.ChoiceField(label=_("Role in the team"), choices=Role.choices, initial=Role.MEMBER)
    seen = forms.CharField(required=False, widget=forms.HiddenInput, max_length=20)

    def __init__(self, data: QueryDict | None, *, teams: QuerySet[Team]) -> None:
        super().__init__(data, auto_id="role-%s")
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]


def name_field(label: Any, longest: int, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=longest, validators=[keeps_direction], **more)


def organisation_field() -> forms.CharField:
    text = _("The provider or the customer. Leave empty for a team of your own house.")
    widget = forms.TextInput({"list": "organisations", "autocomplete": "off"})
    return name_field(_("Outside organisation"), 100, required=False, help_text=text, widget=widget)


class TeamForm(forms.Form):
    name = name_field(_("Name of the team"), 100)
    side = forms.ChoiceField(label=_("Side"), choices=Side.choices)
    organisation = organisation_field()


class TeamDetailsForm(forms.Form):
    name = name_field(_("Name of the team"), 100)
    organisation = organisation_field()


class MergeForm(forms.Form):
    into = TeamChoice(label=_("Merge it into"), queryset=Team.objects.none(), empty_label=_("Choose one"))

    def __init__(self, data: QueryDict | None, *, targets: list[Team]) -> None:
        super().__init__(data, auto_id="merge-%s")
        known = Team.objects.filter(pk__in=[team.pk for team in targets])
        self.fields["into"].queryset = known  # type: ignore[attr-defined]


class PersonDetailsForm(OneAddress, DetailsModelForm):
    language = language_field()

    class Meta:
        model = User
        fields = ["name", "email", "language"]
