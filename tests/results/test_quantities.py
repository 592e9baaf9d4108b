"""What the table of quantities says of each, and how a number of it is written."""

import pytest

from hvae.guidance.applications import APPLICATIONS
from hvae.results.quantities import METRICS, OF_POINTS, Measure, checked_unit


@pytest.mark.parametrize(
    ("name", "axis", "told", "number", "sign"),
    [
        ("psnr_db", "PSNR (dB)", "21.30 dB", "21.30", 1),
        ("mse", "Mean squared error per dimension (units²)", "21.3", "21.3", -1),
        ("accuracy", "Accuracy", "21.300", "21.300", 1),
        ("frechet", "Fréchet distance (feature units²)", "21.300", "21.300", -1),
    ],
)
def test_a_number_is_written_in_one_way(
    name: str, axis: str, told: str, number: str, sign: int
) -> None:
    measure = METRICS[name]
    assert (measure.axis, measure.sign) == (axis, sign)
    assert (measure.told(21.3), measure.number(21.3)) == (told, number)
    assert measure.told(21.3) == number + measure.ending


@pytest.mark.parametrize("measure", [*METRICS.values(), *OF_POINTS.values()])
def test_every_quantity_has_a_title_and_says_which_way_is_better(measure: Measure) -> None:
    assert measure.title
    assert measure.brief in (measure.short, measure.title)
    assert measure.higher == (measure.better == "higher")
    assert measure.words.partition(" ")[0] in ("a", "an", "")


def test_metrics_of_applications_are_those_of_the_table() -> None:
    for application in APPLICATIONS.values():
        assert all(METRICS[one.name] is one for one in application.metrics)


def test_what_a_check_is_held_in() -> None:
    assert checked_unit("class_consistency") == "accuracy"
    assert checked_unit("information") == "nats per item"
