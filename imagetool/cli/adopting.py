"""Before models are listed or run: what was put into the folder of weights becomes models."""

from __future__ import annotations

import sys

from imagetool.catalog.places import Places
from imagetool.jobs.install.dropped_weights import FOLDER, DroppedFile, adopt, has_news, known_files
from imagetool.jobs.watch import Watch


def adopt_dropped(places: Places) -> tuple[DroppedFile, ...]:
    """All files of the folder; new ones are looked into first, which takes a few seconds each."""
    if not has_news(places):
        return known_files(places)
    if sys.stderr.isatty():
        print(f"Looking into new files in “{places.home / FOLDER}” …", file=sys.stderr)
    return adopt(places, Watch())
