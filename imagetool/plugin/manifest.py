"""plugin.toml: everything imagetool knows about a plugin without running it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from imagetool.plugin.errors import ManifestError, Problem
from imagetool.plugin.parameter_tables import read_parameter
from imagetool.plugin.parameters import AnyParameter
from imagetool.plugin.tables import TableReader
from imagetool.plugin.tasks import Task

MANIFEST_VERSION = 1
FILE_NAME = "plugin.toml"

_MOST_CONTEXT = 100
_ID = r"[a-z0-9]+([.-][a-z0-9]+)*"
_NAME = r"[a-z][a-z0-9-]*"
_FILE = r"\w[\w.-]*"  # a name, not a path
_ENTRY = r"[A-Za-z_][\w.]*:[A-Za-z_]\w*"


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model of a plugin, as its manifest describes it."""

    id: str
    name: str
    task: Task
    entry: str
    summary: str
    card: str
    parameters: tuple[AnyParameter, ...]
    context: float  # how much of the picture around a hole the model sees, in sides of the hole
    context_min_px: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """A plugin as it describes itself; nothing of it has been imported."""

    id: str
    version: Version
    name: str
    license: str
    author: str
    summary: str
    requires_imagetool: SpecifierSet
    network: tuple[str, ...]
    models: tuple[ModelEntry, ...]

    @classmethod
    def parse(cls, text: str, source: str) -> Manifest:
        """Reads the text of a plugin.toml; `source` names it in errors.

        Raises:
            ManifestError: with every problem found and its place.
        """
        try:
            table = tomllib.loads(text)
        except (ValueError, RecursionError) as error:  # ValueError: also for numbers of thousands of digits
            raise ManifestError(source, (Problem("file", f"is not valid TOML ({error})"),)) from None
        problems: list[Problem] = []
        manifest = _read_manifest(table, problems)
        if problems or manifest is None:
            raise ManifestError(source, tuple(problems))
        return manifest


def _read_manifest(table: Mapping[str, Any], problems: list[Problem]) -> Manifest | None:
    reader = TableReader(table, "", problems)
    number = reader.whole("manifest")
    if number > MANIFEST_VERSION:
        reader.problem("manifest", f"is {number}: this plugin needs a newer version of imagetool")
        return None
    if not problems and number < MANIFEST_VERSION:
        reader.problem("manifest", f"is {number}, the first version is {MANIFEST_VERSION}")
    version = _version(reader)
    requires = reader.table("requires")
    permissions = reader.table("permissions")
    kind = reader.text("kind")
    if kind not in ("python", ""):
        reader.problem("kind", f"{kind!r} is not python")
    models = tuple(_read_model(model) for model in reader.tables("model"))
    _check_models(reader, models)
    manifest = Manifest(
        id=reader.text("id", pattern=_ID),
        version=version,
        name=reader.text("name"),
        license=reader.text("license"),
        author=reader.text("author", ""),
        summary=reader.text("summary", ""),
        requires_imagetool=_specifiers(requires),
        network=tuple(str(host) for host in permissions.items("network")),
        models=models,
    )
    for part in (requires, permissions, reader):
        part.finish()
    return manifest


def _read_model(reader: TableReader) -> ModelEntry:
    task = reader.text("task")
    if task and task not in set(Task):
        reader.problem("task", f"{task!r} is not one of {', '.join(Task)}")
        task = ""
    parameters = [read_parameter(parameter) for parameter in reader.tables("param")]
    entry = ModelEntry(
        id=reader.text("id", pattern=_NAME),
        name=reader.text("name"),
        task=Task(task) if task else Task.FILTER,
        entry=reader.text("entry", pattern=_ENTRY),
        summary=reader.text("summary", ""),
        card=reader.text("card", "", pattern=_FILE),
        parameters=tuple(parameter for parameter in parameters if parameter is not None),
        context=reader.number("context", 1.0),
        context_min_px=reader.whole("context_min_px", 64),
    )
    ids = [parameter.id for parameter in entry.parameters]
    for repeated in sorted({name for name in ids if ids.count(name) > 1}):
        reader.problem("param", f"the id {repeated!r} is used twice")
    if entry.context < 0 or entry.context > _MOST_CONTEXT:
        reader.problem("context", f"is not from 0 to {_MOST_CONTEXT}")
    if entry.context_min_px < 0:
        reader.problem("context_min_px", "is below 0")
    reader.finish()
    return entry


def _check_models(reader: TableReader, models: tuple[ModelEntry, ...]) -> None:
    ids = [model.id for model in models]
    if not ids:
        reader.problem("model", "a plugin has at least one model")
    for repeated in sorted({name for name in ids if ids.count(name) > 1}):
        reader.problem("model", f"the id {repeated!r} is used twice")


def _version(reader: TableReader) -> Version:
    text = reader.text("version")
    try:
        return Version(text or "0")
    except ValueError:  # InvalidVersion, or a number of thousands of digits
        reader.problem("version", f"{text!r} is not a version number")
        return Version("0")


def _specifiers(requires: TableReader) -> SpecifierSet:
    text = requires.text("imagetool", "")
    try:
        specifiers = SpecifierSet(text)
        specifiers.contains("0")  # reads the numbers
    except ValueError:  # InvalidSpecifier, or a number of thousands of digits
        requires.problem("imagetool", f"{text!r} is not a version range")
        return SpecifierSet()
    return specifiers
