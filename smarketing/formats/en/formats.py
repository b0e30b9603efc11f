"""English: the time of day as beside every other figure, "14:30" and not "2:30 p.m."; a day always in the one way of
"Nov. 9, 2026", also without its year."""

TIME_FORMAT = "H:i"
DATETIME_FORMAT = "N j, Y, H:i"
MONTH_DAY_FORMAT = "N j"
SHORT_DATE_FORMAT = "N j, Y"
SHORT_DATETIME_FORMAT = "N j, Y, H:i"
