"""The command line: what it understands, and how an error becomes one sentence and an exit status."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from imagetool import __version__
from imagetool.cli.errors import UsageError
from imagetool.cli.listing import list_models
from imagetool.cli.plugin_commands import add_plugins
from imagetool.cli.run import run_task
from imagetool.cli.tasks import MOST_PICTURES
from imagetool.core.enlarged_size import LEAST_FACTOR, MOST_FACTOR
from imagetool.core.errors import ImagetoolError
from imagetool.core.masks import MAX_SOFTNESS_PX
from imagetool.plugin.errors import ParameterError, UnknownParameter
from imagetool.plugin.tasks import WORDS, Task

MAX_SEED = 2**63 - 1
MOST_MINUTES = 1e6
MOST_SIGMA_255 = 255.0


def main(arguments: Sequence[str]) -> int:
    """Carries out one command; returns 0 when done, 1 when it failed, 2 for wrong usage."""
    options = _parser().parse_args(arguments)
    try:
        options.act(options)
    except (UsageError, ParameterError, UnknownParameter) as error:
        return _said(error, 2)
    except ImagetoolError as error:
        return _said(error, 1)
    except OSError as error:  # what nobody foresaw of the file system
        return _said(f"{error.filename or 'A file'} cannot be used: {error.strerror or error}.", 1)
    except KeyboardInterrupt:
        return _said("Stopped; nothing was written.", 1)
    return 0


def _said(sentence: object, status: int) -> int:
    print(" ".join(str(sentence).split()), file=sys.stderr)
    return status


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence."""

    def error(self, message: str) -> NoReturn:
        """Ends with status 2."""
        self.exit(_said(f"{message[:1].upper()}{message[1:]}. “{self.prog} --help” tells what is understood.", 2))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="imagetool", description="The editor's models, without its window.")
    parser.add_argument("--version", action="version", version=f"imagetool {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_run(commands.add_parser("run", help="run a model on a picture"))
    _add_listings(commands)
    add_plugins(commands.add_parser("plugins", help="list, install, update, remove, check and write plugins"))
    _add_evaluate(commands.add_parser("evaluate", help="measure a model against its rivals"))
    _add_train(commands.add_parser("train", help="make a file of weights"))
    return parser


def _seed(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > len(str(MAX_SEED)) or int(text) > MAX_SEED:
        raise argparse.ArgumentTypeError(f"“{text:.40}” is not a whole number from 0 to {MAX_SEED}")
    return int(text)


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= MOST_PICTURES:
        raise argparse.ArgumentTypeError(f"“{text:.40}” is not a whole number from 1 to {MOST_PICTURES}")
    return int(text)


def _count_or_none(text: str) -> int:
    return 0 if text == "0" else _count(text)


def _scale(text: str) -> float:
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if not LEAST_FACTOR <= factor <= MOST_FACTOR:
        raise argparse.ArgumentTypeError(f"“{text:.40}” is not a number from {LEAST_FACTOR:g} to {MOST_FACTOR:g}")
    return factor


def _sigma(text: str) -> float:
    try:
        sigma_255 = float(text)
    except ValueError:
        sigma_255 = -1.0
    if not 0 <= sigma_255 <= MOST_SIGMA_255:
        raise argparse.ArgumentTypeError(f"“{text:.40}” is not a number from 0 to {MOST_SIGMA_255:g}")
    return sigma_255


def _quality(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= 100:
        raise argparse.ArgumentTypeError(f"“{text:.40}” is not a whole number from 1 to 100")
    return int(text)


def _softness(text: str) -> float:
    try:
        softness_px = float(text)
    except ValueError:
        softness_px = -1.0
    if not 0 <= softness_px <= MAX_SOFTNESS_PX:
        raise argparse.ArgumentTypeError(f"“{text:.40}” is not a number from 0 to {MAX_SOFTNESS_PX:g}")
    return softness_px


def _add_run(parser: argparse.ArgumentParser) -> None:
    tasks = parser.add_subparsers(metavar="TASK", dest="task", required=True)
    for task in Task:
        of_task = tasks.add_parser(task.value, help=WORDS[task].verb)
        if task is Task.GENERATE:
            of_task.set_defaults(input=None)
        else:
            of_task.add_argument("input", metavar="INPUT", help="the picture")
        _add_run_options(of_task)


def _add_run_options(parser: argparse.ArgumentParser) -> None:
    """All options of all tasks: one of another task is refused in a sentence that says why."""
    parser.add_argument("-o", "--output", required=True, help="where the result is written")
    parser.add_argument("--model", help="id of the model; the default one otherwise")
    parser.add_argument("--mask", help="a picture of the same size, white where the model may paint")
    parser.add_argument("--scale", type=_scale, metavar="N", help="how many times larger, 1.1 to 8 (default 2)")
    parser.add_argument("--size", metavar="WxH", help="size of the result in pixels; 1200x keeps the shape")
    parser.add_argument("--print", metavar="WxH", help="size on paper, such as 30x20cm@300; keeps the shape")
    parser.add_argument("--feather", type=_softness, metavar="PX", help="softness of the mask's edge")
    parser.add_argument(
        "--hints", metavar="FILE", help="a picture of the same size, opaque where it gives colours"
    )
    parser.add_argument("--like", metavar="PICTURE", help="make pictures that resemble this one, in its size")
    parser.add_argument("--count", type=_count, default=1, metavar="N", help="so many new pictures, into a folder")
    parser.add_argument("--point", action="append", default=[], metavar="X,Y", help="a point on what is selected")
    parser.add_argument("--not-point", action="append", default=[], metavar="X,Y", help="a point beside it")
    parser.add_argument("--box", metavar="L,T,R,B", help="a box around what is selected")
    parser.add_argument("--seed", type=_seed, help="the same seed gives the same bytes (default 0)")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a parameter of the model")
    parser.add_argument("--device", default="auto", choices=["auto", "cpu", "cuda", "mps"])
    parser.add_argument("--resume", action="store_true", help="go on where this command was killed, if it was")
    parser.add_argument("--recipe", metavar="FILE", help="also write what made the result, to make it again")
    parser.add_argument("--again", metavar="RECIPE", help="as the recipe says; tells whether it is identical")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(act=run_task, precision="", tile_px=0)


def _add_listings(commands: argparse._SubParsersAction[Any]) -> None:
    models = commands.add_parser("models", help="list all models")
    models.add_argument("--json", action="store_true", help="print one JSON object")
    models.set_defaults(act=list_models)


def _add_train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("recipe", metavar="RECIPE", help="a recipe's file, or plugin/name")
    parser.add_argument("--data", required=True, metavar="DIR", help="a folder of photos or of tar files")
    parser.add_argument("--out", required=True, metavar="DIR", help="checkpoint, figures, samples, weights")
    parser.add_argument("--minutes", type=_minutes, metavar="N", help="how long; the recipe says it otherwise")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
    parser.add_argument("--device", default="auto", choices=["auto", "cpu", "cuda", "mps"])
    parser.add_argument("--devices", type=int, default=1, metavar="N", help="processes, one device each")
    parser.set_defaults(act=_train)


def _minutes(text: str) -> float:
    try:
        minutes = float(text)
    except ValueError:
        minutes = 0.0
    if not 0 < minutes <= MOST_MINUTES:
        raise argparse.ArgumentTypeError(f"“{text:.40}” is not a number of minutes above 0")
    return minutes


def _train(options: argparse.Namespace) -> None:
    from imagetool.cli.train import run_training  # brings torch

    run_training(options)


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    tasks = [Task.INPAINT.value, Task.UPSCALE.value, Task.DENOISE.value, Task.GENERATE.value, Task.SCORE.value]
    parser.add_argument("task", choices=tasks, metavar="TASK", help=", ".join(tasks))
    parser.add_argument("--data", required=True, metavar="DIR", help="a folder of photos or of small pictures")
    parser.add_argument(
        "--model",
        nargs="+",
        metavar="ID",
        help="id of the model, to inpaint of several; otherwise the default one, or all that enlarge or denoise",
    )
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a parameter of the model")
    parser.add_argument("--photos", type=int, default=0, metavar="N", help="N photos, evenly spread; 0 takes all")
    kinds = ["narrow", "medium", "wide"]
    parser.add_argument("--masks", nargs="+", choices=kinds, default=kinds, metavar="KIND", help=", ".join(kinds))
    _add_evaluate_inpaint(parser)
    parser.add_argument("--scales", nargs="+", type=int, choices=[2, 3, 4], default=[2, 3, 4], metavar="N")
    parser.add_argument(
        "--as-is", action="store_true", help="enlarge the pictures as they are; writes --sheet alone"
    )
    parser.add_argument(
        "--worn", action="store_true", help="make the pictures worse, too, as photo models are trained"
    )
    parser.add_argument(
        "--sigmas", nargs="+", type=_sigma, default=[], metavar="N", help="noise, in steps of 1/255"
    )
    parser.add_argument("--jpeg", nargs="+", type=_quality, default=[], metavar="Q", help="qualities, 1 to 100")
    parser.add_argument("--gray", action="store_true", help="pictures and noise without colour")
    parser.add_argument("--camera", action="store_true", help="noise of simulated cameras, and JPEG after it")
    parser.add_argument("--as-files", action="store_true", help="denoise pictures of 8 bit, which cut noise off")
    parser.add_argument("--estimate", action="store_true", help="measure the noise levels that the models tell of")
    rivals = "other people's checkpoints; to denoise, also nlm and bm3d"
    parser.add_argument("--rival", nargs="+", default=[], metavar="FILE", help=rivals)
    _add_evaluate_small(parser)
    parser.add_argument("--seed", type=_seed, default=0, help="of the masks and the model (default 0)")
    parser.add_argument("--sheet", metavar="FILE", help="also write a sheet of pictures")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(act=_evaluate)


def _add_evaluate_inpaint(parser: argparse.ArgumentParser) -> None:
    """Where holes come from; otherwise they are drawn."""
    sources = parser.add_mutually_exclusive_group()
    sources.add_argument("--mask-set", metavar="DIR", help="a folder with a file of masks for each photo")
    sources.add_argument("--write-masks", metavar="DIR", help="write such a folder, and measure nothing")
    removals = "things to be taken out of photos: a folder of masks and removals.toml; needs --sheet"
    sources.add_argument("--removals", metavar="DIR", help=removals)


def _add_evaluate_small(parser: argparse.ArgumentParser) -> None:
    """What measures models that make small pictures, or score them."""
    shards = "tar files of the folder, such as tiles*.tar; otherwise all"
    parser.add_argument("--shards", nargs="+", default=[], metavar="NAME", help=shards)
    parser.add_argument("--against", metavar="DIR", help="a folder of other pictures, to be told apart by a score")
    damaged = (
        "to score, make held-back photos old and find their damage; with --as-is find it in photos as they are"
    )
    parser.add_argument("--damaged", action="store_true", help=damaged)
    parser.add_argument(
        "--against-shards", nargs="+", default=[], metavar="NAME", help="as --shards, of --against"
    )
    counted = "pictures to generate (default 64; 0 measures bits alone); to score, of each kind (default all)"
    parser.add_argument("--count", type=_count_or_none, metavar="N", help=counted)
    parser.add_argument(
        "--side", type=_count, metavar="PX", help="side of patches of photos; the model's otherwise"
    )


def _evaluate(options: argparse.Namespace) -> None:
    from imagetool.cli.evaluate import evaluate_task  # brings OpenCV and torch

    evaluate_task(options)
