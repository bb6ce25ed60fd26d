from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from sqlalchemy import make_url

from mailgate import config, config_faults, config_files, config_tables, config_times, config_values
from mailgate.config import ConfigError, Settings, load
from mailgate.config_times import Limit
from mailgate.config_values import HostPort
from mailgate.tokens import read_keys

ROOT = Path(__file__).parents[2]
RING = f"a 2026-11-21 {'0f' * 32}\n"
SMALL = """
[desk]
secret_file = "secret.key"
{desk}
[relay]
maildir = "outgoing"
[[queue]]
name = "support"
[[mailbox]]
address = "support@example.com"
aliases = ["Help@Example.com"]
queue = "support"
{more}
"""


def put(folder: Path, name: str, text: str, mode: int = 0o600) -> Path:
    path = folder / name
    path.write_text(text)
    path.chmod(mode)
    return path


def loaded(folder: Path, more: str = "", desk: str = "", environ: dict[str, str] | None = None) -> Settings:
    put(folder, "secret.key", RING)
    return load(put(folder, "mailgate.toml", SMALL.format(desk=desk, more=more)), environ or {})


def faults(folder: Path, more: str = "", desk: str = "") -> list[str]:
    with pytest.raises(ConfigError) as caught:
        loaded(folder, more, desk)
    return list(map(str, caught.value.faults))


# ------------------------------------------------------------------------------------------------------------ values


@pytest.mark.parametrize(
    "text, length",
    [
        ("90s", timedelta(seconds=90)),
        ("10m", timedelta(minutes=10)),
        ("4h", timedelta(hours=4)),
        ("7d", timedelta(days=7)),
        ("2w", timedelta(weeks=2)),
        ("1h30m", timedelta(minutes=90)),
        ("0s", timedelta()),
        ("3660d", timedelta(days=3660)),
        ("3661d", None),
        ("999999999w", None),
        ("9999999999s", None),
        ("", None),
        ("7", None),
        ("d", None),
        ("-1d", None),
        ("1.5h", None),
        ("1 h", None),
        ("7d\n", None),
        ("٧d", None),  # Arabic digits: int() would take them
    ],
)
def test_durations(text: str, length: timedelta | None) -> None:
    assert config_times.duration(text) == length


@pytest.mark.parametrize(
    "text, limit",
    [
        ("3/10m", Limit(3, timedelta(minutes=10))),
        ("5/h", Limit(5, timedelta(hours=1))),
        ("20/d", Limit(20, timedelta(days=1))),
        ("1/30d", Limit(1, timedelta(days=30))),
        ("0/h", None),
        ("3/0s", None),
        ("3/", None),
        ("3", None),
        ("/h", None),
        ("x/h", None),
        ("3/h/h", None),
        ("off", None),
    ],
)
def test_limits(text: str, limit: Limit | None) -> None:
    assert config_times.limit(text) == limit


@pytest.mark.parametrize(
    "text, place",
    [
        ("127.0.0.1:2525", HostPort("127.0.0.1", 2525)),
        ("[::1]:25", HostPort("::1", 25)),
        ("[0:0:0:0:0:0:0:1]:25", HostPort("::1", 25)),
        ("mail.example.com:587", HostPort("mail.example.com", 587)),
        ("localhost:0", HostPort("localhost", 0)),
        ("::1:25", None),
        ("[127.0.0.1]:25", None),
        ("mail.example.com", None),
        ("mail.example.com:", None),
        ("mail.example.com:65536", None),
        ("mail.example.com:smtp", None),
        (":25", None),
        ("smtp://mail.example.com:25", None),
        ("mail.example.com:25\n", None),
        ("a b:25", None),
    ],
)
def test_host_and_port(text: str, place: HostPort | None) -> None:
    assert config_values.host_port(text) == place
    if place is not None:
        assert config_values.host_port(str(place)) == place


@pytest.mark.parametrize(
    "host, answer",
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("LOCALHOST", True),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
        ("localhost.example.com", False),
    ],
)
def test_loopback(host: str, answer: bool) -> None:
    assert config_values.is_loopback(host) is answer


