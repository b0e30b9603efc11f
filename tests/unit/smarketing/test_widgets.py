from django import forms
from django.utils.html import strip_tags

from smarketing.lib.widgets import LongSelect

CHOICES = [("", "Choose one"), ("a", "A & <b>"), ("b", "B")]


def form(widget):
    fields = {"zone": forms.ChoiceField(choices=CHOICES, widget=widget(attrs={"class": "form-select"}))}
    return type("ZoneForm", (forms.Form,), fields)


def test_a_long_select_says_what_djangos_own_says():
    for data in ({"zone": "a"}, {"zone": "x"}, {}):
        own, ours = (form(widget)(data)["zone"] for widget in (forms.Select, LongSelect))
        attributes = {"class", "id", "name", "required", "aria-invalid"}
        assert "".join(strip_tags(str(ours)).split()) == "".join(strip_tags(str(own)).split())
        assert {name for name in attributes if f"{name}=" in str(ours)} == {
            name for name in attributes if f"{name}=" in str(own)
        }
        assert str(ours).count(" selected") == str(own).count(" selected")


def test_what_is_chosen_is_selected_and_hostile_words_are_text():
    html = str(form(LongSelect)({"zone": "a"})["zone"])
    assert '<option value="a" selected>A &amp; &lt;b&gt;</option>' in html
    assert html.count("selected") == 1
