"""What lies ready in the operators' folder (`desk.templates`) and in ours: prepared answers and the files they send.

    canned/<language>/NAME.md.j2      an answer: `!canned NAME`
    guides/…                          what an answer attaches, named from here
    guides/<language>/NAME.md         what a requester may help himself with, named in acknowledgements

A fault is no reason to stop a command that looks at tickets, so it is kept until somebody asks for the faults: `check`,
and every start.
"""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mailgate.config_values import is_language
from ticketing.model import File
from ticketing.policy import CannedAnswer, Guide, Prepared
from ticketing.rules import canned, guides

SUFFIX = ".md.j2"
NO_LANGUAGE = 'its folder is named after no language; name it as "nb", "fi" or "en"'
GUIDES = "guides"
# A mail of more is refused by many.
LARGEST = 10 << 20


@dataclass(frozen=True, slots=True)
class Fault:
    """`file` as `canned/en/reset.md.j2`; `line` from 1."""

    file: str
    line: int
    message: str


def read_prepared(shipped: Path, own: Path | None) -> tuple[Prepared, tuple[Fault, ...]]:
    """What there is; an answer of the operators stands in place of ours of that name and language."""
    answers: dict[str, dict[str, CannedAnswer]] = {}
    contents: dict[str, bytes] = {}
    faults: list[Fault] = []
    for folder in (shipped, own) if own else (shipped,):
        for language, name, path in _files(folder / "canned", SUFFIX):
            place = f"canned/{language}/{path.name}"
            if not is_language(language):
                faults.append(Fault(place, 1, NO_LANGUAGE))
                continue
            try:
                title, attached, source = canned.parts(path.read_text(encoding="utf-8"))
            except (OSError, UnicodeDecodeError) as error:
                faults.append(Fault(place, 1, _why(error)))
                continue
            files = []
            for one in attached:
                try:
                    file, data = _enclosure(folder / GUIDES, one)
                except (OSError, ValueError) as error:
                    faults.append(Fault(place, 1, f"Attach: {one}: {_why(error)}"))
                    continue
                contents[file.sha256] = data
                files.append(file)
            answers.setdefault(name, {})[language] = CannedAnswer(name, language, title, source, tuple(files))
    found = _guides(own / GUIDES, contents, faults) if own else ()
    return Prepared(answers, tuple(found), contents), tuple(faults)


def _guides(folder: Path, contents: dict[str, bytes], faults: list[Fault]) -> Iterator[Guide]:
    for language, name, path in _files(folder, ".md"):
        place = f"{GUIDES}/{language}/{path.name}"
        if not is_language(language):
            faults.append(Fault(place, 1, NO_LANGUAGE))
            continue
        try:
            title, link, text = guides.parts(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            faults.append(Fault(place, 1, _why(error)))
            continue
        if not title or not (link or text):
            faults.append(Fault(place, 1, "a guide has a title in its first line, and below it a text or a Link:"))
            continue
        data = f"{title}\n\n{text}\n".encode()
        file = File(f"{title}.txt", "text/plain", len(data), hashlib.sha256(data).hexdigest(), False)
        contents[file.sha256] = data
        yield Guide(name, language, title, link, text, file)


def faults_of(prepared: Prepared) -> tuple[Fault, ...]:
    """Templates that can never be filled in."""
    return tuple(
        Fault(f"canned/{one.language}/{one.name}{SUFFIX}", broken.line, broken.message)
        for answers in prepared.canned.values()
        for one in answers.values()
        if (broken := canned.fault(one)) is not None
    )


def _files(folder: Path, suffix: str) -> Iterator[tuple[str, str, Path]]:
    """(language, name, path) of each file `<language>/NAME<suffix>`."""
    for path in sorted(folder.glob(f"*/*{suffix}")):  # two folders deep: what lies in guides/ itself is no guide
        if path.is_file():
            yield path.parent.name.lower(), path.name.removesuffix(suffix), path


def _enclosure(folder: Path, name: str) -> tuple[File, bytes]:
    """A file that goes along. Raises ValueError or OSError."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ValueError(f"lies outside of {GUIDES}/")
    if not path.is_file():
        raise ValueError(f"there is no such file in {GUIDES}/")
    if path.stat().st_size > LARGEST:
        raise ValueError(f"is larger than {LARGEST >> 20} MiB")
    data = path.read_bytes()
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return File(path.name, kind, len(data), hashlib.sha256(data).hexdigest(), False), data


def _why(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "is not UTF-8"
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
