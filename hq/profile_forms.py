"""Profile fields as they are typed: text to drafts and back. Whether they are right is customers.profile_rules' to say."""

from collections.abc import Mapping

from customers.profile_models import FieldKind, FieldReader, ProfileField
from customers.profile_rules import FieldDraft

FIELD_FIELDS = ("name", "kind", "choices", "readers", "question", "purpose")
KINDS = {
    FieldKind.CHOICE: "单选", FieldKind.CHOICES: "多选", FieldKind.TEXT: "文字", FieldKind.NUMBER: "数字", FieldKind.DATE: "日期",
}  # fmt: skip
READERS = {
    FieldReader.GUIDES: "导购和以上", FieldReader.MANAGERS: "店长、大区和总部", FieldReader.HEADQUARTERS: "只有总部",
}  # fmt: skip


def field_draft(values: Mapping[str, str]) -> FieldDraft:
    """The draft behind a typed form; one choice a line, empty lines dropped."""
    lines = [line.strip() for line in values["choices"].split("\n")]
    return FieldDraft(
        name=values["name"].strip(),
        kind=values["kind"],
        choices=[line for line in lines if line],
        readers=values["readers"],
        question=values["question"].strip(),
        purpose=values["purpose"].strip(),
    )


def field_values(field: ProfileField) -> dict[str, str]:
    """A kept field as the form shows it."""
    return {
        "name": field.name,
        "kind": str(field.kind),
        "choices": "\n".join(choice for choice in field.choices if choice),
        "readers": str(field.readers),
        "question": field.question,
        "purpose": field.purpose,
    }


def new_field_values() -> dict[str, str]:
    """A fresh form: one of several, seen by guides."""
    return dict.fromkeys(FIELD_FIELDS, "") | {"kind": str(FieldKind.CHOICE), "readers": str(FieldReader.GUIDES)}
