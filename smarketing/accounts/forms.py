from typing import TYPE_CHECKING, Any

from crispy_forms.helper import FormHelper
from django import forms
from django.conf import settings
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.utils.translation import gettext_lazy as _

from smarketing.accounts.models import User
from smarketing.accounts.people import LastAdministrator, check_not_last, locked_administrators

if TYPE_CHECKING:
    UserForm = forms.ModelForm[User]
    AddForm = AdminUserCreationForm[User]
    ChangeForm = UserChangeForm[User]
else:
    UserForm, AddForm, ChangeForm = forms.ModelForm, AdminUserCreationForm, UserChangeForm


def language_field() -> forms.ChoiceField:
    choices = [("", _("As set in your browser")), *settings.LANGUAGES]
    return forms.ChoiceField(label=_("Language"), required=False, choices=choices)


class ProfileForm(UserForm):
    language = language_field()

    class Meta:
        model = User
        fields = ["name", "language"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False


class OneAddress:
    """Addresses are kept in small letters: one person, however it is typed."""

    cleaned_data: dict[str, Any]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


LABELS = {"is_superuser": _("Administrator")}
HELP_TEXTS = {"is_superuser": _("Manages people, teams and agreements, and can do everything a team lead can.")}


class PersonAddForm(OneAddress, AddForm):
    class Meta:
        model = User
        fields = ["name", "email"]
        labels = LABELS
        help_texts = HELP_TEXTS


class PersonChangeForm(OneAddress, ChangeForm):
    language = language_field()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        stays = cleaned.get("is_superuser") and cleaned.get("is_active")
        if not stays and self.initial.get("is_superuser") and self.initial.get("is_active"):
            try:
                check_not_last(self.instance, locked_administrators())
            except LastAdministrator as refusal:
                self.add_error("is_active" if cleaned.get("is_superuser") else "is_superuser", str(refusal))
        return cleaned

    class Meta:
        model = User
        fields = ["name", "email", "language", "is_superuser", "is_active"]
        labels = LABELS
        help_texts = HELP_TEXTS
