"""The words of a notice, read for addresses and for what is said of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from email.message import Message

from mailgate.inbound.bounces.addresses import (
    ADDR,
    ADDRESS,
    BRACKETED,
    MAX_RECIPIENTS,
    SPELT_OUT,
    addresses_in,
    stated_address,
)
from mailgate.inbound.bounces.codes import CODE, ENHANCED, REPLY
from mailgate.inbound.bounces.parts import header
from mailgate.inbound.bounces.reasons import reason_of
from mailgate.inbound.bounces.returned import written_to
from mailgate.inbound.bounces.wordings import DELAY_WORDS, opening_of
from mailgate.mail import without_tag

# How programs point at an address, the plainest way first. The first that finds somebody decides.
# A line is looked at alone, so no expression sees more than MAX_LINE characters.
MAX_LINE = 2000
_MARKS = r"[\s\"'<*|•·‘’“”>\[(-]{0,60}"
LISTED: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "bracketed-colon",
        re.compile(rf"\s{{0,40}}[\"'<]{{1,3}}({ADDR})[\"'>]{{1,3}}\s{{0,5}}(?:\([^()]{{0,300}}\))?\s{{0,5}}:"),
    ),
    ("alone", re.compile(rf"{_MARKS}({ADDR})[\s\"'>*|:;,.\])‘’“”]{{0,60}}(?:[(<\[].*)?\Z")),
    ("on-a-day", re.compile(rf"{_MARKS}({ADDR})['\">]{{0,2}}\s{{1,5}}on\s")),
    ("colon-or-dash", re.compile(rf"{_MARKS}({ADDR})['\">]{{0,2}}\s?(?:[:,-]|\.\.\.)\s")),
    ("mailto", re.compile(rf".{{0,300}}?<mailto:({ADDR})>")),
    (
        "name-and-address",
        re.compile(rf"\s{{0,40}}[^@:<>()]{{1,100}}[(<]({ADDR})[)>]\s{{0,5}}(?:\([^()]{{0,300}}\))?\Z"),
    ),
)
_LABELLED = re.compile(
    rf"\s{{0,40}}([^:=@]{{1,120}}?)\s{{0,20}}[:=]\s{{0,20}}[\"'<*\[(]{{0,4}}({ADDR})"
    r"[\"'>*\])]{0,4}\s{0,20}[.,;]?\s{0,20}(?:\(.*)?\Z"
)
_STARTED = re.compile(rf"{_MARKS}({ADDR})[>\"':]{{0,3}}\s")
_SENTENCE = re.compile(
    r"\b(?:to|for|by|recipient|user|address|mailbox|account|addressee)\s{1,3}(?:the\s)?"
    rf"(?:recipient\s|address\s|user\s|mailbox\s)?[\"'<*‘“\[(]{{0,4}}({ADDR})",
    re.I,
)
_RCPT = re.compile(rf"RCPT\s{{1,3}}TO\s{{0,3}}:\s{{0,3}}<?({ADDR})", re.I)
_REPLY_LINE = re.compile(r"\s{0,20}(?:received\s)?<{3,4}\s{0,5}(\d)\d\d|\s{0,20}(\d)\d\d[ -]", re.I)
_NOT_A_RECIPIENT = (
    "from", "sender", "reply", "return", "message-id", "message id", "contact", "subject", "to", "cc", "mail from",
    "mailto", "reporting", "in-reply",
)  # fmt: skip
# Who wrote the mail, in a label, in the SMTP dialogue or in a sentence.
_SENDER = re.compile(
    r"(?:\b(?:from|sender|absender|von|expéditeur|remitente|mittente|remetente|avsender|avsändare|afsender|afzender|"
    r"lähettäjä|nadawca|odesílatel|feladó|expeditor|gönderen|отправитель|відправник|αποστολέας)|送信者|差出人|发件人|寄件者|"
    rf"보낸 ?사람)(?: address| \(from\))?\s{{0,10}}[:=]?\s{{0,10}}[\"'<]{{0,2}}({ADDR})",
    re.I,
)
_WRITE_TO = (
    "write to",
    "contact",
    "reply to",
    "mail to us at",
    "send mail to",
    "skriv til",
    "kontakt",
    "kontaktieren sie",
)
_HELP_WORDS = ("question", "for help", "assistance", "help desk", "helpdesk", "support", "in error")
_NOT_A_PERSON = frozenset({"postmaster", "mailer-daemon", "mailerdaemon", "abuse", "hostmaster", "mail-daemon"})
# nyhetsbrev-bounces+ola=firma.no@…: the envelope sender of a list tells whom this copy was for.
_VERP = re.compile(r"(?:bounce|return|owner|err|verp)[^@\s]{0,60}?[-+]([^@\s=+]{1,64})=([^@\s=]{3,200})@", re.I)
PERMANENT_WORDS = (
    "permanent error",
    "permanent fatal",
    "failed permanently",
    "permanent failure",
    "permanently failed",
)


# An address is parted from its label by what looks like a sign of ASCII and is none.
_PLAIN_SIGNS = str.maketrans("\xa0\u3000：（）＜＞「」、。，", "  :()<>  ,.,")


class Prose:
    """The words of a notice, read for addresses and for what is said of each."""

    def __init__(self, message: Message, notice: str, returned: str) -> None:
        self._lines = [line[:MAX_LINE] for line in notice.translate(_PLAIN_SIGNS).splitlines()[:2000]]
        # What stands below a signature's dashes is the reporter's own address, and no recipient.
        if "-- " in self._lines[1:]:
            self._lines = self._lines[: self._lines.index("-- ", 1)]
        headers = ("to", "cc", "delivered-to", "from", "return-path")
        own = {address for name in headers for address in addresses_in(header(message, name))}
        own |= {without_tag(address) for address in own} | self._senders(returned)
        self._reporter = next(iter(addresses_in(header(message, "from"))), "").partition("@")[2]
        self.action = "delayed" if self._is_warning(message) else "failed"
        # Asked only where neither a status nor a reply code says better.
        lowered = notice[:6000].lower()
        self.class_stated = "5" if any(map(lowered.__contains__, PERMANENT_WORDS)) else ""
        # Gmail's old notices "failed permanently" for each reason, and said then of which kind that was.
        self.class_stated = "4" if "details of temporary failure" in lowered else self.class_stated
        self._message = message
        self._returned = returned
        chosen = self._chosen(own)
        # A store behind the gateway is named beside the address that was written to: ola@ims-ms-daemon.
        public = [(index, address) for index, address in chosen if "." in address.partition("@")[2]]
        self._where: dict[str, int] = {}
        for index, address in public or chosen:
            self._where.setdefault(address, index)
        self.addresses = list(self._where)

    def diagnostic(self, address: str, *, alone: bool = False) -> str:
        """What is said of one address: from its line to the next one's, else, where that tells nothing, all of it."""
        index = self._where.get(address, -1)
        if index < 0:
            index = next((i for i, line in enumerate(self._lines) if address in line.lower()), -1)
        after = [i for i in self._where.values() if i > index]
        end = min([index + 14, *after]) if not alone else index + 40
        near = "\n".join(self._lines[index:end]).strip() if index >= 0 else ""
        if near and (REPLY.search(near) or ENHANCED.search(near) or reason_of("", near.lower().replace(address, ""))):
            return near
        whole = "\n".join(line for line in self._lines if line.strip())
        return whole[:4000]

    def _is_warning(self, message: Message) -> bool:
        head = opening_of("\n".join(self._lines))
        subject = header(message, "subject").lower()
        if any(map(head.__contains__, DELAY_WORDS)) or "(delay" in subject:
            return True
        if any(map(subject.__contains__, DELAY_WORDS)):
            return True
        return subject.startswith(("delayed", "delivery delay", "warning: message"))

    def _senders(self, returned: str) -> set[str]:
        """Whose mail it was: named beside who failed, as From or in the dialogue, and in the head of the mail."""
        head = re.split(r"\r?\n\r?\n", returned.lstrip()[:16_384], maxsplit=1)[0]
        lines = [line for line in (*self._lines[:200], *head.splitlines()) if "@" in line]
        found = (match[1] for line in lines for match in _SENDER.finditer(line[:MAX_LINE]))
        return {address for text in found if (address := stated_address(text.strip(".'`"))) is not None}

    def _chosen(self, own: set[str]) -> list[tuple[int, str]]:
        """Addresses with their line, from the first source that names a stranger."""
        ours: list[tuple[int, str]] = []
        for _, source in SOURCES:
            named = list(_unique(source(self)))
            if strangers := [(index, address) for index, address in named if address not in own]:
                return strangers
            ours = ours or named
        # Somebody may have written to himself, or to an office; then that address is all there is.
        return ours or list(_unique(self.listed(), offices=True))

    def _offers_help(self, index: int, address: str) -> bool:
        """Whether the words before point at the reporter's own help desk, and not at who failed."""
        before = next((line for line in self._lines[max(0, index - 3) : index][::-1] if line.strip()), "").lower()
        is_theirs = self._reporter != "" and address.lower().endswith("@" + self._reporter)
        if before.rstrip(" .:").endswith(_WRITE_TO):
            return True
        return is_theirs and any(words in before for words in _HELP_WORDS)

    def listed(self) -> Iterator[tuple[int, str]]:
        for index, line in enumerate(self._lines):
            if "@" not in line or _RCPT.search(line):
                continue
            match = next((found for _, pattern in LISTED if (found := pattern.match(line))), None)
            if match is not None:
                if not self._offers_help(index, match[1]):
                    yield index, match[1]
            elif (label := _LABELLED.match(line)) and not label[1].strip().lower().startswith(_NOT_A_RECIPIENT):
                yield index, label[2]

    def transcript(self) -> Iterator[tuple[int, str]]:
        """RCPT TO whose answer, in the next lines, is no 2xx; then the answers that name somebody."""
        for index, line in enumerate(self._lines):
            if (match := _RCPT.search(line)) is not None:
                answers = (_REPLY_LINE.match(next_line) for next_line in self._lines[index + 1 : index + 4])
                answer = next((found for found in answers if found), None)
                if answer is None or "2" not in answer.groups():
                    yield index, match[1]
            elif CODE.search(line) and (bracketed := BRACKETED.search(line)):
                yield index, bracketed[1]

    def in_sentence(self) -> Iterator[tuple[int, str]]:
        return self._matches(_SENTENCE)

    def at_start_of_line(self) -> Iterator[tuple[int, str]]:
        found = ((index, _STARTED.match(line)) for index, line in enumerate(self._lines) if "@" in line)
        return ((index, match[1]) for index, match in found if match)

    def written_to(self) -> Iterator[tuple[int, str]]:
        return iter(written_to(self._returned))

    def anywhere(self) -> Iterator[tuple[int, str]]:
        return self._matches(ADDRESS)

    def in_subject(self) -> Iterator[tuple[int, str]]:
        return ((-1, address) for address in ADDRESS.findall(header(self._message, "subject")))

    def in_own_recipient(self) -> Iterator[tuple[int, str]]:
        receivers = (header(self._message, name)[:500] for name in ("to", "delivered-to", "x-original-to"))
        return ((-1, f"{found[1]}@{found[2]}") for value in receivers if (found := _VERP.search(value)))

    def spelt_out(self) -> Iterator[tuple[int, str]]:
        found = ((index, SPELT_OUT.search(line)) for index, line in enumerate(self._lines) if "at" in line)
        return ((index, f"{match[1] or match[3]}@{match[2] or match[4]}") for index, match in found if match)

    def _matches(self, pattern: re.Pattern[str]) -> Iterator[tuple[int, str]]:
        for index, line in enumerate(self._lines):
            if "@" in line:
                for match in pattern.finditer(line):
                    yield index, match[match.lastindex or 0]


