"""The entries of tasks: what they need, and how their settings are told."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from hvae.config.data import Data
from hvae.config.task import ABOUT, CLASSIFIER, MODEL
from hvae.config.tasks import TASKS, Tasks
from hvae.results.quantities import METRICS

IMAGES = {"reconstruction", "denoising", "inpainting", "upscaling", "compression", "regression"}
CLASSES = {"classification", "clustering", "generation", "recognition"}
SPLIT = {"split": {"train": 0.6, "validation": 0.2, "test": 0.2}}


def available(**options: Any) -> set[str]:
    data: Data = TypeAdapter(Data).validate_python(options)
    return {name for name, task in TASKS.items() if task.needs(data)}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"source": "digits"} | SPLIT, IMAGES | CLASSES),
        ({"source": "digits", "held_out": "9"} | SPLIT, IMAGES | CLASSES | {"anomaly"}),
        ({"source": "fashion-mnist", "outliers": "mnist"}, IMAGES | CLASSES | {"anomaly"}),
        ({"source": "gaussian"} | SPLIT, {"reconstruction", "compression", "regression"}),
        ({"source": "gaussian-mixture"} | SPLIT, {"reconstruction", "compression"} | CLASSES),
        # of one's own files, what they are is known once they are read
        ({"source": "npz", "raw_dir": "a"} | SPLIT, IMAGES | CLASSES),
    ],
)
def test_tasks_are_those_that_the_data_have(options: dict[str, Any], expected: set[str]) -> None:
    assert (
        available(**{"split": {"train": 0.9, "validation": 0.1, "test": 0.2}} | options) == expected
    )


def test_every_section_but_the_pictures_of_latents_has_an_entry() -> None:
    assert set(Tasks.model_fields) - set(TASKS) == {"visualisation"}
    assert set(ABOUT) == set(TASKS)


def test_every_metric_that_judges_is_known_and_has_a_direction() -> None:
    judging = {name for task in TASKS.values() for name in task.metrics}
    assert all(METRICS[name].better != "none" for name in judging)


def test_a_setting_is_told_with_the_word_before_it() -> None:
    assert TASKS["denoising"].told("0.2") == "noise 0.2"
    assert TASKS["regression"].told("slant") == "slant"
    assert TASKS["denoising"].told("") == ""


def test_probes_of_latents_read_no_model() -> None:
    probes = {name for name, task in TASKS.items() if not task.reads}
    assert probes == {"classification", "clustering", "regression"}
    asking = {name: task.reads for name, task in TASKS.items() if CLASSIFIER in task.reads}
    assert asking == {name: {MODEL, CLASSIFIER} for name in ("generation", "recognition")}
