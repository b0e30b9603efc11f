"""Problems of files and cells in the reader's language."""

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from leads.doors.files.reading.columns import FIELDS, REQUIRED
from leads.models import RejectedRow
from smarketing.lib.amounts import ways
from smarketing.lib.file_problems import FileProblem, RefusedFile

WORDS = {
    # a file
    "empty": _("The file is empty."),
    "header_only": _("The file has a header but no rows."),
    "no_text": _("This is not a text file. Export it as CSV."),
    "broken_workbook": _("This workbook cannot be read. Open it in a spreadsheet program, save it and send it again."),
    "large_workbook": _("This workbook is too large, or pretends to be small. Save the sheet as CSV."),
    "no_results": _(
        "The sheet has formulas whose results are not in the file. Open it in a spreadsheet program, save it and send "
        "it again."
    ),
    "nobody_asks": _("Say who asks, by one of these: %(detail)s."),
    "missing_part": _(
        "A part of this workbook is missing: %(detail)s. Open it in a spreadsheet program, save it and send it again."
    ),
    "no_table_sheet": _("This workbook has no sheet with rows."),
    "no_sheet": _("The workbook has no sheet “%(detail)s”."),
    "too_many_rows": _("The file has more than %(detail)s rows."),
    "no_months": _("No row with a month and an amount was found, like 2026-03;1234.50."),
    "too_many_columns": _("The file has more than %(detail)s columns."),
    "too_many_open_quotes": _("Too many quotation marks are never closed; reading stopped at line %(detail)s."),
    "too_many_blank_lines": _("The file is empty for a million lines; reading stopped at line %(detail)s."),
    "missing_fields": _("No column was recognised for: %(detail)s."),
    "unclear_date_order": _("The dates can be read in two ways (3/4 is the third of April or the fourth of March)."),
    "unclear_decimal_mark": _("The amounts can be read in two ways (1.234 is over a thousand, or just over one)."),
    "wrong_constant": _("A constant cannot be read: %(detail)s"),
    "file_gone": _("The file is no longer here."),
    "file_changed": _("The stored file is not the one that was sent. Send it again: what was imported is kept."),
    "gave_up": _(
        "The import broke off three times right after line %(detail)s and was given up. What was imported is kept; "
        "the next line needs a look."
    ),
    "interrupted": _("The import was interrupted. Start it again: what has been imported stays as it is."),
    "failed": _("Something went wrong on our side. What had been imported by then is kept; try again."),
    # an option
    "unknown_encoding": _("“%(detail)s” is not a text encoding used for tables."),
    "unknown_delimiter": _("“%(detail)s” cannot separate columns."),
    "unknown_time_zone": _("“%(detail)s” is not a time zone."),
    "no_column": _("The file has no column “%(detail)s”."),
    "column_twice": _("More than one column is called “%(detail)s”."),
    "no_such_line": _("The file has no line %(detail)s, or that line is empty."),
    "no_field": _("There is no field “%(detail)s” in these rows."),
    "field_twice": _("“%(detail)s” is given both as a column and as a constant."),
    # what a program sends
    "no_object": _("This is not an object with names and values."),
    "no_text_value": _("This is not a text."),
    "no_option": _("This is not one of: %(detail)s."),
    "no_rfc_date": _("This is not a date or time like 2026-03-02T09:30:00+01:00."),
    "no_currency": _("This is not a currency like EUR."),
    "no_parameter": _("There is no parameter “%(detail)s”."),
    "no_value": _("This parameter cannot have such a value."),
    "say_which": _("Say which agreement is meant."),
    "id_elsewhere": _("A record of another lead has this id already."),
    "handed_before_created": _("The lead was handed over before it was created."),
    "kept_otherwise": _("Something else is kept here, and was not changed."),
    # a row
    "too_long_record": _("The line is too long for a row of a table."),
    "open_quote": _("The quotation marks of this row do not match."),
    "too_few_cells": _("The row has too few cells (%(detail)s)."),
    "too_many_cells": _("The row has too many cells (%(detail)s)."),
    # a cell
    "required": _("This must not be empty."),
    "nobody": _("Neither an id nor an e-mail address or a telephone number says who this is."),
    "undecodable": _("Some characters do not belong to the file's encoding."),
    "control_characters": _("It contains control characters."),
    "too_long": _("This is longer than %(detail)s characters."),
    "no_email": _("This is not an e-mail address."),
    "more_addresses": _("There is more than one e-mail address; the first one was used."),
    "ruined_number": _("A spreadsheet has shortened this number; its last digits are lost."),
    "no_date": _("This is not a date or time."),
    "no_such_day": _("There is no such day or time."),
    "other_date_order": _("This date is written in another order than year, month, day."),
    "long_ago": _("This is before 1970."),
    "in_future": _("This is in the future."),
    "no_number": _("This is not an amount."),
    "no_count": _("This is not a whole number."),
    "negative": _("This is below zero."),
    "unclear_amount": _("This amount can be read in two ways."),
    "two_ways": _("“%(text)s” can be read in two ways: write %(whole)s or %(small)s."),
    "other_currency": _("This is not the agreement's currency: %(detail)s."),
    "too_large": _("This is too large."),
    "no_month": _("This is not a month."),
    "month_twice": _("This month is there twice."),
    "no_choice": _("“%(detail)s” is not one of the known values."),
    "no_country": _("“%(detail)s” is no country known here: write its name in English, German or Danish, or a code."),
    "no_language": _("“%(detail)s” is no language known here: write its name in English, German or Danish, or a code."),
}
FORMATS = {
    "workbook": _("This is a workbook of an older or protected kind. Save it as XLSX or CSV."),
    "image": _("This is a picture, not a table."),
    "document": _("This is a document, not a table. Export the table as CSV."),
    "archive": _("This is an archive. Unpack it first."),
}


