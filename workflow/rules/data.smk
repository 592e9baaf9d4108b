rule prepare:
    output:
        **SPLITS,
    input:
        code=sources("hvae.data.prepare"),
    params:
        job=PARAMS.job("seed", "data"),
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
    shell:
        f"python -m hvae.data.prepare --params {{params.job:q}} --out {DATA} 2> {{log}}"


rule data:
    input:
        SPLITS.values(),
