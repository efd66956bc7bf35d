"""plugin.toml: everything imagetool knows about a plugin without running it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from imagetool.plugin.errors import ManifestError, Problem
from imagetool.plugin.model_entry import ModelEntry, read_model
from imagetool.plugin.tables import TableReader

MANIFEST_VERSION = 1
FILE_NAME = "plugin.toml"

_ID = r"[a-z0-9]+([.-][a-z0-9]+)*"


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
    models = tuple(read_model(model) for model in reader.tables("model"))
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
