"""Fetches a file from an https address: resumable, no larger than allowed, and the one that was promised."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import OpenerDirector

from imagetool.catalog.archives.entry_names import shown
from imagetool.catalog.disk import writing
from imagetool.catalog.downloads.errors import DownloadFailed, HashMismatch, NotHttps
from imagetool.catalog.downloads.https import https_opener
from imagetool.catalog.downloads.partial_file import InUse, PartialFile
from imagetool.catalog.downloads.transfer import DownloadProgress, Transfer

TIMEOUT_S = 20.0
_BUSY = "another imagetool is downloading it; wait until it is done"


def download(
    url: str,
    to: Path,
    *,
    cap_bytes: int,
    sha256: str | None = None,
    on_progress: DownloadProgress | None = None,
    check: Callable[[], object] | None = None,
    opener: OpenerDirector | None = None,
    timeout_s: float = TIMEOUT_S,
) -> str:
    """Fetches the file at `url` and puts it to `to` when all of it is there; blocks, so no window may wait for it.

    After a lost connection, a stop or a kill, what has come lies beside `to` as `.part`, and the next call for
    the same address goes on from there where the server still has the same version of the file.

    Args:
        url: An https address; so must all be that it leads on to.
        to: Where the file shall lie; one that is there is replaced at the end.
        cap_bytes: The most bytes that are taken.
        sha256: What the SHA-256 of the file must be, in hexadecimal.
        on_progress: Told how far it is, after every piece.
        check: Called after every piece and at least every `timeout_s`; raises to stop.
        opener: Opens addresses; by default `https_opener()`.
        timeout_s: How long the server may say nothing.

    Returns:
        The SHA-256 of the file in hexadecimal.

    Raises:
        DownloadError: NotHttps, TooLarge, HashMismatch (the file is removed) or DownloadFailed with the reason.
        DiskError: where the disk refuses; what has come is kept.
        Exception: whatever `check` and `on_progress` raise to stop; what has come is kept.
    """
    _check_address(url)
    check, on_progress = check or _nothing, on_progress or _nothing
    transfer = Transfer(url, cap_bytes, on_progress, check, opener or https_opener(), timeout_s)
    with writing(shown(to.name)):
        to.parent.mkdir(parents=True, exist_ok=True)
        with _part_of(to, url) as part:
            if not (part.complete or transfer.fetch(part)):
                transfer.fetch(part)  # from the beginning
            found = part.sha256(check)
            if sha256 is not None and found != sha256.lower():
                part.discard()
                raise HashMismatch(url, sha256, found)
            part.finish()
    return found


def _check_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        plain = parts.scheme == "https" and parts.hostname and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        plain = False
    if not plain or not url.isascii() or not url.isprintable() or " " in url:
        raise NotHttps(url)


@contextmanager
def _part_of(to: Path, url: str) -> Iterator[PartialFile]:
    try:
        opened = PartialFile(to, url)
    except InUse:
        raise DownloadFailed(url, _BUSY) from None
    with closing(opened):
        yield opened


def _nothing(*_: object) -> None:
    """Nobody wants to know."""
