"""What the user is asked to agree to before a plugin is installed or updated, in plain sentences."""

from __future__ import annotations

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from imagetool.plugin.manifest import Kind, Manifest

_LONGEST = 300


def changes(old: Manifest | None, new: Manifest) -> tuple[str, ...]:
    """What is new about a plugin, one sentence each; empty where nothing asks for consent.

    Args:
        old: The manifest of the version that the user agreed to last; None where there is none.
        new: The manifest of the version that is to be installed.
    """
    return (
        *_code(old, new),
        *_older(old, new),
        *_hosts(old, new),
        *_packages(old, new),
        *_loaders(old, new),
        *_terms(old, new),
    )


def summary(manifest: Manifest) -> tuple[tuple[str, str], ...]:
    """What a plugin says of itself, as labels and plain values, for a table beside the question."""
    kinds = {Kind.PYTHON: "code and models", Kind.WEIGHTS: "weights only, no code"}
    rows = (
        ("Name", manifest.name),
        ("Id", manifest.id),
        ("Version", str(manifest.version)),
        ("Author", manifest.author or "not named"),
        ("Licence", manifest.license),
        ("Brings", kinds[manifest.kind]),
        ("Models", ", ".join(model.name for model in manifest.models)),
        ("Loaders", ", ".join(loader.name for loader in manifest.loaders)),
        ("Packages", ", ".join(manifest.packages)),
        ("Network", ", ".join(permission.host for permission in manifest.permissions) or "none"),
    )
    return tuple((label, _plain(value)) for label, value in rows if value)


def _code(old: Manifest | None, new: Manifest) -> list[str]:
    if new.kind is not Kind.PYTHON:
        return []
    if old is None:
        return ["It brings code, which runs on this computer."]
    if old.kind is not Kind.PYTHON:
        return ["Until now it brought weights only; it now brings code, which runs on this computer."]
    if old.version != new.version:
        return [f"Its code changes from version {old.version} to version {new.version}."]
    return []


def _older(old: Manifest | None, new: Manifest) -> list[str]:
    if old is None or new.version >= old.version:
        return []
    return [f"Version {new.version} is older than version {old.version}, which is installed."]


def _hosts(old: Manifest | None, new: Manifest) -> list[str]:
    known = {permission.host: permission.reason for permission in old.permissions} if old else {}
    said = []
    for permission in new.permissions:
        host, reason = permission.host, _plain(permission.reason)
        if host not in known:
            said.append(f"It wants to reach “{host}” on the network. Its reason: “{reason}”.")
        elif known[host] != permission.reason:
            said.append(f"It gives a new reason for reaching “{host}” on the network: “{reason}”.")
    return said


def _packages(old: Manifest | None, new: Manifest) -> list[str]:
    known = {_package(text): text for text in old.packages} if old else {}
    said = []
    for text in new.packages:
        before = known.get(_package(text))
        if before is None:
            said.append(f"It needs the Python package “{_plain(text)}”, which is installed for it alone.")
        elif Requirement(before) != Requirement(text):
            said.append(f"It needs the Python package “{_plain(text)}” instead of “{_plain(before)}”.")
    return said


def _package(requirement: str) -> str:
    return canonicalize_name(Requirement(requirement).name)


def _loaders(old: Manifest | None, new: Manifest) -> list[str]:
    known = {model.loader for model in old.models} if old else set()
    named = dict.fromkeys(model.loader for model in new.models if model.loader and model.loader not in known)
    return [f"Its weights are run by the loader “{_plain(loader)}”." for loader in named]


def _terms(old: Manifest | None, new: Manifest) -> list[str]:
    if old is None:
        return []
    said = []
    if old.license != new.license:
        said.append(f"Its licence is “{_plain(new.license)}” instead of “{_plain(old.license)}”.")
    if old.author != new.author:
        now, before = (f"“{_plain(one.author)}”" if one.author else "not named" for one in (new, old))
        said.append(f"Its author is {now} instead of {before}.")
    return said


def _plain(text: str) -> str:
    """In one line, and not so long that the rest is pushed out of sight."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
