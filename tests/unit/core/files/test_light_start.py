from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[4]
HEAVY = "[name for name in ('PIL', 'cv2', 'tifffile', 'torch', 'PySide6') if name in sys.modules]"


def loaded_after(statement: str) -> str:
    code = f"import sys\n{statement}\nprint({HEAVY})"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    return run.stdout.strip()


def test_importing_the_package_loads_no_decoder() -> None:
    assert loaded_after("import imagetool.core.files") == "[]"


def test_opening_a_jpeg_loads_pillow_alone(tmp_path: Path) -> None:
    from PIL import Image

    path = tmp_path / "photo.jpg"
    Image.new("RGB", (8, 8)).save(path)
    statement = f"import imagetool.core.files as files, pathlib; files.read_picture(pathlib.Path({str(path)!r}))"

    assert loaded_after(statement) == "['PIL']"
