# The model and the training of the experiment and of its baseline, and their boxes of β.
TRAINED = {
    OWN: {
        "model": PARAMS.model.model_dump(mode="json", by_alias=True),
        "training": PARAMS.training.at_beta(),
    },
    BASELINE: {
        "model": hvae.config.baseline.model(PARAMS).model_dump(
            mode="json", by_alias=True
        ),
        "training": hvae.config.baseline.schedule(PARAMS),
    },
}
BOX = {OWN: PARAMS.grid.box(), BASELINE: PARAMS.grid.box()[:1]}


rule train:
    input:
        data=[SPLITS["train"], SPLITS["validation"]],
    output:
        models=model_files(points_of(PARAMS.grid.rows()), "{of}"),
        history=f"{RESULTS}/{{of}}parts/history/{{row}}.parquet",
    log:
        f"{LOGS}/{{of}}train/{{row}}.log",
    benchmark:
        f"{LOGS}/{{of}}train/{{row}}.tsv"
    wildcard_constraints:
        row=f"{GRID_ROW}|{SINGLE_ROW}",
    priority: 10
    conda:
        "../envs/hvae.yaml"
    # One thread for each row: rows fill the cores, and the order of sums never depends on their number.
    threads: 1
    resources:
        mem_mb=4000,
        runtime=720,
        gpu=1,  # counted by a scheduler, or by `--resources gpu=N`
    params:
        **depends(
            lambda wildcards: of_row(
                wildcards, rows=ROWS | SINGLE, **TRAINED[wildcards.of]
            )
        ),
        code=code("hvae.training.train"),
    shell:
        "python -m hvae.training.train --params {params.job:q} --fingerprint {params.fingerprint} "
        f"--data {DATA} --models {RESULTS}/{{wildcards.of}}models "
        "--history {output.history} "
        f"--checkpoints {CHECKPOINTS}/{{wildcards.of}} 2> {{log}}"


rule models:
    input:
        model_files(
            point.model
            for points in (ROWS | ANCHORS | POLISHED | RATED | SCRATCH).values()
            for point in points
        ),
        f"{RESULTS}/history.parquet",
