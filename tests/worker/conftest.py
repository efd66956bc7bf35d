from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.desk import Desk


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    """A runner with real worker processes, which the tests of a module share because a start takes seconds."""
    made = Desk()
    yield made
    made.close()
