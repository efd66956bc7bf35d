"""The promise between a plugin and imagetool: manifest, parameters, tasks, errors."""

from imagetool.plugin.errors import Cancelled, CannotRun, ManifestError, ParameterError, PluginError
from imagetool.plugin.job import Job
from imagetool.plugin.manifest import Manifest, ModelEntry
from imagetool.plugin.models import Inpainter, Model
from imagetool.plugin.parameters import Params
from imagetool.plugin.tasks import Task

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
]
