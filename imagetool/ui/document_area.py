"""The middle of the window: tabs, the canvas of the chosen document, or the page that is there without one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from imagetool.ui import tokens
from imagetool.ui.loading import LoadingView
from imagetool.ui.notice import NoticeBar
from imagetool.ui.welcome import WelcomePage
from imagetool.ui.widgets.parts import icon_button, plain_tip

if TYPE_CHECKING:
    from imagetool.ui.canvas.canvas import Canvas
    from imagetool.ui.session import Session


class DocumentArea(QWidget):
    """Holds one canvas per open document, and pages that are no document, such as that of the candidates."""

    current_changed = Signal(object)  # Canvas or None
    close_wanted = Signal(object)  # Canvas

    def __init__(self) -> None:
        super().__init__()
        self.tabs = QTabBar()
        self.tabs.setDocumentMode(True)
        self.tabs.setMovable(True)
        self.tabs.setExpanding(False)
        self.tabs.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.tabs.setAccessibleName("Open pictures")
        self.welcome = WelcomePage()
        self.loading = LoadingView()
        self.notices = NoticeBar()
        self._pages: list[QWidget] = []
        self._last: Canvas | None = None
        self._strips: dict[object, QWidget] = {}
        self._stack = QStackedWidget()
        self._stack.addWidget(self.welcome)
        self._stack.addWidget(self.loading)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.tabs, self.notices, self._stack):
            column.addWidget(widget)
        self.tabs.setFixedHeight(tokens.TAB_PX)
        self.tabs.hide()
        self.tabs.currentChanged.connect(self._on_tab_chosen)

    @property
    def current(self) -> Canvas | None:
        """The canvas that is shown; None where a page is, or nothing."""
        shown = self.tabs.tabData(self.tabs.currentIndex())
        return None if shown in self._pages else shown

    @property
    def last(self) -> Canvas | None:
        """The canvas that is shown, or was before a page; None where it is closed."""
        return self._last if self._last in self.canvases else None

    @property
    def page(self) -> QWidget | None:
        """The page that is shown; None where a canvas is, or nothing."""
        shown: QWidget | None = self.tabs.tabData(self.tabs.currentIndex())
        return shown if shown in self._pages else None

    @property
    def canvases(self) -> list[Canvas]:
        """All of them, in the order of the tabs."""
        return [widget for widget in self._widgets if widget not in self._pages]

    def add(self, canvas: Canvas) -> None:
        """Shows another document."""
        place = self._add_tab(canvas, lambda: self.close_wanted.emit(canvas))
        canvas.session.file_changed.connect(self._name_all)
        self._name_all()
        self.tabs.setCurrentIndex(place)
        self._show_current()

    def show_page(self, page: QWidget, name: str, close: Callable[[], object]) -> None:
        """Shows a page that is no document, in a tab of its own; `close` is called where it is to be closed."""
        if page not in self._pages:
            self._pages.append(page)
            place = self._add_tab(page, close)
            self.tabs.setTabText(place, name)
        self.tabs.setCurrentIndex(self._widgets.index(page))
        self._show_current()

    def remove_page(self, page: QWidget) -> None:
        """Takes a page away, and goes back to the document that was shown before it."""
        if page not in self._pages:
            return
        back = self.last
        self.tabs.removeTab(self._widgets.index(page))
        self._pages.remove(page)
        self._stack.removeWidget(page)
        page.hide()
        if back:
            self.tabs.setCurrentIndex(self._widgets.index(back))
        self._show_current()

    def show_strip(self, owner: object, strip: QWidget | None) -> None:
        """Shows something under the picture, where the same owner showed something else, or nothing any more."""
        former = self._strips.pop(owner, None)
        if former and former is not strip:
            former.hide()
        if strip:
            self._strips[owner] = strip
            self._column.addWidget(strip)
            strip.show()

    @property
    def strips(self) -> list[QWidget]:
        """What is shown under the picture."""
        return [strip for strip in self._strips.values() if strip.isVisible()]

    def choose(self, session: Session) -> None:
        """Shows an open document."""
        for canvas in self.canvases:
            if canvas.session is session:
                self.tabs.setCurrentIndex(self._widgets.index(canvas))

    def step(self, by: int) -> None:
        """Shows the next tab, or the one before."""
        if self.tabs.count():
            self.tabs.setCurrentIndex((self.tabs.currentIndex() + by) % self.tabs.count())

    def remove(self, canvas: Canvas) -> None:
        """Takes a document away and ends what draws it."""
        if self._last is canvas:
            self._last = None
        self.tabs.removeTab(self._widgets.index(canvas))
        self._stack.removeWidget(canvas)
        canvas.close_scene()
        canvas.deleteLater()
        self._show_current()

    def show_loading(self) -> None:
        """Shows the coarse picture that `loading` holds, until a canvas comes or `end_loading` is called."""
        self.tabs.show()  # where it will be, so that the picture does not move
        self._stack.setCurrentWidget(self.loading)

    def end_loading(self) -> None:
        """Shows what is there."""
        self._show_current()

    @property
    def _widgets(self) -> list[Any]:
        """Canvases and pages, in the order of the tabs."""
        return [self.tabs.tabData(place) for place in range(self.tabs.count())]

    def _add_tab(self, widget: QWidget, close_it: Callable[[], object]) -> int:
        self._stack.addWidget(widget)
        place = self.tabs.addTab("")
        self.tabs.setTabData(place, widget)
        close = icon_button("close", "Close (Ctrl+W)")
        close.setFixedSize(24, 24)
        close.clicked.connect(lambda _: close_it())
        self.tabs.setTabButton(place, QTabBar.ButtonPosition.RightSide, close)
        return place

    def _name_all(self) -> None:
        for canvas in self.canvases:
            place, document = self._widgets.index(canvas), canvas.session.document
            dot = "" if document.history.saved else " •"
            self.tabs.setTabText(place, document.name.replace("&", "&&") + dot)
            self.tabs.setTabToolTip(place, plain_tip(str(document.path or document.name)))

    def _on_tab_chosen(self, place: int) -> None:
        if place < 0 or self.tabs.tabData(place) is not None:
            self._show_current()

    def _show_current(self) -> None:
        canvas, page = self.current, self.page
        self.tabs.setVisible(self.tabs.count() > 0)
        self._stack.setCurrentWidget(canvas or page or self.welcome)
        if canvas:
            self._last = canvas
            canvas.setFocus()
        self.current_changed.emit(canvas)
