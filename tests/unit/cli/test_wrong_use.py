"""Bad input ends with status 1 or 2, one plain sentence on stderr, nothing on stdout, and no output file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from imagetool.cli.main import main


@dataclass(frozen=True)
class Wrong:
    """A command line, with {photo}, {mask}, {out} and {folder} to be filled in, and what comes of it."""

    words: str
    status: int
    said: str

    def __str__(self) -> str:
        return self.words[:100] or "(nothing)"


TO = "run inpaint {photo} --mask {mask} -o "
RUN = TO + "{out}"
MASK = "run inpaint {photo} -o {out} --mask "
INPUT = "run inpaint -o {out} --mask {mask} "
LARGER = "run upscale {photo} -o {out} "
FAST = "train super_resolution/fast --data {folder} --out {folder}/run "
MEASURE = "evaluate upscale --data {folder} "
NOISE = "evaluate denoise --data {folder} "
TABLE = [
    # what the command line itself understands
    Wrong("", 2, "The following arguments are required: COMMAND."),
    Wrong("run", 2, "The following arguments are required: TASK."),
    Wrong("run inpaint", 2, "The following arguments are required: INPUT, -o/--output."),
    Wrong("run paint {photo} -o {out}", 2, "Argument TASK: invalid choice: 'paint'"),
    Wrong("run inpaint {photo}", 2, "The following arguments are required: -o/--output."),
    Wrong("run inpaint {photo} -o {out}", 2, "inpaint needs --mask FILE, a picture that is white where it may"),
    Wrong(RUN + " --seed 1.5", 2, "Argument --seed: “1.5” is not a whole number from 0 to 9223372036854775807."),
    Wrong(RUN + " --seed -1", 2, "Argument --seed: “-1” is not a whole number from 0 to 9223372036854775807."),
    Wrong(RUN + " --seed 9223372036854775808", 2, "Argument --seed: “9223372036854775808” is not a whole number"),
    Wrong(RUN + " --device tpu", 2, "Argument --device: invalid choice: 'tpu'"),
    Wrong(RUN + " --colour red", 2, "Unrecognized arguments: --colour red."),
    Wrong(RUN + " --set strength", 2, "--set takes KEY=VALUE, not “strength”."),
    Wrong(RUN + " --set strength=1", 2, "The model has no parameter “strength”."),
    Wrong("plugins dance", 2, "Argument COMMAND: invalid choice: 'dance'"),
    Wrong("run generate {photo} -o {out}", 2, "Unrecognized arguments: "),
    Wrong("run generate -o {out} --count 0", 2, "Argument --count: “0” is not a whole number from 1 to 1000."),
    Wrong("run upscale {photo} -o {out} --count 2", 2, "upscale takes no --count; it makes one picture."),
    Wrong("run upscale {photo} -o {out} --like {mask}", 2, "upscale takes no --like."),
    Wrong("run upscale {photo} -o {out} --box 1,2,3,4", 2, "upscale takes no --box."),
    Wrong(
        RUN + " --model exemplar --hints {mask}",
        1,
        "The model “Exemplar” takes no guides. Choose another model or leave --hints away.",
    ),
    Wrong("run upscale {photo} -o {out} --hints {mask}", 2, "upscale takes no --hints."),
    Wrong(RUN + " --resume", 2, "inpaint takes no --resume; it is not computed in tiles."),
    Wrong("plugins install", 2, "The following arguments are required: SOURCE."),
    Wrong("plugins remove", 2, "The following arguments are required: ID."),
    Wrong("plugins remove ../x", 1, "“../x” cannot be the id of a plugin; it takes small letters, digits, dots"),
    # what is looked for
    Wrong(RUN + " --model miracle", 1, "There is no model “miracle” for inpaint. Choose one of imagetool."),
    Wrong("run colorize {photo} -o {out}", 1, "No installed model can colorize; “models” lists what is there."),
    # sizes
    Wrong(LARGER + "--scale 9", 2, "Argument --scale: “9” is not a number from 1.1 to 8."),
    Wrong(LARGER + "--scale 2 --size 90x", 2, "--scale and --size both say how large the picture becomes."),
    Wrong(LARGER + "--size huge", 2, "“huge” is no size. Give width x height in pixels, such as 1200x800,"),
    Wrong(LARGER + "--size 10x10", 2, "10 × 10 pixels is not 1.1 to 8 times as large as the picture, which has"),
    Wrong(
        LARGER + "--print A4", 2, "“A4” is no print size. Give width x height, unit and dpi, such as 30x20cm@300"
    ),
    Wrong(LARGER + "--scale nan", 2, "Argument --scale: “nan” is not a number from 1.1 to 8."),
    Wrong(LARGER + "--scale 1.09", 2, "Argument --scale: “1.09” is not a number from 1.1 to 8."),
    Wrong(LARGER + "--scale 2 --print 30x20cm", 2, "--scale and --print both say how large the picture becomes."),
    Wrong(LARGER + "--size 90x --print 30x20cm", 2, "--size and --print both say how large the picture becomes."),
    Wrong(LARGER + "--size 0x90", 2, "“0x90” is no size. Give width x height in pixels, such as 1200x800,"),
    Wrong(
        LARGER + "--size 9000x", 2, "9000 × 6750 pixels is not 1.1 to 8 times as large as the picture, which has"
    ),
    Wrong(LARGER + "--print 30x20cm@" + "9" * 5000, 2, "“30x20cm@99999999999999999999999999999999” is no print"),
    Wrong(
        LARGER + "--print {0}x{0}cm".replace("{0}", "9" * 400), 2, "“9999999999999999999999999999999999999999” is"
    ),
    Wrong(LARGER + "--feather 3", 2, "upscale takes no --feather."),
    Wrong(RUN + " --size 90x", 2, "inpaint takes no --size; the size stays as it is."),
    Wrong(RUN + " --print 30x20cm", 2, "inpaint takes no --print; the size stays as it is."),
    Wrong(LARGER + "--model exemplar", 1, "There is no model “exemplar” for upscale. Choose one of imagetool."),
    Wrong(LARGER + "--set crispness=2", 2, "“crispness” cannot be 2.0: it takes a number from 0 to 1."),
    Wrong(LARGER + "--mask {mask}", 2, "upscale takes no --mask."),
    Wrong(RUN + " --scale 2", 2, "inpaint takes no --scale; the size stays as it is."),
    # training
    Wrong("train nowhere/nothing --data {folder} --out {folder}", 2, "There is no recipe “nowhere/nothing”."),
    Wrong("train {photo} --data {folder} --out {folder}", 1, "The recipe “{photo}” cannot be followed:"),
    Wrong(FAST + "--minutes 0", 2, "Argument --minutes: “0” is not a number of minutes above 0."),
    Wrong(FAST + "--minutes 1", 1, "There are no photos of at least"),
    # measuring
    Wrong(
        "evaluate upscale --data {folder}/gone", 2, "There are no photos in “{folder}/gone”. Give a folder with"
    ),
    Wrong(
        "evaluate upscale --data {folder} --scales 5", 2, "Argument --scales: invalid choice: 5 (choose from 2, 3"
    ),
    Wrong(MEASURE + "--model miracle", 1, "There is no model “miracle” for upscale. Choose one of imagetool."),
    Wrong(MEASURE + "--set crispness", 2, "--set takes KEY=VALUE, not “crispness”."),
    Wrong(MEASURE + "--rival {folder}/gone.pth", 1, "The checkpoint “{folder}/gone.pth” cannot be measured:"),
    Wrong(MEASURE + "--rival {folder}/empty.png", 1, "The checkpoint “{folder}/empty.png” cannot be measured:"),
    Wrong(MEASURE + "--rival {folder}/notes.txt", 1, "The checkpoint “{folder}/notes.txt” cannot be measured:"),
    Wrong(
        "evaluate denoise --data {folder}/gone", 2, "There are no photos in “{folder}/gone”. Give a folder with"
    ),
    Wrong(NOISE + "--sigmas loud", 2, "Argument --sigmas: “loud” is not a number from 0 to 255."),
    Wrong(NOISE + "--sigmas 15 -1", 2, "Argument --sigmas: “-1” is not a number from 0 to 255."),
    Wrong(NOISE + "--sigmas nan", 2, "Argument --sigmas: “nan” is not a number from 0 to 255."),
    Wrong(NOISE + "--jpeg 0", 2, "Argument --jpeg: “0” is not a whole number from 1 to 100."),
    Wrong(NOISE + "--jpeg 101", 2, "Argument --jpeg: “101” is not a whole number from 1 to 100."),
    Wrong(NOISE + "--model strong", 1, "There is no model “strong” for denoise. Choose one of imagetool."),
    Wrong(NOISE + "--set strength=2", 2, "“strength” cannot be 2.0: it takes a number from 0 to 1.5."),
    Wrong(NOISE + "--rival {folder}/notes.txt", 1, "The checkpoint “{folder}/notes.txt” cannot be measured:"),
    # the picture
    Wrong(INPUT + "{folder}/gone.png", 1, "There is no file “{folder}/gone.png”"),
    Wrong(INPUT + "{folder}", 1, "“{folder}” is a folder; choose a picture inside it."),
    Wrong(INPUT + "{folder}/notes.txt", 1, "“{folder}/notes.txt” is not a picture"),
    Wrong(INPUT + "{folder}/empty.png", 1, "“{folder}/empty.png” is empty"),
    Wrong(INPUT + "{folder}/drawing.svg", 1, "“{folder}/drawing.svg” is an SVG drawing"),
    # the mask
    Wrong(MASK + "{folder}/gone.png", 1, "There is no file “{folder}/gone.png”"),
    Wrong(MASK + "{folder}/notes.txt", 1, "“{folder}/notes.txt” is not a picture"),
    Wrong(
        MASK + "{folder}/small.png",
        1,
        "The mask “{folder}/small.png” has 10 × 10 pixels and the picture 64 × 48; use a mask of ",
    ),
    # where the result should go
    Wrong(
        TO + "{folder}/no/o.png",
        1,
        "Could not save “{folder}/no/o.png”: its folder",
    ),
    Wrong(TO + "{mask}/o.png", 1, "Could not save “{mask}/o.png”: "),
    Wrong(TO + "/proc/o.png", 1, "Could not save “/proc/o.png”: "),
    Wrong(TO + "{folder}", 1, "Could not save “{folder}”: "),
    Wrong(
        TO + "{folder}/o.xyz",
        1,
        "Could not save “{folder}/o.xyz”: the ending “.xyz”",
    ),
    Wrong(
        TO + "{folder}/o",
        1,
        "Could not save “{folder}/o”: a name without an ending",
    ),
]


@pytest.fixture
def desk(tmp_path: Path, photo: Path, mask: Path) -> dict[str, str]:
    """The words for the places of the table, and the files it speaks of."""
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "notes.txt").write_text("buy milk")
    (folder / "empty.png").write_bytes(b"")
    (folder / "drawing.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    cv2.imwrite(str(folder / "small.png"), np.zeros((10, 10), np.uint8))
    return {"photo": str(photo), "mask": str(mask), "folder": str(folder), "out": str(tmp_path / "out.png")}


def left(folder: Path) -> list[Path]:
    """Everything in a folder but what imagetool remembers for itself."""
    return sorted(path for path in folder.rglob("*") if "imagetool-home" not in path.parts)


@pytest.mark.parametrize("wrong", TABLE, ids=str)
def test_wrong_use_ends_with_one_sentence(
    wrong: Wrong, desk: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = left(tmp_path)
    arguments = [word.format(**desk) for word in wrong.words.split()]
    try:
        status = main(arguments)
    except SystemExit as ended:  # the parser's way
        status = int(ended.code or 0)
    out, err = capsys.readouterr()
    assert err.startswith(wrong.said.format(**desk)), err
    assert status == wrong.status
    assert out == "", "nothing but a result goes to stdout"
    assert err.count("\n") == 1, f"one sentence on one line, not {err!r}"
    assert err.endswith(".\n")
    assert "Traceback" not in err
    assert left(tmp_path) == before, "no file may be left"


NOT_THERE = [
    ("plugins remove nobody", "The plugin “nobody” is not installed; “plugins list” shows what is."),
    ("plugins rollback nobody", "The plugin “nobody” is not installed; “plugins list” shows what is."),
    ("plugins enable nobody", "The plugin “nobody” is not installed; “plugins list” shows what is."),
    ("plugins update nobody", "The plugin “nobody” is not installed; “plugins list” shows what is."),
    (
        "plugins install gone --yes",
        "There is nothing at “gone”. Give a folder, a zip, a file of weights or an https",
    ),
]


@pytest.mark.parametrize(("words", "said"), NOT_THERE)
def test_plugins_that_are_not_there(capsys: pytest.CaptureFixture[str], words: str, said: str) -> None:
    assert main(words.split()) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(said)
