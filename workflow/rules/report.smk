TEMPLATES = sorted(str(path) for path in Path("hvae/reports/templates").rglob("*.*"))


rule record:
    input:
        code=sources("hvae.results.parameters"),
    output:
        parameters=f"{RESULTS}/params.json",
    log:
        f"{LOGS}/record.log",
    benchmark:
        f"{LOGS}/record.tsv"
    conda:
        "../envs/hvae.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        job=job(*type(PARAMS).model_fields),
    shell:
        "python -m hvae.results.parameters --params {params.job:q} "
        "--out {output.parameters} 2> {log}"


rule report:
    input:
        test=SPLITS["test"],
        tables=expand(
            f"{RESULTS}/{{table}}.parquet",
            table=[
                "points",
                "items",
                "tasks",
                "information",
                "bounds",
                "gallery",
                "embeddings",
                "history",
                "certificate",
                "targets",
            ],
        ),
        guidance=f"{RESULTS}/guidance.json",
        templates=TEMPLATES,
        code=sources("hvae.reports.page"),
    output:
        page=report(REPORT, category="Reports", caption="../report/experiment.rst"),
    log:
        f"{LOGS}/report.log",
    benchmark:
        f"{LOGS}/report.tsv"
    conda:
        "../envs/hvae.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        job=job(*type(PARAMS).model_fields),
    shell:
        "python -m hvae.reports.page --params {params.job:q} "
        f"--results {RESULTS} --data {DATA} --out {{output.page}} 2> {{log}}"
