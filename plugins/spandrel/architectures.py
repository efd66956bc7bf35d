"""Asks spandrel which network a table of weights belongs to."""

from __future__ import annotations

import contextlib
import functools
import warnings
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from torch import Tensor, nn

from imagetool.kit.state_dicts import without_prefix
from imagetool.kit.torchvision_operators import complete_torchvision
from imagetool.plugin import CannotRun

_PREFIXES = ("module.", "_orig_mod.", "netG.", "net_g.", "generator.", "net.", "network.", "model.")
_GROUPS = ("generator.", "netG.", "net_g.", "model_ema.", "ema.", "model.", "net.", "network.")

_MISFITS = (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
"""What spandrel and torch raise where weights have an architecture's names, but not its shapes."""


class SizeRequirements(Protocol):
    """Which sizes a network takes; spandrel pads what is smaller."""

    minimum: int
    multiple_of: int
    square: bool


class Architecture(Protocol):
    """A family of networks."""

    @property
    def id(self) -> str:
        """As spandrel names it."""

    @property
    def name(self) -> str:
        """For people."""


class Described(Protocol):
    """A network with what spandrel knows about it."""

    tags: list[str]
    scale: int
    input_channels: int
    output_channels: int
    supports_bfloat16: bool
    size_requirements: SizeRequirements
    tiling: Any

    @property
    def model(self) -> nn.Module:
        """The network itself."""

    @property
    def architecture(self) -> Architecture:
        """Its family."""

    @property
    def purpose(self) -> str:
        """SR, FaceSR, Inpainting or Restoration."""

    def __call__(self, image: Tensor, *more: Tensor) -> Tensor:
        """Runs it: (B, C, H, W) in [0, 1], and for inpainting a mask; the result is held in [0, 1]."""


class Unknown(Exception):
    """No architecture fits; `nearly` is the name of one whose names are there while the shapes are not, or ""."""

    def __init__(self, nearly: str = "") -> None:
        self.nearly = nearly
        super().__init__(nearly)


def recognised(state: Mapping[str, Tensor]) -> tuple[Described, dict[str, Tensor]]:
    """The network that the weights belong to, in float32 on the CPU, and the weights under the names it knows.

    Raises:
        Unknown: where there is none.
        CannotRun: where the library is not there.
    """
    nearly = ""
    for candidate in _candidates(state):
        for support in _registry().architectures("detection"):
            if not support.detect(candidate):
                continue
            floats = {name: v.float() if v.is_floating_point() else v for name, v in candidate.items()}
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # they advise the authors of the networks
                    described: Described = support.architecture.load(floats)
            except _MISFITS:
                nearly = nearly or support.architecture.name
                continue
            described.model.eval().requires_grad_(requires_grad=False)
            return described, candidate
    raise Unknown(nearly)


def is_tiled_badly(described: Described) -> bool:
    """Whether tiles are better large."""
    return str(described.tiling.name) == "DISCOURAGED"


def wants_whole(described: Described) -> bool:
    """Whether the network must see the whole picture, and cuts it itself."""
    return str(described.tiling.name) == "INTERNAL"


def _candidates(state: Mapping[str, Tensor]) -> Iterator[dict[str, Tensor]]:
    """The same weights under the names that they may have had in their network, the likeliest first."""
    yield dict(state)
    bare: dict[str, Tensor] | None = dict(state)
    while bare and (bare := without_prefix(bare, _PREFIXES)):
        yield bare
    for group in _GROUPS:
        part = {name: value for name, value in state.items() if name.startswith(group)}
        if 0 < len(part) < len(state):
            yield part
            yield {name.removeprefix(group): value for name, value in part.items()}


@functools.cache
def _registry() -> Any:
    complete_torchvision()
    try:
        import spandrel
    except ImportError as error:
        raise CannotRun(f"The library spandrel cannot be used ({error}): install imagetool again.") from None
    with contextlib.suppress(
        ImportError
    ):  # architectures whose licences forbid some uses; who wants them adds them
        import spandrel_extra_arches  # type: ignore[import-not-found]

        spandrel_extra_arches.install(ignore_duplicates=True)
    return spandrel.MAIN_REGISTRY
