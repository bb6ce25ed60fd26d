"""An agent at neomutt, in a terminal: answers an alert, uses commands, reads receipts, and never sees a web page."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from harness import PATIENCE, Desk, plain_text

OLA = "From: Ola <ola@example.org>\nTo: support@example.com\nSubject: {}\nMessage-ID: <{}@example.org>\n\n{}\n"
SETTINGS = """\
set realname = "Kari Nordmann"
set from = kari@example.com
set hostname = kari.example.com
set smtp_url = "smtp://127.0.0.1:{port}/"
set ssl_starttls = no
set ssl_force_tls = no
set editor = "{editor}"
set folder = "{home}"
set spool_file = "{home}/inbox"
set record = ""
set mbox_type = Maildir
set sort = date-received
set include = yes
set fast_reply = yes
set reply_to = yes
set reply_self = yes
set abort_unmodified = no
set mark_old = no
set wait_key = no
set beep = no
set confirm_append = no
set quit = yes
set mail_check = 1
set signature = "{home}/signature"
ignore *
unignore from to subject date reply-to
"""
SIGNATURE = "Kari Nordmann\nkari@example.com\n+47 99 88 77 66\n"


class Mutt:
    """Kari's neomutt in a tmux of its own. What she types is typed; what she writes stands above the quote."""

    def __init__(self, desk: Desk, home: Path) -> None:
        self.desk, self.home = desk, home
        self.server = f"mailgate-{uuid.uuid4().hex[:12]}"
        for name in ("cur", "new", "tmp"):
            (home / "inbox" / name).mkdir(parents=True)
        self.words = home / "words"
        (home / "signature").write_text(SIGNATURE)
        editor = home / "editor"
        # She writes above what her mail program has quoted.
        editor.write_text(f'#!/bin/sh\ncat {shlex.quote(str(self.words))} "$1" > "$1.new" && mv "$1.new" "$1"\n')
        editor.chmod(0o755)
        settings = home / "neomuttrc"
        settings.write_text(SETTINGS.format(port=desk.port, editor=editor, home=home))
        self._mine: set[str] = set()
        self._seen_at = (home / "inbox" / "new").stat().st_mtime
        neomutt = f"neomutt -n -F {shlex.quote(str(settings))}"
        self._tmux("new-session", "-d", "-s", "kari", "-x", "150", "-y", "45", neomutt)

    def _tmux(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-L", self.server, *arguments], capture_output=True, timeout=PATIENCE, check=True
        )
        return done.stdout.decode(errors="replace")

    def close(self) -> None:
        subprocess.run(["tmux", "-L", self.server, "kill-server"], capture_output=True, timeout=PATIENCE, check=False)

    def screen(self) -> str:
        return self._tmux("capture-pane", "-p", "-t", "kari")

    def keys(self, *keys: str) -> None:
        self._tmux("send-keys", "-t", "kari", *keys)

    def sees(self, text: str, *keys: str) -> str:
        """Waits until a text stands on the screen; the screen. `keys`: pressed again until it does, since neomutt looks
        for new mail when it is asked to, and drops what is typed while its editor ends."""
        end, pressed = time.monotonic() + PATIENCE, 0.0
        while text not in (screen := self.screen()):
            assert time.monotonic() < end, f"no “{text}” on the screen:\n{screen}\n{self.desk.said()}"
            if keys and time.monotonic() - pressed > 1.0:
                self.keys(*keys)
                pressed = time.monotonic()
            time.sleep(0.05)
        return screen

    def fetch(self) -> list[EmailMessage]:
        """What has come for Kari, put into her inbox; all that is there."""
        for file in sorted((self.desk.folder / "outgoing" / "new").glob("*")):
            if file.name not in self._mine and b"Delivered-To: kari@example.com" in file.read_bytes():
                self._mine.add(file.name)
                shutil.copy(file, self.home / "inbox" / "tmp" / file.name)
                (self.home / "inbox" / "tmp" / file.name).rename(self.home / "inbox" / "new" / file.name)
                # neomutt looks at whole seconds, and may have opened the folder in this one.
                self._seen_at += 2
                os.utime(self.home / "inbox" / "new", (self._seen_at, self._seen_at))
        return self.desk.outgoing_to("kari@example.com")

    def receives(self, subject: str, words: str) -> EmailMessage:
        """Waits for a mail with these words, and opens it."""

        def there() -> list[EmailMessage]:
            return [one for one in self.fetch() if subject in str(one["Subject"]) and words in plain_text(one)]

        found = self.desk.wait(there, f"{subject}: {words}")[-1]
        count = len(list((self.home / "inbox").glob("*/*mailgate*")))
        if "i:Exit" in self.screen():
            self.sees("q:Quit", "q")
        self.sees(f"Msgs:{count}", "$")
        self.keys("*", "Enter")  # the newest is the last
        self.sees(words)
        return found

    def answers(self, words: str) -> None:
        """Answers the mail on the screen, with the quote and the signature that her program adds."""
        self.words.write_text(words + "\n\n")
        self.sees("y:Send", "r")
        self.sees("i:Exit", "y")  # back in the mail that is answered
        self.sees("Msgs:", "q")


@pytest.fixture
def mutt(new_desk: Callable[..., Desk], tmp_path: Path) -> Iterator[Mutt]:
    for tool in ("neomutt", "tmux"):
        assert shutil.which(tool), f"{tool} is missing (as root: apt-get install {tool})"
    desk = new_desk().init()
    desk.replace("undo_seconds = 60", "undo_seconds = 0")
    desk.start()
    mutt = Mutt(desk, tmp_path / "kari")
    try:
        yield mutt
    finally:
        mutt.close()


def test_a_morning_at_neomutt(mutt: Mutt) -> None:
    desk = mutt.desk
    assert desk.send(OLA.format("The printer", "p1", "It is on fire.")).startswith("250")
    mutt.receives("The printer", "It is on fire.")

    # She takes it and answers: Ola gets her words and nothing else of her mail.
    mutt.answers("!claim\n!priority high\n\nTurn it off, please.")
    [answer] = desk.wait(
        lambda: [one for one in desk.outgoing_to("ola@example.org") if "Turn it off" in plain_text(one)], "the answer"
    )
    text = plain_text(answer)
    assert text.startswith("Turn it off, please.") and "Nordmann" not in text and "fire" not in text
    receipt = mutt.receives("Done: The printer", "goes to ola@example.org")
    assert "Priority of 26" in plain_text(receipt)

    # A slip of the fingers: nothing is done, and the receipt says what she meant.
    mutt.answers("!prioritty urgent\n!done")
    told = mutt.receives("Not done: The printer", "Did you mean !priority?")
    assert "!prioritty urgent" in plain_text(told)

    # He answers; she completes it from the new alert.
    reply = OLA.format("Re: The printer", "p2", "It is off now, and cold.")
    reply = reply.replace("support@example.com", str(answer["Reply-To"]))
    assert desk.send(reply, rcpt_to=str(answer["Reply-To"])).startswith("250")
    mutt.receives("The printer", "It is off now")
    mutt.answers("!resolution\nTurned off.\n!end\n!done")
    desk.wait(lambda: desk.tickets()[0]["status"] == "completed", "the ticket to be completed")
    ticket = desk.ticket(desk.tickets()[0]["number"])
    assert ticket["priority"] == "high" and ticket["resolution"] == "Turned off."
    assert ticket["assignee"]["id"] == "kari"
    for mail in desk.outgoing_to("ola@example.org"):
        assert "kari@example.com" not in mail.as_string() and "99 88 77 66" not in mail.as_string()
    desk.settle()
    assert desk.audit()["balanced"]
