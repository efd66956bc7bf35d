"""What is shown before something is installed: who, what, licence, size, permissions, and what changes."""

from __future__ import annotations

from dataclasses import dataclass

from imagetool.catalog.changes import changes
from imagetool.core.amounts import shown_bytes
from imagetool.plugin.manifest import Kind, Manifest
from imagetool.wire.text import plain

_LONGEST = 200
"""Of what a plugin says of itself: it must not push the rest of the question out of sight, nor look like it."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A plugin that is ready to be installed, as the user is asked about it.

    Attributes:
        manifest: What the plugin says of itself.
        size_bytes: Of its files.
        file_count: How many there are.
        packages: Requirements that will be fetched and installed into the plugin's own folder.
        downloads: Addresses of weights that will be fetched.
        changes: What is new or different from the version that is installed, as sentences; what consent is about.
        replaces: The version that is installed now; "" where there is none.
        agreed: Whether the user has already agreed to exactly this version.
    """

    manifest: Manifest
    size_bytes: int
    file_count: int
    packages: tuple[str, ...]
    downloads: tuple[str, ...]
    changes: tuple[str, ...]
    replaces: str
    agreed: bool

    @property
    def runs_code(self) -> bool:
        """Whether it brings code of its own."""
        return self.manifest.kind is Kind.PYTHON

    @property
    def lines(self) -> tuple[str, ...]:
        """The question in plain sentences, one below the other."""
        manifest = self.manifest
        name, summary, terms = (plain(it, _LONGEST) for it in (manifest.name, manifest.summary, manifest.license))
        by = f" by {plain(manifest.author, _LONGEST)}" if manifest.author else ""
        models = ", ".join(plain(model.name, _LONGEST) for model in manifest.models)
        return (
            f"{name} {manifest.version}{by} ({manifest.id})",
            *((summary,) if summary else ()),
            f"Licence: {terms}. {self.file_count} files, {shown_bytes(self.size_bytes)}.",
            f"Models: {plain(models, _LONGEST) or 'none, only loaders for files'}.",
            *(() if self.runs_code else ("It brings no code, only weights.",)),
            *((f"It replaces version {self.replaces}.",) if self.replaces else ()),
            *((f"To be fetched and installed for it: {', '.join(self.packages)}.",) if self.packages else ()),
            *((f"Weights to fetch from {', '.join(self.downloads)}.",) if self.downloads else ()),
            *self.changes,
        )


def make_offer(
    manifest: Manifest,
    installed: Manifest | None,
    *,
    size_bytes: int,
    file_count: int,
    packages: tuple[str, ...],
    agreed: bool,
) -> Offer:
    """An offer from what was read; `installed` is the version that it would replace."""
    downloads = tuple(file.url for model in manifest.models for file in model.weights if file.url)
    return Offer(
        manifest=manifest,
        size_bytes=size_bytes,
        file_count=file_count,
        packages=packages,
        downloads=tuple(dict.fromkeys(downloads)),
        changes=changes(installed, manifest),
        replaces=str(installed.version) if installed else "",
        agreed=agreed,
    )
