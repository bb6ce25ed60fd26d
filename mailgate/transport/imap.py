"""One connection to one folder of an IMAP server (RFC 3501). Moves bytes; decides nothing.

Whatever IMAPClient and imaplib raise becomes one of three: LoginRefused, Refused (the server said no to one command,
the connection stands) or ConnectionGone (nothing can be known about it any more: connect again). Every operation has
a time-out for each read and one for the whole, and can be cut off from another thread.
"""

from __future__ import annotations

import contextlib
import logging
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import (
    IMAPClientAbortError,
    IMAPClientError,
    IMAPClientReadOnlyError,
    LoginError,
)

log = logging.getLogger("mailgate.imap")
# It tells of every connection it closes; what is worth telling we tell ourselves.
logging.getLogger("imapclient").setLevel(logging.WARNING)

KEYWORD = b"$MailgateTaken"
BEGINNING = 256 << 10  # octets of the headers, and as many of the body, of a mail too large to be taken
CHUNK = 2 << 20  # a larger mail comes in pieces, so that each command ends in time
# imaplib refuses an answer line over 1,000,000 octets; this many UIDs of ten digits stay well below.
SEARCH_WINDOW = 50_000
RENEW_IDLE = 9 * 60.0  # seconds; servers may hang up after thirty minutes, and middle boxes after ten


class ConnectionGone(Exception):
    """The connection broke, timed out, or said what cannot be understood."""


class LoginRefused(Exception):
    """The server does not let this user in."""


class Refused(Exception):
    """The server said no to one command."""


@dataclass(frozen=True, slots=True)
class Account:
    """Where and as whom. `password` is asked at each log-in. Times in seconds: to connect, for one read, and for one
    command as a whole."""

    host: str
    port: int
    tls: Literal["implicit", "starttls", "none"]
    user: str
    folder: str
    password: Callable[[], str] = field(repr=False)
    connect_timeout: float = 15.0
    timeout: float = 60.0
    whole_timeout: float = 300.0


@dataclass(frozen=True, slots=True)
class Abilities:
    idle: bool
    uidplus: bool
    move: bool


@dataclass(frozen=True, slots=True)
class Folder:
    """What SELECT said. `uidnext` is 0 where the server does not say. `keywords`, `deletions`: whether our keyword and
    the mark for deletion may be set."""

    uidvalidity: int
    uidnext: int
    exists: int
    keywords: bool
    deletions: bool
    read_only: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """Of one mail: octets as the server states them, and its INTERNALDATE, None where it makes no sense."""

    size: int
    internal_date: datetime | None


