# Parameters, checked before any job starts, and the names that the rules share.
import json
import sys
from pathlib import Path

sys.path.insert(0, workflow.basedir)

import hvae.config.base
import hvae.config.baseline
import hvae.cost.disk
import hvae.cost.counts
import hvae.cost.time
import hvae.data.summary
import hvae.errors
import hvae.config.params
import hvae.config.sources.files
import hvae.config.tasks
import hvae.io.provenance
import hvae.results.convergence
import hvae.results.parameters
from hvae.io.imports import code
from workflow import current, environment, raw, running

# With --jobs, as on a cluster, the cores of this machine bound nothing.
CORES = None if workflow.resource_settings.nodes else workflow.resource_settings.cores

try:
    PARAMS = hvae.config.base.parse(hvae.config.params.Params, config)
    PLAN = [
        hvae.cost.disk.sentence(PARAMS),
        *hvae.cost.counts.evaluated_part(PARAMS),
        hvae.cost.time.sentence(PARAMS, CORES),
    ]
except hvae.errors.InputError as error:
    sys.exit(str(error))

if problem := environment.nameless(workflow.config_settings):
    sys.exit(problem)

environment.share_python()
current.install()

# The job units, by name: points of the grid and, where one model serves them all, what is beside them.
ROWS = PARAMS.rows()
EVALUATED = PARAMS.evaluated_rows()
ANCHORS = PARAMS.anchors()
TARGETS = PARAMS.grid.targets()
SHARED = PARAMS.grid.shared() if PARAMS.amortized else {}
SINGLE = hvae.config.baseline.rows(PARAMS)
SINGLE_EVALUATED = hvae.config.baseline.evaluated_rows(PARAMS)

DATA = f"data/prepared/{PARAMS.experiment}"
RESULTS = f"results/{PARAMS.experiment}"
LOGS = f"logs/{PARAMS.experiment}"
REPORT = f"reports/{PARAMS.experiment}/index.html"
INDEX = "reports/index.html"  # of all experiments
FIGURES = f"reports/{PARAMS.experiment}/figures"
# Where training stands: no output, which Snakemake would delete before a job goes on.
CHECKPOINTS = f"checkpoints/{PARAMS.experiment}"

if problem := environment.read_only(DATA, RESULTS, LOGS, FIGURES):
    sys.exit(problem)

SPLITS = {name: f"{DATA}/{name}.parquet" for name in ("train", "validation", "test")}
OUTLIERS = {
    f"{name}_{kind}": f"{DATA}/{name}-{kind}.parquet"
    for name in ("validation", "test")
    for kind in ("outliers", "others")
}
GRID_ROW, ANCHORS_ROW, TARGETS_ROW, SINGLE_ROW = (
    rf"{of}s\d+" for of in (r"(?:[\d.e+-]+_)*", "anchors_", "targets_", "single_")
)

# The single-layer baseline goes through the rules of the experiment's own rows. What is made of it
# has a folder of its own, which the wildcard `of` names.
OWN, BASELINE = "", "baseline/"
BASELINE_TABLES = [
    f"{RESULTS}/{BASELINE}{table}.parquet"
    for table in ("points", "items", "tasks", "selection", "counts")
    if SINGLE
]


wildcard_constraints:
    of=f"{OWN}|{BASELINE}",
    row=f"{GRID_ROW}|{SINGLE_ROW}",


def points_of(rows):
    """The names of a row's points: a pattern for each, the same in all `rows`."""
    return [
        point.name.removesuffix(row) + "{row}"
        for row, points in list(rows.items())[:1]
        for point in points
    ]


def model_files(names, of=OWN):
    """Weights and cards."""
    return [
        f"{RESULTS}/{of}models/{name}.{kind}"
        for name in dict.fromkeys(names)
        for kind in ("safetensors", "json")
    ]


def models_of(rows=EVALUATED | SINGLE_EVALUATED):
    """The models of a row's points, which may be one for all."""
    return lambda wildcards: model_files(
        (point.model for point in rows[wildcards.row]),
        BASELINE if wildcards.row in SINGLE else OWN,
    )


# Asked for by name: jobs read the rows of these points, and none reads their models.
TARGET_MODELS = model_files(
    target.name for targets in TARGETS.values() for target in targets
)


def latents_of(*splits):
    """The latents of a row's points, a file a point and split."""
    return [
        f"{RESULTS}/{{of}}latents/point={point}/split={split}/part-0.parquet"
        for point in points_of(EVALUATED)
        for split in splits
    ]


def parts(table, rows=EVALUATED, of=OWN):
    """The rows' parts of one table, in the order of the grid."""
    return [f"{RESULTS}/{of}parts/{table}/{row}.parquet" for row in rows]


def depends(parameters=lambda wildcards: "{}", identity=lambda text: text):
    """A job's parameters, as JSON of its wildcards, and the fingerprint that its products carry.

    identity: what of the parameters tells its products from others. Functions, since Snakemake
    would read braces in a string as wildcards.
    """
    return {
        "job": parameters,
        "fingerprint": lambda wildcards, input: hvae.io.provenance.made_of(
            identity(parameters(wildcards)), input
        ),
    }


def wherever(text):
    """The parameters without the folder of the raw files: what is in them decides."""
    asked = json.loads(text)
    return json.dumps(asked | {"data": asked["data"] | {"raw_dir": None}})


def job(*keys, **extra):
    """Those keys of the parameters."""
    return depends(lambda wildcards: PARAMS.job(*keys, **extra))


def of_row(wildcards, *keys, rows=EVALUATED | SINGLE_EVALUATED, **extra):
    """Those keys of the parameters, and the row's points."""
    points = [point.model_dump() for point in rows[wildcards.row]]
    return PARAMS.job(*keys, points=points, **extra)


def row_job(*keys, **extra):
    """The same as what a row's job depends on."""
    return depends(lambda wildcards: of_row(wildcards, *keys, **extra))
