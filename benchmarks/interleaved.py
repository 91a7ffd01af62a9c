"""Timing ways of doing one thing in turns, by the processor's time: what else the machine does hardly counts."""

import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median

from threadpoolctl import threadpool_info, threadpool_limits

SECONDS_A_TURN = 0.02


def one_thread() -> str:
    """Limit BLAS to one thread from here on; returns which of its kernels computes."""
    threadpool_limits(1, "blas")
    kernels = {f"{pool['internal_api']} {pool['version']}, {pool.get('architecture', 'its own')} kernel"
               for pool in threadpool_info() if pool["user_api"] == "blas"}  # fmt: skip
    return "; ".join(sorted(kernels))


def times(ways: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds of the processor a call of each way: one mean a round, over as many calls as fill `SECONDS_A_TURN`."""
    calls = {name: _calls_a_turn(way) for name, way in ways.items()}
    measured: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            measured[name].append(_timed(way, calls[name]))
    return measured


def ratio(of: Sequence[float], to: Sequence[float]) -> float:
    """The median over the rounds of how many times as long the first took as the second."""
    return median(a / b for a, b in zip(of, to, strict=True))


def _calls_a_turn(way: Callable[[], object]) -> int:
    way()  # what is made once, at the first call, is not timed
    return max(1, round(SECONDS_A_TURN / min(_timed(way, 1) for _ in range(3))))


def _timed(way: Callable[[], object], calls: int) -> float:
    start = time.process_time()
    for _ in range(calls):
        way()
    return (time.process_time() - start) / calls
