# Which point to use for each application: chosen on validation items, reported on test items.
rule guide:
    input:
        tables=expand(
            f"{RESULTS}/{{table}}.parquet",
            table=["points", "items", "tasks", "selection", "scores", "bounds"],
        ),
        baseline=BASELINE_TABLES,
    output:
        guidance=f"{RESULTS}/guidance.json",
    log:
        f"{LOGS}/guide.log",
    benchmark:
        f"{LOGS}/guide.tsv"
    conda:
        "../envs/hvae.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **job(
            "guidance",
            layers=len(PARAMS.model.latents),
            single=hvae.config.baseline.names(PARAMS),
            own=PARAMS.tasks.own,
        ),
        code=code("hvae.guidance.guide"),
    shell:
        "python -m hvae.guidance.guide --params {params.job:q} --fingerprint {params.fingerprint} "
        f"--results {RESULTS} --out {{output.guidance}} "
        + (f"--baseline {RESULTS}/{BASELINE} " if BASELINE_TABLES else "")
        + "2> {log}"


rule guidance:
    input:
        f"{RESULTS}/guidance.json",
