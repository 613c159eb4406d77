"""Whether the product lives, and whether it can do its work."""

from fastapi import APIRouter, Request

from connectors.storage.database import Database

router = APIRouter()


@router.get("/healthz")
def health() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
def ready(request: Request) -> dict[str, str]:
    """The database answers too; otherwise a 503 problem."""
    database: Database = request.app.state.database
    with database.read() as connection:
        connection.exec_driver_sql("SELECT 1")
    return {"status": "ready"}
