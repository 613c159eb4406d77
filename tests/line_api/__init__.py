"""A stand-in for LINE's Messaging API: a real HTTP server on loopback that the real SDK talks to.

    with FakeLine() as line:
        configuration = Configuration(host=line.url, access_token=line.account.access_token)

It models what LINE documents (snapshot 2026-08-07 of its developer docs): reply tokens, retry keys, limits, the
monthly quota; and fails on request (`line.script`). What LINE does not document is marked "own wording" or "own rule".
"""

from tests.line_api.account import Account, Delivery
from tests.line_api.server import FakeLine
from tests.line_api.signing import headers, sign

__all__ = ["Account", "Delivery", "FakeLine", "headers", "sign"]
