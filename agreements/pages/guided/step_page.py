"""The guided way: the shared draft of an agreement, written in small steps that save by themselves."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from agreements.document.beginnings import first_months
from agreements.document.clauses import AgreementDocument
from agreements.document.groups.consequences import CONSEQUENCES
from agreements.document.groups.scope import CUSTOMER, kind_of
from agreements.document.versions import AmendmentRefused, outside_party, whole_document
from agreements.models import Agreement, Version
from agreements.months.plans import numbers_of
from agreements.pages.fetch import visible_or_written
from agreements.pages.guided.consequences import Meaning, consequences
from agreements.pages.guided.every_month import EveryMonthForm, moved_along
from agreements.pages.guided.missing import states_of
from agreements.pages.guided.steps import STEPS, GuidedStep, shown_parts
from agreements.pages.reading.chapters import ReadAgreement
from agreements.pages.versions import readable
from agreements.pages.writing.edit_form import Draft, initial_of
from agreements.pages.writing.rows import is_emptied, leave_out
from agreements.pages.writing.write import TEAMS, fixed_fields, team_names
from agreements.signing.drafting import mark_seen, open_draft, rewrite
from agreements.signing.parties import sides_signed_by
from agreements.terms import today_of
from smarketing.accounts.access import readers
from smarketing.accounts.rights import Verb
from smarketing.lib.htmx import fragment, is_partial
from smarketing.lib.notices import say
from smarketing.lib.numbers import whole
from smarketing.lib.opened import CHOICE, OpenedForm, as_sent
from smarketing.lib.request import PortalRequest


@readers
@require_POST
def open_steps(request: PortalRequest, slug: str) -> HttpResponse:
    """`of` is a draft, or a proposal to be answered; without it one begins with what is in force."""
    agreement = _writable(request, slug)
    pk = whole(request.POST.get("of", ""))
    of = readable(agreement, request.user, request.access).filter(pk=pk, is_cancellation=False).first() if pk else None
    if of is None and agreement.is_draft:
        of = readable(agreement, request.user, request.access).order_by("number").last()
    draft = open_draft(agreement, of, by=request.user, at=request.now)
    return redirect("agreements:step", draft.agreement.slug, next(iter(STEPS)))


@readers
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def step(request: PortalRequest, slug: str, key: str) -> HttpResponse:
    if key not in STEPS:
        raise Http404
    agreement = _writable(request, slug)
    if request.method == "POST":  # what is compared does not change until it is saved
        Agreement.every.select_for_update().get(pk=agreement.pk)
        agreement = _writable(request, slug)
    draft = agreement.versions.shared_drafts().first()
    if draft is None:
        return _gone(request, agreement)
    return StepPage(request, agreement, draft, STEPS[key]).answer()


class StepPage:
    def __init__(self, request: PortalRequest, agreement: Agreement, draft: Version, step: GuidedStep) -> None:
        self.request, self.agreement, self.draft, self.step = request, agreement, draft, step
        self.document = whole_document(draft)
        self.has_months = agreement.is_draft
        self.seen = set(draft.seen_steps)  # before this page: what is being looked at is not done yet
        self._make(None)

    def _make(self, data: QueryDict | None) -> None:
        fixed = ("slug", *(TEAMS if not self.request.access.is_administrator and not self.agreement.is_draft else ()))
        fixed = tuple(dict.fromkeys((*fixed, *fixed_fields(self.agreement))))
        self.form = Draft(initial_of(self.document), self.document.effective_on.year, data, fixed, is_signed=True)
        self.every = EveryMonthForm(self.document, data)
        if kind_of(self.document, is_outside=outside_party(self.document) is not None) != CUSTOMER:
            leave_out(self.form.part(CONSEQUENCES.key), "follows", "credit")
        self.parts = shown_parts(
            self.step,
            self.form,
            self.every,
            has_months=self.has_months,
            has_service=bool(self.document.service_team),
        )

    def answer(self) -> HttpResponse:
        sent = self.request.POST.copy() if self.request.method == "POST" else None
        if sent:
            _bring_along(self.form.months, sent)
        shown = [key for part in self.parts for key in part.keys]
        opened = OpenedForm([*self.form.parts, self.every], sent, self.request.path, shown)
        is_saved = False
        if opened.data is not None:
            for part in self.parts:
                if part.formset:
                    _know_what_is_kept(part.formset, opened.data)
            self._make(opened.data)
            is_sound = opened.allows(self.form) and self.every.is_valid()
            is_saved = is_sound and self._save()
        if is_saved:
            self.seen.add(self.step.key)
        mark_seen(self.draft, self.step.key)
        if is_partial(self.request):
            return self._beside(opened, sent or QueryDict(), is_saved=is_saved)
        if is_saved:
            return self._go_on()
        status = 422 if self.request.method == "POST" else 200
        return TemplateResponse(self.request, "agreements/guided.html", self._context(opened), status=status)

    def _save(self) -> bool:
        document = moved_along(self.document, self.every.applied(self.form.sound))
        try:
            self.draft = rewrite(self.draft, document, by=self.request.user, at=self.request.now)
        except AmendmentRefused as refusal:
            self.form.refuse(refusal.path, str(refusal))
            return False
        self.document = whole_document(self.draft)
        return True

    def _go_on(self) -> HttpResponse:
        keys = list(STEPS)
        to = self.request.POST.get("go", "")
        following = keys[min(keys.index(self.step.key) + 1, len(keys) - 1)]
        return redirect("agreements:step", self.draft.agreement.slug, to if to in STEPS else following)

    def _beside(self, opened: OpenedForm, sent: QueryDict, *, is_saved: bool) -> HttpResponse:
        """What was saved while one types: the fields stay as they stand. After a choice they are shown anew."""
        if is_saved and any(name.startswith(CHOICE) for name in sent):
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        context = self._context(opened) | {
            "is_saved": is_saved,
            "opened_token": opened.token_beside(self._saved_parts() if is_saved else ()),
            "overtaken": opened.overtaken,
            "is_beside": True,
        }
        return fragment(self.request, "agreements/guided.html#beside", context)

    def _saved_parts(self) -> list[Any]:
        kept = Draft(initial_of(self.document), self.document.effective_on.year, None, is_signed=True)
        return [*kept.parts, EveryMonthForm(self.document)]

    def _context(self, opened: OpenedForm) -> dict[str, Any]:
        request, today = self.request, today_of(self.agreement, self.request.now)
        meaning, states = states_of(self.draft, self.step.key, self.request.now, self.seen)
        keys, key = list(STEPS), self.step.key
        place = keys.index(key)
        is_last = place == len(keys) - 1
        return {
            "agreement": self.agreement,
            "draft": self.draft,
            "step": self.step,
            "number": place + 1,
            "count": len(keys),
            "before": keys[place - 1] if place else "",
            "form": self.form,
            "parts": self.parts,
            "has_rows": any(part.formset for part in self.parts),
            "opened": opened,
            "states": states,
            "follows": consequences(key, meaning),
            "work": meaning.shown_work if key in ("target", "often") or is_last else None,
            "has_months": self.has_months,
            "months_differ": self._months_differ(meaning.document),
            "is_last": is_last,
            "parties": meaning.parties,
            "signs": bool(sides_signed_by(self.agreement, request.user, today)),
            **(self._as_it_will_read(meaning) if is_last else {}),
            "edit_url": reverse("agreements:draft", args=[self.agreement.slug]) + f"#{self.step.anchor}",
            "errors": [error for form in (self.form.heading, self.form.calendar) for error in form.non_field_errors()],
            "saved_at": date_format((self.draft.made_at or request.now).astimezone(meaning.zone), "TIME_FORMAT"),
            "now": request.now,
            **(team_names(request.access) if self.has_months else {}),
        }

    def _as_it_will_read(self, meaning: Meaning) -> dict[str, Any]:
        reading = ReadAgreement(self.document, meaning.today)
        return {
            "reading": reading,
            "chapters": reading.chapters_of_text,
            "leads_promised": meaning.numbers.leads if meaning.numbers else None,
            "quota_promised": self.document.quotas.get(meaning.first_month),
        }

    def _months_differ(self, document: AgreementDocument) -> list[tuple[Any, int]]:
        """The months with their leads, where not every month has the same."""
        found = [(month, numbers) for month in first_months(document) if (numbers := numbers_of(document, month))]
        leads = [(month, numbers.leads) for month, numbers in found]
        return leads if len({count for _month, count in leads}) > 1 else []


def _writable(request: PortalRequest, slug: str) -> Agreement:
    agreement = visible_or_written(request, slug)
    request.access.check(Verb.AMEND, agreement)
    return agreement


def _gone(request: PortalRequest, agreement: Agreement) -> HttpResponse:
    """Proposed or thrown away in the meantime."""
    say(
        request,
        _("There is no draft that both sides write in: it has been proposed or discarded."),
        level=messages.INFO,
    )
    to = reverse("agreements:versions", args=[agreement.slug])
    if is_partial(request):
        return HttpResponse(status=204, headers={"HX-Redirect": to})
    return redirect(to)


def _bring_along(formset: Any, data: QueryDict) -> None:
    """What a page without these rows does not send of them: how many there are, and which."""
    hidden = [bound for form in formset.forms for bound in form.hidden_fields()]
    for bound in [*formset.management_form, *hidden]:
        data.setlist(bound.html_name, as_sent(bound))


def _know_what_is_kept(formset: Any, data: QueryDict) -> None:
    """A page that stays open knows less rows than are kept by now; one that is emptied is taken out, as if ticked."""
    there = min(whole(data.get(f"{formset.prefix}-TOTAL_FORMS", "")) or 0, formset.initial_form_count())
    data[f"{formset.prefix}-INITIAL_FORMS"] = str(there)
    empty = formset.empty_form
    for row in range(there):
        start = f"{formset.prefix}-{row}-"
        if is_emptied(empty, {name: data.getlist(start + name) for name in empty.fields}):
            data[f"{formset.prefix}-{row}-DELETE"] = "on"