MOUNTS = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:25 / /dev/shm rw,nosuid - tmpfs tmpfs rw
31 22 0:40 / /srv/our\\040desk rw shared:2 - nfs4 server:/desk rw
32 31 0:41 / /srv/our\\040desk/local rw - xfs /dev/vdb rw
33 22 0:42 / /srv/twice rw - ext4 /dev/vdc rw
34 33 0:43 / /srv/twice rw - nfs server:/x rw
not a mount line
"""


@pytest.mark.parametrize(
    "path, kind",
    [
        ("/", "ext4"),
        ("/nowhere/at/all", "ext4"),
        ("/dev/shm", "tmpfs"),
        ("/srv/our desk", "nfs4"),
        ("/srv/our desk/sub", "nfs4"),
        ("/srv/our desk/local/sub", "xfs"),
        ("/srv/our desks", "ext4"),
        ("/srv/twice", "nfs"),  # the later mount hides the earlier
    ],
)
def test_filesystem(path: str, kind: str) -> None:
    assert config_files.filesystem_of(Path(path), MOUNTS) == kind


def test_filesystem_without_a_word_from_the_kernel() -> None:
    assert config_files.filesystem_of(Path("/"), "") == ""


def test_a_database_on_a_network_filesystem_is_refused_unless_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(config_files, "filesystem_of", lambda path: "nfs4")
    assert faults(tmp_path) == [
        f"desk.database: {tmp_path}/desk.db lies on nfs4; use a local disk or PostgreSQL"
        " (or allow_network_filesystem = true)"
    ]
    assert loaded(tmp_path, desk="allow_network_filesystem = true").desk.database.is_sqlite


# ---------------------------------------------------------------------------------------------------------- the file


def test_the_smallest_file_and_its_defaults(tmp_path: Path) -> None:
    settings = loaded(tmp_path)
    assert settings.folder == tmp_path
    assert settings.desk.timezone.key == "UTC"
    assert settings.desk.undo_seconds == 60
    assert settings.desk.auto_close == settings.desk.reopen_window == timedelta(days=7)
    assert settings.desk.database.path == tmp_path / "desk.db"
    assert settings.relay.maildir == tmp_path / "outgoing"
    assert settings.relay.envelope == "signed"
    assert settings.listener.listen == (HostPort("127.0.0.1", 2525),)
    assert settings.listener.size == 25 * 1024 * 1024
    assert settings.authentication.trusted_authserv_ids == ()
    assert settings.authentication.agent_auth == "dmarc"
    assert settings.limits.ack_address == (
        Limit(3, timedelta(minutes=10)),
        Limit(5, timedelta(hours=1)),
        Limit(20, timedelta(days=1)),
    )
    assert settings.operators == ()
    assert settings.mailboxes[0].aliases == ("help@example.com",)
    assert settings.our_domains == {"example.com"}


def test_what_is_loaded_cannot_change(tmp_path: Path) -> None:
    settings = loaded(tmp_path)
    with pytest.raises(ValueError, match="frozen"):
        settings.desk.name = "x"  # type: ignore[misc]
    assert hash(settings.mailboxes[0]) == hash(settings.mailboxes[0])


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    put(tmp_path, "secret.key", RING)
    path = tmp_path / "mailgate.toml"
    path.write_bytes(b"\xef\xbb\xbf" + SMALL.format(desk="", more="").replace("\n", "\r\n").encode())
    assert load(path, {}).desk.name == "Support"


@pytest.mark.parametrize(
    "content, fault",
    [
        (b'[desk]\nname = "\xe9"\n', "line 2: not UTF-8"),
        (b"x = " + b"9" * 5000, "somewhere: Exceeds the limit"),
        (b"x = 1\nx = 2\n", "line 2, column 6: Cannot overwrite a value"),
    ],
)
def test_what_is_no_toml(tmp_path: Path, content: bytes, fault: str) -> None:
    path = tmp_path / "mailgate.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load(path, {})
    assert str(caught.value).startswith(f"{path}: 1 fault\n  {fault}")


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError):
        load(path, {})


KEYS = st.sampled_from(
    ["desk", "relay", "queue", "agent", "mailbox", "type", "limits", "listener", "name", "address", "tls"]
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.dates()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)


@given(st.dictionaries(KEYS, VALUES, max_size=5))
def test_no_document_raises_anything_else(document: dict[str, Any]) -> None:
    """Whatever shape the file has, it is told in faults, each on one line."""

    def read(path: Path) -> dict[str, Any]:
        return document

    with pytest.MonkeyPatch.context() as patch, pytest.raises(ConfigError) as caught:
        patch.setattr(config, "_read_toml", read)
        load(Path("mailgate.toml"), {})
    assert all("\n" not in str(fault) for fault in caught.value.faults)


def test_no_file_at_all(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "mailgate.toml")
    assert str(caught.value) == f"{tmp_path}/mailgate.toml: 1 fault\n  no such file; `mailgate init` makes one"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load(tmp_path)


def test_where_the_file_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert config.default_path({"MAILGATE_CONFIG": "/x/y.toml"}) == Path("/x/y.toml")
    (tmp_path / "mailgate.toml").touch()
    assert config.default_path({"MAILGATE_CONFIG": ""}) == Path("mailgate.toml")


def test_paths_are_relative_to_the_folder_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = tmp_path / "desk"
    desk.mkdir()
    loaded(desk)
    monkeypatch.chdir(tmp_path)
    settings = load(Path("desk/mailgate.toml"), {})
    assert settings.desk.database.path == desk / "desk.db"


@pytest.mark.parametrize("name", ["plain", "with blank", "50% off?", "a#b;c&d", "Ærø", "a+b@c:d"])
def test_the_database_url_names_the_same_file_to_sqlalchemy(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    database = loaded(folder).desk.database
    assert make_url(database.url).database == str(folder / "desk.db")


def test_a_postgresql_url_keeps_its_password_to_itself(tmp_path: Path) -> None:
    settings = loaded(tmp_path, desk='database = "postgresql://u:hunter2@db.example.com/desk?password=hunter2"')
    database = settings.desk.database
    assert database.url == "postgresql+psycopg://u:hunter2@db.example.com/desk?password=hunter2"
    assert database.shown == "postgresql+psycopg://u@db.example.com/desk?password=***"
    assert not database.is_sqlite and database.path is None
    assert "hunter2" not in f"{settings!r} {settings}"


def test_secrets_are_read_and_never_shown(tmp_path: Path) -> None:
    put(tmp_path, "imap.pw", " hunter2 \n")
    settings = loaded(tmp_path, 'imap = { host = "imap.example.com", user = "u", password_file = "imap.pw" }')
    imap = settings.mailboxes[0].imap
    assert imap is not None and imap.password.get_secret_value() == " hunter2 "  # only the line end is no part of it
    assert read_keys(settings.desk.key_ring.get_secret_value(), date(2026, 11, 21))[-1].id == "a"
    assert "hunter2" not in repr(settings) and "0f0f" not in repr(settings)


def test_secrets_may_come_from_systemd(tmp_path: Path) -> None:
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    put(credentials, "keys", RING, 0o440)  # systemd's own modes are its affair
    put(credentials, "relay", "hunter2", 0o440)
    text = SMALL.format(desk="", more="").replace('secret_file = "secret.key"', 'secret_credential = "keys"')
    text = text.replace(
        'maildir = "outgoing"', 'smtp = "mail.example.com:587"\nuser = "u"\npassword_credential = "relay"'
    )
    settings = load(put(tmp_path, "mailgate.toml", text), {"CREDENTIALS_DIRECTORY": str(credentials)})
    assert settings.desk.key_ring.get_secret_value() == RING.rstrip()
    assert settings.relay.password is not None and settings.relay.password.get_secret_value() == "hunter2"


@pytest.mark.parametrize("name", ["../keys", "a/b", "..", ""])
def test_a_credential_is_a_name_and_no_path(tmp_path: Path, name: str) -> None:
    path = put(tmp_path, "mailgate.toml", SMALL.format(desk="", more="").replace("secret_file", "secret_credential"))
    path.write_text(path.read_text().replace("secret.key", name))
    with pytest.raises(ConfigError, match="is not the name of a credential"):
        load(path, {"CREDENTIALS_DIRECTORY": str(tmp_path)})


@pytest.mark.parametrize("mode, fine", [(0o600, True), (0o400, True), (0o640, None), (0o660, False), (0o604, False)])
def test_who_may_read_a_secret(tmp_path: Path, mode: int, fine: bool | None) -> None:
    """A group may read what root owns (as servers deploy it), and nothing else."""
    loaded(tmp_path)
    secret = tmp_path / "secret.key"
    secret.chmod(mode)
    if fine is None:
        fine = secret.stat().st_uid == 0
    if fine:
        assert load(tmp_path / "mailgate.toml", {})
    else:
        with pytest.raises(ConfigError, match="open to others"):
            load(tmp_path / "mailgate.toml", {})


@pytest.mark.parametrize(
    "written, limits",
    [('"off"', ()), ('"3/h"', (Limit(3, timedelta(hours=1)),)), ('["3/h"]', (Limit(3, timedelta(hours=1)),))],
)
def test_a_limit_may_be_lifted(tmp_path: Path, written: str, limits: tuple[Limit, ...]) -> None:
    assert loaded(tmp_path, f"[limits]\nack_address = {written}").limits.ack_address == limits


@pytest.mark.parametrize(
    "written, size", [('"64KiB"', 65536), ('"25 MiB"', 26214400), ("70000", 70000), ('"1GiB"', 1 << 30)]
)
def test_sizes(tmp_path: Path, written: str, size: int) -> None:
    more = f'[listener]\nsize = {written}\nin_flight = "1GiB"'
    assert loaded(tmp_path, more).listener.size == size


@pytest.mark.parametrize(
    "written, moment",
    [
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T08:00:00+02:00", datetime(2026, 11, 1, 6, tzinfo=UTC)),
        ("2026-11-01T08:00:00", datetime(2026, 11, 1, 8, tzinfo=UTC)),
        ('"2026-11-01"', datetime(2026, 11, 1, tzinfo=UTC)),
    ],
)
def test_import_since(tmp_path: Path, written: str, moment: datetime) -> None:
    put(tmp_path, "imap.pw", "x")
    imap = f'imap = {{ host = "h", user = "u", password_file = "imap.pw", import_since = {written} }}'
    box = loaded(tmp_path, imap).mailboxes[0]
    assert box.imap is not None and box.imap.import_since == moment


@pytest.mark.parametrize(
    "address, ours",
    [
        ("support@example.com", True),
        ("help@example.com", True),
        ("support+p.261121001.abcdefgh.aaaaa@example.com", True),
        ("help+x@example.com", True),
        ("support@example.org", False),
        ("other@example.com", False),
        ("+support@example.com", False),
        ("", False),
    ],
)
def test_which_addresses_are_ours(tmp_path: Path, address: str, ours: bool) -> None:
    box = loaded(tmp_path).mailbox_for(address)
    assert (box is not None and box.address == "support@example.com") is ours


AGENTS = """
[[agent]]
id = "kari"
name = "Kari"
addresses = ["Kari@EXAMPLE.com", "kari@blåbær.example"]
[[agent]]
id = "ola"
name = "Ola"
addresses = ["ola@example.com"]
"""


def test_agents_and_operators(tmp_path: Path) -> None:
    settings = loaded(tmp_path, AGENTS)
    assert [agent.id for agent in settings.operators] == ["kari"]
    assert settings.agent_of["kari@xn--blbr-roah.example"].id == "kari"
    assert settings.agent_of["kari@example.com"].id == "kari"
    settings = loaded(tmp_path, AGENTS, 'operators = ["ola"]')
    assert [agent.id for agent in settings.operators] == ["ola"]


@pytest.mark.parametrize(
    "local, plus, fine",
    [
        ("a" * 20, "true", True),
        ("a" * 21, "true", False),
        ("å" * 10, "true", True),
        ("å" * 11, "true", False),
        ("a" * 60, "false", True),
    ],
)
def test_room_for_signed_addresses(tmp_path: Path, local: str, plus: str, fine: bool) -> None:
    more = f'[[mailbox]]\naddress = "{local}@example.org"\nqueue = "support"\nplus_addressing = {plus}'
    if fine:
        assert loaded(tmp_path, more)
    else:
        assert "octets, so signed addresses do not fit" in faults(tmp_path, more)[0]


@pytest.mark.parametrize(
    "more, desk, keys",
    [
        (AGENTS, "", {"authentication.trusted_authserv_ids", "relay.maildir"}),
        (AGENTS + '[authentication]\nagent_auth = "token"', "", {"authentication.agent_auth", "relay.maildir"}),
        (AGENTS + '[authentication]\ntrusted_authserv_ids = ["mx"]', "", {"relay.maildir"}),
        ("", "", {"agent", "relay.maildir"}),
    ],
)
def test_warnings(tmp_path: Path, more: str, desk: str, keys: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    settings = loaded(tmp_path, more, desk)
    monkeypatch.setattr(config, "filesystem_of", lambda path: "ext4")
    assert {fault.key for fault in config.warnings(settings)} == keys
    monkeypatch.setattr(config, "filesystem_of", lambda path: "tmpfs")
    assert {fault.key for fault in config.warnings(settings)} == keys | {"desk.database"}


def test_calendars_in_files_of_their_own(tmp_path: Path) -> None:
    """Those that are shipped load as they are; a broken one is told with its name."""
    (tmp_path / "calendars").mkdir()
    for file in (ROOT / "config" / "calendars").glob("*.toml"):
        put(tmp_path, f"calendars/{file.name}", file.read_text())
    names = [one.name for one in loaded(tmp_path).calendars]
    assert names == ["finland", "norway", "round-the-clock"]
    put(tmp_path, "calendars/oslo.toml", "week = { mon = ")
    put(tmp_path, "calendars/bergen.toml", '[week]\nmon = "9"')
    assert faults(tmp_path) == [
        "calendars/oslo.toml: end of document: Invalid value",
        'calendar.bergen.week.mon: "9" is no opening time such as "09:00-16:00"',
    ]


# -------------------------------------------------------------------------------------------------- the example file


@pytest.fixture
def example(tmp_path: Path) -> Path:
    (tmp_path / "tls").mkdir()
    (tmp_path / "templates").mkdir()
    for name in ("tls/fullchain.pem", "tls/privkey.pem", "relay.pw", "imap.pw"):
        put(tmp_path, name, "hunter2\n")
    put(tmp_path, "secret.key", RING)
    return put(tmp_path, "mailgate.toml", (ROOT / "config" / "mailgate.example.toml").read_text())


def test_the_example_loads(example: Path) -> None:
    assert load(example, {}).types[0].fields[0].label["nb"] == "ordrenummeret"


def test_the_example_states_the_defaults(example: Path) -> None:
    """A reader may take the file's limits for the real ones."""
    assert load(example, {}).limits == config_tables.Limits()


