"""How an estimate is said: `6:00, 4500 kr`, in every language the same."""

from __future__ import annotations


def in_words(minutes: int, price: str) -> str:
    hours = f"{minutes // 60}:{minutes % 60:02}"
    return f"{hours}, {price}" if price else hours
