"""Group commit: each request gets its own answer, a full queue says so at once, and what waits is written at the end."""

import os
import threading

import pytest

from foundation.group_commit import GroupCommit, NotKept, Waiting, one_a_process


class Doubling(GroupCommit[int, int]):
    """Answers twice the number; holds back until it is let go; cannot keep 13."""

    def __init__(self) -> None:
        self.let_go, self.batches, self.dropped = threading.Event(), list[list[int]](), False
        super().__init__("doubling", batch=4, room=8)

    def write(self, batch: list[Waiting[int, int]]) -> None:
        self.let_go.wait(60)
        self.batches.append([one.brought for one in batch])
        for one in batch:
            problem = ValueError("unlucky") if one.brought == 13 else None
            one.settle(None if problem else 2 * one.brought, problem)

    def drop_connection(self) -> None:
        self.dropped = True


def test_each_gets_its_own_answer_from_a_few_shared_writes() -> None:
    writer, answers = Doubling(), dict[int, int | None]()
    threads = [threading.Thread(target=lambda n=n: answers.update({n: writer.bring(n, 5)})) for n in range(7)]  # type: ignore[misc]
    for thread in threads:
        thread.start()
    writer.let_go.set()
    for thread in threads:
        thread.join()
    assert answers == {number: 2 * number for number in range(7)}
    assert sorted(one for batch in writer.batches for one in batch) == list(range(7))
    assert max(map(len, writer.batches)) <= 4
    with pytest.raises(NotKept, match="unlucky"):
        writer.bring(13, 5)
    writer.close()


def test_a_full_queue_and_a_slow_write_are_said_and_what_was_given_up_is_not_stored_behind_its_back() -> None:
    writer, answers = Doubling(), list[int | None]()
    said = []
    for number in range(9):
        with pytest.raises(NotKept) as refused:
            writer.bring(number, 0.05)
        said.append(str(refused.value))
        if number == 7:
            patient = threading.Thread(target=lambda: answers.append(writer.bring(70, 5)))
            patient.start()
            while writer._queue.qsize() < 8:
                pass
    assert (said[0], said[-1]) == ("not committed in time", "the queue is full")
    writer.let_go.set()
    patient.join()
    writer.close()
    # The first was being written when its request gave up; those behind it had not begun.
    assert [one for batch in writer.batches for one in batch] == [0, 70]
    assert answers == [140]
    assert writer.dropped


def test_a_process_has_one_writer_and_a_child_its_own() -> None:
    writer = one_a_process(Doubling)
    mine = writer()
    assert writer() is mine
    child = os.fork()
    if child == 0:
        os._exit(0 if writer() is not mine else 1)
    assert os.waitpid(child, 0)[1] == 0
    mine.let_go.set()
    mine.close()
