"""`plugins install|update|rollback|enable|disable|remove`."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from imagetool.catalog.catalog import Catalog
from imagetool.catalog.errors import BundledPlugin
from imagetool.catalog.places import Places
from imagetool.catalog.store.store import Store
from imagetool.cli.progress_line import clear_progress, show_progress
from imagetool.core.errors import ImagetoolError
from imagetool.jobs.install.installer import Installed, Installer
from imagetool.jobs.install.offers import Offer
from imagetool.jobs.protection import protection
from imagetool.jobs.watch import Watch
from imagetool.plugin.manifest import Manifest


class NotAgreed(ImagetoolError):
    """Nobody agreed to what was offered."""

    def __init__(self, name: str, *, asked: bool) -> None:
        self.name, self.asked = name, asked
        how = "" if asked else " Nobody could be asked; add --yes where you agree."
        super().__init__(f"“{name}” was not installed; nothing was changed.{how}")


def install_plugin(options: argparse.Namespace) -> None:
    """Reads what is at the path or address, asks, installs, tests."""
    _install(options.source, options)


def update_plugin(options: argparse.Namespace) -> None:
    """Installs again from where the plugin came."""
    _refuse_bundled(options.id)
    _install(Installer(Places.find()).origin(options.id), options, wanted=options.id)


def roll_back_plugin(options: argparse.Namespace) -> None:
    """Uses the previous version again."""
    _refuse_bundled(options.id)
    found = Store(Places.find().home).roll_back(options.id)
    version = found.current.rpartition("-")[0]
    _tell(options, {"id": options.id, "version": version}, f"“{options.id}” is at version {version} again.")


def enable_plugin(options: argparse.Namespace) -> None:
    """Offers the plugin's models."""
    _refuse_bundled(options.id)
    Store(Places.find().home).set_enabled(options.id, True)
    _tell(options, {"id": options.id, "enabled": True}, f"“{options.id}” is enabled.")


def disable_plugin(options: argparse.Namespace) -> None:
    """Keeps the plugin and offers none of its models."""
    _refuse_bundled(options.id)
    Store(Places.find().home).set_enabled(options.id, False)
    _tell(options, {"id": options.id, "enabled": False}, f"“{options.id}” is disabled.")


def remove_plugin(options: argparse.Namespace) -> None:
    """Removes the plugin with all its versions."""
    _refuse_bundled(options.id)
    Store(Places.find().home).remove(options.id)
    _tell(options, {"id": options.id, "removed": True}, f"“{options.id}” was removed.")


def permission_lines(manifest: Manifest) -> tuple[str, ...]:
    """What a plugin may do, and whether this system sees to it, as sentences."""
    hosts = tuple(permission.host for permission in manifest.permissions)
    return tuple(str(permission) for permission in protection().permissions(hosts))


def _install(source: str, options: argparse.Namespace, wanted: str = "") -> None:
    """Reads, asks, installs; where a plugin is `wanted`, no other one."""
    installer = Installer(Places.find())
    watch = Watch(show_progress)
    with installer.prepared(source, watch, wanted) as prepared:
        clear_progress()
        if not (prepared.offer.agreed or options.yes):
            _ask(prepared.offer)
        done = installer.complete(prepared, watch)
    clear_progress()
    models = [f"{done.plugin_id}/{model.id}" for model in prepared.plugin.manifest.models]
    _tell(options, _facts(done, prepared.offer, models), _sentence(done, prepared.offer, models))


def _ask(offer: Offer) -> None:
    """Raises NotAgreed unless somebody says yes; nothing, or anything else, is no."""
    for line in (*offer.lines, *permission_lines(offer.manifest)):
        print(line, file=sys.stderr)
    if not sys.stdin.isatty():
        raise NotAgreed(offer.manifest.name, asked=False)
    print("Install it? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise NotAgreed(offer.manifest.name, asked=True)


def _facts(done: Installed, offer: Offer, models: list[str]) -> dict[str, Any]:
    return {
        "id": done.plugin_id,
        "name": offer.manifest.name,
        "version": done.version,
        "replaces": offer.replaces or None,
        "models": models,
        "permissions": list(permission_lines(offer.manifest)),
        "tests": [
            {"model": test.model, "passed": test.passed, "seconds": test.seconds, "peak_rss_mb": test.peak_rss_mb}
            for test in done.tests
        ],
    }


def _sentence(done: Installed, offer: Offer, models: list[str]) -> str:
    tests = ", ".join(
        f"{test.model} {test.seconds:.1f} s, {test.peak_rss_mb:.0f} MB" for test in done.tests if test.passed
    )
    offered = f" It offers {', '.join(models)}." if models else ""
    return f"“{offer.manifest.name}” {done.version} is installed.{offered} Tested here: {tests or 'no models'}."


def _tell(options: argparse.Namespace, facts: dict[str, Any], sentence: str) -> None:
    print(json.dumps(facts) if options.json else sentence)


def _refuse_bundled(plugin_id: str) -> None:
    if any(p.bundled and p.manifest.id == plugin_id for p in Catalog.scan(Places.find()).plugins):
        raise BundledPlugin(plugin_id)
