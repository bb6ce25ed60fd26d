"""Notice to mail: who it is from, where it hangs, what it says, and the address an answer must be sent to.

    what                       Reply-To   Auto-Submitted    echoes
    acknowledgement            r          auto-replied      the subject and name of a proven author, else nothing
    fyi answer                 r          auto-replied      nothing
    requester's receipt        r          auto-replied      lines made by the desk
    completed, opened for you  r          auto-generated    subject, title, resolution
    an agent's public words    r          none              words and signature; nothing says "automatic"
    alert                      p or n     auto-generated    what the agent may read
    escalation                 n          auto-generated    what the agent may read; no Reply-To beyond the house
    receipt                    n (or p)   auto-replied      what he wrote
    digest, alarm              none       auto-generated    lines made by the desk

Every mail bears its signed id three times, as Message-ID, first in References and in its last line, because some
providers rewrite the first (RULES 3). Pure: same notice, time and row, same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Literal, assert_never
from zoneinfo import ZoneInfo

from markupsafe import escape

from mailgate.mail import NULL_SENDER, OutboundMail, domain_of
from mailgate.outbound import marks
from mailgate.outbound.gate import GateRefused, check_outgoing
from mailgate.outbound.mime import (
    MOST_OF_A_HEADER,
    Enclosure,
    Header,
    address_header,
    clean_header,
    clean_ids,
    clean_text,
    mail_bytes,
    mime_headers,
    text_header,
)
from mailgate.outbound.sayings import saying
from mailgate.outbound.templates import Rendered, Templates
from mailgate.tokens import Signer
from ticketing import case_number
from ticketing.model import NO_SUBJECT, File, Person
from ticketing.notices import (
    About,
    Acknowledgement,
    AgentAlert,
    AlertDigest,
    Completed,
    Escalation,
    FyiAnswer,
    Notice,
    OpenedForYou,
    OperatorAlarm,
    Receipt,
    ReplyToRequester,
    RequesterReceipt,
    Thread,
)
from ticketing.saying import Said, say

MOST_REFERENCES = 20
LOOP_HEADER = "X-Mailgate-Loop"

# Bounces must come: else we would never hear that an agent's alerts do not arrive.
_FOR_STAFF = "OOF, AutoReply"
# A line of its own that the agent's template puts where the words go; a noncharacter, never part of a text.
_WORDS_HERE = "\ufdd0"
_REPLY_PREFIXES = re.compile(r"\A(?:(?:re|sv|vs|aw|antw|ang)(?:\[\d{1,3}\])?\s?:\s?)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ComposeSettings:
    """`desk`: its display name. `mailbox`: what a mail without one is sent from. `plus_addressing`: a mailbox's
    canonical address -> whether its server knows `+tag` (default yes). `tag_words`: of all mailboxes, to find old tags
    in subjects. `smtputf8`: the relay carries non-ASCII local parts; without it the gate refuses such recipients."""

    desk: str
    mailbox: str
    timezone: str = "UTC"
    envelope: Literal["signed", "mailbox", "null"] = "signed"
    plus_addressing: Mapping[str, bool] = field(default_factory=dict)
    tag_words: tuple[str, ...] = ()
    smtputf8: bool = False


@dataclass(frozen=True, slots=True)
class _Letter:
    """What differs from notice to notice. `answers_to`: the purpose of the Reply-To, None for no own address.
    `automatic`: the word of Auto-Submitted (RFC 3834), None for an agent's own words. `head`: the first lines of a mail
    to an agent; where it stands, what the template says is signed, and `words` are put in as they are. `suppress`:
    which automatic answers Exchange shall not send (MS-OXCMAIL X-Auto-Response-Suppress)."""

    template: str
    language: str
    values: Mapping[str, object]
    mailbox: str
    to: tuple[Person, ...]
    answers_to: str | None
    automatic: Literal["auto-replied", "auto-generated"] | None
    about: About | None = None
    cc: tuple[Person, ...] = ()
    sender: str = ""
    thread: Thread = field(default_factory=Thread)
    head: str = ""
    words: str = ""
    agent: str | None = None
    message: int | None = None
    due_at: datetime | None = None
    suppress: str = "All"
    files: tuple[File, ...] = ()


class Composer:
    def __init__(self, signer: Signer, templates: Templates, settings: ComposeSettings) -> None:
        self._signer = signer
        self._templates = templates
        self._settings = settings
        self._zone = ZoneInfo(settings.timezone)
        self._desk = clean_header(settings.desk)

    def compose(
        self, notice: Notice, *, now: datetime, row: str, files: Mapping[str, bytes] | None = None
    ) -> OutboundMail:
        """The mail that tells `notice`; `row` is its new public id (tokens.new_row), `files` the octets of its files by
        sha256. Raises GateRefused for a recipient that cannot be written to and for an answer with a line of an alert
        left in it; no other text makes it raise."""
        return self._post(type(notice).__name__, self._letter(notice), now, row, files or {})

    def _letter(self, notice: Notice) -> _Letter:
        match notice:
            case Acknowledgement():
                return self._acknowledgement(notice)
            case FyiAnswer():
                return self._fyi_answer(notice)
            case ReplyToRequester():
                return self._reply(notice)
            case Completed():
                return self._completed(notice)
            case OpenedForYou():
                return self._opened_for_you(notice)
            case RequesterReceipt():
                return self._requester_receipt(notice)
            case AgentAlert():
                return self._agent_alert(notice)
            case Escalation():
                return self._escalation(notice)
            case AlertDigest():
                return self._alert_digest(notice)
            case Receipt():
                return self._receipt(notice)
            case OperatorAlarm():
                return self._operator_alarm(notice)
            case _:
                assert_never(notice)

    # ---- to requesters ----------------------------------------------------------------------------------------------

    def _acknowledgement(self, notice: Acknowledgement) -> _Letter:
        about = notice.about
        if notice.reveal:
            template, to, thread = "acknowledgement", notice.to, notice.thread
            values = {**self._case(about, about.language), "name": clean_header(notice.to.name)}
        else:
            template, to, thread = "acknowledgement_plain", _nameless(notice.to), _last_only(notice.thread)
            values = self._number_only(about)
        values |= {"follows_up": notice.follows_up, "promised_at": self._local(notice.promised_at)}
        return _Letter(
            template, about.language, values, about.mailbox,
            (to,), "r", "auto-replied", about=about, thread=thread,
        )  # fmt: skip

    def _fyi_answer(self, notice: FyiAnswer) -> _Letter:
        about = notice.about
        return _Letter(
            "fyi_answer", about.language, self._number_only(about), about.mailbox,
            (_nameless(notice.to),), "r", "auto-replied", about=about, thread=_last_only(notice.thread),
        )  # fmt: skip

    def _reply(self, notice: ReplyToRequester) -> _Letter:
        about, agent = notice.about, _first_name(notice.agent_name)
        words = clean_text(notice.words).strip("\n")
        # The desk has looked before; this is the last wall between a note and a stranger, on every path (RULES 6).
        if any(marks.looks_like_ours(line) for line in words.split("\n")):
            raise GateRefused(say("a line or an address of an alert stands in the answer"))
        values = {
            **self._case(about, about.language),
            "agent": agent,
            "words": words,
            "signature": _without_delimiter(clean_text(notice.signature or "")) or None,
        }
        return _Letter(
            "reply", about.language, values, about.mailbox, (notice.to,), "r", None, about=about,
            cc=notice.cc, sender=f"{agent}, {self._desk}" if agent else self._desk, thread=notice.thread,
            message=notice.message, due_at=notice.due_at, files=notice.files,
        )  # fmt: skip

    def _completed(self, notice: Completed) -> _Letter:
        about = notice.about
        values = {
            **self._case(about, about.language),
            "name": clean_header(notice.to.name),
            "resolution": clean_text(notice.resolution or "").strip() or None,
            "closes_on": notice.closes_at.astimezone(self._zone).date(),
        }
        return _Letter(
            "completed", about.language, values, about.mailbox, (notice.to,), "r", "auto-generated",
            about=about, thread=notice.thread, message=notice.message, due_at=notice.due_at,
        )  # fmt: skip

    def _opened_for_you(self, notice: OpenedForYou) -> _Letter:
        about = notice.about
        values = {**self._case(about, about.language), "name": clean_header(notice.to.name)}
        return _Letter(
            "opened_for_you", about.language, values, about.mailbox, (notice.to,), "r",
            "auto-generated", about=about, thread=notice.thread,
        )  # fmt: skip

    def _requester_receipt(self, notice: RequesterReceipt) -> _Letter:
        about = notice.about
        values = {
            "desk": self._desk,
            "number": about.number if about else None,
            "name": clean_header(notice.to.name),
            "lines": _lines(notice.lines, notice.language),
        }
        return _Letter(
            "requester_receipt", notice.language, values, notice.mailbox, (notice.to,),
            "r" if about else None, "auto-replied", about=about, thread=notice.thread,
        )  # fmt: skip

    # ---- to agents and operators ------------------------------------------------------------------------------------

    def _agent_alert(self, notice: AgentAlert) -> _Letter:
        about = notice.about
        # Somebody's own words are never looked up; the desk's own are.
        told = saying(notice.words, notice.language) if isinstance(notice.words, Said) else notice.words
        words = clean_text(told).strip("\n")
        # Only a requester's own words may be quoted back to him; a note's or an outsider's are signed like our lines.
        quotable = notice.answer == "p" and "external" not in notice.badges
        values = {
            **self._case(about, notice.language),
            "why": clean_header(notice.why),
            # A person's name is never looked up, whatever it reads.
            "by": clean_header(saying(notice.by, notice.language) if isinstance(notice.by, Said) else notice.by),
            "organisation": clean_header(notice.organisation or "") or None,
            "words": _WORDS_HERE if words else "",
            "files": tuple({"name": _file_name(file, notice.language), "size": file.size} for file in notice.files),
            "badges": _lines(notice.badges, notice.language),
            "hints": _lines(notice.hints, notice.language),
            "assignee": clean_header(notice.assignee or "") or None,
            "waiting": clean_header(notice.waiting or "") or None,
            "promised_at": self._local(notice.promised_at),
            "answer": notice.answer,
        }
        return _Letter(
            "agent_alert", notice.language, values, about.mailbox, (notice.to,), notice.answer,
            "auto-generated", about=about, thread=notice.thread, agent=notice.agent_id, message=notice.message,
            head=_head(notice.answer, notice.goes_to or (about.requester.address,), notice.language),
            words=words if quotable else marks.sign_words(words), suppress=_FOR_STAFF,
        )  # fmt: skip

    def _escalation(self, notice: Escalation) -> _Letter:
        about = notice.about
        values = {
            **self._case(about, notice.language),
            "target": clean_header(notice.target),
            "level": notice.level,
            "repeat": notice.repeat,
            "due_at": self._local(notice.due_at),
            "started_at": self._local(notice.started_at),
            "late_intake": notice.late_intake,
            "requester": clean_header(about.requester.name or about.requester.address),
            "assignee": clean_header(notice.assignee or "") or None,
        }
        # Whoever is no agent has no address here that takes his answer.
        answers_to = "n" if notice.agent_id is not None else None
        head = _head("n", (), notice.language) if answers_to else marks.marker(notice.language)
        return _Letter(
            "escalation", notice.language, values, about.mailbox, (notice.to,), answers_to, "auto-generated",
            about=about, thread=notice.thread, agent=notice.agent_id, head=head, suppress=_FOR_STAFF,
        )  # fmt: skip

    def _alert_digest(self, notice: AlertDigest) -> _Letter:
        values = {"desk": self._desk, "lines": _lines(notice.lines, notice.language)}
        return _Letter(
            "alert_digest", notice.language, values, notice.mailbox, (notice.to,), None,
            "auto-generated", agent=notice.agent_id, head=marks.marker(notice.language), suppress=_FOR_STAFF,
        )  # fmt: skip

    def _receipt(self, notice: Receipt) -> _Letter:
        about = notice.about
        words = clean_text(notice.returned_words).strip("\n")
        values = {
            "desk": self._desk,
            "number": about.number if about else None,
            "title": _title(about, notice.language) if about else None,
            "done": notice.done,
            "lines": _lines(notice.lines, notice.language),
            "returned_words": _WORDS_HERE if words else "",
        }
        tongue = notice.language
        head = _head(notice.answer, (about.requester.address,), tongue) if about else marks.marker(tongue)
        return _Letter(
            "receipt", notice.language, values, notice.mailbox, (notice.to,),
            notice.answer if about else None, "auto-replied", about=about, thread=notice.thread, agent=notice.agent_id,
            head=head, words=words, suppress=_FOR_STAFF,
        )  # fmt: skip

    def _operator_alarm(self, notice: OperatorAlarm) -> _Letter:
        values = {
            "desk": self._desk,
            "name": clean_header(notice.name),
            "headline": clean_header(saying(notice.headline, notice.language)),
            "lines": _lines(notice.lines, notice.language),
            "ended": notice.ended,
        }
        return _Letter(
            "operator_alarm", notice.language, values, notice.mailbox, notice.operators, None,
            "auto-generated", suppress=_FOR_STAFF,
        )  # fmt: skip

    # ---- what all have in common ------------------------------------------------------------------------------------

    def _post(self, notice: str, letter: _Letter, now: datetime, row: str, octets: Mapping[str, bytes]) -> OutboundMail:
        case = letter.about.number if letter.about else None
        mailbox = letter.mailbox or self._settings.mailbox
        message_id = self._signer.message_id(domain_of(mailbox), case, row)
        rendered = self._templates.render(letter.template, letter.language, letter.values)
        subject = self._subject(rendered.subject, letter.about)
        to = _each_once(letter.to, but=())
        cc = _each_once(letter.cc, but=(mailbox, *(one.address for one in to)))
        headers = [
            address_header("From", [(letter.sender or self._desk, mailbox)]),
            address_header("To", [(one.name, one.address) for one in to]),
            *([address_header("Cc", [(one.name, one.address) for one in cc])] if cc else []),
            *self._reply_to(letter.answers_to, mailbox, case, row),
            text_header("Subject", subject),
            Header("Date", (format_datetime(now.astimezone(self._zone)),)),
            Header("Message-ID", (message_id,)),
            *_thread_headers(message_id, letter.thread),
            *self._automatic(letter, case, row),
        ]
        files = [
            Enclosure(_file_name(file), file.content_type, octets[file.sha256])
            for file in letter.files
            if file.sha256 in octets
        ]
        text = self._text(letter, rendered.text, case, row)
        html = self._html(rendered, case, row)
        data = mail_bytes(headers, text, files, f"=_mailgate_{row}", html)
        recipients = tuple(one.address for one in (*to, *cc))
        set_headers = [*(header.name for header in headers), *mime_headers(files, html)]
        check_outgoing(data, set_headers, recipients, mailbox=mailbox, smtputf8=self._settings.smtputf8)
        return OutboundMail(
            row=row,
            message_id=message_id,
            mail_from=self._envelope_sender(letter.automatic is not None, mailbox, case, row),
            rcpt_to=recipients,
            data=data,
            notice=notice,
            template=rendered.template,
            subject=subject,
            mailbox=mailbox,
            ticket=case,
            issued_to=letter.to[0].address if letter.answers_to else None,
            agent=letter.agent,
            answers=letter.message,
            due_at=letter.due_at or now,
            automatic=letter.automatic is not None,
            purpose=letter.answers_to,
            template_fault=str(rendered.fault) if rendered.fault else None,
        )

    def _subject(self, text: str, about: About | None) -> str:
        """The template's subject with the case's tag, exactly once, and no old tag of ours; at most 200 characters."""
        if about is None:
            return clean_header(text)
        tag = case_number.tag(about.number, clean_header(about.tag_word))
        rest = self._without_tags(clean_header(text), about)
        reply = "Re: " if rest.lower().startswith("re:") else ""
        rest = rest[3:].strip() if reply else rest
        return clean_header(f"{reply}{tag} {rest}", MOST_OF_A_HEADER)

    def _without_tags(self, subject: str, about: About) -> str:
        return case_number.without_tags(subject, {*self._settings.tag_words, about.tag_word} - {""})

    def _reply_to(self, purpose: str | None, mailbox: str, case: str | None, row: str) -> list[Header]:
        if purpose is None:
            return []
        signed = self._signer.address(purpose, mailbox, case, row) if self._plus(mailbox) else mailbox
        return [Header("Reply-To", (signed,))]

    def _automatic(self, letter: _Letter, case: str | None, row: str) -> list[Header]:
        """RFC 3834, Exchange's own word for it, and our signed mark; nothing on what a person wrote."""
        if letter.automatic is None:
            return []
        return [
            Header("Auto-Submitted", (letter.automatic,)),
            text_header("X-Auto-Response-Suppress", letter.suppress),
            Header(LOOP_HEADER, (self._signer.loop_header(case, row),)),
        ]

    def _text(self, letter: _Letter, text: str, case: str | None, row: str) -> str:
        if letter.head:
            text = f"{letter.head}\n\n{_around_words(text, letter.words)}"
        return clean_text(f"{text}\n\n{marks.REF} {self._signer.body_id(case, row)}\n")

    def _html(self, rendered: Rendered, case: str | None, row: str) -> str | None:
        """The whole page, with the same last line as the text. No colours of ours: the reader's own, light or dark."""
        if rendered.html is None:
            return None
        return clean_text(
            f'<!DOCTYPE html>\n<html lang="{escape(rendered.language)}">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="color-scheme" content="light dark">\n</head>\n<body>\n'
            f"{rendered.html}\n<p>{marks.REF} {escape(self._signer.body_id(case, row))}</p>\n</body>\n</html>\n"
        )

    def _envelope_sender(self, automatic: bool, mailbox: str, case: str | None, row: str) -> str:
        wish = self._settings.envelope
        if wish == "null" and automatic:
            return NULL_SENDER
        if wish == "mailbox" or not self._plus(mailbox):
            return mailbox
        return self._signer.address("b", mailbox, case, row)

    def _local(self, moment: datetime | None) -> datetime | None:
        """A moment as the desk's clock shows it."""
        return moment.astimezone(self._zone) if moment is not None else None

    def _plus(self, mailbox: str) -> bool:
        return self._settings.plus_addressing.get(mailbox, True)

    def _case(self, about: About, language: str) -> dict[str, object]:
        """What a template may know of a ticket."""
        subject = self._without_tags(clean_header(about.subject), about)
        title = self._without_tags(_title(about, language), about)
        return {
            "desk": self._desk,
            "number": about.number,
            "title": title,
            "subject": _REPLY_PREFIXES.sub("", subject) or title,
            "status": about.status,
            "queue": clean_header(about.queue),
            "phone": clean_header(about.phone or "") or None,
        }

    def _number_only(self, about: About) -> dict[str, object]:
        """What a template may know when nothing that the sender wrote may be echoed."""
        return {"desk": self._desk, "number": about.number, "phone": clean_header(about.phone or "") or None}


