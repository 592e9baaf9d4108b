rule prepare:
    input:
        raw=raw_files,
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
        code=code("hvae.data.prepare"),
        job=job("seed", "data"),
    shell:
        f"python -m hvae.data.prepare --params {{params.job:q}} --out {DATA} 2> {{log}}"


rule data:
    input:
        SPLITS.values(),
        OUTLIERS.values(),
