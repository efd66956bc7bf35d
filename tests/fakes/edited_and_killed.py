"""The real program with a hand in it: it opens a photo, changes it, and says when the work is kept.

Run as `python -m tests.fakes.edited_and_killed PHOTO STATE.npz`; it then waits to be killed.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QTimer

from imagetool.app.editor import Editor
from imagetool.app.startup import Startup
from imagetool.core.document import Layer, State
from imagetool.core.tiles import TiledImage
from imagetool.ui.session import Session

_POLL_MS = 20


def remembered(state: State) -> dict[str, NDArray[Any]]:
    """What must come back, as arrays."""
    arrays: dict[str, NDArray[Any]] = {
        f"layer {place}": layer.pixels.read(state.bounds) for place, layer in enumerate(state.layers)
    }
    arrays["mask"] = state.mask.read(state.bounds)
    arrays["names"] = np.array([layer.name for layer in state.layers])
    arrays["opacities"] = np.array([layer.opacity for layer in state.layers])
    return arrays


def main(photo: Path, kept_state: Path) -> int:
    startup = Startup([photo])
    timer = QTimer()
    timer.setInterval(_POLL_MS)

    def look() -> None:
        editor = startup.editor
        if editor and not editor.window.area.canvases and not editor.opening._reading:
            editor.opening.open(photo)
        elif editor and editor.session and not editor.session.document.history.can_undo:
            _change(editor.session, kept_state)
            _speed_up(editor)
        elif editor and list(editor.places.home.glob("recovery/*/state.json")):
            print("kept", flush=True)  # noqa: T201 - the test waits for it
            timer.stop()

    timer.timeout.connect(look)
    timer.start()
    return startup.run(None)


def _change(session: Session, kept_state: Path) -> None:
    state = session.state
    sheet = np.random.default_rng(3).integers(0, 256, (60, 80, 4), np.uint8)
    layer = Layer.new(
        "Fill · “Exemplar” & <b>more</b>", TiledImage.blank(state.size, 4).with_pixels(230, 40, sheet)
    )
    changed = state.with_layer_added(Layer(layer.id, layer.name, layer.pixels, visible=True, opacity=0.5))
    changed = changed.with_mask(state.mask.with_pixels(250, 10, np.full((30, 20, 1), 200, np.uint8)))
    np.savez(kept_state, allow_pickle=False, **remembered(changed))
    session.apply("Change", changed)


def _speed_up(editor: Editor) -> None:
    editor.recovery._timer.setInterval(_POLL_MS)


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), Path(sys.argv[2])))
