"""Whose voice a mail speaks in: the named rules by which a notice without report parts is one.

Each rule asks who sent it and what it says. A daemon needs little; an office that people hold, too (postmaster, admin)
must not sound like a letter; from anybody else the words never suffice, since people paste whole notices.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from mailgate.inbound.absence import absence_phrase
from mailgate.inbound.bounces.addresses import ADDR, ADDRESS, SPELT_OUT
from mailgate.inbound.bounces.codes import CODE, ENHANCED_FAILURE, REPLY
from mailgate.inbound.bounces.daemons import DAEMON_NAMES, OFFICE_NAMES
from mailgate.inbound.bounces.reasons import reason_of
from mailgate.inbound.bounces.wordings import (
    DELAY_WORDS,
    FAILURE_WORDS,
    GOODS,
    OPENINGS,
    REFUSALS,
    SUBJECTS,
    SUBJECTS_WITHIN,
    TO_THE_SENDER,
    WEAK_SUBJECTS,
    opening_of,
)

_OPENINGS = tuple(words for _, words in OPENINGS)
_PROGRAMS_OPENINGS = tuple(words for program, words in OPENINGS if program != "any")
# How far into an answer a program's first words may stand: "Hi. This is the James mail server".
_FIRST_WORDS = 40
# Of an order, too, one may write that it could not be sent.
_MAIL_WORDS = (
    "mail", "message", "recipient", "addressee", "nachricht", "empfänger", "melding", "meddel", "viesti", "destinata",
    "mensaje", "mensagem", "messaggio", "bericht", "wiadomo", "zpráv", "správ", "üzenet", "levél", "mesaj", "ileti",
    "alıcı", "μήνυμα", "письмо", "сообщени", "лист", "повідомлен", "メール", "メッセージ", "受信者", "邮件",
    "郵件", "메일",
)  # fmt: skip
_GREETINGS = (
    r"(?:hi|hello|hallo|hei|hej|hoi|dear|good (?:morning|day|afternoon)|god (?:dag|morgen)|liebe[rs]?|guten tag|"
    r"bonjour|hola|ciao|buongiorno|ola|olá|moi|terve|cześć|dzień dobry)"
)
_GREETING = re.compile(rf"\s{{0,9}}{_GREETINGS}(?:\s[^\s,.:]{{1,30}}){{0,3}}\s?[,!]\s*\Z", re.I)
_POINTED_AT = re.compile(
    rf"^[^@\n]{{0,60}}[:=]\s{{0,10}}[\"'<*\[(]{{0,4}}{ADDR}|^[\s\"'<*\[(>|-]{{0,40}}{ADDR}|[<\[(\"']{ADDR}[>\])\"']|"
    rf"[\u3000-\uffef]\s?{ADDR}|"
    rf"\b(?:deliver\w*|message|mail)\s(?:[^\s@.]{{1,20}}\s){{0,4}}to:?\s<?{ADDR}|"
    rf"\bto:?\s<?{ADDR}>?\s(?:could|was|has|cannot|failed|did)\b|"
    rf"\b(?:til|till|an|à|para|aan|naar)\s<?{ADDR}>?\s"
    r"(?:er|ble|blev|kunne|är|kunde|konnte|ist|wurde|est|n'a|no|não|kon|is)\b",
    re.I | re.M,
)
_VERDICT = re.compile(rf"^[\s\"'<*]{{0,20}}{ADDR}[>\"']{{0,2}}\s?[:,-]?\s[^\n]{{0,60}}\b[45][0-5]\d[\s-]", re.M)
_RECIPIENT_ROW = re.compile(
    r"^\s{0,20}(?:(?:failed|envelope|original|final)[ -])?(?:recipient|empfänger|destinataire|"
    rf"destinatario|destinatário|mottaker|mottagare|modtager|vastaanottaja|geadresseerde|ontvanger|adresat|odbiorca|příjemce|címzett|получатель|"
    rf"одержувач|alıcı|収件人|収信者|宛先|受信者|收件人|收件者|받는 ?사람)\s{{0,10}}[:：]\s{{0,10}}[\"'<]{{0,2}}{ADDR}",
    re.I | re.M,
)
_TERSE = 100
# Machines greet whom they do not know: "Dear sender,".
_TO_NOBODY = re.compile(r"\s*dear (?:sender|user|customer|sir|e-?mail|mail|valued|client|member)", re.I)
_FAREWELLS = (
    r"(?:best|(?:best|kind|warm) regards|regards|greetings|cheers|thanks|many thanks|mvh|hilsen|"
    r"(?:med )?vennlig hilsen|"
    r"(?:med )?vänliga? hälsning(?:ar)?|(?:med )?venlig hilsen|terveisin|t|(?:mit freundlichen |viele )?grüße|lg|vg|"
    r"mfg|cordialement|saludos|saluti|groeten|pozdrawiam)"
)
_FAREWELL = re.compile(rf"\s{{0,9}}{_FAREWELLS}\s?[,.!]?\s*\Z", re.I)
# A question mark that ends a word and stands before a blank: no URL, and no letter that a wrong charset lost.
_ASKED = re.compile(r"[^\W\d_]{2}[)\"'”’»]{0,2}\s?[?？؟](?=\s|\Z)|？")
_SENTENCE_END = re.compile(r"[.!?:]\s|\n\s*\n")
_MAX_QUESTION = 200
_OPENS_WITH_GREETING = re.compile(rf"\s{{0,9}}{_GREETINGS}(?:\s[^\s,.:!@]{{1,30}}){{0,3}}\s?[,!.]?(?:\s|\Z)", re.I)
# "Greetings Kari", "Mvh Kari", or a name alone in one of the last lines.
_SIGNED = re.compile(rf"\s{{0,9}}{_FAREWELLS}(?:[\s,.!]{{1,3}}[^\W\d_]{{1,30}}){{0,4}}[\s,.!]{{0,3}}\Z", re.I)
_NAME = re.compile(r"[^\W\d_a-z][^\W\d_]{1,20}\.?(?:[ -][^\W\d_a-z][^\W\d_]{0,20}\.?){0,2}")


@dataclass(frozen=True)
class Voice:
    """What can be seen of a mail without report parts; each look is taken when a rule first asks for it."""

    machine: str  # "daemon", "office" or "", see `daemons`
    is_daemon: bool  # by the local part alone: mailer-daemon, postmaster and their kind
    null: bool
    automatic: bool
    replied: bool
    sender: str
    subject: str  # lower-case
    notice: str
    has_parts: bool  # report fields, or the returned mail

    @cached_property
    def telling_subject(self) -> bool:
        return self.subject.lstrip("*[(! ").startswith(SUBJECTS)

    @cached_property
    def firm_subject(self) -> bool:
        weak = self.subject.lstrip("*[(! ").startswith(WEAK_SUBJECTS)
        return (self.telling_subject and not weak) or (weak and self.failure_within)

    @cached_property
    def failure_within(self) -> bool:
        return any(words in self.subject for words in SUBJECTS_WITHIN)

    @cached_property
    def failure_in_subject(self) -> bool:
        return self.firm_subject or self.failure_within

    @cached_property
    def opening(self) -> str:
        return opening_of(self.notice)

    @cached_property
    def opens_as_known(self) -> bool:
        return any(map(self.opening.__contains__, _OPENINGS))

    @cached_property
    def opens_as_program(self) -> bool:
        """In the words of one program; what all of them say, people say, too."""
        return any(map(self.opening.__contains__, _PROGRAMS_OPENINGS))

    @cached_property
    def starts_as_program(self) -> bool:
        start = self.opening[:_FIRST_WORDS]
        return any(map(start.__contains__, _PROGRAMS_OPENINGS))

    @cached_property
    def tells_of_failure(self) -> bool:
        return any(words in self.opening for words in (*REFUSALS, *DELAY_WORDS))

    @cached_property
    def proof(self) -> bool:
        """What only systems write: a reply code, report fields, the mail that came back."""
        return self.has_parts or CODE.search(self.notice) is not None

    @cached_property
    def strong_proof(self) -> bool:
        """As proof, but a figure like 450 must stand where a reply code does, in a line that says why."""
        if self.has_parts or (self.proof and ENHANCED_FAILURE.search(self.notice)):
            return True
        return self.proof and any(
            REPLY.search(line) is not None and reason_of("", line) is not None
            for line in self.notice[:6000].splitlines()
            if any(figure in line for figure in "45")
        )

    @cached_property
    def is_about_goods(self) -> bool:
        return not self.has_parts and any(word in self.opening for word in GOODS)

    @cached_property
    def announces_absence(self) -> bool:
        return absence_phrase(self.subject, self.sender) is not None

    @cached_property
    def evidence(self) -> bool:
        named = any(ADDRESS.search(words) for words in (self.notice, self.subject))
        return self.proof or named or SPELT_OUT.search(self.notice) is not None

    @cached_property
    def speaks_to_sender(self) -> bool:
        return any(words in self.opening for words in TO_THE_SENDER)

    @cached_property
    def points_at_somebody(self) -> bool:
        """As a notice names who failed: in a line of his own, in brackets, or as the one it could not be given to."""
        return self.has_parts or _POINTED_AT.search(self.notice[:6000]) is not None

    @cached_property
    def shows_a_verdict(self) -> bool:
        """Nothing but whom and why: a row "<ola@firma.no>: 550 …" in whatever language, or one terse sentence."""
        if _VERDICT.search(self.notice[:6000]) is not None:
            return True
        brief = self.points_at_somebody and len(self.opening) < _TERSE
        named = brief or _RECIPIENT_ROW.search(self.notice[:6000]) is not None
        return named and reason_of("", self.notice[:6000]) is not None

    @cached_property
    def is_letter(self) -> bool:
        """Greeting, farewell or a question: somebody writes to somebody."""
        return any(
            _FAREWELL.match(line)
            or (_GREETING.match(line) and not _TO_NOBODY.match(line))
            or line.rstrip().endswith("?")
            for line in self.notice[:6000].splitlines()
        )

    @cached_property
    def is_persons(self) -> bool:
        """A question, or a greeting and a signature, and none of what only machines have: whoever From names wrote it.
        Some programs begin with "Hi. This is …"."""
        if self.null or self.automatic or self.has_parts or self.starts_as_program:
            return False
        return self.asks or self.greets_and_signs

    @cached_property
    def asks(self) -> bool:
        """A whole question: "Questions? Write to …" stands below many a notice."""
        text = self.notice[:6000]
        for found in _ASKED.finditer(text):
            before = _SENTENCE_END.split(text[max(0, found.start() - _MAX_QUESTION) : found.end()])[-1]
            if found[0] == "？" or len(before.split()) > 2:
                return True
        return False

    @cached_property
    def greets_and_signs(self) -> bool:
        lines = [line.strip()[:100] for line in self.notice[:6000].splitlines() if line.strip()]
        if len(lines) < 2 or _TO_NOBODY.match(lines[0]) or not _OPENS_WITH_GREETING.match(lines[0]):
            return False
        last = [line for line in lines[1:][-4:] if len(line.split()) < 5]
        if any(name in line.lower() for line in last for name in (*DAEMON_NAMES, *OFFICE_NAMES)):
            return False  # "Regards, Mail Delivery System"
        return any(_NAME.fullmatch(line) for line in last) or any(_SIGNED.match(line) for line in lines[1:])


def daemon_speaks(voice: Voice) -> bool:
    if voice.machine != "daemon":
        return False
    return voice.evidence and (
        voice.opens_as_known
        or voice.telling_subject
        or voice.has_parts
        or voice.tells_of_failure
        or any(map(voice.notice.lower().__contains__, FAILURE_WORDS))
        or reason_of("", voice.notice[:2000]) is not None
    )


def null_daemon_names_somebody(voice: Voice) -> bool:
    """RULES 2 asks no form of these: what they send is a bounce, whatever they say."""
    return voice.null and voice.is_daemon and voice.evidence


def null_sender_speaks(voice: Voice) -> bool:
    return voice.null and not voice.announces_absence and _automatic_notice(voice)


def office_says_automatic(voice: Voice) -> bool:
    return voice.machine == "office" and voice.automatic and not voice.replied and _automatic_notice(voice)


def _automatic_notice(voice: Voice) -> bool:
    if voice.is_about_goods:
        return False
    if voice.evidence and (voice.opens_as_known or voice.firm_subject):
        return True
    return voice.tells_of_failure and voice.strong_proof


def office_opens_as_known(voice: Voice) -> bool:
    """Postmasters write letters, too; whoever opens with a program's words and says more than that is none."""
    if voice.machine != "office" or voice.replied or not voice.opens_as_program:
        return False
    return voice.evidence and (voice.failure_in_subject or voice.proof)


