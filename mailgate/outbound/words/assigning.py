"""What the desk says about who has which ticket. English: (Norwegian bokmål, Finnish)."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "{name} does not work in the private queue {queue}": (
        "{name} arbeider ikke i den private køen {queue}",
        "{name} ei kuulu yksityiseen jonoon {queue}",
    ),
}
