# Parameters, checked before any job starts, and the names that the rules share.
import json
import sys
from pathlib import Path

sys.path.insert(0, workflow.basedir)

import hvae.config.base
import hvae.config.baseline
import hvae.config.plugins
import hvae.data.summary
import hvae.errors
import hvae.config.params
import hvae.config.sources
import hvae.config.tasks
import hvae.io.provenance
import hvae.results.parameters
import hvae.results.verdict
from hvae.io.provenance import code
from workflow import current, environment, raw, running, stage

# With --jobs, as on a cluster, the cores of this machine do not matter.
CORES = None if workflow.resource_settings.nodes else workflow.resource_settings.cores

environment.share_plugins(workflow.config_settings)

try:
    PARAMS = hvae.config.base.parse(hvae.config.params.Params, config)
    # Models are counted with torch, which jobs' own calls on a cluster need not wait for.
    if workflow.is_main_process:
        hvae.config.plugins.load_all(PARAMS.job("data", "model", "tasks"))
        import hvae.cost.disk
        import hvae.cost.time

        PLAN = [
            hvae.cost.disk.sentence(PARAMS),
            *hvae.cost.disk.evaluated_part(PARAMS),
            hvae.cost.time.sentence(PARAMS, CORES),
        ]
except hvae.errors.InputError as error:
    sys.exit(environment.refused(error, workflow.config_settings.configfiles))

if problem := environment.unnamed_overlay(workflow.config_settings):
    sys.exit(problem)

environment.share_python()
current.install()

# The job units, by name: rows of the grid, anchors, models that go on from the amortized one, points
# at given rates, models from scratch that these are compared with, the baseline.
ROWS = PARAMS.rows()
EVALUATED = PARAMS.evaluated_rows()
ANCHORS = PARAMS.anchors()
POLISHED = PARAMS.polished_rows()
RATED = PARAMS.rate_rows()
SCRATCH = PARAMS.scratch_rows()
SHARED = PARAMS.grid.shared() if PARAMS.amortized else {}
# Pictures of latents are of one training: those of another have other axes.
EMBEDDED = {
    row: of
    for row, of in EVALUATED.items()
    if PARAMS.tasks.visualisation and of[0].seed == min(PARAMS.grid.seeds)
}
SINGLE = hvae.config.baseline.rows(PARAMS)
SINGLE_EVALUATED = hvae.config.baseline.evaluated_rows(PARAMS)
# They are few and quick: a task of all seeds is one job, whose start costs as much as its work.
SINGLE_TOGETHER = (
    {"single": [point for points in SINGLE_EVALUATED.values() for point in points]}
    if SINGLE_EVALUATED
    else {}
)
SINGLE_TRAINED = hvae.config.baseline.rate_rows(PARAMS)
SINGLE_RATED = {row: one.points for row, one in SINGLE_TRAINED.items()}

DATA = f"data/prepared/{PARAMS.experiment}"
RESULTS = f"results/{PARAMS.experiment}"
LOGS = f"logs/{PARAMS.experiment}"
REPORT = f"reports/{PARAMS.experiment}/index.html"
INDEX = "reports/index.html"  # all experiments
FIGURES = f"reports/{PARAMS.experiment}/figures"
# Checkpoints of training are not outputs, which Snakemake would delete before a job continues.
CHECKPOINTS = f"checkpoints/{PARAMS.experiment}"

if problem := environment.read_only(DATA, RESULTS, LOGS, FIGURES):
    sys.exit(problem)

SPLITS = {name: f"{DATA}/{name}.parquet" for name in ("train", "validation", "test")}
OUTLIERS = {
    f"{name}_{kind}": f"{DATA}/{name}-{kind}.parquet"
    for name in ("validation", "test")
    for kind in ("outliers", "others")
}
(
    GRID_ROW,
    ANCHORS_ROW,
    POLISHED_ROW,
    RATES_ROW,
    SCRATCH_ROW,
    SINGLE_ROW,
    SINGLE_RATES_ROW,
) = (
    rf"{of}s\d+"
    for of in (
        r"(?:[\d.e+-]+_)*",
        "anchors_",
        "polished_",
        "rates_",
        "scratch_",
        "single_",
        r"w\d+_single_",
    )
)

# The single-layer baseline uses the rules of the experiment's own rows. Its files lie in a folder of
# their own, which the wildcard `of` names.
OWN, BASELINE = "", "baseline/"
BASELINE_TABLES = [
    f"{RESULTS}/{BASELINE}{table}.parquet"
    for table in ("points", "items", "tasks", "selection", "counts", "scores")
    if SINGLE
]


wildcard_constraints:
    of=f"{OWN}|{BASELINE}",
    row=f"{GRID_ROW}|{RATES_ROW}|{SINGLE_ROW}|single",


def points_of(rows):
    """Patterns of the names of a row's points, the same for all `rows`."""
    return [
        point.name.removesuffix(row) + "{row}"
        for row, points in list(rows.items())[:1]
        for point in points
    ]


def model_files(names, of=OWN):
    """The files of weights and cards of these models."""
    return [
        f"{RESULTS}/{of}models/{name}.{kind}"
        for name in dict.fromkeys(names)
        for kind in ("safetensors", "json")
    ]


WITH_LATENTS = EVALUATED | SINGLE_EVALUATED | SINGLE_TOGETHER


def models_of(rows=WITH_LATENTS):
    """The models of a row's points; the points may share one."""
    return lambda wildcards: model_files(
        (point.model for point in rows[wildcards.row]),
        wildcards.of,
    )


def latent_files(names, of, splits=SPLITS):
    """The latents of these points, a file a point and split."""
    return [
        f"{RESULTS}/{of}latents/point={name}/split={split}/part-0.parquet"
        for name in names
        for split in splits
    ]


def latents_of(*splits):
    """The latents of a row's points."""
    return lambda wildcards: latent_files(
        (point.name for point in WITH_LATENTS[wildcards.row]), wildcards.of, splits
    )


def parts(table, rows=EVALUATED, of=OWN):
    """The parts of a table, one for each row, in the order of the grid."""
    return [f"{RESULTS}/{of}parts/{table}/{row}.parquet" for row in rows]


def depends(parameters=lambda wildcards: "{}", identity=lambda text: text):
    """A job's parameters as JSON, given its wildcards, and the fingerprint of its products.

    identity: the part of the parameters that the products depend on. Both are functions, since
    Snakemake would read braces in a string as wildcards. The code of plug-ins that the parameters
    name is in the fingerprint, too.
    """
    return {
        "job": parameters,
        "fingerprint": lambda wildcards, input: hvae.io.provenance.made_of(
            hvae.config.plugins.marked(identity(parameters(wildcards))), input
        ),
    }


def without_folder(text):
    """The parameters without the folder of the raw files, whose content counts."""
    parameters = json.loads(text)
    return json.dumps(parameters | {"data": parameters["data"] | {"raw_dir": None}})


def job(*keys, **extra):
    """A job that depends on these keys of the parameters."""
    return depends(lambda wildcards: PARAMS.job(*keys, **extra))


def of_row(wildcards, *keys, rows=WITH_LATENTS, **extra):
    """These keys of the parameters, and the row's points, as JSON."""
    points = [point.model_dump() for point in rows[wildcards.row]]
    return PARAMS.job(*keys, points=points, **extra)


def row_job(*keys, **extra):
    """A row's job that depends on these keys of the parameters and on the row's points."""
    return depends(lambda wildcards: of_row(wildcards, *keys, **extra))
