"""What the desk says in lists, of time spent, and as a ticket's story. English: (Norwegian bokmål, Finnish)."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {}
