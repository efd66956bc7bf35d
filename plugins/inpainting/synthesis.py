"""Fills a hole with what the rest of the picture is made of: patches matched and merged from coarse to fine.

Wexler, Shechtman and Irani 2007, Space-Time Completion of Video, for the energy and how it is lowered;
Barnes et al. 2009, PatchMatch, for the search; Newson et al. 2014, Video Inpainting of Complex Scenes, for
texture and the onion peel.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from plugins.inpainting import initialisation, membrane, pyramid
from plugins.inpainting.descriptors import COLOURS, Descriptors, with_texture
from plugins.inpainting.finishing import finished
from plugins.inpainting.patch_grid import PatchGrid, depths
from plugins.inpainting.patchmatch import Field
from plugins.inpainting.voting import Ballot

DEEPEST_TRUST_PX = 24
"""Patches deeper in the hole than this are trusted like those at this depth."""

FINEST_SHARE = 1 / 3
"""Share of the rounds that is left on the finest level, where a round costs most and changes least."""

SMALLEST_PATCH = 3
"""Side in pixels of the smallest patches; where not even one of these is free, the hole is filled smoothly."""

MOST_SOURCES = 500_000
"""Where a level has more source patches than this, those far from all matches are left out."""

LARGEST_PREVIEW_PX = 640
"""Previews are made smaller until no side is longer than this."""

OnStep = Callable[[float, Tensor], None]
"""Told the share done and a preview (1, 3, h, w) float32."""


class NothingToCopyError(ValueError):
    """The hole covers the whole picture."""

    def __init__(self) -> None:
        super().__init__("The mask covers the whole picture, so nothing is left to fill it from.")


@dataclass(frozen=True)
class FillSettings:
    """How a hole is filled.

    Attributes:
        patch: Side of a patch in pixels, odd, at least 3; larger ones keep larger structures together.
        rounds: Rounds of matching and merging on the coarsest level; finer ones have fewer. More is slower
            and better.
        sweeps: Sweeps of PatchMatch in each round.
        texture_weight: Weight of texture against colour when patches are compared.
        novelty: See `Field.search`.
        trust: A patch's vote counts less by this factor for every pixel that it lies deeper in the hole.
        smooth_width_px: Holes up to this width, such as scratches, are filled with the mean of many patches,
            which is closest to the truth; wider ones with single patches, which keep texture. 0 keeps texture
            everywhere.
        guidance: Where there is a guide: weight of its mean colours against those of the patches' pixels.
    """

    patch: int = 7
    rounds: int = 12
    sweeps: int = 2
    texture_weight: float = 17.0
    novelty: float = 0.95
    trust: float = 0.8
    smooth_width_px: float = 12.0
    guidance: float = 0.0


def fill(
    image: Tensor,
    hole: Tensor,
    settings: FillSettings,
    generator: torch.Generator,
    on_step: OnStep,
    guide: Tensor | None = None,
) -> Tensor:
    """Fills a hole from the rest of the picture.

    Args:
        image: (1, 3, H, W) float32 in [0, 1], sRGB-encoded; is not written to. What lies in the hole is not
            looked at.
        hole: (1, 1, H, W) bool, True where to paint.
        settings: How.
        generator: The only source of randomness.
        on_step: Called after every round, and may raise to give up.
        guide: (1, 3, H, W) float32 in [0, 1]: what the picture shall look like, short of its texture.

    Returns:
        (1, 3, H, W) float32 in [0, 1], outside the hole identical to the image.

    Raises:
        ValueError: If the shapes do not fit.
        NothingToCopyError: If the hole covers everything.
    """
    if image.shape[:2] != (1, 3) or hole.shape != (1, 1, *image.shape[2:]):
        raise ValueError(
            f"An image (1, 3, H, W) and a hole (1, 1, H, W) are needed, not {image.shape}, {hole.shape}."
        )
    if not bool(hole.any()):
        return image
    if bool(hole.all()):
        raise NothingToCopyError
    known = torch.where(hole, 0.0, image)[0]  # (3, H, W)
    patch = _largest_patch(hole[0, 0], settings.patch)
    if patch < SMALLEST_PATCH:
        painted = membrane.stretch(known, hole[0, 0]).clamp(0, 1)
        on_step(1.0, _preview(painted))
    else:
        level = with_texture(known, hole[0, 0], settings.texture_weight)
        levels = pyramid.build(level, patch)
        guides = None if guide is None else _at_sizes(guide[0], levels)
        painted = _coarse_to_fine(levels, guides, patch, settings, generator, on_step)
    return torch.where(hole, painted[None], image)


def _largest_patch(hole: Tensor, most: int) -> int:
    """The largest odd patch up to a size that fits into the picture beside the hole (H, W), or 1."""
    return next((p for p in range(most, 1, -2) if len(PatchGrid.of(hole, p).sources)), 1)


def _at_sizes(guide: Tensor, levels: list[pyramid.Level]) -> list[Tensor]:
    """The guide (3, H, W) as large as each of the levels."""
    return [functional.interpolate(guide[None], level.hole.shape, mode="area")[0] for level in levels]


def _coarse_to_fine(
    levels: list[pyramid.Level],
    guides: list[Tensor] | None,
    patch: int,
    settings: FillSettings,
    generator: torch.Generator,
    on_step: OnStep,
) -> Tensor:
    """Paints level after level, the last in the list first; returns the colours of the first (3, H, W)."""
    grid = PatchGrid.of(levels[-1].hole, patch)
    cells, matches = initialisation.start(grid, grid.frame(levels[-1].planes), generator)
    if guides:
        cells[grid.pixels, :COLOURS] = grid.frame(guides[-1])[grid.pixels]
    rounds = _schedule(settings.rounds, len(levels))
    for depth in reversed(range(len(levels))):
        if depth < len(levels) - 1:
            coarse, grid = grid, PatchGrid.of(levels[depth].hole, patch)
            matches = refined(coarse, grid, matches)
            if len(grid.sources) > MOST_SOURCES:
                grid = grid.nearby(matches)
            cells = grid.frame(levels[depth].planes)
        confidence = _confidence(grid, settings.trust)
        ballot = Ballot(grid, grid.pixels)
        if depth < len(levels) - 1:
            even = ballot.weights(torch.zeros_like(confidence), confidence)
            cells[grid.pixels] = ballot.tally(cells, matches, even)
        anchors = _anchors(grid, guides[depth], settings) if guides else None
        descriptors = Descriptors(grid, cells, anchors)
        field = Field(grid, descriptors.sources, matches)
        for number in range(rounds[depth]):
            field.search(descriptors.of_targets(cells), settings.sweeps, settings.novelty, generator)
            cells[grid.pixels] = ballot.tally(cells, field.matches, ballot.weights(field.costs, confidence))
            done = (sum(rounds[depth + 1 :]) + number + 1) / (sum(rounds) + 1)
            on_step(done, _preview(grid.unframe(cells)[:COLOURS]))
        matches = field.matches
    painted = finished(grid, cells, matches, field.costs, confidence, settings.smooth_width_px)
    on_step(1.0, _preview(painted))
    return painted


def _anchors(grid: PatchGrid, guide: Tensor, settings: FillSettings) -> Tensor:
    """The guide's mean colours around each place, as descriptors are weighed; (P, 3)."""
    side, radius = grid.patch, grid.patch // 2
    columns = functional.avg_pool2d(guide[None], (side, 1), 1, (radius, 0), count_include_pad=False)
    means = functional.avg_pool2d(columns, (1, side), 1, (0, radius), count_include_pad=False)[0]
    return grid.frame(means) * math.sqrt(settings.guidance / COLOURS)


