"""Each file in tests/bad_config begins with the faults it must give, all of them and exactly so: lines of `#= …`."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailgate.config import ConfigError, load

FILES = sorted((Path(__file__).parents[1] / "bad_config").glob("*.toml"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text, mode in (
        ("secret.key", f"a 2026-11-21 {'0f' * 32}\n", 0o600),
        ("open.key", f"a 2026-11-21 {'0f' * 32}\n", 0o644),
        ("relay.pw", "hunter2\n", 0o600),
    ):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(mode)
    return tmp_path


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_fault_is_told_at_once(file: Path, folder: Path) -> None:
    content = file.read_text()
    faults = [line[3:].replace("{here}", str(folder)) for line in content.splitlines() if line.startswith("#= ")]
    assert faults, "the file must say what is wrong with it"
    path = folder / "mailgate.toml"
    path.write_text(content)

    with pytest.raises(ConfigError) as caught:
        load(path, {})

    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    report = str(caught.value)
    assert report.splitlines() == [f"{path}: {count}", *(f"  {fault}" for fault in faults)]
    assert "hunter2" not in report and "0f0f" not in report
    assert "hunter2" not in repr(caught.value) and caught.value.__cause__ is None
