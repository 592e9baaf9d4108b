TEMPLATES = [
    local(str(path)) for path in sorted(Path("hvae/reports/templates").rglob("*.*"))
]
# What the page and its figures show.
REPORTED = expand(
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
)


rule record:
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
        code=code("hvae.results.parameters"),
        job=job(*type(PARAMS).model_fields),
    shell:
        "python -m hvae.results.parameters --params {params.job:q} "
        "--out {output.parameters} 2> {log}"


rule report:
    input:
        test=SPLITS["test"],
        tables=REPORTED,
        guidance=f"{RESULTS}/guidance.json",
        templates=TEMPLATES,
    output:
        page=report(
            REPORT,
            category="Pages",
            caption="../report/experiment.rst",
            labels={"experiment": PARAMS.experiment, "figure": "the page"},
        ),
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
        code=code("hvae.reports.page"),
        job=job(*type(PARAMS).model_fields),
    shell:
        "python -m hvae.reports.page --params {params.job:q} "
        f"--results {RESULTS} --data {DATA} --out {{output.page}} 2> {{log}}"


# Which figures there are is known once the tables are: they are one output, a folder of their own,
# which Snakemake empties before it is made anew. No rule reads it.
rule figures:
    input:
        test=SPLITS["test"],
        tables=REPORTED,
        guidance=f"{RESULTS}/guidance.json",
    output:
        folder=report(
            directory(FIGURES),
            patterns=["{name,[^/]+}.svg"],
            category="Figures",
            caption="../report/figure.rst",
            labels={"experiment": PARAMS.experiment, "figure": "{name}"},
        ),
    log:
        f"{LOGS}/figures.log",
    benchmark:
        f"{LOGS}/figures.tsv"
    conda:
        "../envs/hvae.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        code=code("hvae.reports.export"),
        job=job(*type(PARAMS).model_fields),
    shell:
        "python -m hvae.reports.export --params {params.job:q} "
        f"--results {RESULTS} --data {DATA} --out {{output.folder}} 2> {{log}}"
