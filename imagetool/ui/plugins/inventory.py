"""All that the plugin manager shows of the plugins, read at one moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from imagetool.catalog.catalog import Catalog
from imagetool.catalog.places import Places
from imagetool.catalog.plugins import BrokenPlugin, Plugin
from imagetool.catalog.store.installed import InstalledPlugin
from imagetool.catalog.store.store import Store
from imagetool.jobs.install.dropped_weights import FOLDER, DroppedFile, known_files
from imagetool.jobs.install.self_test import ModelTest
from imagetool.plugin.manifest import Manifest
from imagetool.plugin.tasks import WORDS


class Group(Enum):
    """How a plugin stands; the value is the heading in the list."""

    BROKEN = "Cannot be used"
    INSTALLED = "Installed"
    RESTING = "Off in safe mode"
    DISABLED = "Disabled"
    BUNDLED = "Part of imagetool"


@dataclass(frozen=True, slots=True)
class PluginFacts:
    """One plugin.

    Attributes:
        id: As in its manifest; of one that cannot be read, the name of its folder.
        group: How it stands.
        plugin: With its manifest; None where that cannot be used.
        problem: Why it cannot be used, in a sentence; else "".
        source: Where it was installed from; "" where that is not known.
        agreed: When the user agreed to it; "" where nobody was asked.
        file: Whether it is no plugin but a file in the folder of weights that could not become one.
        previous: The version that can be gone back to; "" where there is none.
        tests: Of its models, the last time they were tried on this computer.
        log: What went wrong with it, the newest last.
    """

    id: str
    group: Group
    plugin: Plugin | None = None
    problem: str = ""
    file: bool = False
    source: str = ""
    agreed: str = ""
    previous: str = ""
    tests: tuple[ModelTest, ...] = ()
    log: str = ""

    @property
    def manifest(self) -> Manifest | None:
        """What it says of itself."""
        return self.plugin.manifest if self.plugin else None

    @property
    def name(self) -> str:
        """For people."""
        return self.manifest.name if self.manifest else self.id

    @property
    def removable(self) -> bool:
        """Whether the user has installed it."""
        return self.group is not Group.BUNDLED and not self.file

    @property
    def updatable(self) -> bool:
        """Whether it can be installed again from where it came; that runs it, so it is not done in safe mode."""
        return self.removable and bool(self.source) and self.group is not Group.RESTING

    @property
    def disabled(self) -> bool:
        """Whether the user has switched it off."""
        return self.group is Group.DISABLED

    def matches(self, words: str) -> bool:
        """Whether each of the words stands in its name, its id, its summary, or among what its models do."""
        said = [self.id, self.name, self.problem]
        if self.manifest:
            said += [self.manifest.summary, self.manifest.author]
            for model in self.manifest.models:
                said += [model.name, model.task.value, WORDS[model.task].verb, model.summary]
        text = " ".join(said).casefold()
        return all(word in text for word in words.casefold().split())


@dataclass(frozen=True, slots=True)
class Inventory:
    """Every plugin for the manager, and the catalogue that the window works with."""

    catalog: Catalog
    plugins: tuple[PluginFacts, ...]
    safe_mode: bool

    @classmethod
    def read(
        cls,
        places: Places,
        log_of: Callable[[str], str],
        tested: Mapping[str, tuple[ModelTest, ...]],
        *,
        safe_mode: bool,
    ) -> Inventory:
        """Reads manifests and records, on a background thread; `tested` is newer than what is written down."""
        everything = Catalog.scan(places)
        records = {item.id: item for item in Store(places.home).installed() if isinstance(item, InstalledPlugin)}
        able = Group.RESTING if safe_mode else Group.INSTALLED
        plugins = [
            *(_broken(broken, places, log_of) for broken in everything.broken),
            *(_refused(file, places) for file in known_files(places) if file.problem),
            *(
                _sound(plugin, Group.BUNDLED if plugin.bundled else able, records, log_of, tested)
                for plugin in everything.plugins
            ),
            *(_sound(plugin, Group.DISABLED, records, log_of, tested) for plugin in everything.disabled),
        ]
        order = list(Group)
        plugins.sort(key=lambda facts: (order.index(facts.group), facts.name.casefold()))
        catalog = Catalog.scan(places, third_party=False) if safe_mode else everything
        return cls(catalog, tuple(plugins), safe_mode)

    def find(self, plugin_id: str) -> PluginFacts | None:
        """The plugin of that id."""
        return next((facts for facts in self.plugins if facts.id == plugin_id), None)


def _broken(broken: BrokenPlugin, places: Places, log_of: Callable[[str], str]) -> PluginFacts:
    store = places.home / "plugins"
    inside = broken.folder.is_relative_to(store)
    plugin_id = broken.folder.relative_to(store).parts[0] if inside else broken.folder.name
    group = Group.BROKEN if inside else Group.BUNDLED
    return PluginFacts(plugin_id, group, problem=str(broken.error), log=log_of(plugin_id))


def _refused(file: DroppedFile, places: Places) -> PluginFacts:
    path = places.home / FOLDER / file.name
    return PluginFacts(file.name, Group.BROKEN, problem=file.problem, file=True, source=str(path))


def _sound(
    plugin: Plugin,
    group: Group,
    records: Mapping[str, InstalledPlugin],
    log_of: Callable[[str], str],
    tested: Mapping[str, tuple[ModelTest, ...]],
) -> PluginFacts:
    plugin_id = plugin.manifest.id
    record = records.get(plugin_id) if not plugin.bundled else None
    consented = record.consented if record else {}
    return PluginFacts(
        plugin_id,
        group,
        plugin,
        source=_text(consented, "source"),
        agreed=_text(consented, "agreed"),
        previous=record.previous.rpartition("-")[0] if record and record.previous else "",
        tests=tested.get(plugin_id) or _tests(consented.get("tests")),
        log=log_of(plugin_id),
    )


def _text(table: Mapping[str, Any], key: str) -> str:
    value = table.get(key)
    return value if isinstance(value, str) else ""


def _tests(rows: Any) -> tuple[ModelTest, ...]:
    """The tests of a record; what is not as it should be is left out."""
    tests = []
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict):
            model, seconds, memory = row.get("model"), row.get("seconds"), row.get("peak_rss_mb")
            if isinstance(model, str) and isinstance(seconds, int | float) and isinstance(memory, int | float):
                tests.append(ModelTest(model, float(seconds), float(memory)))
    return tuple(tests)
