"""Templates of the house: copied from a template or an agreement, changed, deleted."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from agreements.document.beginnings import AgreementTemplate, text_from, unnamed
from agreements.document.faults import LONGEST, DocumentError, DocumentProblem
from agreements.document.keeping import MOST_KEPT, TooManyTemplates, keep, sound_template
from agreements.document.stored import document_of
from agreements.models import KeptTemplate
from agreements.pages.fetch import editable
from agreements.pages.writing.begin import as_it_reads, language_now, template_or_404
from agreements.pages.writing.forms import BeginForm, problem_words
from smarketing.accounts.access import writers
from smarketing.lib.notices import say
from smarketing.lib.opened import OpenedForm
from smarketing.lib.request import PortalRequest

LONGEST_NAME = 100
SHOWN_OF_A_LINE = 60


class TemplateForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)
    description = forms.CharField(
        label=_("Description"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("of no certain language")), *settings.LANGUAGES]
    )
    text = forms.CharField(
        label=_("Text (TOML)"),
        max_length=LONGEST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "text-of-file"}),
        help_text=_("Words in braces like {marketing}, {sales} or {leads} are put in when an agreement begins."),
    )

    def __init__(self, row: KeptTemplate, data: object = None) -> None:
        self.row = row
        super().__init__(data, initial={name: getattr(row, name) for name in self.base_fields})  # type: ignore[arg-type]

    def clean(self) -> None:
        """Of a text that makes no template every fault, with its line."""
        super().clean()
        if self.errors:
            return
        for name in self.fields:
            setattr(self.row, name, self.cleaned_data[name])
        try:
            sound_template(self.row)
        except DocumentError as error:
            lines = self.row.text.splitlines()
            self.add_error("text", [_told(problem, lines) for problem in error.problems])


def _told(problem: DocumentProblem, lines: list[str]) -> str:
    """The line itself too, for a field has no line numbers."""
    words = problem_words(problem)
    line = lines[problem.line - 1].strip() if problem.line and problem.line <= len(lines) else ""
    return f"{words} ({line[:SHOWN_OF_A_LINE]})" if line else words


@writers
@require_POST
def copy(request: PortalRequest, key: str) -> HttpResponse:
    one = template_or_404(key)
    named = gettext("%(name)s (copy)") % {"name": one.template.name[: LONGEST_NAME - 20]}
    text = one.text if one.is_kept else unnamed(one.text)
    return _kept(request, text, named, one.template.description, one.language)


@writers
@require_POST
def copy_agreement(request: PortalRequest, slug: str) -> HttpResponse:
    agreement = editable(request, slug)
    return _kept(request, text_from(document_of(agreement)), agreement.name[:LONGEST_NAME], "", language_now())


@writers
@transaction.atomic
def change(request: PortalRequest, key: str) -> HttpResponse:
    kept = KeptTemplate.objects.select_for_update() if request.method == "POST" else KeptTemplate.objects.all()
    if request.method == "POST" and not kept.filter(key=key).exists():
        return _deleted_meanwhile(request, key)
    row = get_object_or_404(kept, key=key)
    beginning, form = _sound(row), TemplateForm(row)
    opened = OpenedForm([form], request.POST, request.path)
    if opened.data is not None:
        form = TemplateForm(row, opened.data)
    if opened.allows(form):
        row.by, row.at = request.user, request.now
        row.save()
        say(request, gettext("Saved. This is how it will read."))
        return redirect("agreements:begin_from", key)
    today = timezone.localdate(request.now)
    begin = BeginForm(None, beginning=beginning, today=today) if beginning else None
    context = {
        "row": row,
        "form": form,
        "opened": opened,
        "beginning": beginning,
        **(as_it_reads(beginning, begin, today) if beginning and begin else {}),
    }
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "agreements/change_template.html", context, status=status)


def _deleted_meanwhile(request: PortalRequest, key: str) -> HttpResponse:
    """What was typed comes back; sent once more it is kept as a template of its own."""
    row = KeptTemplate(key=key)
    form = TemplateForm(row, request.POST)
    if form.is_valid() and "anew" in request.POST:
        return _kept(request, **{name: form.cleaned_data[name] for name in ("text", "name", "description", "language")})
    form.add_error(
        None, gettext("Somebody has deleted this template meanwhile. Save once more to keep it as a new one.")
    )
    context = {"row": row, "form": form, "opened": OpenedForm([], None, request.path), "beginning": None, "anew": True}
    return TemplateResponse(request, "agreements/change_template.html", context, status=422)


@writers
def delete(request: PortalRequest, key: str) -> HttpResponse:
    row = get_object_or_404(KeptTemplate, key=key)
    if request.method == "POST":
        row.delete()
        say(request, gettext("The template %(name)s is deleted.") % {"name": row.name})
        return redirect("agreements:begin")
    return TemplateResponse(request, "agreements/delete_template.html", {"row": row})


def _sound(row: KeptTemplate) -> AgreementTemplate | None:
    try:
        return sound_template(row)
    except DocumentError:
        return None


def _kept(request: PortalRequest, text: str, name: str, description: str, language: str) -> HttpResponse:
    told = {"name": name, "description": description, "language": language}
    try:
        made = keep(text, by=request.user, at=request.now, **told)
    except TooManyTemplates:
        words = gettext("There are %(n)d templates already: delete one first.") % {"n": MOST_KEPT}
        say(request, words, level=messages.WARNING)
        return redirect("agreements:begin")
    say(request, gettext("Copied: it is yours to change. Agreements that exist stay as they are."))
    return redirect("agreements:change_template", made.key)
