"""Which part of a picture the models are compared on."""

from __future__ import annotations

from imagetool.core.geometry import Rect, Size

LONGEST_PX = 1024
"""Of a side of what the models make; what they are given is smaller where they enlarge."""

_LEAST_PX = 64


def crop_of(size: Size, visible: Rect, selection: Rect | None = None, factor: float = 1.0) -> Rect:
    """The selection with some of what is around it, else what is in view; at most 1024 px a side, as a result.

    Args:
        size: Of the picture.
        visible: What of it is in view.
        selection: The bounds of the mask, where one is painted.
        factor: How many times as large the result becomes.
    """
    longest = max(_LEAST_PX, int(LONGEST_PX / max(1.0, factor)))
    wanted = visible if not visible.empty else Rect.of_size(size)
    if selection is not None and not selection.empty:
        seen = selection.restrict(wanted)
        wanted = selection if max(selection.size) <= longest or seen.empty else seen
        wanted = wanted.grown(min(wanted.width, longest) // 2, min(wanted.height, longest) // 2)
    side_x, side_y = (max(_LEAST_PX, min(longest, side)) for side in wanted.size)
    left = (wanted.left + wanted.right - side_x) // 2
    top = (wanted.top + wanted.bottom - side_y) // 2
    return Rect(left, top, left + side_x, top + side_y).clamp(Rect.of_size(size))
