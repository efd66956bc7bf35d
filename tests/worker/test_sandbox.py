"""What a confined plugin does not get: the user's files, the network, other programs, the editor's maps."""

from __future__ import annotations

import hashlib
import os
import re
import resource
import signal
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from imagetool.catalog.catalog import CatalogModel
from imagetool.core.geometry import Rect
from imagetool.jobs.protection import landlock_version, protection
from imagetool.plugin.manifest import NetworkPermission
from imagetool.plugin.parameters import Value
from imagetool.wire.buffers import BufferPool
from imagetool.wire.messages import Ready
from tests.fakes.desk import Desk
from tests.fakes.faulty import faulty
from tests.fakes.launches import Launches
from tests.fakes.requests import picture, request

pytestmark = [
    pytest.mark.shared_worker,
    pytest.mark.skipif(not protection().files, reason="this kernel has no Landlock, or filters no system calls"),
]
REFUSED = ("PermissionError", "OSError", "FileNotFoundError", "CalledProcessError", "ProcessLookupError")
PRETENDED = ("mode", "time")  # these seem to work, and change nothing


@pytest.fixture(scope="module")
def launches() -> Launches:
    return Launches()


@pytest.fixture(scope="module")
def desk(launches: Launches) -> Iterator[Desk]:
    made = Desk(launch=launches)
    yield made
    made.close()


def attempts(
    desk: Desk, name: str, params: dict[str, Value] | None = None, hosts: tuple[NetworkPermission, ...] = ()
) -> dict[str, str]:
    """What came of everything that a plugin tried; afterwards the picture is as before, and the next job works."""
    model = faulty(name, own_process=True)
    plugin = replace(model.plugin, manifest=replace(model.plugin.manifest, permissions=hosts))
    asked = request(CatalogModel(plugin, model.entry), params)
    event = desk.end_of(desk.submit(asked))
    told = str(getattr(event, "error", event))
    found = dict(re.findall(r"([a-z]+): (\w[\w ']*)", told))
    assert found, told
    after = np.zeros_like(picture())
    assert asked.source is not None
    asked.source.read_into(Rect.of_size(asked.source.size), after)
    np.testing.assert_array_equal(after, picture(), err_msg="the document must be as it was")
    desk.prove_that_it_works()
    return found


def state(path: Path) -> tuple[object, ...]:
    """Everything about a file that must not change."""
    facts = path.stat()
    attributes = os.listxattr(path) if hasattr(os, "listxattr") else []
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    folder = sorted(entry.name for entry in path.parent.iterdir())
    return digest, facts.st_mode, facts.st_uid, facts.st_mtime_ns, facts.st_nlink, attributes, folder


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    """A file of the user's."""
    path = tmp_path / "diary.txt"
    path.write_text("dear diary")
    return path


def test_the_users_files_are_not_read(desk: Desk, diary: Path) -> None:
    found = attempts(desk, "reads_the_users_files", {"path": str(diary)})
    assert len(found) == 10
    assert set(found.values()) <= set(REFUSED), found


def test_pixels_of_another_worker_are_not_read(desk: Desk) -> None:
    pool = BufferPool()
    try:
        buffer = pool.take((10, 10, 4), "uint8")
        found = attempts(desk, "reads_the_users_files", {"path": str(buffer.path)})
    finally:
        pool.close()
    assert set(found.values()) <= set(REFUSED), found


def test_the_users_files_are_not_changed(desk: Desk, diary: Path) -> None:
    before = state(diary)
    code = Path(faulty("writes_outside").plugin.folder) / "model.py"
    code_before = code.read_bytes()
    found = attempts(desk, "writes_outside", {"path": str(diary)})
    assert len(found) == 17
    assert {name for name, came in found.items() if came not in REFUSED} <= set(PRETENDED) | {"shell"}, found
    assert state(diary) == before
    assert code.read_bytes() == code_before, "a plugin must not change itself after it was checked"


