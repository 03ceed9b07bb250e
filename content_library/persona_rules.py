"""What is decided about personas (人设): the seven dimensions, the five types, and what a draft lacks. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from content_library.models import ContentType
from org.models import Role

TRAITS = ("价值观", "亲密度", "靠谱度", "专业度", "生活", "工作", "带货")
TYPES = tuple(one.value for one in ContentType)
ROLES = ("产品专家", "搭配师", "测评能手", "生活达人", "店长本人", "门店小助手")
WHOLE = 100
MOST_LINES, MOST_SAMPLES = 20, 10
LONGEST = {"name": 40, "role": 80, "description": 500, "tone": 500, "say": 60, "never_say": 60, "samples": 300}


class HolderKind(StrEnum):
    """Who may speak in a persona: one guide, a store, everybody below a department."""

    GUIDE = "guide"
    STORE = "store"
    REGION = "region"


@dataclass(frozen=True)
class PersonaDraft:
    """What a person typed; a number that could not be read is None. A mix of nothing but zeros means: nobody set it."""

    name: str
    role: str
    description: str
    tone: str
    say: Sequence[str]
    never_say: Sequence[str]
    samples: Sequence[str]
    mix: Mapping[str, int | None]
    type_mix: Mapping[str, int | None]


def may_write(role: Role) -> bool:
    """Personas, watched words and the calendar are the brand's voice: headquarters alone writes them."""
    return role == Role.HEADQUARTERS


def may_assign(role: Role) -> bool:
    """Who gives personas to guides: headquarters, and a regional manager inside her subtree."""
    return role in {Role.HEADQUARTERS, Role.REGIONAL_MANAGER}


def lines_of(text: str) -> list[str]:
    """One entry a line, each once, blank lines left out."""
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def mix_problem(mix: Mapping[str, int | None], names: Sequence[str]) -> str:
    """What is wrong with a mix: it sums to 100, or is all zero. "" when it is good."""
    numbers = [mix.get(name, 0) for name in names]
    if any(number is None or not 0 <= number <= WHOLE for number in numbers):
        return "每一项填 0 到 100 的整数"
    total = sum(number or 0 for number in numbers)
    return "" if total in {0, WHOLE} else f"合计要等于 100，现在是 {total}"


def kept_mix(mix: Mapping[str, int | None], names: Sequence[str]) -> dict[str, int]:
    """A mix as it is stored: every name with its per cent, or nothing when nobody set it."""
    numbers = {name: mix.get(name) or 0 for name in names}
    return numbers if sum(numbers.values()) == WHOLE else {}


def _lines_problem(lines: Sequence[str], most: int, longest: int) -> str:
    if len(lines) > most:
        return f"最多 {most} 条，现在 {len(lines)} 条"
    long = next((number for number, line in enumerate(lines, start=1) if len(line) > longest), 0)
    return f"第 {long} 条超过了 {longest} 字" if long else ""


def _words_problem(text: str, field: str) -> str:
    return "" if len(text) <= LONGEST[field] else f"最多 {LONGEST[field]} 字，现在 {len(text)} 字"


def persona_problems(draft: PersonaDraft) -> dict[str, str]:
    """What is wrong, field by field, in Chinese; empty when it may be kept."""
    both = set(draft.say) & set(draft.never_say)
    problems = {
        "name": _words_problem(draft.name, "name") if draft.name.strip() else "请给人设起个名字",
        "role": _words_problem(draft.role, "role"),
        "description": _words_problem(draft.description, "description"),
        "tone": _words_problem(draft.tone, "tone"),
        "say": _lines_problem(draft.say, MOST_LINES, LONGEST["say"]),
        "never_say": _lines_problem(draft.never_say, MOST_LINES, LONGEST["never_say"])
        or (f"「{min(both)}」同时写在了“会说”里" if both else ""),
        "samples": _lines_problem(draft.samples, MOST_SAMPLES, LONGEST["samples"]),
        "mix": mix_problem(draft.mix, TRAITS),
        "type_mix": mix_problem(draft.type_mix, TYPES),
    }
    return {field: problem for field, problem in problems.items() if problem}
