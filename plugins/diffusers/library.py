"""Imports the diffusers library, kept from the network and from anybody's code."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from imagetool.plugin import CannotRun

_SWITCHES = {
    "DIFFUSERS_DISABLE_REMOTE_CODE": "true",
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
}


def library(name: str) -> ModuleType:
    """`diffusers` or `transformers`, imported at the first call.

    Raises:
        CannotRun: where it is not installed, or does not work with what is.
    """
    os.environ.update(_SWITCHES)  # both read them while they are imported
    try:
        with _without_torchvision():
            diffusers = importlib.import_module("diffusers")
            transformers = importlib.import_module("transformers")
            importlib.import_module("diffusers.models")  # with all that it asks transformers for
    except (ImportError, RuntimeError) as error:
        reason = f"{error}".strip().splitlines()[-1][:200]
        raise CannotRun(f"The diffusers library cannot be used ({reason}); install its packages again.") from error
    importlib.import_module("tqdm").tqdm.monitor_interval = 0  # a thread that watches bars which nobody sees
    diffusers.utils.logging.set_verbosity_error()
    transformers.utils.logging.set_verbosity_error()
    diffusers.utils.logging.disable_progress_bar()
    transformers.utils.logging.disable_progress_bar()
    return transformers if name == "transformers" else diffusers


@contextmanager
def _without_torchvision() -> Iterator[None]:
    """Hides torchvision while the libraries look what is there; what they saw then holds for all their parts.

    WORKAROUND: they import it where it is installed, for functions that no pipeline here calls; one that was built
    for another torch fails then, and takes them with it.
    """
    if "torchvision" in sys.modules:
        yield
        return
    sys.modules["torchvision"] = None  # type: ignore[assignment]  # how Python marks what must not be imported
    try:
        yield
    finally:
        del sys.modules["torchvision"]
