"""What of a new configuration a running daemon can have at once."""

from __future__ import annotations

from mailgate.config import Settings


def until_restart(now: Settings, wished: Settings) -> tuple[Settings, list[str]]:
    """(what a running daemon can have of the wished configuration, the keys of what it cannot)."""

    def tls(settings: Settings) -> str:
        return settings.listener.tls.mode if settings.listener.tls else "none"

    def fetched(settings: Settings) -> dict[str, object]:
        return {box.address: box.imap for box in settings.mailboxes if box.imap is not None}

    differs = {
        "desk.database": now.desk.database != wished.desk.database,
        "listener.listen": now.listener.listen != wished.listener.listen,
        "listener.tls.mode": tls(now) != tls(wished),
    }
    desk = {"database": now.desk.database}
    door: dict[str, object] = {"listen": now.listener.listen}
    if differs["listener.tls.mode"]:
        door |= {"tls": now.listener.tls}
    merged = wished.model_copy(
        update={"desk": wished.desk.model_copy(update=desk), "listener": wished.listener.model_copy(update=door)}
    )
    before, after = fetched(now), fetched(wished)
    boxes = [f"mailbox.{one}.imap" for one in sorted(before | after) if before.get(one) != after.get(one)]
    return merged, [key for key, other in differs.items() if other] + boxes
