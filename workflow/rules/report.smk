rule report:
    input:
        test=SPLITS["test"],
        tables=expand(
            f"{RESULTS}/{{table}}.parquet",
            table=["points", "items", "tasks", "bounds", "gallery", "history"],
        ),
        templates=expand(
            "hvae/reports/templates/{file}", file=["page.html", "style.css"]
        ),
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
