"""The line under the run button is worked out on a thread, and only the last question is answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from imagetool.app.forecasting import Forecasting
from imagetool.catalog.catalog import CatalogModel
from imagetool.core.document import Document, State
from imagetool.core.geometry import Rect, Size
from imagetool.core.picture import Picture
from imagetool.jobs.measures import Measures
from imagetool.jobs.request import Report, Result
from imagetool.plugin.parameters import Params
from imagetool.ui.background import Background
from imagetool.ui.panels.task_panel import Wish
from imagetool.ui.widgets.size_form import SizeForm
from tests.fakes.requests import HOLE, MANIFEST_OF_AN_ENLARGER, enlarging, fake_model, mask, picture, request

ENLARGER = fake_model(MANIFEST_OF_AN_ENLARGER)
DONE = Report("cpu", "fp32", 12.0, 4, 900.0, base_rss_mb=700.0, tile_px=96)


@pytest.fixture
def background() -> Iterator[Background]:
    made = Background(threads=1)
    yield made
    made.close()


@pytest.fixture
def forecasting(background: Background, home: Path) -> Forecasting:
    return Forecasting(background, Measures(home))


@pytest.fixture
def sizes(qtbot: QtBot) -> SizeForm:
    form = SizeForm()
    qtbot.addWidget(form)
    return form


def wish_for(model: CatalogModel) -> Wish:
    return Wish(model, Params({}), 1, 0.0, None)


def state_of() -> State:
    return Document(Picture.of(picture())).state


def result_of(size: Size) -> Result:
    return Result(Rect.of_size(size), np.zeros((size.height, size.width, 4), np.uint8), DONE)


def test_what_was_learned_is_said(qtbot: QtBot, forecasting: Forecasting, sizes: SizeForm) -> None:
    lines: list[str] = []
    asked = enlarging(ENLARGER)
    forecasting.expect(wish_for(ENLARGER), state_of(), sizes, "auto", "CPU", lines.append)
    qtbot.waitUntil(lambda: lines == ["CPU"])
    forecasting.remember(asked, result_of(Size(128, 96)))
    forecasting.expect(wish_for(ENLARGER), state_of(), sizes, "auto", "CPU", lines.append)
    qtbot.waitUntil(lambda: lines[1:] == ["≈ 12 s · 900 MB · CPU"])


def test_a_mask_is_measured_on_the_thread(qtbot: QtBot, forecasting: Forecasting, sizes: SizeForm) -> None:
    lines: list[str] = []
    filler = fake_model()
    forecasting.remember(request(filler), result_of(HOLE.size))
    state = replace(state_of(), mask=mask(Rect(0, 0, HOLE.width * 2, HOLE.height)))
    forecasting.expect(wish_for(filler), state, sizes, "cpu", "CPU", lines.append)
    qtbot.waitUntil(lambda: len(lines) == 1)
    assert lines[0].startswith("≈ 24 s · "), "twice as many pixels"


def test_only_the_last_question_is_answered(qtbot: QtBot, forecasting: Forecasting, sizes: SizeForm) -> None:
    lines: list[str] = []
    forecasting.expect(wish_for(ENLARGER), state_of(), sizes, "auto", "first", lines.append)
    forecasting.expect(wish_for(ENLARGER), state_of(), sizes, "auto", "second", lines.append)
    qtbot.waitUntil(lambda: bool(lines))
    assert lines == ["second"]


def test_a_question_can_be_taken_back(
    qtbot: QtBot, background: Background, forecasting: Forecasting, sizes: SizeForm
) -> None:
    lines: list[str] = []
    forecasting.expect(wish_for(ENLARGER), state_of(), sizes, "auto", "CPU", lines.append)
    forecasting.forget()
    after: list[int] = []
    background.run(lambda: 1, after.append, lambda _: None)
    qtbot.waitUntil(lambda: after == [1])
    assert lines == []
