"""Where the steps of a training are computed: on one device, or on several by Lightning Fabric."""

from __future__ import annotations

import contextlib
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from imagetool.kit.device import choose_device, has_fast_bfloat16
from imagetool.kit.precision import Precision
from imagetool.training.errors import FabricMissing


class Compute(Protocol):
    """One process's part in a training."""

    device: torch.device
    rank: int
    ranks: int

    def prepared(self, network: nn.Module, optimiser: torch.optim.Optimizer) -> tuple[nn.Module, Any]:
        """The network and the optimiser as they are to be used in the steps."""
        ...

    def precision(self) -> contextlib.AbstractContextManager[None]:
        """In which the forward pass runs: bfloat16 where the device is fast with it."""
        ...

    def backward(self, loss: Tensor) -> None:
        """Adds the loss's gradients."""
        ...

    def agreed(self, value: float) -> float:
        """The first process's value, in all of them."""
        ...


class OneDevice:
    """A GPU, or the CPU."""

    rank, ranks = 0, 1

    def __init__(self, name: str) -> None:
        self.device = choose_device(name)
        if self.device.type == "cuda":
            torch.backends.cudnn.benchmark = True  # crops have few sizes

    def prepared(self, network: nn.Module, optimiser: torch.optim.Optimizer) -> tuple[nn.Module, Any]:
        """The same."""
        return network, optimiser

    def precision(self) -> contextlib.AbstractContextManager[None]:
        """Autocast."""
        return autocast(self.device)

    def backward(self, loss: Tensor) -> None:
        """Adds the loss's gradients."""
        loss.backward()  # type: ignore[no-untyped-call]

    def agreed(self, value: float) -> float:
        """The same."""
        return value


class SeveralDevices:
    """Devices of one kind, one process for each; Fabric starts the others with the same command line."""

    def __init__(self, name: str, count: int) -> None:
        try:
            from lightning_fabric import Fabric
            from lightning_fabric.strategies.ddp import DDPStrategy
        except ImportError:
            raise FabricMissing from None
        kind = choose_device(name).type
        strategy = DDPStrategy(find_unused_parameters=True)  # a step may use one scale's layers alone
        self._fabric = Fabric(accelerator=kind, devices=count, strategy=strategy)
        self._fabric.launch()
        self.device = self._fabric.device
        self.rank, self.ranks = self._fabric.global_rank, self._fabric.world_size

    def prepared(self, network: nn.Module, optimiser: torch.optim.Optimizer) -> tuple[nn.Module, Any]:
        """Wrapped, so that the processes share their gradients."""
        wrapped, shared = self._fabric.setup(network, optimiser)
        return wrapped, shared

    def precision(self) -> contextlib.AbstractContextManager[None]:
        """Autocast."""
        return autocast(self.device)

    def backward(self, loss: Tensor) -> None:
        """Adds the mean of all processes' gradients."""
        self._fabric.backward(loss)

    def agreed(self, value: float) -> float:
        """The first process's value."""
        return float(self._fabric.broadcast(value))


def autocast(device: torch.device) -> contextlib.AbstractContextManager[None]:
    """bfloat16 for what bears it, where the device is fast with it; float32 elsewhere."""
    return (Precision.BF16 if has_fast_bfloat16(device) else Precision.FP32).active(device)
