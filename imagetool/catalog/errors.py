"""What can be wrong when a model is looked for, in sentences."""

from __future__ import annotations

from pathlib import Path

from imagetool.core.errors import ImagetoolError


class CatalogError(ImagetoolError):
    """Base of all errors about which plugins and models exist."""


class UnknownModel(CatalogError):
    """No model of that name can do the task."""

    def __init__(self, name: str, task: str, known: tuple[str, ...]) -> None:
        self.name, self.task, self.known = name, task, known
        choice = f"Choose one of {', '.join(known)}." if known else f"No installed model can {task}."
        super().__init__(f"There is no model “{name}” for {task}. {choice}")


class NoModel(CatalogError):
    """No installed model can do the task at all."""

    def __init__(self, task: str) -> None:
        self.task = task
        super().__init__(f"No installed model can {task}; “models” lists what is there.")


class WeightsMissing(CatalogError):
    """A model cannot run because a file of its weights is not as it should be."""

    def __init__(self, model: str, path: Path, reason: str) -> None:
        self.model, self.path, self.reason = model, path, reason
        super().__init__(
            f"“{model}” cannot run without its weights “{path.name}”: {reason}. Install imagetool again."
        )


class UnknownPlugin(CatalogError):
    """No plugin of that id is installed."""

    def __init__(self, plugin_id: str) -> None:
        self.plugin_id = plugin_id
        super().__init__(f"There is no plugin “{plugin_id}”; “plugins list” tells which there are.")


class BundledPlugin(CatalogError):
    """A plugin that is part of imagetool cannot be removed or replaced."""

    def __init__(self, plugin_id: str) -> None:
        self.plugin_id = plugin_id
        super().__init__(f"“{plugin_id}” is part of imagetool and stays as it is.")


class LoaderMissing(CatalogError):
    """A pack of weights needs a loader that is not there."""

    def __init__(self, pack: str, loader: str) -> None:
        self.pack, self.loader = pack, loader
        super().__init__(f"“{pack}” needs the loader “{loader}”; install the plugin that brings it.")
