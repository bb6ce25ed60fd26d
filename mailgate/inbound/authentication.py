"""What the trusted Authentication-Results, or SMTP AUTH, say of the author.

Only the report of our own border counts: one header field, the topmost that bears a trusted authserv-id, and only when
the mail reached us by a way on which the border strips forged ones. It is read with the grammar of RFC 8601 2.2 and
some tolerance (Microsoft's form without an id, empty parts, blanks around `=`), but never with guesses: whatever does
not parse says nothing, and what says nothing never passes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Literal

from mailgate.mail import InboundMail, Source, domain_of, valid_address

MAX_FIELD = 16_384  # octets of one header field that are looked at
MAX_RESULTS = 200


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom we believe. `authserv_ids`: the names our own border signs with, in any case; the empty name "" trusts
    Microsoft's form, which has none. `trusted_relays`: addresses or networks of SMTP clients. `imap_mailboxes`: ours
    whose server's results may count; `trust_imap_results` says so for the mail at hand."""

    authserv_ids: frozenset[str] = frozenset()
    trusted_relays: tuple[str, ...] = ()
    trust_imap_results: bool = False
    imap_mailboxes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Authentication:
    result: Literal["pass", "none", "fail"]
    reason: str


def authenticate(
    mail: InboundMail, *, source: Source, peer: str, auth_user_owns_author: bool, trust: Trust
) -> Authentication:
    """pass, none or fail for the domain of the author, with the reason in words (RULES 1, `auth`). Never raises."""
    if mail.author is None:
        return Authentication("none", "the author is unknown")
    if auth_user_owns_author:
        return Authentication("pass", "SMTP AUTH as the author")
    if distrust := _path_is_not_trusted(source, peer, trust):
        return Authentication("none", distrust)
    report = _topmost_trusted(mail.headers.get("authentication-results", ()), trust.authserv_ids)
    if report is None:
        return Authentication("none", "no Authentication-Results with a trusted id")
    return _judge(report, domain_of(mail.author.address))


def _path_is_not_trusted(source: Source, peer: str, trust: Trust) -> str:
    if not trust.authserv_ids:
        return "no authserv-id is trusted"
    if source is Source.SMTP:
        return "" if _is_trusted_relay(peer, trust.trusted_relays) else "the SMTP client is no trusted relay"
    if source is Source.IMAP:
        return "" if trust.trust_imap_results else "results that came by IMAP are not trusted"
    return "the mail came neither by SMTP nor by IMAP"


def _is_trusted_relay(peer: str, relays: tuple[str, ...]) -> bool:
    client = _ip(peer)
    if client is None:
        return False
    for relay in relays:
        try:
            if client in ip_network(relay, strict=False):
                return True
        except ValueError:
            continue
    return False


def _ip(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.strip().strip("[]").partition("%")[0])
    except ValueError:
        return None
    # A dual-stack socket shows an IPv4 client as ::ffff:192.0.2.1.
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _topmost_trusted(values: tuple[str, ...], trusted: frozenset[str]) -> Report | None:
    ids = {one.lower() for one in trusted}
    for value in values:
        report = read_results(value)
        if report is None:
            # Perhaps our own report, made unreadable by what the sender put into it; below it could lie a forged one.
            return None
        if report.authserv_id in ids:
            return report
    return None


# -- Judging ----------------------------------------------------------------------------------------------------------


def _judge(report: Report, author_domain: str) -> Authentication:
    dmarc = [one for one in report.results if one.method == "dmarc"]
    verdicts = {one.result for one in dmarc}
    if len(verdicts) > 1:
        return Authentication("none", "the dmarc results disagree")
    if verdicts == {"fail"}:
        if policy := next((found for one in dmarc if (found := _strict_policy(one))), ""):
            return Authentication("fail", f"dmarc=fail, policy {policy}")
        return Authentication("none", "dmarc=fail, but the domain asks for nothing")
    if verdicts == {"pass"}:
        named = [one.domain("header.from") for one in dmarc if "header.from" in one.properties]
        if all(aligned(domain, author_domain) for domain in named):
            return Authentication("pass", "dmarc=pass")
        return Authentication("none", "dmarc=pass is about another domain")
    for one in report.results:
        if domain := _proven_domain(one, author_domain):
            return Authentication("pass", f"{one.method}=pass for {domain}")
    return Authentication("none", "nothing in it proves the author's domain")


