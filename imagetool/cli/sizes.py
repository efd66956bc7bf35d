"""Which size the command line asks for."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from imagetool.cli.errors import UsageError
from imagetool.core.enlarged_size import BadSize, by_factor, check_factor, read_print_size, read_size
from imagetool.core.geometry import Size

DEFAULT_FACTOR = 2.0


@dataclass(frozen=True, slots=True)
class Target:
    """The size of the result, and its resolution in dots per inch where it is meant for paper."""

    size: Size
    dpi: int | None


def target_of(options: argparse.Namespace, picture: Size) -> Target:
    """From `--scale`, `--size` or `--print`; twice as large where none is given.

    Raises:
        UsageError: where several are given, or one that cannot be read or reached.
    """
    given = [name for name in ("scale", "size", "print") if getattr(options, name) is not None]
    if len(given) > 1:
        raise UsageError(
            f"--{given[0]} and --{given[1]} both say how large the picture becomes. Give one of them."
        )
    try:
        target = _read(options, picture)
        check_factor(picture, target.size)
    except BadSize as error:
        raise UsageError(str(error)) from None
    return target


def _read(options: argparse.Namespace, picture: Size) -> Target:
    if options.size is not None:
        return Target(read_size(options.size, picture), None)
    if options.print is not None:
        sheet = read_print_size(options.print)
        return Target(sheet.size_of(picture), sheet.dpi)
    return Target(by_factor(picture, options.scale or DEFAULT_FACTOR), None)
