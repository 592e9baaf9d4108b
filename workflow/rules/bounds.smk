rule judge:
    input:
        test=SPLITS["test"],
        points=f"{RESULTS}/points.parquet",
        per_item=f"{RESULTS}/items.parquet",
        tasks=f"{RESULTS}/tasks.parquet",
        counts=f"{RESULTS}/counts.parquet",
        information=f"{RESULTS}/information.parquet",
    output:
        table=f"{RESULTS}/bounds.parquet",
    log:
        f"{LOGS}/judge.log",
    benchmark:
        f"{LOGS}/judge.tsv"
    conda:
        "../envs/hvae.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        **job("seed", "data", "evaluation", "model"),
        code=code("hvae.results.judge"),
    shell:
        "python -m hvae.results.judge --params {params.job:q} --fingerprint {params.fingerprint} "
        f"--data {DATA} --points {{input.points}} --items {{input.per_item}} "
        "--tasks {input.tasks} --counts {input.counts} --information {input.information} "
        "--out {output.table} 2> {log}"


rule bounds:
    input:
        f"{RESULTS}/bounds.parquet",
