"""The canvas: shows a document at any zoom, and hands pen and mouse to the tool in the hand."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRect, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QInputDevice,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPointingDevice,
    QResizeEvent,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

from imagetool.core.document import State
from imagetool.core.geometry import Point, Rect, Size
from imagetool.ui.canvas.compare import Compare
from imagetool.ui.canvas.marks import draw_frame
from imagetool.ui.canvas.scene import Scene
from imagetool.ui.canvas.tool import Pointer, Tool
from imagetool.ui.canvas.viewport import Viewport
from imagetool.ui.session import Session

_ZOOM_PER_NOTCH = 1.25
_NOTCH = 120.0


class Canvas(QWidget):
    """One document's view. All drawing happens in device pixels, so that lines are sharp on any screen."""

    viewport_changed = Signal(object)  # Viewport
    brush_wheel_turned = Signal(int)  # notches with Alt held

    def __init__(self, session: Session, tool: Tool) -> None:
        super().__init__()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Picture")
        self.session = session
        self.scene = Scene(session, self)
        self.compare = Compare(self)
        self.viewport = Viewport.fitted(session.state.size, Size(1, 1))
        self._frame = session.state.frame  # where the opened picture lies, which stays where it is on the screen
        self._tool = tool
        self._pointer: Point | None = None
        self._tablet = False
        self._drawing = False
        self._panning: QPointF | None = None
        self._held_button = Qt.MouseButton.NoButton  # what began the stroke or the move; others wait
        self._space = False
        self.framed: Rect | None = None  # a part of the picture that is spoken of elsewhere
        tool.changed.connect(self.update)
        session.state_changed.connect(self._on_state_changed)
        self.scene.changed.connect(self._on_scene_changed)
        self.compare.changed.connect(self._on_compare_changed)
        self._show_cursor()

    def set_tool(self, tool: Tool) -> None:
        """Takes another tool into the hand."""
        self._tool.changed.disconnect(self.update)
        self.abandon()
        self._tool = tool
        tool.changed.connect(self.update)
        self._show_cursor()
        self.update()

    @property
    def pointer(self) -> Point | None:
        """Where the pointer is, in image pixels; None where it is elsewhere."""
        return self._pointer

    def set_viewport(self, viewport: Viewport) -> None:
        """Zooms or moves."""
        self.viewport = viewport
        self.viewport_changed.emit(viewport)
        self.update()

    def fit(self) -> None:
        """Shows the whole picture."""
        self.set_viewport(Viewport.fitted(self.session.state.size, self.viewport.view))

    def zoom_to(self, scale: float) -> None:
        """Another scale around the middle of the view."""
        view = self.viewport.view
        self.set_viewport(self.viewport.scaled_at(view.width / 2, view.height / 2, scale))

    def zoom_step(self, direction: int) -> None:
        """The next zoom step around the pointer, or the middle."""
        view = self.viewport.view
        spot = self.viewport.to_view(*self._pointer) if self._pointer else Point(view.width / 2, view.height / 2)
        self.set_viewport(self.viewport.stepped_at(spot.x, spot.y, direction))

    def show_frame(self, rect: Rect | None) -> None:
        """Draws a frame around a part of the picture; None takes it away."""
        if rect != self.framed:
            self.framed = rect
            self.update()

    def abandon(self) -> bool:
        """Drops what is being drawn; whether there was anything."""
        drawing, self._drawing = self._drawing, False
        if drawing:
            self._held_button = Qt.MouseButton.NoButton
            self._tool.abandon(self.session)
        return drawing

    def hold_key(self, event: QKeyEvent, *, held: bool) -> bool:
        """Space is the hand while it is held, the backslash shows the old picture; whether it was one of them."""
        if event.key() not in (Qt.Key.Key_Space, Qt.Key.Key_Backslash):
            return False
        if event.isAutoRepeat():
            return True
        if event.key() == Qt.Key.Key_Space:
            self._space = held
            self._show_cursor()
            self.update()
        else:
            self.compare.hold(held)
        return True

    def let_go_of_keys(self) -> None:
        """Ends what lasts while a key is held."""
        if self._space:
            self._space = False
            self._show_cursor()
        if self.compare.holding:
            self.compare.hold(False)

    def close_scene(self) -> None:
        """Ends the threads behind the picture; the canvas is not shown any more after this."""
        self.scene.close()

    def _on_state_changed(self, state: State) -> None:
        if state.size != self.viewport.picture:
            self.abandon()  # what is being drawn was meant for the other size
            spot = self.viewport.to_view(*self._pointer) if self._pointer else None
            self.set_viewport(self.viewport.showing(state.size, self._frame, state.frame))
            self._pointer = self.viewport.to_image(*spot) if spot else None
        self._frame = state.frame

    def _on_compare_changed(self) -> None:
        self._show_cursor()
        self.update()

    def _on_scene_changed(self, rect: Rect | None) -> None:
        if rect is None:
            self.update()
            return
        ratio = self.devicePixelRatioF()
        first = self.viewport.to_view(rect.left, rect.top)
        last = self.viewport.to_view(rect.right, rect.bottom)
        margin = 2 + 2 * self.viewport.scale
        left, top = (first.x - margin) / ratio, (first.y - margin) / ratio
        right, bottom = (last.x + margin) / ratio, (last.y + margin) / ratio
        self.update(QRect(int(left), int(top), int(right - left) + 2, int(bottom - top) + 2))

    def _keep_menu_closed(self, event: QWheelEvent) -> None:
        """WORKAROUND: a menu bar opens when Alt is let go, unless the mouse did something; wheels do not count."""
        still = QMouseEvent(
            QEvent.Type.MouseMove,
            event.position(),
            event.globalPosition(),
            Qt.MouseButton.NoButton,
            event.buttons(),
            event.modifiers(),
        )
        QApplication.sendEvent(self, still)

    def _fill_view(self) -> None:
        ratio = self.devicePixelRatioF()
        self.set_viewport(self.viewport.resized(Size(round(self.width() * ratio), round(self.height() * ratio))))

    def _show_cursor(self) -> None:
        if self._panning is not None:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self._space or self.compare.active:  # tools rest while two pictures are compared
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.setCursor(self._tool.cursor())

    def _on_view(self, position: QPointF) -> QPointF:
        return position * self.devicePixelRatioF()

    def _held(self, event: QMouseEvent | QTabletEvent, *, opposite: bool, pressure: float) -> Pointer:
        on_view = self._on_view(event.position())
        keys = event.modifiers()
        return Pointer(
            self.viewport.to_image(on_view.x(), on_view.y()),
            on_view,
            pressure,
            opposite,
            bool(keys & Qt.KeyboardModifier.ShiftModifier),
            bool(keys & Qt.KeyboardModifier.AltModifier),
        )

    def _moved_to(self, position: QPointF) -> None:
        """Remembers the pointer and repaints the tool's mark at its old and new place."""
        reach = self._tool.mark_radius_px(self.viewport)
        spots = [self._pointer] if self._pointer else []
        on_view = self._on_view(position)
        self._pointer = self.viewport.to_image(on_view.x(), on_view.y())
        if reach:
            for spot in (*spots, self._pointer):
                margin = reach / self.viewport.scale
                area = Rect(
                    int(spot.x - margin) - 1,
                    int(spot.y - margin) - 1,
                    int(spot.x + margin) + 2,
                    int(spot.y + margin) + 2,
                )
                self._on_scene_changed(area)

    def _press(self, event: QMouseEvent | QTabletEvent, pointer: Pointer) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if self._held_button != Qt.MouseButton.NoButton:
            return
        self._held_button = event.button()
        if self.compare.grab(pointer.on_view, self.viewport, self.devicePixelRatioF()):
            return
        middle = event.button() == Qt.MouseButton.MiddleButton
        if middle or self._space or self.compare.active or self._tool.id == "hand":
            self._panning = pointer.on_view
            self._show_cursor()
            return
        self._drawing = True
        self._tool.press(self.session, pointer)

    def _move(self, pointer: Pointer) -> None:
        if self.compare.drag(pointer.on_view, self.viewport):
            return
        if self._panning is not None:
            step = pointer.on_view - self._panning
            self._panning = pointer.on_view
            self.set_viewport(self.viewport.panned(step.x(), step.y()))
        elif self._drawing:
            self._tool.move(self.session, pointer)

    def _release(self, event: QMouseEvent | QTabletEvent, pointer: Pointer) -> None:
        if event.button() != self._held_button:
            return
        self._held_button = Qt.MouseButton.NoButton
        self.compare.let_go()
        if self._panning is not None:
            self._panning = None
            self._show_cursor()
        elif self._drawing:
            self._drawing = False
            self._tool.release(self.session, pointer)

    # Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        """Surround, picture, mask, preview, comparison, marks."""
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        painter.scale(1 / ratio, 1 / ratio)
        origin = painter.deviceTransform()  # at fractional ratios the widget may begin between two device pixels
        painter.translate(round(origin.dx()) - origin.dx(), round(origin.dy()) - origin.dy())
        area = event.rect()
        exposed = Rect(
            int(area.left() * ratio),
            int(area.top() * ratio),
            int((area.right() + 1) * ratio) + 1,
            int((area.bottom() + 1) * ratio) + 1,
        )
        painter.fillRect(exposed.left, exposed.top, exposed.width, exposed.height, self.palette().shadow())
        self.scene.draw(painter, self.viewport, exposed, self.compare)
        self.compare.draw(painter, self.viewport)
        if self.framed:
            draw_frame(painter, self.viewport, self.framed)
        if not self.compare.active:
            self._tool.draw(painter, self.viewport, self._pointer if not self._space else None)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A fitted picture stays fitted."""
        self._fill_view()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Left and right draw, the middle moves."""
        if event.button() not in (
            Qt.MouseButton.LeftButton,
            Qt.MouseButton.RightButton,
            Qt.MouseButton.MiddleButton,
        ):
            return
        opposite = event.button() == Qt.MouseButton.RightButton
        self._press(event, self._held(event, opposite=opposite, pressure=1.0))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draws, moves, or just follows."""
        self._moved_to(event.position())
        self._move(self._held(event, opposite=bool(event.buttons() & Qt.MouseButton.RightButton), pressure=1.0))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ends what the press began."""
        self._release(event, self._held(event, opposite=False, pressure=1.0))

    def tabletEvent(self, event: QTabletEvent) -> None:
        """A pen: with pressure, and with its other end the opposite."""
        eraser = event.pointerType() == QPointingDevice.PointerType.Eraser
        opposite = eraser or bool(event.buttons() & Qt.MouseButton.RightButton)
        feels = bool(event.pointingDevice().capabilities() & QInputDevice.Capability.Pressure)
        pointer = self._held(event, opposite=opposite, pressure=event.pressure() if feels else 1.0)
        self._moved_to(event.position())
        match event.type():
            case QEvent.Type.TabletPress:
                self._press(event, pointer)
            case QEvent.Type.TabletMove:
                self._move(pointer)
            case QEvent.Type.TabletRelease:
                self._release(event, pointer)
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zooms at the pointer; with Shift moves sideways, with Alt changes the brush; touchpads scroll."""
        keys, turned = event.modifiers(), event.angleDelta()
        if _by_touchpad(event) and not keys:
            self.set_viewport(self.viewport.panned(event.pixelDelta().x(), event.pixelDelta().y()))
        elif keys & Qt.KeyboardModifier.AltModifier:
            amount = turned.x() or turned.y()
            if amount:
                self.brush_wheel_turned.emit(1 if amount > 0 else -1)
            self._keep_menu_closed(event)
        elif keys & Qt.KeyboardModifier.ShiftModifier:
            self.set_viewport(self.viewport.panned((turned.y() or turned.x()) / 2, 0))
        else:
            spot = self._on_view(event.position())
            scale = self.viewport.scale * _ZOOM_PER_NOTCH ** (turned.y() / _NOTCH)
            self.set_viewport(self.viewport.scaled_at(spot.x(), spot.y(), scale))
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Pinching zooms; another screen may have other pixels."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._fill_view()
        if (
            isinstance(event, QNativeGestureEvent)
            and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture
        ):
            spot = self._on_view(event.position())
            self.set_viewport(
                self.viewport.scaled_at(spot.x(), spot.y(), self.viewport.scale * (1 + event.value()))
            )
            return True
        return super().event(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """The tool's mark appears."""
        self._moved_to(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        """The tool's mark goes."""
        self._pointer = None
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A key that is let go elsewhere is not held any more."""
        super().focusOutEvent(event)
        self.let_go_of_keys()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that do something while they are held."""
        if not self.hold_key(event, held=True):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """They are let go."""
        if not self.hold_key(event, held=False):
            super().keyReleaseEvent(event)


def _by_touchpad(event: QWheelEvent) -> bool:
    """Whether two fingers scroll. X11 gives pixels for wheels, too, so pixels alone do not tell."""
    if event.pixelDelta().isNull():
        return False
    touchpad = event.device().type() == QInputDevice.DeviceType.TouchPad
    return touchpad or event.phase() != Qt.ScrollPhase.NoScrollPhase
