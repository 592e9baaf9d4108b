rule measure:
    input:
        test=SPLITS["test"],
        models=models_of(ROWS | ANCHORS),
        code=sources("hvae.latents.measure"),
    output:
        points=f"{RESULTS}/parts/points/{{row}}.parquet",
        per_item=f"{RESULTS}/parts/items/{{row}}.parquet",
    log:
        f"{LOGS}/measure/{{row}}.log",
    benchmark:
        f"{LOGS}/measure/{{row}}.tsv"
    wildcard_constraints:
        row=f"{GRID_ROW}|{ANCHORS_ROW}",
    conda:
        "../envs/hvae.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        job=row_job(
            "seed", rows=ROWS | ANCHORS, evaluation=PARAMS.evaluation.extraction()
        ),
    shell:
        "python -m hvae.latents.measure --params {params.job:q} "
        f"--data {DATA} --models {RESULTS}/models "
        "--points {output.points} --items {output.per_item} 2> {log}"


rule extract:
    input:
        data=SPLITS.values(),
        models=models_of(LOOKED_INTO),
        measured=f"{RESULTS}/parts/points/{{row}}.parquet",
        code=sources("hvae.latents.extract"),
    output:
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
        job=row_job("seed", max_items=PARAMS.evaluation.max_items),
    shell:
        "python -m hvae.latents.extract --params {params.job:q} "
        f"--data {DATA} --models {RESULTS}/models --measured {{input.measured}} "
        f"--latents {RESULTS}/latents --gallery {{output.gallery}} 2> {{log}}"


rule latents:
    input:
        expand(latents_of("train", "validation", "test"), row=LOOKED_INTO),
        expand(f"{RESULTS}/{{table}}.parquet", table=["points", "items", "gallery"]),


# The rows of which there are parts; of all else, the part of the grid that is looked into.
MEASURED = [*ROWS, *ANCHORS, *TARGETS]
ROWS_OF = {
    "points": MEASURED,
    "items": MEASURED,
    "history": [*(SHARED.values() or ROWS), *ANCHORS],
}


rule collect:
    input:
        parts=lambda wildcards: parts(
            wildcards.table, ROWS_OF.get(wildcards.table, LOOKED_INTO)
        ),
        code=sources("hvae.results.collect"),
    output:
        table=f"{RESULTS}/{{table}}.parquet",
    log:
        f"{LOGS}/collect/{{table}}.log",
    benchmark:
        f"{LOGS}/collect/{{table}}.tsv"
    wildcard_constraints:
        table="points|items|gallery|history|information|embeddings",
    conda:
        "../envs/hvae.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    shell:
        "python -m hvae.results.collect --out {output.table} {input.parts} 2> {log}"
