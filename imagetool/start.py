"""The first decision: a command without a window, or the editor."""

from __future__ import annotations

import sys

COMMANDS = ("run", "models", "plugins", "train", "evaluate", "-h", "--help", "--version")


def main() -> int:
    """Does what the command line asks; returns the exit status."""
    arguments = sys.argv[1:]
    if arguments and arguments[0] in COMMANDS:
        from imagetool.cli.main import main as run_command

        return run_command(arguments)
    from imagetool.app.main import main as open_editor

    return open_editor(arguments)
