"""Work behind that fails and nobody knows why: tried again some times, then ended, with a word to whoever waits for it."""

MOST_TRIES = 5


def given_up(work: str, left: str, name: str, number: int) -> str:
    """Why it ended, in Chinese: `work` that failed, what is `left` as it is and to be done, and the `name` of its `number`."""
    return f"{work}连续出错 {MOST_TRIES} 次，已停止；{left}；还是这样，请把{name}编号 {number} 告诉管理员"
