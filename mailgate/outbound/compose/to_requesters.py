"""What each notice to a requester says. Nothing in it but what that person may read (RULES 5, 6)."""

from __future__ import annotations

from collections.abc import Callable

from mailgate.outbound import marks
from mailgate.outbound.compose.letter import Letter, Touch, Writing, first_name, last_only, lines, nameless
from mailgate.outbound.gate import GateRefused
from mailgate.outbound.mime import clean_header, clean_text
from ticketing.notices import (
    Acknowledgement,
    ApprovalRequest,
    Completed,
    Estimate,
    Forwarded,
    FyiAnswer,
    Merged,
    OpenedForYou,
    Parted,
    ReplyToRequester,
    RequesterReceipt,
    SatisfactionRequest,
    Taken,
)
from ticketing.saying import say

# Of what was asked, enough to decide upon it.
MOST_WORDS = 4000
# What a requester can do with one touch below each answer.
_FOOT: tuple[Touch, ...] = ("close", "status")


def _acknowledgement(writing: Writing, notice: Acknowledgement) -> Letter:
    about = notice.about
    if notice.reveal:
        template, to, thread = "acknowledgement", notice.to, notice.thread
        values = {**writing.case(about, about.language), "name": clean_header(notice.to.name)}
    else:
        template, to, thread = "acknowledgement_plain", nameless(notice.to), last_only(notice.thread)
        values = writing.number_only(about)
    values |= {
        "follows_up": notice.follows_up,
        "promised_at": writing.local(notice.promised_at),
        "missing": tuple(map(clean_header, notice.missing)),
        "guides": tuple({"title": clean_header(title), "link": clean_header(link)} for title, link in notice.guides),
        "attached": bool(notice.files),
    }
    return Letter(
        template, about.language, values, (to,), "r", "auto-replied", thread=thread, foot=_FOOT, files=notice.files
    )


def _fyi_answer(writing: Writing, notice: FyiAnswer) -> Letter:
    about = notice.about
    return Letter(
        "fyi_answer", about.language, writing.number_only(about), (nameless(notice.to),), "r", "auto-replied",
        thread=last_only(notice.thread), foot=("request",),
    )  # fmt: skip


def _reply(writing: Writing, notice: ReplyToRequester) -> Letter:
    about, agent = notice.about, first_name(notice.agent_name)
    words = clean_text(notice.words).strip("\n")
    # The desk has looked before; this is the last wall between a note and a stranger, on every path (RULES 6).
    if any(marks.looks_like_ours(line) for line in words.split("\n")):
        raise GateRefused(say("a line or an address of an alert stands in the answer"))
    values = {
        **writing.case(about, about.language),
        "agent": agent,
        "words": words,
        "signature": _without_delimiter(clean_text(notice.signature or "")) or None,
    }
    return Letter(
        "reply", about.language, values, (notice.to,), "r", None, cc=notice.cc,
        sender=f"{agent}, {writing.desk}" if agent else writing.desk, thread=notice.thread, message=notice.message,
        due_at=notice.due_at, change=notice.change, files=notice.files, foot=_FOOT,
    )  # fmt: skip


def _completed(writing: Writing, notice: Completed) -> Letter:
    about = notice.about
    values = {
        **writing.case(about, about.language),
        "name": clean_header(notice.to.name),
        "resolution": clean_text(notice.resolution or "").strip() or None,
        "closes_on": notice.closes_at.astimezone(writing.zone).date(),
    }
    return Letter(
        "completed", about.language, values, (notice.to,), "r", "auto-generated", thread=notice.thread,
        due_at=notice.due_at, change=notice.change, cc=notice.cc, foot=("confirm", "status"),
    )  # fmt: skip


def _taken(writing: Writing, notice: Taken) -> Letter:
    about = notice.about
    values = {
        **writing.case(about, about.language),
        "name": clean_header(notice.to.name),
        "agent": first_name(notice.agent_name) or writing.desk,
    }
    return Letter(
        "taken", about.language, values, (notice.to,), "r", "auto-generated", thread=notice.thread,
        due_at=notice.due_at, change=notice.change,
    )  # fmt: skip


def _opened_for_you(writing: Writing, notice: OpenedForYou) -> Letter:
    about = notice.about
    values = {**writing.case(about, about.language), "name": clean_header(notice.to.name)}
    if about.title_inside:
        values["title"] = None
    return Letter(
        "opened_for_you", about.language, values, (notice.to,), "r", "auto-generated", thread=notice.thread,
        due_at=notice.due_at, change=notice.change, foot=_FOOT,
    )  # fmt: skip


