"""The loop that brings answers to LINE: claims what is due, sends chats in parallel and each chat in order."""

import asyncio
import datetime
import json
import logging
from collections.abc import Callable
from typing import Any

import msgspec

from bot.ports import Clock, StorageUnavailableError
from bot.replies import Part, Reply
from bot.texts import Texts
from connectors.events import LocalEvents
from connectors.line.client import LineClient, Result
from connectors.line.delivering import Answer, Claim, Settled, Status, settle
from connectors.line.limits import MOST_MESSAGES
from connectors.line.render import render
from connectors.storage.outbox import LineOutbox
from connectors.workers import OUTBOX

logger = logging.getLogger(__name__)

AT_ONCE = 50  # calls to LINE under way
LEASE = datetime.timedelta(seconds=15)  # longer than a call may take, shorter than a reply token lives
IDLE_SECONDS = 1.0
CLOSED_SECONDS = 60.0  # nothing is sent this long after LINE refused our access token
LOADING_AFTER, LOADING_UNTIL = datetime.timedelta(seconds=1), datetime.timedelta(seconds=60)
_STORAGE_PAUSE = 1.0


class LineDeliverer:
    """Delivers what the outbox holds for LINE until stopped."""

    def __init__(
        self,
        outbox: LineOutbox,
        client: Callable[[], LineClient],
        events: LocalEvents,
        clock: Clock,
        texts: Texts,
    ) -> None:
        """`client` makes the client once the event loop runs."""
        self._outbox = outbox
        self._make_client = client
        self._events = events
        self._clock = clock
        self._texts = texts
        self._under_way: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None
        self._closed_until: datetime.datetime | None = None

    def start(self) -> None:
        """Starts the loop."""
        self._client = self._make_client()
        self._task = asyncio.create_task(self._loop())
        self._loading = asyncio.create_task(self._show_loading())

    async def stop(self) -> None:
        """Takes nothing new, lets the calls under way end, and closes the client."""
        if self._task:
            self._task.cancel()
            self._loading.cancel()
            await asyncio.gather(self._task, self._loading, return_exceptions=True)
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await self._client.close()

    async def _loop(self) -> None:
        with self._events.listen(OUTBOX) as bell:
            while True:
                bell.clear()
                try:
                    claimed = await self._claim()
                except StorageUnavailableError as error:
                    logger.warning("deliveries cannot be read, trying again: %s", error)
                    await asyncio.sleep(_STORAGE_PAUSE)
                    continue
                if not claimed:
                    await self._rest(bell)

    async def _show_loading(self) -> None:
        """Shows users whose decision is not there within a second that it is on its way, once a question."""
        shown: set[int] = set()
        while True:
            await asyncio.sleep(LOADING_AFTER.total_seconds() / 2)
            now = self._clock.now()
            try:
                waiting = await asyncio.to_thread(self._outbox.waiting, now - LOADING_AFTER, now - LOADING_UNTIL)
            except StorageUnavailableError:
                continue
            fresh = {number: user for number, user in waiting.items() if number not in shown and user.startswith("U")}
            await asyncio.gather(*(self._client.show_loading(user) for user in set(fresh.values())))
            shown = (shown & set(waiting)) | set(fresh)

    async def _rest(self, bell: asyncio.Event) -> None:
        try:
            await asyncio.wait_for(bell.wait(), IDLE_SECONDS)
        except TimeoutError:
            return

    async def _claim(self) -> int:
        """Claims what is due and starts sending it; the number of claims."""
        now = self._clock.now()
        free = AT_ONCE - len(self._under_way)
        if free <= 0 or (self._closed_until and now < self._closed_until):
            return 0
        claims = await asyncio.to_thread(self._outbox.claim, now, LEASE, free)
        for claim in claims:
            task = asyncio.create_task(self._deliver(claim))
            self._under_way.add(task)
            task.add_done_callback(self._ended)
        return len(claims)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._events.ring(OUTBOX)
        if not task.cancelled() and (error := task.exception()):
            logger.error("a delivery ended in an error; its lease will run out", exc_info=error)

    async def _deliver(self, claim: Claim) -> None:
        messages = await self._messages(claim)
        result = await self._send(claim, messages)
        if claim.leaves and result.answer is Answer.ACCEPTED:
            await self._client.leave(claim.to)
        settled = settle(claim, result.answer, self._clock.now(), result.words)
        self._report(claim, settled, result)
        if settled.status is Status.SENT:
            for rider, _ in claim.riders:
                sent = Settled(rider, Status.SENT, None)
                await asyncio.to_thread(self._outbox.settle, sent, self._clock.now())
        await asyncio.to_thread(self._outbox.settle, settled, self._clock.now())

    async def _messages(self, claim: Claim) -> list[dict[str, Any]]:
        """The messages as they were first sent; rendered and kept before the first attempt."""
        own = await self._own_messages(claim)
        held = [message for _, payload in claim.riders for message in json.loads(payload or "[]")]
        return [*held, *own][-MOST_MESSAGES:]

    async def _own_messages(self, claim: Claim) -> list[dict[str, Any]]:
        if claim.payload:
            kept: list[dict[str, Any]] = json.loads(claim.payload)
            return kept
        parts = msgspec.json.decode(claim.parts, type=tuple[Part, ...])
        messages = list(render(Reply(parts), self._texts))
        await asyncio.to_thread(self._outbox.keep_payload, claim.id, json.dumps(messages, ensure_ascii=False))
        return messages

    async def _send(self, claim: Claim, messages: list[dict[str, Any]]) -> Result:
        if claim.status is Status.REPLYING:
            return await self._client.reply(claim.reply_token, messages)
        return await self._client.push(claim.to, claim.retry_key, messages)

    def _report(self, claim: Claim, settled: Settled, result: Result) -> None:
        if result.answer is Answer.UNAUTHORIZED:
            self._closed_until = self._clock.now() + datetime.timedelta(seconds=CLOSED_SECONDS)
            logger.critical("LINE refuses our access token; nothing is sent until it is mended: %s", result.words)
        elif settled.status in {Status.DEAD, Status.HELD}:
            logger.error("delivery %d to LINE is %s: %s", claim.id, settled.status, result.words)
        elif settled.status is Status.ASSUMED:
            logger.warning("delivery %d to LINE is taken for arrived: %s", claim.id, result.words)
