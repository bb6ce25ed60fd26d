"""Notice to mail: who it is from, where it hangs, what it says, and the address an answer must be sent to.

    what                       Reply-To   Auto-Submitted    echoes
    acknowledgement            r          auto-replied      the subject and name of a proven author, else nothing
    fyi answer                 r          auto-replied      nothing
    requester's receipt        r          auto-replied      lines made by the desk
    completed, opened for you  r          auto-generated    subject, title, resolution
    estimate                   r (or c)   auto-generated    subject, title, the agent's price
    merged, parted             r          auto-generated    title, numbers
    forwarded                  f          none              an agent's words, and the messages he chose
    an agent's public words    r          none              words and signature; nothing says "automatic"
    alert                      p or n     auto-generated    what the agent may read
    reminder                   n          auto-generated    what he had written
    escalation                 n          auto-generated    what the agent may read; no Reply-To beyond the house
    receipt                    n (or p)   auto-replied      what he wrote
    digest, handed over        n          auto-generated    lines made by the desk
    alarm                      none       auto-generated    lines made by the desk

Every mail bears its signed id three times, as Message-ID, first in References and in its last line, because some
providers rewrite the first (RULES 3). Pure: same notice, time and row, same bytes. What a letter says is in
`to_requesters` and `to_agents`; here is how it becomes a mail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import format_datetime
from typing import Literal
from zoneinfo import ZoneInfo

from markupsafe import escape

from mailgate.mail import NULL_SENDER, OutboundMail, domain_of
from mailgate.outbound import marks
from mailgate.outbound.compose import foot, page, to_agents, to_requesters
from mailgate.outbound.compose.letter import WORDS_HERE, Letter, Writing, file_name
from mailgate.outbound.gate import check_outgoing
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
from mailgate.outbound.templates import Rendered, Templates
from mailgate.tokens import Signer
from ticketing import case_number
from ticketing.model import NO_SUBJECT, Person
from ticketing.notices import (
    AlertDigest,
    ConfirmationRequest,
    HandedOver,
    Notice,
    OperatorAlarm,
    Receipt,
    Reminder,
    RequesterReceipt,
    Sheet,
    Thread,
)

MOST_REFERENCES = 20
LOOP_HEADER = "X-Mailgate-Loop"
# They name the mailbox they are sent from, since they may be about no ticket.
_OF_A_MAILBOX = (
    RequesterReceipt,
    Receipt,
    Sheet,
    ConfirmationRequest,
    Reminder,
    AlertDigest,
    HandedOver,
    OperatorAlarm,
)
LETTERS: dict[type, Callable[..., Letter]] = {**to_requesters.LETTERS, **to_agents.LETTERS}


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
        notice = _outward(notice)
        writing = self._writing(notice, now, row)
        letter = LETTERS[type(notice)](writing, notice)
        return self._post(type(notice).__name__, letter, writing, files or {})

    def _writing(self, notice: Notice, now: datetime, row: str) -> Writing:
        if isinstance(notice, _OF_A_MAILBOX):
            mailbox = notice.mailbox
        else:
            mailbox = notice.about.mailbox
        mailbox = mailbox or self._settings.mailbox
        return Writing(
            desk=self._desk,
            zone=self._zone,
            tag_words=self._settings.tag_words,
            signer=self._signer,
            about=None if isinstance(notice, AlertDigest | HandedOver | OperatorAlarm) else notice.about,
            mailbox=mailbox,
            plus=self._settings.plus_addressing.get(mailbox, True),
            now=now,
            row=row,
        )

    def _post(self, notice: str, letter: Letter, writing: Writing, octets: Mapping[str, bytes]) -> OutboundMail:
        mailbox, case, row = writing.mailbox, writing.number, writing.row
        message_id = self._signer.message_id(domain_of(mailbox), case, row)
        rendered = self._templates.render(letter.template, letter.language, letter.values)
        # Somebody whom we write to first has nothing that we answer.
        first = letter.automatic is None and letter.thread.in_reply_to is None
        subject = _subject(rendered.subject, writing, first=first)
        to = _each_once(letter.to, but=())
        cc = _each_once(letter.cc, but=(mailbox, *(one.address for one in to)))
        headers = [
            address_header("From", [(letter.sender or self._desk, mailbox)]),
            address_header("To", [(one.name, one.address) for one in to]),
            *([address_header("Cc", [(one.name, one.address) for one in cc])] if cc else []),
            *([Header("Reply-To", (writing.address(letter.answers_to),))] if letter.answers_to is not None else []),
            text_header("Subject", subject),
            Header("Date", (format_datetime(writing.now.astimezone(self._zone)),)),
            Header("Message-ID", (message_id,)),
            *_thread_headers(message_id, letter.thread),
            *self._automatic(letter, case, row),
        ]
        files = [
            Enclosure(file_name(file), file.content_type, octets[file.sha256])
            for file in letter.files
            if file.sha256 in octets
        ]
        text = self._text(letter, rendered.text, writing)
        html = self._html(letter, rendered, writing)
        data = mail_bytes(headers, text, files, f"=_mailgate_{row}", html)
        recipients = tuple(one.address for one in (*to, *cc))
        set_headers = [*(header.name for header in headers), *mime_headers(files, html)]
        check_outgoing(data, set_headers, recipients, mailbox=mailbox, smtputf8=self._settings.smtputf8)
        return OutboundMail(
            row=row,
            message_id=message_id,
            mail_from=self._envelope_sender(letter.automatic is not None, writing),
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
            due_at=letter.due_at or writing.now,
            change=letter.change,
            automatic=letter.automatic is not None,
            purpose=letter.answers_to,
            template_fault=str(rendered.fault) if rendered.fault else None,
        )

    def _automatic(self, letter: Letter, case: str | None, row: str) -> list[Header]:
        """RFC 3834, Exchange's own word for it, and our signed mark; nothing on what a person wrote."""
        if letter.automatic is None:
            return []
        return [
            Header("Auto-Submitted", (letter.automatic,)),
            text_header("X-Auto-Response-Suppress", letter.suppress),
            Header(LOOP_HEADER, (self._signer.loop_header(case, row),)),
        ]

    def _text(self, letter: Letter, text: str, writing: Writing) -> str:
        if letter.head:
            words = marks.sign_words(letter.words) if letter.inside else letter.words
            text = f"{letter.head}\n\n{_around_words(text, words)}"
        if letter.foot:
            text = f"{text}\n\n{foot.as_text(letter.foot, writing, letter.language)}"
        return clean_text(f"{text}\n\n{marks.REF} {self._signer.body_id(writing.number, writing.row)}\n")

    def _html(self, letter: Letter, rendered: Rendered, writing: Writing) -> str | None:
        """The whole page, with the same last lines as the text. No colours of ours: the reader's own, light or dark."""
        html = rendered.html
        if html is None and page.has_links(letter, rendered.text, writing.row):
            html = page.as_html(letter, rendered.text, writing.row)
        if html is None:
            return None
        return clean_text(
            f'<!DOCTYPE html>\n<html lang="{escape(rendered.language)}">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="color-scheme" content="light dark">\n</head>\n<body>\n'
            f"{html}\n{foot.as_html(letter.foot, writing, letter.language)}\n"
            f"<p>{marks.REF} {escape(self._signer.body_id(writing.number, writing.row))}</p>\n</body>\n</html>\n"
        )

    def _envelope_sender(self, automatic: bool, writing: Writing) -> str:
        wish = self._settings.envelope
        if wish == "null" and automatic:
            return NULL_SENDER
        return writing.mailbox if wish == "mailbox" else writing.address("b")


