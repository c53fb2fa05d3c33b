#!/usr/bin/env python3
"""Signatures of webhooks, as https://www.standardwebhooks.com has them: for who sends and for who receives.

    webhook-id: 42-1798106400000000               the same however often the message is sent
    webhook-timestamp: 1798106401                 of this attempt, seconds since 1970
    webhook-signature: v1,K5oZfzN95Z9UVu1EsfQm…   base64 of HMAC-SHA256 over "id.timestamp.body"; one for each secret

A secret is "whsec_" and base64 of 24 to 64 bytes; run as a program, this prints a new one.
"""

import base64
import binascii
import hashlib
import hmac
import os
import time
from typing import Mapping, Optional, Sequence

PREFIX = "whsec_"
WINDOW = 300  # seconds that a timestamp may differ from the receiver's clock


class NotGenuine(Exception):
    """A request that is not what the sender signed, or not of now."""


def new_secret() -> str:
    return PREFIX + base64.b64encode(os.urandom(32)).decode()


def key_of(secret: str) -> bytes:
    """The bytes of a secret. Raises ValueError."""
    try:
        key = base64.b64decode(secret[len(PREFIX) :], validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith(PREFIX) or not 24 <= len(key) <= 64:
        raise ValueError(f"a secret is {PREFIX!r} and base64 of 24 to 64 bytes")
    return key


def signature(secret: str, message: str, timestamp: int, body: bytes) -> str:
    signed = f"{message}.{timestamp}.".encode() + body
    digest = hmac.new(key_of(secret), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def sign(secrets: Sequence[str], message: str, timestamp: int, body: bytes) -> Mapping[str, str]:
    """The headers. With several secrets there is a signature by each, so that a receiver can change to a new one."""
    return {
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(secret, message, timestamp, body) for secret in secrets),
    }


def verify(
    secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: Optional[float] = None
) -> str:
    """The message's id, where one of the secrets has signed just this, and lately; else raises NotGenuine.

    `body` is the bytes that came, before anything parses them.
    """
    message = headers.get("webhook-id", "")
    text = headers.get("webhook-timestamp", "")
    if not message or not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise NotGenuine("webhook-id or webhook-timestamp is missing, or malformed")
    timestamp = int(text)
    # A request that somebody kept and sends again is too old; an attempt of the sender's has a timestamp of its own.
    if abs((time.time() if now is None else now) - timestamp) > WINDOW:
        raise NotGenuine("webhook-timestamp is too far from this machine's clock")
    given = [one.encode() for one in headers.get("webhook-signature", "").split(" ")]
    # In constant time: a comparison that stops at the first difference tells a forger how far they are.
    matches = [
        hmac.compare_digest(signature(secret, message, timestamp, body).encode(), one)
        for secret in secrets
        for one in given
    ]
    if not any(matches):
        raise NotGenuine("no signature is that of a secret")
    return message


if __name__ == "__main__":
    print(new_secret())
