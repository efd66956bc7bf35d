"""Every command of the window: its words, its keys, its place in the menus."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from imagetool.ui.icons import icon


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that can be done. `menu` is the menu it stands in, "" for none; `rule` puts a line before it."""

    id: str
    text: str
    menu: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    rule: bool = False
    checkable: bool = False
    on_canvas: bool = False  # its keys mean something else where a field or a button has the focus


COMMANDS: tuple[Command, ...] = (
    Command("open", "Open…", "File", ("Ctrl+O",), "open"),
    Command("save", "Save", "File", ("Ctrl+S",), "save", rule=True),
    Command("save-as", "Save as…", "File", ("Ctrl+Shift+S",)),
    Command("export", "Export…", "File", ("Ctrl+Shift+E",)),
    Command("close", "Close", "File", ("Ctrl+W",), rule=True),
    Command("quit", "Quit", "File", ("Ctrl+Q",)),
    Command("undo", "Undo", "Edit", ("Ctrl+Z",), "undo"),
    Command("redo", "Redo", "Edit", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo"),
    Command("copy", "Copy picture", "Edit", ("Ctrl+C",), rule=True),
    Command("paste", "Paste as new picture", "Edit", ("Ctrl+V",), "paste"),
    Command("enlarge-canvas", "Enlarge canvas…", "Image", ("Ctrl+Alt+C",), "canvas"),
    Command("restore", "Restore an old photo…", "Image", (), "restore"),
    Command("delete-layer", "Delete layer", "Layer", (), "delete"),
    Command("flatten", "Merge all layers", "Layer", ()),
    Command("run-again", "Run again", "Layer", (), rule=True),
    Command("save-recipe", "Save recipe…", "Layer", ()),
    Command("mask-all", "Mask everything", "Select", ("Ctrl+A",)),
    Command("mask-none", "Clear mask", "Select", ("Ctrl+D",), "clear"),
    Command("mask-invert", "Invert mask", "Select", ("Ctrl+Shift+I",), "invert"),
    Command("select-unlikely", "Select the unlikely…", "Select"),
    Command("find-damage", "Find damage…", "Select", (), "damage"),
    Command("hints-clear", "Clear guide strokes", "Select"),
    Command("mask-view", "Cycle the mask's view", "Select", ("Q",), rule=True),
    Command("run", "Run model", "Models", ("Ctrl+Return", "Ctrl+Enter")),
    Command("fill", "Fill mask", "Models", ("Delete",)),
    Command("cancel", "Stop", "Models", ("Esc",)),
    Command("compare-models", "Compare models…", "Models", ("Ctrl+Shift+M",), "compare", rule=True),
    Command("jobs", "Jobs", "Models", ("Ctrl+Shift+J",), "jobs", rule=True),
    Command("free-memory", "Free memory now", "Models"),
    Command("card", "About this model", "Models", (), "info", rule=True),
    Command("plugins", "Plugins…", "Models", ("Ctrl+Shift+P",), "plugin", rule=True),
    Command("fit", "Fit to view", "View", ("Ctrl+0",), "fit"),
    Command("full-size", "100 %", "View", ("Ctrl+1",)),
    Command("zoom-in", "Zoom in", "View", ("Ctrl++", "Ctrl+=")),
    Command("zoom-out", "Zoom out", "View", ("Ctrl+-",)),
    Command("split", "Compare before and after", "View", ("Shift+\\",), "split", rule=True),
    Command("show-changes", "Show what changed", "View", ("Shift+C",), checkable=True),
    Command("next-picture", "Next picture", "View", ("Ctrl+Tab", "Ctrl+PgDown"), rule=True),
    Command("previous-picture", "Previous picture", "View", ("Ctrl+Shift+Tab", "Ctrl+PgUp")),
    Command("next-area", "Next part of the window", "View", ("F6",)),
    Command("panels", "Hide panels", "View", ("Tab",), rule=True, checkable=True, on_canvas=True),
    Command("full-screen", "Full screen", "View", ("F", "F11"), checkable=True),
    Command("reset-layout", "Reset layout", "View"),
    Command("theme-system", "Theme: like the system", "View", rule=True, checkable=True),
    Command("theme-dark", "Theme: dark", "View", checkable=True),
    Command("theme-light", "Theme: light", "View", checkable=True),
    Command("find", "Find command…", "Help", ("Ctrl+K",)),
    Command("keys", "Keyboard shortcuts", "Help", ("F1",)),
    Command("about", "About imagetool", "Help", rule=True),
    Command("tool-hand", "Hand", "", ("H",), "hand"),
    Command("tool-brush", "Mask brush", "", ("B",), "brush"),
    Command("tool-eraser", "Mask eraser", "", ("E",), "eraser"),
    Command("tool-lasso", "Lasso", "", ("L",), "lasso"),
    Command("tool-rectangle", "Rectangle", "", ("M",), "rectangle"),
    Command("tool-guide", "Guide", "", ("P",), "guide"),
    Command("pick-colour", "Pick the colour under the pointer", "", ("I",), "picker"),
    Command("brush-smaller", "Smaller brush", "", ("[",)),
    Command("brush-larger", "Larger brush", "", ("]",)),
    Command("brush-softer", "Softer brush", "", ("Shift+[",)),
    Command("brush-harder", "Harder brush", "", ("Shift+]",)),
    Command("brush-swap", "Swap adding and removing", "", ("X",)),
)
MENUS = ("File", "Edit", "Image", "Layer", "Select", "Models", "View", "Help")


class Actions(QObject):
    """The commands as Qt actions; `act` maps ids to what they do, `keys` overrides shortcuts by id."""

    def __init__(self, window: QWidget, act: dict[str, Callable[[], object]], keys: dict[str, list[str]]) -> None:
        super().__init__(window)
        self.commands = tuple(command for command in COMMANDS if command.id in act)
        self._actions = {command.id: self._action(command, window, act, keys) for command in self.commands}

    def __getitem__(self, command_id: str) -> QAction:
        return self._actions[command_id]

    def add_to_canvas(self, canvas: QWidget) -> None:
        """Lets a canvas hear the keys that only a canvas hears."""
        canvas.addActions([self._actions[command.id] for command in self.commands if command.on_canvas])

    def fill_menus(self, menus: dict[str, QMenu]) -> None:
        """Puts every command into its menu, which has its title as a key."""
        for title, menu in menus.items():
            for command in self.commands:
                if command.menu == title:
                    if command.rule:
                        menu.addSeparator()
                    menu.addAction(self._actions[command.id])

    def _action(
        self, command: Command, window: QWidget, act: dict[str, Callable[[], object]], keys: dict[str, list[str]]
    ) -> QAction:
        action = QAction(command.text, self)
        if command.icon:
            action.setIcon(icon(command.icon))
        action.setCheckable(command.checkable)
        action.setShortcuts([QKeySequence(text) for text in keys.get(command.id, command.keys)])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.triggered.connect(lambda _=False: act[command.id]())
        if command.on_canvas:
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        else:
            window.addAction(action)
        return action