class Session:
    """A logged-in connection. Not for several threads at once, but for `cut`. Close it, whatever happened to it."""

    def __init__(self, account: Account) -> None:
        """Connects and logs in. Raises LoginRefused or ConnectionGone."""
        self._account = account
        self._folder: Folder | None = None
        self._client = _connect(account)
        try:
            with self._asking():
                self.abilities = Abilities(
                    idle=self._client.has_capability("IDLE"),
                    uidplus=self._client.has_capability("UIDPLUS"),
                    move=self._client.has_capability("MOVE"),
                )
        except BaseException:
            self.close()
            raise

    # ---- looking ------------------------------------------------------------------------------------------------

    def select(self) -> Folder:
        """SELECT, every time anew: nothing else tells a changed UIDVALIDITY for certain."""
        with self._asking():
            try:
                said = self._client.select_folder(self._account.folder)
            except IMAPClientReadOnlyError:
                # It is an abort to imaplib, yet the connection stands.
                said = self._client.select_folder(self._account.folder, readonly=True)
        if b"UIDVALIDITY" not in said:
            raise ConnectionGone("the server states no UIDVALIDITY: its UIDs mean nothing to the next connection")
        allowed = said.get(b"PERMANENTFLAGS", said.get(b"FLAGS", ()))
        self._folder = Folder(
            uidvalidity=said[b"UIDVALIDITY"],
            uidnext=said.get(b"UIDNEXT", 0),
            exists=said.get(b"EXISTS", 0),
            keywords=b"\\*" in allowed or KEYWORD.lower() in {flag.lower() for flag in allowed},
            deletions=b"\\Deleted" in allowed,
            read_only=b"READ-ONLY" in said,
        )
        return self._folder

    def uids_above(self, last: int, exists: int) -> list[int]:
        """All UIDs above `last`, in order. `exists`: how many mails the folder holds."""
        found: set[int] = set()
        end = exists
        while True:
            start = max(1, end - SEARCH_WINDOW + 1)
            # From the end: UIDs rise with the numbers, so that before a window with none of them there is none either.
            window = [f"{start}:*" if end == exists else f"{start}:{end}"] if exists > SEARCH_WINDOW else []
            with self._asking():
                # n:* always finds the newest mail, even below n.
                said = {uid for uid in self._client.search([*window, "UID", f"{last + 1}:*"]) if uid > last}
            found |= said
            end = start - 1
            if end < 1 or not said:
                return sorted(found)

    def facts(self, uids: Sequence[int]) -> dict[int, Facts]:
        """Size and date of those that are still there."""
        with self._asking():
            # Always a list of numbers: a range given as text makes IMAPClient 4 raise after the server has done it.
            said = self._client.fetch(list(uids), ["RFC822.SIZE", "INTERNALDATE"])
        return {
            uid: Facts(_octets(one.get(b"RFC822.SIZE")), _aware(one.get(b"INTERNALDATE")))
            for uid, one in said.items()
            if b"RFC822.SIZE" in one or b"INTERNALDATE" in one
        }

    # ---- fetching -----------------------------------------------------------------------------------------------

    def fetch(self, uids: Sequence[int]) -> dict[int, bytes]:
        """The whole mails of those that are still there. Never sets \\Seen."""
        with self._asking():
            said = self._client.fetch(list(uids), ["BODY.PEEK[]"])
        # Asked as PEEK, answered as BODY[]. Another's flag change may stand there too, without a body.
        return {uid: one[b"BODY[]"] for uid, one in said.items() if isinstance(one.get(b"BODY[]"), bytes)}

    def fetch_large(self, uid: int, limit: int, beat: Callable[[], None]) -> bytes | None:
        """One whole mail in pieces, `beat` called after each. More than `limit` octets: what came until then. None: it
        is not there any more."""
        pieces: list[bytes] = []
        octets = 0
        while octets <= limit:
            piece = self._part(uid, "", octets, CHUNK)
            if piece is None:
                return None
            pieces.append(piece)
            octets += len(piece)
            if len(piece) < CHUNK:
                break
            beat()
        return b"".join(pieces)

    def fetch_beginning(self, uid: int) -> bytes | None:
        """The headers and the first octets of the body. None: it is not there any more."""
        header = self._part(uid, "HEADER", 0, BEGINNING)
        text = self._part(uid, "TEXT", 0, BEGINNING)
        return None if header is None or text is None else header + text

    def _part(self, uid: int, section: str, start: int, length: int) -> bytes | None:
        with self._asking():
            said = self._client.fetch([uid], [f"BODY.PEEK[{section}]<{start}.{length}>"]).get(uid, {})
        for key in (f"BODY[{section}]<{start}>", f"BODY[{section}]"):
            if key.encode() in said:
                value = said[key.encode()]
                return value if isinstance(value, bytes) else b""
        return None

    # ---- marking ------------------------------------------------------------------------------------------------

    def mark(self, uids: Sequence[int]) -> None:
        """Sets our keyword."""
        self._must_allow("keywords", "no keyword of ours may be set in this folder")
        with self._asking():
            self._client.add_flags(list(uids), [KEYWORD], silent=True)

    def move(self, uids: Sequence[int], folder: str) -> None:
        """MOVE (RFC 6851), else COPY and `delete`."""
        # Asked before: else a copy would be made at each attempt.
        self._must_allow("deletions", "nothing may be deleted in this folder")
        with self._asking():
            if self.abilities.move:
                self._client.move(list(uids), folder)
                return
            self._client.copy(list(uids), folder)
        self.delete(uids)

    def delete(self, uids: Sequence[int]) -> None:
        """Flags these as deleted and, where the server can do that for these alone (RFC 4315), expunges them. Never a
        bare EXPUNGE: it would take what others have flagged."""
        self._must_allow("deletions", "nothing may be deleted in this folder")
        with self._asking():
            self._client.delete_messages(list(uids), silent=True)
            if self.abilities.uidplus:
                self._client.uid_expunge(list(uids))

    def _must_allow(self, what: Literal["keywords", "deletions"], refusal: str) -> None:
        # Some servers answer OK to what they do not do; SELECT tells.
        if self._folder is not None and (self._folder.read_only or not getattr(self._folder, what)):
            raise Refused(refusal)

    def make_folder(self, folder: str) -> None:
        """Creates it unless it is there."""
        with self._asking():
            if not self._client.folder_exists(folder):
                self._client.create_folder(folder)

    # ---- waiting ------------------------------------------------------------------------------------------------

    def wait(self, seconds: float, wake: int) -> bool:
        """IDLE (RFC 2177) until something happens in the folder, `wake` can be read, or the time is up. True: new
        mail was told of. False proves nothing: the next look at the folder is the truth.

        Raises Refused where the server will not IDLE.
        """
        if self._news():
            return True
        with self._asking():
            self._begin_idle()
        self._listen(min(seconds, RENEW_IDLE), wake)
        # Not idle_check(): it swallows the end of the connection, and half a line breaks it. What came is read by
        # idle_done(), which waits for whole lines and not for ever.
        with self._asking():
            said = self._client.idle_done()[1]
        return self._news() or any(len(one) > 1 and one[1] == b"EXISTS" for one in said)

    def _begin_idle(self) -> None:
        # Not idle(): it takes whatever the server says before the "+", such as the very EXISTS we wait for, for a
        # refusal and leaves the command open.
        connection: Any = self._client._imap
        tag = connection._command("IDLE")
        while connection._get_response() is not None:
            if refusal := connection.tagged_commands.get(tag):
                del connection.tagged_commands[tag]
                raise IMAPClientError(f"IDLE: {refusal}")
        self._client._idle_tag = tag

    def _news(self) -> bool:
        """Whether more mails were told of than the folder had when it was selected, in an answer to something else:
        imaplib files such an EXISTS away, where nobody sees it."""
        connection: Any = self._client._imap
        told = connection.untagged_responses.get("EXISTS") or []
        return self._folder is not None and any(int(one) > self._folder.exists for one in told[1:] if one.isdigit())

    def _listen(self, seconds: float, wake: int) -> None:
        end = time.monotonic() + seconds
        poller = select.poll()
        poller.register(wake, select.POLLIN)
        poller.register(self._client.socket(), select.POLLIN)
        # An EXISTS that came in one packet with the "+" is in a buffer already, where poll() cannot see it.
        if not self._news() and not self._has_input():
            poller.poll(max(0.0, end - time.monotonic()) * 1000)

    def _has_input(self) -> bool:
        """Whether something lies in Python's buffer or in that of TLS."""
        connection: Any = self._client._imap
        file = getattr(connection, "_file", None) or connection.file
        sock = self._client.socket()
        sock.settimeout(0)
        try:
            return bool(file.peek(1))
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        except OSError:
            return True  # broken; whoever reads next finds out
        finally:
            sock.settimeout(self._account.timeout)

    # ---- ending -------------------------------------------------------------------------------------------------

    def cut(self) -> None:
        """From any thread: whatever waits for the server ends at once, with ConnectionGone."""
        with contextlib.suppress(OSError, AttributeError):
            # Of the socket below: SSLSocket.shutdown would take TLS away under the thread that reads.
            socket.socket.shutdown(self._client.socket(), socket.SHUT_RDWR)

    def close(self, politely: bool = False) -> None:
        """Ends the connection; `politely` with LOGOUT, which is for one that works."""
        if politely:
            with contextlib.suppress(ConnectionGone, Refused), self._asking():
                self._client.logout()
                return
        with contextlib.suppress(Exception):
            self._client.shutdown()

    @contextlib.contextmanager
    def _asking(self) -> Iterator[None]:
        # A read time-out alone would let a server talk for ever, an octet a minute.
        timer = threading.Timer(self._account.whole_timeout, self.cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        except (IMAPClientAbortError, OSError, EOFError) as error:
            raise ConnectionGone(_brief(error)) from error
        except IMAPClientError as error:
            raise Refused(_brief(error)) from error
        except (ValueError, TypeError, LookupError, AttributeError, AssertionError) as error:
            # Answers that IMAPClient cannot take apart. They were read to their end, so that the connection stands.
            raise Refused(f"an answer that makes no sense: {_brief(error)}") from error
        finally:
            timer.cancel()


def beginning_of(data: bytes) -> bytes:
    """What `fetch_beginning` would have brought of this mail."""
    header, blank, text = data.partition(b"\r\n\r\n")
    return (header + blank)[:BEGINNING] + text[:BEGINNING]


@dataclass(frozen=True, slots=True)
class Found:
    """What `probe` found."""

    abilities: Abilities
    folder: Folder


def probe(account: Account) -> Found:
    """Logs in, looks at the folder, and leaves. Raises LoginRefused, Refused or ConnectionGone."""
    session = Session(account)
    try:
        return Found(session.abilities, session.select())
    finally:
        session.close(politely=True)


def _connect(account: Account) -> IMAPClient:
    context = ssl.create_default_context()
    timeouts: Any = SocketTimeout(connect=account.connect_timeout, read=account.timeout)
    try:
        client = IMAPClient(
            account.host,
            account.port,
            ssl=account.tls == "implicit",
            ssl_context=context if account.tls == "implicit" else None,
            timeout=timeouts,
        )
    except (IMAPClientError, OSError, EOFError, ValueError) as error:
        raise ConnectionGone(_brief(error)) from error
    try:
        client.normalise_times = False  # else INTERNALDATE comes without its zone
        client._imap.debug = 0  # IMAPClient lets imaplib format every line for a log that nobody reads
        if account.tls == "starttls":
            client.starttls(context)
        _log_in(client, account)
    except LoginError as error:
        _shut(client)
        # A connection that is cut in the middle of it is reported as a refusal too.
        if isinstance(error.__context__, IMAPClientAbortError):
            raise ConnectionGone(_brief(error)) from error
        raise LoginRefused(_brief(error)) from error
    except (IMAPClientError, OSError, EOFError, ValueError) as error:
        _shut(client)
        raise ConnectionGone(_brief(error)) from error
    except BaseException:
        _shut(client)
        raise
    return client


def _log_in(client: IMAPClient, account: Account) -> None:
    password = account.password()
    if account.user.isascii() and password.isascii():
        client.login(account.user, password)
    else:
        client.plain_login(account.user, password)  # LOGIN has no letters but those of ASCII


def _shut(client: IMAPClient) -> None:
    with contextlib.suppress(Exception):
        client.shutdown()


def _octets(value: object) -> int:
    return value if isinstance(value, int) and value >= 0 else 0


def _aware(value: object) -> datetime | None:
    if not isinstance(value, datetime) or value.tzinfo is None:
        return None
    try:
        return value.astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def _brief(error: BaseException) -> str:
    text = str(error)
    if text.startswith(("b'", 'b"')):  # imaplib puts octets into its texts
        text = text[2:-1]
    return f"{type(error).__name__}: {' '.join(text.split())[:300]}"
