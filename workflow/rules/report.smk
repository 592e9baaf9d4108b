PAGES = Path("hvae/reports")  # the template of a section is beside it
TEMPLATES = [
    local(str(path))
    for path in sorted(
        [*PAGES.glob("templates/**/*.*"), *PAGES.glob("sections/*.html")]
    )
]
# The tables that the page and its figures show, with those of the single-layer baseline.
REPORTED = BASELINE_TABLES[:3] + expand(
    f"{RESULTS}/{{table}}.parquet",
    table=[
        "points",
        "items",
        "tasks",
        "information",
        "bounds",
        "gallery",
        "pictures",
        "embeddings",
        "history",
        "certificate",
    ],
)


# It describes the results beside it, so it is written after them. Its content is its fingerprint.
rule record:
    input:
        f"{RESULTS}/points.parquet",
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
        **{
            **job(*type(PARAMS).model_fields),
            "fingerprint": hvae.io.provenance.made_of(
                PARAMS.job(*type(PARAMS).model_fields), []
            ),
        },
        code=code("hvae.results.parameters"),
    shell:
        "python -m hvae.results.parameters --params {params.job:q} --fingerprint {params.fingerprint} "
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
        **job(*type(PARAMS).model_fields),
        code=code("hvae.reports.page"),
    shell:
        "python -m hvae.reports.page --params {params.job:q} --fingerprint {params.fingerprint} "
        f"--results {RESULTS} --data {DATA} --out {{output.page}} 2> {{log}}"


# The tables decide which figures there are. So the output is a folder, which Snakemake empties before
# the job runs. No rule reads it.
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
        **job(*type(PARAMS).model_fields),
        code=code("hvae.reports.export"),
    shell:
        "python -m hvae.reports.export --params {params.job:q} --fingerprint {params.fingerprint} "
        f"--results {RESULTS} --data {DATA} --out {{output.folder}} 2> {{log}}"