def test_no_network_without_permission(desk: Desk, tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(type=socket.SOCK_DGRAM) as hearing,
        socket.socket(socket.AF_UNIX) as desktop,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal,
    ):
        port = server.getsockname()[1]
        hearing.bind(("127.0.0.1", port))
        desktop.bind(path)
        desktop.listen()
        journal.bind(path + ".d")
        for each in (server, hearing, desktop, journal):
            each.setblocking(False)
        found = attempts(desk, "calls_home", {"port": str(port), "path": path})
        assert len(found) == 9
        assert set(found.values()) <= set(REFUSED), found
        for hears in (server.accept, lambda: hearing.recv(9), desktop.accept, lambda: journal.recv(9)):
            with pytest.raises(BlockingIOError):
                hears()


def test_permission_for_the_network_lets_it_connect_and_no_more(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    desk = Desk()
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_UNIX) as desktop,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal,
    ):
        desktop.bind(path)
        desktop.listen()
        journal.bind(path + ".d")
        port = str(server.getsockname()[1])
        leave = (NetworkPermission("example.org", "to ask it"),)
        found = attempts(desk, "calls_home", {"port": port, "path": path}, leave)
    desk.close()
    assert {name for name, came in found.items() if came not in REFUSED} == {"tcp", "udp", "child"}, found


def test_the_editor_is_neither_signalled_nor_slowed_nor_looked_into(desk: Desk) -> None:
    heard: list[int] = []
    old = signal.signal(signal.SIGUSR1, lambda number, frame: heard.append(number))
    before = (
        resource.getrlimit(resource.RLIMIT_NOFILE),
        os.getpriority(os.PRIO_PROCESS, 0),
        os.sched_getscheduler(0),
    )
    try:
        found = attempts(desk, "attacks_the_editor")
    finally:
        signal.signal(signal.SIGUSR1, old)
    assert len(found) == 14
    assert {name for name, came in found.items() if came not in REFUSED} <= {"everyone"}, found
    assert heard == []
    assert before == (
        resource.getrlimit(resource.RLIMIT_NOFILE),
        os.getpriority(os.PRIO_PROCESS, 0),
        os.sched_getscheduler(0),
    )


@pytest.mark.skipif(landlock_version() < 3, reason="this kernel's Landlock does not see a file being cut")
def test_the_files_of_the_pixels_keep_their_length(desk: Desk) -> None:
    """A shorter file under a map of the editor's would be the editor's end, by SIGBUS."""
    found = attempts(desk, "cuts_the_pixels")
    assert len(found) == 7
    assert set(found.values()) <= set(REFUSED), found


def test_nothing_is_open_but_the_channel_and_the_log(desk: Desk) -> None:
    told = str(desk.failure_of("lists_descriptors", own_process=True).error)
    opened = [entry.split("=")[1].split(":")[0] for entry in told.split()]
    others = sorted(path for path in opened if not path.endswith(".pixels"))
    assert others == ["/dev/null", "pipe", "pipe", "pipe", "pipe"], told
    pipes = {entry.split("=")[1] for entry in told.split() if "pipe" in entry}
    assert len(pipes) == 3, "stdout and stderr are the log; the other two are the channel"


def test_a_plugin_may_work_in_its_folder_and_start_what_it_needs(desk: Desk) -> None:
    found = attempts(desk, "works_at_home")
    assert len(found) == 12
    assert set(found.values()) == {"done"}, found


def test_a_worker_says_what_is_enforced() -> None:
    heard: list[object] = []
    launches = Launches()
    desk = Desk(launch=launches)
    desk.run(faulty("steady", own_process=True), {"amount": 1.0})
    (worker,) = launches.workers
    heard.append(worker.enforced)
    desk.close()
    assert heard == [("files", "network", "processes", "limits")]
    assert Ready(1).enforced == (), "who is not confined claims nothing"
