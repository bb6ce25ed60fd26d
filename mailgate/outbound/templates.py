"""What our mails say, as templates: `<lang>/<name>.txt.j2`, the subject in the first line, `Subject: …`; beside it, for
mails to requesters, `<lang>/<name>.html.j2`: the same words as HTML, only what stands within the body.

Pure: the caller reads the files and hands over their texts. Operators may replace any of them, language by language; a
text of theirs without HTML beside it goes out as text alone. Templates run in jinja2's sandbox and see only the
variables of SAMPLES; mail text is always a value, never a template, and in HTML never markup. Each is compiled and
rendered on sample data before it is used, the daemon's all at its start; what still fails at run time falls back to the
shipped one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import partial

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from mailgate.outbound import tongues
from mailgate.outbound.mime import clean_header, clean_text
from mailgate.outbound.sayings import saying
from mailgate.outbound.tongues import languages

Sources = Mapping[tuple[str, str], str]
"""(language, name) -> text of the template; the name of an HTML one ends with `.html`."""

HTML = ".html"
_SUFFIXES = {".txt.j2": "", ".html.j2": HTML}
_SUBJECT = "Subject:"
# The HTML of a mail to an agent is made of its text: line by line both tell what may go out and what must not (marks).
WITH_HTML = frozenset({
    "acknowledgement", "acknowledgement_plain", "fyi_answer", "reply", "completed", "opened_for_you", "estimate",
    "merged", "parted", "forwarded", "requester_receipt", "approval_request", "satisfaction_request", "taken",
})  # fmt: skip

_CASE: dict[str, object] = {
    "desk": "Example Support", "number": "261121001", "title": "The printer is on fire", "subject": "Printer",
    "status": "in_progress", "queue": "support", "phone": "+47 22 00 00 00",
}  # fmt: skip
# As the desk's clock shows it; `moment` words it.
_MOMENT = datetime(2026, 11, 23, 12, 58, tzinfo=timezone(timedelta(hours=1)))
_MISSING = ("4711", "0815")
_SILENT: dict[str, object] = {"desk": "Example Support", "number": "261121001", "phone": None}

_NOT_HELPFUL: dict[str, object] = {"missing": (), "guides": (), "attached": False}
_HELPFUL: dict[str, object] = {
    "missing": _MISSING,
    "guides": ({"title": "Paper jams", "link": "https://example.com/paper"}, {"title": "Toner", "link": ""}),
    "attached": True,
}
_LINKS: dict[str, object] = {
    "take": "mailto:a@b.c?body=%21claim", "done": "mailto:a@b.c?body=%21done", "reply": "mailto:a@b.c",
    "note": "mailto:a@b.c",
}  # fmt: skip

# Every variable of every template: the first sample full, the second with all left out that can be.
SAMPLES: dict[str, tuple[dict[str, object], ...]] = {
    "acknowledgement": (
        {**_CASE, "name": "Ola Nordmann", "follows_up": "261101001", "promised_at": _MOMENT, **_HELPFUL},
        {**_CASE, "name": "", "phone": None, "follows_up": None, "promised_at": None, **_NOT_HELPFUL},
    ),
    # Here nothing that the sender wrote is even within reach (RULES 5).
    "acknowledgement_plain": (
        {**_SILENT, "phone": "+47 22 00 00 00", "follows_up": "261101001", "promised_at": _MOMENT, **_HELPFUL},
        {**_SILENT, "follows_up": None, "promised_at": None, **_NOT_HELPFUL},
    ),
    "fyi_answer": ({**_SILENT, "phone": "+47 22 00 00 00"}, _SILENT),
    "reply": (
        {**_CASE, "agent": "Kari", "words": "Please turn it off.", "signature": "Kari\nExample Support"},
        {**_CASE, "agent": "", "words": "Please turn it off.", "signature": None},
    ),
    "completed": (
        {**_CASE, "name": "Ola Nordmann", "resolution": "Put out.", "closes_on": date(2026, 11, 28)},
        {**_CASE, "name": "", "phone": None, "resolution": None, "closes_on": date(2026, 11, 28)},
    ),
    "taken": (
        {**_CASE, "name": "Ola Nordmann", "agent": "Kari"},
        {**_CASE, "name": "", "phone": None, "agent": "Kari"},
    ),
    "approval_request": (
        {
            **_CASE, "name": "Eva", "organisation": "Example AS", "requester": "Ola Nordmann <ola@example.org>",
            "words": "May I have a new printer?",
        },
        {**_CASE, "name": "", "organisation": "Example AS", "requester": "ola@example.org", "words": "", "phone": None},
    ),
    "opened_for_you": ({**_CASE, "name": "Ola Nordmann"}, {**_CASE, "name": "", "title": None, "phone": None}),
    "merged": (
        {**_CASE, "name": "Ola Nordmann", "former": "261101001"},
        {**_CASE, "name": "", "phone": None, "former": "261101001"},
    ),
    "parted": (
        {**_CASE, "name": "Ola Nordmann", "former": "261101001"},
        {**_CASE, "name": "", "phone": None, "former": None},
    ),
    "satisfaction_request": ({**_CASE, "name": "Ola Nordmann"}, {**_CASE, "name": "", "phone": None}),
    "estimate": (
        {**_CASE, "name": "Ola Nordmann", "hours": 6, "minutes": 30, "price": "4500 kr"},
        {**_CASE, "name": "", "phone": None, "hours": 0, "minutes": 45, "price": None},
    ),
    "forwarded": (
        {
            **_CASE, "agent": "Kari", "words": "Do you know this?",
            "shown": ({"by": "Ola Nordmann", "at": _MOMENT, "words": "It burns."},),
        },
        {**_CASE, "agent": "", "words": "", "phone": None, "shown": ({"by": "", "at": _MOMENT, "words": "It burns."},)},
    ),
    "confirmation_request": (
        {"desk": "Example Support", "number": "261121001", "title": "Printer", "commands": ("!merge 261120002",),
         "effects": ("261121001 goes into 261120002.",), "minutes": 15, "yes": "mailto:a@b.c", "no": "mailto:a@b.c"},
        {"desk": "Example Support", "number": None, "title": None, "commands": ("!reassign",), "effects": (),
         "minutes": 15, "yes": None, "no": None},
    ),
    "requester_receipt": (
        {"desk": "Example Support", "number": "261121001", "name": "Ola Nordmann", "lines": ("It is closed.",)},
        {"desk": "Example Support", "number": None, "name": "", "lines": ()},
    ),
    "agent_alert": (
        {
            **_CASE, "why": "new", "by": "Ola Nordmann <ola@example.org>", "organisation": "Example AS",
            "words": "It burns.", "files": ({"name": "fire.jpg", "size": 12_345},), "badges": ("external",),
            "hints": ("It solved itself: !done",), "assignee": "Kari", "waiting": "requester", "answer": "p",
            "promised_at": _MOMENT, "priority": "urgent", "requester": "Ola <ola@example.org>",
            "missing": ("order number",), "to_do": ("stock checked",), "theirs": ("261120001 Scanner, closed",),
            "similar": ("261001001 Printer", "= Turned it off."),
            **_LINKS,
        },
        {
            **_CASE, "why": "note", "by": "Per", "organisation": None, "words": "", "phone": None,
            "files": (), "badges": (), "hints": (), "assignee": None, "waiting": None, "answer": "n",
            "promised_at": None, "priority": "medium", "requester": None, "missing": (), "to_do": (),
            "theirs": (), "similar": (), **dict.fromkeys(_LINKS),
        },
    ),
    "escalation": (
        {
            **_CASE, "target": "first_response", "level": 100, "repeat": 1, "due_at": _MOMENT, "started_at": _MOMENT,
            "late_intake": True, "requester": "Ola Nordmann", "assignee": "Kari Nordmann", "words": "It burns.",
            **_LINKS,
        },
        {
            **_CASE, "target": "resolution", "level": 75, "repeat": 0, "due_at": _MOMENT, "started_at": _MOMENT,
            "late_intake": False, "requester": "", "assignee": None, "phone": None, "words": "",
            **dict.fromkeys(_LINKS),
        },
    ),
    "handed_over": (
        {"desk": "Example Support", "headline": "Kari is here again.", "lines": ("261121001  Printer  (Ola)",)},
        {"desk": "Example Support", "headline": "Kari is here again.", "lines": ()},
    ),
    "reminder": (
        {
            "desk": "Example Support", "number": "261121001", "title": "The printer is on fire", "why": "task",
            "due_at": _MOMENT, "start": "Order toner", "words": "Order toner",
            "show": "mailto:a@b.c?body=%21show", "done": "mailto:a@b.c?body=%21done",
        },
        {
            "desk": "Example Support", "number": None, "title": None, "why": "remind", "due_at": _MOMENT, "start": "",
            "words": "", "show": None, "done": None,
        },
    ),
    "alert_digest": (
        {"desk": "Example Support", "lines": ("261121001: new message",), "remains": ("261121001  Order toner",)},
        {"desk": "Example Support", "lines": (), "remains": ()},
    ),
    "receipt": (
        {
            "desk": "Example Support", "number": "261121001", "title": "The printer is on fire", "done": True,
            "lines": ("Closed.",), "returned_words": "", "unsent": False,
        },
        {
            "desk": "Example Support", "number": None, "title": None, "done": False,
            "lines": ("Line 1: !clsoe is unknown. Did you mean !close?",), "returned_words": "What I had written.",
            "unsent": True,
        },
    ),
    "sheet": (
        {"desk": "Example Support", "heading": "The printer is on fire", "words": "M1 It burns."},
        {"desk": "Example Support", "heading": "Your tickets", "words": "No ticket."},
    ),
    "operator_alarm": (
        {"desk": "Example Support", "name": "loop", "headline": "Two desks talk", "lines": ("Held.",), "ended": False},
        {"desk": "Example Support", "name": "loop", "headline": "Two desks talk", "lines": (), "ended": True},
    ),
}  # fmt: skip


_WORDS = ("words", "returned_words", "resolution")


class TemplateFault(ValueError):
    """A template that cannot be used: `file` as `en/reply.txt.j2` (own ones: the operator's), `line` from 1. `more`:
    the other broken ones, where several were looked at; its text names each on a line."""

    def __init__(self, file: str, line: int, message: str, more: Sequence[TemplateFault] = ()) -> None:
        super().__init__("\n".join([f"{file}:{line}: {message}", *map(str, more)]))
        self.file, self.line, self.message, self.more = file, line, message, tuple(more)


@dataclass(frozen=True, slots=True)
class Rendered:
    """`html`: what stands within the body, None for text alone. `language`: the one it is in. `template` names what was
    used; `fault`, if any, is why the operator's template was not."""

    subject: str
    text: str
    html: str | None
    language: str
    template: str
    fault: TemplateFault | None = None


class Templates:
    """All templates. The operator's are ready at once, ours when they are first used or by `check_all`. Raises
    TemplateFault when one of the operator's is broken or a shipped one is missing."""

    def __init__(self, shipped: Sources, own: Sources | None = None) -> None:
        for name in SAMPLES:
            if ("en", name) not in shipped:
                raise TemplateFault(_file("en", name), 1, "is not there")
        self._shipped = _Ready(shipped)
        self._own = _Ready(own or {})
        self._own.check_all()

    def check_all(self) -> None:
        """Compiles every template and renders it on its samples, before the first mail needs one."""
        self._shipped.check_all()

    def render(self, name: str, language: str, values: Mapping[str, object]) -> Rendered:
        """Renders in the language asked for, else in the nearest there is: `nb-NO`, `nb`, at last `en`. HTML goes along
        only beside the text it belongs to, so that both say the same."""
        fault = None
        for tongue in languages(language):
            for owner, templates in (("own", self._own), ("shipped", self._shipped)):
                template = templates.get(tongue, name)
                if template is None:
                    continue
                markup = templates.get(tongue, name + HTML)
                try:
                    subject, text = _rendered(template, values)
                    html = _rendered_html(markup, values) if markup else None
                except TemplateFault as failed:
                    if owner == "shipped":
                        raise
                    fault = failed
                    continue
                return Rendered(subject, text, html, tongue, f"{owner}:{tongue}/{name}", fault)
        raise TemplateFault(_file("en", name), 1, "is not there")


def load_templates(read: Callable[[str], str], files: Iterable[str]) -> Sources:
    """The texts of the template files of one folder. `files`: names relative to it, `en/reply.txt.j2`; others are
    passed over. `read` gives the text of one; one that is not UTF-8 raises TemplateFault."""
    sources: dict[tuple[str, str], str] = {}
    for file in sorted(files):
        language, slash, rest = file.partition("/")
        suffix = next((one for one in _SUFFIXES if rest.endswith(one)), None)
        if not slash or "/" in rest or suffix is None:
            continue
        try:
            sources[language.lower(), rest.removesuffix(suffix) + _SUFFIXES[suffix]] = read(file)
        except UnicodeDecodeError:
            raise TemplateFault(file, 1, "is not UTF-8") from None
    return sources


def paragraphs(text: str) -> Markup:
    """Plain text as HTML that shows the same: a blank line parts paragraphs, line ends and indents stay."""
    blocks = re.split(r"\n(?:[ \t]*\n)+", clean_text(text).strip("\n"))
    return Markup("\n").join(Markup("<p>{}</p>").format(_lines_of(block)) for block in blocks if block.strip())


def _lines_of(block: str) -> Markup:
    return Markup("<br>\n").join(_indented(line.expandtabs(4)) for line in block.split("\n"))


def _indented(line: str) -> Markup:
    """HTML runs blanks together; every second one is made hard."""
    return escape(re.sub(r"^ |(?<= ) ", "\u00a0", line.rstrip()))


def _environment(language: str, name: str) -> ImmutableSandboxedEnvironment:
    """One for each language and form: the filters speak the language of the template they stand in."""
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        # By the form and not by the file's name: jinja2's select_autoescape passes over `.html.j2`.
        autoescape=name.endswith(HTML),
        finalize=lambda value: "" if value is None else value,
    )
    for filter_name in ("day", "weekday", "moment", "size"):
        environment.filters[filter_name] = partial(getattr(tongues, filter_name), language=language)
    environment.filters["word"] = partial(saying, language=language)
    environment.filters["paragraphs"] = paragraphs
    return environment


