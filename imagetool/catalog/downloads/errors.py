"""Why a file could not be downloaded, in sentences."""

from __future__ import annotations

import errno
import http
import http.client
import socket
import ssl
import urllib.error
from urllib.parse import urlsplit

from imagetool.catalog.archives.entry_names import shown
from imagetool.catalog.errors import CatalogError


class DownloadError(CatalogError):
    """Base of all errors of downloading; `url` is the address that was asked for."""

    def __init__(self, url: str, sentence: str) -> None:
        self.url = url
        super().__init__(sentence)


class NotHttps(DownloadError):
    """The address, or one it leads to, is no https address."""

    def __init__(self, url: str, led_to: str | None = None) -> None:
        self.led_to = led_to
        sentence = f"{_address(url)} is no https address; only those are downloaded from."
        if led_to is not None:
            sentence = (
                f"{_address(url)} leads to {_address(led_to)}, which is no https address; nothing was taken."
            )
        super().__init__(url, sentence)


class TooLarge(DownloadError):
    """The file is larger than what is taken."""

    def __init__(self, url: str, cap_bytes: int) -> None:
        self.cap_bytes = cap_bytes
        super().__init__(url, f"The file at {_address(url)} is larger than the {cap_bytes} bytes that are taken.")


class HashMismatch(DownloadError):
    """The file that came is not the one that was promised; it was removed."""

    def __init__(self, url: str, expected: str, found: str) -> None:
        self.expected, self.found = expected, found
        super().__init__(
            url,
            f"The file at {_address(url)} is not the one that was promised (its SHA-256 begins with {found[:12]} "
            f"instead of {expected[:12]}); it was removed.",
        )


class DownloadFailed(DownloadError):
    """The server or the network failed; what has come so far is kept, and trying again goes on from there."""

    def __init__(self, url: str, reason: str) -> None:
        self.reason = reason
        super().__init__(url, f"{_address(url)} cannot be downloaded: {reason}.")


def _address(url: str) -> str:
    """The address without what may be secret in it."""
    try:
        parts = urlsplit(url)
        plain = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
    except ValueError:
        plain = url
    return shown(plain)


def reason_of(error: Exception, timeout_s: float) -> str:
    """What an exception of the network means, as a clause."""
    if isinstance(error, urllib.error.HTTPError):
        return _answered(error.code)
    if isinstance(error, urllib.error.URLError) and isinstance(error.reason, Exception):
        error = error.reason
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the server cannot prove who it is ({error.verify_message})"
    if isinstance(error, ssl.SSLError):
        return "no secure connection could be made"
    if isinstance(error, TimeoutError):
        return f"the server said nothing for {timeout_s:g} seconds; try again later"
    if isinstance(error, socket.gaierror):
        return "there is no such server, or no network"
    if isinstance(error, ConnectionRefusedError):
        return "the server does not answer; try again later"
    if isinstance(error, http.client.IncompleteRead | ConnectionError):
        return "the connection was lost; try again to go on from there"
    if isinstance(error, OSError) and error.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH):
        return "there is no network"
    if isinstance(error, ValueError | http.client.InvalidURL):
        return "the address is not written correctly"
    return "the server's answer is not understood"


def _answered(code: int) -> str:
    if code // 100 == http.HTTPStatus.MULTIPLE_CHOICES // 100:
        return f"it leads on to too many other addresses, or to one that is not allowed (status {code})"
    if code in (401, 403):
        return f"the server does not let everybody have it (status {code})"
    if code in (404, 410):
        return f"the server does not have it (status {code})"
    if code == http.HTTPStatus.TOO_MANY_REQUESTS or code >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
        return f"the server is busy or broken (status {code}); try again later"
    return f"the server answered with status {code}"
