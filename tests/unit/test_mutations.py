"""Golden mails, damaged: 20,000 of them a run, each read whole. Nothing raises, and what comes out keeps the caps.

A run has a seed of its own in its name; what fails says which, so that it can be made again.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from mailgate.inbound.classify import KnownToUs, classify
from mailgate.inbound.parse import parse, to_json

MAILS = [file.read_bytes() for file in sorted((Path(__file__).parents[1] / "mails").rglob("*.eml"))]
SEEDS = range(20)
EACH = 1_000
LARGEST = 40_000  # of a damaged mail; the large ones have tests of their own
STUMBLES = (
    b"\0", b"\xff\xfe", b"=?utf-8?b?", b"?=", b"\xed\xa0\x80", b"--", b'"', b"<", b"\x1b$B", b"&#x0;", b"\n\n",
)  # fmt: skip
WORDS = (
    b"base64", b"quoted-printable", b"utf-8", b"utf-16", b"iso-2022-jp", b"text/html", b"text/plain",
    b"multipart/mixed", b"multipart/alternative", b"message/rfc822",
)  # fmt: skip


def mutated(dice: random.Random) -> bytes:
    mail = bytearray(dice.choice(MAILS)[:LARGEST])
    for _ in range(dice.choice((1, 1, 2, 3, 8))):
        match dice.randrange(9):
            case 0:  # bits
                for _ in range(dice.randrange(1, 20)):
                    mail[dice.randrange(len(mail))] ^= 1 << dice.randrange(8)
            case 1:  # cut off
                del mail[dice.randrange(len(mail)) :]
            case 2:  # a piece is missing
                start = dice.randrange(len(mail))
                del mail[start : start + dice.randrange(1, 200)]
            case 3:  # a piece comes twice
                start = dice.randrange(len(mail))
                mail[start:start] = mail[start : start + dice.randrange(1, 400)]
            case 4:  # lines change places
                lines = mail.split(b"\n")
                one, other = dice.randrange(len(lines)), dice.randrange(len(lines))
                lines[one], lines[other] = lines[other], lines[one]
                mail = bytearray(b"\n".join(lines))
            case 5:  # another mail goes on here
                other_mail = dice.choice(MAILS)
                mail[dice.randrange(len(mail)) :] = other_mail[dice.randrange(len(other_mail)) :][:LARGEST]
            case 6:  # other line ends
                old, new = dice.choice(((b"\r\n", b"\n"), (b"\n", b"\r\n"), (b"\n", b"\r"), (b"\r\n", b"\r")))
                mail = mail.replace(old, new, dice.choice((1, 5, -1)))
            case 7:  # bytes that programs stumble over
                piece = dice.choice(STUMBLES)
                start = dice.randrange(len(mail))
                mail[start:start] = piece * dice.choice((1, 1, 3, 50))
            case 8:  # a word of MIME is another
                old, new = dice.sample(WORDS, 2)
                mail = mail.replace(old, new)
        if not mail:
            mail = bytearray(b"\n")
    return bytes(mail)


@pytest.mark.parametrize("seed", SEEDS)
def test_damaged_mails_are_read(seed: int) -> None:
    dice = random.Random(seed)
    for number in range(EACH):
        data = mutated(dice)
        where = f"seed {seed}, mail {number}: {data[:300]!r}"
        mail = parse(data)
        said = to_json(mail, "x", classify(mail, KnownToUs()))
        json.dumps(said, ensure_ascii=False).encode()  # a lone surrogate would raise
        assert len(mail.text) <= 262_144 and len(mail.attachments) <= 200, where
        assert all(0 <= one.start < one.end <= len(mail.text) for one in mail.folds), where
        assert all(one.end <= other.start for one, other in zip(mail.folds, mail.folds[1:], strict=False)), where
        assert not any(control in mail.subject for control in "\r\n\0"), where
        assert mail.new_text.strip() or not mail.text.strip(), where
