rule train:
    input:
        data=[SPLITS["train"], SPLITS["validation"]],
        code=sources("hvae.training.train"),
    output:
        models=model_files(points_of(PARAMS.grid.rows())),
        history=f"{RESULTS}/parts/history/{{row}}.parquet",
    log:
        f"{LOGS}/train/{{row}}.log",
    benchmark:
        f"{LOGS}/train/{{row}}.tsv"
    priority: 10
    conda:
        "../envs/hvae.yaml"
    # One thread a row: rows fill the cores, and a sum's order never depends on how many there are.
    threads: 1
    resources:
        mem_mb=4000,
        runtime=720,
    params:
        job=row_job("model", rows=ROWS, training=PARAMS.training.schedule()),
    shell:
        "python -m hvae.training.train --params {params.job:q} "
        f"--data {DATA} --models {RESULTS}/models --history {{output.history}} 2> {{log}}"


rule models:
    input:
        model_files(
            point.model for points in (ROWS | ANCHORS).values() for point in points
        ),
        TARGET_MODELS,
        f"{RESULTS}/history.parquet",
        f"{RESULTS}/targets.parquet",
