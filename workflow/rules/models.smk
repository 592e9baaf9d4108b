rule train:
    input:
        data=[SPLITS["train"], SPLITS["validation"]],
        code=sources("hvae.training.train"),
    output:
        models=MODEL_FILES,
        cards=CARDS,
        history=f"{RESULTS}/parts/history/{{row}}.parquet",
    log:
        f"{LOGS}/train/{{row}}.log",
    benchmark:
        f"{LOGS}/train/{{row}}.tsv"
    conda:
        "../envs/hvae.yaml"
    # One thread a row: rows fill the cores, and a sum's order never depends on how many there are.
    threads: 1
    resources:
        mem_mb=4000,
        runtime=720,
    params:
        job=row_job("model", "training"),
    shell:
        "python -m hvae.training.train --params {params.job:q} "
        f"--data {DATA} --models {RESULTS}/models --history {{output.history}} 2> {{log}}"


rule models:
    input:
        expand(MODEL_FILES, row=ROWS),
        expand(CARDS, row=ROWS),
        f"{RESULTS}/history.parquet",
