"""From what a reader found to what the desk decides upon: the kind, the mailbox, verified evidence, instructions."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from mailgate import spool
from mailgate.inbound import authentication, classify, file_words
from mailgate.inbound.agents_words import read_agents_words
from mailgate.inbound.authentication import Trust
from mailgate.inbound.bounces.reasons import sub_kind
from mailgate.inbound.command_lines import commands_in_subject, read_commands, stray_commands
from mailgate.inbound.contact_block import is_silent
from mailgate.inbound.forwards import Forwarded, inline_forward
from mailgate.mail import (
    Address,
    Attachment,
    BounceReport,
    InboundMail,
    Kind,
    KindFound,
    RawMail,
    Source,
    domain_of,
    valid_address,
    without_tag,
)
from mailgate.outbound.marks import holds_ours, looks_like_ours
from mailgate.outbound.sayings import saying
from mailgate.spool import InHand, Issued
from mailgate.tokens import PURPOSES, BadToken, Signer, Token
from ticketing.commands import Accept, Command, Reject
from ticketing.desk import SIGNATURES, Desk, Instructions
from ticketing.model import Bounce, EmbeddedMessage, Evidence, Failure, File, IncomingMessage, OwnWords, Person
from ticketing.policy import Agent, DeskPolicy
from ticketing.saying import say

WEAK_ABSENCE = timedelta(minutes=10)
NEWEST_TO = timedelta(days=5)
REFERENCES = 50


@dataclass(frozen=True, slots=True)
class Prepared:
    """A mail as the desk sees it, and what `explain` wants to show beside it."""

    message: IncomingMessage
    instructions: Instructions
    kind: KindFound
    tried: tuple[tuple[str, str | None], ...]


class Preparing:
    """Verifies what a mail claims and turns it into what the desk looks at. Reads the spool, changes nothing."""

    def __init__(self, signer: Signer, policy: DeskPolicy, trust: Trust) -> None:
        self._signer = signer
        self._policy = policy
        self._trust = trust
        self._box_of = {
            address: box.address for box in policy.mailboxes.values() for address in (box.address, *box.aliases)
        }
        self._without_tags = {box.address for box in policy.mailboxes.values() if not box.plus_addressing}

    def prepare(self, connection: sa.Connection, desk: Desk, in_hand: InHand, mail: InboundMail) -> Prepared:
        raw = in_hand.mail
        opaque = in_hand.attempts >= spool.OPAQUE_ATTEMPT
        if in_hand.attempts:
            mail = _with_whole_mail(mail, raw, self._policy.language)
        env_from = raw.envelope.mail_from
        if env_from is None and raw.source is Source.IMAP:
            env_from = classify.return_path(mail)
        tokens, bad_token = self._address_tokens(mail, raw.envelope.rcpt_to)
        thread_ids = list(dict.fromkeys((*mail.in_reply_to, *reversed(mail.references))))[:REFERENCES]
        thread_tokens = [(one, self._signer.read_message_id(one)) for one in thread_ids]
        body_tokens = self._signer.find_body_ids(mail.text)
        all_tokens = [*tokens, *(token for _, token in thread_tokens if token), *body_tokens]
        rows = spool.issued(connection, {token.row for token in all_tokens}) if all_tokens else {}
        author = mail.author.address if mail.author else None
        known = classify.KnownToUs(
            valid_loop_header=any(
                self._signer.read_loop_header(value) for value in mail.headers.get("x-mailgate-loop", ())
            ),
            message_id_is_ours=mail.message_id is not None
            and self._signer.read_message_id(mail.message_id) is not None,
            from_our_address=author is not None and self._mailbox_of(author) is not None,
            valid_bounce_token=any(token.purpose == "b" and token.row in rows for token in tokens),
            returned_mail_is_ours=mail.bounce is not None and self._returned(mail.bounce) is not None,
            refers_to_ours=any(token.row in rows for token in all_tokens),
            recent_mail_to_domain=author is not None
            and spool.wrote_to_domain(connection, domain_of(author), raw.received_at - WEAK_ABSENCE, raw.received_at),
            env_from=env_from,
            has_desk=True,
        )
        kind = classify.classify(mail, known)
        if in_hand.released and kind.kind is Kind.SELF and kind.rule == "self-address":
            kind = KindFound(Kind.PERSONAL, "released")
        agent = self._policy.agent_by_address(author) if author else None
        proof = authentication.authenticate(
            mail,
            source=Source.SMTP if raw.source is Source.TAKE else raw.source,
            peer=raw.peer,
            auth_user_owns_author=raw.auth_user is not None
            and author is not None
            and (raw.auth_user == author or (agent is not None and raw.auth_user in agent.addresses)),
            # One mailbox's server may be believed and another's not.
            trust=replace(self._trust, trust_imap_results=raw.mailbox in self._trust.imap_mailboxes),
        )
        evidence = [self._evidence(token, "address", rows) for token in tokens]
        evidence += [self._threaded(token, rows) for _, token in thread_tokens if token]
        evidence += [self._evidence(token, "body", rows) for token in body_tokens]
        proven = tuple(one for one in evidence if one)
        mailbox, addressed, only_in_cc, to_operators = self._mailbox(mail, raw.envelope.rcpt_to, raw.mailbox)
        asker, channel = self._asker(mail, mailbox)
        writer = asker or mail.author
        forward = self._forwarded(mail) if agent is not None and not proven else None
        ours = self._ours(desk, mail, proven) if agent is not None else frozenset()
        unread = agent is not None and in_hand.attempts > 0
        read = _unread(in_hand.id) if unread else self._instructions(desk, mail, proven, agent, forward, ours)
        instructions, own = read
        message = IncomingMessage(
            spool_id=in_hand.id,
            message_id=mail.message_id,
            fingerprint=mail.fingerprint,
            received_at=raw.received_at,
            sent_at=mail.sent_at,
            mailbox=mailbox,
            author=Person(writer.name, writer.address) if writer else None,
            reply_to=tuple(one.address for one in mail.reply_to),
            to=tuple(Person(one.name, one.address) for one in mail.to),
            cc=tuple(Person(one.name, one.address) for one in mail.cc),
            # What the form's domain proves, it proves of the form and of nobody who typed into it.
            auth="none" if asker and proof.result == "pass" else proof.result,
            auth_reason="smtp-auth" if proof.reason.startswith("SMTP AUTH") else proof.reason,
            kind=kind.kind.value,
            kind_rule=kind.rule,
            subject=mail.subject,
            text=mail.text,
            new_text=mail.new_text,
            html=mail.html,
            folds=tuple((fold.start, fold.end, fold.rule) for fold in mail.folds),
            files=tuple(
                File(one.filename, one.content_type, one.size, one.sha256, one.inline, inside=one.sha256 in ours)
                for one in mail.attachments
            ),
            language=mail.language,
            evidence=proven,
            bad_token=bad_token,
            other_ids=tuple(one for one, token in thread_tokens if token is None),
            addressed=addressed,
            only_in_cc=only_in_cc,
            forbids_answer=_forbids_answer(replace(mail, author=writer), env_from),
            quiet=opaque or raw.quiet,
            released=in_hand.released,
            bounce=self._bounce(connection, mail, tokens, raw.received_at) if kind.kind in _REPORTS else None,
            embedded=_embedded(mail, forward),
            own_words=own,
            channel=channel,
            to_operators=to_operators,
            importance=_importance(mail),
            defects=mail.defects,
        )
        tried = tuple(classify.explain(mail, known))
        return Prepared(message, instructions, kind, tried)

    # ---- to which of ours ---------------------------------------------------------------------------------------

    def _mailbox_of(self, address: str) -> str | None:
        return self._box_of.get(address) or self._box_of.get(without_tag(address))

    def _asker(self, mail: InboundMail, mailbox: str) -> tuple[Address | None, str]:
        """Who asks through a contact form or a chat that the operator named, and which of the two it is: its one
        Reply-To, of a chat else the first address in its words; never one of the house."""
        sender = mail.author.address if mail.author else ""
        forms = self._policy.mailboxes[mailbox].contact_form_senders
        channel = self._policy.channels.get(sender) or ("form" if sender in forms else "mail")
        if channel == "mail":
            return None, "mail"
        named = list(mail.reply_to) if len(mail.reply_to) == 1 else []
        if channel == "chat":
            found = (valid_address(one) for one in _ADDRESS.findall(mail.text[:_TRANSCRIPT]))
            named += [Address("", one) for one in found if one is not None]
        asker = next((one for one in named if not self._of_the_house(one.address, sender)), None)
        return asker, channel if asker or channel == "chat" else "mail"

    def _of_the_house(self, address: str, sender: str) -> bool:
        ours = self._mailbox_of(address) is not None or self._policy.agent_by_address(address) is not None
        return ours or address == sender

    def _mailbox(self, mail: InboundMail, rcpt_to: Sequence[str], given: str | None) -> tuple[str, bool, bool, bool]:
        """(the first of ours in To, then Cc, then RCPT; one of ours stands in To or Cc; only in Cc; it came to
        postmaster and to none of ours, so that the operators are meant: RFC 5321 4.5.1)."""
        in_to = [box for one in mail.to if (box := self._mailbox_of(one.address))]
        in_cc = [box for one in mail.cc if (box := self._mailbox_of(one.address))]
        in_rcpt = [box for one in rcpt_to if (box := self._mailbox_of(one))]
        first = next(iter((*in_to, *in_cc, *in_rcpt)), None) or (self._mailbox_of(given) if given else None)
        to_operators = first is None and any(one.startswith("postmaster@") for one in rcpt_to)
        box = first or next(iter(self._policy.mailboxes))
        return box, bool(in_to or in_cc), bool(in_cc and not in_to), to_operators

    # ---- tokens -------------------------------------------------------------------------------------------------

    def _address_tokens(self, mail: InboundMail, rcpt_to: Sequence[str]) -> tuple[list[Token], bool]:
        stated = [
            valid_address(value.strip().strip("<>"))
            for name in ("delivered-to", "x-original-to")
            for value in mail.headers.get(name, ())[:20]
        ]
        addresses = (*rcpt_to, *(one.address for one in (*mail.to, *mail.cc)), *(one for one in stated if one))
        tokens: list[Token] = []
        bad = False
        for address in dict.fromkeys(addresses):
            box = self._box_of.get(without_tag(address)) if "+" in address.partition("@")[0] else None
            if box is None:
                continue
            read = self._signer.read_address(address, box)
            if isinstance(read, Token):
                tokens.append(read)
            bad = bad or isinstance(read, BadToken)
        return list(dict.fromkeys(tokens)), bad

    def _threaded(self, token: Token, rows: dict[str, Issued]) -> Evidence | None:
        """A Message-ID of ours in the thread. Where the server knows no sub-addresses it carries what the answer
        address would have: whether an agent's words are an answer or a note (RULES 3)."""
        found = self._evidence(token, "thread", rows)
        row = rows.get(token.row)
        if found is None or row is None or row.purpose not in ("p", "n", "k", "f"):
            return found
        # Who answers what was forwarded to him may answer past its Reply-To, and is no participant all the same.
        if row.purpose != "f" and row.mailbox not in self._without_tags:
            return found
        return replace(found, purpose=row.purpose, via="address")

    def _evidence(self, token: Token, via: str, rows: dict[str, Issued]) -> Evidence | None:
        row = rows.get(token.row)
        if row is None:
            return None
        return Evidence(
            purpose=token.purpose,
            case=token.case,
            row=token.row,
            via=via,
            issued_to=row.issued_to,
            agent=row.agent,
            issued_at=row.posted_at,
            answers=row.answers,
            ticket=row.ticket or (token.case if token.case != "0" else None),
            notice=row.notice,
        )

    # ---- what is asked ------------------------------------------------------------------------------------------

    def _forwarded(self, mail: InboundMail) -> Forwarded | None:
        """What an agent forwards in his text; nobody asked who is one of our own addresses."""
        found = None if mail.embedded else inline_forward(mail.text, mail.subject)
        author = found.mail.author if found else None
        return None if author is None or self._mailbox_of(author.address) else found

    def _instructions(
        self,
        desk: Desk,
        mail: InboundMail,
        evidence: Sequence[Evidence],
        agent: Agent | None,
        forward: Forwarded | None,
        ours: Collection[str],
    ) -> tuple[Instructions, OwnWords | None]:
        if agent is None:
            asked = read_commands(mail.new_text, for_whom="requester")
            if asked.commands and mail.unseen:
                return Instructions(words=mail.new_text), None
            return Instructions(asked.commands, (), asked.rest), None
        ticket = next((one.ticket for one in evidence if one.ticket), None)
        theirs = desk.words_of_requester(ticket) if ticket else ""
        read = read_agents_words(mail, forward, theirs, agent.name, agent.addresses)
        words, asked = read.words, read.asked
        leftovers = (
            *read.leftovers,
            *(line for line in words.splitlines() if looks_like_ours(line)),
            *(line for one in asked.commands for line in _typed(one) if looks_like_ours(line)),
            *(
                say("the attached {file}", file=one.filename or one.content_type)
                for one in mail.attachments
                if one.content_type not in SIGNATURES and not one.inline and one.sha256 in ours
            ),
        )
        errors: list[str] = [error.text for error in asked.errors]
        if not asked.commands and is_silent(words, agent.name) and commands_in_subject(mail.subject):
            errors.append(say("Commands stand at the top of the text; in a subject none is read. Send it again."))
        if read.hidden:
            found = read.hidden[0][:60]
            errors = [say("Words are hidden in the HTML of this mail: “{text}”. Send it as plain text.", text=found)]
        if ticket and (among := [one for one in read.among if not looks_like_ours(one)]):
            told = "You seem to have written into the quote, which is not sent: “{text}”. Write above it; send again."
            errors.append(say(told, text=" / ".join(one[:60] for one in among[:5])))
        errors += _not_held(desk, agent, asked.commands)
        instructions = Instructions(
            asked.commands, tuple(errors), asked.rest, tuple(dict.fromkeys(leftovers)), stray_commands(asked.rest),
            inside_meant=any(error.nearest in (None, "note", "ask") for error in asked.errors),
        )  # fmt: skip
        return instructions, OwnWords(words, instructions.leftovers)

    def _ours(self, desk: Desk, mail: InboundMail, evidence: Sequence[Evidence]) -> frozenset[str]:
        """Which files of an agent's mail never leave the house, by their digests."""
        if not mail.attachments:
            return frozenset()
        ticket = next((one.ticket for one in evidence if one.ticket), None)
        is_kept = desk.says_what_is_kept(ticket) if ticket else lambda text: False
        addresses = tuple(self._policy.agent_of)
        beginnings = tuple(
            f"{box.partition('@')[0]}+{purpose}." for box in self._policy.mailboxes for purpose in PURPOSES
        )
        return frozenset(
            one.sha256
            for one in mail.attachments
            if one.content_type in SIGNATURES or _holds_ours(one, addresses, beginnings, is_kept)
        )

    # ---- bounces ------------------------------------------------------------------------------------------------

    def _returned(self, report: BounceReport) -> Token | None:
        if report.original_message_id and (token := self._signer.read_message_id(report.original_message_id)):
            return token
        return next(iter(self._signer.find_body_ids(report.returned_text)), None)

    def _bounce(
        self, connection: sa.Connection, mail: InboundMail, tokens: Sequence[Token], received_at: datetime
    ) -> Bounce:
        """Matches a report to the mail of ours it speaks of (RULES 7): token b, then the ids in what was returned, then
        our newest mail to the failed address."""
        # A mail to a bounce address that reports nothing (an absence note, say) is an entry and fails nobody.
        report = mail.bounce or BounceReport("delivered", (), None, None, mail.subject)
        failures = tuple(
            Failure(one.original or one.address, one.status, one.permanent, one.diagnostic, sub_kind(one))
            for one in report.failed
        )
        names = [token.row for token in tokens if token.purpose == "b"]
        if report.original_envelope_id:
            names += [token.row for token in self._signer.find_body_ids(report.original_envelope_id)]
        if token := self._returned(report):
            names.append(token.row)
        names += [token.row for token in self._signer.find_body_ids(mail.text)]
        names += [
            token.row for one in (*mail.in_reply_to, *mail.references) if (token := self._signer.read_message_id(one))
        ]
        for part in mail.attachments[:MAX_REPORT_PARTS]:
            if part.content_type in _REPORT_PARTS:
                text = part.data[:MAX_REPORT_PART].decode("latin-1")
                names += [token.row for token in self._signer.find_body_ids(text)]
        rows = spool.issued(connection, set(names)) if names else {}
        found = next((rows[name] for name in names if name in rows), None)
        foreign_id = report.original_message_id is not None and self._returned(report) is None
        proven = found is not None
        if found is not None:
            failures = _theirs(failures, spool.recipients_of(connection, found.row))
        else:
            # Also where the returned id is not ours: some providers rewrite it.
            for failure in failures:
                if found := spool.newest_to(connection, failure.address, received_at - NEWEST_TO):
                    break
        if found and not report.failed and found.issued_to and report.kind not in ("delivered", "delayed"):
            failures = (Failure(found.issued_to, "", False, report.reason, report.kind),)
        return Bounce(
            kind=report.kind,
            reason=report.reason,
            failures=failures,
            row=found.row if found else None,
            ticket=found.ticket if found else None,
            public=found is not None and found.agent is None,
            agent=found.agent if found else None,
            ours=not foreign_id,
            message=found.answers if found and found.notice == "ReplyToRequester" else None,
            notice=found.notice if found else "",
            proven=proven,
        )


