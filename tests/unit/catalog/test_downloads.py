"""Downloads: resumable, no larger than allowed, from https only, and the file that was promised."""

from __future__ import annotations

import errno
import hashlib
import http.client
import os
import shutil
import socket
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from imagetool.catalog.disk import DiskError
from imagetool.catalog.downloads.download import download
from imagetool.catalog.downloads.errors import (
    DownloadError,
    DownloadFailed,
    HashMismatch,
    NotHttps,
    TooLarge,
    reason_of,
)
from imagetool.catalog.downloads.https import https_opener
from imagetool.catalog.downloads.partial_file import PartialFile
from tests.fakes.file_server import Switches, opener_to, serving

CONTENT = os.urandom(3 * 2**20)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
URL = "https://example.org/models/x.zip?token=secret"
CUT = 2**20


class Stopped(Exception):
    pass


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def server() -> Switches:
    return Switches(CONTENT)


@pytest.fixture
def fetch(server: Switches, tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Downloads from the server to `x.zip` in a folder of its own."""
    with serving(server) as port:
        opener = opener_to(port)

        def run(url: str = URL, cap_bytes: int = 2**24, timeout_s: float = 10.0, **options: Any) -> str:
            to = tmp_path / "downloads" / "x.zip"
            return download(url, to, cap_bytes=cap_bytes, opener=opener, timeout_s=timeout_s, **options)

        yield run


def here(tmp_path: Path) -> dict[str, int]:
    """The files of the folder and their sizes, notes apart."""
    files = (tmp_path / "downloads").glob("*")
    return {path.name: path.stat().st_size for path in files if path.suffix != ".json"}


WHOLE = {"x.zip": len(CONTENT)}


def test_a_file_is_fetched(fetch: Callable[..., str], server: Switches, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    assert fetch(sha256=SHA256.upper(), on_progress=lambda *at: told.append(at)) == SHA256
    assert (tmp_path / "downloads" / "x.zip").read_bytes() == CONTENT
    assert [path.name for path in (tmp_path / "downloads").iterdir()] == ["x.zip"]
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert len(told) > 5
    (asked,) = server.asked
    assert asked["Accept-Encoding"] == "identity"
    assert "Range" not in asked


def test_a_file_of_unknown_length_is_fetched(fetch: Callable[..., str], server: Switches, tmp_path: Path) -> None:
    server.chunked = True
    told: list[tuple[int, int | None]] = []
    assert fetch(on_progress=lambda *at: told.append(at)) == SHA256
    assert told[-1] == (len(CONTENT), None)


def test_an_earlier_file_is_replaced_only_at_the_end(
    fetch: Callable[..., str], server: Switches, tmp_path: Path
) -> None:
    target = tmp_path / "downloads" / "x.zip"
    target.parent.mkdir()
    target.write_text("old")
    server.cut_after = CUT
    with pytest.raises(DownloadFailed):
        fetch()
    assert target.read_text() == "old"
    server.cut_after = None
    fetch()
    assert target.read_bytes() == CONTENT


NO_HTTPS = [
    ("http://example.org/x", "http://example.org/x"),
    ("ftp://example.org/x", "ftp://example.org/x"),
    ("file:///etc/passwd", "file:///etc/passwd"),
    ("data:,x", "data:,x"),
    ("", ""),
    ("https:", "https://"),
    ("https:///x", "https:///x"),
    ("https://user:word@example.org/x", "https://example.org/x"),
    ("https://example.org:99999/x", "https://example.org:99999/x"),
    ("https://example.org/a b", "https://example.org/a b"),
    ("https://example.org/\r\nX: y", "https://example.org/X: y"),
    ("https://ex\u00e4mple.org/", "https://ex\u00e4mple.org/"),
    ("https://[::1/x", "https://[::1/x"),
]


@pytest.mark.parametrize(("url", "shown"), NO_HTTPS)
def test_what_is_no_https_address_is_refused(tmp_path: Path, url: str, shown: str) -> None:
    with pytest.raises(NotHttps) as caught:
        download(url, tmp_path / "downloads" / "x", cap_bytes=9)
    assert str(caught.value) == f"“{shown}” is no https address; only those are downloaded from."
    assert not list(tmp_path.iterdir())


def test_what_leads_on_is_followed(fetch: Callable[..., str], server: Switches) -> None:
    server.redirects = {"/models/x.zip?token=secret": "/b", "/b": "https://other.example.org/c"}
    assert fetch() == SHA256


AWAY = "“https://example.org/models/x.zip” leads to “{}”, which is no https address; nothing was taken."
CANNOT = "“https://example.org/models/x.zip” cannot be downloaded: {}."
NO_END = CANNOT.format("it leads on to too many other addresses, or to one that is not allowed (status 302)")


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("http://example.org/x.zip", AWAY.format("http://example.org/x.zip")),
        ("ftp://example.org/x.zip", AWAY.format("ftp://example.org/x.zip")),
        ("file:///etc/passwd", NO_END),
        ("/models/x.zip?token=secret", NO_END),
    ],
)
def test_what_leads_elsewhere_is_refused(
    fetch: Callable[..., str], server: Switches, tmp_path: Path, to: str, said: str
) -> None:
    server.redirects = {"/models/x.zip?token=secret": to}
    with pytest.raises(DownloadError) as caught:
        fetch()
    assert str(caught.value) == said
    assert here(tmp_path) == {}


def test_six_steps_are_too_many(fetch: Callable[..., str], server: Switches) -> None:
    server.redirects = {"/models/x.zip?token=secret": "/0"} | {f"/{step}": f"/{step + 1}" for step in range(5)}
    with pytest.raises(DownloadFailed, match="too many other addresses"):
        fetch()


ANSWERS = [
    (401, "the server does not let everybody have it (status 401)"),
    (403, "the server does not let everybody have it (status 403)"),
    (404, "the server does not have it (status 404)"),
    (410, "the server does not have it (status 410)"),
    (418, "the server answered with status 418"),
    (429, "the server is busy or broken (status 429); try again later"),
    (503, "the server is busy or broken (status 503); try again later"),
    (206, "the server answered with status 206"),
    (416, "the server answered with status 416"),
    (204, "the server answered with status 204"),
]


@pytest.mark.parametrize(("status", "reason"), ANSWERS)
def test_an_answer_without_the_file_is_said(
    fetch: Callable[..., str], server: Switches, tmp_path: Path, status: int, reason: str
) -> None:
    server.status, server.content = status, b""
    with pytest.raises(DownloadFailed) as caught:
        fetch()
    assert str(caught.value) == CANNOT.format(reason)
    assert here(tmp_path) == {}


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Content-Type": "text/html; charset=utf-8"}, "the address leads to a web page, not to a file"),
        ({"Content-Encoding": "gzip"}, "the server sends it packed in a way that was not asked for"),
    ],
)
def test_an_answer_with_something_else_is_refused(
    fetch: Callable[..., str], server: Switches, tmp_path: Path, headers: dict[str, str | None], reason: str
) -> None:
    server.headers = headers
    with pytest.raises(DownloadFailed) as caught:
        fetch()
    assert caught.value.reason == reason
    assert here(tmp_path) == {}


@pytest.mark.parametrize("chunked", [False, True], ids=["by what the server says", "by what comes"])
def test_a_file_that_is_too_large_is_not_kept(
    fetch: Callable[..., str], server: Switches, tmp_path: Path, chunked: bool
) -> None:
    server.chunked = chunked
    told: list[int] = []
    with pytest.raises(TooLarge) as caught:
        fetch(cap_bytes=2**20, on_progress=lambda done, _: told.append(done))
    said = "The file at “https://example.org/models/x.zip” is larger than the 1048576 bytes that are taken."
    assert str(caught.value) == said
    assert not list((tmp_path / "downloads").iterdir())
    assert bool(told) == chunked
    assert max(told, default=0) <= 2**20


def test_a_file_of_just_the_allowed_size_is_kept(fetch: Callable[..., str]) -> None:
    assert fetch(cap_bytes=len(CONTENT)) == SHA256


def test_another_file_than_promised_is_removed(fetch: Callable[..., str], tmp_path: Path) -> None:
    with pytest.raises(HashMismatch) as caught:
        fetch(sha256="ab" * 32)
    assert str(caught.value) == (
        "The file at “https://example.org/models/x.zip” is not the one that was promised (its SHA-256 begins with "
        f"{SHA256[:12]} instead of abababababab); it was removed."
    )
    assert not list((tmp_path / "downloads").iterdir())


def test_a_silent_server_is_given_up(fetch: Callable[..., str], server: Switches) -> None:
    server.silent = True
    with pytest.raises(DownloadFailed) as caught:
        fetch(timeout_s=0.2)
    assert caught.value.reason == "the server said nothing for 0.2 seconds; try again later"


def test_two_at_once_do_not_mix(fetch: Callable[..., str], server: Switches, tmp_path: Path) -> None:
    (tmp_path / "downloads").mkdir()
    other = PartialFile(tmp_path / "downloads" / "x.zip", URL)
    with pytest.raises(DownloadFailed, match="another imagetool is downloading it; wait until it is done"):
        fetch()
    other.close()
    assert fetch() == SHA256


def test_a_disk_that_refuses_is_said(fetch: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "downloads").touch()
    with pytest.raises(DiskError) as caught:
        fetch()
    assert str(caught.value) == "Writing “x.zip” failed (file exists); check the disk and try again."


def test_a_server_without_encryption_is_not_talked_to(server: Switches, tmp_path: Path) -> None:
    with serving(server) as port, pytest.raises(DownloadFailed) as caught:
        download(f"https://127.0.0.1:{port}/x", tmp_path / "x", cap_bytes=2**24, timeout_s=5)
    assert caught.value.reason == "no secure connection could be made"
    assert server.asked == []


@pytest.mark.skipif(not shutil.which("openssl"), reason="makes its certificate with openssl")
def test_only_a_server_that_can_prove_who_it_is_is_believed(server: Switches, tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    )
    files = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command.split(), *files], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    trusting = urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=str(certificate)))
    with serving(server, context) as port:
        url, to = f"https://localhost:{port}/x", tmp_path / "downloads" / "x"
        with pytest.raises(DownloadFailed, match="the server cannot prove who it is"):
            download(url, to, cap_bytes=2**24, timeout_s=5)
        assert download(url, to, cap_bytes=2**24, timeout_s=5, opener=https_opener(trusting)) == SHA256
    assert len(server.asked) == 1


REASONS: list[tuple[Exception, str]] = [
    (urllib.error.URLError(socket.gaierror(-2, "unknown")), "there is no such server, or no network"),
    (urllib.error.URLError(TimeoutError()), "the server said nothing for 3 seconds; try again later"),
    (urllib.error.URLError("strange"), "the server's answer is not understood"),
    (ConnectionRefusedError(), "the server does not answer; try again later"),
    (ConnectionResetError(), "the connection was lost; try again to go on from there"),
    (http.client.RemoteDisconnected(""), "the connection was lost; try again to go on from there"),
    (http.client.IncompleteRead(b""), "the connection was lost; try again to go on from there"),
    (http.client.BadStatusLine("x"), "the server's answer is not understood"),
    (http.client.InvalidURL(), "the address is not written correctly"),
    (OSError(errno.ENETUNREACH, ""), "there is no network"),
    (ssl.SSLError(1, "wrong version"), "no secure connection could be made"),
    (urllib.error.HTTPError("", 308, "", Message(), None), "it leads on to too many other addresses"),
]


@pytest.mark.parametrize(("error", "reason"), REASONS)
def test_what_the_network_says_becomes_a_sentence(error: Exception, reason: str) -> None:
    assert reason_of(error, 3.0).startswith(reason)
    if isinstance(error, urllib.error.HTTPError):
        error.close()
