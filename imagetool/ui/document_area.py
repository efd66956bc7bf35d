"""The middle of the window: tabs, the canvas of the chosen document, or the page that is there without one."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    """Holds one canvas per open document."""

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
        self._stack = QStackedWidget()
        self._stack.addWidget(self.welcome)
        self._stack.addWidget(self.loading)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.tabs, self.notices, self._stack):
            column.addWidget(widget)
        self.tabs.setFixedHeight(tokens.TAB_PX)
        self.tabs.hide()
        self.tabs.currentChanged.connect(self._on_tab_chosen)

    @property
    def current(self) -> Canvas | None:
        """The canvas that is shown."""
        canvas: Canvas | None = self.tabs.tabData(self.tabs.currentIndex())
        return canvas

    @property
    def canvases(self) -> list[Canvas]:
        """All of them, in the order of the tabs."""
        return [self.tabs.tabData(place) for place in range(self.tabs.count())]

    def add(self, canvas: Canvas) -> None:
        """Shows another document."""
        self._stack.addWidget(canvas)
        place = self.tabs.addTab("")
        self.tabs.setTabData(place, canvas)
        close = icon_button("close", "Close (Ctrl+W)")
        close.setFixedSize(24, 24)
        close.clicked.connect(lambda: self.close_wanted.emit(canvas))
        self.tabs.setTabButton(place, QTabBar.ButtonPosition.RightSide, close)
        canvas.session.file_changed.connect(self._name_all)
        self._name_all()
        self.tabs.setCurrentIndex(place)
        self._show_current()

    def choose(self, session: Session) -> None:
        """Shows an open document."""
        for place, canvas in enumerate(self.canvases):
            if canvas.session is session:
                self.tabs.setCurrentIndex(place)

    def step(self, by: int) -> None:
        """Shows the next tab, or the one before."""
        if self.tabs.count():
            self.tabs.setCurrentIndex((self.tabs.currentIndex() + by) % self.tabs.count())

    def remove(self, canvas: Canvas) -> None:
        """Takes a document away and ends what draws it."""
        self.tabs.removeTab(self.canvases.index(canvas))
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

    def _name_all(self) -> None:
        for place, canvas in enumerate(self.canvases):
            document = canvas.session.document
            dot = "" if document.history.saved else " •"
            self.tabs.setTabText(place, document.name.replace("&", "&&") + dot)
            self.tabs.setTabToolTip(place, plain_tip(str(document.path or document.name)))

    def _on_tab_chosen(self, place: int) -> None:
        if place < 0 or self.tabs.tabData(place) is not None:
            self._show_current()

    def _show_current(self) -> None:
        canvas = self.current
        self.tabs.setVisible(self.tabs.count() > 0)
        self._stack.setCurrentWidget(canvas or self.welcome)
        if canvas:
            canvas.setFocus()
        self.current_changed.emit(canvas)
