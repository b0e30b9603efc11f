"""The rows of the form in which an agreement is written: promises by measure, and the tables of clause groups."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.forms.formsets import BaseFormSet
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _

from agreements.document.groups.clause_group import MOST_ROWS, AnyGroup, Choice, ClauseRow
from agreements.document.groups.every_group import GROUPS
from agreements.pages.writing.kinds import choices, field_of
from agreements.place_words import NAMES, place_name
from agreements.promises.measures import MEASURES


class ClauseForm(forms.Form):
    """A promise of one measure: its fields are those that the promise declares."""

    measure: ClassVar[str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        promise = MEASURES[self.measure].promise
        for name, title in promise.words().items():
            self.fields[name] = field_of(promise.kinds()[name], capfirst(gettext(title)))
        help_text = _("Leave empty for all others.")
        self.fields["tier"] = forms.CharField(label=_("Tier"), required=False, max_length=60, help_text=help_text)


class GroupForm(forms.Form):
    """One table of a clause group: its fields are those that the group declares. What is missing the document says."""

    group: ClassVar[AnyGroup]
    leading = ""  # the list box that makes a row: without a choice there is none

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        table = self.group.table
        titles, hints, kinds = table.words(), table.hints(), table.kinds()
        must = [name for name in kinds if table.model_fields[name].is_required()]
        is_chosen_only = all(isinstance(kinds[name], Choice) for name in must)
        for name, kind in kinds.items():
            field = self.fields[name] = field_of(kind, capfirst(gettext(titles[name])))
            field.required, field.help_text = False, gettext(hints[name]) if hints[name] else ""
            if not table.model_fields[name].is_required():
                field.initial = table.model_fields[name].default
            elif isinstance(kind, Choice) and isinstance(field, forms.ChoiceField) and is_chosen_only:
                field.choices = [("", "–"), *choices(kind)]  # any choice fills the row, so it begins with none
            elif isinstance(kind, Choice):  # what a browser sends of an empty row too
                field.initial = kind.choices[0]
        first = table.named_by[0] if table.named_by else ""
        self.leading = first if isinstance(kinds.get(first), Choice) else ""

    def values(self) -> dict[str, Any]:
        """As they stand in the TOML form: what is empty is left out."""
        cleaned = {name: self.cleaned_data[name] for name in self.group.table.model_fields}
        return {name: value for name, value in cleaned.items() if value not in (None, "", ())}


class Rows(BaseFormSet):  # type: ignore[type-arg]
    """A page says how many rows it sends; less than none would be all of them taken out unseen."""

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_bound and self.management_form.is_valid() and self.total_form_count() < 0:
            self.non_form_errors().append(_("The page has sent its rows incompletely: load it again."))


def group_part(group: AnyGroup, data: QueryDict | None, rows: Sequence[ClauseRow]) -> Any:
    """The form or the formset of a group."""
    initial = [_as_shown(row.model_dump()) for row in rows]
    form = type("GroupForm", (GroupForm,), {"group": group, "words": gettext_lazy(group.name)})
    if not group.many:
        return form(data, initial=initial[0] if initial else None, prefix=group.key)
    formset: Any = forms.formset_factory(
        form, Rows, extra=1, can_delete=True, max_num=MOST_ROWS + 1, absolute_max=MOST_ROWS + 20
    )
    return formset(data, initial=initial, prefix=group.key)


def _as_shown(row: dict[str, Any]) -> dict[str, Any]:
    """Countries and languages by their names: read back, they are the same codes."""
    if row.get("fact") in NAMES and "value" in row:
        row["value"] = tuple(place_name(row["fact"], one) for one in row["value"])
    return row


def leave_out(rows: Any, name: str, choice: str) -> None:
    """A choice that is none here, but in rows that have it already."""
    for form in rows.forms:
        field = form.fields[name]
        if form.initial.get(name) != choice:
            field.choices = [(key, words) for key, words in field.choices if key != choice]


def promise_part(measure: str) -> str:
    """The name of the part in which promises of a measure are written: a clause group may be called like one."""
    return f"promised-{measure}" if measure in GROUPS else measure


def is_emptied(row: Any, sent: Mapping[str, list[str]]) -> bool:
    """Whether nothing is left in a row of a formset: what its list boxes and ticks say alone makes none.

    `sent` is what a browser sends of each field.
    """
    chosen = (forms.Select, forms.CheckboxInput)
    leading = getattr(row, "leading", "")
    typed = [leading] if leading else [n for n, field in row.fields.items() if not isinstance(field.widget, chosen)]
    return not any(one.strip() for name in typed for one in sent[name])


def clause_formset(measure: str) -> "type[BaseFormSet[ClauseForm]]":
    form = type("ClauseForm", (ClauseForm,), {"measure": measure, "words": _(MEASURES[measure].name)})
    most = 12 if MEASURES[measure].is_stated else 50  # one for each tier, and some
    return forms.formset_factory(form, Rows, extra=1, can_delete=True, max_num=most, absolute_max=most + 10)


CLAUSE_FORMSETS = {measure: clause_formset(measure) for measure in MEASURES}
