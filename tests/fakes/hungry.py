"""Models for which the memory or the precision is not enough, each in its way, and one that is content."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, device

from imagetool.plugin import CannotRun, Filter, Job, Params, Weights


class Content(Filter):
    """Takes a tensor of the size of a small network, and leaves pictures as they are."""

    loads = 0

    def load(self, weights: Weights, device: device) -> None:
        """Counts."""
        Content.loads += 1
        self.values = torch.zeros(1000, device=device)

    def run(self, image: Tensor, params: Params, job: Job) -> Tensor:
        """Uses a hundred megabytes for a moment."""
        return image + torch.zeros(25_000_000).sum()


class Petabyte(Content):
    """Asks torch for more than there is."""

    def run(self, image: Tensor, params: Params, job: Job) -> Tensor:
        """Fails."""
        return torch.empty(2**48)


class Exabyte(Content):
    """Asks numpy for more than there is."""

    def run(self, image: Tensor, params: Params, job: Job) -> Tensor:
        """Fails."""
        return torch.from_numpy(np.empty(2**57, np.uint8))


class FullCard(Content):
    """Fails as on a graphics card whose memory is full."""

    def run(self, image: Tensor, params: Params, job: Job) -> Tensor:
        """Fails."""
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")


class Wrapped(Content):
    """Fails for lack of memory, and says something else."""

    def run(self, image: Tensor, params: Params, job: Job) -> Tensor:
        """Fails."""
        try:
            np.empty(2**57, np.uint8)
        except MemoryError as error:
            raise RuntimeError("the session failed") from error
        return image


class BlackInShort(Content):
    """Makes everything black where it is to compute in fewer bits."""

    def run(self, image: Tensor, params: Params, job: Job) -> Tensor:
        """Computes."""
        return image * (0.0 if torch.is_autocast_enabled("cpu") else 1.0)


class NotForThis(Content):
    """Cannot do the job, for a reason of its own."""

    def run(self, image: Tensor, params: Params, job: Job) -> Tensor:
        """Fails."""
        raise CannotRun("It is too dark.")
