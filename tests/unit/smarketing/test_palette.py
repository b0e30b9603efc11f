import re

from django.contrib.staticfiles.finders import find

from smarketing.lib import palette


def tokens() -> str:
    with open(find("smarketing/tokens.css")) as file:
        return file.read()


def test_charts_and_pages_have_the_same_colours():
    declared = dict(re.findall(r"--sm-paper-([a-z-]+): (#[0-9a-f]{6});", tokens()))
    named = {name.lower().replace("_", "-"): value for name, value in vars(palette).items() if name.isupper()}
    assert declared == named


def test_every_colour_of_a_chart_has_its_value_for_dark_readers_too():
    light, dark = tokens().split("prefers-color-scheme: dark")
    swapped = re.findall(r"--sm-([a-z-]+): var\(--sm-paper-\1\)", light)
    assert len(swapped) == len([name for name in vars(palette) if name.isupper()])
    assert [name for name in swapped if f"--sm-{name}:" not in dark] == []


def test_the_browser_swaps_every_colour():
    with open(find("smarketing/charts.js")) as file:
        script = file.read()
    names = [name.lower().replace("_", "-") for name in vars(palette) if name.isupper()]
    assert [name for name in names if f'"{name}"' not in script] == []
