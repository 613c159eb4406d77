"""The loop that brings experts' words to visitors by e-mail: claims what is due, sends it, keeps what became of it."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from email.headerregistry import Address

import msgspec

from bot.ports import Clock, StorageUnavailableError
from bot.texts import Texts
from connectors.events import LocalEvents
from connectors.line.delivering import Claim, Settled, Status, settle
from connectors.mail.letter import Letter, compose
from connectors.mail.post import Post
from connectors.storage.mailing import MailOutbox
from connectors.workers import BOARD, OUTBOX

logger = logging.getLogger(__name__)

AT_ONCE = 4  # connections to the mail server
IDLE_SECONDS = 2.0  # mails that wait whether they are read fall due without a ring
GATHER_SECONDS = 0.3  # between two looks: it rings for everything that happens, and mail is in no hurry
_STORAGE_PAUSE = 1.0
_TRIES = 60  # to store what became of a mail


class MailDeliverer:
    """Mails what the outbox holds for e-mail until stopped."""

    def __init__(
        self,
        outbox: MailOutbox,
        post: Post,
        sender: Address,
        *,
        events: LocalEvents,
        clock: Clock,
        texts: Texts,
        page_url: str = "",
    ) -> None:
        """`page_url` is where the chat page is, if that is known."""
        self._outbox = outbox
        self._post = post
        self._sender = sender
        self._events = events
        self._clock = clock
        self._texts = texts
        self._page_url = page_url
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="sodan-mail")
        self._under_way: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Starts the loop; what waited from before a crash is taken up at once."""
        self._task = asyncio.create_task(self._loop())

    async def stop(self) -> None:
        """Takes nothing new and lets the mails under way be handed over."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await asyncio.to_thread(self._threads.shutdown)

    async def _loop(self) -> None:
        with self._events.listen(OUTBOX) as bell:
            while True:
                bell.clear()
                try:
                    claimed = await self._claim()
                except StorageUnavailableError as error:
                    logger.warning("mails cannot be read, trying again: %s", error)
                    await asyncio.sleep(_STORAGE_PAUSE)
                    continue
                if not claimed:
                    await self._rest(bell)

    async def _rest(self, bell: asyncio.Event) -> None:
        await asyncio.sleep(GATHER_SECONDS)
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                await bell.wait()
        except TimeoutError:
            return

    async def _claim(self) -> int:
        """Claims what is due and starts sending it; the number of claims."""
        free = AT_ONCE - len(self._under_way)
        claims = await asyncio.to_thread(self._outbox.claim_mails, self._clock.now(), free) if free else ()
        for claim in claims:
            task = asyncio.create_task(self._deliver(claim))
            self._under_way.add(task)
            task.add_done_callback(self._ended)
        return len(claims)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._events.ring(OUTBOX, BOARD)
        if not task.cancelled() and (error := task.exception()):
            logger.error("a mail ended in an error; its lease will run out", exc_info=error)

    async def _deliver(self, claim: Claim) -> None:
        now = self._clock.now()
        letter = msgspec.json.decode(claim.payload, type=Letter)
        message = compose(
            letter,
            self._texts,
            to=claim.to,
            sender=self._sender,
            number=claim.retry_key,
            at=now,
            page_url=self._page_url,
        )
        sending = asyncio.get_running_loop().run_in_executor(self._threads, self._post.send, message, claim.to)
        result = await sending
        settled = settle(claim, result.answer, self._clock.now(), result.words)
        if settled.status is Status.DEAD:
            logger.error("mail %d is given up: %s", claim.id, result.words)
        await self._keep(settled)

    async def _keep(self, settled: Settled) -> None:
        """Stores what became of a mail, and is patient in that: once forgotten, it would be sent again."""
        for _ in range(_TRIES):
            try:
                return await asyncio.to_thread(self._outbox.settle, [settled], self._clock.now())
            except StorageUnavailableError as error:
                logger.warning("what became of mail %d cannot be stored, trying again: %s", settled.id, error)
                await asyncio.sleep(_STORAGE_PAUSE)
        logger.error("what became of mail %d is not stored; it will be sent again", settled.id)
        return None
