"""Reads: a version as the reading view shows it, with the day from which its reviews are counted."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from agreements.document.stored import document_of
from agreements.document.versions import whole_document
from agreements.models import Agreement, Version
from agreements.pages.reading.chapters import ReadAgreement
from agreements.review_days import rhythm_since
from smarketing.accounts.models import Side


def running(agreement: Agreement, version: Version, dated: Sequence[Version], today: date) -> ReadAgreement:
    """With the months as they are agreed by now. `dated` are the versions in order of time."""
    return ReadAgreement(document_of(agreement, version), today, _rhythm(version, dated), _is_outside(agreement))


def on_paper(agreement: Agreement, version: Version, dated: Sequence[Version], today: date) -> ReadAgreement:
    """The same with the teams as its text names them, for the digest of that stands beside."""
    reading, written = running(agreement, version, dated, today), whole_document(version)
    teams = {f"{side}_team": getattr(written, f"{side}_team") for side in Side}
    return replace(reading, document=replace(reading.document, **teams))


def as_written(version: Version, dated: Sequence[Version], today: date) -> ReadAgreement | None:
    """What its own text says; nothing for the end of an agreement, which has none."""
    if version.is_cancellation:
        return None
    return ReadAgreement(whole_document(version), today, _rhythm(version, dated), _is_outside(version.agreement))


def _rhythm(version: Version, dated: Sequence[Version]) -> date:
    """Of one that is not in force yet as it will be once it is."""
    before = [one for one in dated if one.effective_on < version.effective_on]
    return rhythm_since([*before, version], len(before))


def _is_outside(agreement: Agreement) -> bool:
    return any(team.organisation for team in agreement.parties)
