"""What the content form keeps of a body: its own words, and what it has no field for."""

from content_library.models import ItemKind
from hq.content_forms import FIELDS, ContentForm, body_of


def test_an_edit_loses_neither_a_pictures_words_nor_what_the_form_does_not_know():
    form = ContentForm({**dict.fromkeys(FIELDS, ""), "title": "改名", "desc": "雾蓝色上身"}, blob_key="b" * 64)
    before = {"blob_key": "a" * 64, "desc": "旧的", "width": 900}
    assert body_of(ItemKind.IMAGE, form, before) == {"blob_key": "b" * 64, "desc": "雾蓝色上身", "width": 900}
