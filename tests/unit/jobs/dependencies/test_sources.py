"""Of pip's settings, those are taken over that say where packages come from, and no others."""

from __future__ import annotations

import os
from pathlib import Path

from imagetool.jobs.dependencies import Sources

LISTED = """\
:env:.index-url='https://user:secret@mirror.example/simple'
:env:.no-compile='1'
global.index-url='https://other.example/simple'
global.extra-index-url='file:///srv/simple https://more.example/simple'
global.find-links='/srv/wheels https://links.example/'
global.timeout='60'
global.trusted-host='evil.example'
install.no-binary=':all:'
user.index-url='https://evil.example'
install.cert='/etc/certs.pem'
__import__('os')='x'
"""


def test_settings_of_the_computer() -> None:
    sources = Sources.from_settings(LISTED)
    assert sources == Sources(
        index="https://user:secret@mirror.example/simple",
        more_indexes=("file:///srv/simple", "https://more.example/simple"),
        folders=("/srv/wheels", "https://links.example/"),
        certificates="/etc/certs.pem",
        timeout_s=60,
    )
    assert sources.shown == "mirror.example, /srv/simple, more.example"
    assert not sources.offline


def test_without_settings_it_is_the_public_index() -> None:
    assert Sources.from_settings("") == Sources()
    assert Sources().shown == "pypi.org"


def test_a_password_is_in_the_environment_and_not_on_the_command_line() -> None:
    sources = Sources.from_settings(LISTED)
    assert sources.arguments == ["--find-links", "/srv/wheels"]
    seen = sources.environment({"HTTPS_PROXY": "http://proxy", "PIP_NO_BINARY": ":all:", "HF_TOKEN": "x"})
    assert seen == {
        "HTTPS_PROXY": "http://proxy",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": "https://user:secret@mirror.example/simple",
        "PIP_EXTRA_INDEX_URL": "file:///srv/simple https://more.example/simple",
        "PIP_FIND_LINKS": "https://links.example/",
        "PIP_CERT": "/etc/certs.pem",
        "PIP_DEFAULT_TIMEOUT": "60",
    }


def test_a_folder_alone_needs_no_network() -> None:
    sources = Sources.only(Path("/my wheels"))
    assert sources.offline
    assert sources.shown == "/my wheels"
    assert sources.arguments == ["--find-links", "/my wheels"]
    assert sources.environment({})["PIP_NO_INDEX"] == "1"
    assert "PIP_INDEX_URL" not in sources.environment({})


def test_an_index_that_is_switched_off_stays_off() -> None:
    assert Sources.from_settings("global.no-index='true'\n").index is None
