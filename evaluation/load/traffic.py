"""Webhook events and bodies as LINE posts them (LINE reference, "Webhook Event Objects"), signed."""

import base64
import hashlib
import hmac
import json
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

DESTINATION = "U8e742f61d673b39c7fff3cecb7536ef0"


@dataclass(slots=True)
class Asked:
    """A question of a user: its event, how its answer begins, and what became of its webhook."""

    user: str
    text: str
    mark: str
    token: str = ""
    event_id: str = field(default_factory=lambda: f"01{uuid.uuid4().hex[:24].upper()}")
    timestamp: int = 0
    posted_at: float = 0.0
    is_acknowledged: bool = False

    def body(self, is_redelivery: bool = False) -> bytes:
        """The body of the webhook that carries it."""
        return json.dumps({"destination": DESTINATION, "events": [self._event(is_redelivery)]}).encode()

    def _event(self, is_redelivery: bool) -> dict[str, Any]:
        number = str(int(self.event_id[2:17], 16))
        return {
            "type": "message",
            "mode": "active",
            "timestamp": self.timestamp,
            "source": {"type": "user", "userId": self.user},
            "webhookEventId": self.event_id,
            "deliveryContext": {"isRedelivery": is_redelivery},
            **({"replyToken": self.token} if self.token else {}),
            "message": {"id": number, "type": "text", "text": self.text, "quoteToken": f"quote-{number}"},
        }


def user_id(number: int) -> str:
    """A user id in LINE's form."""
    return f"U{number:032x}"


def milliseconds() -> int:
    """This moment as LINE writes it."""
    return int(time.time() * 1000)


def headers(secret: str, body: bytes) -> dict[str, str]:
    """The headers that LINE posts a webhook with."""
    signature = base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "LineBotWebhook/2.0",
        "X-Line-Signature": signature,
    }
