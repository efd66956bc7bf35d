"""The classes that a plugin's models are made from, one for each task.

All tensors are on the job's device. Pictures are float32 in [0, 1], sRGB-encoded RGB, channels first:
(1, 3, H, W) with H and W at least 1. imagetool cuts pictures into tiles, pads them, handles opacity, depth and
grayness, chooses device and precision, and checks what comes back: its shape, and that every value is finite.
Where a model is given the opacity, what is fully transparent has colour 0.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagetool.plugin.errors import CannotRun

if TYPE_CHECKING:
    from torch import Tensor, device

    from imagetool.core.geometry import Point, Rect, Size
    from imagetool.plugin.job import Job
    from imagetool.plugin.parameters import Params
    from imagetool.plugin.weights import Weights


class Model:
    """A model, made without arguments in the worker and loaded once before its first job."""

    def load(self, weights: Weights, device: device) -> None:
        """Puts whatever the model needs on `device`; `weights` are the files that its manifest names."""


class Inpainter(Model, ABC):
    """Paints inside a hole."""

    @abstractmethod
    def run(self, image: Tensor, hole: Tensor, params: Params, job: Job) -> Tensor:
        """Fills a hole.

        Args:
            image: (1, 3, H, W) float32 in [0, 1], sRGB-encoded RGB; what lies in the hole is the old content.
                (1, 4, H, W) with straight opacity where the manifest says `opacity = true`.
            hole: (1, 1, H, W) bool, True where to paint; at least one pixel is True.
            params: The values of the form.
            job: For the seed, progress, previews and cancel.

        Returns:
            Float of the image's own shape, in [0, 1]. Only its pixels inside the hole are used.
        """

    def guided(
        self,
        image: Tensor,  # noqa: ARG002 - for others
        hole: Tensor,  # noqa: ARG002
        colours: Tensor,  # noqa: ARG002
        known: Tensor,  # noqa: ARG002
        params: Params,  # noqa: ARG002
        job: Job,  # noqa: ARG002
    ) -> Tensor:
        """Fills a hole in which the user has drawn; asked in the place of `run` where there are strokes.

        Only models whose manifest says `guides = true` are ever asked.

        Args:
            image: As for `run`.
            hole: As for `run`.
            colours: (1, 3, H, W) float32 in [0, 1], sRGB; the wanted colours where `known`, else 0.
            known: (1, 1, H, W) bool, True under the strokes, which lie inside the hole; at least one pixel is.
            params: The values of the form.
            job: For the seed, progress, previews and cancel.

        Returns:
            As `run`.

        Raises:
            CannotRun: where the model has no way to do this.
        """
        raise CannotRun("The model has no way to follow strokes of colour. Choose another model.")


class Upscaler(Model, ABC):
    """Makes pictures larger by whole factors; imagetool makes any other size from them."""

    @property
    @abstractmethod
    def scales(self) -> tuple[int, ...]:
        """The factors it knows, each at least 2; asked after `load`."""

    @abstractmethod
    def run(self, image: Tensor, scale: int, params: Params, job: Job) -> Tensor:
        """Enlarges. Called once for each tile, and again for its opacity where it has any.

        Args:
            image: (1, 3, H, W) float32 in [0, 1], sRGB-encoded RGB; H and W are at least 1.
            scale: One of `scales`.
            params: The values of the form.
            job: For the seed, progress, previews and cancel.

        Returns:
            (1, 3, scale·H, scale·W) float; values outside [0, 1] are cut.
        """


class Filter(Model, ABC):
    """Changes a picture and keeps its size."""

    @abstractmethod
    def run(self, image: Tensor, params: Params, job: Job) -> Tensor:
        """Changes the picture. Called once for each tile, or once where the manifest says `whole = true`.

        Args:
            image: (1, 3, H, W) float32 in [0, 1], sRGB-encoded RGB.
            params: The values of the form.
            job: For the seed, progress, previews and cancel.

        Returns:
            (1, 3, H, W) float; values outside [0, 1] are cut.
        """


class Denoiser(Filter, ABC):
    """Takes noise and traces of compression away; opacity is left as it is.

    How strongly, is a parameter of its own: by convention `strength`, from 0, where the picture comes back as it
    was, to 1.
    """


class Colorizer(Model, ABC):
    """Gives a picture colours; of the result the chroma is used, the luminance stays."""

    @abstractmethod
    def run(self, image: Tensor, hints: Tensor, known: Tensor, params: Params, job: Job) -> Tensor:
        """Colours the whole picture.

        Args:
            image: (1, 3, H, W) float32 in [0, 1], the picture as it is, gray or not.
            hints: (1, 3, H, W) float32 in [0, 1], sRGB; the wanted colours where `known`, else 0.
            known: (1, 1, H, W) bool, True where the user gave a colour; may be False everywhere.
            params: The values of the form.
            job: For the seed, progress, previews and cancel.

        Returns:
            (1, 3, H, W) float; values outside [0, 1] are cut.
        """


class Generator(Model, ABC):
    """Makes pictures out of nothing but a seed and its parameters."""

    @abstractmethod
    def run(self, size: Size, count: int, params: Params, job: Job) -> Tensor:
        """Makes `count` pictures.

        Args:
            size: Width and height that are wanted, in pixels.
            count: How many, at least 1.
            params: The values of the form: a label, a text, a temperature.
            job: For the seed, progress, previews and cancel. A preview shows the first picture, or several.

        Returns:
            (count, 3, H, W) RGB, or (count, 4, H, W) with straight opacity; values outside [0, 1] are cut.
        """

    def more_like(self, image: Tensor, count: int, params: Params, job: Job) -> Tensor:  # noqa: ARG002 - for others
        """Makes `count` pictures that resemble `image`; asked only where the manifest says `variations = true`.

        Args:
            image: (1, 4, H, W) float32 in [0, 1], sRGB-encoded RGB with straight opacity; what is fully
                transparent has colour 0.
            count: How many, at least 1.
            params: The values of the form.
            job: For the seed, progress, previews and cancel.

        Returns:
            As `run`, of the image's height and width.

        Raises:
            CannotRun: where the model has no way to do this.
        """
        raise CannotRun("The model has no way to make pictures that resemble another one. Choose another model.")


class Scorer(Model, ABC):
    """Says of every pixel how unlikely it is, or whatever else can be measured of it."""

    @abstractmethod
    def run(self, image: Tensor, params: Params, job: Job) -> Tensor:
        """Measures. Called once for each tile, or once where the manifest says `whole = true`.

        Args:
            image: (1, 3, H, W) float32 in [0, 1], sRGB-encoded RGB; (1, 4, H, W) with straight opacity where the
                manifest says `opacity = true`.
            params: The values of the form.
            job: For the seed, progress and cancel; `job.figure` tells numbers about the whole picture.

        Returns:
            (1, 1, H, W) float, any finite values, such as the negative log-likelihood in bits.
        """


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the user pointed at: points that belong to the thing, points that do not, and a box around it."""

    wanted: tuple[Point, ...] = ()
    unwanted: tuple[Point, ...] = ()
    box: Rect | None = None


class Segmenter(Model, ABC):
    """Selects the thing that the user points at."""

    @abstractmethod
    def run(self, image: Tensor, prompt: Prompt, params: Params, job: Job) -> Tensor:
        """Selects in the whole picture.

        Args:
            image: (1, 3, H, W) float32 in [0, 1], sRGB-encoded RGB.
            prompt: At least one point or a box, in pixels of the image.
            params: The values of the form.
            job: For the seed, progress and cancel.

        Returns:
            (1, 1, H, W) float: 0 outside, 1 inside; values outside [0, 1] are cut.
        """
