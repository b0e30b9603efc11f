from typing import TYPE_CHECKING, Any

from allauth.account import admin as _allauth_admin  # noqa: F401  (registers what is taken off again below)
from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from smarketing.accounts.forms import PersonAddForm, PersonChangeForm
from smarketing.accounts.models import Membership, Team, User

if TYPE_CHECKING:
    Inline = admin.TabularInline[Membership, Any]
    PersonAdminBase = UserAdmin[User]
    TeamAdminBase = admin.ModelAdmin[Team]
else:
    Inline, PersonAdminBase, TeamAdminBase = admin.TabularInline, UserAdmin, admin.ModelAdmin

admin.site.unregister(Group)  # roles are memberships, not groups
admin.site.unregister(EmailAddress)  # allauth's copy follows the person's own address


class Memberships(Inline):
    model = Membership
    extra = 1
    autocomplete_fields = ["user", "team"]
    max_num = 500

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """A form says itself how many rows it has; Django would show a thousand more than there may be."""
        return super().get_formset(request, obj, absolute_max=self.max_num, **kwargs)


@admin.register(User)
class PersonAdmin(PersonAdminBase):
    form = PersonChangeForm
    add_form = PersonAddForm
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

    def save_model(self, request: HttpRequest, obj: User, form: forms.Form, change: bool) -> None:
        """An address that was changed must not open the account any longer."""
        super().save_model(request, obj, form, change)
        EmailAddress.objects.filter(user=obj).exclude(email__iexact=obj.email).delete()


@admin.register(Team)
class TeamAdmin(TeamAdminBase):
    inlines = [Memberships]
    search_fields = ["name"]
    list_display = ["name", "side"]
    list_filter = ["side"]