class _Ready:
    """The templates of one folder, each compiled once, when it is first asked for."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._environments: dict[tuple[str, bool], ImmutableSandboxedEnvironment] = {}
        self._templates: dict[tuple[str, str], Template] = {}

    def get(self, language: str, name: str) -> Template | None:
        """Threads may come at once: a template that is compiled twice is the same one."""
        key = language, name
        if key not in self._templates and key in self._sources:
            kind = language, name.endswith(HTML)
            if kind not in self._environments:
                self._environments[kind] = _environment(language, name)
            self._templates[key] = _ready(self._environments[kind], language, name, self._sources[key], self._sources)
        return self._templates.get(key)

    def check_all(self) -> None:
        faults: list[TemplateFault] = []
        for language, name in self._sources:
            try:
                self.get(language, name)
            except TemplateFault as fault:
                faults.append(fault)
        if faults:
            first, *more = faults
            raise TemplateFault(first.file, first.line, first.message, more)


def _ready(
    environment: ImmutableSandboxedEnvironment, language: str, name: str, source: str, sources: Sources
) -> Template:
    """Compiles one template and renders it on its samples."""
    file = _file(language, name)
    base = name.removesuffix(HTML)
    if base not in SAMPLES:
        raise TemplateFault(file, 1, f"no mail is made of it (have: {', '.join(SAMPLES)})")
    if name != base:
        if base not in WITH_HTML:
            raise TemplateFault(file, 1, "the HTML of this mail is made of its text")
        if (language, base) not in sources:
            raise TemplateFault(file, 1, f"{_file(language, base)}, which says the same as text, is not beside it")
    elif not source.startswith(_SUBJECT):
        raise TemplateFault(file, 1, f"the first line is not '{_SUBJECT} …'")
    try:
        code = environment.compile(source, name=file, filename=file)
        template = Template.from_code(environment, code, environment.make_globals(None))
    except TemplateError as error:
        raise TemplateFault(file, getattr(error, "lineno", None) or 1, error.message or "is not a template") from error
    for sample in SAMPLES[base]:
        _check(template, file, sample) if name == base else _check_html(template, file, sample)
    return template


def _check(template: Template, file: str, sample: Mapping[str, object]) -> None:
    subject, text = _rendered(template, sample)
    if not subject:
        raise TemplateFault(file, 1, "the subject is empty")
    if not text.strip():
        raise TemplateFault(file, 2, "the text is empty")
    _check_words(text, file, 2, sample)


def _check_html(template: Template, file: str, sample: Mapping[str, object]) -> None:
    html = _rendered_html(template, sample)
    if found := _WHOLE_PAGE.search(html):
        raise TemplateFault(file, 1, f"{found[0]}…> is written by the desk; give what stands within the body")
    if not _TAG.sub("", html).strip():
        raise TemplateFault(file, 1, "the text is empty")
    _check_words(html, file, 1, sample)
    # Whatever came by mail must come out as text, also where a template says `safe`.
    marked = {key: _marked(value) for key, value in sample.items()}
    if _MARK in _rendered_html(template, marked):
        raise TemplateFault(file, 1, "lets mail text through as markup")


def _check_words(text: str, file: str, line: int, sample: Mapping[str, object]) -> None:
    """Somebody's words must never be lost in a template."""
    if lost := [key for key in _WORDS if sample.get(key) and str(sample[key]) not in text]:
        raise TemplateFault(file, line, f"leaves out {lost[0]}")


