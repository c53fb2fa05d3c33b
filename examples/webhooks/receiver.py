#!/usr/bin/env python3
"""A sample receiver: takes what is genuine, and does what it asks for once, however often it comes.

    examples/webhooks/receiver.py --secret-file secret --db received.db --port 8090

`received.db` is the receiver's own: the ids that it has seen, and what it does with a message (here: keeps it).
"""

import argparse
import http.server
import json
import signal
import sqlite3
import sys
import threading
from pathlib import Path
from typing import Any, List

import signing

BODY_MAX = 64 * 1024


class Inbox:
    """Remembers and acts in one transaction: then there is no moment in which it has done the one and not the other."""

    def __init__(self, path: str) -> None:
        self.lock = threading.Lock()
        self.database = sqlite3.connect(path, check_same_thread=False)
        self.database.execute("PRAGMA synchronous = FULL")
        self.database.execute(
            "CREATE TABLE IF NOT EXISTS received (id TEXT PRIMARY KEY, at TEXT DEFAULT CURRENT_TIMESTAMP, type TEXT, data TEXT)"
        )

    def take(self, message: str, body: bytes) -> bool:
        """False: it was here already. When this returns it is on the disk, and may be acknowledged."""
        content = json.loads(body)
        row = (message, content["type"], json.dumps(content["data"]))
        with self.lock, self.database:
            done = self.database.execute("INSERT OR IGNORE INTO received (id, type, data) VALUES (?, ?, ?)", row)
            # What else is to happen because of this message belongs here, in this transaction.
            return done.rowcount == 1


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    server: "Server"

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > BODY_MAX:
            self.close_connection = True
            return self.answer(413)
        body = self.rfile.read(int(length))
        try:
            message = signing.verify(self.server.secrets, {k.lower(): v for k, v in self.headers.items()}, body)
            is_new = self.server.inbox.take(message, body)
        except signing.NotGenuine as error:
            self.log_message("refused: %s", error)
            return self.answer(401)
        except (ValueError, KeyError, TypeError) as error:
            # It is the sender's and cannot be read: an error of this program, most likely. The sender tries again, and waits.
            self.log_message("cannot read: %r", error)
            return self.answer(500)
        self.log_message("%s %s", message, "taken" if is_new else "was here already")
        self.answer(204)

    def answer(self, status: int) -> None:
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", "0")
        self.end_headers()


class Server(http.server.ThreadingHTTPServer):
    def __init__(self, address: Any, secrets: List[str], inbox: Inbox) -> None:
        self.secrets = secrets
        self.inbox = inbox
        super().__init__(address, Handler)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--secret-file", required=True, metavar="FILE", help="the secrets, one a line")
    parser.add_argument("--db", required=True, metavar="FILE", help="made if absent")
    parser.add_argument("--port", type=int, default=8090, help="0 takes any free one (default: %(default)s)")
    flags = parser.parse_args()
    secrets = Path(flags.secret_file).read_text().split()
    for secret in secrets:
        signing.key_of(secret)
    with Server(("127.0.0.1", flags.port), secrets, Inbox(flags.db)) as server:
        signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
        print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever(poll_interval=0.05)
    return 0


if __name__ == "__main__":
    sys.exit(main())
