import csv
import io

import pytest

from reports.measures.handoff_columns import Scope
from reports.pages.exports import as_csv
from reports.pages.links import Links, choice_of, choices_of, name_of, scope_of
from reports.pages.sheet import Cell
from reports.pages.terminal import aligned
from smarketing.lib.periods import Period


def test_a_table_as_csv_keeps_its_figures_and_runs_nothing() -> None:
    text = as_csv(["Group", "n"], [[Cell("=1+1"), 3], ["a,b", None], ["ok", -1.5]])
    assert list(csv.reader(io.StringIO(text))) == [["Group", "n"], ["'=1+1", "3"], ["a,b", ""], ["ok", "-1.5"]]


def test_all_and_the_empty_source_and_any_name_stay_apart_in_an_address() -> None:
    names = [None, "", "web", "=web", "==", " ", "a&b=c"]
    assert [name_of(choice_of(name)) for name in names] == names
    assert len({choice_of(name) for name in names}) == len(names)


def test_a_link_leaves_out_what_is_not_chosen() -> None:
    links = Links("north", Period.parse("2026-03"))
    assert links.page("volume") == "/reports/north/volume/?period=2026-03"
    assert links.to("source", "").page("speed") == "/reports/north/speed/?period=2026-03&source=%3D"
    assert links.to("source", "").to("source", None) == links


@pytest.mark.parametrize(
    "scope",
    [
        Scope(),
        Scope({"source": "", "tier": "~speed"}),
        Scope({"tier": "A&B"}),
        Scope(others="speed"),
        Scope({"source": "=web"}, "depth"),
    ],
)
def test_a_scope_comes_back_from_its_address(scope: Scope) -> None:
    assert scope_of(choices_of(scope), ("speed", "depth")) == scope


def test_the_other_tiers_of_no_measure_are_all_of_them() -> None:
    assert scope_of({"tier": "~luck"}, ("speed", "depth")) == Scope()


def test_a_terminal_table_is_not_steered_by_what_stands_in_it() -> None:
    assert aligned([["group", "n"], ["a\x1b[2Jb", "10"]]) == ["group    n", "a?[2Jb  10"]
