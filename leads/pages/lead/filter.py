"""The filter of the list of leads: what stands in the address is what is shown."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agreements.models import Agreement
from leads.clock.rule import OVERDUE
from leads.doors.words_in_use import words_in_use
from leads.enums import OUTSIDE, OUTSIDE_WORDS, State, Verdict
from leads.finding.search import at_once, found, meant
from leads.models import Deal, Handoff, ImportRun, Inquiry, Lead
from leads.pages.lead.sorting import BY, SORTS, Sorted, in_order
from leads.querysets import LeadQuerySet
from smarketing.accounts.access import Access
from smarketing.accounts.models import User
from smarketing.lib.numbers import whole
from smarketing.lib.paging import at_least
from smarketing.lib.periods import FIRST_YEAR, LAST_YEAR
from smarketing.server.folding import LONGEST

NOT_HANDED_OVER, NOBODY = "none", "nobody"
NEW, IN_WORK, CUSTOMER, ASKING = "new", "in_work", "customer", "asking"
STANDINGS = {
    NEW: pgettext_lazy("leads", "New"),
    IN_WORK: _("With sales"),
    CUSTOMER: _("Customers"),
    ASKING: _("Asking again"),
}
WITHOUT = " "  # no word that is kept is a blank
EARLIEST, LATEST = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)


class LeadFilter(django_filters.FilterSet):  # type: ignore[misc]
    q = django_filters.CharFilter(
        label=_("Name, company, e-mail, phone or note"),
        method="search",
        widget=forms.TextInput({"type": "search", "maxlength": LONGEST}),
    )
    agreement = django_filters.ModelChoiceFilter(
        label=_("Agreement"), queryset=Agreement.objects.none(), to_field_name="slug", empty_label=_("All")
    )
    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[(NOT_HANDED_OVER, _("Not handed over")), *State.choices],
        method="in_state",
        empty_label=_("All"),
    )
    clock = django_filters.ChoiceFilter(
        label=_("Clock"), choices=[(OVERDUE, _("Overdue"))], method="on_clock", empty_label=_("All")
    )
    rep = django_filters.ChoiceFilter(label=_("Rep"), method="held_by", empty_label=_("All"))
    source = django_filters.ChoiceFilter(label=_("Source"), method="of_word", empty_label=_("All"))
    tier = django_filters.ChoiceFilter(label=_("Tier"), method="of_word", empty_label=_("All"))
    criteria = django_filters.ChoiceFilter(
        label=_("Criteria"), choices=[(OUTSIDE, OUTSIDE_WORDS)], method="by_criteria", empty_label=_("All")
    )
    file = django_filters.ChoiceFilter(label=_("From the file"), method="of_file", empty_label=_("All"))
    standing = django_filters.ChoiceFilter(
        label=_("Who"), choices=list(STANDINGS.items()), method="as_it_stands", empty_label=_("All")
    )
    since = django_filters.DateFilter(
        label=_("Created from"), method="won_since", widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    until = django_filters.DateFilter(
        label=_("Created until"), method="won_until", widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    sort = django_filters.ChoiceFilter(
        label=_("Sorted"), choices=list(SORTS.items()), method="as_it_is", empty_label=_("Newest first")
    )

    class Meta:
        model = Lead
        fields: list[str] = []

    def __init__(self, data: Any, *, queryset: LeadQuerySet, access: Access, at: datetime) -> None:
        super().__init__(data, queryset=queryset)
        self.at = at
        self.agreements = list(Agreement.objects.visible_to(access).with_teams())
        words = words_in_use(self.agreements)
        self.filters["agreement"].queryset = Agreement.objects.visible_to(access)
        for name, known in (("source", words.sources), ("tier", words.tiers)):
            self.filters[name].extra["choices"] = _choices(known, data.get(name, ""))
        self.filters["rep"].extra["choices"] = [(NOBODY, _("Nobody")), *_reps(self.agreements, access)]
        if not self.has_several_agreements:
            del self.filters["agreement"]
        self.filters["file"].extra["choices"] = self._file_asked(data.get("file", ""))
        if not self.filters["file"].extra["choices"]:
            del self.filters["file"]

    def _file_asked(self, run: str) -> list[tuple[str, str]]:
        """One comes to it from the page of an import; it is not chosen out of all of them."""
        found = ImportRun.objects.filter(agreement__in=self.agreements, pk=whole(run) or 0)
        return [(str(pk), name) for pk, name in found.values_list("pk", "file_name")]

    @property
    def is_active(self) -> bool:
        return any(self.data.get(name) for name in self.filters if name != BY)

    @property
    def has_several_agreements(self) -> bool:
        return len(self.agreements) > 1

    @cached_property
    def sorted(self) -> Sorted:
        asked = self.form.cleaned_data.get(BY) or "" if self.form.is_valid() else ""
        return in_order(self.qs, asked, is_countable=not self.count_text)

    def as_it_is(self, leads: LeadQuerySet, name: str, value: str) -> QuerySet[Lead]:
        return leads

    def search(self, leads: LeadQuerySet, name: str, text: str) -> QuerySet[Lead]:
        return found(leads, text)

    @cached_property
    def count_text(self) -> str:
        """Of a question to which very much answers, not more is counted than the index finds at once."""
        some = at_once(self.form.cleaned_data.get("q") or "") if self.form.is_valid() else None
        return at_least(self.qs.filter(pk__in=some).count()) if some else ""

    @cached_property
    def meant(self) -> str:
        """What may have been meant, where nothing is found."""
        return meant(self.queryset, self.data.get("q", ""))

    def in_state(self, leads: LeadQuerySet, name: str, state: str) -> QuerySet[Lead]:
        """The state of a lead is that of its latest handoff."""
        if state == NOT_HANDED_OVER:
            return leads.never_handed_over()
        latest = Handoff.objects.filter(lead=OuterRef("pk")).order_by("-handed_at", "-pk")
        leads = leads.filter(pk__in=Handoff.objects.filter(state=state).order_by().values("lead"))
        return leads.annotate(present=Subquery(latest.values("state")[:1])).filter(present=state)

    def as_it_stands(self, leads: LeadQuerySet, name: str, which: str) -> QuerySet[Lead]:
        """Customers have bought before; new is who neither has nor was ever handed over."""
        bought = Deal.objects.filter(outcome=Verdict.WON).order_by().values("lead")
        match which:
            case "in_work":
                return leads.filter(pk__in=Handoff.objects.open().order_by().values("lead"))
            case "customer":
                return leads.filter(pk__in=bought)
            case "asking":
                return leads.filter(pk__in=Inquiry.objects.unsettled().order_by().values("lead"))
        return leads.never_handed_over().exclude(pk__in=bought)

    def on_clock(self, leads: LeadQuerySet, name: str, clock: str) -> QuerySet[Lead]:
        return leads.filter(pk__in=Handoff.objects.overdue(self.at).order_by().values("lead"))

    def by_criteria(self, leads: LeadQuerySet, name: str, which: str) -> QuerySet[Lead]:
        """Leads that were handed over outside the criteria, at their latest handoff or at one before."""
        return leads.filter(pk__in=Handoff.objects.outside_criteria().order_by().values("lead"))

    def held_by(self, leads: LeadQuerySet, name: str, rep: str) -> QuerySet[Lead]:
        """Who has the latest handoff, as the list shows it; nobody: open ones."""
        if rep == NOBODY:
            return leads.filter(pk__in=Handoff.objects.open().of_nobody().order_by().values("lead"))
        latest = Handoff.objects.filter(lead=OuterRef("pk")).order_by("-handed_at", "-pk")
        had = leads.filter(pk__in=Handoff.objects.filter(rep_id=int(rep)).order_by().values("lead"))
        return had.annotate(holder=Subquery(latest.values("rep")[:1])).filter(holder=rep)

    def of_file(self, leads: LeadQuerySet, name: str, run: str) -> QuerySet[Lead]:
        """Those that it brought, and not those that it met."""
        return leads.filter(run=int(run))

    def of_word(self, leads: LeadQuerySet, name: str, word: str) -> QuerySet[Lead]:
        return leads.filter(**{name: "" if word == WITHOUT else word})

    def won_since(self, leads: LeadQuerySet, name: str, on: date) -> QuerySet[Lead]:
        return leads.filter(self._each_zone("gte", on))

    def won_until(self, leads: LeadQuerySet, name: str, on: date) -> QuerySet[Lead]:
        return leads.filter(self._each_zone("lt", min(on, LATEST) + timedelta(days=1)))

    def _each_zone(self, lookup: str, on: date) -> Q:
        """A day is a day of the agreement's time zone."""
        on = min(max(on, EARLIEST), LATEST)  # beyond them an instant cannot be said in UTC
        found = Q(pk__in=[])
        for agreement in self.agreements:
            midnight = datetime.combine(on, time.min, ZoneInfo(agreement.time_zone))
            found |= Q(("agreement", agreement)) & Q((f"created_at__{lookup}", midnight))
        return found


def _choices(known: list[str], asked: str) -> list[tuple[str, Any]]:
    """A link may ask for a word that nobody has used lately."""
    words = [*known, asked] if asked.strip() and asked not in known else known
    return [*((word, word) for word in words), (WITHOUT, _("None"))]


def _reps(agreements: list[Agreement], access: Access) -> list[tuple[str, str]]:
    """Who is in a sales team of these agreements. Of a team of another house those whose names stand in the list."""
    own = {one.sales_team_id for one in agreements if access.is_of_house(one.sales_team.organisation)}
    foreign = [one for one in agreements if one.sales_team_id not in own]
    holds = Exists(Handoff.objects.filter(rep=OuterRef("pk"), agreement__in=foreign))
    seen = Q(memberships__team__in=[one.sales_team_id for one in foreign]) & holds
    members = User.objects.filter(Q(memberships__team__in=own) | seen).distinct().order_by("name", "email")
    return [(str(rep.pk), str(rep)) for rep in members]
