"""What a customer is called and what her guide noted about her, made of her number alone; the same for ever."""

import hashlib

from simulator.crowd.names import CALLED, COMPOUND, EMOJI, FOREIGN, MEN, PHRASES, SURNAMES, TRADES, WOMEN

FEMALE, MALE, UNKNOWN = 2, 1, 0
SIZES = ("155S", "160M", "165L", "170XL", "175XXL", "男170M", "男175L", "男180XL", "童120", "童140")
LIKES = ("长款", "短款", "轻薄款", "极寒款", "黑色", "米白", "驼色", "毛领", "亲子款", "羽绒马甲")
NOTES = (
    "喜欢{like}，尺码 {size}", "给家人买，{size}", "上次试过{like}，等活动", "住附近，周末到店",
    "对充绒量问得细，推{like}", "换季会来，{like}优先", "老客介绍来的，信任度高", "只看{like}，预算高",
    "怕冷，要厚的，{size}", "线上看中{like}，想到店试",
)  # fmt: skip
# Numbers that begin with 160 are given to nobody, so an invented one rings at no one's.
MOBILE = "160"
SURNAME_LIST, COMPOUND_LIST, WOMEN_LIST, MEN_LIST = list(SURNAMES), list(COMPOUND), list(WOMEN), list(MEN)


class Portraits:
    """Draws from a keyed hash of a number: one hash gives everything about one customer or one relation."""

    def __init__(self, seed: int) -> None:
        self._customer = hashlib.blake2b(digest_size=32, key=f"customer {seed}".encode())
        self._follow = hashlib.blake2b(digest_size=64, key=f"follow {seed}".encode())

    def of_customer(self, number: int) -> bytes:
        """32 bytes to draw a customer from."""
        state = self._customer.copy()
        state.update(number.to_bytes(5, "little"))
        return state.digest()

    def of_follow(self, row: int) -> bytes:
        """64 bytes to draw a relation from."""
        state = self._follow.copy()
        state.update(row.to_bytes(5, "little"))
        return state.digest()


def gender_of(drawn: bytes) -> int:
    return UNKNOWN if drawn[0] < 20 else MALE if drawn[0] < 80 else FEMALE


def name_of(drawn: bytes) -> str:
    """A real name for four in five, a nickname for the rest."""
    if drawn[1] >= 205:
        return _nickname(drawn)
    return _surname(drawn) + _given(drawn)


def remark_of(drawn: bytes, customer: bytes) -> str:
    """What three in ten guides call the customer: 王姐-165L; at most 20 characters."""
    if drawn[0] >= 77:
        return ""
    title = (
        ("女士", "姐", "小姐姐", "姐")[drawn[1] % 4]
        if gender_of(customer) != MALE
        else ("先生", "哥", "总", "先生")[drawn[1] % 4]
    )
    return f"{_surname(customer)}{title}-{SIZES[drawn[2] % len(SIZES)]}"


def description_of(drawn: bytes) -> str:
    if drawn[3] >= 40:
        return ""
    return NOTES[drawn[4] % len(NOTES)].format(like=LIKES[drawn[5] % len(LIKES)], size=SIZES[drawn[2] % len(SIZES)])


def mobiles_of(drawn: bytes) -> list[str]:
    if drawn[6] >= 26:
        return []
    return [f"{MOBILE}{int.from_bytes(drawn[7:11], 'little') % 10**8:08d}"]


def _surname(drawn: bytes) -> str:
    if drawn[2] < 3:
        return COMPOUND_LIST[drawn[3] % len(COMPOUND_LIST)]
    # Squared, so that the front of the list is drawn most.
    share = (drawn[3] | drawn[4] << 8) / 65536
    return SURNAME_LIST[int(len(SURNAME_LIST) * share * share)]


def _given(drawn: bytes) -> str:
    chosen = MEN_LIST if gender_of(drawn) == MALE or (gender_of(drawn) == UNKNOWN and drawn[5] < 128) else WOMEN_LIST
    first = chosen[drawn[6] % len(chosen)]
    return first if drawn[8] < 56 else first + chosen[drawn[7] % len(chosen)]


def _nickname(drawn: bytes) -> str:
    character, emoji, phrase = _given(drawn)[0], EMOJI[drawn[9] % len(EMOJI)], PHRASES[drawn[10] % len(PHRASES)]
    foreign, called = FOREIGN[drawn[11] % len(FOREIGN)], CALLED[drawn[9] % len(CALLED)]
    forms = (
        f"{emoji}{phrase}", f"{phrase}{emoji}", f"{character}{character}", f"{called}{character}", f"{foreign}{emoji}", foreign,
        f"A{TRADES[drawn[12] % len(TRADES)]}{_surname(drawn)}姐", f"{character}{character}的妈妈{emoji}", f"{phrase}～",
        f"{foreign}.{_surname(drawn)}",
    )  # fmt: skip
    return forms[drawn[13] % len(forms)]
