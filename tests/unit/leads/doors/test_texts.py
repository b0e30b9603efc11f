import pytest

from leads.doors.fields import LEAD
from leads.doors.texts import read_text
from smarketing.lib.file_problems import Unreadable

EMAIL = next(field for field in LEAD if field.name == "email")


def address(length: int) -> str:
    """Of parts that are no longer than they may be in the internet."""
    host = ".".join(["d" * 60] * 3) + ".example"
    return "a" * (length - len(host) - 1) + "@" + host


def test_an_address_may_be_as_long_as_its_column_and_no_longer():
    fitting = address(EMAIL.longest)
    assert len(fitting) == EMAIL.longest
    assert read_text(EMAIL, fitting) == fitting
    with pytest.raises(Unreadable, match="no_email"):
        read_text(EMAIL, "a" + fitting)
