# Everything the pipeline makes, as targets; the rules that make it are in workflow/rules.
from snakemake.utils import min_version

min_version("9.0")


configfile: "params.yaml"


include: "workflow/rules/common.smk"


rule all:
    input:
        REPORT,
        f"{RESULTS}/summary.json",
    default_target: True


include: "workflow/rules/data.smk"
include: "workflow/rules/models.smk"
include: "workflow/rules/latents.smk"
include: "workflow/rules/tasks.smk"
include: "workflow/rules/bounds.smk"
include: "workflow/rules/report.smk"
