"""Commands that send lists and single tickets: list, star, mark, next, show, history, time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ticketing.desk.effects.work import Hand, Work

EFFECTS: dict[type, Callable[[Work, Any], None]] = {}
ANYWHERE: dict[type, Callable[[Hand, Any], None]] = {}