# Where each method names the domain it proved: RFC 8601 2.7, and names that are seen instead.
_PROOF = {"dkim": ("header.d", "header.i"), "spf": ("smtp.mailfrom", "smtp.mfrom", "smtp.envelope-from", "smtp.mail")}


def _proven_domain(one: Result, author_domain: str) -> str:
    if one.result != "pass":
        return ""
    for name in _PROOF.get(one.method, ()):
        if name in one.properties:
            domain = one.domain(name)
            return domain if aligned(domain, author_domain) else ""
    return ""


# `dmarc=fail (p=REJECT sp=NONE dis=QUARANTINE)` in Google's and OpenDMARC's words, `action=oreject` in Microsoft's,
# `policy.published-domain-policy=reject` in others'.
_STATED_POLICY = re.compile(r"(?:\A|[\s(;,])(?:p|dis|policy)\s?[=:]\s?\"?(quarantine|reject)\b")
_ACTIONS = {
    "quarantine": "quarantine", "reject": "reject", "oreject": "reject", "o.reject": "reject",
    "pct.quarantine": "quarantine", "pct.reject": "reject",
}  # fmt: skip


def _strict_policy(one: Result) -> str:
    comment = _STATED_POLICY.search(" ".join(one.comments).lower())
    if comment is not None:
        return comment[1]
    if found := _ACTIONS.get(one.properties.get("action", "").lower()):
        return found
    policies = (value.lower() for name, value in one.properties.items() if name.startswith("policy."))
    return next((value for value in policies if value in {"quarantine", "reject"}), "")


def aligned(one: str, other: str) -> bool:
    """Relaxed alignment (RFC 7489 3.1) without a list of public suffixes: equal, or one below the other, where the
    upper one is a name somebody can own. Two siblings below one owner are therefore *not* aligned here, which errs on
    the side of `none`."""
    if not one or not other:
        return False
    if one == other:
        return True
    upper, lower = sorted((one, other), key=len)
    return lower.endswith("." + upper) and not is_public_suffix(upper)


# Second labels under which registries of countries sell names, and hosts that give names to strangers.
_SECOND_LEVEL = frozenset({
    "ac", "asn", "asso", "biz", "ca", "co", "com", "ed", "edu", "fi", "firm", "gen", "go", "gob", "gouv", "gov", "govt",
    "gv", "id", "idv", "in", "info", "int", "k12", "lea", "lg", "ltd", "me", "mi", "mil", "mod", "muni", "name", "nat",
    "ne", "net", "nhs", "nic", "nom", "ngo", "or", "org", "plc", "police", "presse", "priv", "pro", "pub", "re", "rec",
    "sch", "school", "sci", "slg", "store", "tm", "tv", "web",
})  # fmt: skip
_SHARED = frozenset({
    "amazonaws.com", "appspot.com", "azurewebsites.net", "blogspot.com", "cloudfront.net", "dep.no", "eu.com", "eu.org",
    "fhs.no", "firebaseapp.com", "folkebibl.no", "fylkesbibl.no", "gb.net", "github.io", "gitlab.io", "herad.no",
    "herokuapp.com", "idrett.no", "iki.fi", "kommune.no", "mil.no", "museum.no", "myshopify.com", "netlify.app",
    "no.com", "onmicrosoft.com", "pages.dev", "priv.no", "stat.no", "uk.com", "uk.net", "us.com", "vercel.app",
    "vgs.no", "web.app", "wixsite.com", "wordpress.com", "workers.dev",
})  # fmt: skip


def is_public_suffix(domain: str) -> bool:
    """A domain under which strangers have names: one label, `co.uk` and its like, or a host for everybody."""
    labels = domain.split(".")
    if len(labels) < 2 or domain in _SHARED:
        return True
    return len(labels) == 2 and len(labels[1]) == 2 and labels[0] in _SECOND_LEVEL


# -- Reading (RFC 8601 2.2) -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Result:
    """`dkim=pass header.d=example.no (2048-bit key)`. Names are lower-case, values as stated."""

    method: str
    result: str
    properties: dict[str, str] = field(default_factory=dict)
    comments: tuple[str, ...] = ()

    def domain(self, name: str) -> str:
        """The domain in a property that holds a domain, `@domain` or an address; '' where it is none."""
        value = self.properties.get(name, "").strip("<>").rpartition("@")[2].rstrip(".")
        address = valid_address(f"x@{value}")
        return domain_of(address) if address else ""