_WHOLE_PAGE = re.compile(r"<(?:!doctype|html|head|body)\b", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_MARK = "<mark-of-mail>"


def _marked(value: object) -> object:
    if isinstance(value, str):
        return value + _MARK
    return tuple(map(_marked, value)) if isinstance(value, tuple) else value


def _rendered(template: Template, values: Mapping[str, object]) -> tuple[str, str]:
    """(subject, text) of one template."""
    first, _, text = clean_text(_run(template, values)).partition("\n")
    return clean_header(first.removeprefix(_SUBJECT)), text.strip("\n")


def _rendered_html(template: Template, values: Mapping[str, object]) -> str:
    return clean_text(_run(template, values)).strip("\n")


def _run(template: Template, values: Mapping[str, object]) -> str:
    """A template can fail in as many ways as a program can."""
    try:
        return template.render(values)
    except Exception as error:
        message = f"{type(error).__name__}: {error}"
        raise TemplateFault(template.name or "", _line_of(error, template), message) from error


def _line_of(error: BaseException, template: Template) -> int:
    line, frame = 1, error.__traceback__
    while frame:
        if frame.tb_frame.f_code.co_filename == template.name:
            line = frame.tb_lineno
        frame = frame.tb_next
    return line


def _file(language: str, name: str) -> str:
    return f"{language}/{name}.j2" if name.endswith(HTML) else f"{language}/{name}.txt.j2"
