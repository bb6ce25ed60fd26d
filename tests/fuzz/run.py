"""`make fuzz`: each target for FUZZ_SECONDS (60), or only those in FUZZ_TARGETS; what was tried and what broke.

What a target found interesting is kept in .fuzz/NAME/ and is where the next run begins. What broke one lies beside it
as .fuzz/NAME-crash-…, NAME-timeout-… or NAME-oom-….
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
KEPT = HERE.parents[1] / ".fuzz"

sys.path[:0] = [str(HERE), str(HERE.parents[1])]
from targets import TARGETS, seeds  # noqa: E402

LIMITS = ["-timeout=20", "-rss_limit_mb=1500", "-print_final_stats=1"]

LONG = {"html": 200_000}  # its bounds are about much of it


def main() -> int:
    wanted = os.environ.get("FUZZ_TARGETS", "").split() or list(TARGETS)
    broken = [name for name in wanted if not fuzz(name, int(os.environ.get("FUZZ_SECONDS") or "60"))]
    if broken:
        print(
            "\nWhat to do: run the file through its target alone, mend the reader, and give it a row in tests/unit:\n"
            "  .venv/bin/python tests/fuzz/one.py TARGET .fuzz/TARGET-crash-…\n"
            "A file that is long is made short by -minimize_crash=1 before the file's name."
        )
    return 1 if broken else 0


def fuzz(name: str, seconds: int) -> bool:
    corpus = KEPT / name
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in seeds(name):
        (corpus / hashlib.sha1(seed, usedforsecurity=False).hexdigest()).write_bytes(seed)
    known = set(KEPT.glob(f"{name}-*"))
    command = [sys.executable, str(HERE / "one.py"), name, *LIMITS, f"-max_len={LONG.get(name, 20_000)}",
               f"-max_total_time={seconds}",
               f"-artifact_prefix={KEPT}/{name}-", str(corpus)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    print(f"{name:<9} {summary(done.stderr + done.stdout)}", flush=True)
    for file in sorted(set(KEPT.glob(f"{name}-*")) - known):
        print(f"          broken by {file.relative_to(KEPT.parent)}")
    if done.returncode:
        print("\n".join("          " + line for line in told(done.stdout + done.stderr)))
    return done.returncode == 0


def summary(output: str) -> str:
    executions = re.findall(r"stat::number_of_executed_units: *(\d+)", output) or re.findall(r"^#(\d+)", output, re.M)
    covered = re.findall(r"cov: (\d+) ft: (\d+)", output)
    branches, features = covered[-1] if covered else ("?", "?")
    return f"{executions[-1] if executions else '?':>9} mails tried, {branches} branches, {features} features"


def told(output: str) -> list[str]:
    """The traceback, or the end of what there is."""
    _, found, trace = output.partition("Traceback (most recent call last)")
    return (found + trace.partition("\n\n")[0]).splitlines()[:25] if found else output.splitlines()[-15:]


if __name__ == "__main__":
    sys.exit(main())
