"""Why a training run cannot go on, in sentences."""

from __future__ import annotations

from pathlib import Path

from imagetool.core.errors import ImagetoolError


class TrainingError(ImagetoolError):
    """Base of all errors of training."""


class BadRecipe(TrainingError):
    """A recipe that cannot be followed."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"The recipe “{path}” cannot be followed: {reason}.")


class NoPhotos(TrainingError):
    """There is nothing to learn from."""

    def __init__(self, folder: Path, needed_px: int) -> None:
        self.folder, self.needed_px = folder, needed_px
        super().__init__(
            f"There are no photos of at least {needed_px} × {needed_px} pixels in “{folder}”. "
            "Give a folder of photos, or of tar files with photos in them."
        )


class PhotoTooSmall(TrainingError):
    """A photo of which nothing is left to be measured."""

    def __init__(self, photo: str, scale: int) -> None:
        self.photo, self.scale = photo, scale
        super().__init__(f"The photo “{photo}” is too small to be measured at {scale} times. Take it away.")


class MaskMissing(TrainingError):
    """A photo without masks in a folder of them."""

    def __init__(self, photo: str, path: Path) -> None:
        self.photo, self.path = photo, path
        super().__init__(
            f"There is no mask “{path}” for the photo “{photo}”. "
            "Name another folder, or make one with --write-masks."
        )


class MaskEmpty(TrainingError):
    """A file of masks in which there is nothing to fill."""

    def __init__(self, kind: str, path: Path) -> None:
        self.kind, self.path = kind, path
        super().__init__(f"The mask “{path}” has no {kind} hole. Leave {kind} out of --masks.")


class BadRemovals(TrainingError):
    """A table of removals that cannot be followed."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"The table of removals “{path}” cannot be followed: {reason}.")


class MeasureMissing(TrainingError):
    """Pictures cannot be compared without a library that is not installed."""

    def __init__(self) -> None:
        super().__init__('Comparing pictures needs the library piq. Run: pip install "imagetool[train]".')


class BadShard(TrainingError):
    """A tar file that cannot be read."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"The tar file “{path}” cannot be read ({reason}). Take it out of the folder.")


class CannotResume(TrainingError):
    """The checkpoint does not belong to this run."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"The training cannot be resumed from “{path}”: {reason}. Choose another --out folder.")


class Diverged(TrainingError):
    """The loss is no longer a number."""

    def __init__(self, step: int) -> None:
        self.step = step
        super().__init__(
            f"The training has diverged: at step {step} the loss is no number any more. "
            "Lower learning_rate in the recipe and resume from the last checkpoint."
        )


class FabricMissing(TrainingError):
    """Several devices need a library that is not installed."""

    def __init__(self) -> None:
        super().__init__(
            'Training on several devices needs Lightning Fabric. Run: pip install "imagetool[train]".'
        )


class WouldOverwrite(TrainingError):
    """There is a checkpoint already."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(f"“{folder}” holds a training already. Add --resume to go on, or choose another --out.")


class RivalUnknown(TrainingError):
    """A checkpoint that cannot be measured."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"The checkpoint “{path}” cannot be measured: {reason}. Leave it out.")


class RivalMissing(TrainingError):
    """A method whose library is not there."""

    def __init__(self, library: str) -> None:
        self.library = library
        super().__init__(
            f"The rival “{library}” cannot be measured, because its library is not installed. "
            f"Install it with “pip install {library}”, under its own licence, or leave the rival out."
        )


class FigureMissing(TrainingError):
    """A model that does not tell what is to be measured."""

    def __init__(self, model: str, figure: str) -> None:
        self.model, self.figure = model, figure
        super().__init__(f"“{model}” tells no {figure}. Choose a model that knows likelihoods.")


class TrainingStopped(TrainingError):
    """The user has ended a training before its time."""

    def __init__(self, step: int, folder: Path) -> None:
        self.step, self.folder = step, folder
        super().__init__(f"Stopped at step {step}; the checkpoint is in “{folder}”. Add --resume to go on.")
