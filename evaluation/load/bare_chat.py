"""The peer: FastAPI that stores a message and wakes who listens for it in the same process. Nothing else, ever.

Run by `uvicorn --factory evaluation.load.bare_chat:create_app` with BARE_CHAT_DATABASE set.
"""

import asyncio
import json
import os
import sqlite3
from collections import defaultdict
from collections.abc import AsyncIterator

from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse


def create_app() -> FastAPI:
    """The app over its own SQLite file, as durable as ours: WAL, synchronous=FULL, a commit before each 201."""
    database = sqlite3.connect(os.environ["BARE_CHAT_DATABASE"], isolation_level=None, check_same_thread=False)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE messages (id INTEGER PRIMARY KEY, listener TEXT NOT NULL, text TEXT NOT NULL)")
    listening: defaultdict[str, set[asyncio.Queue[str]]] = defaultdict(set)
    app = FastAPI()

    @app.post("/messages/{listener}")
    async def say(listener: str, request: Request) -> Response:
        text = (await request.json())["text"]
        database.execute("INSERT INTO messages (listener, text) VALUES (?, ?)", (listener, text))
        for queue in listening[listener]:
            queue.put_nowait(text)
        return Response(status_code=201)

    @app.get("/events/{listener}")
    async def events(listener: str) -> StreamingResponse:
        async def stream() -> AsyncIterator[str]:
            queue: asyncio.Queue[str] = asyncio.Queue()
            listening[listener].add(queue)
            try:
                yield ": open\n\n"
                while True:
                    yield f"data: {json.dumps({'text': await queue.get()})}\n\n"
            finally:
                listening[listener].discard(queue)

        return StreamingResponse(stream(), media_type="text/event-stream")

    @app.get("/readyz")
    def ready() -> dict[str, str]:
        return {"status": "ready"}

    return app
