"""The daemon: a thread a worker, APScheduler for what is periodic, an orderly stop on a signal."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mailgate.workers.intake import DatabaseAway

log = logging.getLogger("mailgate.daemon")

ROLES = ("listen", "fetch", "intake", "send", "deadlines")
IDLE = 1.0  # seconds between two looks at the database when nothing woke the worker
AWAY = 2.0  # seconds to wait for a database that is away
STOP_WITHIN = 25.0


def nothing() -> None:
    """What a part does that need not be stopped."""


@dataclass(frozen=True)
class Worker:
    """Works until nothing is left, then waits for `woken`. `work(now)` answers how much it did; `wakes` is set after it
    did something. `stop` is called from another thread, `close` from the worker's own at its end."""

    name: str
    work: Callable[[datetime], int]
    woken: threading.Event
    wakes: threading.Event | None = None
    stop: Callable[[], None] = nothing
    close: Callable[[], None] = nothing


@dataclass(frozen=True)
class Periodic:
    name: str
    work: Callable[[datetime], int]
    every: timedelta
    wakes: threading.Event


@dataclass(frozen=True)
class Door:
    """The listener: `open` binds and answers with the addresses, `close` ends after what is in flight was committed."""

    open: Callable[[], list[tuple[str, int]]]
    close: Callable[[], None]


@dataclass
class Daemon:
    """Runs its parts until SIGTERM or SIGINT; `run` returns when everything has stopped."""

    clock: Callable[[], datetime]
    workers: Sequence[Worker]
    periodic: Sequence[Periodic]
    door: Door | None
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def run(self, ready: Callable[[list[tuple[str, int]]], None]) -> None:
        """`ready` is called with the bound addresses once mail can come. Raises OSError when an address is taken."""
        wait_for_signal = _catch(signal.SIGTERM, signal.SIGINT)
        stop_periodic: Callable[[], None] = nothing
        opened = False
        try:
            for worker in self.workers:
                thread = threading.Thread(target=self._loop, args=(worker,), name=worker.name, daemon=True)
                self._threads.append(thread)
                thread.start()
            stop_periodic = self._schedule()
            bound = self.door.open() if self.door else []
            opened = self.door is not None
            ready(bound)
            wait_for_signal()
            log.info("stopping")
        finally:
            self._stop.set()
            if opened and self.door:
                self.door.close()
            stop_periodic()
            self._end_workers()

    def _loop(self, worker: Worker) -> None:
        while not self._stop.is_set():
            worker.woken.clear()
            try:
                while not self._stop.is_set() and worker.work(self.clock()):
                    if worker.wakes is not None:
                        worker.wakes.set()
            except DatabaseAway as error:
                log.error("%s: the database is away, trying again: %s", worker.name, error)
                self._stop.wait(AWAY)
            except Exception:
                log.exception("%s failed, trying again", worker.name)
                self._stop.wait(AWAY)
            else:
                worker.woken.wait(IDLE)
        worker.close()

    def _schedule(self) -> Callable[[], None]:
        if not self.periodic:
            return nothing
        from apscheduler.executors.pool import ThreadPoolExecutor
        from apscheduler.schedulers.background import BackgroundScheduler

        logging.getLogger("apscheduler").setLevel(logging.WARNING)
        scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )
        for job in self.periodic:
            scheduler.add_job(self._once, "interval", [job], seconds=int(job.every.total_seconds()), name=job.name)
        scheduler.start()
        return lambda: scheduler.shutdown(wait=False)

    def _once(self, job: Periodic) -> None:
        try:
            if job.work(self.clock()):
                job.wakes.set()
        except Exception:
            log.exception("%s failed, it will be tried again", job.name)

    def _end_workers(self) -> None:
        for worker in self.workers:
            worker.stop()
            worker.woken.set()
        for thread in self._threads:
            thread.join(STOP_WITHIN)
            if thread.is_alive():
                log.warning("%s did not stop in time; what it had in hand is taken up at the next start", thread.name)


def _catch(*signals: signal.Signals) -> Callable[[], None]:
    """From now on these signals only write into a pipe; what is returned waits for the first of them.

    A handler must not touch a lock: a second signal that comes while it holds it would wait for itself for ever.
    """
    ear, mouth = os.pipe()
    os.set_blocking(mouth, False)
    for one in signals:
        signal.signal(one, lambda *_: None)
    signal.set_wakeup_fd(mouth, warn_on_full_buffer=False)

    def wait() -> None:
        os.read(ear, 1)

    return wait
