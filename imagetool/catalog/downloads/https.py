"""Opens https addresses and no others, also where an address leads on to another."""

from __future__ import annotations

import http
import http.client
import ssl
from typing import IO
from urllib import request
from urllib.parse import urlsplit

from imagetool.catalog.downloads.errors import NotHttps


def https_opener(https: request.HTTPSHandler | None = None) -> request.OpenerDirector:
    """What opens https addresses and nothing else, through the system's proxy where there is one.

    An answer that there is no such range (416) is given back like any good answer.

    Args:
        https: Makes the connections; by default with the system's certificates.
    """
    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler(),
        request.UnknownHandler(),
        https or request.HTTPSHandler(context=ssl.create_default_context()),
        request.HTTPDefaultErrorHandler(),
        _Redirects(),
        _Answers(),
    ):
        opener.add_handler(handler)
    return opener


class _Redirects(request.HTTPRedirectHandler):
    """Follows a few, to https addresses only."""

    max_redirections = 5
    max_repeats = 2

    def redirect_request(
        self,
        req: request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> request.Request | None:
        if urlsplit(newurl).scheme != "https":
            fp.close()
            raise NotHttps(req.full_url, newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class _Answers(request.HTTPErrorProcessor):
    def https_response(self, req: request.Request, response: http.client.HTTPResponse) -> http.client.HTTPResponse:
        if response.status == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            return response
        answered: http.client.HTTPResponse = super().https_response(req, response)
        return answered
