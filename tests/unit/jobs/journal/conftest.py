from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from imagetool.jobs.journal import Journals
from imagetool.jobs.preparing import Equipment
from imagetool.jobs.request import Request
from imagetool.jobs.running import Running
from imagetool.wire.buffers import BufferPool

Prepare = Callable[..., Running]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "jobs"


@pytest.fixture
def journals(root: Path) -> Journals:
    return Journals(root)


@pytest.fixture
def prepare(journals: Journals, tmp_path: Path) -> Iterator[Prepare]:
    """Makes jobs ready; those that the test does not end are ended after it."""
    pool = BufferPool([tmp_path])
    made: list[Running] = []

    def prepared(request: Request, asked: Request | None = None, equipment: Equipment | None = None) -> Running:
        made.append(Running.prepared(request, pool, asked, equipment or Equipment(journals)))
        return made[-1]

    yield prepared
    for running in made:
        running.release()
    pool.close()


@pytest.fixture
def folders(root: Path) -> Callable[[], list[Path]]:
    """The journals that there are now."""
    return lambda: sorted(path for path in root.glob("*/*") if path.is_dir())