def keys_of(table: type[BaseModel], path: str = "") -> Iterator[str]:
    for name, field in table.model_fields.items():
        key = f"{path}{field.alias or name}"
        yield key
        inner = config_faults._table_in(field.annotation)
        if inner is not None:
            yield from keys_of(inner, f"{key}.")


def written_in(document: Any, path: str = "") -> Iterator[str]:
    for item in document if isinstance(document, list) else [document]:
        for key, value in item.items() if isinstance(item, dict) else ():
            yield f"{path}{key}"
            yield from written_in(value, f"{path}{key}.")


_NAMED_FREELY = r"calendar\.days\.|ticket_template\.fields\.|.*\.label\."


def test_the_example_has_every_key() -> None:
    text = (ROOT / "config" / "mailgate.example.toml").read_text()
    # Of two keys that exclude each other, one is commented out.
    both = re.sub(r"(?m)^# (?=(?:maildir|secret_credential|password_credential) = )", "", text)
    assert set(keys_of(Settings)) == {
        key for key in written_in(tomllib.loads(both)) if not re.match(_NAMED_FREELY, key)
    }


def test_every_key_of_the_example_has_its_why() -> None:
    """A comment stands at most six lines above each key, or above the group it belongs to."""
    lines = (ROOT / "config" / "mailgate.example.toml").read_text().splitlines()
    for number, line in enumerate(lines):
        if re.match(r"[a-z_]+ = ", line):
            assert any(before.startswith("#") for before in lines[max(0, number - 6) : number]), line
