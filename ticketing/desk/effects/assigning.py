"""Commands that hand tickets out: asking a colleague, being away, whole lists that change hands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ticketing.desk.effects.work import Hand, Work

EFFECTS: dict[type, Callable[[Work, Any], None]] = {}
ANYWHERE: dict[type, Callable[[Hand, Any], None]] = {}