@dataclass(frozen=True, slots=True)
class Report:
    """One Authentication-Results field. `authserv_id` is lower-case, '' in Microsoft's form."""

    authserv_id: str
    results: tuple[Result, ...]


def read_results(value: str) -> Report | None:
    """One field value, or None where a comment or quotation is not closed, or the first part is not just an
    authserv-id with perhaps a version. A result that does not parse is left out."""
    if len(value) > MAX_FIELD:
        return None
    tokens = _tokens(value)
    if tokens is None:
        return None
    first, *rest = _split_at_semicolons(tokens)
    authserv_id = _authserv_id(first)
    if authserv_id is None:
        microsoft = _result(first)
        if microsoft is None:
            return None
        authserv_id, rest = "", [first, *rest]
    results = (_result(part) for part in rest[:MAX_RESULTS])
    return Report(authserv_id, tuple(one for one in results if one is not None))


@dataclass(frozen=True, slots=True)
class _Token:
    """`sort`: word, quoted, comment, `=` or `;`. `glued`: nothing stands between it and the token before."""

    sort: str
    text: str
    glued: bool


_PIECE = re.compile(r"[ \t\r\n]+|[;=]|[^ \t\r\n;=\"()]+")


def _tokens(value: str) -> list[_Token] | None:
    tokens: list[_Token] = []
    position, glued = 0, False
    while position < len(value):
        letter = value[position]
        if letter in '("':
            end = _end_of_comment(value, position) if letter == "(" else _end_of_quotation(value, position)
            if end < 0:
                return None
            inner = re.sub(r"\\(.)", r"\1", value[position + 1 : end - 1], flags=re.S)
            tokens.append(_Token("comment" if letter == "(" else "quoted", inner, glued))
            position, glued = end, letter != "("
            continue
        match = _PIECE.match(value, position)
        if match is None:  # a closing parenthesis that none opened
            return None
        position = match.end()
        glued_before, glued = glued, not match[0].isspace()
        if glued:
            tokens.append(_Token(match[0] if match[0] in "=;" else "word", match[0], glued_before))
    return tokens


def _end_of_comment(value: str, start: int) -> int:
    depth, position = 0, start
    while position < len(value):
        letter = value[position]
        if letter == "\\":
            position += 1
        elif letter == "(":
            depth += 1
        elif letter == ")":
            depth -= 1
            if depth == 0:
                return position + 1
        position += 1
    return -1


def _end_of_quotation(value: str, start: int) -> int:
    position = start + 1
    while position < len(value):
        if value[position] == "\\":
            position += 1
        elif value[position] == '"':
            return position + 1
        position += 1
    return -1


def _split_at_semicolons(tokens: list[_Token]) -> Iterator[list[_Token]]:
    part: list[_Token] = []
    for token in tokens:
        if token.sort == ";":
            yield part
            part = []
        else:
            part.append(token)
    yield part


def _authserv_id(part: list[_Token]) -> str | None:
    """`mx.example.no` or `mx.example.no 1`, comments aside. Any other word beside it makes it no id at all."""
    words = [token for token in part if token.sort != "comment"]
    if not words or words[0].sort not in {"word", "quoted"}:
        return None
    if len(words) == 1:
        return words[0].text.lower()
    version = words[1]
    if len(words) == 2 and version.sort == "word" and not version.glued and re.fullmatch(r"[0-9]{1,3}", version.text):
        return words[0].text.lower()
    return None


def _result(part: list[_Token]) -> Result | None:
    """method[/version] = result, then name = value as often as wanted; None where anything else stands between."""
    pairs: list[tuple[str, str]] = []
    comments = tuple(token.text for token in part if token.sort == "comment")
    words = [token for token in part if token.sort != "comment"]
    position = 0
    while position < len(words):
        if position + 1 >= len(words) or words[position].sort != "word" or words[position + 1].sort != "=":
            if pairs:
                # Seen behind the pairs: stray words ("reason: ..."). What was read before them stands.
                break
            return None
        name, position = words[position].text.lower(), position + 2
        value = ""
        first = True
        while position < len(words) and (first or words[position].glued):
            value += words[position].text
            first, position = False, position + 1
        pairs.append((name, value))
    if not pairs:
        return None
    method, result = pairs[0]
    properties: dict[str, str] = {}
    for name, value in pairs[1:]:
        properties.setdefault(name, value)
    return Result(method.partition("/")[0].strip(), result.lower(), properties, comments)
