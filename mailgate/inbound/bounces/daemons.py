"""Who in From is a mail system, and who holds an office that people hold too."""

from __future__ import annotations

import re

from mailgate.inbound.bounces.addresses import ADDRESS

DAEMONS = frozenset({
    "mailerdaemon", "mailerdeamon", "maildaemon", "daemon", "mdaemon", "mmdf", "mailsystem",
    "maildeliverysystem", "maildeliverysubsystem", "maildelivery", "mta", "mailrouter",
})  # fmt: skip
# These compare without their dots, dashes and underlines (Mailer-Daemon, mailer_daemon, post_master); a single word
# does not, or Dae Mon with dae.mon@… were a machine.
COMPOUND = frozenset({
    "mailerdaemon", "mailerdeamon", "maildaemon", "mailsystem", "maildeliverysystem", "maildeliverysubsystem",
    "maildelivery", "mailrouter", "postmaster", "mailadmin", "mailadministrator", "systemadministrator", "postoffice",
})  # fmt: skip
DAEMON_STARTS = ("mailerdaemon", "microsoftexchange")
OFFICES = frozenset({
    "postmaster", "root", "admin", "administrator", "mailadmin", "mailadministrator", "systemadministrator", "system",
    "postoffice", "bounce", "bounces", "mail", "mailer", "exchange", "server", "smtp", "mailgateway", "mailmarshal",
    "mailsweeper", "mimesweeper", "interscan", "groupshield", "scanmail", "antispam", "antivirus", "spamfilter",
    "mailscanner", "mailguard", "quarantine", "gateway", "listserv", "lotus_smtpmta", "mailagent", "vm_mailer",
})  # fmt: skip
DAEMON_NAMES = (
    "mailer-daemon", "mailer daemon", "mail delivery subsystem", "mail delivery system", "mail delivery service",
    "delivery subsystem", "internet mail delivery", "mail daemon",
)  # fmt: skip
OFFICE_NAMES = (
    "postmaster", "mail system", "mail administrator", "mail router", "system administrator", "mail server",
    "undeliver", "delivery system", "delivery notification", "delivery service", "mail delivery", "administrator",
    "mail gateway", "email gateway", "mailmarshal", "mail service", "post office", "content filter", "anti-spam",
    "anti-virus", "spam firewall", "email security", "mail security", "interscan", "x.400",
)  # fmt: skip


def machine_sign(from_header: str) -> str:
    """Return "daemon" where From names a mail system, "office" where it names a role that people hold too, else ''."""
    text = from_header.strip().lower()[:500]
    if not text.strip('<>" '):  # a program's, or somebody's whose name was lost
        return "office"
    local, name = _local_part_and_rest(text)
    if local in DAEMONS or local.startswith(DAEMON_STARTS) or any(map(name.__contains__, DAEMON_NAMES)):
        return "daemon"
    return "office" if local in OFFICES or any(map(name.__contains__, OFFICE_NAMES)) else ""


def answers_nobody(from_header: str) -> bool:
    """No-reply and its kin: a machine, though seldom a mail system."""
    if "reply" not in from_header[:500].lower():
        return False
    local, _ = _local_part_and_rest(from_header.strip().lower()[:500])
    return re.sub(r"[-_.]", "", local[:64]).startswith(("noreply", "donotreply"))


def is_daemon(from_header: str) -> bool:
    """Whether the local part in From is mailer-daemon, postmaster or of their kind; the display name is not asked."""
    local, _ = _local_part_and_rest(from_header.strip().lower()[:500])
    return local in DAEMONS or local == "postmaster" or local.startswith(DAEMON_STARTS)


def _local_part_and_rest(text: str) -> tuple[str, str]:
    """The first address's local part, a compound one without its dashes, and what else the header says."""
    found = ADDRESS.search(text)
    local = found[0].partition("@")[0] if found else text.strip('<>" ').partition("@")[0].partition(" ")[0]
    local = local.strip("<>\"'")
    joined = re.sub(r"[-_.]", "", local)
    is_compound = joined in COMPOUND or joined.startswith(DAEMON_STARTS)
    return joined if is_compound else local, text.replace(found[0], "") if found else text
