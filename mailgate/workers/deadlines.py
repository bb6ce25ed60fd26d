"""What is due because time has passed. Functions of `now`; the rows in the database are the truth, not a timer."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy.exc import InterfaceError, OperationalError

from mailgate import spool
from mailgate.transaction import Transactions
from ticketing.desk import Due

BATCH = 100

log = logging.getLogger("mailgate.deadlines")


class Deadlines:
    """`held_for`: how long a held mail waits for a decision before it counts as ignored (RULES 8)."""

    def __init__(self, transactions: Transactions, held_for: timedelta) -> None:
        self._transactions = transactions
        self._held_for = held_for

    def keep_up(self, now: datetime) -> int:
        """Closes what was completed and stayed silent, ends alarms and waits, tells what is due; how much there was to
        do."""
        with self._transactions.begin(now) as transaction:
            done = transaction.desk.keep_up()
        return done + self.fire_due(now)

    def fire_due(self, now: datetime) -> int:
        """Tells each clock's due deadlines in a transaction of its own. One that fails is logged and tried again the
        next time; it keeps no other waiting."""
        fired, failed = 0, set[Due]()
        while True:
            with self._transactions.looking(now) as desk:
                waiting = [one for one in desk.due(BATCH + len(failed)) if one not in failed]
            if not waiting:
                return fired
            for one in waiting:
                try:
                    with self._transactions.begin(now) as transaction:
                        told = transaction.desk.fire(one)
                except (OperationalError, InterfaceError):
                    raise  # the database is away: nothing can be told now
                except Exception:
                    log.exception("%s of %s could not be told, it will be tried again", one.target, one.ticket)
                    failed.add(one)
                    continue
                if not told:
                    failed.add(one)  # another scheduler was quicker; what it has not committed must not be waited for
                fired += told

    def send_digests(self, now: datetime) -> int:
        with self._transactions.begin(now) as transaction:
            return transaction.desk.send_digests()

    def expire_held(self, now: datetime) -> int:
        with self._transactions.database.write() as connection:
            return spool.expire_held(connection, now - self._held_for, now)
