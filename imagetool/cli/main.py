"""The command line: what it understands, and how an error becomes one sentence and an exit status."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from imagetool import __version__
from imagetool.cli.errors import UsageError
from imagetool.cli.listing import list_models, list_plugins
from imagetool.cli.run import run_task
from imagetool.core.enlarged_size import LEAST_FACTOR, MOST_FACTOR
from imagetool.core.errors import ImagetoolError
from imagetool.core.masks import MAX_SOFTNESS_PX
from imagetool.plugin.errors import ParameterError, UnknownParameter
from imagetool.plugin.tasks import Task

MAX_SEED = 2**63 - 1
MOST_MINUTES = 1e6


def main(arguments: Sequence[str]) -> int:
    """Carries out one command; returns 0 when done, 1 when it failed, 2 for wrong usage."""
    options = _parser().parse_args(arguments)
    try:
        options.act(options)
    except (UsageError, ParameterError, UnknownParameter) as error:
        return _said(error, 2)
    except ImagetoolError as error:
        return _said(error, 1)
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
    _add_evaluate(commands.add_parser("evaluate", help="measure a model against its rivals"))
    _add_train(commands.add_parser("train", help="make a file of weights"))
    return parser


def _seed(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > len(str(MAX_SEED)) or int(text) > MAX_SEED:
        raise argparse.ArgumentTypeError(f"“{text:.40}” is not a whole number from 0 to {MAX_SEED}")
    return int(text)


def _scale(text: str) -> float:
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if not LEAST_FACTOR <= factor <= MOST_FACTOR:
        raise argparse.ArgumentTypeError(f"“{text:.40}” is not a number from {LEAST_FACTOR:g} to {MOST_FACTOR:g}")
    return factor


def _softness(text: str) -> float:
    try:
        softness_px = float(text)
    except ValueError:
        softness_px = -1.0
    if not 0 <= softness_px <= MAX_SOFTNESS_PX:
        raise argparse.ArgumentTypeError(f"“{text:.40}” is not a number from 0 to {MAX_SOFTNESS_PX:g}")
    return softness_px


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("task", choices=[task.value for task in Task], metavar="TASK", help=", ".join(Task))
    parser.add_argument("input", metavar="INPUT", help="the picture")
    parser.add_argument("-o", "--output", required=True, help="where the result is written")
    parser.add_argument("--model", help="id of the model; the default one otherwise")
    parser.add_argument("--mask", help="a picture of the same size, white where the model may paint")
    parser.add_argument("--scale", type=_scale, metavar="N", help="how many times larger, 1.1 to 8 (default 2)")
    parser.add_argument("--size", metavar="WxH", help="size of the result in pixels; 1200x keeps the shape")
    parser.add_argument("--print", metavar="WxH", help="size on paper, such as 30x20cm@300; keeps the shape")
    parser.add_argument("--feather", type=_softness, metavar="PX", help="softness of the mask's edge")
    parser.add_argument("--seed", type=_seed, default=0, help="the same seed gives the same bytes (default 0)")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a parameter of the model")
    parser.add_argument("--device", default="auto", choices=["auto", "cpu", "cuda", "mps"])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(act=run_task)


def _add_listings(commands: argparse._SubParsersAction[Any]) -> None:
    models = commands.add_parser("models", help="list all models")
    models.add_argument("--json", action="store_true", help="print one JSON object")
    models.set_defaults(act=list_models)
    plugins = commands.add_parser("plugins", help="list the plugins")
    plugins.add_argument("what", choices=["list"], metavar="list")
    plugins.add_argument("--json", action="store_true", help="print one JSON object")
    plugins.set_defaults(act=list_plugins)


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
    parser.add_argument("task", choices=["inpaint", "upscale"], metavar="TASK", help="inpaint or upscale")
    parser.add_argument("--data", required=True, metavar="DIR", help="a folder of photos")
    parser.add_argument("--model", help="id of the model; otherwise the default one, or all that enlarge")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a parameter of the model")
    parser.add_argument("--photos", type=int, default=0, metavar="N", help="N photos, evenly spread; 0 takes all")
    kinds = ["narrow", "medium", "wide"]
    parser.add_argument("--masks", nargs="+", choices=kinds, default=kinds, metavar="KIND", help=", ".join(kinds))
    parser.add_argument("--scales", nargs="+", type=int, choices=[2, 3, 4], default=[2, 3, 4], metavar="N")
    parser.add_argument(
        "--as-is", action="store_true", help="enlarge the pictures as they are; writes --sheet alone"
    )
    parser.add_argument(
        "--worn", action="store_true", help="make the pictures worse, too, as photo models are trained"
    )
    parser.add_argument("--rival", nargs="+", default=[], metavar="FILE", help="other people's checkpoints")
    parser.add_argument("--seed", type=_seed, default=0, help="of the masks and the model (default 0)")
    parser.add_argument("--sheet", metavar="FILE", help="also write a sheet of pictures")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(act=_evaluate)


def _evaluate(options: argparse.Namespace) -> None:
    from imagetool.cli.evaluate import evaluate_task  # brings OpenCV and torch

    evaluate_task(options)