def office_tells_of_failure(voice: Voice) -> bool:
    """No program that is known here: the subject, the text and something only systems write, and no letter."""
    if voice.machine != "office" or voice.replied or not voice.failure_in_subject or voice.is_letter:
        return False
    if voice.has_parts:
        return True
    if voice.is_about_goods:
        return False
    if voice.firm_subject and voice.shows_a_verdict:
        return True
    says_so = voice.opens_as_known or (voice.tells_of_failure and any(word in voice.opening for word in _MAIL_WORDS))
    return says_so and voice.points_at_somebody and (voice.strong_proof or voice.firm_subject or voice.speaks_to_sender)


def office_answers_as_program(voice: Voice) -> bool:
    """James answers "Re: …": then its own first words must come first."""
    return voice.machine == "office" and voice.replied and voice.starts_as_program and voice.evidence


def machine_without_office(voice: Voice) -> bool:
    """Shops send automatic mail about what they could not deliver."""
    if not voice.automatic or voice.replied or not voice.failure_in_subject:
        return False
    says_so = voice.opens_as_known or voice.tells_of_failure
    return says_so and voice.strong_proof and not voice.is_letter and not voice.is_about_goods


VOICES: tuple[tuple[str, Callable[[Voice], bool]], ...] = (
    ("daemon", daemon_speaks),
    ("null-daemon", null_daemon_names_somebody),
    ("null-sender", null_sender_speaks),
    ("office-automatic", office_says_automatic),
    ("office-known-opening", office_opens_as_known),
    ("office-failure", office_tells_of_failure),
    ("office-answer", office_answers_as_program),
    ("automatic", machine_without_office),
)
