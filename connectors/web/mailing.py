"""The routes of a visitor who wants the answer by e-mail too: leaves an address, takes it back, has read the page."""

from http import HTTPStatus

from fastapi import APIRouter

from connectors.mail.address import AddressError, parse_address
from connectors.web.api import Context, Own
from connectors.web.problems import ProblemError
from connectors.web.schemas import EmailAddress, Read, StatusOut
from connectors.workers import BOARD, OUTBOX

router = APIRouter(prefix="/api/v1/conversations/{conversation_id}")


@router.put("/email")
def leave_address(conversation_id: Own, left: EmailAddress, context: Context) -> StatusOut:
    """Has the promised answer mailed as well. Nothing is mailed to the address before an expert writes."""
    try:
        address = parse_address(left.address)
    except AddressError as error:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "email-invalid") from error
    if not context.mails or not context.addresses.leave(conversation_id, address, context.clock.now()):
        raise ProblemError(HTTPStatus.CONFLICT, "email-not-offered")
    context.events.ring(conversation_id, BOARD)
    return StatusOut.of(context.status(conversation_id))


@router.delete("/email")
def take_address_back(conversation_id: Own, context: Context) -> StatusOut:
    """Forgets the address; what was not mailed yet is read on the page only."""
    context.addresses.take_back(conversation_id, context.clock.now())
    context.events.ring(conversation_id, OUTBOX, BOARD)
    return StatusOut.of(context.status(conversation_id))


@router.post("/read", status_code=HTTPStatus.NO_CONTENT)
def read(conversation_id: Own, seen: Read, context: Context) -> None:
    """The visitor has what was said up to `seq` before the eyes: it need not be mailed."""
    context.addresses.read(conversation_id, seen.seq, context.clock.now())
    context.events.ring(OUTBOX)
