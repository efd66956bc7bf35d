"""How long until a photo is on the screen, against ten lines of PySide6 that show the same file.

    python tests/benchmarks/start.py PHOTO [--runs N]

Both programs are started by turns under one Xvfb. A photo counts as painted when the screen shows, at the place
where the middle of the photo is, the colours that it shows at the end. Prints the medians and their ratio.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PySide6.QtGui import QGuiApplication, QImage

ROOT = Path(__file__).resolve().parents[2]
TEN_LINES = """
import sys
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QLabel
application = QApplication(sys.argv)
label = QLabel()
label.setPixmap(QPixmap(sys.argv[1]))
label.setScaledContents(True)
label.resize(1280, 800)
label.show()
application.exec()
"""
SETTLED_S, LIMIT_S, STEP_S = 4.0, 20.0, 0.005


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photo", type=Path)
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    display, server = start_server()
    os.environ.update(DISPLAY=display, QT_QPA_PLATFORM="xcb")
    application = QGuiApplication([])
    try:
        compare(application, options.photo.absolute(), options.runs)
    finally:
        server.terminate()
        server.wait()


def compare(application: QGuiApplication, photo: Path, runs: int) -> None:
    """Times both programs by turns."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "IMAGETOOL_HOME": folder}
        programs = {
            "ten lines of PySide6": [sys.executable, "-c", TEN_LINES, str(photo)],
            "imagetool": [sys.executable, str(ROOT / "main.py"), str(photo)],
        }
        final = {name: settled(application, command, environment) for name, command in programs.items()}
        seconds: dict[str, list[float]] = {name: [] for name in programs}
        for _ in range(runs):
            for name, command in programs.items():
                seconds[name].append(time_to(application, command, environment, final[name]))
    for name, values in seconds.items():
        print(
            f"{name:24} median {statistics.median(values):.3f} s   min {min(values):.3f}   max {max(values):.3f}"
        )
    ratios = [ours / theirs for theirs, ours in zip(*seconds.values(), strict=True)]
    spread = f"min {min(ratios):.2f}   max {max(ratios):.2f}"
    print(f"{'ratio, pair by pair':24} median {statistics.median(ratios):.2f}     {spread}")


def start_server() -> tuple[str, subprocess.Popen[bytes]]:
    """An X server of our own; its display's name."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24"],
        pass_fds=(write,),
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    return f":{os.read(read, 16).decode().strip()}", server


def settled(application: QGuiApplication, command: list[str], environment: dict[str, str]) -> QImage:
    """What the screen shows long after the start."""
    process = subprocess.Popen(command, env=environment)
    time.sleep(SETTLED_S)
    image = patch(application)
    stop(process)
    return image


def time_to(application: QGuiApplication, command: list[str], environment: dict[str, str], final: QImage) -> float:
    """Seconds from the start of the process until the screen looks as it will."""
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment)
    try:
        while time.perf_counter() - started < LIMIT_S:
            if alike(patch(application), final):
                return time.perf_counter() - started
            time.sleep(STEP_S)
    finally:
        stop(process)
    raise TimeoutError(f"{command[1]} did not show the photo")


def patch(application: QGuiApplication) -> QImage:
    """A piece of the screen inside the photo in both programs, small enough to be read quickly."""
    return application.primaryScreen().grabWindow(0, 300, 300, 200, 150).toImage().scaled(16, 12)


def alike(one: QImage, other: QImage) -> bool:
    """Whether two patches show the same, up to the difference of a coarse picture and a sharp one."""
    tolerance = 24
    for y in range(one.height()):
        for x in range(one.width()):
            a, b = one.pixelColor(x, y), other.pixelColor(x, y)
            if max(abs(a.red() - b.red()), abs(a.green() - b.green()), abs(a.blue() - b.blue())) > tolerance:
                return False
    return True


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ends a program and waits for it."""
    process.terminate()
    process.wait()


if __name__ == "__main__":
    main()
