# Key figures that DVC compares and plots.
rule summarise:
    input:
        tables=expand(
            f"{RESULTS}/{{table}}.parquet",
            table=["points", "tasks", "bounds", "certificate"],
        ),
        guidance=f"{RESULTS}/guidance.json",
    output:
        summary=f"{RESULTS}/summary.json",
        plane=f"{RESULTS}/plane.csv",
        accuracy=f"{RESULTS}/accuracy.csv",
        metrics=f"{RESULTS}/metrics.yaml",
    log:
        f"{LOGS}/summarise.log",
    benchmark:
        f"{LOGS}/summarise.tsv"
    conda:
        "../envs/hvae.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **job(layers=len(PARAMS.model.latents)),
        code=code("hvae.results.summary"),
    shell:
        "python -m hvae.results.summary --params {params.job:q} --fingerprint {params.fingerprint} "
        f"--results {RESULTS} "
        "--guidance {input.guidance} --out {output.summary} "
        "--plane {output.plane} --accuracy {output.accuracy} "
        "--metrics {output.metrics} 2> {log}"


rule summary:
    input:
        f"{RESULTS}/summary.json",
        f"{RESULTS}/metrics.yaml",
        f"{RESULTS}/plane.csv",
        f"{RESULTS}/accuracy.csv",