def _theirs(failures: tuple[Failure, ...], recipients: Sequence[str]) -> tuple[Failure, ...]:
    """The failures of those we wrote to. Whoever got a mail of ours can return its id and name anybody as failed; and a
    forwarder names an address that we never used."""
    ours = tuple(one for one in failures if one.address in recipients)
    if ours or len(recipients) != 1:
        return ours
    return tuple(replace(one, address=recipients[0]) for one in failures[:1])


def _holds_ours(
    file: Attachment, addresses: Sequence[str], beginnings: Sequence[str], is_kept: Callable[[str], bool]
) -> bool:
    """An attached mail may be the alert itself, and so may a text, under whatever type and name; and no file goes out
    that names an agent's address or an answer address, or says what a note says (`is_kept`)."""
    data, name = file.data, file.filename or ""
    if file_words.holds_mail(file.content_type, name, data):
        return True

    def names_us(text: str) -> bool:
        plain = text.casefold()
        return any(one in plain for one in (*addresses, *beginnings)) or holds_ours(text)

    # Addresses are looked for in the whole file; UTF-16 has a NUL beside each plain letter.
    whole = data.replace(b"\0", b"").lower()
    if any(one.encode() in whole for one in (*addresses, *beginnings)):
        return True
    names = file_words.names_in(name, data)
    return any(names_us(text) or is_kept(text) for text in (*names, *file_words.texts_in(data)))


