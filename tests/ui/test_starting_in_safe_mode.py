"""The arguments of the editor's start."""

from __future__ import annotations

from pathlib import Path

import pytest

from imagetool.app.main import main
from imagetool.app.screen import why_no_window


@pytest.mark.parametrize(
    ("arguments", "opened"),
    [
        (["--safe-mode"], ([], True)),
        (["a.jpg", "--safe-mode", "b.jpg"], (["a.jpg", "b.jpg"], True)),
        (["a.jpg"], (["a.jpg"], False)),
    ],
)
def test_safe_mode_is_understood_wherever_it_stands(arguments: list[str], opened: tuple[list[str], bool]) -> None:
    seen: list[tuple[list[str], bool]] = []

    def remember(paths: list[Path], safe_mode: bool) -> int:
        seen.append(([str(path) for path in paths], safe_mode))
        return 0

    assert why_no_window() is None, "the tests have a screen of their own"
    assert main(arguments, remember) == 0
    assert seen == [opened]


def test_an_unknown_option_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--save-mode"]) == 2
    said = capsys.readouterr().err
    assert "“--save-mode” is not understood." in said
    assert "[--safe-mode]" in said
