"""Who did not get our mail, for good or for now.

Reports are read from the most formal source to the least: the fields of RFC 3464, then the header X-Failed-Recipients,
then the prose of the sending software, then the address the returned mail was written to. What a mail *is* is decided
by its form: a report part, a telling header, or a notice in a machine's words at the head of a mail that a machine
sent. The words alone never suffice, so that a person who forwards or quotes a bounce stays a person; nor does the
sender alone, since postmasters write letters too.

Everything is line by line and linear; nothing raises, whatever the bytes were.
"""

from __future__ import annotations

import re
from email.message import Message

from mailgate.inbound.bounces.addresses import BRACKETED, MAX_RECIPIENTS, addresses_in
from mailgate.inbound.bounces.codes import is_permanent, status_of
from mailgate.inbound.bounces.fields import action_of, has_fields, read_fields, typed_address, without_xtext
from mailgate.inbound.bounces.forms import is_another_report, is_report, may_be_report
from mailgate.inbound.bounces.parts import MAX_NOTICE, MAX_RETURNED, Parts, headers_named
from mailgate.inbound.bounces.prose import Prose
from mailgate.inbound.bounces.reasons import ARRIVED, MAX_DIAGNOSTIC, reason_for_people, worst_kind
from mailgate.inbound.bounces.returned import answered_id, message_id_in, split_returned
from mailgate.mail import BounceReport, FailedRecipient, valid_address


def read_bounce(message: Message, text: str) -> BounceReport | None:
    """What a delivery report says, or None for a mail that is no report in form.

    `message` is the compat32 root of the tree, `text` its readable body, decoded. A report about a delay, or about a
    delivery that succeeded, is a report too; its `kind` says so. `failed` names each recipient once, and is empty
    where nobody could be made out. RFC 3464, 3462, 6533; the rest is the habit of many programs.
    """
    if is_another_report(message, text):
        return None
    parts = Parts.of(message)
    if not may_be_report(message, parts):
        return None
    notice, quoted = split_returned(text[:MAX_NOTICE])
    returned = parts.returned or quoted
    if not is_report(message, parts, notice, returned):
        return None
    whole, records = read_fields("\n\n".join(parts.status) or (text if has_fields(text) else ""))
    failed = tuple(_recipients(message, records, notice, returned))
    return BounceReport(
        kind=worst_kind(failed),
        failed=failed,
        original_message_id=message_id_in(returned) or message_id_in(notice, whole=True) or answered_id(message),
        original_envelope_id=without_xtext(whole.get("original-envelope-id", "")) or None,
        reason=reason_for_people(failed, notice),
        returned_text=returned[:MAX_RETURNED],
    )


def _recipients(message: Message, records: list[dict[str, str]], notice: str, returned: str) -> list[FailedRecipient]:
    named = Prose(message, notice, returned)
    found = [_from_record(record, named) for record in records]
    stated = [one for one in found if one is not None]
    if not stated:
        action = action_of(records[0]["action"]) if records and records[0].get("action") else named.action
        status = (records[0].get("status", "") if len(records) == 1 else "") or named.class_stated
        failed_header = [
            address
            for value in headers_named(message, "x-failed-recipients")
            for address in addresses_in(value[:MAX_RETURNED])
        ]
        addresses = list(dict.fromkeys(failed_header)) or named.addresses
        stated = [
            _recipient(address, action, status, named.diagnostic(address, alone=len(addresses) == 1))
            for address in addresses[:MAX_RECIPIENTS]
        ]
    unique = {(one.address, one.action): one for one in reversed(stated)}
    ordered = list(reversed(unique.values()))
    # Who got it stands beside who did not only in some reports; a list of failures has no place for them.
    missing = [one for one in ordered if one.action not in ARRIVED]
    return missing or ordered


def _from_record(record: dict[str, str], prose: Prose) -> FailedRecipient | None:
    diagnostic = record.get("diagnostic-code", "")
    original = typed_address(without_xtext(record.get("original-recipient", "")))
    final = typed_address(record.get("final-recipient", "")) or typed_address(record.get("x-actual-recipient", ""))
    bracketed = BRACKETED.search(diagnostic[:2000])
    address = final or original or (valid_address(bracketed[1]) if bracketed else None)
    if address is None:
        return None
    words = re.sub(r"\A\s*[A-Za-z0-9-]{1,40}\s?;\s*", "", diagnostic[:4000]) or prose.diagnostic(address)
    action = action_of(record.get("action", ""))
    if not record.get("action") and record.get("status", "").strip().startswith("2"):
        action = "delivered"
    elif not record.get("action") and record.get("status", "").strip().startswith("4"):
        action = prose.action
    return _recipient(address, action, record.get("status", ""), words, original or "")


def _recipient(address: str, action: str, stated: str, words: str, original: str = "") -> FailedRecipient:
    status = status_of(stated, words)
    return FailedRecipient(
        address=address,
        status=status,
        action=action,
        permanent=action == "failed" and is_permanent(status, stated, words),
        diagnostic=" ".join(words.split())[:MAX_DIAGNOSTIC],
        original=original if original != address else "",
    )
