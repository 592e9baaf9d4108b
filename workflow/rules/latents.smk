rule extract:
    input:
        data=SPLITS.values(),
        models=MODEL_FILES,
        cards=CARDS,
        code=sources("hvae.latents.extract"),
    output:
        points=f"{RESULTS}/parts/points/{{row}}.parquet",
        per_item=f"{RESULTS}/parts/items/{{row}}.parquet",
        gallery=f"{RESULTS}/parts/gallery/{{row}}.parquet",
        latents=latents_of("train", "validation", "test"),
    log:
        f"{LOGS}/extract/{{row}}.log",
    benchmark:
        f"{LOGS}/extract/{{row}}.tsv"
    conda:
        "../envs/hvae.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        job=row_job("seed", evaluation=PARAMS.evaluation.extraction()),
    shell:
        "python -m hvae.latents.extract --params {params.job:q} --row {wildcards.row} "
        f"--data {DATA} --models {RESULTS}/models --latents {RESULTS}/latents "
        f"--parts {RESULTS}/parts 2> {{log}}"


rule latents:
    input:
        expand(latents_of("train", "validation", "test"), row=ROWS),
        expand(f"{RESULTS}/{{table}}.parquet", table=["points", "items", "gallery"]),


rule collect:
    input:
        parts=lambda wildcards: parts(wildcards.table),
        code=sources("hvae.results.collect"),
    output:
        table=f"{RESULTS}/{{table}}.parquet",
    log:
        f"{LOGS}/collect/{{table}}.log",
    benchmark:
        f"{LOGS}/collect/{{table}}.tsv"
    wildcard_constraints:
        table="points|items|gallery|history|information",
    conda:
        "../envs/hvae.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    shell:
        "python -m hvae.results.collect --out {output.table} {input.parts} 2> {log}"
