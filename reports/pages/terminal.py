"""PURE. Figures as a table for the terminal."""

from collections.abc import Iterator

from reports.facts.results import InTime, Measures
from reports.judgement import Judgement
from reports.measures.depth import Depth
from reports.measures.outcomes import Outcomes
from reports.measures.speed import Speed

HEAD = (
    "group",
    "handoffs",
    "followed up",
    "returned",
    "never",
    "running",
    "within",
    "mean min",
    "median",
    "p90",
    "attempts",
    "won",
    "lost",
)
PROMISES = ("promise", "promised", "delivered", "judged", "kept", "excused", "state")


def as_text(found: Measures) -> str:
    period, volume = found.period, found.volume
    head = f"{found.agreement}  {period.label}  {period.start_on} to {period.end_on}  {found.time_zone}"
    counted = f"handed over {volume.handed_over}, returned {volume.returned}, delivered {volume.delivered}"
    counted += f", outside the criteria {volume.outside_criteria}" if volume.outside_criteria else ""
    target = "no target" if volume.target is None else f"target {volume.target}"
    groups = aligned([[*HEAD, *found.timed], *_rows(found)])
    promises = aligned([list(PROMISES), *map(_promise, found.scorecard)])
    return "\n".join([head, f"{counted}, {target}", "", *groups, "", *promises])


def _promise(judgement: Judgement) -> list[str]:
    tier = judgement.tier or ("all other tiers" if judgement.is_rest else "all")
    figures = (judgement.promised, judgement.delivered)
    counts = (len(judgement.judged), len(judgement.kept), len(judgement.excused))
    name = f"{judgement.side} {judgement.measure} {tier}"
    return [name, *map(_exact, figures), *map(str, counts), judgement.state or "-"]


def _exact(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def _rows(found: Measures) -> Iterator[list[str]]:
    timed = found.timed.values()
    yield ["all", *_cells(found.speed.all, found.depth.all, found.outcomes.all), *(_share(one.all) for one in timed)]
    for dimension, speeds in found.speed.by.items():
        depths, ends = found.depth.by[dimension], found.outcomes.by[dimension]
        for name in speeds:
            shares = [_share(one.by[dimension][name]) for one in timed]
            yield [f"{dimension} {name or '(none)'}", *_cells(speeds[name], depths[name], ends[name]), *shares]


def _share(found: InTime) -> str:
    return _number(None if found.share_within is None else found.share_within * 100, "%")


def _cells(speed: Speed, depth: Depth, outcomes: Outcomes) -> list[str]:
    counts = (speed.handoffs, speed.followed_up, speed.returned, speed.never_followed_up, speed.running)
    minutes = speed.working_minutes
    return [
        *map(str, counts),
        _number(speed.share_within and speed.share_within * 100, "%"),
        *map(_number, (minutes.mean, minutes.median, minutes.p90, depth.mean_attempts)),
        str(outcomes.won),
        str(outcomes.lost),
    ]


def _number(value: float | None, unit: str = "") -> str:
    return "-" if value is None else f"{value:.1f}{unit}"


def aligned(rows: list[list[str]]) -> list[str]:
    """The first column to the left, figures to the right; nothing in it can move the cursor."""
    rows = [["".join(sign if sign.isprintable() else "?" for sign in cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if not i else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
