"""Form fields in which a row of the database is chosen: what is sent has to be what the page offers, sign by sign.

A database takes "١", "01" or " 1 " for the number 1; a choice is none of them.
"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError


class OneRow(forms.ModelChoiceField):  # type: ignore[type-arg]
    def to_python(self, value: Any) -> Any:
        found = super().to_python(value)
        if found is not None and not isinstance(value, type(found)) and str(self.prepare_value(found)) != str(value):
            raise ValidationError(self.error_messages["invalid_choice"], "invalid_choice", {"value": value})
        return found


class SomeRows(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        offered = {str(self.prepare_value(row)) for row in found}
        for one in value or ():
            if str(one) not in offered:
                raise ValidationError(self.error_messages["invalid_choice"], "invalid_choice", {"value": one})
        return found
