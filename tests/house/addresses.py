"""The addresses of the portal, each pointing at a record, with a form that is sound."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from leads.models import ImportRun


def own_urls(patterns: list[URLPattern | URLResolver], namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", pattern
        elif pattern.namespace != "admin":
            yield from own_urls(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else namespace)


def ours() -> dict[str, URLPattern]:
    return {name: leaf for name, leaf in own_urls(get_resolver().url_patterns) if not name.startswith("account_")}


@dataclass(frozen=True)
class Asked:
    address: str
    body: dict[str, Any]


def reading_of(run: ImportRun, client: Client) -> dict[str, Any]:
    """The form of a draft as its page shows it."""
    form = client.get(run.get_absolute_url()).context["form"]
    return {bound.html_name: bound.value() for bound in form if bound.value() is not None}
