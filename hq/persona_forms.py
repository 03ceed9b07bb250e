"""Reading the forms of personas, watched words and the persona calendar: text to drafts, nothing raised."""

from collections.abc import Mapping, Sequence
from datetime import date

from content_library.calendar_rules import EntryDraft, minute_of, time_of
from content_library.models import Persona
from content_library.persona_models import PersonaEntry
from content_library.persona_rules import TRAITS, TYPES, PersonaDraft, lines_of
from content_library.rules import YEARS
from hq.forms import as_number, as_numbers

MIX = {f"mix_{number}": name for number, name in enumerate(TRAITS)}
TYPE_MIX = {f"type_{number}": name for number, name in enumerate(TYPES)}
PERSONA_FIELDS = ("name", "role", "description", "tone", "say", "never_say", "samples", *MIX, *TYPE_MIX)
ENTRY_FIELDS = ("on", "at", "content_type", "trait", "story", "selling", "text", "follow_up", "pictures")


def as_day(text: str | None) -> date | None:
    """What a date field holds; None when it is no day, or one no calendar of ours reaches."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if day.year in YEARS else None


def _mix(values: Mapping[str, str], fields: Mapping[str, str]) -> dict[str, int | None]:
    """Per cents by name, "50%" as "50"; an empty field is 0, what is no number None."""
    return {
        name: as_number(values[field].strip().rstrip("%％")) if values[field].strip() else 0 for field, name in fields.items()
    }


def persona_draft(values: Mapping[str, str]) -> PersonaDraft:
    """The draft behind a typed persona form: one line, one entry."""
    return PersonaDraft(
        name=values["name"].strip(),
        role=values["role"].strip(),
        description=values["description"].strip(),
        tone=values["tone"].strip(),
        say=lines_of(values["say"]),
        never_say=lines_of(values["never_say"]),
        samples=lines_of(values["samples"]),
        mix=_mix(values, MIX),
        type_mix=_mix(values, TYPE_MIX),
    )


def persona_values(persona: Persona) -> dict[str, str]:
    """A kept persona as the form shows it."""
    shares = {field: str(persona.mix.get(name, 0)) for field, name in MIX.items()}
    types = {field: str(persona.type_mix.get(name, 0)) for field, name in TYPE_MIX.items()}
    lists = {name: "\n".join(getattr(persona, name)) for name in ("say", "never_say", "samples")}
    plain = {name: getattr(persona, name) for name in ("name", "role", "description", "tone")}
    return {**plain, **lists, **shares, **types}


def entry_draft(values: Mapping[str, str], item_ids: Sequence[str]) -> EntryDraft:
    """The draft behind a typed calendar entry."""
    words = {name: values[name].strip() for name in ("story", "selling", "text", "follow_up", "pictures")}
    return EntryDraft(
        on=as_day(values["on"]),
        at_minute=minute_of(values["at"]),
        content_type=values["content_type"],
        trait=values["trait"],
        item_ids=as_numbers(item_ids),
        **words,
    )


def entry_values(entry: PersonaEntry) -> dict[str, str]:
    """A kept entry as the form shows it, with its items as one text so that two editors are told of those too."""
    words = {name: getattr(entry, name) for name in ENTRY_FIELDS[2:]}
    items = ",".join(map(str, entry.item_ids))
    return {"on": entry.on.isoformat(), "at": time_of(entry.at_minute), **words, "item_ids": items}
