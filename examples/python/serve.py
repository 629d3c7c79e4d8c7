"""Answers every request with JSON: who it is, and how often it was asked."""

import json
import os
import signal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

visits = count(1)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        answer = {
            "agent": os.environ.get("AGENTOPS_RUN_NAME"),
            "url": os.environ.get("AGENTOPS_URL_WEB"),
            "path": self.path,
            "visits": next(visits),
        }
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """The access log is kept by the proxy: agent logs --access."""


def stop(*_: object) -> None:
    raise SystemExit


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    # Every interface: what listens on 127.0.0.1 alone cannot be reached from outside the container.
    with ThreadingHTTPServer(("", 8000), Handler) as server:
        print("web listens on port 8000", flush=True)
        server.serve_forever()
