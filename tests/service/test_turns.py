"""Turns at computing: one at a time, given up while waiting, and never in the way of a short
call.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial

import pytest

from service.turns import LARGE, kept_until_sent, outside_the_turn, turn


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


def test_a_turn_is_kept_until_the_answer_is_sent() -> None:
    with kept_until_sent():
        assert runs_beside(1)
        with turn(1):
            pass
        assert not runs_beside(1)
        with outside_the_turn():
            assert runs_beside(1)
    assert runs_beside(1)


def test_a_failure_gives_a_kept_turn_back() -> None:
    with pytest.raises(KeyError), kept_until_sent():
        fail(outside=False)
    assert runs_beside(1)


def test_turns_come_in_the_order_of_asking_and_first_to_those_who_come_back() -> None:
    order: list[str] = []
    threads: list[threading.Thread] = []

    def begin(work: Callable[[], None]) -> None:
        threads.append(threading.Thread(target=work))
        threads[-1].start()
        time.sleep(0.2)

    def ask(name: str) -> None:
        with turn(1):
            order.append(name)

    come_back = {name: threading.Event() for name in ("back first", "back second")}

    def wait_for_a_server(name: str) -> None:
        with turn(1):
            with outside_the_turn():
                come_back[name].wait(5)
            order.append(name)

    for name in come_back:
        begin(partial(wait_for_a_server, name))
    with turn(1):
        for name in ("first", "second", "third"):
            begin(partial(ask, name))
        for event in come_back.values():
            event.set()
            time.sleep(0.2)
    for thread in threads:
        thread.join(5)
    assert order == ["back first", "back second", "first", "second", "third"]