def _typed(command: Command) -> list[str]:
    """The lines of text within a command, as a title without its quotes."""
    values = (getattr(command, one.name) for one in fields(command))
    return [line for value in values if isinstance(value, str) for line in value.splitlines()]


def _not_held(desk: Desk, agent: Agent, asked: Sequence[Command]) -> list[str]:
    """What `!accept` and `!reject` name by a number must wait for a decision, and be for a queue that this agent may
    see; people are known to the desk."""
    named = [one.id for one in asked if isinstance(one, (Accept, Reject)) and _is_number(one.id)]
    ids = {name: int(name.lstrip("#")) for name in named if len(name) < 19}
    held = {
        one
        for one, (number, addresses) in (spool.held(desk.connection, ids.values()) if ids else {}).items()
        if not desk.hides(agent, number, addresses)
    }
    return [
        say("There is no held mail {name}; your operator lists them with `mailgate spool held`.", name=name)
        for name in named
        if ids.get(name) not in held
    ]


def _is_number(name: str) -> bool:
    return name.isascii() and name.lstrip("#").isdecimal()


# Where a receipt or a complaint names the mail it is about (RFC 8098 3.2, RFC 5965 2).
_REPORT_PARTS = frozenset({
    "message/disposition-notification",
    "message/feedback-report",
    "message/rfc822",
    "message/rfc822-headers",
    "text/rfc822-headers",
})  # fmt: skip
MAX_REPORT_PARTS = 20
MAX_REPORT_PART = 65_536
# A transcript names who chats near its top.
_TRANSCRIPT = 20_000
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_REPORTS = (Kind.BOUNCE, Kind.RECEIPT, Kind.COMPLAINT)


