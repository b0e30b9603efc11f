"""What an edit form was opened on, so that nobody overwrites unseen what somebody else has saved meanwhile.

The form carries, signed, what each field was shown with. When it is sent, a field that was not touched gets what is
kept by now; one that was touched and that somebody else has changed is shown with both values, and the person chooses.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django import forms
from django.core import signing
from django.forms.boundfield import BoundField
from django.forms.formsets import BaseFormSet
from django.http import QueryDict
from django.utils.translation import gettext

from smarketing.lib.numbers import NOTHING

FIELD = "opened_on"
CHOICE = "stands-"
Values = dict[str, list[str]]  # name in the page -> what a browser sends of it; without what is empty
Part = Any  # a form or a formset, unbound, of what is kept now


@dataclass(frozen=True)
class Entry:
    """What is kept or replaced as a whole: a field, or all rows of a formset. `sent` is None where it was not sent."""

    key: str
    label: str
    kept: Values
    sent: Callable[[QueryDict], Values | None]
    said: Callable[[Values], str]


@dataclass(frozen=True)
class Contradiction:
    """A field that this person and another have changed, each to something else."""

    key: str
    label: str
    mine: str
    theirs: str

    @property
    def choice(self) -> str:
        return CHOICE + self.key


class OpenedForm:
    """`data` is for the form: what was sent, with what is kept by now where nothing was touched.

    `place` is the address that the form is sent to: what it was opened on is worth nothing at another. Who sends a form
    without it knows what is kept. Of a page that shows a part of the fields, `shown` are the keys of their entries: all
    others are kept.
    """

    def __init__(
        self, parts: Iterable[Part], data: QueryDict | None, place: str, shown: Collection[str] | None = None
    ) -> None:
        self.place, self.shown = place, shown
        self.entries = [entry for part in parts for entry in entries_of(part)]
        self.touched: set[str] = set()
        self.contradictions: list[Contradiction] = []
        self.overtaken: list[str] = []
        self._in_page: dict[str, tuple[Values, Values | None]] = {}  # what it shows; of what is not touched, what stood
        self.data = data.copy() if data else None
        if data:
            self._compare(data)

    def _compare(self, data: QueryDict) -> None:
        opened_on, asked, stood = self._read(data.get(FIELD, ""))
        for entry in self.entries:
            if self.shown is not None and entry.key not in self.shown:
                self._put(entry)
                continue
            mine, choice = entry.sent(data), data.get(CHOICE + entry.key)
            shown = opened_on.get(entry.key, entry.kept)
            before = stood.get(entry.key, shown)
            is_touched = mine is not None and mine != shown
            self._in_page[entry.key] = (mine or {}, None) if is_touched else (shown, before)
            if not is_touched and before != entry.kept:
                self.overtaken.append(entry.label)
            if mine is None or mine == shown or choice == "theirs":
                self._put(entry)
            elif mine != entry.kept:
                self.touched.add(entry.key)
                if entry.said(mine) == entry.said(entry.kept):  # sent already, by a page that has not heard of it
                    continue
                if before != entry.kept or (entry.key in asked and choice != "mine"):
                    theirs = entry.said(entry.kept)
                    self.contradictions.append(Contradiction(entry.key, entry.label, entry.said(mine), theirs))

    def _put(self, entry: Entry) -> None:
        assert self.data is not None
        for name in [name for name in self.data if name == entry.key or name.startswith(f"{entry.key}-")]:
            del self.data[name]
        for name, values in entry.kept.items():
            self.data.setlist(name, values)

    def _read(self, token: str) -> tuple[dict[str, Values], list[str], dict[str, Values]]:
        """Of a token that is not ours nothing is believed: all that is kept is then somebody else's."""
        if not token:
            return {}, [], {}
        try:
            opened_on, asked, stood = signing.loads(token, salt=self._salt)
        except signing.BadSignature:
            return {entry.key: {"": ["?"]} for entry in self.entries}, [], {}
        return opened_on, asked, stood

    @property
    def _salt(self) -> str:
        return f"{FIELD} {self.place}"

    @property
    def token(self) -> str:
        return self._signed({entry.key: entry.kept for entry in self.entries})

    def token_beside(self, saved: Iterable[Part] = ()) -> str:
        """For a page that stays as it is typed: what it shows, and what is kept of that since it was `saved`."""
        after = {entry.key: entry.kept for part in saved for entry in entries_of(part)}
        kept = {entry.key: entry.kept for entry in self.entries}
        shown, stood = {}, {}
        for key, (in_page, before) in self._in_page.items():
            is_mine = before is None and key in after
            shown[key] = in_page if is_mine or before is not None else kept[key]
            stood[key] = after[key] if is_mine else kept[key] if before is None else before
        return self._signed(shown, stood)

    def _signed(self, shown: dict[str, Values], stood: dict[str, Values] | None = None) -> str:
        asked = [contradiction.key for contradiction in self.contradictions]
        return signing.dumps((shown, asked, stood or {}), salt=self._salt, compress=True)

    def allows(self, form: Any) -> bool:
        """Whether what was sent may be saved: the form is sound, and nothing has to be chosen."""
        return self.data is not None and form.is_valid() and not self.contradictions


