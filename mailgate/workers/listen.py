"""The listener's two threads: the loop that talks to clients, and the writer that commits what they brought.

The writer is the only one that waits for the disk. It takes what lies in its line, commits it together, and then lets
the loop say 250: under load many mails share one fsync, alone a mail waits for nobody.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from mailgate.mail import RawMail
from mailgate.transport.smtp_listener import Listener

log = logging.getLogger("mailgate.listen")

BATCH_OCTETS = 16 * 2**20  # a batch is closed when it holds this much: nobody waits for ten big neighbours
CALL_WITHIN = 10.0  # seconds the loop may take to find time for a call
BEAT = 5.0  # seconds between two signs of life of an idle thread


class Writer:
    """Group commit. `submit` may be called from any thread; `store` and `lookup` are called from the writer's own.

    `store(mails)` commits all of them in one transaction, or raises. `lookup(uids)` tells which of them are stored;
    a second `store` of a stored uid must raise. `woken()` is called after each commit. `beat()` is called at least
    every `every` seconds while the thread lives and does not hang.
    """

    def __init__(
        self,
        store: Callable[[Sequence[RawMail]], None],
        lookup: Callable[[Sequence[str]], set[str]],
        woken: Callable[[], None],
        batch: int = 64,
        beat: Callable[[], None] = lambda: None,
        every: float = BEAT,
    ) -> None:
        self._store = store
        self._lookup = lookup
        self._woken = woken
        self._batch = batch
        self._beat = beat
        self._every = every
        self._line: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._door = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def submit(self, mail: RawMail) -> Future[None]:
        """The future is done after the commit, or holds why the mail is surely or probably not stored. As long as the
        mail stands in the line it can be cancelled, and is then never stored."""
        future: Future[None] = Future()
        with self._door:
            if self._closed:
                future.set_exception(RuntimeError("the writer is stopped"))
            else:
                self._line.put((mail, future))
        return future

    def stop(self, timeout: float | None = None) -> bool:
        """Commits what stands in the line, then ends. False when that took longer than `timeout` seconds."""
        with self._door:
            if not self._closed:
                self._closed = True
                self._line.put(None)
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        open_ = True
        while open_:
            batch, open_ = self._next_batch()
            self._beat()
            if batch:
                self._commit(batch)

    def _next_batch(self) -> tuple[list[_Waiting], bool]:
        """What waits, up to a batch; waits for the first mail, never for a second. False with the last one."""
        batch: list[_Waiting] = []
        octets = 0
        with contextlib.suppress(queue.Empty):
            waiting = self._line.get(timeout=self._every)
            while waiting is not None:
                mail, future = waiting
                if future.set_running_or_notify_cancel():
                    batch.append(waiting)
                    octets += len(mail.data)
                if len(batch) >= self._batch or octets >= BATCH_OCTETS:
                    return batch, True
                waiting = self._line.get_nowait()
            return batch, False
        return batch, True

    def _commit(self, batch: list[_Waiting]) -> None:
        missing, error = self._try(batch)
        # Once more, singly: a row that cannot be stored must not fail its neighbours.
        for place, waiting in enumerate(missing):
            if isinstance(error, _Unknown):
                _fail(missing[place:], error)
                break
            left, error = self._try([waiting])
            _fail(left, error)

    def _try(self, batch: list[_Waiting]) -> tuple[list[_Waiting], Exception | None]:
        """Stores all, tells those that are stored, and returns the others with the reason."""
        try:
            self._store([mail for mail, _ in batch])
        except Exception as error:
            log.warning("storing %d mails failed: %r", len(batch), error)
            return self._found(batch, error)
        self._done(batch)
        return [], None

    def _found(self, batch: list[_Waiting], error: Exception) -> tuple[list[_Waiting], Exception]:
        """A COMMIT that reports an error may have happened: only the rows themselves know."""
        try:
            stored = self._lookup([mail.uid for mail, _ in batch])
        except Exception as second:
            log.error("looking up %d mails failed: %r", len(batch), second)
            unknown = _Unknown("neither stored nor looked up")
            unknown.__cause__ = error
            return batch, unknown
        self._done([waiting for waiting in batch if waiting[0].uid in stored])
        return [waiting for waiting in batch if waiting[0].uid not in stored], error

    def _done(self, batch: list[_Waiting]) -> None:
        for _, future in batch:
            future.set_result(None)
        if batch:
            try:
                self._woken()
            except Exception:
                log.exception("waking intake failed")


_Waiting = tuple[RawMail, "Future[None]"]


class _Unknown(Exception):
    """The database does not even answer what it holds: there is no use in trying each mail alone."""


def _fail(waiting: Sequence[_Waiting], error: Exception | None) -> None:
    for _, future in waiting:
        future.set_exception(error or RuntimeError("not stored"))


class ListenThread:
    """Runs a Listener's loop in a thread of its own. `beat()` and `every` as for Writer."""

    def __init__(self, listener: Listener, beat: Callable[[], None] = lambda: None, every: float = BEAT) -> None:
        self._listener = listener
        self._beat = beat
        self._every = every
        self._bound: Future[list[tuple[str, int]]] = Future()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._grace = 0.0
        self._thread = threading.Thread(target=self._run, name="listen", daemon=True)

    def start(self) -> list[tuple[str, int]]:
        """Returns the bound addresses once clients can connect; raises what Listener.start raised."""
        self._thread.start()
        return self._bound.result()

    def stop(self, grace: float = 20.0) -> None:
        """Lets what is in flight end (Listener.stop), then the thread. To be called before Writer.stop."""
        if self._loop is None or self._stop is None or not self._thread.is_alive():
            return
        self._grace = grace
        with contextlib.suppress(RuntimeError):  # the loop has just ended by itself
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(grace + 5.0)

    def call(self, what: Callable[[], None]) -> None:
        """Does it in the loop's thread, where nothing of the listener's changes meanwhile; raises what it raises."""
        done: Future[None] = Future()

        def here() -> None:
            try:
                what()
            except Exception as error:
                done.set_exception(error)
            else:
                done.set_result(None)

        if self._loop is None:
            raise RuntimeError("the listener does not run")
        self._loop.call_soon_threadsafe(here)
        done.result(CALL_WITHIN)

    def is_alive(self) -> bool:
        """False when the loop ended, asked to or not; the reason of the latter is in the log."""
        return self._thread.is_alive()

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except BaseException as error:
            if self._bound.done():
                log.exception("the listener's loop ended")
            else:
                self._bound.set_exception(error)

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        bound = await self._listener.start()
        self._bound.set_result(bound)
        while not self._stop.is_set():
            self._beat()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), self._every)
        await self._listener.stop(self._grace)
