"""Reads and actions: the templates from which agreements begin, files and those that are kept in the portal."""

from datetime import datetime
from itertools import count
from pathlib import Path

from django.conf import settings
from django.utils.text import slugify

from agreements.document.beginnings import OWN, AgreementTemplate, BrokenTemplate, beginnings, template_of
from agreements.document.faults import DocumentError
from agreements.models import KeptTemplate
from smarketing.accounts.models import User

MOST_KEPT = 100


class TooManyTemplates(Exception):
    """Nobody finds anything among more."""


def all_templates(language: str) -> tuple[list[AgreementTemplate], list[BrokenTemplate]]:
    """Ours, those of the organisation's folder, and those that are kept."""
    folders = [OWN, *([Path(settings.AGREEMENT_TEMPLATES)] if settings.AGREEMENT_TEMPLATES else [])]
    found, broken = beginnings(folders, language)
    sound = {one.key: one for one in found}
    for row in KeptTemplate.objects.all():
        try:
            sound[row.key] = sound_template(row)
        except DocumentError as error:
            broken.append(BrokenTemplate(row.name, tuple(error.problems), row.key))
    return sorted(sound.values(), key=lambda one: one.template.position), broken


def sound_template(row: KeptTemplate) -> AgreementTemplate:
    """Raises DocumentError: what was sound once may not be after an upgrade."""
    named = {"name": row.name, "description": row.description}
    return template_of(row.text, row.key, row.language, named)


def keep(text: str, *, name: str, description: str, language: str, by: User, at: datetime) -> KeptTemplate:
    """Another template, with an address that none has."""
    if KeptTemplate.objects.count() >= MOST_KEPT:
        raise TooManyTemplates
    taken = {one.key for one in all_templates("en")[0]}
    stem = slugify(name)[:40].strip("-_") or "template"
    told = {"name": name, "description": description, "language": language, "text": text, "by": by, "at": at}
    for number in count(1):
        key = stem if number == 1 else f"{stem}-{number}"
        if key in taken:
            continue
        made, is_new = KeptTemplate.objects.get_or_create(key=key, defaults=told)
        if is_new:
            return made
    raise AssertionError
