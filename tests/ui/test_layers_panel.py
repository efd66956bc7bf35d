"""The layers of a document: seen, dense, ordered, named, chosen."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from imagetool.core.document import Document, Layer
from imagetool.core.picture import Picture
from imagetool.core.tiles import TiledImage
from imagetool.ui.panels.layers_panel import LayersPanel
from imagetool.ui.session import Session
from tests.ui.conftest import plain_picture


@pytest.fixture
def session() -> Session:
    """Three layers: Background, middle, top; the top one in hand."""
    made = Session(Document(Picture.of(plain_picture(60, 40))))
    for name in ("middle", "top"):
        sheet = TiledImage.from_array(np.full((40, 60, 4), 255, np.uint8))
        made.apply(name, made.state.with_layer_added(Layer.new(name, sheet)))
    return made


@pytest.fixture
def panel(qtbot: QtBot, session: Session) -> LayersPanel:
    made = LayersPanel()
    qtbot.addWidget(made)
    made.resize(260, 300)
    with qtbot.waitExposed(made):
        made.show()
    made.show_session(session)
    return made


def names(session: Session) -> list[str]:
    return [layer.name for layer in session.state.layers]


def row(panel: LayersPanel, place: int) -> QWidget:
    widget = panel.list.itemWidget(panel.list.item(place))
    assert widget is not None
    return widget


def button(panel: LayersPanel, name: str) -> QToolButton:
    return next(it for it in panel.findChildren(QToolButton) if it.accessibleName() == name)


def shown_names(panel: LayersPanel) -> list[str]:
    fields = [row(panel, place).findChild(QLineEdit) for place in range(panel.list.count())]
    return [field.text() for field in fields if field]


def test_the_topmost_stands_first(panel: LayersPanel) -> None:
    assert shown_names(panel) == ["top", "middle", "Background"]
    assert panel.list.currentRow() == 0


def test_the_eye_hides_and_shows(panel: LayersPanel, session: Session) -> None:
    for expected in (False, True):
        eye = row(panel, 1).findChild(QToolButton)
        assert eye is not None
        eye.click()
        assert session.state.layers[1].visible is expected
    assert [entry.name for entry in session.document.history.entries][-2:] == ["Hide “middle”", "Show “middle”"]


def test_one_drag_of_the_opacity_is_one_entry(panel: LayersPanel, session: Session) -> None:
    before = len(session.document.history.entries)
    for percent in (90, 70, 40, 25):
        panel.opacity.set_value(percent)
    assert session.state.active.opacity == 0.25
    assert len(session.document.history.entries) == before + 1
    session.undo()
    assert session.state.active.opacity == 1
    assert panel.opacity.field.value == 100, "the panel does not follow undo"


def test_moving(panel: LayersPanel, session: Session) -> None:
    button(panel, "Move the layer down").click()
    assert names(session) == ["Background", "top", "middle"]
    assert shown_names(panel) == ["middle", "top", "Background"]
    assert panel.list.currentRow() == 1
    button(panel, "Move the layer up").click()
    entries = len(session.document.history.entries)
    button(panel, "Move the layer up").click()
    assert len(session.document.history.entries) == entries, "at the top it cannot go further up"


def test_deleting_keeps_the_last_one(panel: LayersPanel, session: Session) -> None:
    delete = button(panel, "Delete the layer")
    delete.click()
    delete.click()
    assert names(session) == ["Background"]
    assert not delete.isEnabled()
    panel.delete_active()
    assert names(session) == ["Background"]


@pytest.mark.parametrize("begin", ["double click", "F2"])
def test_renaming(panel: LayersPanel, session: Session, begin: str) -> None:
    if begin == "F2":
        panel.list.setFocus()
        QTest.keyClick(panel.list, Qt.Key.Key_F2)
    else:
        QTest.mouseDClick(row(panel, 0), Qt.MouseButton.LeftButton)
    field = row(panel, 0).findChild(QLineEdit)
    assert field is not None
    QTest.keyClicks(field, "sky ")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert names(session) == ["Background", "middle", "sky"]
    assert [entry.name for entry in session.document.history.entries].count("Rename layer") == 1
    assert panel.list.hasFocus(), "the keyboard is lost"


def test_esc_keeps_the_old_name(panel: LayersPanel, session: Session) -> None:
    panel.list.setFocus()
    QTest.keyClick(panel.list, Qt.Key.Key_F2)
    field = row(panel, 0).findChild(QLineEdit)
    assert field is not None
    QTest.keyClicks(field, "sky")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert names(session)[-1] == "top"
    assert field.text() == "top"
    assert field.isReadOnly()


def test_choosing_with_the_keyboard(panel: LayersPanel, session: Session) -> None:
    panel.list.setFocus()
    QTest.keyClick(panel.list, Qt.Key.Key_Down)
    QTest.keyClick(panel.list, Qt.Key.Key_Down)
    assert session.state.active.name == "Background"
    QTest.keyClick(panel.list, Qt.Key.Key_Space)
    assert not session.state.active.visible
    assert panel.list.hasFocus()


def test_rows_are_kept_while_other_things_change(panel: LayersPanel, session: Session) -> None:
    first = row(panel, 0)
    session.set_mask("Mask", session.state.mask.with_pixels(0, 0, np.full((9, 9, 1), 255, np.uint8)))
    assert row(panel, 0) is first, "a name that is being typed would be lost"


def test_without_a_document_nothing_can_be_done(panel: LayersPanel) -> None:
    panel.show_session(None)
    assert panel.list.count() == 0
    assert not button(panel, "Delete the layer").isEnabled()
    panel.delete_active()
