"""Where packages come from: the index and folders that this computer is set up to use, and nothing else."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

_DEFAULT_INDEX = "https://pypi.org/simple"
_ASK_S = 30.0
_TIMEOUT_S = 15
_SETTING = re.compile(r"(?P<section>:env:|global|install|download)\.(?P<key>[a-z-]+)=(?P<value>'.*'|\".*\")")
_ORDER = ("global", "install", "download", ":env:")  # later ones win, as in pip
_CONNECTION = (
    *("ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"),
    *("REQUESTS_CA_BUNDLE", "SSL_CERT_DIR", "SSL_CERT_FILE"),
)


@dataclass(frozen=True, slots=True)
class Sources:
    """Where pip looks. Addresses may hold passwords: `shown` is for people, the fields are not.

    Attributes:
        index: The package index; None for none.
        more_indexes: Others that are asked, too.
        folders: Folders, or pages with links.
        certificates: A file of certificates to trust instead of pip's own.
        proxy: As pip takes it.
        timeout_s: How long to wait for an answer.
    """

    index: str | None = _DEFAULT_INDEX
    more_indexes: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    certificates: str | None = None
    proxy: str | None = None
    timeout_s: int = _TIMEOUT_S

    @classmethod
    def of_this_computer(cls) -> Self:
        """What pip is set up with here; only the settings that are fields of this class are taken over."""
        try:
            asked = subprocess.run(
                [sys.executable, "-I", "-m", "pip", "config", "list"],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=_ASK_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return cls()
        return cls.from_settings(asked.stdout)

    @classmethod
    def from_settings(cls, listed: str) -> Self:
        """From the output of `pip config list`."""
        read: dict[str, dict[str, str]] = {section: {} for section in _ORDER}
        for line in listed.splitlines():
            if found := _SETTING.fullmatch(line.strip()):
                read[found["section"]][found["key"]] = str(ast.literal_eval(found["value"]))
        settings = {key: value for section in _ORDER for key, value in read[section].items()}
        timeout = settings.get("default-timeout", settings.get("timeout", ""))
        return cls(
            index=None
            if settings.get("no-index") in ("1", "true", "yes")
            else settings.get("index-url", _DEFAULT_INDEX),
            more_indexes=tuple(settings.get("extra-index-url", "").split()),
            folders=tuple(settings.get("find-links", "").split()),
            certificates=settings.get("cert"),
            proxy=settings.get("proxy"),
            timeout_s=int(timeout) if timeout.isdecimal() else _TIMEOUT_S,
        )

    @classmethod
    def only(cls, folder: Path) -> Self:
        """A folder of wheels, and no network."""
        return cls(index=None, folders=(str(folder),))

    @property
    def offline(self) -> bool:
        """Whether nothing but folders of this computer is asked."""
        return self.index is None and not any("://" in place for place in (*self.more_indexes, *self.folders))

    @property
    def shown(self) -> str:
        """Where packages come from, without passwords."""
        places = [place for place in (self.index, *self.more_indexes) if place]
        return ", ".join(dict.fromkeys(_shown(place) for place in places or self.folders)) or "no source"

    @property
    def arguments(self) -> list[str]:
        """For pip's command line: the folders, whose names may have spaces, which its variables cannot hold."""
        return [word for place in self.folders if "://" not in place for word in ("--find-links", place)]

    def environment(self, environment: Mapping[str, str]) -> dict[str, str]:
        """For pip: the other settings, and how `environment` reaches the network.

        Addresses are not put on the command line, where every user of the computer could read a password.
        """
        passed = {name: value for name, value in environment.items() if name.upper() in _CONNECTION}
        chosen = {
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": self.index,
            "PIP_NO_INDEX": None if self.index else "1",
            "PIP_EXTRA_INDEX_URL": " ".join(self.more_indexes) if self.index else None,
            "PIP_FIND_LINKS": " ".join(place for place in self.folders if "://" in place),
            "PIP_CERT": self.certificates,
            "PIP_PROXY": self.proxy,
            "PIP_DEFAULT_TIMEOUT": str(self.timeout_s),
        }
        return passed | {name: value for name, value in chosen.items() if value}


def _shown(place: str) -> str:
    parts = urlsplit(place)
    return parts.hostname or parts.path or place
