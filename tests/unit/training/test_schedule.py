from __future__ import annotations

import pytest

from imagetool.training.schedule import Schedule

SCHEDULE = Schedule(highest=1.0, lowest=0.1, warm_up=0.2)

RATES = [
    # share of the time, learning rate
    (-1.0, 0.1),
    (0.0, 0.1),
    (0.01, 0.1),
    (0.1, 0.5),
    (0.15, 0.75),
    (0.2, 1.0),
    (0.6, 0.55),
    (0.4, 0.55 + 0.45 * 0.5**0.5),
    (1.0, 0.1),
    (7.0, 0.1),
]


@pytest.mark.parametrize(("share", "rate"), RATES)
def test_the_rate_rises_in_a_line_and_falls_along_a_cosine(share: float, rate: float) -> None:
    assert SCHEDULE.rate(share) == pytest.approx(rate)


def test_without_warm_up_it_begins_at_the_highest() -> None:
    assert Schedule(2.0, 0.5, 0.0).rate(0.0) == 2.0


def test_it_only_rises_before_and_only_falls_after_the_warm_up() -> None:
    rates = [SCHEDULE.rate(number / 100) for number in range(101)]
    assert rates[:21] == sorted(rates[:21])
    assert rates[20:] == sorted(rates[20:], reverse=True)
    assert min(rates) >= 0.1
