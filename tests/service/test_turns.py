"""Turns at computing: one at a time, given up while waiting, and never in the way of a short
call.
"""

from __future__ import annotations

import threading
import time

import pytest

from service.turns import LARGE, outside_the_turn, turn


def runs_beside(size: int) -> bool:
    """Whether another thread with a body of this size computes now."""
    entered = threading.Event()

    def other() -> None:
        with turn(size):
            entered.set()

    thread = threading.Thread(target=other, daemon=True)
    thread.start()
    return entered.wait(0.2)


def test_one_computes_at_a_time() -> None:
    with turn(1):
        assert not runs_beside(1)
        assert not runs_beside(LARGE - 1)
    assert runs_beside(1)


def test_a_large_body_takes_no_turn_and_holds_nobody_up() -> None:
    with turn(LARGE):
        assert runs_beside(1)
    with turn(1):
        assert runs_beside(LARGE)


def test_who_waits_for_a_server_lets_others_compute() -> None:
    with turn(1):
        with outside_the_turn():
            assert runs_beside(1)
        assert not runs_beside(1)


def test_outside_without_a_turn_changes_nothing() -> None:
    with outside_the_turn():
        assert runs_beside(1)
    with turn(LARGE), outside_the_turn():
        assert runs_beside(1)
    assert runs_beside(1)


def fail(outside: bool) -> None:
    with turn(1):
        if outside:
            with outside_the_turn():
                raise KeyError
        raise KeyError


@pytest.mark.parametrize("outside", [False, True])
def test_a_failure_gives_the_turn_back(outside: bool) -> None:
    with pytest.raises(KeyError):
        fail(outside)
    assert runs_beside(1)


def test_many_threads_all_get_their_turn() -> None:
    done: list[int] = []

    def work(number: int) -> None:
        for _ in range(20):
            with turn(1):
                time.sleep(0.0005)
                with outside_the_turn():
                    time.sleep(0.0005)
        done.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(done) == list(range(12))
