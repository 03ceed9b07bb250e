"""敏感词 rules: words and kinds of content members may not write, or are warned about."""

from dataclasses import dataclass, field

BLOCK, WARN = 1, 2


@dataclass(slots=True)
class Rule:
    """semantics 1 mobile number, 2 mail address, 3 red packet; intercept_type 1 stops the message, 2 only warns."""

    rule_id: str
    agentid: int
    rule_name: str
    create_time: int
    word_list: list[str]
    semantics_list: list[int]
    intercept_type: int
    users: list[str] = field(default_factory=list)
    departments: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Intercepts:
    """`deleted` keeps the ids of rules that are gone, which are refused with another code than unknown ones."""

    by_id: dict[str, Rule] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
