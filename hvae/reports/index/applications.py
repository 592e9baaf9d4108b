"""What experiments achieve in each application, by place: all layers together, z sampled."""

from collections.abc import Iterator, Mapping

from hvae.guidance.applications import APPLICATIONS, Application, every
from hvae.guidance.applications import Metric as Measure
from hvae.guidance.series import Value, chosen_metric, series
from hvae.reports.index.basis import Basis, data
from hvae.reports.index.finished import Experiment
from hvae.reports.index.metrics import Interval, Metric
from hvae.results.places import Place, over_seeds
from hvae.results.rates import suffix_name
from hvae.statistics.estimate import Estimate

GROUP = "Applications"
UNADVISED = ("classification",)  # that are shown of a run without guidance


def achieved(experiment: Experiment) -> Iterator[Metric]:
    """Each application's own metric, by each method: two runs may choose other ones."""
    guidance = experiment.guidance
    names = UNADVISED if guidance is None else guidance["applications"]
    for application in (one for name, one in APPLICATIONS.items() if name in names):
        open_to_all = application._replace(methods=every)
        measure = chosen_metric(open_to_all, experiment.tasks)
        if measure is not None:
            yield from _metrics(experiment, open_to_all, measure)


def _metrics(
    experiment: Experiment, application: Application, measure: Measure
) -> Iterator[Metric]:
    found = series(application, measure, experiment.tasks)
    whole = ("", suffix_name(1, experiment.layers))
    for variant, values in found.values.items():
        if variant.layers in whole:
            yield Metric(
                "/".join((application.name, measure.name, variant.method)),
                GROUP,
                _title(application, measure, variant.method),
                _basis(experiment, application, found.problems),
                [_interval(place, values) for place in experiment.places],
            )


def _title(application: Application, measure: Measure, method: str) -> str:
    words = measure.words.removeprefix("an ").removeprefix("a ")
    unit = " (dB)" if measure.name == "psnr_db" else ""
    ways = f" by {method}" if application.ways else ""
    return f"{application.name.capitalize()}: {words}{unit}{ways}"


def _basis(experiment: Experiment, application: Application, problems: tuple[str, ...]) -> Basis:
    """What is generated is judged by a classifier of the data's own classes."""
    if application.name != "generation":
        return Basis(" ".join(problems), " and ".join(problems) or "the same units")
    of = data(experiment.params)
    return Basis(of.key, f"judged by a classifier of {of.words}")


def _interval(place: Place, values: Mapping[str, Value]) -> Interval | Estimate | None:
    """Of one seed the interval as measured; of more, by the spread over seeds."""
    if not all(point in values for point in place.points):
        return None
    if len(place.points) == 1:
        one = values[place.points[0]]
        return one.value, one.std_error, one.low, one.high
    return over_seeds([Estimate(v.value, v.std_error) for v in map(values.get, place.points) if v])
