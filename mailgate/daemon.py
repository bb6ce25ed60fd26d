"""The daemon: a thread a worker, APScheduler for what is periodic, an orderly stop on a signal.

It tells systemd that it is ready, reloads, stops; and that it lives, as long as each of its loops gave a sign of life.
"""

from __future__ import annotations

import logging
import os
import select
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from mailgate.systemd import Notifier
from mailgate.workers.intake import DatabaseAway

log = logging.getLogger("mailgate.daemon")

ROLES = ("listen", "fetch", "intake", "send", "deadlines")
IDLE = 1.0  # seconds between two looks at the database when nothing woke the worker
AWAY = 2.0  # seconds to wait for a database that is away
BEAT = 5.0  # seconds between two signs of life of an idle loop, where systemd does not want more of them
STOP_WITHIN = 25.0  # seconds for the whole of an orderly stop; 30 are promised
CLOCK_STEP = 2.0  # seconds; less than that is a clock being corrected
CALM = timedelta(minutes=2)  # a periodic job after a long stand-still may have much to catch up with


def nothing() -> None:
    """What a part does that need not be stopped."""


class Pulse:
    """When each loop last gave a sign of life. `every`: how often an idle one should."""

    def __init__(self, watchdog: float = 0.0, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._within = watchdog / 3 if watchdog else 4 * BEAT
        self._monotonic = monotonic
        self._good_until: dict[str, float] = {}
        self.every = min(BEAT, self._within / 2)

    def beat(self, name: str, busy: timedelta = timedelta()) -> None:
        """`busy`: how much longer than usual it may be silent now, because it waits for others and has limits there."""
        self._good_until[name] = self._monotonic() + self._within + busy.total_seconds()

    def of(self, name: str) -> Callable[[], None]:
        """The `beat` of one loop; from now on it is expected."""
        self.beat(name)
        return lambda: self.beat(name)

    def silent(self) -> list[str]:
        """The loops that should have reported, and did not."""
        now = self._monotonic()
        return [name for name, until in list(self._good_until.items()) if until < now]


@dataclass(frozen=True)
class Worker:
    """Works until nothing is left, then waits for `woken`. `work(now)` answers how much it did; `wakes` is set after it
    did something. `stop` is called from another thread, `close` from the worker's own at its end. `longest`: what one
    `work` may take when others are slow, after which it counts as hung; None: the watchdog does not look at it."""

    name: str
    work: Callable[[datetime], int]
    woken: threading.Event
    wakes: threading.Event | None = None
    stop: Callable[[], None] = nothing
    close: Callable[[], None] = nothing
    longest: timedelta | None = timedelta(seconds=30)


@dataclass(frozen=True)
class Periodic:
    name: str
    work: Callable[[datetime], int]
    every: timedelta
    wakes: threading.Event


@dataclass(frozen=True)
class Door:
    """The listener: `open` binds and answers with the addresses, `close(seconds)` ends after what is in flight was
    committed, within that time."""

    open: Callable[[], list[tuple[str, int]]]
    close: Callable[[float], None]


class Signals:
    """From its making on, SIGTERM, SIGINT and SIGHUP only write into a pipe, and wait there to be asked for.

    A handler must not touch a lock: a second signal that comes while it holds it would wait for itself for ever.
    """

    def __init__(self) -> None:
        self._ear, mouth = os.pipe()
        os.set_blocking(mouth, False)
        os.set_blocking(self._ear, False)
        self._terminal = os.isatty(0)
        for one in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(one, lambda *_: None)
        signal.set_wakeup_fd(mouth, warn_on_full_buffer=False)

    def wait(self, seconds: float) -> set[int]:
        """The numbers of those that came; empty when none did in that time."""
        if not select.select([self._ear], [], [], seconds)[0]:
            return set()
        came = set(os.read(self._ear, 4096))
        if signal.SIGHUP in came and self._terminal and not os.isatty(0):
            came.add(signal.SIGTERM)  # it was no wish for a reload: the terminal is gone
        return came


@dataclass
class Daemon:
    """Runs its parts until SIGTERM or SIGINT; `run` returns when everything has stopped.

    `reload`: called at SIGHUP; takes the new configuration, or keeps the old one and says why. Answers with a status
    in a few words.
    """

    clock: Callable[[], datetime]
    workers: Sequence[Worker]
    periodic: Sequence[Periodic]
    door: Door | None
    reload: Callable[[], str] = lambda: "there is nothing to reload"
    pulse: Pulse = field(default_factory=Pulse)
    notifier: Notifier = field(default_factory=Notifier)
    left_behind: bool = False  # after `run`: something did not stop in time
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _silent: frozenset[str] = frozenset()
    _no_job: threading.Event = field(default_factory=threading.Event)
    _scheduler: Any = None
    _ahead: float = 0.0  # of the wall clock before the monotonic one

    def run(self, ready: Callable[[list[tuple[str, int]]], str], signals: Signals | None = None) -> None:
        """`ready` is called with the bound addresses once mail can come; its answer is the status that systemd shows.
        Raises OSError when an address is taken."""
        signals = signals or Signals()
        opened = False
        try:
            for worker in self.workers:
                thread = threading.Thread(target=self._loop, args=(worker,), name=worker.name, daemon=True)
                self._threads.append(thread)
                thread.start()
            self._schedule()
            bound = self.door.open() if self.door else []
            opened = self.door is not None
            status = ready(bound)
            self.notifier.ready(status)
            self._wait(signals, status)
            log.info("stopping")
        finally:
            self.notifier.stopping()
            end = time.monotonic() + STOP_WITHIN
            self._stop.set()
            for worker in self.workers:
                worker.stop()
                worker.woken.set()
            if opened and self.door:
                self.door.close(STOP_WITHIN)
            if self._scheduler is not None:
                self._scheduler.shutdown(wait=False)
            self._end(end)

    # ---- the main thread ----------------------------------------------------------------------------------------

    def _wait(self, signals: Signals, status: str) -> None:
        while True:
            self._tell_that_we_live()
            self._look_at_the_clock()
            came = signals.wait(self.pulse.every)
            if came & {signal.SIGTERM, signal.SIGINT}:
                return
            if signal.SIGHUP in came:
                self.notifier.reloading()
                try:
                    outcome = self.reload()
                except Exception:
                    log.exception("the reload failed; the old configuration stays")
                    outcome = "the last reload failed"
                self.notifier.ready(f"{status}; {outcome}")

    def _tell_that_we_live(self) -> None:
        silent = frozenset(self.pulse.silent())
        if not silent:
            self.notifier.alive()
        # Told at the second look: after the machine slept, or the process did, all are silent for a moment.
        elif told := silent & self._silent:
            log.error("no sign of life: %s", ", ".join(sorted(told)))
        self._silent = silent

    # ---- the workers --------------------------------------------------------------------------------------------

    def _loop(self, worker: Worker) -> None:
        while not self._stop.is_set():
            worker.woken.clear()
            try:
                while not self._stop.is_set() and self._work(worker):
                    if worker.wakes is not None:
                        worker.wakes.set()
            except DatabaseAway as error:
                log.error("%s: the database is away, trying again: %s", worker.name, error)
                self._rest(worker)
            except Exception:
                log.exception("%s failed, trying again", worker.name)
                self._rest(worker)
            else:
                self._beat(worker)
                worker.woken.wait(min(IDLE, self.pulse.every))
        worker.close()

    def _work(self, worker: Worker) -> int:
        self._beat(worker, worker.longest)
        return worker.work(self.clock())

    def _rest(self, worker: Worker) -> None:
        until = time.monotonic() + AWAY
        while (left := until - time.monotonic()) > 0 and not self._stop.is_set():
            self._beat(worker)
            self._stop.wait(min(left, self.pulse.every))

    def _beat(self, worker: Worker, busy: timedelta | None = timedelta()) -> None:
        if worker.longest is not None:
            self.pulse.beat(worker.name, busy or timedelta())

    # ---- the scheduler ------------------------------------------------------------------------------------------

    def _schedule(self) -> None:
        self._no_job.set()
        self._ahead = self.clock().timestamp() - time.monotonic()
        if not self.periodic:
            return
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
        # In the same line as the jobs: when one of them hangs, so does this.
        beat = self.pulse.of("scheduler")
        scheduler.add_job(beat, "interval", seconds=self.pulse.every, name="sign of life")
        scheduler.start()
        self._scheduler = scheduler

    def _once(self, job: Periodic) -> None:
        self._no_job.clear()
        self.pulse.beat("scheduler", CALM)
        try:
            if not self._stop.is_set() and job.work(self.clock()):
                job.wakes.set()
        except Exception:
            log.exception("%s failed, it will be tried again", job.name)
        finally:
            self.pulse.beat("scheduler")
            self._no_job.set()

    def _look_at_the_clock(self) -> None:
        """The scheduler goes by the wall clock: put back by two hours, it would do nothing for two hours."""
        now = self.clock()
        ahead = now.timestamp() - time.monotonic()
        if ahead < self._ahead - CLOCK_STEP:
            log.warning("the clock was put back by %.0f s", self._ahead - ahead)
            for job in self._scheduler.get_jobs() if self._scheduler is not None else ():
                job.modify(next_run_time=now)
        self._ahead = ahead

    # ---- the end ------------------------------------------------------------------------------------------------

    def _end(self, end: float) -> None:
        late = []
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
            if thread.is_alive():
                late.append(thread.name)
        if not self._no_job.wait(max(0.0, end - time.monotonic())):
            late.append("a periodic job")
        for name in late:
            log.warning("%s did not stop in time; what it had in hand is taken up at the next start", name)
        self.left_behind = bool(late)
