"""What the desks inside this process share, since each would make the same anew and it costs more than the test."""

from __future__ import annotations

from mailgate.app import App, read_templates
from mailgate.config import Settings
from mailgate.outbound.templates import Templates
from mailgate.readers import Readers


def share(app: App, readers: Readers) -> None:
    """Reader processes, and our own templates once compiled; an operator's are the desk's own."""
    app.__dict__["readers"] = readers
    if app.settings.desk.templates is None:
        app.__dict__["templates"] = _ours.get(app.settings)


class _Ours:
    def __init__(self) -> None:
        self.made: Templates | None = None

    def get(self, settings: Settings) -> Templates:
        self.made = self.made or read_templates(settings)
        return self.made


_ours = _Ours()
