"""A list of rejects that is brought again without a change says what the file said, sign for sign."""

import csv
import io

import pytest
from django.urls import reverse

from tests.unit.leads.doors.files.files import taken

pytestmark = pytest.mark.django_db
CELLS = (
    *("=1+1", "'=1+1", "''", "-5", "+49 30 9018\u201320", "+49 30 1 ext. 2", "@x", "\uff1d1", "\u00a0=1", "\u200b=1"),
    *(
        "\u2028=1",
        "\ufeff=1",
        "\u00ad-x",
        "'\u202e=1",
        " Ada ",
        "\tAda",
        "a\nb",
        'say "hi"',
        "a;b",
        "Ærø 💥",
        "'",
        "\v=1",
    ),
)


def test_nothing_is_altered_on_the_way_out_and_in_again(north, administrator, signed_in):
    text = io.StringIO()
    csv.writer(text).writerows(
        [["lead_id", "created_at", "name"], *([f"n{n}", "never", c] for n, c in enumerate(CELLS))]
    )
    first = taken(north, "leads", text.getvalue())
    again = taken(north, "leads", rejects_of(first, signed_in(administrator)))
    assert values(first) == [[f"n{n}", "never", cell] for n, cell in enumerate(CELLS)]
    assert values(again) == values(first)
    assert rejects_of(again, signed_in(administrator)) == rejects_of(first, signed_in(administrator))


def rejects_of(run, client) -> bytes:
    return b"".join(client.get(reverse("leads:import_rejects", args=[run.pk])).streaming_content)


def values(run) -> list[list[str]]:
    return [row.values for row in run.rejects.all()]
