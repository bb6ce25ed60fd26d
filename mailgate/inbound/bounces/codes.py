"""Enhanced status codes (RFC 3463) and reply codes in the words of a report, and whether they are for good."""

from __future__ import annotations

import re

from mailgate.inbound.bounces.reasons import reason_of

CODE = re.compile(r"(?<![\d.])(?:[45]\.[0-7]\.\d{1,3}|[45][0-5]\d(?=[ -]))(?![\d.])")
ENHANCED = re.compile(r"(?<![\d.])([245]\.[0-7]\.\d{1,3})(?![\d.])")
ENHANCED_FAILURE = re.compile(r"(?<![\d.])[45]\.[0-7]\.\d{1,3}(?![\d.])")
_AFTER_REPLY = re.compile(r"(?<![\d.])[45][0-5]\d[ -]#?([45]\.[0-7]\.\d{1,3})(?![\d.])")
REPLY = re.compile(
    r"(?:^\s{0,20}|[:<(\[#\"'>=;]\s?|\b(?:said|error|code|reply|response|with|status|by|host)\b:?\s)"
    r"([45][0-5]\d)(?=[ \-\])>:;,.\"'/]|$)",
    re.I | re.M,
)


def status_of(stated: str, words: str) -> str:
    """The enhanced status (RFC 3463): the stated one, or a more telling one out of the diagnostic. '' where none is."""
    found = ENHANCED.search(stated[:200])
    code = found[1] if found else ""
    if code and not code.endswith(".0.0"):
        return code
    better = _AFTER_REPLY.search(words[:4000]) or ENHANCED.search(words[:4000])
    if better and better[1][0] != "2":
        return better[1]
    return code


def is_permanent(status: str, stated: str, words: str) -> bool:
    """The class of the status (RFC 3463 2: 5 permanent, 4 transient), else of the reply code, else what is said."""
    reply = REPLY.search(words[:4000])
    if status and not (status.endswith(".0.0") and reply):
        return status[0] == "5"
    if reply:
        return reply[1][0] == "5"
    if stated.strip()[:1] in {"4", "5"}:
        return stated.strip()[0] == "5"
    lowered = words.lower()
    if "permanent" in lowered or "fatal" in lowered:
        return True
    if "temporar" in lowered or "transient" in lowered:
        return False
    reason = reason_of("", words)
    return reason is None or reason.kind != "soft"
