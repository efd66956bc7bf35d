"""A part of a picture and of its mask, as pictures of their own."""

from __future__ import annotations

import numpy as np

from imagetool.core.compositing import Flattened
from imagetool.core.cropped import Cropped, cropped_mask
from imagetool.core.document import Document
from imagetool.core.geometry import Rect, Size
from imagetool.core.picture import Picture
from imagetool.core.tiles import TiledImage
from tests.fakes.requests import picture


def test_a_part_is_read_like_a_whole_picture() -> None:
    pixels = picture(np.uint16, 400, 600)
    rect = Rect(200, 100, 560, 390)  # across the document's tiles
    part = Cropped(Flattened(Document(Picture.of(pixels.copy())).state), rect)
    assert (part.size, part.dtype) == (Size(360, 290), np.dtype(np.uint16))
    assert np.array_equal(part.pixels(), pixels[rect.slices])
    inner = np.empty((20, 30, 4), np.uint16)
    part.read_into(Rect(50, 40, 80, 60), inner)
    assert np.array_equal(inner, pixels[140:160, 250:280])


def test_of_a_mask_only_what_lies_inside_is_left() -> None:
    plane = np.zeros((600, 600), np.uint8)
    plane[300:310, 320:340] = 200
    mask = TiledImage.from_array(plane)
    inside = cropped_mask(mask, Rect(290, 290, 590, 590))
    assert inside.content_rect() == Rect(30, 10, 50, 20)
    assert inside.read(inside.content_rect()).max() == 200
    outside = cropped_mask(mask, Rect(0, 0, 300, 300))
    assert not outside.tiles, "a mask without tiles is an empty one"
