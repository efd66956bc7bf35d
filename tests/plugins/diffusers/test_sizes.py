"""At which size a pipeline works for a picture of another size."""

from __future__ import annotations

import pytest
import torch

from imagetool.core.geometry import Size
from plugins.diffusers.sizes import fitted, generated_size, inpainted_size

GENERATED = [
    (Size(512, 512), True, Size(512, 512)),
    (Size(768, 512), True, Size(768, 512)),
    (Size(513, 500), True, Size(520, 504)),  # rounded up, to be cut
    (Size(100, 100), True, Size(512, 512)),  # too small for what it has learned
    (Size(4000, 2000), True, Size(728, 360)),  # too large
    (Size(8000, 1), True, Size(2048, 8)),
    (Size(768, 512), False, Size(624, 416)),  # as many pixels as it has learned from
    (Size(512, 512), False, Size(512, 512)),
]


@pytest.mark.parametrize(("wanted", "free", "expected"), GENERATED, ids=str)
def test_pictures_are_made_near_to_what_the_model_knows(wanted: Size, free: bool, expected: Size) -> None:
    assert generated_size(wanted, 512, 8, free=free) == expected


@pytest.mark.parametrize(
    ("crop", "expected"),
    [(Size(512, 512), Size(512, 512)), (Size(1024, 500), Size(512, 248)), (Size(10, 1), Size(512, 48))],
    ids=str,
)
def test_a_crop_is_brought_to_the_working_size(crop: Size, expected: Size) -> None:
    assert inpainted_size(crop, 512, 8) == expected


def test_a_picture_that_is_a_little_larger_is_cut_and_any_other_is_resized() -> None:
    image = torch.rand(1, 3, 16, 24, generator=torch.Generator().manual_seed(1))
    assert torch.equal(fitted(image, Size(24, 16)), image)
    assert torch.equal(fitted(image, Size(20, 15)), image[..., :15, 2:22])
    for wanted in (Size(48, 32), Size(7, 5), Size(1, 1)):
        made = fitted(image, wanted)
        assert made.shape == (1, 3, wanted.height, wanted.width)
        assert float(made.min()) >= 0
        assert float(made.max()) <= 1
