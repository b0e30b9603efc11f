"""PURE. The colours of charts as they are on paper; the browser swaps them for those of the reader's theme.

The same values stand in `tokens.css` as `--sm-paper-*`. Marks are for areas, the others for lines and text.
"""

ACCENT, ACCENT_MARK = "#2f4f9f", "#6d89cf"
KEPT, KEPT_MARK = "#0b7461", "#2a9d86"
ON_THE_WAY, ON_THE_WAY_MARK = "#4f5f78", "#8090a9"
AT_RISK, AT_RISK_MARK = "#8a5a00", "#bf8412"
MISSED, MISSED_MARK = "#b3301c", "#c8502f"
INK = "#1f2430"
QUIET = "#5a6373"
LINE = "#e3e0d9"
