"""plugin.toml: everything imagetool knows about a plugin without running it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from imagetool.plugin.errors import ManifestError, Problem
from imagetool.plugin.model_entry import ModelEntry, read_model
from imagetool.plugin.tables import TableReader

MANIFEST_VERSION = 1
FILE_NAME = "plugin.toml"

_ID = r"[a-z0-9]+([.-][a-z0-9]+)*"
_MODULE_CLASS = r"[A-Za-z_][\w.]*:[A-Za-z_]\w*"
_HOST = r"[a-z0-9-]+(\.[a-z0-9-]+)+"
_LOADER_ID = r"[a-z][a-z0-9-]*"
_LOADER_SUFFIX = r"(\.[a-z0-9_]{1,16})+"
_LONGEST_ID = 100


class Kind(StrEnum):
    """What a plugin brings: code of its own, or only weights for a loader that is already there."""

    PYTHON = "python"
    WEIGHTS = "weights"


@dataclass(frozen=True, slots=True)
class NetworkPermission:
    """A host that a plugin wants to reach, and why."""

    host: str
    reason: str


@dataclass(frozen=True, slots=True)
class LoaderEntry:
    """A loader of a plugin: which files it can look into, by their endings, and whether folders, too."""

    id: str
    name: str
    entry: str
    files: tuple[str, ...]
    folders: bool


@dataclass(frozen=True, slots=True)
class Manifest:
    """A plugin as it describes itself; nothing of it has been imported."""

    id: str
    version: Version
    name: str
    kind: Kind
    license: str
    author: str
    summary: str
    requires_imagetool: SpecifierSet
    packages: tuple[str, ...]  # requirements as of PEP 508
    permissions: tuple[NetworkPermission, ...]
    models: tuple[ModelEntry, ...]
    loaders: tuple[LoaderEntry, ...]

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
    has_code = _kind(reader) is Kind.PYTHON
    requires = reader.table("requires")
    permissions = reader.table("permissions")
    manifest = Manifest(
        id=_id(reader),
        version=version,
        name=reader.text("name"),
        kind=Kind.PYTHON if has_code else Kind.WEIGHTS,
        license=reader.text("license"),
        author=reader.text("author", ""),
        summary=reader.text("summary", ""),
        requires_imagetool=_specifiers(requires),
        packages=_packages(requires) if has_code else (),
        permissions=tuple(_permission(table) for table in permissions.tables("network")) if has_code else (),
        models=tuple(read_model(model, has_code=has_code) for model in reader.tables("model")),
        loaders=tuple(_loader(table) for table in reader.tables("loader")) if has_code else (),
    )
    _check_ids(reader, "model", [model.id for model in manifest.models])
    _check_ids(reader, "loader", [loader.id for loader in manifest.loaders])
    if len({model.loader.partition("/")[0] for model in manifest.models}) > 1:
        reader.problem("model", "the loaders belong to several plugins; make a pack for each")
    if not manifest.models and not manifest.loaders:
        reader.problem("model", "a plugin has at least one model")
    if not has_code and permissions.items("network"):
        permissions.problem("network", "is not for packs of weights: they run no code")
    for part in (requires, permissions, reader):
        part.finish()
    return manifest


def _kind(reader: TableReader) -> Kind:
    kind = reader.text("kind")
    if kind and kind not in set(Kind):
        reader.problem("kind", f"{kind!r} is not one of {', '.join(Kind)}")
    return Kind.WEIGHTS if kind == Kind.WEIGHTS else Kind.PYTHON


def _id(reader: TableReader) -> str:
    name = reader.text("id", pattern=_ID)
    if len(name) > _LONGEST_ID:
        reader.problem("id", f"is longer than {_LONGEST_ID} characters")
    return name


def _permission(table: TableReader) -> NetworkPermission:
    permission = NetworkPermission(host=table.text("host", pattern=_HOST), reason=table.text("reason"))
    table.finish()
    return permission


def _loader(table: TableReader) -> LoaderEntry:
    suffixes = table.items("files")
    if not all(isinstance(suffix, str) and re.fullmatch(_LOADER_SUFFIX, suffix) for suffix in suffixes):
        table.problem("files", f"is not a list of texts of the form {_LOADER_SUFFIX}")
        suffixes = []
    loader = LoaderEntry(
        id=table.text("id", pattern=_LOADER_ID),
        name=table.text("name"),
        entry=table.text("entry", pattern=_MODULE_CLASS),
        files=tuple(suffixes),
        folders=table.flag("folders", default=False),
    )
    if not loader.files and not loader.folders:
        table.problem("files", "is empty, and folders is not true")
    table.finish()
    return loader


def _packages(requires: TableReader) -> tuple[str, ...]:
    """Requirements; one that names a file or an address is none, because nobody could keep it apart from ours."""
    named = requires.items("packages")
    for index, text in enumerate(named):
        try:
            requirement = Requirement(text if isinstance(text, str) else "")
            requirement.specifier.contains("0")  # reads the numbers
        except (InvalidRequirement, ValueError):
            requires.problem(f"packages[{index}]", f"{text!r:.60} is not a requirement such as einops>=0.8")
            continue
        if requirement.url:
            requires.problem(
                f"packages[{index}]", f"{text!r:.60} names an address; name a package and its versions"
            )
    return tuple(text for text in named if isinstance(text, str))


def _check_ids(reader: TableReader, key: str, ids: list[str]) -> None:
    for repeated in sorted({name for name in ids if ids.count(name) > 1}):
        reader.problem(key, f"the id {repeated!r} is used twice")


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