def _unread(spool_id: int) -> tuple[Instructions, OwnWords | None]:
    """An agent's mail of which only the headers were read: what he wants of the desk is not known."""
    kept = say(
        "The mail could not be read, so nothing in it was done. It is kept as it came: mail {id} of the spool.",
        id=spool_id,
    )
    return Instructions(errors=(kept,)), OwnWords("")


def _with_whole_mail(mail: InboundMail, raw: RawMail, language: str) -> InboundMail:
    """A mail that could not be read whole carries its own bytes as a file, so that a person can. What is said of it
    becomes the message's text, in the language of the desk."""
    data = raw.data
    whole = Attachment("mail.eml", "message/rfc822", len(data), hashlib.sha256(data).hexdigest(), inline=False)
    text = mail.text or saying(say("(This mail could not be read whole. It is attached as it came.)"), language)
    if raw.whole_size:
        too_large = say(
            "(This mail has {size} MB and was too large to be taken. Its beginning is attached; the whole mail lies in "
            "the mailbox {mailbox}.)",
            size=f"{raw.whole_size / 2**20:.0f}",
            mailbox=raw.mailbox,
        )
        text = f"{saying(too_large, language)}\n\n{mail.text}".rstrip()
    return replace(mail, text=text, new_text=mail.new_text or text, attachments=(*mail.attachments, whole))


def _forbids_answer(mail: InboundMail, env_from: str | None) -> str | None:
    """Why nothing automatic may answer, whether to the author or to where he wants answers sent; or None."""
    if reason := classify.forbids_automatic_answer(mail, env_from):
        return reason
    deaf = next((one.address for one in mail.reply_to if classify.never_answers(one.address)), None)
    return f"{deaf} never reads answers" if deaf else None


def _embedded(mail: InboundMail, forward: Forwarded | None) -> EmbeddedMessage | None:
    if not mail.embedded and forward is None:
        return None
    first = forward.mail if forward else mail.embedded[0]
    author = Person(first.author.name, first.author.address) if first.author else None
    return EmbeddedMessage(author, first.subject, first.message_id, first.references, first.text)


def _importance(mail: InboundMail) -> str:
    """Importance headers are shown, never obeyed."""
    stated = (mail.header("importance") or mail.header("x-priority") or mail.header("priority")).strip().lower()
    return "urgent" if stated.startswith(("high", "1", "2", "urgent")) else ""
