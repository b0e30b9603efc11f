from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


class LongSelect(forms.Select):
    """For hundreds of flat choices: Django fills in a template for each, which takes longer than all else."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = set(self.format_value(value))
        options = format_html_join("", '<option value="{}"{}>{}</option>', self._options(chosen))
        return format_html(
            "<select{}>{}</select>", flatatt(self.build_attrs(self.attrs, {"name": name, **(attrs or {})})), options
        )

    def _options(self, chosen: set[str]) -> Iterator[tuple[str, str, str]]:
        for choice, label in self.choices:
            yield str(choice), SafeString(" selected") if str(choice) in chosen else "", str(label)
