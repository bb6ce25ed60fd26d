from __future__ import annotations

import stat
import tomllib
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate import starting
from mailgate.config import ConfigError
from mailgate.starting import Wishes, WrongWish, create, init_files
from mailgate.tokens import read_keys

TODAY = date(2026, 11, 21)
SECRET = bytes(range(32))


def start(wishes: Wishes, fqdn: str = "desk.example.net") -> starting.Start:
    return init_files(wishes, fqdn=fqdn, today=TODAY, secret=SECRET)


def test_a_desk_that_runs_at_once(tmp_path: Path) -> None:
    wishes = Wishes(agents=("Kari Nordmann <kari@example.com>", "Ola <ola@example.com>"), timezone="Europe/Oslo")
    settings = create(tmp_path / "new" / "desk", start(wishes))
    assert settings.desk.timezone.key == "Europe/Oslo"
    assert [box.address for box in settings.mailboxes] == ["support@desk.example.net"]
    assert [(agent.id, agent.name) for agent in settings.agents] == [("kari", "Kari Nordmann"), ("ola", "Ola")]
    assert settings.queues[0].agents == ("kari", "ola") and settings.queues[0].lead == "kari"
    assert [agent.id for agent in settings.operators] == ["kari"]
    assert settings.relay.maildir == tmp_path / "new" / "desk" / "outgoing"
    assert settings.authentication.agent_auth == "token"
    assert settings.authentication.trusted_authserv_ids == ()


def test_the_secret_is_private_from_the_start(tmp_path: Path) -> None:
    settings = create(tmp_path, start(Wishes()))
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
    (key,) = read_keys(settings.desk.key_ring.get_secret_value(), TODAY)
    assert (key.id, key.made_on, key.secret) == ("a", TODAY, SECRET)


@pytest.mark.parametrize(
    "listen, agent_auth",
    [
        ("127.0.0.1:2525", "token"),
        ("[::1]:25", "token"),
        ("localhost:0", "token"),
        ("0.0.0.0:25", "dmarc"),
        ("[::]:25", "dmarc"),
        ("192.0.2.1:25", "dmarc"),
        ("mail.example.com:25", "dmarc"),
    ],
)
def test_how_agents_are_known(tmp_path: Path, listen: str, agent_auth: str) -> None:
    begun = start(Wishes(listen=listen))
    assert create(tmp_path, begun).authentication.agent_auth == agent_auth
    assert any(("token" in note) == (agent_auth == "token") for note in begun.notes if "agents are known" in note)
    text = begun.files["mailgate.toml"][0]
    assert ("Chosen because this" in text) == (agent_auth == "token")


@pytest.mark.parametrize(
    "relay, tls",
    [
        ("127.0.0.1:1025", "none"),
        ("[::1]:25", "none"),
        ("mail.example.com:587", "starttls"),
        ("mail.example.com:465", "implicit"),
    ],
)
def test_relay(tmp_path: Path, relay: str, tls: str) -> None:
    settings = create(tmp_path, start(Wishes(relay=relay)))
    assert str(settings.relay.smtp) == relay and settings.relay.tls == tls and settings.relay.maildir is None


@pytest.mark.parametrize(
    "fqdn, domain",
    [
        ("desk.example.net", "desk.example.net"),
        ("Desk.Example.NET", "desk.example.net"),
        ("vm", "example.com"),
        ("", "example.com"),
        ("localhost.localdomain", "example.com"),
        ("printer.local", "example.com"),
        ("bad_name.example.net", "example.com"),
    ],
)
def test_default_address(fqdn: str, domain: str) -> None:
    assert f'address = "support@{domain}"' in start(Wishes(), fqdn).files["mailgate.toml"][0]


@pytest.mark.parametrize(
    "text, agent_id, name, address",
    [
        ("Kari Nordmann <kari@example.com>", "kari", "Kari Nordmann", "kari@example.com"),
        ('"Nordmann, Kari" <Kari@Example.com>', "kari", "Nordmann, Kari", "kari@example.com"),
        ('O\'Brien "Ä" <ann@example.com>', "ann", 'O\'Brien "Ä"', "ann@example.com"),
        ("\\o/ <a.b+c@example.com>", "a.b", "\\o/", "a.b+c@example.com"),
        ("ola@example.com", "ola", "ola", "ola@example.com"),
        ("<ola@example.com>", "ola", "ola", "ola@example.com"),
        ("小林 <kobayashi@例え.jp>", "kobayashi", "小林", "kobayashi@xn--r8jz45g.jp"),
        ("Å <å@example.com>", "agent", "Å", "å@example.com"),
    ],
)
def test_agents(tmp_path: Path, text: str, agent_id: str, name: str, address: str) -> None:
    (agent,) = create(tmp_path, start(Wishes(agents=(text,)))).agents
    assert (agent.id, agent.name, agent.addresses) == (agent_id, name, (address,))


def test_agents_of_one_local_part_get_ids_of_their_own(tmp_path: Path) -> None:
    wishes = Wishes(agents=("A <kari@a.example>", "B <kari@b.example>", "C <kari@c.example>"))
    assert [agent.id for agent in create(tmp_path, start(wishes)).agents] == ["kari", "kari2", "kari3"]


def test_a_long_address_does_without_signed_ones(tmp_path: Path) -> None:
    settings = create(tmp_path, start(Wishes(addresses=("customer-service-desk@example.com", "s@example.com"))))
    assert [box.plus_addressing for box in settings.mailboxes] == [False, True]


