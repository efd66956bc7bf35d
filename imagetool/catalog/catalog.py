"""The list of plugins and their models, read from their manifests alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from imagetool import __version__
from imagetool.catalog.errors import NoModel, UnknownModel, WeightsMissing
from imagetool.catalog.places import Places
from imagetool.plugin.errors import ManifestError, Problem
from imagetool.plugin.manifest import FILE_NAME, Manifest
from imagetool.plugin.model_entry import ModelEntry
from imagetool.plugin.tasks import Task
from imagetool.plugin.weights import WeightsFile

MANIFEST_MAX_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Plugin:
    """A folder with a sound manifest; `package` is what its modules are imported under.

    Its weights lie in `weights_folder`, or where that is None, in the folder itself.
    """

    manifest: Manifest
    folder: Path
    package: str
    bundled: bool
    weights_folder: Path | None = None


@dataclass(frozen=True, slots=True)
class BrokenPlugin:
    """A folder that wants to be a plugin and cannot."""

    folder: Path
    error: ManifestError


@dataclass(frozen=True, slots=True)
class CatalogModel:
    """A model together with the plugin it belongs to."""

    plugin: Plugin
    entry: ModelEntry

    @property
    def id(self) -> str:
        """Unique among all models: the plugin's id, a slash, the model's id."""
        return f"{self.plugin.manifest.id}/{self.entry.id}"

    @property
    def card(self) -> Path | None:
        """The model's card, where it has one: in the plugin's folder, or beside its weights."""
        if not self.entry.card:
            return None
        own, beside = (folder / self.entry.card for folder in (self.plugin.folder, self._weights_folder))
        return beside if beside.is_file() else own

    @property
    def weights(self) -> tuple[tuple[WeightsFile, Path], ...]:
        """The files of weights it needs, and where they should lie."""
        return tuple((file, self._weights_folder / file.file) for file in self.entry.weights)

    @property
    def _weights_folder(self) -> Path:
        return self.plugin.weights_folder or self.plugin.folder

    @property
    def weights_sha256(self) -> str | None:
        """The SHA-256 of its weights, joined by commas where there are several; None where there are none."""
        return ",".join(file.sha256 for file in self.entry.weights) or None

    def check_ready(self) -> None:
        """Looks whether all weights are there; the worker looks into them.

        Raises:
            WeightsMissing: naming the first one that is not.
        """
        for file, path in self.weights:
            try:
                size = path.stat().st_size
            except OSError:
                raise WeightsMissing(self.entry.name, path, "it is not there") from None
            if size != file.size:
                raise WeightsMissing(self.entry.name, path, f"it has {size} bytes instead of {file.size}")


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything found at one moment; scanning again gives a new one."""

    plugins: tuple[Plugin, ...]
    broken: tuple[BrokenPlugin, ...]

    @classmethod
    def scan(cls, places: Places) -> Catalog:
        """Reads the manifests of all bundled plugins."""
        plugins, broken = [], []
        for path in sorted(places.bundled_plugins.glob(f"*/{FILE_NAME}")):
            try:
                manifest = _read_manifest(path)
            except ManifestError as error:
                broken.append(BrokenPlugin(path.parent, error))
            else:
                package = f"{places.bundled_plugins.name}.{path.parent.name}"
                weights = places.bundled_weights / path.parent.name
                plugins.append(Plugin(manifest, path.parent, package, bundled=True, weights_folder=weights))
        return cls(tuple(plugins), tuple(broken))

    @property
    def models(self) -> tuple[CatalogModel, ...]:
        """All models, plugin by plugin."""
        return tuple(CatalogModel(plugin, entry) for plugin in self.plugins for entry in plugin.manifest.models)

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks that some model can do."""
        able = {model.entry.task for model in self.models}
        return tuple(task for task in Task if task in able)

    def models_for(self, task: Task) -> tuple[CatalogModel, ...]:
        """The models that can do a task, the first being the default."""
        return tuple(model for model in self.models if model.entry.task is task)

    def find(self, task: Task, name: str | None) -> CatalogModel:
        """The model of that name, `exemplar` or `plugin/exemplar`; the default where no name is given.

        Raises:
            NoModel: where nothing can do the task.
            UnknownModel: where no model has that name, or several plugins have one.
        """
        able = self.models_for(task)
        if not able:
            raise NoModel(task)
        if name is None:
            return able[0]
        found = [model for model in able if name in (model.id, model.entry.id)]
        if len(found) != 1:
            raise UnknownModel(name, task, tuple(model.id for model in able))
        return found[0]


def _read_manifest(path: Path) -> Manifest:
    source = f"The plugin “{path.parent.name}”"
    try:
        if path.stat().st_size > MANIFEST_MAX_BYTES:
            raise ManifestError(source, (Problem(FILE_NAME, f"is larger than {MANIFEST_MAX_BYTES} bytes"),))
        manifest = Manifest.parse(path.read_text("utf-8"), source)
    except (OSError, UnicodeDecodeError) as error:
        raise ManifestError(source, (Problem(FILE_NAME, f"cannot be read ({error})"),)) from None
    if not manifest.requires_imagetool.contains(__version__, prereleases=True):
        what = f"needs imagetool {manifest.requires_imagetool}, this is {__version__}"
        raise ManifestError(source, (Problem("requires.imagetool", what),))
    return manifest
