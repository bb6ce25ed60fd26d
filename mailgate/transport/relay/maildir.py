"""Mail out, into a maildir: for a first look at the desk, for tests, and for those who deliver themselves."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Sequence
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

from mailgate.mail import NULL_SENDER, Deferred, Delivered, Delivery
from mailgate.transport.relay import refuse_bad_addresses, results_for


class MaildirRelay:
    """Delivers into `folder` (made on demand) as a delivery agent does: written in tmp/, synced, renamed into new/.

    The file is the mail unchanged below one Return-Path line and a Delivered-To line for each recipient. Its name comes
    from its content alone, so that the same mail sent twice is one file, also when a reader has moved it to cur/.
    """

    longest = timedelta(minutes=1)

    def __init__(self, folder: Path) -> None:
        self._folder = Path(folder)

    def send(self, mail_from: str, recipients: Sequence[str], data: bytes) -> list[Delivery]:
        outcomes = refuse_bad_addresses(mail_from, recipients)
        good = [address for address in dict.fromkeys(recipients) if address not in outcomes]
        if not good:
            return results_for(recipients, outcomes, Delivered(""))
        mail = _trace_lines(mail_from, good, data) + data
        name = f"{_seconds_stated(data)}.{hashlib.sha256(mail).hexdigest()[:32]}.mailgate"
        try:
            self._write(name, mail)
        except OSError as fault:
            return results_for(
                recipients, outcomes, Deferred(f"cannot write to the maildir: {fault.strerror or fault}")
            )
        return results_for(recipients, outcomes, Delivered(f"250 2.0.0 maildir new/{name}"))

    def try_out(self) -> str | None:
        """None, or why no mail could be written now."""
        try:
            for part in ("tmp", "new", "cur"):
                _make_folder(self._folder / part)
            probe = self._folder / "tmp" / f"probe.{os.getpid()}"
            with open(probe, "wb", opener=_private):
                probe.unlink()
        except OSError as fault:
            return f"cannot write to the maildir: {fault.strerror or fault}"
        return None

    def close(self) -> None:
        """Nothing is kept open."""

    def _write(self, name: str, mail: bytes) -> None:
        for part in ("tmp", "new", "cur"):
            _make_folder(self._folder / part)
        if (self._folder / "new" / name).exists() or any((self._folder / "cur").glob(f"{name}*")):
            return
        draft = self._folder / "tmp" / name
        try:
            with open(draft, "wb", opener=_private) as file:
                file.write(mail)
                file.flush()
                os.fsync(file.fileno())
            draft.rename(self._folder / "new" / name)
        except OSError:
            with contextlib.suppress(OSError):
                draft.unlink()
            raise
        _sync_folder(self._folder / "new")


def _trace_lines(mail_from: str, recipients: Sequence[str], data: bytes) -> bytes:
    end = "\r\n" if data[: data.find(b"\n") + 1].endswith(b"\r\n") else "\n"
    sender = "" if mail_from == NULL_SENDER else mail_from
    lines = [f"Return-Path: <{sender}>", *(f"Delivered-To: {address}" for address in recipients)]
    return "".join(line + end for line in lines).encode()


def _seconds_stated(data: bytes) -> int:
    """The mail's own Date in seconds, with which the file names of a maildir begin by custom; 0 where it says none."""
    found = re.search(rb"^Date:[ \t]*([^\r\n]{1,80})", data[: 64 * 1024], re.MULTILINE | re.IGNORECASE)
    try:
        return max(0, int(parsedate_to_datetime(found[1].decode("ascii")).timestamp())) if found else 0
    except (ValueError, OverflowError, TypeError, IndexError, OSError):
        return 0


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _sync_folder(folder.parent)
    _sync_folder(folder.parent.parent)


def _sync_folder(folder: Path) -> None:
    """A rename is safe on disk only when its folder is."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
