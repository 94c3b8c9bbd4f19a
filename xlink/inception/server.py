"""The HTTP server that INCEpTION calls."""

from __future__ import annotations

import json
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from xlink.errors import DataError, XlinkError
from xlink.inception.recommender import Recommender
from xlink.inception.requests import PredictionRequest, TrainingRequest, request_of

__all__ = ["make_server"]

_LARGEST_BODY = 256_000_000
_TIMEOUT_S = 60


def make_server(recommender: Recommender, *, host: str = "127.0.0.1", port: int = 0) -> Server:
    """Return a server that listens; `serve_forever()` runs it. Port 0 takes one that is free.

    Raises:
        DataError: it can't listen there.
    """
    try:
        return Server((host, port), recommender)
    except OSError as error:
        raise DataError(
            f"can't listen on {host}:{port}: {error.strerror}", remedy="Choose another --port."
        ) from None


class Server(ThreadingHTTPServer):
    """Hands each request to a recommender."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], recommender: Recommender) -> None:
        self.recommender = recommender
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: Server
    timeout = _TIMEOUT_S

    def do_GET(self) -> None:
        """Say that the server is there."""
        self._answer(HTTPStatus.OK, {"name": "xlink", "paths": ["/predict", "/train"]})

    def do_POST(self) -> None:
        """Answer `/predict` and `/train`, under any path before them."""
        task = self.path.rstrip("/").rpartition("/")[2]
        try:
            body = self._body()
            if task == "predict":
                document = self.server.recommender.predict(request_of(PredictionRequest, body))
                self._answer(HTTPStatus.OK, {"document": document})
            elif task == "train":
                self.server.recommender.train(request_of(TrainingRequest, body))
                self._answer(HTTPStatus.NO_CONTENT, None)
            else:
                self._answer(HTTPStatus.NOT_FOUND, {"error": f"There is no {self.path}."})
        except XlinkError as error:
            self._answer(HTTPStatus.BAD_REQUEST, {"error": str(error)})

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keep still: texts of patients may be in what is logged."""

    def _body(self) -> bytes:
        told = self.headers.get("Content-Length", "")
        if not told.isdecimal() or int(told) > _LARGEST_BODY:
            raise DataError(f"the request has the Content-Length {told!r}")
        return self.rfile.read(int(told))

    def _answer(self, status: HTTPStatus, content: object) -> None:
        body = b"" if content is None else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
