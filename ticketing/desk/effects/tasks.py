"""Commands about what remains: tasks, reminders, tags, deadlines by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ticketing.desk.effects.work import Hand, Work

EFFECTS: dict[type, Callable[[Work, Any], None]] = {}
ANYWHERE: dict[type, Callable[[Hand, Any], None]] = {}
