import pytest

from smarketing.lib.periods import Period, PeriodError, period_of


@pytest.mark.parametrize("label", ["２０２６-０３", "2026-Q２", "٢٠٢٦", "2026-03\n", " 2026", "2026-Q5", "0000"])
def test_a_period_is_written_in_plain_digits_and_nothing_else(label: str) -> None:
    with pytest.raises(PeriodError):
        Period.parse(label)


@pytest.mark.parametrize("label", ["2026-03", "2026-Q1", "2026"])
def test_a_period_comes_out_as_it_was_written(label: str) -> None:
    assert period_of(label).label == label
