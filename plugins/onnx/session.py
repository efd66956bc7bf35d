"""Running a graph with onnxruntime, stoppable at any operator.

onnxruntime looks at a flag between two operators. The graph therefore runs on a thread of its own while the
calling one, which alone may talk to the job, checks for cancel.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as native

from plugins.onnx.errors import RunFailed, one_line

Array: TypeAlias = NDArray[Any]
Check: TypeAlias = Callable[[], None]
Made = TypeVar("Made")

_CPU = "CPUExecutionProvider"
_LOOK_S = 0.05
_FATAL = 4
_FAILURES: tuple[type[Exception], ...] = (
    RuntimeError,
    ValueError,
    *(kind for kind in vars(native).values() if isinstance(kind, type) and issubclass(kind, Exception)),
)
_NO_MEMORY = re.compile(r"failed to allocate|bad.?alloc|out of memory", re.IGNORECASE)
_PREFIX = re.compile(r"\[ONNXRuntimeError\] : \d+ : \w+ : |.*Status Message: |Load model from .* failed:")
_PLACE = re.compile(r"/\S+\.(h|cc|cu|cpp):\d+ [^()]*(\([^()]*(\([^()]*\)[^()]*)*\))?( const)?( \[[^\]]*\])?")


class TimedOut(Exception):
    """A run was stopped because it took too long."""


class Session:
    """One graph in onnxruntime's memory, on one device."""

    def __init__(self, path: Path, device: torch.device, check: Check, limit_s: float | None = None) -> None:
        """Reads a graph that `read_graph` has checked.

        Raises:
            RunFailed: where onnxruntime does not take it.
            TimedOut: where that takes longer than `limit_s`.
        """
        wanted = _providers(device)
        try:
            self._session = _loaded(path, wanted, check, limit_s)
        except RunFailed:
            if wanted == [_CPU]:
                raise
            self._session = _loaded(path, [_CPU], check, limit_s)
        self.notice = ""
        if device.type != "cpu" and self._session.get_providers()[0] == _CPU:
            self.notice = f"onnxruntime cannot use {device.type} here; the model runs on the CPU."

    @property
    def metadata(self) -> Mapping[str, str]:
        """What the file says about itself."""
        said: dict[str, str] = self._session.get_modelmeta().custom_metadata_map
        return said

    def run(self, feeds: Mapping[str, Array], check: Check, limit_s: float | None = None) -> Sequence[Array]:
        """All outputs, in the graph's order. `check` is called by the calling thread until they are there.

        Raises:
            RunFailed: where onnxruntime gives up.
            TimedOut: after `limit_s`.
            MemoryError: where there is too little.
        """
        options = onnxruntime.RunOptions()
        options.log_severity_level = _FATAL  # what goes wrong is raised, too

        def run() -> Any:
            return self._session.run(None, dict(feeds), options)

        def stop() -> None:
            options.terminate = True

        made = _on_its_own_thread(run, stop, check, limit_s)
        return [array for array in made if isinstance(array, np.ndarray)]


def _loaded(path: Path, providers: list[Any], check: Check, limit_s: float | None) -> Any:
    options = _options()

    def load() -> Any:
        # Its own way to go on without a provider prints to stdout.
        return onnxruntime.InferenceSession(path, options, providers=providers, enable_fallback=0)

    def stop() -> None:
        options.set_load_cancellation_flag(True)

    return _on_its_own_thread(load, stop, check, limit_s)


def _on_its_own_thread(
    work: Callable[[], Made], stop: Callable[[], None], check: Check, limit_s: float | None
) -> Made:
    began_s = time.monotonic()
    with ThreadPoolExecutor(1, "onnx") as pool:
        future = pool.submit(work)
        try:
            while not wait([future], _LOOK_S).done:
                check()
                if limit_s is not None and time.monotonic() - began_s > limit_s:
                    raise TimedOut
        finally:
            stop()  # does nothing to what has ended
    return _result(future)


def _result(future: Future[Made]) -> Made:
    try:
        return future.result()
    except _FAILURES as error:
        if _NO_MEMORY.search(str(error)):
            raise MemoryError from None
        raise RunFailed(_said(str(error))) from None


def _said(text: str) -> str:
    """The words of onnxruntime without the places in its source code."""
    return one_line(_PLACE.sub("", _PREFIX.sub("", text.replace("\n", " ")))) or "without a reason"


def _options() -> Any:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _FATAL
    options.intra_op_num_threads = torch.get_num_threads()
    options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.use_deterministic_compute = True
    options.enable_cpu_mem_arena = False  # it would keep the largest tile's memory; costs no time (measured)
    options.add_session_config_entry("session.load_model_format", "ONNX")  # never its own, which is not checked
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waiting threads take no time
    onnxruntime.disable_telemetry_events()
    return options


def _providers(device: torch.device) -> list[Any]:
    """Named one by one: what else is compiled in, such as sending pictures to a service, is not used."""
    if device.type != "cuda" or "CUDAExecutionProvider" not in onnxruntime.get_available_providers():
        return [_CPU]
    cuda = {"device_id": str(device.index or 0), "cudnn_conv_algo_search": "HEURISTIC", "use_tf32": "0"}
    return [("CUDAExecutionProvider", cuda), _CPU]
