"""Where the drawing puts what the figure says."""

from reports.charts.sketch import Frame


def test_the_axes_are_turned_into_per_cent_from_the_upper_left_corner():
    frame = Frame(left=-0.5, right=3.5, low=-10, high=30)
    assert [frame.across(x) for x in (-0.5, 0, 1.5, 3.5)] == [0, 12.5, 50, 100]
    assert [frame.down(y) for y in (30, 20, 0, -10)] == [0, 25, 75, 100]
