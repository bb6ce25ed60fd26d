"""What our mails say, as templates: `<lang>/<name>.txt.j2`, the subject in the first line, `Subject: …`.

Pure: the caller reads the files and hands over their texts. Operators may replace any of them. Templates run in
jinja2's sandbox and see only the variables of SAMPLES; mail text is always a value, never a template. All are compiled
and rendered on sample data at the start; what still fails at run time falls back to the shipped one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mailgate.outbound.mime import clean_header, clean_text

Sources = Mapping[tuple[str, str], str]
"""(language, name) -> text of the template."""

SUFFIX = ".txt.j2"
_SUBJECT = "Subject:"
# Where a language has no templates of its own, the nearest one that its readers read; English stands behind all.
_NEAREST = {"nn": "nb", "no": "nb", "da": "nb"}

_CASE: dict[str, object] = {
    "desk": "Example Support", "number": "261121001", "title": "The printer is on fire", "subject": "Printer",
    "status": "in progress", "queue": "support", "phone": "+47 22 00 00 00",
}  # fmt: skip
_SILENT: dict[str, object] = {"desk": "Example Support", "number": "261121001", "phone": None}

# Every variable of every template: the first sample full, the second with all left out that can be.
SAMPLES: dict[str, tuple[dict[str, object], ...]] = {
    "acknowledgement": (
        {**_CASE, "name": "Ola Nordmann", "follows_up": "261101001"},
        {**_CASE, "name": "", "phone": None, "follows_up": None},
    ),
    # Here nothing that the sender wrote is even within reach (RULES 5).
    "acknowledgement_plain": (
        {**_SILENT, "phone": "+47 22 00 00 00", "follows_up": "261101001"},
        {**_SILENT, "follows_up": None},
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
    "opened_for_you": ({**_CASE, "name": "Ola Nordmann"}, {**_CASE, "name": "", "phone": None}),
    "requester_receipt": (
        {"desk": "Example Support", "number": "261121001", "name": "Ola Nordmann", "lines": ("It is closed.",)},
        {"desk": "Example Support", "number": None, "name": "", "lines": ()},
    ),
    "agent_alert": (
        {
            **_CASE, "why": "new", "by": "Ola Nordmann <ola@example.org>", "organisation": "Example AS",
            "words": "It burns.", "files": ({"name": "fire.jpg", "size": "12 kB"},), "badges": ("external",),
            "hints": ("It solved itself: !done",), "assignee": "Kari", "waiting": "the requester", "answer": "p",
        },
        {
            **_CASE, "why": "note", "by": "Per", "organisation": None, "words": "", "phone": None,
            "files": (), "badges": (), "hints": (), "assignee": None, "waiting": None, "answer": "n",
        },
    ),
    "alert_digest": (
        {"desk": "Example Support", "lines": ("261121001: new message",)},
        {"desk": "Example Support", "lines": ()},
    ),
    "receipt": (
        {
            "desk": "Example Support", "number": "261121001", "title": "The printer is on fire", "done": True,
            "lines": ("Closed.",), "returned_words": "",
        },
        {
            "desk": "Example Support", "number": None, "title": None, "done": False,
            "lines": ("Line 1: !clsoe is unknown. Did you mean !close?",), "returned_words": "What I had written.",
        },
    ),
    "operator_alarm": (
        {"desk": "Example Support", "name": "loop", "headline": "Two desks talk", "lines": ("Held.",), "ended": False},
        {"desk": "Example Support", "name": "loop", "headline": "Two desks talk", "lines": (), "ended": True},
    ),
}  # fmt: skip


_WORDS = ("words", "returned_words", "resolution")


class TemplateFault(ValueError):
    """A template that cannot be used: `file` as `en/reply.txt.j2` (own ones: the operator's), `line` from 1."""

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(f"{file}:{line}: {message}")
        self.file, self.line, self.message = file, line, message


@dataclass(frozen=True, slots=True)
class Rendered:
    """`template` names what was used; `fault`, if any, is why the operator's template was not."""

    subject: str
    text: str
    template: str
    fault: TemplateFault | None = None


class Templates:
    """All templates, ready. Raises TemplateFault when one of them is broken or a shipped one is missing."""

    def __init__(self, shipped: Sources, own: Sources | None = None) -> None:
        self._shipped = _compiled(shipped)
        self._own = _compiled(own or {})
        for name in SAMPLES:
            if ("en", name) not in self._shipped:
                raise TemplateFault(f"en/{name}{SUFFIX}", 1, "is not there")

    def render(self, name: str, language: str, values: Mapping[str, object]) -> Rendered:
        """Renders in the language asked for, else in the nearest there is: `nb-NO`, `nb`, at last `en`."""
        fault = None
        for tongue in languages(language):
            for owner, templates in (("own", self._own), ("shipped", self._shipped)):
                template = templates.get((tongue, name))
                if template is None:
                    continue
                try:
                    subject, text = _rendered(template, values)
                except TemplateFault as failed:
                    if owner == "shipped":
                        raise
                    fault = failed
                    continue
                return Rendered(subject, text, f"{owner}:{tongue}/{name}", fault)
        raise TemplateFault(f"en/{name}{SUFFIX}", 1, "is not there")


def load_templates(read: Callable[[str], str], files: Iterable[str]) -> Sources:
    """The texts of the template files of one folder. `files`: names relative to it, `en/reply.txt.j2`; others are
    passed over. `read` gives the text of one; one that is not UTF-8 raises TemplateFault."""
    sources: dict[tuple[str, str], str] = {}
    for file in sorted(files):
        language, slash, rest = file.partition("/")
        if not slash or "/" in rest or not rest.endswith(SUFFIX):
            continue
        try:
            sources[language.lower(), rest.removesuffix(SUFFIX)] = read(file)
        except UnicodeDecodeError:
            raise TemplateFault(file, 1, "is not UTF-8") from None
    return sources


def template_faults(sources: Sources) -> list[TemplateFault]:
    """Every broken template among them, for `check`."""
    faults: list[TemplateFault] = []
    for key, source in sources.items():
        try:
            _compiled({key: source})
        except TemplateFault as fault:
            faults.append(fault)
    return faults


def languages(language: str) -> tuple[str, ...]:
    """Where a text is looked for: the language itself, its primary subtag, its neighbour, English."""
    exact = language.lower().replace("_", "-")
    primary = exact.partition("-")[0]
    return tuple(dict.fromkeys(one for one in (exact, primary, _NEAREST.get(primary, ""), "en") if one))


def _day(day: date, language: str = "en") -> str:
    """A date as it is read aloud. English names the month; its figures alone are read two ways."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}" if language == "en" else f"{day:%d.%m.%Y}"


_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # text mails: nothing here is HTML
        finalize=lambda value: "" if value is None else value,
    )
    environment.filters["day"] = _day
    return environment


def _compiled(sources: Sources) -> dict[tuple[str, str], Template]:
    environment = _environment()
    return {key: _ready(environment, *key, source) for key, source in sources.items()}


def _ready(environment: ImmutableSandboxedEnvironment, language: str, name: str, source: str) -> Template:
    """Compiles one template and renders it on its samples."""
    file = f"{language}/{name}{SUFFIX}"
    if name not in SAMPLES:
        raise TemplateFault(file, 1, f"no mail is made of it (have: {', '.join(SAMPLES)})")
    if not source.startswith(_SUBJECT):
        raise TemplateFault(file, 1, f"the first line is not '{_SUBJECT} …'")
    try:
        code = environment.compile(source, name=file, filename=file)
        template = Template.from_code(environment, code, environment.make_globals(None))
    except TemplateError as error:
        raise TemplateFault(file, getattr(error, "lineno", None) or 1, error.message or "is not a template") from error
    for sample in SAMPLES[name]:
        subject, text = _rendered(template, sample)
        if not subject:
            raise TemplateFault(file, 1, "the subject is empty")
        if not text.strip():
            raise TemplateFault(file, 2, "the text is empty")
        # Somebody's words must never be lost in a template.
        if lost := [key for key in _WORDS if sample.get(key) and str(sample[key]) not in text]:
            raise TemplateFault(file, 2, f"leaves out {lost[0]}")
    return template


def _rendered(template: Template, values: Mapping[str, object]) -> tuple[str, str]:
    """(subject, text) of one template; a template can fail in as many ways as a program can."""
    try:
        whole = template.render(values)
    except Exception as error:
        message = f"{type(error).__name__}: {error}"
        raise TemplateFault(template.name or "", _line_of(error, template), message) from error
    first, _, text = clean_text(whole).partition("\n")
    return clean_header(first.removeprefix(_SUBJECT)), text.strip("\n")


def _line_of(error: BaseException, template: Template) -> int:
    line, frame = 1, error.__traceback__
    while frame:
        if frame.tb_frame.f_code.co_filename == template.name:
            line = frame.tb_lineno
        frame = frame.tb_next
    return line
