"""Builds the window and everything behind it, and connects them; the only place that knows all."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence
from PySide6.QtWidgets import QMenu

from imagetool.app.candidates import Candidates
from imagetool.app.canvas_size import CanvasSize
from imagetool.app.changes import Changes
from imagetool.app.command_table import command_table
from imagetool.app.damage import DamageSearch
from imagetool.app.dropping import Dropping
from imagetool.app.managing import Managing
from imagetool.app.opening import Opening
from imagetool.app.plugin_desk import PluginDesk
from imagetool.app.quick_look import QuickLook
from imagetool.app.recipes import Recipes
from imagetool.app.recovery import Recovery
from imagetool.app.restoring import Restoring
from imagetool.app.running import Running
from imagetool.app.saving import Answer, Saving
from imagetool.app.shootout import Shootout
from imagetool.app.unfinished import UnfinishedJobs
from imagetool.app.unlikely import Unlikely
from imagetool.app.ways import Ways
from imagetool.catalog.catalog import Catalog
from imagetool.catalog.places import Places
from imagetool.core.brush import StrokeMode
from imagetool.core.errors import ImagetoolError
from imagetool.jobs.journal import Journals
from imagetool.jobs.measures import Measures
from imagetool.jobs.preparing import Equipment
from imagetool.jobs.runner import Listener, Runner, WorkerRunner
from imagetool.plugin.tasks import Task
from imagetool.ui.background import Background
from imagetool.ui.canvas.brush_tool import BrushTool
from imagetool.ui.canvas.canvas import Canvas
from imagetool.ui.canvas.guide_tool import GuideTool
from imagetool.ui.canvas.shape_tools import HandTool, LassoTool, RectangleTool
from imagetool.ui.canvas.tool import Tool
from imagetool.ui.commands import Actions
from imagetool.ui.inference import Inference
from imagetool.ui.main_window import MainWindow
from imagetool.ui.mask_changes import MaskChanges
from imagetool.ui.options_bar import OptionsBar
from imagetool.ui.palette import CommandPalette
from imagetool.ui.panels.history_panel import HistoryPanel
from imagetool.ui.panels.layers_panel import LayersPanel
from imagetool.ui.panels.task_panel import TaskPanel
from imagetool.ui.session import Session
from imagetool.ui.settings import Settings
from imagetool.ui.theme import Theme


def worker_runner(places: Places, listener: Listener) -> Runner:
    """Runs models in processes of their own, keeps what long jobs have made, and learns what models take."""
    equipment = Equipment(Journals(places.home / "jobs"), Measures(places.home))
    return WorkerRunner(places, listener, equipment=equipment)


class Editor(QObject):
    """The running program."""

    ended = Signal()  # everything is closed; the program may go

    def __init__(
        self,
        window: MainWindow,
        theme: Theme,
        settings: Settings,
        places: Places,
        make_runner: Callable[[Places, Listener], Runner] = worker_runner,
        *,
        safe_mode: bool = False,
        make_desk: Callable[..., PluginDesk] = PluginDesk,
    ) -> None:
        super().__init__(window)
        self.safe_mode, self.restart_wanted = safe_mode, False
        self.window, self.theme, self.settings, self.places = window, theme, settings, places
        self.background = Background()
        self.inference = Inference(partial(make_runner, places))
        self.masks = MaskChanges(self.background, self.show_error)
        self.tools: dict[str, Tool] = {tool.id: tool for tool in self._make_tools()}
        self.tool = self.tools["brush"]
        self.catalog = Catalog.scan(places, third_party=not safe_mode)
        shortcut = QKeySequence("Ctrl+Return").toString(QKeySequence.SequenceFormat.NativeText)
        window.furnish(
            OptionsBar(list(self.tools.values())),
            TaskPanel(self.catalog, shortcut),
            LayersPanel(),
            HistoryPanel(),
        )
        self.opening = Opening(self.window, self.background, self.settings, self.add_session)
        self.saving = Saving(self.window, self.background)
        self.recovery = Recovery(window, places.home / "recovery")
        self.running = Running(window, self.background, self.inference, settings, Measures(places.home))
        self.recipes = Recipes(window, self.background, self.running)
        self.unlikely = Unlikely(window, self.background, self.recipes)
        self.changes = Changes(window)
        self.canvas_size = CanvasSize(window, self.background)
        self.candidates = Candidates(window, self.background, self.running, self.add_session)
        self.ways = Ways(window, self.background, self.running)
        self.damage = DamageSearch(window, self.background, self.running, lambda: self.catalog)
        self.restoring = Restoring(window, self.running, lambda: self.catalog)
        self.damage.restore_wanted.connect(self.restoring.ask)
        for keeper in (self.candidates.keeping, self.ways, self.restoring):
            keeper.landed.connect(self.recipes.remember)
            keeper.landed.connect(self.changes.note)
        self.running.arrivals.landed.connect(self.changes.note)
        self.unfinished = UnfinishedJobs(
            window, self.background, Journals(places.home / "jobs"), self.add_session, self.running.submit
        )
        self.shootout = Shootout(window, self.background, self.inference, self.running)
        self.desk = make_desk(places, safe_mode=safe_mode)
        self.managing = Managing(window, self.desk, self.running.arrivals)
        self.dropping = Dropping(window, self.opening, self.managing.install, lambda: self.catalog)
        self.actions = Actions(self.window, command_table(self), self.settings.keys)
        self.actions.fill_menus(self.window.menus)
        self._add_recent_menu()
        self.palette = CommandPalette(self.window, self.actions)
        self._connect()
        self.choose_tool("brush")
        self.show_theme_choice()
        self._on_current_changed(None)
        if safe_mode:
            window.area.notices.show_notice(_SAFE_MODE, {"Restart with all plugins": self.leave_safe_mode})

    @property
    def canvas(self) -> Canvas | None:
        """The canvas that is shown."""
        return self.window.area.current

    @property
    def session(self) -> Session | None:
        """The document that is shown."""
        return self.canvas.session if self.canvas else None

    def open(self, paths: list[Path], look: QuickLook | None) -> None:
        """Opens the files of the command line; `look` is the first one's coarse picture, shown already."""
        if paths and look:
            self.opening.read(paths[0].absolute(), look)
        for path in paths[1:] if look else paths:
            self.dropping.open(path)
        self.opening.show_recent()
        self.desk.adopt_weights()
        self.recovery.offer(lambda document: self.add_session(Session(document)))
        self.unfinished.offer(self.catalog)

    def add_session(self, session: Session) -> None:
        """Shows another document."""
        canvas = Canvas(session, self.tool)
        canvas.viewport_changed.connect(lambda _: self._on_viewport_changed(canvas))
        canvas.brush_wheel_turned.connect(self.resize_brush)
        session.file_changed.connect(self._show_file)
        session.state_changed.connect(self._show_undo)
        self.changes.watch(session)
        self.recovery.watch(session)
        self.actions.add_to_canvas(canvas)
        self.window.area.add(canvas)

    def close_canvas(self, canvas: Canvas) -> None:
        """Closes a document, after asking where it is not saved."""
        self.saving.ask_to_save(canvas.session, lambda: self._remove(canvas))

    def choose_tool(self, tool_id: str) -> None:
        """Takes a tool into the hand."""
        self.tool = self.tools[tool_id]
        self.window.tools.show_tool(tool_id)
        self.window.options.show_tool(self.tool)
        for canvas in self.window.area.canvases:
            canvas.set_tool(self.tool)

    @property
    def brush(self) -> BrushTool | None:
        """The brush or eraser, if one is in the hand."""
        return self.tool if isinstance(self.tool, BrushTool) else None

    def resize_brush(self, steps: int) -> None:
        """Makes the brush in the hand larger or smaller, or the guide."""
        if isinstance(self.tool, BrushTool | GuideTool):
            self.tool.resize(steps)

    def show_error(self, error: ImagetoolError) -> None:
        """Says what went wrong, in the bar over the canvas."""
        self.window.area.notices.show_notice(str(error), {})

    def close(self) -> None:
        """Ends all threads and processes."""
        self.window.hide_panels(False)  # hidden for a while, not for good
        self.settings.set("layout", self.window.layout_text())
        for canvas in self.window.area.canvases:
            self._remove(canvas)
        self.desk.close()
        self.inference.close()
        self.background.close()
        self.recovery.close()

    def leave_safe_mode(self) -> None:
        """Ends the program, to be started again with all plugins."""
        self.restart_wanted = True
        self.window.close()

    def show_theme_choice(self) -> None:
        """Marks the chosen theme in the menu."""
        for choice in ("system", "dark", "light"):
            self.actions[f"theme-{choice}"].setChecked(choice == self.theme.choice)

    def _make_tools(self) -> list[Tool]:
        return [
            HandTool(),
            BrushTool("brush", StrokeMode.ADD),
            BrushTool("eraser", StrokeMode.SUBTRACT),
            LassoTool(self.masks),
            RectangleTool(self.masks),
            GuideTool(),
        ]

    def _add_recent_menu(self) -> None:
        menu = QMenu("Open recent", self.window)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(lambda: self.opening.fill_recent_menu(menu))
        file_menu = self.window.menus["File"]
        file_menu.insertMenu(file_menu.actions()[1], menu)  # right below Open

    def _connect(self) -> None:
        window = self.window
        window.area.current_changed.connect(self._on_current_changed)
        window.area.close_wanted.connect(self.close_canvas)
        window.closing.connect(self._on_closing)
        window.tools.chosen.connect(self.choose_tool)
        self.managing.catalog_changed.connect(self._on_catalog_changed)
        self.canvas_size.fill_wanted.connect(self._fill)
        self.changes.shown.connect(self.actions["show-changes"].setChecked)
        window.task.run_wanted.connect(self.running.run)
        window.task.cancel_wanted.connect(self.running.cancel)
        window.task.card_wanted.connect(lambda _: self.actions["card"].trigger())
        window.status.cancel_wanted.connect(self.running.cancel)
        for signal, command in (
            (window.options.invert_wanted, "mask-invert"),
            (window.options.clear_wanted, "mask-none"),
            (window.options.view_wanted, "mask-view"),
            (window.status.fit_wanted, "fit"),
            (window.status.undo_wanted, "undo"),
            (window.status.compare_wanted, "split"),
        ):
            signal.connect(self.actions[command].trigger)

    def _remove(self, canvas: Canvas) -> None:
        if canvas in self.window.area.canvases:
            self.ways.discard(canvas.session)
            self.restoring.forget(canvas.session)
            self.damage.forget(canvas.session)
            self.running.forget(canvas.session)
            self.recipes.forget(canvas.session)
            self.shootout.forget(canvas.session)
            self.recovery.forget(canvas.session)
            self.window.area.remove(canvas)
            if not self.window.area.canvases:
                self.opening.show_recent()

    def _on_current_changed(self, canvas: Canvas | None) -> None:
        session = canvas.session if canvas else None
        self.window.layers.show_session(session)
        self.window.history.show_session(session)
        self.window.status.show_picture(session)
        on_page = self.candidates.is_shown
        self.running.show_session(session, self.candidates.session if on_page else None)
        for command in self.actions.commands:
            if command.menu in ("Edit", "Image", "Layer", "Select", "Models") or command.id in _NEED_PICTURE:
                able = session is not None or command.id in _NEED_NONE or (on_page and command.id == "close")
                self.actions[command.id].setEnabled(able)
        if canvas:
            self._on_viewport_changed(canvas)
        self._show_file()
        self._show_undo()

    def _fill(self, session: Session) -> None:
        """Fills the mask of the shown document, if it is still that one."""
        if session is self.session:
            self.window.task.choose_task(Task.INPAINT)
            self.running.run()

    def _on_catalog_changed(self, catalog: Catalog) -> None:
        if catalog != self.catalog:
            self.catalog = catalog
            self.window.task.set_catalog(catalog)

    def _on_viewport_changed(self, canvas: Canvas) -> None:
        if canvas is self.canvas:
            self.window.status.show_zoom(canvas.viewport)
            self.running.looking.look()

    def _show_file(self) -> None:
        name = self.session.document.name if self.session else ""
        program = "imagetool (safe mode)" if self.safe_mode else "imagetool"
        self.window.setWindowTitle(f"{name} — {program}" if name else program)

    def _show_undo(self) -> None:
        history = self.session.document.history if self.session else None
        self.actions["undo"].setEnabled(history is not None and history.can_undo)
        self.actions["redo"].setEnabled(history is not None and history.can_redo)

    def _on_closing(self, event: QCloseEvent) -> None:
        to_save = []
        for session in [canvas.session for canvas in self.window.area.canvases]:
            if not session.document.history.saved:
                self.window.area.choose(session)
            answer = self.saving.ask(session)
            if answer is Answer.CANCEL:
                self.restart_wanted = False
                event.ignore()
                return
            if answer is Answer.SAVE:
                to_save.append(session)
        if to_save:
            event.ignore()  # until everything is written; where that fails, the window stays
        self._save_and_end(to_save)

    def _save_and_end(self, sessions: list[Session]) -> None:
        if sessions:
            self.saving.save(sessions[0], lambda: self._save_and_end(sessions[1:]))
        else:
            self.window.closing.disconnect(self._on_closing)
            self.window.hide()
            self.close()
            self.ended.emit()


_SAFE_MODE = "Safe mode: the plugins that you installed are off."
_NEED_NONE = frozenset({"paste", "card", "plugins", "jobs", "free-memory", "run", "cancel"})
_NEED_PICTURE = frozenset(
    {"save", "save-as", "export", "close", "fit", "full-size", "zoom-in", "zoom-out", "split", "show-changes"}
)
