"""A second network that finds fault with the first (Goodfellow et al. 2014, Generative Adversarial Nets)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar, runtime_checkable

import torch
from torch import Tensor, nn

from imagetool.training.compute import Compute
from imagetool.training.objective import Randomness

Batch_contra = TypeVar("Batch_contra", contravariant=True)


class Adversary(Protocol[Batch_contra]):
    """The second network, on the device."""

    @property
    def network(self) -> nn.Module:
        """What is trained against the first."""
        ...

    def loss(self, network: nn.Module, batch: Batch_contra, randomness: Randomness) -> Tensor:
        """How badly it tells apart what is true and what the first network has just made of the batch, a scalar.

        Called after the objective's `loss` of the same batch; `network` is its own, perhaps wrapped. Nothing of
        it may reach the first network.
        """
        ...


@runtime_checkable
class Adversarial(Protocol):
    """An objective whose `loss` asks the adversary, too."""

    @property
    def adversary(self) -> Adversary[Any] | None:
        """None where the recipe wants none."""
        ...


class Contest:
    """The adversary's side of a training: its optimiser and its steps."""

    def __init__(self, adversary: Adversary[Any], rate: float, compute: Compute) -> None:
        self._adversary, self._compute = adversary, compute
        network = adversary.network
        optimiser = torch.optim.Adam(network.parameters(), lr=rate, betas=(0.0, 0.99), fused=True)
        self._network, self._optimiser = compute.prepared(network, optimiser)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Within it the adversary is asked and learns nothing."""
        self._adversary.network.requires_grad_(False)
        try:
            yield
        finally:
            self._adversary.network.requires_grad_(True)

    def step(self, batch: object, randomness: Randomness, rate: float) -> None:
        """One step with the given learning rate."""
        for group in self._optimiser.param_groups:
            group["lr"] = rate
        with self._compute.precision():
            loss = self._adversary.loss(self._network, batch, randomness)
        self._optimiser.zero_grad(set_to_none=True)
        self._compute.backward(loss)
        self._optimiser.step()

    def state(self) -> dict[str, Any]:
        """Of the network and the optimiser."""
        return {"network": self._adversary.network.state_dict(), "optimiser": self._optimiser.state_dict()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """From what `state` gave."""
        self._adversary.network.load_state_dict(state["network"])
        self._optimiser.load_state_dict(state["optimiser"])
