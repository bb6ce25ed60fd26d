"""The wheel, in an empty venv in an empty folder, is a daemon that runs: all it needs is inside."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import harness
import pytest
from harness import Desk

ROOT = Path(__file__).parents[2]
THIS = f"{sys.version_info.major}.{sys.version_info.minor}"
OFFLINE = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PYTHONDONTWRITEBYTECODE": "1"}

LETTER = (
    b"From: Ola <ola@example.org>\nTo: support@example.com\nSubject: Printer\nMessage-ID: <w@example.org>\n\nHelp.\n"
)


def newest_python() -> tuple[str, str]:
    """(version, program) of the newest CPython at hand that is newer than this one, else this one."""
    found = {THIS: sys.executable}
    places = [Path(place) for place in os.environ.get("PATH", os.defpath).split(os.pathsep)]
    places += sorted((Path.home() / ".pyenv" / "versions").glob("*/bin"))
    for minor in range(sys.version_info.minor + 1, 20):
        for place in places:
            program = place / f"python3.{minor}"
            if program.exists() and _is(program, f"3.{minor}"):
                found[f"3.{minor}"] = str(program)
    version = max(found, key=lambda one: int(one.partition(".")[2]))
    return version, found[version]


def _is(program: Path, version: str) -> bool:
    """A shim may stand there for a version that is not chosen."""
    ask = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2], sys.version_info.releaselevel)"
    done = subprocess.run([program, "-c", ask], capture_output=True, check=False)
    return done.stdout.decode().split() == [version, "final"]


NEWEST = newest_python()
PYTHONS = {THIS: sys.executable, NEWEST[0]: NEWEST[1]}
# All other tests run on this one, so that in the short share the wheel does on the newest.
SHARES = [
    pytest.param(program, marks=[] if version == NEWEST[0] else [pytest.mark.long_only])
    for version, program in PYTHONS.items()
]
IDS = [f"Python {version}{'' if len(PYTHONS) > 1 else ', no newer one at hand'}" for version in PYTHONS]


def run(*command: object, cwd: Path) -> None:
    done = subprocess.run(
        [str(one) for one in command],
        cwd=cwd,
        env={**{name: value for name, value in os.environ.items() if name != "PYTHONPATH"}, **OFFLINE},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout[-2000:] + done.stderr[-4000:]).decode(errors="replace")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that nothing of the checkout but what belongs into it can be in it."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in ("mailgate", "ticketing", "templates", "config", "systemd"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", out, source, cwd=out)
    (built,) = out.glob("*.whl")
    return built


@pytest.mark.timeout(300)
@pytest.mark.parametrize("python", SHARES, ids=IDS)
def test_a_wheel_in_an_empty_venv_is_a_daemon(
    wheel: Path, python: str, tmp_path: Path, new_desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "venv"
    run(python, "-m", "venv", folder, cwd=tmp_path)
    installed = [folder / "bin" / "python", "-m", "pip", "install", "--quiet"]
    # The versions that everything else here was tested with, checked by their hashes; then the wheel alone.
    run(*installed, "--require-hashes", "--requirement", ROOT / "requirements.txt", cwd=tmp_path)
    run(*installed, "--no-deps", wheel, cwd=tmp_path)

    monkeypatch.setattr(harness, "MAILGATE", folder / "bin" / "mailgate")
    monkeypatch.delenv("PYTHONPATH", raising=False)
    desk = new_desk().init()
    assert desk.run("check").stdout.endswith(b"in order.\n")
    desk.start()
    assert desk.send(LETTER).startswith("250")
    desk.settle()
    (ticket,) = desk.tickets()
    assert re.fullmatch(r"\d{6}001", ticket["number"])
    assert len(desk.outgoing()) == 2
    assert desk.stop() == 0
    packed = next((folder / "lib").glob("python*/site-packages/mailgate/_data"))
    assert (packed / "config" / "mailgate.example.toml").exists() and (packed / "templates" / "mail" / "en").is_dir()
    assert list((packed / "systemd").glob("*.service"))
