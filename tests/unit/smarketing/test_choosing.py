"""Who chooses a row sends what the page offers, and nothing that a database would read as the same."""

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.urls import get_resolver

from agreements.models import Agreement
from smarketing.lib.choosing import OneRow, SomeRows

APPS = ("agreements", "leads", "reports", "smarketing")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def test_a_number_in_other_signs_is_no_choice(north, south):
    one, some = OneRow(Agreement.objects.all()), SomeRows(Agreement.objects.all())
    own, other = str(north.pk), str(south.pk)
    assert (one.clean(own), one.clean(north), set(some.clean([own, other]))) == (north, north, {north, south})
    assert OneRow(Agreement.objects.all(), to_field_name="slug").clean("north") == north
    for sent in (own.translate(ARABIC), f"0{own}", f" {own}", f"+{own}"):
        with pytest.raises(ValidationError):
            one.clean(sent)
        with pytest.raises(ValidationError):
            some.clean([other, sent])
    assert (OneRow(Agreement.objects.all(), required=False).clean(""), one.has_changed(own, own)) == (None, False)


def test_every_form_of_ours_chooses_rows_so():
    """Those of the administration are Django's, for administrators."""
    assert get_resolver().url_patterns  # loads them all
    loose = {
        f"{form.__module__}.{form.__name__}.{name}"
        for form in every_form(forms.BaseForm)
        if form.__module__.partition(".")[0] in APPS and "admin" not in form.__module__
        for name, field in form.base_fields.items()
        if isinstance(field, forms.ModelChoiceField) and not isinstance(field, OneRow | SomeRows)
    }
    assert loose == set()


def every_form(base: type) -> set[type]:
    own = set(base.__subclasses__())
    return own.union(*(every_form(form) for form in own)) if own else own
