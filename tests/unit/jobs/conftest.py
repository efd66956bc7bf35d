from __future__ import annotations

from collections.abc import Iterator

import pytest

from imagetool.wire.buffers import BufferPool
from tests.fakes.stage import Stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A slot with fake workers."""
    pool = BufferPool()
    made = Stage(pool)
    yield made
    made.slot.close()
    pool.close()
