"""One conversation with a server: asks for a file, or for the rest of it, and takes what comes."""

from __future__ import annotations

import http
import http.client
import re
import shutil
import urllib.error
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TypeAlias
from urllib.request import OpenerDirector, Request

from imagetool import __version__
from imagetool.catalog.archives.entry_names import shown
from imagetool.catalog.disk import DiskFull
from imagetool.catalog.downloads.errors import DownloadFailed, TooLarge, reason_of
from imagetool.catalog.downloads.partial_file import PartialFile

_CHUNK_BYTES = 256 * 1024
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-\d{1,18}/(\d{1,18}|\*)")
_LENGTH = re.compile(r"\d{1,18}")

DownloadProgress: TypeAlias = Callable[[int, int | None], object]
"""Told how many bytes have come, and of how many where the server says so."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Takes a file from an address; for the fields, see `downloads.download`."""

    url: str
    cap_bytes: int
    on_progress: DownloadProgress
    check: Callable[[], object]
    opener: OpenerDirector
    timeout_s: float

    def fetch(self, part: PartialFile) -> bool:
        """Appends to `part` what it lacks.

        Returns:
            False where a rest was asked for that does not fit to what is there; that is forgotten then, and
            the next call asks for all.

        Raises:
            DownloadError: where the server, the network or the size is at fault.
            OSError: where the disk is.
        """
        self.check()
        headers = {"User-Agent": f"imagetool/{__version__}", "Accept-Encoding": "identity", **part.resumes}
        with closing(self._answer(headers)) as answer:
            if answer.status == http.HTTPStatus.OK:
                total = self._begin(answer, part)
            elif not part.resumes:
                raise DownloadFailed(self.url, f"the server answered with status {answer.status}")
            else:
                start, total = _content_range(answer)
                if start != part.size or not part.same_version(_validator(answer)):
                    part.begin("", None)
                    return False
            self._check_size(part, total)
            self._receive(answer, part, total)
        return True

    def _answer(self, headers: dict[str, str]) -> http.client.HTTPResponse:
        with self._network():
            request = Request(self.url, headers=headers)  # noqa: S310 - the opener knows https only
            answer: http.client.HTTPResponse = self.opener.open(request, timeout=self.timeout_s)
            return answer

    def _begin(self, answer: http.client.HTTPResponse, part: PartialFile) -> int | None:
        if answer.headers.get_content_type() == "text/html":
            raise DownloadFailed(self.url, "the address leads to a web page, not to a file")
        if answer.headers.get("Content-Encoding", "identity") != "identity":
            raise DownloadFailed(self.url, "the server sends it packed in a way that was not asked for")
        length = answer.headers.get("Content-Length", "")
        total = int(length) if _LENGTH.fullmatch(length) else None
        part.begin(_validator(answer), total)
        return total

    def _check_size(self, part: PartialFile, total: int | None) -> None:
        if total is None:
            return
        if total > self.cap_bytes:
            part.discard()
            raise TooLarge(self.url, self.cap_bytes)
        if total - part.size > shutil.disk_usage(part.folder).free:
            raise DiskFull(shown(part.name))

    def _receive(self, answer: http.client.HTTPResponse, part: PartialFile, total: int | None) -> None:
        while True:
            self.check()
            with self._network():
                chunk = answer.read1(_CHUNK_BYTES)
            if not chunk:
                break
            if part.size + len(chunk) > self.cap_bytes:
                part.discard()
                raise TooLarge(self.url, self.cap_bytes)
            part.add(chunk)
            self.on_progress(part.size, total)
        if total is not None and part.size != total:
            reason = f"the connection was lost after {part.size} of {total} bytes; try again to go on from there"
            raise DownloadFailed(self.url, reason)

    @contextmanager
    def _network(self) -> Iterator[None]:
        """Turns what the network says into sentences; what the disk says goes by."""
        try:
            yield
        except (OSError, http.client.HTTPException, ValueError) as error:
            if isinstance(error, urllib.error.HTTPError):
                error.close()
            raise DownloadFailed(self.url, reason_of(error, self.timeout_s)) from None


def _validator(answer: http.client.HTTPResponse) -> str:
    """By what the server tells versions of the file apart; empty where it does not."""
    etag: str = answer.headers.get("ETag", "")
    if etag and not etag.startswith("W/"):
        return etag
    changed: str = answer.headers.get("Last-Modified", "")
    return changed


def _content_range(answer: http.client.HTTPResponse) -> tuple[int, int | None]:
    """Where the rest begins, and how large the whole is; -1 where the answer is no rest."""
    found = _CONTENT_RANGE.fullmatch(answer.headers.get("Content-Range", ""))
    if not found or answer.status != http.HTTPStatus.PARTIAL_CONTENT:
        return -1, None
    return int(found[1]), None if found[2] == "*" else int(found[2])
