"""What is said of a plugin's permissions, and that asking changes nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from imagetool.jobs.protection import Protection, can_filter_calls, landlock_version, protection

ALL = Protection(files=True, network=True, processes=True, limits=True)
NOTHING = Protection(files=False, network=False, processes=False, limits=False)


def test_every_permission_carries_its_label() -> None:
    assert [str(permission) for permission in ALL.permissions()] == [
        "Files: it reads and writes its own folders only, none of yours (enforced)",
        "Network: it reaches no other computer (enforced)",
        "Programs: it cannot look into or end other programs (enforced)",
        "Limits: on the size of its files and their number (enforced)",
        "Memory: it is ended if it takes nearly all there is (enforced)",
    ]
    labels = [permission.label for permission in NOTHING.permissions()]
    assert labels == ["not enforced on this system"] * 4 + ["enforced"], "memory is watched by imagetool itself"


@pytest.mark.parametrize("known", [ALL, NOTHING])
def test_hosts_are_what_the_plugin_says_and_never_enforced(known: Protection) -> None:
    network = known.permissions(["example.org", "b.example"])[1]
    assert network.text == "Network: it may reach any host; it says that it needs example.org, b.example"
    assert network.label == "not enforced on this system"


def test_labels_by_name_are_for_json() -> None:
    assert NOTHING.labels["network"] == "not enforced on this system"
    assert list(ALL.labels) == ["files", "network", "processes", "limits", "memory"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells in a file")
def test_asking_does_not_change_the_process() -> None:
    protection.cache_clear()
    before = _state()
    protection()
    assert _state() == before


def _state() -> list[str]:
    wanted = ("Seccomp", "NoNewPrivs", "CapEff", "Seccomp_filters")
    return [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(wanted)]


@pytest.mark.skipif(sys.platform == "linux", reason="Linux may have them")
def test_other_systems_have_neither() -> None:
    assert landlock_version() == 0
    assert not can_filter_calls()
    assert not protection().files