def _preview(colours: Tensor) -> Tensor:
    """Makes planes (3, H, W) small enough to be shown often; (1, 3, h, w)."""
    factor = -(-max(colours.shape) // LARGEST_PREVIEW_PX)
    return functional.avg_pool2d(colours[None], factor, ceil_mode=True) if factor > 1 else colours[None].clone()


def _schedule(most: int, levels: int) -> list[int]:
    """Rounds of each level, the finest first: fewer on finer ones, at least one."""
    steps = torch.linspace(FINEST_SHARE, 1, levels) if levels > 1 else torch.tensor([1.0])
    return [max(1, round(most * float(step))) for step in steps]


def _confidence(grid: PatchGrid, trust: float) -> Tensor:
    """How far each target patch (T,) is to be trusted, by the depth of its centre in the hole."""
    depth = grid.frame(depths(grid.hole, DEEPEST_TRUST_PX)[None].float())[grid.targets, 0]
    return torch.full_like(depth, trust) ** depth


def refined(coarse: PatchGrid, fine: PatchGrid, matches: Tensor) -> Tensor:
    """Carries matches over to the level of twice the size.

    Args:
        coarse: Positions of the level that the matches belong to.
        fine: Positions of the next finer one.
        matches: (T,) int64, positions of source patches of the coarse level.

    Returns:
        (T',) int64, positions of source patches of the fine level; where the coarse one has no answer, any.
    """
    y, x = fine.coordinates(fine.targets)
    parent_y, parent_x = _kept_inside(coarse, y // 2, x // 2)
    row = coarse.target_row[coarse.at(parent_y, parent_x)]  # (T',)
    match_y, match_x = coarse.coordinates(matches[row.clamp_min(0)])
    place = fine.at(*_kept_inside(fine, 2 * (match_y - parent_y) + y, 2 * (match_x - parent_x) + x))
    spare = fine.sources[torch.arange(len(place), device=place.device) % len(fine.sources)]
    return torch.where((row >= 0) & (fine.source_row[place] >= 0), place, spare)


def _kept_inside(grid: PatchGrid, y: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    """Moves centres so that their patches lie inside the picture."""
    height, width = grid.hole.shape
    radius = grid.patch // 2
    return y.clamp(radius, height - 1 - radius), x.clamp(radius, width - 1 - radius)
