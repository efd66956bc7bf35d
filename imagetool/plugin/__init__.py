"""The promise between a plugin and imagetool: manifest, parameters, tasks, errors."""

from imagetool.plugin.errors import Cancelled, CannotRun, ManifestError, ParameterError, PluginError
from imagetool.plugin.job import Job
from imagetool.plugin.manifest import Manifest
from imagetool.plugin.model_entry import ModelEntry
from imagetool.plugin.models import Inpainter, Model, Upscaler
from imagetool.plugin.parameters import Params
from imagetool.plugin.tasks import Task
from imagetool.plugin.weights import Weights

__all__ = [
    "Cancelled",
    "CannotRun",
    "Inpainter",
    "Job",
    "Manifest",
    "ManifestError",
    "Model",
    "ModelEntry",
    "ParameterError",
    "Params",
    "PluginError",
    "Task",
    "Upscaler",
    "Weights",
]
