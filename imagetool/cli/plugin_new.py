"""`plugins new NAME --task TASK`: a plugin that works, with a test."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from imagetool.catalog.scaffold import BadName, write_plugin
from imagetool.cli.errors import UsageError
from imagetool.plugin.tasks import Task


def new_plugin(options: argparse.Namespace) -> None:
    """Writes the folder NAME.

    Raises:
        UsageError: where no plugin can have that name.
        ImagetoolError: where it cannot be written.
    """
    folder = Path(options.name)
    try:
        files = write_plugin(folder, Task(options.task))
    except BadName as error:
        raise UsageError(str(error)) from None
    if options.json:
        facts = {"folder": str(folder), "task": options.task, "files": [str(path) for path in files]}
        print(json.dumps(facts))
        return
    print(f"Wrote {', '.join(str(path) for path in files)}.")
    print(f"It works already: imagetool plugins check {folder}, then imagetool plugins install {folder}.")