def worded(problem: FileProblem) -> str:
    if problem.code == "no_text" and problem.detail in FORMATS:
        return str(FORMATS[problem.detail])
    if problem.code == "wrong_constant":
        return str(WORDS[problem.code]) % {"detail": worded(FileProblem.parse(problem.detail))}
    if problem.code == "two_ways":
        return str(WORDS[problem.code]) % ways(problem.detail)
    if problem.code == "missing_fields":
        return str(WORDS[problem.code]) % {"detail": ", ".join(map(_alternatives, problem.detail.split(", ")))}
    words = WORDS.get(problem.code)
    return str(words) % {"detail": problem.detail} if words else problem.code


def _alternatives(fields: str) -> str:
    return " / ".join(f"{field_name(field)} ({field})" for field in fields.split("/"))


def told(row: RejectedRow) -> str:
    """The reason why a row was rejected, or what it was taken without."""
    reason = worded(FileProblem.parse(row.reason))
    return gettext("Taken without this cell: %(reason)s") % {"reason": reason} if row.is_taken else reason


def refusal(error: RefusedFile, kind: str) -> str:
    """Why a file is refused, with its columns and those expected, for the command line."""
    lines = [worded(error.problem)]
    if error.columns:
        lines.append(gettext("Columns of the file: %(columns)s.") % {"columns": ", ".join(error.columns[:100])})
    if error.problem.code == "missing_fields":
        optional = [field for field in FIELDS[kind] if field not in REQUIRED[kind]]
        expected = {"required": ", ".join(REQUIRED[kind]), "optional": ", ".join(optional)}
        lines.append(gettext("Expected: %(required)s; and where there are any: %(optional)s.") % expected)
        lines.append(gettext("Name a column with --map field=column, or give a constant with --set field=value."))
        lines.append(gettext("Name the line in which the header stands with --header LINE, or say --no-header."))
    if error.problem.code == "unclear_date_order":
        lines.append(gettext("Say which is meant with --date-order dmy or --date-order mdy."))
    if error.problem.code == "unclear_decimal_mark":
        lines.append(gettext("Say which is meant with --decimal comma or --decimal point."))
    return "\n".join(lines)


def field_name(field: str) -> str:
    return str(FIELD_NAMES[field])


FIELD_NAMES = {
    "external_id": _("Lead's external id"),
    "created_at": pgettext_lazy("lead", "Created"),
    "handed_at": _("Handed over"),
    "attempted_at": _("When"),
    "closed_at": _("Closed"),
    "source": _("Source"),
    "tier": _("Tier"),
    "email": _("E-mail"),
    "name": _("Name"),
    "company": _("Company"),
    "phone": _("Phone"),
    "value": _("Value"),
    "channel": _("Channel"),
    "result": _("Result"),
    "rep": _("Rep"),
    "lead_email": _("Lead's e-mail"),
    "lead_phone": _("Lead's phone"),
    "note": _("Note"),
    "outcome": _("Outcome"),
    "revenue": _("Revenue"),
    "reason": _("Reason"),
    "handoff_id": _("Handoff's id"),
    "accepted_at": _("Accepted"),
    "returned_at": _("Returned"),
    "return_reason": _("Reason for the return"),
    "return_note": _("Note on the return"),
    "outside_reason": _("Why handed over outside the criteria"),
    "attempt_id": _("Attempt's id"),
    "direction": _("Direction"),
    "deal_id": _("Deal's id"),
    "currency": _("Currency"),
    "job_title": _("Job title"),
    "company_size": _("Company size"),
    "country": _("Country"),
    "language": _("Language"),
    "campaign": _("Campaign"),
    "score": _("Score"),
    "active_on": _("Last active on"),
    "consent": _("Consent to be contacted"),
    "question": _("Question asked"),
    "asked_at": _("Asked"),
    "inquiry_id": _("Inquiry's id"),
}
