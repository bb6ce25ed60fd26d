"""What the configuration names outside itself: folders, files, secrets and databases, in the manner of `config_values`.

No fault shows a secret, nor does any repr.
"""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated
from urllib.parse import quote, unquote, urlsplit

from pydantic import BeforeValidator, SecretStr, ValidationInfo

from mailgate.config_values import fault, in_quotes, shown, surroundings
from mailgate.tokens import KeyFault, read_keys


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """`url` for SQLAlchemy (it may hold a password, so no repr shows it); `path` is the file of an SQLite one."""

    url: str = field(repr=False)
    path: Path | None

    @property
    def is_sqlite(self) -> bool:
        return self.path is not None

    @property
    def shown(self) -> str:
        """The URL for people: without the password."""
        return _without_password(self.url)


NETWORK_FILESYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "fuse.sshfs"}
)


def _read_path(value: object, info: ValidationInfo) -> Path:
    text = in_quotes(value, "a path")
    if not text or "\0" in text:
        raise fault("must not be empty")
    return surroundings(info).folder / Path(text).expanduser()


def _read_folder_to_make(value: object, info: ValidationInfo) -> Path:
    path = _read_path(value, info)
    if path.exists() and not path.is_dir():
        raise fault(f"not a folder: {path}")
    if not path.exists() and not path.parent.is_dir():
        raise fault(f"no such folder: {path.parent}")
    return path


def _read_folder(value: object, info: ValidationInfo) -> Path:
    path = _read_path(value, info)
    if not path.is_dir():
        raise fault(f"no such folder: {path}")
    return path


def _read_readable_file(value: object, info: ValidationInfo) -> Path:
    path = _read_path(value, info)
    _content(path)
    return path


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise fault(f"no such file: {path}") from None
    except OSError as error:
        raise fault(f"cannot be read: {path} ({error.strerror})") from None


def _secret_content(path: Path) -> str:
    try:
        text = _content(path).decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise fault(f"not UTF-8: {path}") from None
    if not text:
        raise fault(f"empty file: {path}")
    return text


def _private_content(value: object, info: ValidationInfo) -> str:
    """The text of a secret file that only its owner can read (its group too where root owns it, as servers deploy)."""
    path = _read_path(value, info)
    text = _secret_content(path)
    state = path.stat()
    too_open = 0o037 if state.st_uid == 0 else 0o077
    if state.st_mode & too_open:
        raise fault(f"open to others (mode {stat.S_IMODE(state.st_mode):04o}): chmod 600 {path}")
    return text


def _credential_content(value: object, info: ValidationInfo) -> str:
    """The text of a systemd credential (LoadCredential=), by its name."""
    name = in_quotes(value, "the name of a credential")
    if not re.fullmatch(r"[A-Za-z0-9_.:-]{1,255}", name) or name in (".", ".."):
        raise fault(f"{shown(name)} is not the name of a credential")
    folder = surroundings(info).credentials
    if folder is None:
        raise fault(f"credential {name}: $CREDENTIALS_DIRECTORY is not set (LoadCredential= in the unit sets it)")
    return _secret_content(folder / name)


def _key_ring(text: str) -> SecretStr:
    """Checked here, kept as text: which keys still verify depends on the day, and there is no clock here."""
    try:
        read_keys(text, date.min)
    except KeyFault as wrong:
        raise fault(str(wrong)) from None
    return SecretStr(text)


_DATABASES = ("sqlite", "postgresql", "postgresql+psycopg")


def _read_database(value: object, info: ValidationInfo) -> DatabaseUrl:
    url = in_quotes(value, "a database URL")
    scheme, mark, rest = url.partition("://")
    if not mark or scheme not in _DATABASES:
        raise fault('must begin with "sqlite:///" or "postgresql+psycopg://"')
    if scheme != "sqlite":
        try:
            urlsplit(url).port  # noqa: B018  (reading it is the check; without a server it is the local socket)
        except ValueError:
            raise fault(f"not a database URL: {_without_password(url)}") from None
        return DatabaseUrl(f"postgresql+psycopg://{rest}", None)
    file = unquote(rest.removeprefix("/"))
    if not rest.startswith("/") or not file or file == ":memory:" or "?" in rest or "\0" in file:
        raise fault('must name a file: "sqlite:///desk.db" (beside this file) or "sqlite:////var/lib/mailgate/desk.db"')
    path = surroundings(info).folder / file
    if path.is_dir() or not path.parent.is_dir():
        raise fault(f"is a folder: {path}" if path.is_dir() else f"no such folder: {path.parent}")
    kind = filesystem_of(path.parent)
    if kind in NETWORK_FILESYSTEMS and not info.data.get("allow_network_filesystem"):
        # Locks and fsync over the network are not what SQLite's promise rests on.
        raise fault(f"{path} lies on {kind}; use a local disk or PostgreSQL (or allow_network_filesystem = true)")
    return DatabaseUrl(f"sqlite:///{quote(str(path))}", path)


def _without_password(url: str) -> str:
    """Cut by hand, so that it also holds for URLs that no parser takes. The last @ ends the user's part."""
    scheme, _, rest = url.partition("://")
    user, at, server = rest.rpartition("@")
    server = re.sub(r"(?i)(password=)[^&]*", r"\1***", server)
    return f"{scheme}://{user.partition(':')[0]}{at}{server}"


def filesystem_of(path: Path, mountinfo: str | None = None) -> str:
    """The type of the file system `path` lies on (`ext4`, `nfs4`, …), '' where the kernel does not tell. proc(5)."""
    if mountinfo is None:
        try:
            mountinfo = Path("/proc/self/mountinfo").read_text(errors="surrogateescape")
        except OSError:
            return ""
    real = path.resolve()
    deepest, kind = -1, ""
    for line in mountinfo.splitlines():
        mount, _, rest = line.partition(" - ")
        words = mount.split(" ")
        if len(words) < 5 or not rest:
            continue
        point = Path(re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), words[4]))
        # Equal depth: mounted over the earlier one.
        if real.is_relative_to(point) and len(point.parts) >= deepest:
            deepest, kind = len(point.parts), rest.split(" ")[0]
    return kind


FolderToMake = Annotated[Path, BeforeValidator(_read_folder_to_make)]
Folder = Annotated[Path, BeforeValidator(_read_folder)]
ReadableFile = Annotated[Path, BeforeValidator(_read_readable_file)]
SecretFile = Annotated[SecretStr, BeforeValidator(lambda value, info: SecretStr(_private_content(value, info)))]
SecretCredential = Annotated[
    SecretStr, BeforeValidator(lambda value, info: SecretStr(_credential_content(value, info)))
]
KeyRingFile = Annotated[SecretStr, BeforeValidator(lambda value, info: _key_ring(_private_content(value, info)))]
KeyRingCredential = Annotated[
    SecretStr, BeforeValidator(lambda value, info: _key_ring(_credential_content(value, info)))
]
DatabaseField = Annotated[DatabaseUrl, BeforeValidator(_read_database)]
