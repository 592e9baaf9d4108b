"""Hierarchical VAEs in rate space: train over grids of rates, measure, and compare with theory.

The folders are the steps, and data flows through them one way:
params → data → models → training → latents → information, tasks → bounds → results → reports.

`__all__` lists the names for use in other programs. Each is imported when it is first used, so that
limits need no torch.
"""

from importlib import import_module
from typing import Any

__version__ = "0.2.0"

_PLACES = {
    # parameters
    "InputError": "errors.InputError",
    "Grid": "config.grid.Grid",
    "Model": "config.model.Model",
    "Params": "config.params.Params",
    "RateSchedule": "config.training.RateSchedule",
    "Schedule": "config.training.Schedule",
    "parse": "config.base.parse",
    # data
    "Digits": "config.synthetic.Digits",
    "Gaussian": "config.synthetic.Gaussian",
    "ImageFolder": "config.sources.ImageFolder",
    "Npz": "config.sources.Npz",
    "Parquet": "config.sources.Parquet",
    "load_source": "data.sources.load",
    "split_source": "data.splits.divide",
    # models, of one β each or of a whole plane
    "build_model": "models.build.build",
    "load_model": "training.library.load_model",
    "save_model": "training.library.save_model",
    "Card": "training.checkpoint.Card",
    "train_models": "training.library.train_models",
    "train_plane": "training.library.train_plane",
    "train_to_rates": "training.library.train_to_rates",
    "set_threads": "training.library.set_threads",
    # rates and distortion, latents, and β for wanted rates
    "encode": "library.encode",
    "decode": "library.decode",
    "sample": "library.sample",
    "reconstruct": "library.reconstruct",
    "measure": "library.measure",
    "solve_rates": "library.solve_rates",
    "survey_rates": "library.survey_rates",
    # limits: functions of numbers
    "accuracy_limit": "bounds.accuracy.accuracy_limit",
    "distortion_rate": "bounds.rate_distortion.distortion_rate",
    "optimal_objective": "bounds.rate_distortion.optimal_objective",
    "r2_limit": "bounds.rate_distortion.r2_limit",
    "rate_distortion": "bounds.rate_distortion.rate_distortion",
    "squared_error_limit": "bounds.rate_distortion.squared_error_limit",
    "total_variation_limit": "bounds.counts.total_variation_limit",
    # what plug-ins are made of
    "Section": "config.base.Section",
    "Source": "data.source.Source",
    "Backbone": "models.backbones.backbone.Backbone",
    "BackbonePlan": "models.backbones.backbone.BackbonePlan",
    "Normal": "models.distributions.Normal",
    "Likelihood": "models.likelihoods.base.Likelihood",
    "Measure": "results.quantities.Measure",
    "Score": "tasks.task.Score",
    "TrainedSubject": "tasks.trained.TrainedSubject",
    "mean_score": "statistics.intervals.mean",
    # any other VAE, whole or by its latents
    "Adapter": "models.adapter.Adapter",
    "AuditSettings": "audit.whole.AuditSettings",
    "audit_model": "audit.whole.audit",
    "StudySettings": "audit.study.Settings",
    "read_latents": "audit.latents.read",
    "study_latents": "audit.study.study",
}
__all__ = list(_PLACES)


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, attribute = _PLACES[name].rpartition(".")
    return getattr(import_module(f"{__name__}.{module}"), attribute)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