def entries_of(part: Part) -> Iterator[Entry]:
    if not isinstance(part, BaseFormSet):
        yield from (_field(bound) for bound in part if not bound.field.disabled)
    elif part.can_delete or part.extra:  # its rows come and go: a number of a row says little
        yield _rows(part)
    else:
        for form in part.forms:
            yield from (_field(bound, f"{form.words} · ") for bound in form.visible_fields())


def _field(bound: BoundField, prefix: str = "") -> Entry:
    name, widget = bound.html_name, bound.field.widget

    def sent(data: QueryDict) -> Values | None:
        return None if widget.value_omitted_from_data(data, {}, name) else _filled({name: data.getlist(name)})

    def said(values: Values) -> str:
        return _said(bound, values.get(name, []))

    return Entry(name, f"{prefix}{bound.label}", _filled({name: as_sent(bound)}), sent, said)


def _rows(formset: Any) -> Entry:
    forms_of_it = [formset.management_form, *formset.forms]
    kept = {bound.html_name: as_sent(bound) for form in forms_of_it for bound in form}
    start = f"{formset.prefix}-"

    def sent(data: QueryDict) -> Values | None:
        if f"{start}TOTAL_FORMS" not in data:
            return None
        names = [name for name in data if name.startswith(start) and "__prefix__" not in name]
        return _filled({name: data.getlist(name) for name in names})

    def said(values: Values) -> str:
        return "; ".join(_said_rows(formset, values)) or NOTHING

    label = formset.form.words if hasattr(formset.form, "words") else formset.model._meta.verbose_name_plural
    return Entry(formset.prefix, str(label), _filled(kept), sent, said)


def _said_rows(formset: Any, values: Values) -> Iterator[str]:
    rows: dict[str, dict[str, list[str]]] = {}
    for name, sent in values.items():
        if found := re.fullmatch(rf"{re.escape(formset.prefix)}-(\d+)-(\w+)", name):
            rows.setdefault(found[1], {})[found[2]] = sent
    empty = formset.empty_form
    nothing = {bound.name: _filled({"": as_sent(bound)}).get("", []) for bound in empty}
    for row in rows.values():
        if "DELETE" not in row and any(row.get(name, []) != nothing[name] for name in nothing):
            yield " · ".join(_said(empty[name], row[name]) for name in empty.fields if name in row)


def as_sent(bound: BoundField) -> list[str]:
    """What a browser sends of a field that nobody has touched."""
    widget, value = bound.field.widget, bound.value()
    if isinstance(widget, forms.CheckboxInput):
        return ["on"] if widget.check_test(value) else []
    if isinstance(widget, forms.Select) and not widget.allow_multiple_selected and value in (None, ""):
        return [str(choice) for choice, _label in islice(widget.choices, 1)]
    shown = widget.format_value(value)
    return [str(one) for one in (shown if isinstance(shown, list | tuple) else [shown]) if one is not None]


def _filled(values: Values) -> Values:
    tidy = {name: [one.replace("\r\n", "\n").strip() for one in sent] for name, sent in values.items()}
    return {name: sent for name, sent in tidy.items() if any(sent)}


def _said(bound: BoundField, values: list[str]) -> str:
    if isinstance(bound.field.widget, forms.CheckboxInput):
        return gettext("yes") if values else gettext("no")
    if isinstance(bound.field, forms.ChoiceField):
        choices: Any = bound.field.choices
        known = {str(choice): str(label) for choice, label in choices}
        values = [known.get(value, value) for value in values]
    return ", ".join(values) or NOTHING
