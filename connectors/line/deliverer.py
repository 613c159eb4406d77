"""The loop that brings answers to LINE: claims what is due, sends chats in parallel and each chat in order."""

import asyncio
import dataclasses
import datetime
import functools
import itertools
import json
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec

from bot.ports import Clock, StorageUnavailableError
from bot.replies import Part, Reply
from bot.texts import Texts
from connectors.batching import Batcher
from connectors.events import LocalEvents
from connectors.line.client import LineClient, Result
from connectors.line.delivering import Answer, Claim, Settled, Status, settle
from connectors.line.limits import MOST_MESSAGES
from connectors.line.render import render
from connectors.pressure import Pressure
from connectors.storage.outbox import LineOutbox
from connectors.workers import OUTBOX

logger = logging.getLogger(__name__)

RENDERED = 1_000  # replies: curated answers are given again and again
AT_ONCE = 50  # calls to LINE under way
GATHER_SECONDS = 0.02  # between two claims, and two results kept: few large transactions are cheaper than many
QUOTA_EVERY_SECONDS = 1800.0
IDLE_SECONDS = 1.0
CLOSED_SECONDS = 60.0  # nothing is sent this long after LINE refused our access token
LOADING_AFTER, LOADING_UNTIL = datetime.timedelta(seconds=1), datetime.timedelta(seconds=60)
MOST_LOADING = 5  # at a look: where more wait, answering them is the better use of the time
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
        *,
        pressure: Pressure,
    ) -> None:
        """`client` makes the client once the event loop runs."""
        self._outbox = outbox
        self._make_client = client
        self._events = events
        self._clock = clock
        self._pressure = pressure
        self._texts = texts
        self._under_way: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None
        self._closed_until: datetime.datetime | None = None
        self._saves_pushes = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sodan-claim")
        self._rendered = functools.lru_cache(RENDERED)(self._render)
        self._unsure = json.dumps([{"type": "text", "text": texts.say("line.unsure")}], ensure_ascii=False)
        self._settling = Batcher(self._settle, "sodan-settle", linger=GATHER_SECONDS)

    def start(self) -> None:
        """Starts the loop."""
        self._client = self._make_client()
        self._task = asyncio.create_task(self._loop())
        self._beside = [asyncio.create_task(self._show_loading()), asyncio.create_task(self._watch_quota())]

    async def stop(self) -> None:
        """Takes nothing new, lets the calls under way end, and closes the client."""
        if self._task:
            for task in (self._task, *self._beside):
                task.cancel()
            await asyncio.gather(self._task, *self._beside, return_exceptions=True)
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await self._settling.close()
        await self._client.close()

    async def _loop(self) -> None:
        with self._events.listen(OUTBOX) as bell:
            while True:
                bell.clear()
                await self._pressure.eased()
                try:
                    claimed = await self._claim()
                except StorageUnavailableError as error:
                    logger.warning("deliveries cannot be read, trying again: %s", error)
                    await asyncio.sleep(_STORAGE_PAUSE)
                    continue
                await (asyncio.sleep(GATHER_SECONDS) if claimed else self._rest(bell))

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
            await self._pressure.eased()
            fresh = {number: user for number, user in waiting.items() if number not in shown and user.startswith("U")}
            told = dict(itertools.islice(fresh.items(), MOST_LOADING))
            await asyncio.gather(*(self._client.show_loading(user) for user in set(told.values())))
            shown = (shown & set(waiting)) | set(told)

    async def _watch_quota(self) -> None:
        """Looks how far the monthly plan still reaches; warns, and saves pushes, before it ends."""
        while True:
            now = self._clock.now()
            if quota := await self._client.quota():
                warning = quota.warning(now)
                self._saves_pushes = quota.is_short
                if warning:
                    logger.warning("LINE: %s", warning)
            await asyncio.sleep(QUOTA_EVERY_SECONDS)

    async def _rest(self, bell: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                await bell.wait()
        except TimeoutError:
            return

    async def _claim(self) -> int:
        """Claims what is due and starts sending it; the number of claims."""
        now = self._clock.now()
        free = AT_ONCE - len(self._under_way)
        if free <= 0 or (self._closed_until and now < self._closed_until):
            return 0
        claiming = functools.partial(self._outbox.claim, now, free, self._rendered, saves_pushes=self._saves_pushes)
        claims = await asyncio.get_running_loop().run_in_executor(self._thread, claiming)
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
        result = await self._send(claim, _messages(claim))
        if claim.leaves and result.answer is Answer.ACCEPTED:
            await self._client.leave(claim.to)
        settled = settle(claim, result.answer, self._clock.now(), result.words)
        if settled.is_unsure:
            settled = dataclasses.replace(settled, payload=self._unsure)
        self._report(claim, settled, result)
        delivered = claim.riders if settled.status is Status.SENT else ()
        await self._settling.submit((*(Settled(rider, Status.SENT, None) for rider, _ in delivered), settled))

    def _settle(self, batch: Sequence[tuple[Settled, ...]]) -> None:
        self._outbox.settle([settled for together in batch for settled in together], self._clock.now())

    def _render(self, parts: str) -> str:
        reply = Reply(msgspec.json.decode(parts, type=tuple[Part, ...]))
        return json.dumps(render(reply, self._texts), ensure_ascii=False)

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


def _messages(claim: Claim) -> list[dict[str, Any]]:
    """The messages as they were first sent, after those that ride along."""
    payloads = (*(payload for _, payload in claim.riders), claim.payload)
    return [message for payload in payloads for message in json.loads(payload or "[]")][-MOST_MESSAGES:]
