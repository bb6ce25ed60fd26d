"""What the desk says about merged, split, linked and forwarded tickets. English: (Norwegian bokmål, Finnish)."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {}
