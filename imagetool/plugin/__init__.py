"""The promise between a plugin and imagetool: manifest, parameters, tasks, errors.

`API_VERSION` counts it by semantic versioning: the first number changes where a plugin of before would break, the
second where something is added.
"""

from imagetool.plugin.errors import Cancelled, CannotRun, ManifestError, ParameterError, PluginError
from imagetool.plugin.job import Job
from imagetool.plugin.loaders import Inspection, Loader, NotMine
from imagetool.plugin.manifest import Manifest
from imagetool.plugin.model_entry import ModelEntry
from imagetool.plugin.models import (
    Colorizer,
    Denoiser,
    Filter,
    Generator,
    Inpainter,
    Model,
    Prompt,
    Scorer,
    Segmenter,
    Upscaler,
)
from imagetool.plugin.parameters import Params
from imagetool.plugin.tasks import Task
from imagetool.plugin.weights import Weights

API_VERSION = "1.2.0"

__all__ = [
    "API_VERSION",
    "Cancelled",
    "CannotRun",
    "Colorizer",
    "Denoiser",
    "Filter",
    "Generator",
    "Inpainter",
    "Inspection",
    "Job",
    "Loader",
    "Manifest",
    "ManifestError",
    "Model",
    "ModelEntry",
    "NotMine",
    "ParameterError",
    "Params",
    "PluginError",
    "Prompt",
    "Scorer",
    "Segmenter",
    "Task",
    "Upscaler",
    "Weights",
]
