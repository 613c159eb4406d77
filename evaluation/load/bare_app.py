"""The peer: FastAPI that verifies the signature, inserts the event and answers 200. Nothing is answered, ever.

Run by `uvicorn --factory evaluation.load.bare_app:create_app` with BARE_APP_DATABASE and BARE_APP_SECRET set.
"""

import base64
import hashlib
import hmac
import json
import os
import sqlite3

from fastapi import FastAPI, Request, Response


def create_app() -> FastAPI:
    """The app over its own SQLite file, as durable as ours: WAL, synchronous=FULL, a commit before each 200."""
    secret = os.environ["BARE_APP_SECRET"].encode()
    database = sqlite3.connect(os.environ["BARE_APP_DATABASE"], isolation_level=None, check_same_thread=False)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE events (id TEXT PRIMARY KEY, event TEXT NOT NULL)")
    app = FastAPI()

    @app.post("/line/webhook")
    async def webhook(request: Request) -> Response:
        body = await request.body()
        expected = base64.b64encode(hmac.digest(secret, body, hashlib.sha256))
        if not hmac.compare_digest(request.headers.get("x-line-signature", "").encode(), expected):
            return Response(status_code=400)
        rows = [(event["webhookEventId"], json.dumps(event)) for event in json.loads(body)["events"]]
        database.execute("BEGIN IMMEDIATE")
        database.executemany("INSERT OR IGNORE INTO events VALUES (?, ?)", rows)
        database.execute("COMMIT")
        return Response()

    @app.get("/readyz")
    def ready() -> dict[str, str]:
        return {"status": "ready"}

    return app
