"""The list of plugins and their models, read from their manifests alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from imagetool.catalog.errors import LoaderMissing, NoModel, UnknownModel, UnknownPlugin, WeightsMissing
from imagetool.catalog.places import Places
from imagetool.catalog.plugins import BrokenPlugin, Plugin
from imagetool.catalog.scanning import scan_bundled, scan_installed
from imagetool.plugin.model_entry import ModelEntry
from imagetool.plugin.tasks import Task
from imagetool.plugin.weights import WeightsFile


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
    def code(self) -> tuple[str, str]:
        """The module and the class in it that make the model, or the loader that does."""
        if not self.entry.loader:
            return self.plugin.module_and_class(self.entry.entry)
        if self.plugin.loader is None:
            raise LoaderMissing(self.plugin.manifest.name, self.entry.loader)
        name = self.entry.loader.partition("/")[2]
        found = next((loader for loader in self.plugin.loader.manifest.loaders if loader.id == name), None)
        if found is None:
            raise LoaderMissing(self.plugin.manifest.name, self.entry.loader)
        return self.plugin.loader.module_and_class(found.entry)

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
    """Everything found at one moment; scanning again gives a new one.

    `disabled` plugins are sound and do nothing until they are enabled; their models are not listed.
    """

    plugins: tuple[Plugin, ...]
    broken: tuple[BrokenPlugin, ...]
    disabled: tuple[Plugin, ...] = ()

    @classmethod
    def scan(cls, places: Places, *, third_party: bool = True) -> Catalog:
        """Reads the manifests of all bundled plugins and, unless in safe mode, of those that were installed."""
        bundled = scan_bundled(places)
        if not third_party:
            return cls(bundled.plugins, bundled.broken)
        installed = scan_installed(places, bundled.plugins)
        return cls(bundled.plugins + installed.plugins, bundled.broken + installed.broken, installed.disabled)

    def find_plugin(self, plugin_id: str) -> Plugin:
        """The plugin of that id, disabled ones included.

        Raises:
            UnknownPlugin: where there is none.
        """
        for plugin in (*self.plugins, *self.disabled):
            if plugin.manifest.id == plugin_id:
                return plugin
        raise UnknownPlugin(plugin_id)

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
        able = [model for model in self.models if model.entry.task is task]
        return tuple(sorted(able, key=lambda model: model.entry.special))

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