def _another_number(template: str) -> Callable[[Writing, Merged | Parted], Letter]:
    def write(writing: Writing, notice: Merged | Parted) -> Letter:
        about = notice.about
        values = {**writing.case(about, about.language), "name": clean_header(notice.to.name), "former": notice.former}
        return Letter(
            template, about.language, values, (notice.to,), "r", "auto-generated", thread=notice.thread,
            due_at=notice.due_at, change=notice.change,
        )  # fmt: skip

    return write


def _satisfaction_request(writing: Writing, notice: SatisfactionRequest) -> Letter:
    about = notice.about
    values = {**writing.case(about, about.language), "name": clean_header(notice.to.name)}
    return Letter(
        "satisfaction_request", about.language, values, (notice.to,), "r", "auto-generated", thread=notice.thread,
        foot=("5", "4", "3", "2", "1"),
    )  # fmt: skip


def _estimate(writing: Writing, notice: Estimate) -> Letter:
    about = notice.about
    values = {
        **writing.case(about, about.language),
        "name": clean_header(notice.to.name),
        "hours": notice.minutes // 60,
        "minutes": notice.minutes % 60,
        "price": clean_header(notice.price) or None,
    }
    return Letter(
        "estimate", about.language, values, (notice.to,), "r", "auto-generated", thread=notice.thread,
        message=notice.estimate, due_at=notice.due_at, change=notice.change, foot=("approve", "decline"),
    )  # fmt: skip


def _forwarded(writing: Writing, notice: Forwarded) -> Letter:
    about, agent = notice.about, first_name(notice.agent_name)
    words = clean_text(notice.words).strip("\n")
    if any(marks.looks_like_ours(line) for line in words.split("\n")):
        raise GateRefused(say("a line or an address of an alert stands in the answer"))
    shown = tuple(
        {
            "by": f"{first_name(one.by)}, {writing.desk}".lstrip(", ") if one.agent else clean_header(one.by),
            "at": writing.local(one.at),
            "words": _without_ours(clean_text(one.words)),
        }
        for one in notice.shown
    )
    values = {**writing.case(about, about.language), "agent": agent, "words": words, "shown": shown}
    return Letter(
        "forwarded", about.language, values, (notice.to,), "f", None,
        sender=f"{agent}, {writing.desk}" if agent else writing.desk, thread=notice.thread, due_at=notice.due_at,
        change=notice.change, files=notice.files,
    )  # fmt: skip


def _without_ours(text: str) -> str:
    """A requester may have quoted his answer address, which speaks for him."""
    return "\n".join(line for line in text.strip("\n").split("\n") if not marks.looks_like_ours(line))


def _requester_receipt(writing: Writing, notice: RequesterReceipt) -> Letter:
    values = {
        "desk": writing.desk,
        "number": writing.number,
        "name": clean_header(notice.to.name),
        "lines": lines(notice.lines, notice.language),
    }
    return Letter(
        "requester_receipt", notice.language, values, (notice.to,), "r" if notice.about else None, "auto-replied",
        thread=notice.thread, foot=_FOOT if notice.about and notice.about.status != "closed" else (),
    )  # fmt: skip


def _approval_request(writing: Writing, notice: ApprovalRequest) -> Letter:
    asker = notice.about.requester
    values = {
        **writing.case(notice.about, notice.language),
        "name": clean_header(notice.to.name),
        "organisation": clean_header(notice.organisation),
        "requester": clean_header(f"{asker.name} <{asker.address}>" if asker.name else asker.address),
        "words": clean_text(notice.words).strip("\n")[:MOST_WORDS],
    }
    return Letter(
        "approval_request", notice.language, values, (notice.to,), "f", "auto-generated", message=notice.message,
        foot=("yes", "no"),
    )  # fmt: skip


def _without_delimiter(signature: str) -> str:
    """A signature without its `-- ` line: readers drop what is below it when they quote, and with it our last line."""
    first, *rest = signature.strip("\n").split("\n")
    return "\n".join(rest if first.rstrip() == "--" else (first, *rest)).strip("\n")


LETTERS: dict[type, Callable[..., Letter]] = {
    Acknowledgement: _acknowledgement,
    FyiAnswer: _fyi_answer,
    ReplyToRequester: _reply,
    Completed: _completed,
    Taken: _taken,
    OpenedForYou: _opened_for_you,
    Estimate: _estimate,
    Merged: _another_number("merged"),
    Parted: _another_number("parted"),
    Forwarded: _forwarded,
    SatisfactionRequest: _satisfaction_request,
    RequesterReceipt: _requester_receipt,
    ApprovalRequest: _approval_request,
}
"""Notice -> who writes its letter: `(writing, notice) -> Letter`."""