def _thread_headers(message_id: str, thread: Thread) -> list[Header]:
    """In-Reply-To and References: our own id first, then the chain, oldest first, of which the newest are kept."""
    answered = clean_ids([thread.in_reply_to or ""])
    chain = [one for one in clean_ids(thread.references) if one not in (message_id, *answered)]
    chain = [*chain, *answered][-MOST_REFERENCES:]
    references = Header("References", (message_id, *chain))
    return [Header("In-Reply-To", tuple(answered)), references] if answered else [references]


def _around_words(text: str, words: str) -> str:
    """What the template says, signed line by line, with the words where it wants them."""
    lines = text.split("\n")
    return "\n".join(
        words if line.strip() == _WORDS_HERE else marks.sign(line).replace(_WORDS_HERE, words) for line in lines
    )


def _last_only(thread: Thread) -> Thread:
    """The mail that is answered, without the chain that its sender put before it."""
    return Thread(in_reply_to=thread.in_reply_to)


def _nameless(person: Person) -> Person:
    return Person("", person.address)


def _each_once(people: Iterable[Person], but: Sequence[str]) -> list[Person]:
    found: dict[str, Person] = {}
    for one in people:
        if one.address not in but:
            found.setdefault(one.address, one)
    return list(found.values())


def _head(answer: str, goes_to: Sequence[str], language: str) -> str:
    return marks.head(answer, tuple(map(clean_header, goes_to)), language)


def _title(about: About, language: str) -> str:
    """The ticket's title; where it came without words, the desk's own for that."""
    return clean_header(saying(NO_SUBJECT, language) if about.title == NO_SUBJECT else about.title)


def _first_name(name: str) -> str:
    """`Kari` of `Kari Nordmann`; nothing where an address stands in a name's place: no agent's address goes out."""
    words = clean_header(name).split(",")[-1].split()
    return "" if not words or "@" in name else words[0]


def _without_delimiter(signature: str) -> str:
    """A signature without its `-- ` line: readers drop what is below it when they quote, and with it our last line."""
    lines = signature.strip("\n").split("\n")
    return "\n".join(lines[1:] if lines[0].rstrip() == "--" else lines).strip("\n")


def _lines(lines: Sequence[str], language: str) -> tuple[str, ...]:
    """Lines of the desk in the reader's language, each made one line; a long one is not cut."""
    return tuple(" ".join(clean_text(saying(line, language)).split("\n")).rstrip() for line in lines)


def _file_name(file: File, language: str = "en") -> str:
    if name := clean_header(file.filename or "", 150):
        return name
    return f"{saying('unnamed', language)} ({clean_header(file.content_type, 80)})"
