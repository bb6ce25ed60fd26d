"""An address field no scanner takes, which can only mean one address all the same. Pure, linear in the line."""

from __future__ import annotations

import re

_SIGNS = re.compile(r"[^\s\"<>()\[\],;:@]+")
_ANGLED = re.compile(r"<([^\s<>@]{1,64}@[^\s<>@]{1,253})>")
_SCHEME = re.compile(r"(?:mailto|smtp):\Z", re.I)
_AROUND = " \t<>[]()\"',;:\\"


def sole_address(line: str) -> tuple[str, str] | None:
    """The name and the address of a line that holds one address only: without angle brackets, or with half of them,
    between square ones, behind a quotation mark or a parenthesis that nobody closed, with words after it. None where
    there could be two, or where it stands in a quoted name: none is fished out of there."""
    line = line.replace("&lt;", "<").replace("&gt;", ">")
    if line.count("@") > 1:
        angled = {one.lower() for one in _ANGLED.findall(line)}
        said = _ANGLED.sub("", line)
        return (said.strip(_AROUND), angled.pop()) if len(angled) == 1 and "@" not in said else None
    before, at, after = line.partition("@")
    if not at or (before.count('"') % 2 and '"' in after):
        return None
    before, after = before.rstrip(), after.lstrip()
    left, right = _SIGNS.match(before[::-1]), _SIGNS.match(after)
    if not left or not right:
        return None
    address = f"{left[0][::-1]}@{right[0]}".strip("'").rstrip(".")
    name = _SCHEME.sub("", before[: len(before) - left.end()]).strip(_AROUND)
    return name or after[right.end() :].strip(_AROUND), address