def _subject(text: str, writing: Writing, *, first: bool) -> str:
    """The template's subject with the case's tag, exactly once, and no old tag of ours; at most 200 characters."""
    about = writing.about
    if about is None:
        return clean_header(text)
    tag = case_number.tag(about.number, clean_header(about.tag_word))
    rest = writing.without_tags(clean_header(text), about)
    reply = "Re: " if rest.lower().startswith("re:") else ""
    rest = rest[3:].strip() if reply else rest
    reply = "" if first else reply
    return clean_header(f"{reply}{tag} {rest}", MOST_OF_A_HEADER)


def _outward(notice: Notice) -> Notice:
    """To people outside, a ticket has no title that is for agents alone."""
    if type(notice) not in to_requesters.LETTERS or isinstance(notice, OperatorAlarm | AlertDigest | HandedOver):
        return notice
    about = notice.about
    if about is None or not about.title_inside:
        return notice
    return replace(notice, about=replace(about, title=NO_SUBJECT, subject=""))


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
        words if line.strip() == WORDS_HERE else marks.sign(line).replace(WORDS_HERE, words) for line in lines
    )


def _each_once(people: Iterable[Person], but: Sequence[str]) -> list[Person]:
    found: dict[str, Person] = {}
    for one in people:
        if one.address not in but:
            found.setdefault(one.address, one)
    return list(found.values())
