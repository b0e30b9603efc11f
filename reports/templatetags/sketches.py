"""`{% load sketches %}`: a chart's figure as the server draws it."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from reports.charts.sketch import legend, sketch

register = template.Library()


@register.filter
def sketched(figure: dict[str, Any], name: str) -> SafeString:
    return SafeString(sketch(figure, name))  # every text in it is escaped there


@register.filter
def legend_of(figure: dict[str, Any]) -> SafeString:
    return SafeString(legend(figure))
