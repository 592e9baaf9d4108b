rule measure:
    input:
        test=SPLITS["test"],
        models=models_of(ROWS | RATED | ANCHORS | POLISHED | SINGLE),
    output:
        points=f"{RESULTS}/{{of}}parts/points/{{row}}.parquet",
        per_item=f"{RESULTS}/{{of}}parts/items/{{row}}.parquet",
    log:
        f"{LOGS}/{{of}}measure/{{row}}.log",
    benchmark:
        f"{LOGS}/{{of}}measure/{{row}}.tsv"
    wildcard_constraints:
        row=f"{GRID_ROW}|{RATES_ROW}|{SINGLE_ROW}|{ANCHORS_ROW}|{POLISHED_ROW}",
    conda:
        "../envs/hvae.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        **row_job(
            "seed",
            rows=ROWS | RATED | ANCHORS | POLISHED | SINGLE,
            evaluation=PARAMS.evaluation.extraction(),
        ),
        code=code("hvae.latents.measure"),
    shell:
        "python -m hvae.latents.measure --params {params.job:q} --fingerprint {params.fingerprint} "
        f"--data {DATA} --models {RESULTS}/{{wildcards.of}}models "
        "--points {output.points} --items {output.per_item} 2> {log}"


rule extract:
    input:
        data=SPLITS.values(),
        models=models_of(),
        measured=f"{RESULTS}/{{of}}parts/points/{{row}}.parquet",
    output:
        gallery=f"{RESULTS}/{{of}}parts/gallery/{{row}}.parquet",
        latents=latent_files(points_of(EVALUATED), "{of}"),
    log:
        f"{LOGS}/{{of}}extract/{{row}}.log",
    benchmark:
        f"{LOGS}/{{of}}extract/{{row}}.tsv"
    wildcard_constraints:
        row=f"{GRID_ROW}|{RATES_ROW}",
    conda:
        "../envs/hvae.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        **row_job(
            "seed",
            max_items=PARAMS.evaluation.max_items,
            closed_below=PARAMS.evaluation.closed_below,
        ),
        code=code("hvae.latents.extract"),
    shell:
        "python -m hvae.latents.extract --params {params.job:q} --fingerprint {params.fingerprint} "
        f"--data {DATA} --models {RESULTS}/{{wildcards.of}}models --measured {{input.measured}} "
        f"--latents {RESULTS}/{{wildcards.of}}latents --gallery {{output.gallery}} 2> {{log}}"


use rule extract as extract_baseline with:
    output:
        gallery=f"{RESULTS}/{{of}}parts/gallery/{{row}}.parquet",
        latents=latent_files(points_of(SINGLE_EVALUATED), "{of}"),
    wildcard_constraints:
        row=SINGLE_ROW,


rule latents:
    input:
        expand(latent_files(points_of(EVALUATED), OWN), row=EVALUATED),
        expand(f"{RESULTS}/{{table}}.parquet", table=["points", "items", "gallery"]),


# The rows of which there are parts.
MEASURED = [*ROWS, *ANCHORS, *POLISHED, *RATED]
ROWS_OF = {
    OWN: {
        "points": MEASURED,
        "items": MEASURED,
        "gallery": EVALUATED,
        "pictures": EVALUATED if PARAMS.tasks.compression else {},
        "history": [
            *(SHARED.values() or ROWS),
            *ANCHORS,
            *POLISHED,
            *RATED,
            *SCRATCH,
        ],
        "information": EVALUATED,
        "embeddings": EMBEDDED,
    },
    BASELINE: {"points": SINGLE, "items": SINGLE},
}


rule collect:
    input:
        parts=lambda wildcards: parts(
            wildcards.table, ROWS_OF[wildcards.of][wildcards.table], wildcards.of
        ),
    output:
        table=f"{RESULTS}/{{of}}{{table}}.parquet",
    log:
        f"{LOGS}/{{of}}collect/{{table}}.log",
    benchmark:
        f"{LOGS}/{{of}}collect/{{table}}.tsv"
    wildcard_constraints:
        table="points|items|gallery|pictures|history|information|embeddings",
    conda:
        "../envs/hvae.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **depends(),
        code=code("hvae.io.collect"),
    shell:
        "python -m hvae.io.collect --fingerprint {params.fingerprint} --table {wildcards.table} --out {output.table} "
        "{input.parts} 2> {log}"
