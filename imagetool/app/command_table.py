"""What each command of the window does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from imagetool.core import masks
from imagetool.core.compositing import composite
from imagetool.core.document import Layer
from imagetool.core.tiles import TiledImage
from imagetool.ui.canvas.brush_tool import BrushTool
from imagetool.ui.canvas.canvas import Canvas
from imagetool.ui.canvas.guide_tool import GuideTool
from imagetool.ui.canvas.tile_images import colour_space, rendered
from imagetool.ui.session import Session
from imagetool.ui.texts import show_about, show_card, show_keys

if TYPE_CHECKING:
    from imagetool.app.editor import Editor


def command_table(editor: Editor) -> dict[str, Callable[[], object]]:
    """Command ids with what they do in `editor`; commands that need a document do nothing without one."""

    def on_session(act: Callable[[Session], object]) -> Callable[[], object]:
        return lambda: act(editor.session) if editor.session else None

    def on_canvas(act: Callable[[Canvas], object]) -> Callable[[], object]:
        return lambda: act(editor.canvas) if editor.canvas else None

    def on_brush(steps: int) -> Callable[[], object]:
        return lambda: editor.brush.harden(steps) if editor.brush else None

    table: dict[str, Callable[[], object]] = {
        "open": editor.opening.ask,
        "save": on_session(editor.saving.save),
        "save-as": on_session(editor.saving.save_as),
        "export": on_session(editor.saving.export),
        "close": lambda: _close(editor),
        "quit": editor.window.close,
        "undo": on_canvas(_undo),
        "redo": on_session(Session.redo),
        "copy": on_session(lambda session: _copy(editor, session)),
        "paste": editor.opening.paste,
        "enlarge-canvas": on_canvas(editor.canvas_size.ask),
        "restore": on_session(editor.restoring.ask),
        "delete-layer": editor.window.layers.delete_active,
        "flatten": on_session(lambda session: _flatten(editor, session)),
        "save-recipe": on_session(editor.recipes.save),
        "run-again": on_session(editor.recipes.run_again),
        "mask-all": on_session(lambda session: editor.masks.change(session, "Mask everything", masks.full)),
        "mask-none": on_session(_clear_mask),
        "mask-invert": on_session(lambda session: editor.masks.change(session, "Invert mask", masks.inverted)),
        "select-unlikely": on_session(editor.unlikely.ask),
        "find-damage": on_session(editor.damage.ask),
        "hints-clear": on_session(_clear_hints),
        "pick-colour": lambda: _pick_colour(editor),
        "mask-view": on_canvas(lambda canvas: canvas.scene.cycle_mask_view()),
        "run": editor.running.run,
        "fill": editor.running.run,
        "cancel": lambda: _cancel(editor),
        "jobs": editor.running.list.toggle,
        "free-memory": editor.running.free_memory,
        "compare-models": editor.shootout.show,
        "card": lambda: _show_card(editor),
        "plugins": editor.managing.show,
        "fit": on_canvas(Canvas.fit),
        "full-size": on_canvas(lambda canvas: canvas.zoom_to(1.0)),
        "zoom-in": on_canvas(lambda canvas: canvas.zoom_step(1)),
        "zoom-out": on_canvas(lambda canvas: canvas.zoom_step(-1)),
        "split": on_canvas(lambda canvas: canvas.compare.toggle_split()),
        "show-changes": on_canvas(editor.changes.toggle),
        "panels": lambda: editor.window.hide_panels(editor.actions["panels"].isChecked()),
        "next-area": editor.window.focus_next_area,
        "next-picture": lambda: editor.window.area.step(1),
        "previous-picture": lambda: editor.window.area.step(-1),
        "full-screen": lambda: _full_screen(editor),
        "reset-layout": editor.window.reset_layout,
        "find": lambda: editor.palette.open(),  # noqa: PLW0108 - the palette is made from these
        "keys": lambda: show_keys(editor.window, editor.actions),
        "about": lambda: show_about(editor.window),
        "brush-smaller": lambda: editor.resize_brush(-1),
        "brush-larger": lambda: editor.resize_brush(1),
        "brush-softer": on_brush(-1),
        "brush-harder": on_brush(1),
        "brush-swap": lambda: _swap(editor),
    }
    for tool_id in editor.tools:
        table[f"tool-{tool_id}"] = partial(editor.choose_tool, tool_id)
    for choice in ("system", "dark", "light"):
        table[f"theme-{choice}"] = partial(_choose_theme, editor, choice)
    return table


def _undo(canvas: Canvas) -> None:
    if not canvas.abandon():  # a stroke that is being drawn is what is taken back first
        canvas.session.undo()


def _clear_mask(session: Session) -> None:
    session.set_mask("Clear mask", masks.empty(session.state.mask))


def _clear_hints(session: Session) -> None:
    if session.state.hints:
        session.apply("Clear guide strokes", session.state.with_hints(()))


def _swap(editor: Editor) -> None:
    if isinstance(editor.tool, BrushTool | GuideTool):
        editor.tool.swap_mode()


def _pick_colour(editor: Editor) -> None:
    """Takes the colour for the guide, and the guide into the hand."""
    canvas = editor.canvas
    if canvas and canvas.pointer:
        editor.choose_tool("guide")
        if isinstance(editor.tool, GuideTool):
            editor.tool.pick(canvas.session, canvas.pointer)


def _flatten(editor: Editor, session: Session) -> None:
    state = session.state
    if len(state.layers) == 1:
        return

    def merged() -> Layer:
        return Layer.new("Background", TiledImage.from_array(composite(state, state.bounds)))

    def apply(layer: Layer) -> None:
        if session.state is state:
            session.apply("Merge all layers", replace(state, layers=(layer,), active_id=layer.id))
        else:  # it has changed meanwhile
            _flatten(editor, session)

    editor.background.run(merged, apply, editor.show_error)


def _copy(editor: Editor, session: Session) -> None:
    state = session.state
    colours = colour_space(session.document.picture.metadata.icc)
    clipboard = QGuiApplication.clipboard()
    editor.background.run(lambda: rendered(state, state.bounds, colours), clipboard.setImage, editor.show_error)


def _close(editor: Editor) -> None:
    if editor.candidates.is_shown:
        editor.candidates.discard()
    elif editor.canvas:
        editor.close_canvas(editor.canvas)


def _cancel(editor: Editor) -> None:
    """What Esc takes back: the stroke being drawn, then the job, then what there is to choose from or compare."""
    canvas = editor.canvas
    if editor.candidates.is_shown:
        editor.candidates.escape()
    if canvas is None or canvas.abandon():
        return
    if canvas.session.job:
        editor.running.cancel()
    elif editor.restoring.stop(canvas.session):
        pass  # what is said comes with its end
    elif editor.ways.discard(canvas.session) or editor.damage.discard(canvas.session):
        editor.window.status.say("Discarded. The picture is as it was.")
    elif editor.changes.stop(canvas):
        pass  # the picture is shown again
    elif canvas.compare.split is not None:
        canvas.compare.toggle_split()


def _show_card(editor: Editor) -> None:
    if editor.window.task.has_model:
        show_card(editor.window, editor.window.task.wish.model)


def _full_screen(editor: Editor) -> None:
    if editor.window.isFullScreen():
        editor.window.showNormal()
    else:
        editor.window.showFullScreen()


def _choose_theme(editor: Editor, choice: str) -> None:
    editor.settings.set("theme", choice)
    editor.theme.choose(choice)
    editor.show_theme_choice()
