# One manifest represents all of the user's own raw files.
MANIFEST = str(raw.path(PARAMS))
PLANNED = hvae.data.summary.plan(PARAMS).model_dump_json()
OWN_FILES = (
    [local(MANIFEST)] if isinstance(PARAMS.data, hvae.config.sources.OwnFiles) else []
)

if workflow.is_main_process:
    raw.update(PARAMS)


rule prepare:
    input:
        manifest=OWN_FILES,
    output:
        **SPLITS,
        **OUTLIERS,
    log:
        f"{LOGS}/prepare.log",
    benchmark:
        f"{LOGS}/prepare.tsv"
    conda:
        "../envs/hvae.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        **depends(lambda wildcards: PARAMS.job("seed", "data"), identity=without_folder),
        code=code("hvae.data.prepare"),
        # a change of the plan does not prepare data again: functions of outputs are not recorded
        plan=lambda wildcards, output: PLANNED,
        manifest=f"--manifest {MANIFEST}" if OWN_FILES else "",
    shell:
        "python -m hvae.data.prepare --params {params.job:q} --fingerprint {params.fingerprint} "
        f"{{params.manifest}} --plan {{params.plan:q}} --out {DATA} 2> {{log}}"


rule data:
    input:
        SPLITS.values(),
        OUTLIERS.values(),