# By how plainly the notice points at somebody; where its text names nobody, the headers are asked.
SOURCES: tuple[tuple[str, Callable[[Prose], Iterator[tuple[int, str]]]], ...] = (
    ("listed", Prose.listed),
    ("transcript", Prose.transcript),
    ("sentence", Prose.in_sentence),
    ("start-of-line", Prose.at_start_of_line),
    ("returned-mail", Prose.written_to),
    ("anywhere", Prose.anywhere),
    ("subject", Prose.in_subject),
    ("own-recipient", Prose.in_own_recipient),
    ("spelt-out", Prose.spelt_out),
)


def _is_nobody(address: str) -> bool:
    """The offices, and the names that Exchange gives to addresses of its own, which nobody ever wrote to."""
    local = address.partition("@")[0]
    return local in _NOT_A_PERSON or local.startswith("imceaex-")


def _unique(found: Iterable[tuple[int, str]], *, offices: bool = False) -> Iterator[tuple[int, str]]:
    seen: set[str] = set()
    for index, text in found:
        address = stated_address(text.strip(".'`\"").removeprefix("mailto:"))
        if address is None or address in seen or (_is_nobody(address) and not offices):
            continue
        seen.add(address)
        yield index, address
        if len(seen) >= MAX_RECIPIENTS:
            return
