"""What the desk says about what is taken back or has to be confirmed. English: (Norwegian bokmål, Finnish)."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {}
