"""Files of the user's that a parameter names: a worker is lent copies, since it cannot see the user's folders."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

from imagetool.core.amounts import shown_bytes
from imagetool.jobs.errors import JobError
from imagetool.jobs.request import Request
from imagetool.plugin.parameters import FileParameter, Value


class FileNotLent(JobError):
    """A file that a parameter names cannot be handed to the model."""

    def __init__(self, label: str, path: str, reason: str) -> None:
        self.label, self.path, self.reason = label, path, reason
        super().__init__(f"“{label}” cannot use “{Path(path).name}”: {reason}. Choose another file.")


def lent_files(request: Request, folder: Path, cleanup: contextlib.ExitStack) -> dict[str, Value]:
    """The request's values, with each named file copied below `folder` until `cleanup` is closed.

    Raises:
        FileNotLent: where a file is not there, too large, or does not fit.
    """
    params = dict(request.params)
    for parameter in request.model.entry.parameters:
        named = str(params[parameter.id]) if isinstance(parameter, FileParameter) else ""
        if isinstance(parameter, FileParameter) and named:
            home = folder / "files" / request.job_id / parameter.id
            cleanup.callback(shutil.rmtree, folder / "files" / request.job_id, ignore_errors=True)
            params[parameter.id] = str(_copied(parameter, Path(named), home))
    return params


def _copied(parameter: FileParameter, path: Path, home: Path) -> Path:
    copy = home / f"file{path.suffix}"  # its name is the user's business
    try:
        if not path.is_file():
            raise FileNotLent(parameter.label, str(path), "it is no file")
        if path.stat().st_size > parameter.max_bytes:
            raise FileNotLent(parameter.label, str(path), f"it is larger than {shown_bytes(parameter.max_bytes)}")
        home.mkdir(parents=True)
        shutil.copyfile(path, copy)
    except OSError as error:
        raise FileNotLent(parameter.label, str(path), error.strerror or str(error)) from None
    return copy
