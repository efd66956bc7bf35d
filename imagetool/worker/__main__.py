"""Where a worker begins: claims the private channel before any other code can write to it."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path


def main() -> None:
    """Moves the channel away from stdin and stdout, gives those to the log, and serves until the editor goes."""
    channel_in, channel_out = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # what a plugin printed is in the log even if it crashes next
    sys.path.append(str(Path(__file__).resolve().parents[2]))

    from imagetool.worker.serve import serve

    serve(channel_in, channel_out)


if __name__ == "__main__":
    main()