@pytest.mark.parametrize(
    "wishes, says",
    [
        (Wishes(addresses=("support",)), "--address 'support': not a mail address"),
        (Wishes(addresses=("a+b@example.com",)), "--address a+b@example.com: must have no +tag"),
        (Wishes(agents=("Kari",)), "--agent 'Kari': write \"Name <address>\""),
        (Wishes(agents=("Kari <kari@example.com",)), "--agent 'Kari <kari@example.com': write \"Name <address>\""),
        (Wishes(agents=("K\nX <kari@example.com>",)), "must be one line"),
        (Wishes(addresses=("a@example.com",), agents=("A@example.com",)), "a@example.com is given twice"),
        (Wishes(listen="2525"), "--listen '2525': write HOST:PORT"),
        (Wishes(relay="mail.example.com:0"), "--relay 'mail.example.com:0': write HOST:PORT"),
    ],
)
def test_wishes_that_cannot_be_granted(wishes: Wishes, says: str) -> None:
    with pytest.raises(WrongWish) as caught:
        start(wishes)
    assert says in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "wishes, key",
    [
        (Wishes(timezone="Europe/Olso"), "desk.timezone"),
        (Wishes(timezone='UTC"\nname = "x'), "desk.timezone"),
        (Wishes(language="norsk"), "desk.language"),
        (Wishes(database="mysql://x"), "desk.database"),
    ],
)
def test_a_faulty_start_leaves_nothing_behind(tmp_path: Path, wishes: Wishes, key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        create(tmp_path, start(wishes))
    assert [fault.key for fault in caught.value.faults] == [key]
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    create(tmp_path, start(Wishes()))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(FileExistsError, match="is there already"):
        create(tmp_path, init_files(Wishes(), fqdn="", today=TODAY, secret=bytes(32)))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_an_old_secret_is_kept(tmp_path: Path) -> None:
    create(tmp_path, start(Wishes()))
    (tmp_path / "mailgate.toml").unlink()
    settings = create(tmp_path, init_files(Wishes(), fqdn="", today=TODAY, secret=bytes(32)))
    assert SECRET.hex() in settings.desk.key_ring.get_secret_value()


def test_a_password_in_the_database_url_makes_the_file_private(tmp_path: Path) -> None:
    create(tmp_path, start(Wishes(database="postgresql://u:hunter2@db.example.com/desk")))
    assert stat.S_IMODE((tmp_path / "mailgate.toml").stat().st_mode) == 0o600


@given(st.text())
def test_toml_texts_read_back(text: str) -> None:
    clean = text.encode("utf-8", "replace").decode()
    assert tomllib.loads(f"x = {starting.toml_text(text)}") == {"x": clean}


@given(st.text(max_size=30), st.sampled_from(["{} <a@example.com>", '"{}" <a@example.com>', "{}", "{}@example.com"]))
def test_any_agent_loads_or_is_refused(tmp_path_factory: pytest.TempPathFactory, text: str, form: str) -> None:
    folder = tmp_path_factory.mktemp("desk")
    try:
        begun = start(Wishes(agents=(form.format(text),)))
    except WrongWish as wrong:
        assert "\n" not in str(wrong)
        return
    assert len(create(folder, begun).agents) == 1


@pytest.mark.parametrize(
    "timezone, localtime, zone",
    [
        ("Europe/Oslo\n", None, "Europe/Oslo"),
        (None, "/usr/share/zoneinfo/Europe/Helsinki", "Europe/Helsinki"),
        (None, "/usr/share/zoneinfo/posix/Europe/Helsinki", "Europe/Helsinki"),
        ("", "/usr/share/zoneinfo/Europe/Helsinki", "Europe/Helsinki"),
        ("no zone!\n", None, "UTC"),
        (None, "/somewhere/else", "UTC"),
        (None, None, "UTC"),
    ],
)
def test_the_zone_of_the_machine(tmp_path: Path, timezone: str | None, localtime: str | None, zone: str) -> None:
    if timezone is not None:
        (tmp_path / "timezone").write_text(timezone)
    if localtime is not None:
        (tmp_path / "localtime").symlink_to(localtime)
    assert starting.machine_zone(tmp_path) == zone


@pytest.mark.parametrize(
    "nodename, hosts, name",
    [
        ("desk.example.net", "", "desk.example.net"),
        ("desk", "127.0.1.1 desk.example.net desk  # us\n", "desk.example.net"),
        ("desk", "127.0.1.1 desk\n10.0.0.1 desk2.example.net\n", ""),
        ("desk", None, ""),
    ],
)
def test_the_name_of_the_machine(tmp_path: Path, nodename: str, hosts: str | None, name: str) -> None:
    if hosts is not None:
        (tmp_path / "hosts").write_text(hosts)
    assert starting.machine_name(nodename, tmp_path) == name


def test_what_a_new_desk_promises(tmp_path: Path) -> None:
    settings = starting.create(tmp_path, start(Wishes(agents=("Kari <kari@example.com>",), timezone="Europe/Oslo")))
    (policy,), (calendar,) = settings.policies, settings.calendars
    hours = [(f"{opens:%H:%M}", f"{closes:%H:%M}") for day in calendar.week.days for opens, closes in day]
    assert (hours, len(calendar.week.sat + calendar.week.sun)) == ([("09:00", "16:00")] * 5, 0)
    assert (policy.first_response, policy.next_response, policy.resolution, policy.update) == (
        timedelta(hours=4),
        timedelta(hours=8),
        timedelta(hours=24),
        None,
    )


def test_it_begins_with_types_that_load(tmp_path: Path) -> None:
    folder = Path(__file__).parents[2] / "config" / "types"
    types = {file.stem: file.read_text(encoding="utf-8") for file in folder.glob("*.toml")}
    settings = create(tmp_path, init_files(Wishes(), fqdn="", today=TODAY, secret=SECRET, types=types))
    assert [one.name for one in settings.types] == ["order", "repair", "support"]
    assert settings.queues[0].type == "support"
