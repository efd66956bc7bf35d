"""A hand with a mouse, a wheel and a pen over a canvas, in image positions."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QInputDevice, QMouseEvent, QPointingDevice, QTabletEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from imagetool.core.geometry import Point
from imagetool.ui.canvas.canvas import Canvas

LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton
NO_KEYS = Qt.KeyboardModifier.NoModifier
SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


class Hand:
    """Every event is delivered at once."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._held = Qt.MouseButton.NoButton

    def press(self, at: Point, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
        self._held = button
        self._mouse(QEvent.Type.MouseButtonPress, at, button, button, keys)

    def move(self, at: Point, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
        self._mouse(QEvent.Type.MouseMove, at, Qt.MouseButton.NoButton, self._held, keys)

    def release(self, at: Point, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
        button, self._held = self._held, Qt.MouseButton.NoButton
        self._mouse(QEvent.Type.MouseButtonRelease, at, button, Qt.MouseButton.NoButton, keys)

    def stroke(self, *places: Point, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
        """Presses at the first place, moves over the others, and lets go at the last."""
        self.press(places[0], button, keys)
        for place in places[1:]:
            self.move(place, keys)
        self.release(places[-1], keys)

    def wheel(
        self,
        at: Point,
        angle: QPoint,
        keys: Qt.KeyboardModifier = NO_KEYS,
        pixels: QPoint | None = None,
        phase: Qt.ScrollPhase = Qt.ScrollPhase.NoScrollPhase,
    ) -> None:
        spot = self.spot(at)
        there = QPointF(self._canvas.mapToGlobal(spot))
        event = QWheelEvent(spot, there, pixels or QPoint(), angle, Qt.MouseButton.NoButton, keys, phase, False)
        QApplication.sendEvent(self._canvas, event)

    def pen(self, kind: QEvent.Type, at: Point, pressure: float, *, eraser: bool = False) -> None:
        tip = QPointingDevice.PointerType.Eraser if eraser else QPointingDevice.PointerType.Pen
        device = QPointingDevice(
            "pen",
            7 + int(eraser),
            QInputDevice.DeviceType.Stylus,
            tip,
            QInputDevice.Capability.Position | QInputDevice.Capability.Pressure,
            1,
            2,
        )
        spot = self.spot(at)
        button = Qt.MouseButton.NoButton if kind == QEvent.Type.TabletMove else LEFT
        held = Qt.MouseButton.NoButton if kind == QEvent.Type.TabletRelease else LEFT
        event = QTabletEvent(kind, device, spot, spot, pressure, 0.0, 0.0, 0.0, 0.0, 0.0, NO_KEYS, button, held)
        QApplication.sendEvent(self._canvas, event)

    def pen_stroke(self, *dabs: tuple[Point, float], eraser: bool = False) -> None:
        """Draws with a pen, each place with its own pressure."""
        self.pen(QEvent.Type.TabletPress, dabs[0][0], dabs[0][1], eraser=eraser)
        for at, pressure in dabs[1:]:
            self.pen(QEvent.Type.TabletMove, at, pressure, eraser=eraser)
        self.pen(QEvent.Type.TabletRelease, dabs[-1][0], 0.0, eraser=eraser)

    def spot(self, at: Point) -> QPointF:
        """Where an image position lies in the widget."""
        place = self._canvas.viewport.to_view(at.x, at.y)
        ratio = self._canvas.devicePixelRatioF()
        return QPointF(place.x / ratio, place.y / ratio)

    def _mouse(
        self,
        kind: QEvent.Type,
        at: Point,
        button: Qt.MouseButton,
        held: Qt.MouseButton,
        keys: Qt.KeyboardModifier,
    ) -> None:
        spot = self.spot(at)
        there = self._canvas.mapToGlobal(spot)
        QApplication.sendEvent(self._canvas, QMouseEvent(kind, spot, there, button, held, keys))
