"""What `make fuzz` holds of each reader holds of its seeds; and of what a fuzzer once broke one with."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "fuzz"))

from targets import TARGETS, seeds


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_break_nothing(name: str) -> None:
    found = list(seeds(name))
    assert found
    for seed in found:
        TARGETS[name](seed)


FOUND: list[tuple[str, bytes]] = [
    # an encoded word that never ends, in a quoted name before more parameters: read for ever
    ("classify", b'\nContent-Type: a/b;\tname="=?gb18030?B?sai8;\tcharset="gb18030";\tname="=?gb18030?B?saiap\n\nx'),
]


@pytest.mark.parametrize("name, data", FOUND)
def test_what_was_found_breaks_nothing(name: str, data: bytes) -> None:
    TARGETS[name](data)
