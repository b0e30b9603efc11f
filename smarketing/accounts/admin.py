import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from allauth.account import admin as _allauth_admin  # noqa: F401  (registers what is taken off again below)
from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from smarketing.accounts.forms import PersonAddForm, PersonChangeForm
from smarketing.accounts.models import Membership, PeopleChangeKind, Team, User
from smarketing.accounts.people import locked_administrators, tell
from smarketing.lib.opened import OpenedForm

if TYPE_CHECKING:
    Inline = admin.TabularInline[Membership, Any]
    PersonAdminBase = UserAdmin[User]
    TeamAdminBase = admin.ModelAdmin[Team]
    AdminBase = admin.ModelAdmin[Any]
else:
    Inline, PersonAdminBase, TeamAdminBase, AdminBase = (
        admin.TabularInline,
        UserAdmin,
        admin.ModelAdmin,
        admin.ModelAdmin,
    )

admin.site.unregister(Group)  # roles are memberships, not groups
admin.site.unregister(EmailAddress)  # allauth's copy follows the person's own address


class OpenedAdmin(AdminBase):
    """Knows what its form was opened on, as the portal's own forms do."""

    change_form_template = "admin/opened_form.html"
    about: str

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._write_down(request, obj, message)
        return super().log_change(request, obj, message)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._write_down(request, obj, message)
        return super().log_addition(request, obj, message)

    def _write_down(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """Beside Django's own log, so that the page of people tells all of it."""
        said = LogEntry(change_message=json.dumps(message) if isinstance(message, list) else message)
        about: dict[str, Any] = {self.about: obj, "by": request.user, "at": request.now}  # type: ignore[attr-defined]
        tell(PeopleChangeKind.ADMINISTRATION, after=said.get_change_message(), **about)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        with transaction.atomic():
            return super().changeform_view(request, object_id, form_url, self._opened(request, object_id))

    def _opened(self, request: HttpRequest, object_id: str | None) -> dict[str, OpenedForm]:
        obj = self.get_object(request, unquote(object_id)) if object_id else None
        if obj is None:
            return {}
        if request.method == "POST":  # what is compared does not change until it is saved
            obj = type(obj)._base_manager.select_for_update(no_key=True).get(pk=obj.pk)
        opened = OpenedForm(self._parts(request, obj), request.POST, request.path)
        if opened.data is not None:
            request.POST = opened.data  # type: ignore[assignment]
        request.opened = opened  # type: ignore[attr-defined]
        return {"opened": opened}

    def _parts(self, request: HttpRequest, obj: Any) -> Iterator[Any]:
        yield self.get_form(request, obj, change=True)(instance=obj)
        for formset, inline in self.get_formsets_with_inlines(request, obj):
            yield formset(instance=obj, queryset=inline.get_queryset(request))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        opened = getattr(request, "opened", None)
        return undecided(form) if opened and opened.contradictions else form


def undecided(form: Any) -> Any:
    """The same form, not to be saved before the person has chosen."""

    class Undecided(form):  # type: ignore[misc]
        def clean(self) -> Any:
            super().clean()
            raise ValidationError(gettext("Choose what is to stand."))

    return Undecided


class Memberships(Inline):
    model = Membership
    extra = 1
    autocomplete_fields = ["user", "team"]
    max_num = 500

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """A form says itself how many rows it has; Django would show a thousand more than there may be."""
        return super().get_formset(request, obj, absolute_max=self.max_num, **kwargs)


@admin.register(User)
class PersonAdmin(OpenedAdmin, PersonAdminBase):
    form = PersonChangeForm
    add_form = PersonAddForm
    about = "person"
    inlines = [Memberships]
    ordering = ["name"]
    search_fields = ["name", "email"]
    list_display = ["name", "email", "team_names", "is_superuser", "is_active"]
    list_filter = ["is_active", "is_superuser", "memberships__role", "teams"]
    filter_horizontal = ()
    readonly_fields = ["joined_at", "last_login"]
    fieldsets = (
        (None, {"fields": ("name", "email", "password", "language")}),
        (_("Roles of the whole portal"), {"fields": ("is_superuser", "is_active")}),
        (_("Dates"), {"fields": ("joined_at", "last_login")}),
    )
    add_fieldsets = (
        (None, {"fields": ("name", "email", "usable_password", "password1", "password2")}),
        (_("Roles of the whole portal"), {"fields": ("is_superuser",)}),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("teams")

    @admin.display(description=_("teams"))
    def team_names(self, person: User) -> str:
        return ", ".join(team.name for team in person.teams.all())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who leaves is not deleted."""
        return False

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Administrators first, as everywhere: two who take each other's right away wait for one another."""
        with transaction.atomic():
            if request.method == "POST":
                locked_administrators()
            return super().changeform_view(request, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: User, form: forms.Form, change: bool) -> None:
        """An address that was changed must not open the account any longer; nor a session of somebody who left."""
        if change and "is_active" in form.changed_data and not obj.is_active:
            obj.left_at = request.now  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)
        EmailAddress.objects.filter(user=obj).exclude(email__iexact=obj.email).delete()


@admin.register(Team)
class TeamAdmin(OpenedAdmin, TeamAdminBase):
    about = "team"
    inlines = [Memberships]
    search_fields = ["name"]
    list_display = ["name", "side", "organisation"]
    readonly_fields = ["organisation"]  # changed on the page of people, with what follows from it
    list_filter = ["side"]
