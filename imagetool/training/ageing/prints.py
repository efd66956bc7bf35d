"""How an old print looks that nothing has happened to: soft, without colour, faded, grainy, on paper with texture.

None of this is damage to be found.
"""

from __future__ import annotations

import cv2
import numpy as np

from imagetool.core.geometry import Size
from imagetool.training.ageing.marks import Colours, Materials, Plane, between
from imagetool.training.ageing.shapes import blank, clouds, drawn_line, opacity, ramp, somewhere

LUMA = np.array([0.299, 0.587, 0.114], np.float32)

MODERN = 0.06
"""Share of the photos that are left as they are."""

FRAMED, LETTERED, WIRED = 0.12, 0.1, 0.06
"""Shares of the photos with a white border, with lettering, with wires across the scene."""

_FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_SCRIPT_SIMPLEX)


def printed(photo: Colours, stuff: Materials, rng: np.random.Generator) -> Colours:
    """A photo (H, W, 3) in [0, 1] as an old print."""
    size = Size(photo.shape[1], photo.shape[0])
    if rng.random() < MODERN:
        return photo
    picture = _wired(photo, size, rng) if rng.random() < WIRED else photo
    picture = _developed(_soft(picture, rng), rng)
    picture = _faded(picture, size, rng)
    if rng.random() < LETTERED:
        picture = _lettered(picture, size, rng)
    if rng.random() < FRAMED:
        picture = _framed(picture, size, stuff, rng)
    return _grainy(picture, size, rng)


def _soft(picture: Colours, rng: np.random.Generator) -> Colours:
    """As old lenses draw."""
    if rng.random() < 0.4:
        return picture
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 1.6)), np.float32)


def _developed(picture: Colours, rng: np.random.Generator) -> Colours:
    """In gray, in one tone such as sepia, or in colours that are not what they were."""
    chance = rng.random()
    if chance > 0.82:
        gains = rng.uniform(0.75, 1.1, 3).astype(np.float32)
        gray = (picture @ LUMA)[..., None]
        faded = gray + (picture - gray) * np.float32(rng.uniform(0.3, 1.1))
        return np.asarray(faded * gains, np.float32)
    weights = rng.dirichlet(np.array([3.0, 6.0, 3.0])).astype(np.float32)
    gray = (picture @ weights)[..., None]
    if chance < 0.45:
        return np.repeat(gray, 3, axis=2)
    tone = np.array([1.0, rng.uniform(0.8, 1.0), rng.uniform(0.55, 0.95)], np.float32)
    dark = np.array([rng.uniform(0, 0.25), rng.uniform(0, 0.12), rng.uniform(0, 0.08)], np.float32)
    toned: Colours = dark + gray * (tone - dark)
    return toned


def _faded(picture: Colours, size: Size, rng: np.random.Generator) -> Colours:
    """Less contrast, another curve, darker or lighter at the edges and in places."""
    black, white = rng.uniform(0, 0.28) * rng.random(), 1 - rng.uniform(0, 0.25) * rng.random()
    curve = np.clip(picture, 0, 1) ** np.float32(between(0.7, 1.45, rng))
    faded = black + curve * np.float32(white - black)
    uneven = rng.uniform(0, 0.06) * clouds(size, between(40, 300, rng), rng)
    y, x = np.mgrid[-1 : 1 : size.height * 1j, -1 : 1 : size.width * 1j]
    edges = rng.uniform(-0.12, 0.05) * (x**2 + y**2)
    lit: Colours = (faded * (1 + uneven + edges)[..., None]).astype(np.float32)
    return lit


def _grainy(picture: Colours, size: Size, rng: np.random.Generator) -> Colours:
    """Grain of any size, in one colour or, as on autochromes, in three; and the texture of the paper."""
    sigma = rng.choice([0.0, 1.0, 1.0]) * between(0.005, 0.075, rng)
    coarse_px = rng.uniform(0.0, 1.1)
    planes = 3 if rng.random() < 0.25 else 1
    noise: Colours = rng.standard_normal((size.height, size.width, planes), np.float32)
    if coarse_px > 0.3:
        noise = np.asarray(cv2.GaussianBlur(noise, (0, 0), coarse_px), np.float32).reshape(noise.shape)
        noise = noise / max(float(noise.std()), 1e-6)
    grainy: Colours = picture + np.float32(sigma) * noise
    if rng.random() < 0.2:
        grainy = grainy * _texture(size, rng)[..., None]
    return np.clip(grainy, 0, 1).astype(np.float32)


def _texture(size: Size, rng: np.random.Generator) -> Plane:
    """A factor: the pattern of silk or honeycomb paper, or the threads of linen."""
    y, x = np.mgrid[0 : size.height, 0 : size.width].astype(np.float32)
    period_px, turn = between(2.5, 9.0, rng), rng.uniform(0, np.pi)
    sides = 3 if rng.random() < 0.5 else 2
    waves = [
        np.cos(
            2 * np.pi / period_px * (x * np.cos(turn + k * np.pi / sides) + y * np.sin(turn + k * np.pi / sides))
        )
        for k in range(sides)
    ]
    texture: Plane = np.float32(1) + np.float32(between(0.01, 0.07, rng)) * np.mean(waves, axis=0)
    return texture


def _framed(picture: Colours, size: Size, stuff: Materials, rng: np.random.Generator) -> Colours:
    """A border of bare paper along some sides, with a straight and sharp edge."""
    framed = picture.copy()
    width_px = max(1, round(between(0.015, 0.09, rng) * min(size)))
    for side in rng.permutation(4)[: rng.integers(1, 5)]:
        np.rot90(framed, side)[:width_px] = stuff.paper
    return framed


def _lettered(picture: Colours, size: Size, rng: np.random.Generator) -> Colours:
    """A number or a few words, as photographers wrote them on negatives."""
    plane = blank(size)
    words = "".join(rng.choice(list("ABCDEFGHIKLMNOPRSTUVWabcdeghilmnorstu0123456789. "), rng.integers(2, 12)))
    x, y = (round(at) for at in somewhere(size, rng) * (0.7, 1.0))
    font, scale = _FONTS[rng.integers(len(_FONTS))], between(0.3, 1.3, rng)
    cv2.putText(plane, words, (x, y), font, scale, 255, int(rng.integers(1, 3)), cv2.LINE_AA)
    there = opacity(plane)[..., None] * np.float32(rng.uniform(0.5, 1.0))
    ink = np.float32(rng.choice([0.05, 0.95]))
    lettered: Colours = picture + there * (ink - picture)
    return lettered


def _wired(picture: Colours, size: Size, rng: np.random.Generator) -> Colours:
    """Wires that hang through the scene: dark, even, from side to side, and as sharp as the scene."""
    plane = blank(size)
    for _ in range(rng.integers(1, 4)):
        count = max(2, size.width // 6)
        sag = rng.uniform(0, 0.15) * size.height * np.linspace(-1, 1, count) ** 2
        y = ramp(count, 2, rng, 0, size.height) - sag
        points = np.stack([np.linspace(-3, size.width + 3, count), y], axis=1)
        drawn_line(plane, points, between(0.8, 2.5, rng), np.full(count, rng.uniform(0.5, 1.0)))
    there = opacity(plane)[..., None]
    wired: Colours = picture + there * (np.float32(rng.uniform(0.02, 0.3)) - picture)
    return wired
