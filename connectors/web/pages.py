"""The pages and their files, with the headers that keep them safe."""

from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STATIC_FOLDER = Path(__file__).parent / "static"
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'self'",
        "require-trusted-types-for 'script'",
    )
)
_HEADERS = {
    b"content-security-policy": CONTENT_SECURITY_POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"permissions-policy": b"camera=(), microphone=(), geolocation=()",
}
router = APIRouter(include_in_schema=False)


@router.get("/")
@router.get("/chat")
def chat_page() -> FileResponse:
    """The chat."""
    return FileResponse(STATIC_FOLDER / "chat.html", headers={"Cache-Control": "no-cache"})


@router.get("/console")
def console_page() -> FileResponse:
    """The experts' console."""
    return FileResponse(STATIC_FOLDER / "console.html", headers={"Cache-Control": "no-cache"})


def install_pages(app: FastAPI) -> None:
    """Serves the pages and their files."""
    app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC_FOLDER), name="static")


class SafeHeaders:
    """ASGI middleware: the security headers on every response, and no caching of what a conversation says."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything on; adds headers to the start of a response."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message["headers"]}
                extra = _HEADERS | ({b"cache-control": b"no-store"} if scope["path"].startswith("/api/") else {})
                message["headers"] = [
                    *message["headers"],
                    *((name, value) for name, value in extra.items() if name not in present),
                ]
            await send(message)

        await self._app(scope, receive, sending if scope["type"] == "http" else send)
