"""A server of one file that does what its switches say, and remembers what it was asked for."""

from __future__ import annotations

import http.client
import ssl
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from imagetool.catalog.downloads.https import https_opener


@dataclass
class Switches:
    """What the server does; `headers` replace its own, and None leaves one out."""

    content: bytes = b""
    etag: str | None = '"one"'
    status: int = 200
    ranges: bool = True
    heeds_if_range: bool = True
    range_shift: int = 0
    cut_after: int | None = None
    chunked: bool = False
    silent: bool = False
    headers: dict[str, str | None] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)


@contextmanager
def serving(switches: Switches, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """Serves on the loopback address; gives the port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, switches), bind_and_activate=True)
    server.daemon_threads = False
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=partial(server.serve_forever, poll_interval=0.01))
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        switches.done.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Plain(urllib.request.HTTPSHandler):
    """Makes no secure connection, but a plain one to the loopback address."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(self._connection, req)

    def _connection(self, _host: str, /, *, timeout: float = 1.0, **_: object) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self._port, timeout=timeout)


def opener_to(port: int) -> urllib.request.OpenerDirector:
    """Opens every https address on that port, without encryption."""
    return https_opener(_Plain(port))


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, switches: Switches, *args: object) -> None:
        self._switches = switches
        super().__init__(*args)  # type: ignore[arg-type]

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        pass

    def do_GET(self) -> None:
        switches = self._switches
        switches.asked.append(dict(self.headers.items()))
        if switches.silent:
            switches.done.wait()
            return
        if self.path in switches.redirects:
            self._head(302, {"Location": switches.redirects[self.path], "Content-Length": "0"})
            return
        start = self._start()
        if start is not None and start >= len(switches.content):
            self._head(416, {"Content-Range": f"bytes */{len(switches.content)}", "Content-Length": "0"})
            return
        self._send(start)

    def _start(self) -> int | None:
        """Where the rest begins that was asked for; None for all."""
        asked, switches = self.headers.get("Range"), self._switches
        fits = not switches.heeds_if_range or self.headers.get("If-Range") in (None, switches.etag)
        if not asked or not switches.ranges or not fits:
            return None
        return int(asked.removeprefix("bytes=").removesuffix("-")) + switches.range_shift

    def _send(self, start: int | None) -> None:
        switches = self._switches
        body, whole = switches.content[start or 0 :], len(switches.content)
        headers = {"Content-Type": "application/octet-stream", "ETag": switches.etag}
        if start is not None:
            headers["Content-Range"] = f"bytes {start}-{whole - 1}/{whole}"
        headers |= {"Transfer-Encoding": "chunked"} if switches.chunked else {"Content-Length": f"{len(body)}"}
        self.protocol_version = "HTTP/1.1" if switches.chunked else "HTTP/1.0"
        status = switches.status if start is None else 206
        self._head(status, headers | switches.headers)
        try:
            self._body(body[: switches.cut_after])
        except OSError:
            pass  # the other side has heard enough
        self.close_connection = True

    def _body(self, body: bytes) -> None:
        if not self._switches.chunked:
            self.wfile.write(body)
            return
        self.wfile.write(b"%x\r\n" % len(body) + body + b"\r\n")
        if self._switches.cut_after is None:
            self.wfile.write(b"0\r\n\r\n")

    def _head(self, status: int, headers: dict[str, str | None] | dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()
