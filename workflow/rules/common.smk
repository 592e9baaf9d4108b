# Parameters, checked before any job starts, and the names that the rules share.
import sys
from pathlib import Path

sys.path.insert(0, workflow.basedir)

import hvae.cost.disk
import hvae.errors
import hvae.params
from workflow import environment
from workflow.imports import sources

try:
    PARAMS = hvae.params.parse(hvae.params.Params, config)
    PLAN = hvae.cost.disk.sentence(PARAMS)
except hvae.errors.InputError as error:
    sys.exit(str(error))

environment.share_python()

ROWS = PARAMS.grid.rows()
DATA = f"data/prepared/{PARAMS.experiment}"
RESULTS = f"results/{PARAMS.experiment}"
LOGS = f"logs/{PARAMS.experiment}"
REPORT = f"reports/{PARAMS.experiment}/index.html"

SPLITS = {name: f"{DATA}/{name}.parquet" for name in ("train", "validation", "test")}
LOWEST = [f"{beta:g}" for beta in PARAMS.grid.axes()[0]]
MODEL_FILES = [f"{RESULTS}/models/b{beta}_{{row}}.safetensors" for beta in LOWEST]
CARDS = [f"{RESULTS}/models/b{beta}_{{row}}.json" for beta in LOWEST]


wildcard_constraints:
    row=r"[^/]*s\d+",


def latents_of(*splits):
    """The latents of a row's points, a file a point and split."""
    return [
        f"{RESULTS}/latents/point=b{beta}_{{row}}/split={split}/part-0.parquet"
        for beta in LOWEST
        for split in splits
    ]


def raw_files(wildcards):
    """The user's own files that the source reads. Those that are missing are left for the command
    to name. What it downloads is not listed: checksums are pinned, and the cache is no output.
    Nor are names with braces, which Snakemake would read as wildcards.
    """
    files = (str(path) for path in PARAMS.data.raw_files() if path.is_file())
    return [name for name in files if not set("{}") & set(name)]


def parts(table):
    """The rows' parts of one table, in the order of the grid."""
    return [f"{RESULTS}/parts/{table}/{row}.parquet" for row in ROWS]


def job(*keys):
    """What a job depends on. A function, since Snakemake would read braces in a string as wildcards."""
    return lambda wildcards: PARAMS.job(*keys)


def row_job(*keys, of=PARAMS, **extra):
    """What a row's job depends on: those keys of the parameters, and the row's points."""
    return lambda wildcards: of.job(
        *keys, points=[point.model_dump() for point in ROWS[wildcards.row]], **extra
    )


if any(Path(RESULTS).glob("*")) and not Path(".snakemake/metadata").is_dir():
    sys.exit(
        f"{RESULTS} holds results, but Snakemake's records of how they were made "
        "(.snakemake/metadata) are missing: run `dvc checkout` to restore both, "
        "or remove the results to make them anew"
    )
