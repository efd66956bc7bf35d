"""A network that goes on below the tile above says bit for bit the same, and computes less."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from imagetool.core.geometry import Rect, Size
from imagetool.core.tile_plan import TilePlan, Tiling
from imagetool.kit.halo import HaloReuse
from imagetool.kit.places import Place, placed, take_place
from imagetool.kit.precision import Precision
from plugins.denoising import network as denoising
from plugins.super_resolution import network as super_resolution

CPU = torch.device("cpu")
WIDTH = 230


class Counting(nn.Conv2d):
    """Counts the rows that it computes."""

    rows = 0

    def forward(self, image: Tensor) -> Tensor:
        """Convolves."""
        made = super().forward(image)
        self.rows += made.shape[2]
        return made


class Chain(nn.Module):
    """Convolutions of any kind, one after the other; `between` is done after the first of them."""

    def __init__(self, *kinds: Mapping[str, object], between: nn.Module | None = None) -> None:
        super().__init__()
        self.chain = nn.Sequential(*(_convolution(kind) for kind in kinds))
        self.between = between or nn.ReLU()

    def forward(self, image: Tensor) -> Tensor:
        """Convolves; adds the image where that has the size for it."""
        made: Tensor = self.chain[1:](self.between(self.chain[0](image)))
        return made + image if made.shape == image.shape else made


def _convolution(kind: Mapping[str, object]) -> Counting:
    return Counting(**{"in_channels": 32, "out_channels": 32, "kernel_size": 3, "padding": 1, **kind})  # type: ignore[arg-type]


def random(network: nn.Module) -> nn.Module:
    rng = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for value in network.parameters():
            value.copy_(torch.randn(value.shape, generator=rng) * 0.08)
    return network.to(memory_format=torch.channels_last).eval()  # type: ignore[call-overload,no-any-return]


UNET = denoising.Layout(fold=2, widths=(32, 48, 64), encoder=(1, 1), middle=1, decoder=(1, 1), parts=2)
ENLARGER = super_resolution.Layout(width=32, blocks=2, kernel=9, partial=16, scales=(2, 3))

FIRST, LAST = {"in_channels": 3}, {"out_channels": 3}
STRIDED: Mapping[str, object] = {"stride": 2, "kernel_size": 5, "padding": 2}
NETWORKS: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...], int, int]] = {
    "plain": (lambda: Chain(FIRST, {}, {}, LAST), (), 12, 1),
    "kernels": (
        lambda: Chain(FIRST, {"kernel_size": (7, 1), "padding": (3, 0)}, {"kernel_size": 1, "padding": 0}),
        (),
        12,
        1,
    ),
    "dilated": (
        lambda: Chain(FIRST, {"dilation": 3, "padding": "same"}, {"padding_mode": "reflect"}, LAST),
        (),
        12,
        1,
    ),
    "strided": (lambda: nn.Sequential(Chain(FIRST, STRIDED, {}), nn.PixelShuffle(2)), (), 24, 2),
    "denoiser": (lambda: denoising.Network(UNET), (), UNET.reach_px, UNET.multiple_of),
    "enlarger x2": (lambda: super_resolution.Network(ENLARGER), (2,), ENLARGER.reach_px + 1, 1),
    "enlarger x3": (lambda: super_resolution.Network(ENLARGER), (3,), ENLARGER.reach_px + 1, 1),
}
by_network = pytest.mark.parametrize("name", NETWORKS)


@pytest.fixture(autouse=True)
def _inference() -> Iterator[None]:
    with torch.inference_mode():
        yield


def picture(height: int, width: int = WIDTH) -> Tensor:
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(5))


def crops(size: Size, tiling: Tiling) -> list[Place]:
    """The places of all tiles, in columns."""
    plan = TilePlan.of(size, size, tiling)
    order = sorted(plan.tiles, key=lambda tile: (tile.core.left, tile.core.top))
    return [Place("colours", tiling.crop(tile.part, size), tile.part) for tile in order]


def seen(image: Tensor, place: Place) -> Tensor:
    return image[(..., *place.crop.slices)].contiguous(memory_format=torch.channels_last)


def kept(made: Tensor, place: Place, crop: Tensor) -> Tensor:
    scale = made.shape[-2] // crop.shape[-2]
    part = place.kept.moved(-place.crop.left, -place.crop.top)
    return made[..., part.top * scale : part.bottom * scale, part.left * scale : part.right * scale]


def at(reuse: HaloReuse, crop: Tensor, place: Place, *arguments: int) -> Tensor:
    with placed(place):
        return reuse(crop, *arguments)


def rows_of(network: nn.Module) -> int:
    return sum(module.rows for module in network.modules() if isinstance(module, Counting))


@pytest.mark.parametrize("precision", [Precision.FP32, Precision.BF16])
@by_network
def test_what_counts_is_bit_for_bit_the_same(name: str, precision: Precision) -> None:
    make, arguments, overlap, multiple = NETWORKS[name]
    network = random(make())
    reuse, height = HaloReuse(network), 401
    places = crops(Size(WIDTH, height), Tiling(2 * overlap + 100, overlap, multiple))
    assert len({place.crop.top for place in places}) >= 3
    with precision.active(CPU):
        for place in places:
            crop = seen(picture(height), place)
            whole = at(reuse, crop, place, *arguments)
            expected = network(crop, *arguments)
            assert whole.shape == expected.shape
            assert torch.equal(kept(whole, place, crop), kept(expected, place, crop)), f"tile {place.crop}"


@by_network
def test_it_really_goes_on(name: str) -> None:
    make, arguments, overlap, multiple = NETWORKS[name]
    reuse = HaloReuse(random(make()))
    heights: list[int] = []
    reuse._network.register_forward_pre_hook(lambda _, given: heights.append(given[0].shape[2]))
    above, below, *_ = crops(Size(WIDTH, 401), Tiling(2 * overlap + 100, overlap, multiple))
    assert above.crop.left == below.crop.left
    with Precision.BF16.active(CPU):  # tiles as small as these would be computed whole in float32
        at(reuse, seen(picture(401), above), above, *arguments)
        heights.clear()
        at(reuse, seen(picture(401), below), below, *arguments)
    (height,) = heights
    shared = above.crop.bottom - below.crop.top
    assert below.crop.height - height >= shared // 3


def test_fewer_rows_are_computed() -> None:
    network = random(Chain(FIRST, {}, {}, LAST))
    places = crops(Size(WIDTH, 600), Tiling(150, 40))
    spent = []
    for run in (network, HaloReuse(network)):
        if isinstance(run, HaloReuse):
            at(run, seen(picture(600), places[0]), places[0])  # finds out how far the network sees
        before = rows_of(network)
        for place in places:
            with placed(place):
                run(seen(picture(600), place))
        spent.append(rows_of(network) - before)
    assert spent[1] < 0.85 * spent[0]


class Case:
    """Two tiles, one below the other, and how many rows of the second one are given to the network."""

    def __init__(self, network: nn.Module | None = None, overlap: int = 12) -> None:
        self.network = network or random(Chain(FIRST, {}, {}, LAST))
        self.reuse = HaloReuse(self.network)
        self.image = picture(300)
        self.above, self.below = crops(Size(100, 220), Tiling(140, overlap))[:2]
        self.heights: list[int] = []
        self.network.register_forward_pre_hook(lambda _, given: self.heights.append(given[0].shape[2]))

    def run(self, place: Place, image: Tensor | None = None) -> Tensor:
        self.heights.clear()
        return at(self.reuse, seen(self.image if image is None else image, place), place)

    def is_computed_whole(self, place: Place, image: Tensor | None = None) -> bool:
        """Whether it is; what counts must be right either way."""
        image = self.image if image is None else image
        made = self.run(place, image)
        given = self.heights[-1]
        crop = seen(image, place)
        assert torch.equal(kept(made, place, crop), kept(self.network(crop), place, crop))
        return given == place.crop.height


def test_the_tile_below_goes_on() -> None:
    case = Case()
    case.run(case.above)
    assert not case.is_computed_whole(case.below)


def test_as_much_overlap_as_the_network_reaches_is_enough() -> None:
    case = Case(overlap=4)
    case.run(case.above)
    assert not case.is_computed_whole(case.below)


def test_another_order_is_no_continuation() -> None:
    case = Case()
    case.run(case.below)
    assert case.is_computed_whole(case.above)
    assert not case.is_computed_whole(case.below)


def test_another_picture_is_no_continuation() -> None:
    case = Case()
    case.run(case.above)
    other = case.image.clone()
    other[:, :, case.above.crop.bottom - 1, 3] += 0.1
    assert case.is_computed_whole(case.below, other)


def test_pictures_in_turns_do_not_disturb_each_other() -> None:
    case = Case()
    for name in ("colours", "opacity"):
        case.run(Place(name, case.above.crop, case.above.kept))
    for name in ("colours", "opacity"):
        assert not case.is_computed_whole(Place(name, case.below.crop, case.below.kept))


def test_other_columns_are_no_continuation() -> None:
    case = Case()
    case.run(case.above)
    aside = Place("colours", case.below.crop.moved(1, 0), case.below.kept.moved(1, 0))
    assert case.is_computed_whole(aside)


def test_another_precision_is_no_continuation() -> None:
    case = Case()
    with Precision.BF16.active(CPU):
        case.run(case.above)
    assert case.is_computed_whole(case.below)


def test_too_small_an_overlap_is_computed_whole() -> None:
    case = Case(overlap=3)  # it sees 4 pixels far
    case.run(case.above)
    assert case.is_computed_whole(case.below)


def test_only_the_first_run_for_a_tile_is_upright() -> None:
    case = Case()
    case.run(case.above)
    with placed(case.below):
        case.reuse(seen(case.image, case.below))
        again = case.reuse(seen(case.image, case.below))
    assert case.heights[-1] == case.below.crop.height
    assert torch.equal(again, case.network(seen(case.image, case.below)))


def test_flat_pictures_have_borders_too() -> None:
    """In a tile of one colour the upper border of the picture looks as what a tile above would have left."""
    case = Case()
    flat = torch.full_like(case.image, 0.5)
    case.run(case.above, flat)
    assert case.is_computed_whole(Place("colours", case.above.crop, case.above.kept), flat)


def test_without_a_place_it_is_the_network() -> None:
    case = Case()
    crop = seen(case.image, case.below)
    case.run(case.above)
    assert torch.equal(case.reuse(crop), case.network(crop))


def test_a_network_that_fails_leaves_no_trace() -> None:
    case = Case()

    def fails(module: nn.Module, given: tuple[Tensor]) -> None:
        raise RuntimeError

    case.run(case.above)
    hook = case.network.chain[2].register_forward_pre_hook(fails)  # type: ignore[union-attr,index]
    with pytest.raises(RuntimeError):
        case.run(case.below)
    hook.remove()
    assert case.is_computed_whole(case.below)
    assert not any("forward" in vars(module) for module in case.network.modules())


class Pooling(nn.Module):
    def forward(self, image: Tensor) -> Tensor:
        return image * image.mean(dim=(2, 3), keepdim=True)


class Smoothing(nn.Module):
    def forward(self, image: Tensor) -> Tensor:
        return functional.avg_pool2d(image, 41, 1, 20)


class Cutting(nn.Module):
    def forward(self, image: Tensor) -> Tensor:
        return functional.pad(image[..., 1:-1, 1:-1], (1, 1, 1, 1), mode="reflect")


UNFIT = {"the whole image": Pooling(), "far with something else": Smoothing()}


@pytest.mark.parametrize("between", UNFIT.values(), ids=UNFIT)
def test_a_network_that_looks_elsewhere_is_left_alone(between: nn.Module) -> None:
    case = Case(random(Chain(FIRST, {}, LAST, between=between)), overlap=30)
    case.run(case.above)
    assert case.is_computed_whole(case.below)


def test_rows_that_something_else_spoils_are_not_used() -> None:
    case = Case(random(Chain(FIRST, {}, LAST, between=Cutting())))
    case.run(case.above)
    case.is_computed_whole(case.below)


def test_a_module_keeps_a_forward_of_its_own() -> None:
    case = Case()
    first = case.network.chain[0]  # type: ignore[index]
    own = vars(first)["forward"] = first.forward  # type: ignore[union-attr]
    case.run(case.above)
    assert vars(first)["forward"] is own


def test_a_network_without_convolutions_is_left_alone() -> None:
    case = Case(nn.Identity())
    case.run(case.above)
    assert case.is_computed_whole(case.below)


def test_places_are_taken_once_and_end() -> None:
    place = Place("colours", Rect(0, 0, 2, 2), Rect(0, 0, 1, 1))
    with placed(place):
        assert take_place() is place
        assert take_place() is None
    assert take_place() is None
