"""What the desk says about tasks and reminders. English: (Norwegian bokmål, Finnish)."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "To do in {number}: {task}": ("Å gjøre i {number}: {task}", "Tehtävä, tapaus {number}: {task}"),
    "When it is done: !todo -{id}": ("Når det er gjort: !oppgave -{id}", "Kun se on tehty: !tehtävä -{id}"),
    "{number} has no open task {id} (there is: {there})": (
        "{number} har ingen åpen oppgave {id} (det finnes: {there})",
        "tapauksessa {number} ei ole avointa tehtävää {id} (avoimet: {there})",
    ),
    "nothing": ("ingenting", "ei mitään"),
    "Done: {task}": ("Gjort: {task}", "Tehty: {task}"),
    "{number} still has open tasks: {tasks}": (
        "{number} har fortsatt åpne oppgaver: {tasks}",
        "tapauksessa {number} on vielä avoimia tehtäviä: {tasks}",
    ),
    "Still to do: {task}": ("Gjenstår: {task}", "Vielä tekemättä: {task}"),
    "You are reminded on {at}.": ("Du får en påminnelse {at}.", "Saat muistutuksen: {at}."),
    "{number} is finished, so nothing is due in it": (
        "{number} er avsluttet, så den kan ikke få frist",
        "{number} on päättynyt, joten sille ei voi asettaa määräaikaa",
    ),
    "{number} has no deadline of its own now.": (
        "{number} har ikke lenger en egen frist.",
        "Tapauksella {number} ei ole enää omaa määräaikaa.",
    ),
    "{number} is due on {at}.": ("{number} har frist {at}.", "Tapauksen {number} määräaika: {at}."),
    "By hand: due {at}": ("Satt for hånd: frist {at}", "Käsin asetettu määräaika: {at}"),
    "{number} has no tag {tags} (there is: {there})": (
        "{number} har ikke merkelappen {tags} (det finnes: {there})",
        "tapauksessa {number} ei ole tunnistetta {tags} (tunnisteet: {there})",
    ),
    "Tags of {number}: {tags}": ("Merkelapper på {number}: {tags}", "Tapauksen {number} tunnisteet: {tags}"),
    "none": ("ingen", "ei mitään"),
}
