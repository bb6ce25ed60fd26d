"""What is due because time has passed. Functions of `now`; the rows in the database are the truth, not a timer."""

from __future__ import annotations

from datetime import datetime, timedelta

from mailgate import spool
from mailgate.transaction import Transactions


class Deadlines:
    """`held_for`: how long a held mail waits for a decision before it counts as ignored (RULES 8)."""

    def __init__(self, transactions: Transactions, held_for: timedelta) -> None:
        self._transactions = transactions
        self._held_for = held_for

    def keep_up(self, now: datetime) -> int:
        """Closes what was completed and stayed silent, ends alarms; how much there was to do."""
        with self._transactions.begin(now) as transaction:
            return transaction.desk.keep_up()

    def send_digests(self, now: datetime) -> int:
        with self._transactions.begin(now) as transaction:
            return transaction.desk.send_digests()

    def expire_held(self, now: datetime) -> int:
        with self._transactions.database.write() as connection:
            return spool.expire_held(connection, now - self._held_for, now)
