"""What the command line understands after `plugins`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from imagetool.cli.listing import list_plugins
from imagetool.cli.plugin_changes import (
    disable_plugin,
    enable_plugin,
    install_plugin,
    remove_plugin,
    roll_back_plugin,
    update_plugin,
)
from imagetool.plugin.tasks import Task

_Act = Callable[[argparse.Namespace], None]


def add_plugins(parser: argparse.ArgumentParser) -> None:
    """Adds the commands to the parser of `plugins`."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add(commands, "list", "every plugin, the unusable ones with the reason", list_plugins)
    install = _add(commands, "install", "install a folder, a zip, a file of weights, an address", install_plugin)
    install.add_argument("source", metavar="SOURCE", help="path or https address; #sha256=… checks what comes")
    _add_yes(install)
    update = _add(commands, "update", "install again from where it came", update_plugin)
    update.add_argument("id", metavar="ID")
    _add_yes(update)
    for name, help_text, act in (
        ("rollback", "use the previous version again", roll_back_plugin),
        ("enable", "offer its models", enable_plugin),
        ("disable", "keep it, and offer none of its models", disable_plugin),
        ("remove", "remove it with all its versions", remove_plugin),
    ):
        command = _add(commands, name, help_text, act)
        command.add_argument("id", metavar="ID")
        _add_yes(command)
    check = _add(commands, "check", "try a plugin as its users would, and explain what fails", _check)
    check.add_argument("path", metavar="PATH", help="the plugin's folder")
    check.add_argument("--yes", action="store_true", help="fetch the packages that it needs")
    new = _add(commands, "new", "write a plugin that works, with a test", _new)
    new.add_argument("name", metavar="NAME", help="of the folder that is made")
    new.add_argument("--task", choices=[task.value for task in Task], default="filter", metavar="TASK")


def _add(
    commands: argparse._SubParsersAction[Any], name: str, help_text: str, act: _Act
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=help_text)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(act=act)
    return parser


def _add_yes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="agree without being asked")


def _check(options: argparse.Namespace) -> None:
    from imagetool.cli.plugin_check import check_plugin

    check_plugin(options)


def _new(options: argparse.Namespace) -> None:
    from imagetool.cli.plugin_new import new_plugin

    new_plugin(options)
