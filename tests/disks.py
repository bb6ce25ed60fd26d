"""Disks of our own, as root: one that is really full, one whose power is cut. What is missing is an error, no skip."""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from harness import tool

MIB = 2**20
_EXT4_IOC_SHUTDOWN = 0x8004587D
_NOLOGFLUSH = 2  # nothing that waits is written any more, not even the journal


class Mounted:
    """`folder` is the file system; it goes away with the block."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self._options = options

    def mount(self) -> None:
        done = subprocess.run(
            [tool("mount"), *self._options, str(self.folder)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"this machine cannot mount {' '.join(self._options)}: {done.stderr.strip()}")

    def unmount(self) -> None:
        """Waits a little for those who have just been killed in it."""
        deadline = time.monotonic() + 20
        while subprocess.run(["umount", str(self.folder)], capture_output=True, check=False).returncode:
            assert time.monotonic() < deadline, f"{self.folder} is busy"
            time.sleep(0.05)

    def fill(self) -> None:
        """Not an octet is left, until `make_room`."""
        with open(self.folder / "ballast", "ab") as ballast:
            while left := os.fstatvfs(ballast.fileno()).f_bavail * os.fstatvfs(ballast.fileno()).f_frsize:
                with contextlib.suppress(OSError):  # somebody else was quicker
                    os.posix_fallocate(ballast.fileno(), ballast.seek(0, os.SEEK_END), left)

    def make_room(self) -> None:
        (self.folder / "ballast").unlink()


class Disk(Mounted):
    """An ext4 in a file. `cut_power` and `mount` again: only what was synced is there, or what happened to be."""

    def cut_power(self) -> None:
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, _EXT4_IOC_SHUTDOWN, struct.pack("I", _NOLOGFLUSH))
        finally:
            os.close(handle)

    def sync(self) -> None:
        subprocess.run(["sync", "--file-system", str(self.folder)], check=True)


@contextlib.contextmanager
def small_memory_disk(octets: int) -> Iterator[Mounted]:
    with _folder("to fill a disk") as folder:
        mounted = Mounted(folder, "-t", "tmpfs", "-o", f"size={octets}", "tmpfs")
        mounted.mount()
        try:
            yield mounted
        finally:
            mounted.unmount()


@contextlib.contextmanager
def disk_without_power(octets: int) -> Iterator[Disk]:
    with _folder("to cut a disk's power") as folder, tempfile.NamedTemporaryFile(prefix="disk-") as image:
        image.truncate(octets)
        subprocess.run(
            [tool("mkfs.ext4", "e2fsprogs"), "-q", "-F", "-m", "0", image.name], check=True, capture_output=True
        )
        disk = Disk(folder, "-o", "loop", image.name)
        disk.mount()
        try:
            yield disk
        finally:
            disk.unmount()


@contextlib.contextmanager
def _folder(purpose: str) -> Iterator[Path]:
    if os.geteuid() != 0:
        raise RuntimeError(f"only root can mount, {purpose}: run the long share as root, or with sudo")
    with tempfile.TemporaryDirectory(prefix="disk-") as folder:
        yield Path(folder)
