"""How the picture lies in the view: zoom and position as a value, in device pixels."""

from __future__ import annotations

from dataclasses import dataclass, replace

from imagetool.core.geometry import Point, Rect, Size

MAX_SCALE = 64.0
_MIN_SIDE_PX = 16.0  # the picture never gets smaller than this on the screen
_KEPT_PX = 48.0  # so much of the picture always stays in view
_MARGIN_PX = 24.0  # around a fitted picture
_STEPS = (0.01, 0.02, 0.03, 0.05, 0.0667, 0.1, 0.125, 0.1667, 0.25, 0.3333, 0.5, 0.6667, 1.0)
_STEPS_UP = (1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 48.0, 64.0)


@dataclass(frozen=True, slots=True)
class Viewport:
    """A picture of size `picture` seen through a view of size `view`.

    `scale` is device pixels per image pixel, so 1 is 100 % on any screen; `left` and `top` are where the
    picture's corner lies in the view, in device pixels.
    """

    picture: Size
    view: Size
    scale: float
    left: float
    top: float

    @classmethod
    def fitted(cls, picture: Size, view: Size) -> Viewport:
        """The whole picture, centred; a small one is not enlarged beyond 100 %."""
        room_x, room_y = max(1.0, view.width - 2 * _MARGIN_PX), max(1.0, view.height - 2 * _MARGIN_PX)
        scale = min(1.0, room_x / picture.width, room_y / picture.height)
        left, top = (view.width - picture.width * scale) / 2, (view.height - picture.height * scale) / 2
        return cls(picture, view, scale, left, top).snapped()

    @property
    def is_fitted(self) -> bool:
        """Whether this is what `fitted` gives."""
        return self == Viewport.fitted(self.picture, self.view)

    @property
    def visible(self) -> Rect:
        """The image pixels that the view shows, at least in part."""
        return self.image_rect(0, 0, self.view.width, self.view.height)

    def image_rect(self, left: float, top: float, right: float, bottom: float) -> Rect:
        """The image pixels that a rectangle of the view shows, at least in part."""
        first, last = self.to_image(left, top), self.to_image(right, bottom)
        rect = Rect(int(first.x // 1), int(first.y // 1), -int(-last.x // 1), -int(-last.y // 1))
        return rect.restrict(Rect.of_size(self.picture))

    def to_image(self, x: float, y: float) -> Point:
        """The image position at a position of the view."""
        return Point((x - self.left) / self.scale, (y - self.top) / self.scale)

    def to_view(self, x: float, y: float) -> Point:
        """The position in the view of an image position."""
        return Point(x * self.scale + self.left, y * self.scale + self.top)

    def showing(self, picture: Size, here: Rect | None = None, there: Rect | None = None) -> Viewport:
        """A picture of another size in the same place: fitted stays fitted, else its width stays the same.

        Where not the whole of one is the whole of the other, what is `here` in this picture is `there` in that.
        """
        if picture == self.picture and here == there:
            return self
        if self.is_fitted:
            return Viewport.fitted(picture, self.view)
        other = self.matched(picture, here or Rect.of_size(self.picture), there or Rect.of_size(picture))
        if other.scale <= MAX_SCALE:
            return other
        return other.scaled_at(self.view.width / 2, self.view.height / 2, MAX_SCALE)

    def stretched(self, picture: Size) -> Viewport:
        """Another picture over exactly the same place, whatever its size."""
        return self.over(Rect.of_size(self.picture), picture)

    def over(self, rect: Rect, picture: Size) -> Viewport:
        """Another picture over exactly the place of `rect` in this one."""
        return self.matched(picture, rect, Rect.of_size(picture))

    def matched(self, picture: Size, here: Rect, there: Rect) -> Viewport:
        """Another picture, so placed that its part `there` lies exactly over what is `here` in this one."""
        spot, scale = self.to_view(here.left, here.top), self.scale * here.width / there.width
        return replace(
            self,
            picture=picture,
            scale=scale,
            left=spot.x - there.left * scale,
            top=spot.y - there.top * scale,
        )

    def resized(self, view: Size) -> Viewport:
        """The same in another view: fitted stays fitted, else the middle stays in the middle."""
        if self.is_fitted:
            return Viewport.fitted(self.picture, view)
        dx, dy = (view.width - self.view.width) / 2, (view.height - self.view.height) / 2
        return replace(self, view=view).panned(dx, dy)

    def panned(self, dx: float, dy: float) -> Viewport:
        """The picture moved by device pixels; a piece of it stays in view."""
        left = _kept(self.left + dx, self.picture.width * self.scale, self.view.width)
        top = _kept(self.top + dy, self.picture.height * self.scale, self.view.height)
        return replace(self, left=left, top=top).snapped()

    def scaled_at(self, x: float, y: float, scale: float) -> Viewport:
        """Another scale, with the image position under (x, y) kept in place."""
        smallest = min(1.0, _MIN_SIDE_PX / max(self.picture))
        chosen = min(max(scale, smallest), MAX_SCALE)
        at = self.to_image(x, y)
        moved = replace(self, scale=chosen, left=x - at.x * chosen, top=y - at.y * chosen)
        return moved.panned(0, 0)

    def stepped_at(self, x: float, y: float, direction: int) -> Viewport:
        """The next round zoom step, up where `direction` is positive, down otherwise."""
        steps = (*_STEPS, *_STEPS_UP)
        if direction > 0:
            scale = next((step for step in steps if step > self.scale * 1.01), MAX_SCALE)
        else:
            scale = next((step for step in reversed(steps) if step < self.scale * 0.99), steps[0])
        return self.scaled_at(x, y, scale)

    def snapped(self) -> Viewport:
        """The corner on a whole device pixel: image pixels are sharp at whole-number scales."""
        return replace(self, left=float(round(self.left)), top=float(round(self.top)))


def _kept(start: float, extent: float, room: float) -> float:
    kept = min(_KEPT_PX, extent)
    return min(max(start, kept - extent), room - kept)
