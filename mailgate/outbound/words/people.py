"""What the desk says about requesters, contacts, organisations and equipment. English: (Norwegian bokmål, Finnish)."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {}
