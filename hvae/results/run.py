"""What a report reads: one experiment's tables, items, parameters, and facts about its source."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from hvae.config import baseline
from hvae.config.params import Params
from hvae.config.sizes import flat_latents
from hvae.data import prepared
from hvae.data.gaussian import Exact, exact
from hvae.data.prepared import Items
from hvae.data.source import SPLITS
from hvae.data.summary import left_out, plan
from hvae.io.tables import MEASURED
from hvae.results import convergence
from hvae.results.experiment import Experiment
from hvae.results.rates import (
    Rate,
    code_lengths,
    leading,
    lowest_layer,
    squared_errors,
    suffix_name,
    suffix_rates,
)
from hvae.statistics.estimate import Row

TABLES = ("tasks", "bounds", "information", "gallery", "history")


class Run(NamedTuple):
    """One experiment's tables, its test items, its parameters, and what is known of its source.

    `trained` are the points that did not diverge; rows are dictionaries, as `tables` names them.
    Beside an amortised plane: anchors, the independent points that it is compared with, and the
    result (certificate); polished, plain models that went on from it at some β. rated: the points
    that were trained to given rates.
    rates: R_{≥1}, …, R_{≥L} of each point; compared: the same of the items that I(x; z) compares;
    errors: ‖x − x̂‖² of each point; codes: D + R_1 + … + R_L of each. embeddings: as stored, since
    there are many rows and few are drawn. guidance: `guidance.json`; None where there is none.
    single: the points of the single-layer baselines, single_tasks: what tasks measured of them;
    none without one. pictures: what tasks show.
    left_out: what was not measured for want of items, and why; unconverged: which trainings stopped
    too early, and how many steps to try.
    """

    params: Params
    test: Items
    points: list[Row]
    tasks: list[Row]
    bounds: list[Row]
    information: list[Row]
    gallery: list[Row]
    history: list[Row]
    rates: dict[str, list[Rate]]
    compared: dict[str, list[Rate]]
    errors: dict[str, Rate]
    codes: dict[str, Rate]
    known: Exact | None
    embeddings: pa.Table
    anchors: Sequence[Row] = ()
    rated: Sequence[Row] = ()
    polished: Sequence[Row] = ()
    certificate: Sequence[Row] = ()
    single: Sequence[Row] = ()
    single_tasks: Sequence[Row] = ()
    pictures: Sequence[Row] = ()
    guidance: dict[str, Any] | None = None
    left_out: Sequence[str] = ()
    unconverged: Sequence[str] = ()

    @property
    def trained(self) -> list[Row]:
        return _trained(self.points)

    @property
    def evaluated(self) -> list[Row]:
        """The points with latents, information and tasks that did not diverge."""
        part = {point.name for row in self.params.evaluated_rows().values() for point in row}
        return [row for row in self.measured if row["point"] in part]

    @property
    def own(self) -> list[Row]:
        """The points of the plane and those at given rates that did not diverge."""
        return _trained([*self.points, *self.rated])

    @property
    def measured(self) -> list[Row]:
        """All that did not diverge: those, anchors, points at given rates and polished ones."""
        return _trained([*self.points, *self.anchors, *self.rated, *self.polished])

    @property
    def layers(self) -> int:
        return len(self.params.model.latents)

    @property
    def widths(self) -> list[int]:
        """d_1, …, d_L: the numbers in an item's latents."""
        model = self.params.model
        return flat_latents(model.backbone, self.test.shape, model.latents)

    @property
    def parameters(self) -> int:
        """The number of weights of a model of the plane, the same for all."""
        return _parameters(self.points)

    @property
    def anchor_parameters(self) -> int:
        """The number of weights of an independent model beside the plane."""
        return _parameters(self.anchors)

    @property
    def rated_parameters(self) -> int:
        """The number of weights of a model that was trained to given rates."""
        return _parameters(self.rated)

    @property
    def single_parameters(self) -> dict[int, int]:
        """The number of weights of a single-layer model, by the width of its layer."""
        known = {row["point"]: row["parameters"] for row in self.single}
        found = {
            width: [known[name] for name in names if name in known]
            for width, names in baseline.names(self.params).items()
        }
        return {width: max(weights) for width, weights in found.items() if weights}

    @property
    def own_sigma(self) -> bool:
        """Whether each model has learned a σ of its own."""
        return self.params.model.likelihood.family == "gaussian-learned"

    @property
    def suffix(self) -> str:
        """The name of all layers together in the tables."""
        return suffix_name(1, self.layers)

    @property
    def labelled(self) -> bool:
        """Whether there is more than one class."""
        return len(self.test.classes) > 1

    def shares(self) -> np.ndarray:
        """Class shares of the test items."""
        return np.bincount(self.test.labels, minlength=len(self.test.classes)) / len(
            self.test.labels
        )

    def accuracies(self, features: str, protocol: str = "") -> list[Row]:
        """Probe accuracies on samples or on means, each with the rate that its layers have."""
        wanted = ("classification", features, protocol)
        return [
            task | {"rate": self.rate(task)}
            for task in self.tasks
            if (task["task"], task["features"], task["setting"]) == wanted
        ]

    def rate(self, task: Row) -> Rate:
        """R_{≥l} of the task's point, l the lowest of the layers that the task reads."""
        return self.rates[task["point"]][lowest_layer(task["layers"]) - 1]


def load(params: Params, results: Path, data: Path) -> Run:
    """Read what a report needs."""
    found = Experiment(results, params)
    test = prepared.read(data / "test.parquet").first(params.evaluation.max_items)
    compared = leading(found.items, test.ids[: params.evaluation.information_items])
    return Run(
        params,
        test,
        **found.kinds._asdict(),
        **{name: getattr(found, name) for name in TABLES},
        rates=suffix_rates(found.items, found.layers),
        compared=suffix_rates(compared, found.layers),
        errors=squared_errors(found.items),
        codes=code_lengths(found.items, found.layers),
        known=exact(params.data, params.seed),
        embeddings=found.embeddings,
        certificate=found.certificate if params.amortized else (),
        single=found.baseline.points if baseline.wanted(params) else (),
        single_tasks=found.baseline.tasks if baseline.wanted(params) else (),
        pictures=found.pictures,
        guidance=found.record("guidance"),
        left_out=left_out(
            {name: prepared.labels(data / f"{name}.parquet") for name in SPLITS},
            test.classes,
            plan(params),
        ),
        unconverged=list(convergence.sentences(params, results)),
    )


def _trained(points: Sequence[Row]) -> list[Row]:
    return [point for point in points if point["status"] in MEASURED]


def _parameters(points: Sequence[Row]) -> int:
    return max(point["parameters"] for point in points)
