"""The forms of an import: the file, and how it is to be read."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date, datetime
from typing import Any, BinaryIO, cast
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement
from leads.doors.files.drafts import drafted, read_first, text_of
from leads.doors.files.preview import choices_of
from leads.doors.files.reading.choices import OPEN, compared, own_words
from leads.doors.files.reading.columns import FIELDS, REQUIRED
from leads.doors.files.reading.dialect import DELIMITERS
from leads.doors.files.reading.recognition import Plan
from leads.doors.files.wording import field_name, worded
from leads.enums import RowKind
from leads.models import ImportRun
from smarketing.lib.choosing import OneRow
from smarketing.lib.file_problems import RefusedFile, Unreadable

LARGEST = 500 * 2**20
CONSTANT = "="
WON = "created_at"
SAME_FOR_ALL = frozenset({"source", "tier", "campaign", "country", "language", "consent", "rep"})
TABLE = frozenset({"delimiter", "encoding", "header"})  # with another of these all columns are other ones


def opened(file: Any) -> BinaryIO:
    """An upload or a stored file as a binary file."""
    return cast("BinaryIO", file)


class UploadForm(forms.Form):
    agreement = OneRow(Agreement.objects.none(), label=_("Agreement"), empty_label=None)
    kind = forms.ChoiceField(label=_("What is in a row"), choices=RowKind.choices, widget=forms.RadioSelect)
    file = forms.FileField(
        label=_("File (CSV or XLSX)"), widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xlsm,text/csv"})
    )

    def __init__(self, *args: Any, agreements: QuerySet[Agreement], at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = at
        self.fields["agreement"].queryset = agreements  # type: ignore[attr-defined]

    def clean_file(self) -> "UploadedFile[Any]":
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST:
            raise forms.ValidationError(
                _("The file is larger than %(size)s MB. Split it, or use the command line."),
                params={"size": LARGEST // 2**20},
            )
        return file

    def clean(self) -> dict[str, Any]:
        """Refuses here what is no table at all; what is unclear is asked on the next page."""
        found = self.cleaned_data
        if {"agreement", "kind", "file"} <= found.keys():
            text = None
            try:
                text = text_of(opened(found["file"].file), found["kind"])
                run = ImportRun(agreement=found["agreement"], kind=found["kind"])
                plan = read_first(text, run, self.at)
            except (RefusedFile, Unreadable) as error:
                if text:
                    text.close()
                self.add_error("file", worded(error.problem))
            else:
                run.options = plan.options()
                found |= {"text": text, "run": run}
        return found

    def draft(self, *, by: Any) -> ImportRun:
        found = self.cleaned_data
        found["run"].by = by
        with closing(found["text"]):
            return drafted(found["run"], found["file"], found["text"])


class ReadingForm(forms.Form):
    """How the file is read. What is chosen for a column is its number, several numbers, or a constant.

    `lines` are those among which the header may be; `foreign` are words of the file, each with its field, that need
    somebody to say what they mean.
    """

    sheet = forms.ChoiceField(label=_("Sheet"))
    header = forms.TypedChoiceField(label=_("Names of the columns"), coerce=int, required=False, empty_value=None)
    delimiter = forms.ChoiceField(label=_("Columns are divided by"))
    encoding = forms.ChoiceField(label=_("Encoding"))
    date_order = forms.ChoiceField(label=_("Dates"), required=False)
    decimal_mark = forms.ChoiceField(label=_("Decimal mark"), required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"), help_text=_("For times without an offset of their own."))
    won_on = forms.DateField(
        label=_("Created on"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("No column says when. All leads of the file are taken as created on this day."),
    )
    empties = forms.CharField(
        label=_("Words for an empty cell"),
        required=False,
        max_length=300,
        widget=forms.TextInput({"placeholder": _("n/a, -, none")}),
        help_text=_("Divided by commas."),
    )
    hand_over = forms.BooleanField(label=_("Hand each new lead over at the time it was created"), required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        run: ImportRun,
        plan: Plan,
        at: datetime,
        lines: list[tuple[int, str]],
        foreign: list[tuple[str, str]],
        spelled: Mapping[str, Sequence[str]],
    ) -> None:
        super().__init__(data, initial={**_initial(plan), "sheet": run.sheet})
        self.plan, self.foreign, self.spelled = plan, foreign, spelled
        self._today = at.astimezone(ZoneInfo(plan.time_zone)).date()
        self.fields["sheet"].choices = _sheets(run)  # type: ignore[attr-defined]
        for name in ("delimiter", "encoding") if run.sheet else ("sheet",):
            del self.fields[name]
        for name, choices in {**_reading_choices(plan), "header": _header_choices(plan, lines)}.items():
            if name in self.fields:
                self.fields[name].choices = choices  # type: ignore[attr-defined]
        for number, (field, word) in enumerate(foreign):
            self.fields[f"word_{number}"] = _word_field(plan, field, word, spelled.get(field, ()))
        if plan.kind != RowKind.LEADS or WON in plan.mapped:
            del self.fields["won_on"]
        if plan.kind != RowKind.LEADS:
            del self.fields["hand_over"]
        for field in FIELDS[plan.kind]:
            if field in SAME_FOR_ALL:
                self.fields[f"always_{field}"] = _always(plan, field)
            self.fields[f"column_{field}"] = forms.ChoiceField(
                label=field_name(field),
                choices=_column_choices(plan, field),
                required=False,
                widget=forms.Select(attrs={"class": "form-select"}),
            )

    @property
    def reading(self) -> list[forms.BoundField]:
        return [
            bound for bound in self if bound.name.partition("_")[0] not in ("always", "column", "word", "hand", "won")
        ]

    @property
    def words(self) -> list[forms.BoundField]:
        return [self[f"word_{number}"] for number in range(len(self.foreign))]

    @property
    def columns(self) -> list[tuple[forms.BoundField, bool, forms.BoundField | None]]:
        """Each field with whether it is needed, and where a word for all rows can be typed in the place of a column."""
        return [(self[f"column_{name}"], self._is_needed(name), self._always(name)) for name in FIELDS[self.plan.kind]]

    def _is_needed(self, name: str) -> bool:
        return name in REQUIRED[self.plan.kind] and not (name == WON and "won_on" in self.fields)

    def _always(self, name: str) -> forms.BoundField | None:
        return self[f"always_{name}"] if name in SAME_FOR_ALL and name not in self.plan.mapped else None

    @property
    def other_sheet(self) -> str:
        """The sheet that was chosen in the place of the one that is read."""
        return str(self.cleaned_data["sheet"]) if "sheet" in self.changed_data else ""

    def clean_won_on(self) -> date | None:
        on: date | None = self.cleaned_data["won_on"]
        if on and on > self._today:
            raise forms.ValidationError(_("This is in the future."))
        return on

    def clean_header(self) -> int:
        line: int | None = self.cleaned_data["header"]
        return self.plan.header if line is None else line

    def _is_other_table(self) -> bool:
        return any(name in TABLE or name.startswith("column_") for name in self.changed_data)

    def options(self) -> dict[str, Any]:
        """What to keep with the run. What was recognised from other cells is recognised anew."""
        found = self.cleaned_data
        stale = {"date_order", "decimal_mark"} - set(self.changed_data) if self._is_other_table() else set()
        names = ("delimiter", "encoding", "date_order", "decimal_mark", "time_zone", "hand_over")
        options: dict[str, Any] = {name: found[name] for name in names if name in found and name not in stale}
        chosen = {field: found[f"column_{field}"] for field in FIELDS[self.plan.kind]}
        fixed = {field: value for field, value in chosen.items() if value.startswith(CONSTANT)}
        options["constants"] = {field: value.removeprefix(CONSTANT) for field, value in fixed.items()}
        typed = {field: found.get(f"always_{field}", "").strip() for field in SAME_FOR_ALL & chosen.keys()}
        options["constants"] |= {field: word for field, word in typed.items() if word and not chosen[field]}
        if self.plan.is_sheet:
            options |= {"encoding": self.plan.encoding, "delimiter": self.plan.delimiter}
        if found.get("won_on") and not chosen[WON]:
            options["constants"][WON] = found["won_on"].isoformat()
        options["header"], options["has_header"] = found["header"], found["header"] > 0
        options["words"] = self._said()
        options["empties"] = [word for part in found["empties"].split(",") if (word := part.strip())]
        if not TABLE & set(self.changed_data):
            options["wanted"] = {
                field: [self.plan.labels[int(index)] for index in value.split("+") if index]
                for field, value in chosen.items()
                if field not in options["constants"]
            }
        return options

    def _said(self) -> dict[str, dict[str, str]]:
        words: dict[str, dict[str, str]] = {}
        for number, (field, word) in enumerate(self.foreign):
            if ours := self.cleaned_data[f"word_{number}"]:
                words.setdefault(field, {})[word] = ours
        return words


def _initial(plan: Plan) -> dict[str, Any]:
    names = ("header", "delimiter", "encoding", "date_order", "decimal_mark", "time_zone", "hand_over")
    columns = {f"column_{field}": "+".join(map(str, indexes)) for field, indexes in plan.mapped.items()}
    constants = {f"column_{field}": f"{CONSTANT}{value}" for field, value in plan.constants.items()}
    constants |= {f"column_{field}": "" for field in SAME_FOR_ALL}
    constants |= columns
    won = {"won_on": plan.constants.get(WON, ""), f"column_{WON}": ""} if WON in plan.constants else {}
    return {
        **{name: getattr(plan, name) for name in names},
        **columns,
        **constants,
        **won,
        "empties": ", ".join(plan.empties),
    }


def _sheets(run: ImportRun) -> list[tuple[str, str]]:
    return [(name, gettext("%(sheet)s (hidden)") % {"sheet": name} if hidden else name) for name, hidden in run.sheets]


def _header_choices(plan: Plan, lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    known = {plan.header: "", **dict(lines)} if plan.header else dict(lines)
    named = [
        (line, gettext("Line %(line)d: %(text)s") % {"line": line, "text": known[line][:60]}) for line in sorted(known)
    ]
    return [*named, (0, gettext("The file has none; the columns are called 1, 2, …"))]


def _always(plan: Plan, field: str) -> forms.CharField:
    """What stands for this in every row, where no column tells it."""
    lists = {"country": "known-countries", "language": "known-languages"}
    own = {"list": lists.get(field, f"known-{field}"), "placeholder": gettext("the same in all rows")}
    widget = forms.TextInput({"class": "form-control mt-1", **own})
    label = gettext("%(field)s, the same in all rows") % {"field": field_name(field)}
    return forms.CharField(
        label=label, required=False, max_length=100, initial=plan.constants.get(field, ""), widget=widget
    )


def _word_field(plan: Plan, field: str, word: str, spelled: Sequence[str]) -> forms.ChoiceField:
    own = list(choices_of(plan, field).items()) or [(one, one) for one in spelled]
    nothing = _("a new word") if spelled else _("not known")
    still_open = [(OPEN, _("Open"))] if field == "outcome" else []
    return forms.ChoiceField(
        label=f"{field_name(field)}: {word[:80]}",
        choices=[("", nothing), *own, *still_open],
        initial=own_words(plan.words, field).get(compared(word), ""),
        required=False,
    )


def _reading_choices(plan: Plan) -> dict[str, list[tuple[str, Any]]]:
    delimiters = {",": _("Comma"), ";": _("Semicolon"), "\t": _("Tab"), "|": _("Vertical bar")}
    encodings = {"utf-8": "UTF-8", "utf-16": "UTF-16", "cp1252": _("Windows (cp1252)")}
    encodings |= {"mac-roman": _("Macintosh (old)"), "cp850": _("DOS (cp850)")}
    orders = [("iso", _("Year, month, day")), ("dmy", _("Day, month, year")), ("mdy", _("Month, day, year"))]
    unclear = [] if plan.date_order else [("", _("Please choose"))]
    unclear_mark = [] if plan.decimal_mark else [("", _("Please choose"))]
    return {
        "delimiter": [(sign, delimiters[sign]) for sign in DELIMITERS],
        "encoding": list({plan.encoding: plan.encoding, **encodings}.items()),
        "date_order": [*unclear, *orders],
        "decimal_mark": [*unclear_mark, (".", _("Point: 1,234.50")), (",", _("Comma: 1.234,50"))],
        "time_zone": [(zone, zone) for zone in sorted({plan.time_zone, *available_timezones()})],
    }


def _column_choices(plan: Plan, field: str) -> list[tuple[str, Any]]:
    return [("", _("not in this file")), *_columns(plan, field), *_constants(plan, field)]


def _columns(plan: Plan, field: str) -> Iterator[tuple[str, str]]:
    indexes = plan.mapped.get(field, ())
    if len(indexes) > 1:
        yield "+".join(map(str, indexes)), plan.columns[field]
    for index, label in enumerate(plan.labels):
        yield str(index), label


def _constants(plan: Plan, field: str) -> Iterator[tuple[str, str]]:
    known = choices_of(plan, field)
    if field in plan.constants and field not in (WON, *SAME_FOR_ALL):
        known.setdefault(plan.constants[field], plan.constants[field])
    for value, label in known.items():
        yield f"{CONSTANT}{value}", gettext("always: %(value)s") % {"value": label}
