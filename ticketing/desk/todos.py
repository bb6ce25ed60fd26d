"""A task of a ticket, told to an agent."""

from __future__ import annotations

from ticketing.desk.core import Desk
from ticketing.saying import Said, say
from ticketing.store.details import Task


def in_a_line(desk: Desk, task: Task) -> Said:
    """`17: Order toner · Per Hansen · Friday 27 November 2026 at 09:00`."""
    agent = desk.policy.agents.get(task.agent or "")
    due = desk.local(task.due_at) if task.due_at else None
    parts: dict[str, object] = {"task": f"{task.id}: {task.text}", "agent": agent.name if agent else "", "due": due}
    there = {name: part for name, part in parts.items() if part}
    return say(" · ".join(f"{{{name}}}" for name in there), **there)
