# Everything that the pipeline makes, as targets. The rules are in workflow/rules.
from snakemake.utils import min_version

min_version("9.0")


configfile: "params.yaml"


include: "workflow/rules/common.smk"


rule all:
    default_target: True
    input:
        REPORT,
        FIGURES if PARAMS.report.figures else [],
        f"{RESULTS}/counts.parquet",
        f"{RESULTS}/selection.parquet",
        f"{RESULTS}/scores.parquet",
        f"{RESULTS}/certificate.parquet",
        BASELINE_TABLES,
        f"{RESULTS}/summary.json",
        f"{RESULTS}/guidance.json",
        f"{RESULTS}/params.json",


include: "workflow/rules/data.smk"
include: "workflow/rules/models.smk"
include: "workflow/rules/plane.smk"
include: "workflow/rules/certificate.smk"
include: "workflow/rules/latents.smk"
include: "workflow/rules/tasks.smk"
include: "workflow/rules/visualisation.smk"
include: "workflow/rules/information.smk"
include: "workflow/rules/bounds.smk"
include: "workflow/rules/guidance.smk"
include: "workflow/rules/summary.smk"
include: "workflow/rules/report.smk"


# Before a run and in a dry run, print how much it will make, and which parameters have changed since
# the results were made. The jobs' own calls do not repeat it.
if workflow.is_main_process:
    differing = hvae.results.parameters.changes(Path(RESULTS), PARAMS)
    print(*PLAN, *filter(None, [differing]), sep="\n", file=sys.stderr)


onstart:
    # only in the run itself, not in a job's own call on a cluster
    if workflow.is_main_process:
        running.start(
            workflow.snakemake_tmp_dir / "run.lock",
            local=workflow.local_exec,
            folders=map(Path, [DATA, RESULTS, "reports", CHECKPOINTS]),
        )


onsuccess:
    print(
        *hvae.results.verdict.ending(PARAMS, Path(RESULTS), Path(REPORT)), sep="\n"
    )
    if Path(REPORT).is_file():
        # the index covers all experiments of this folder, so it is no output of one of them
        shell(f"python -m hvae.reports.index --results results --out {INDEX}")
        print(f"All experiments are at {Path(INDEX).resolve()}")
    if not workflow.dag_settings.targets:
        stage.note(config)
