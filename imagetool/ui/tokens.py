"""The colours and measures of the window, one set for dark and one for light."""

from __future__ import annotations

from dataclasses import dataclass

# Spacing in pixels: inside a control, between controls, around groups.
INSIDE_PX, BETWEEN_PX, AROUND_PX = 4, 8, 16
ROW_PX, BUTTON_PX, TOOL_PX, ICON_PX = 28, 32, 32, 20
BAR_PX, TAB_PX, STATUS_PX = 40, 34, 32
CORNER_PX = 4
FONT_PX, SMALL_FONT_PX = 13, 11


@dataclass(frozen=True, slots=True)
class Tokens:
    """Colours as #rrggbb. All but the accent, the mask and the two signals are neutral grays."""

    dark: bool
    surround: str  # around the picture
    chrome: str  # panels and bars
    field: str  # where something can be typed
    raised: str  # buttons
    hover: str
    line: str
    text: str
    muted: str  # units and hints; at least 4.5:1 on chrome
    accent: str  # focus, selection, the run button; nothing else
    on_accent: str
    accent_hover: str
    selected: str  # a chosen row
    danger: str
    mask: str = "#ff3b5c"


DARK = Tokens(
    dark=True,
    surround="#1f1f1f",
    chrome="#2d2d2d",
    field="#222222",
    raised="#3a3a3a",
    hover="#454545",
    line="#434343",
    text="#e8e8e8",
    muted="#a9a9a9",
    accent="#5aa5ff",
    on_accent="#08131f",
    accent_hover="#7bb8ff",
    selected="#2f4560",
    danger="#ff8a80",
)

LIGHT = Tokens(
    dark=False,
    surround="#c4c4c4",
    chrome="#f2f2f2",
    field="#ffffff",
    raised="#ffffff",
    hover="#e2e2e2",
    line="#c9c9c9",
    text="#1b1b1b",
    muted="#5f5f5f",
    accent="#0a63d1",
    on_accent="#ffffff",
    accent_hover="#0852ad",
    selected="#cfe2fa",
    danger="#b3261e",
)
