"""The words of a notice, read for addresses and for what is said of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from email.message import Message

from mailgate.inbound.bounces.addresses import ADDR, ADDRESS, BRACKETED, MAX_RECIPIENTS, addresses_in
from mailgate.inbound.bounces.codes import CODE, ENHANCED, REPLY
from mailgate.inbound.bounces.forms import opening_of
from mailgate.inbound.bounces.parts import header
from mailgate.inbound.bounces.reasons import reason_of
from mailgate.inbound.bounces.returned import written_to
from mailgate.mail import valid_address, without_tag

# How programs point at an address, the plainest way first. The first that finds somebody decides.
# A line is looked at alone, so no expression sees more than MAX_LINE characters.
MAX_LINE = 2000
_MARKS = r"[\s\"'<*|•·‘’“”>\[(-]{0,60}"
_LISTED = (
    re.compile(rf"\s{{0,40}}[\"'<]{{1,3}}({ADDR})[\"'>]{{1,3}}\s{{0,5}}(?:\([^()]{{0,300}}\))?\s{{0,5}}:"),
    re.compile(rf"{_MARKS}({ADDR})[\s\"'>*|:;,.\])‘’“”]{{0,60}}(?:[(<\[].*)?\Z"),
    re.compile(rf"{_MARKS}({ADDR})['\">]{{0,2}}\s{{1,5}}on\s"),
    re.compile(rf"{_MARKS}({ADDR})['\">]{{0,2}}\s?(?:[:,-]|\.\.\.)\s"),
    re.compile(rf".{{0,300}}?<mailto:({ADDR})>"),
    re.compile(rf"\s{{0,40}}[^@:<>()]{{1,100}}[(<]({ADDR})[)>]\s{{0,5}}(?:\([^()]{{0,300}}\))?\Z"),
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
_HELP_WORDS = ("question", "for help", "assistance", "help desk", "helpdesk", "support", "in error")
_NOT_A_PERSON = frozenset({"postmaster", "mailer-daemon", "mailerdaemon", "abuse", "hostmaster", "mail-daemon"})
DELAY_WORDS = (
    "warning message only", "not yet been delivered", "not been delivered yet", "attempts will continue",
    "continue to try", "continue trying", "keep trying", "still trying", "delivery is delayed", "delivery delayed",
    "delivery is being delayed", "message is delayed", "has been delayed", "been delayed", "delivery incomplete",
    "will be retried", "will retry", "do not need to resend", "don't need to resend", "for past", "will be attempted",
    "temporarily delayed", "further attempts will be", "will try again", "has not been delivered yet", "be attempting",
    "forsinket", "försenat", "försenad", "viivästynyt", "viivästyy", "verzögert", "retardé", "retrasado", "ritardo",
    "vertraagd", "задерж", "opóźnion", "atrasad", "遅延", "延迟",
)  # fmt: skip
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
        headers = ("to", "cc", "delivered-to", "from", "return-path")
        own = {address for name in headers for address in addresses_in(header(message, name))}
        own |= {without_tag(address) for address in own}
        self._reporter = next(iter(addresses_in(header(message, "from"))), "").partition("@")[2]
        self.action = "delayed" if self._is_warning(message) else "failed"
        # Asked only where neither a status nor a reply code says better.
        self.class_stated = "5" if any(words in notice[:6000].lower() for words in PERMANENT_WORDS) else ""
        candidates = [*self._candidates(), written_to(returned)]
        strangers = ([(i, a) for i, a in named if a not in own] for named in candidates)
        # Somebody may have written to himself; then his own address is all there is.
        chosen = next((named for named in strangers if named), None) or next((n for n in candidates if n), [])
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
        if any(words in head for words in DELAY_WORDS) or "(delay" in subject:
            return True
        if any(words in subject for words in DELAY_WORDS):
            return True
        return subject.startswith(("delayed", "delivery delay", "warning: message"))

    def _candidates(self) -> Iterator[list[tuple[int, str]]]:
        """Addresses with their line, by how plainly the notice points at them."""
        yield list(_unique(self._listed()))
        yield list(_unique(self._transcript()))
        yield list(_unique(self._matches(_SENTENCE)))
        yield list(_unique(self._matches(_STARTED)))
        yield list(_unique(self._matches(ADDRESS)))

    def _offers_help(self, index: int, address: str) -> bool:
        """Whether the words before point at the reporter's own help desk, and not at who failed."""
        before = next((line for line in self._lines[max(0, index - 3) : index][::-1] if line.strip()), "").lower()
        is_theirs = self._reporter != "" and address.lower().endswith("@" + self._reporter)
        return is_theirs and any(words in before for words in _HELP_WORDS)

    def _listed(self) -> Iterator[tuple[int, str]]:
        for index, line in enumerate(self._lines):
            if "@" not in line or _RCPT.search(line):
                continue
            match = next((found for pattern in _LISTED if (found := pattern.match(line))), None)
            if match is not None:
                if not self._offers_help(index, match[1]):
                    yield index, match[1]
            elif (label := _LABELLED.match(line)) and not label[1].strip().lower().startswith(_NOT_A_RECIPIENT):
                yield index, label[2]

    def _transcript(self) -> Iterator[tuple[int, str]]:
        """RCPT TO whose answer, in the next lines, is no 2xx; then the answers that name somebody."""
        for index, line in enumerate(self._lines):
            if (match := _RCPT.search(line)) is not None:
                answers = (_REPLY_LINE.match(next_line) for next_line in self._lines[index + 1 : index + 4])
                answer = next((found for found in answers if found), None)
                if answer is None or "2" not in answer.groups():
                    yield index, match[1]
            elif CODE.search(line) and (bracketed := BRACKETED.search(line)):
                yield index, bracketed[1]

    def _matches(self, pattern: re.Pattern[str]) -> Iterator[tuple[int, str]]:
        for index, line in enumerate(self._lines):
            if "@" in line:
                for match in pattern.finditer(line):
                    yield index, match[match.lastindex or 0]


def _is_nobody(address: str) -> bool:
    """The offices, and the names that Exchange gives to addresses of its own, which nobody ever wrote to."""
    local = address.partition("@")[0]
    return local in _NOT_A_PERSON or local.startswith("imceaex-")


def _unique(found: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    seen: set[str] = set()
    for index, text in found:
        address = valid_address(text.strip(".'`\"").removeprefix("mailto:"))
        if address is None or address in seen or _is_nobody(address):
            continue
        seen.add(address)
        yield index, address
        if len(seen) >= MAX_RECIPIENTS:
            return
