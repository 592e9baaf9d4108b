# Which tasks a source has: without classes, or without a target, there is nothing to measure.
LABELLED = (
    ["classification", "clustering", "generation"] if PARAMS.data.labelled else []
)
TARGETED = ["regression"] if PARAMS.data.targeted else []
COUNTED = [task for task in ["clustering", "generation"] if task in LABELLED]

CLASSIFIER = [
    f"{RESULTS}/classifier/classifier.{kind}" for kind in ("safetensors", "json")
]
CLASSIFIER_SCORE = f"{RESULTS}/parts/tasks/classifier.parquet"
COLLECTED = {
    "tasks": [p for task in LABELLED + TARGETED for p in parts(f"tasks/{task}")]
    + ([CLASSIFIER_SCORE] if LABELLED else []),
    "counts": [p for task in COUNTED for p in parts(f"counts/{task}")],
}


rule classify:
    input:
        latents=latents_of("train", "test"),
        code=sources("hvae.tasks.classification"),
    output:
        part=f"{RESULTS}/parts/tasks/classification/{{row}}.parquet",
    log:
        f"{LOGS}/classify/{{row}}.log",
    benchmark:
        f"{LOGS}/classify/{{row}}.tsv"
    conda:
        "../envs/hvae.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=120,
    params:
        job=row_job("classification", of=PARAMS.tasks),
    shell:
        "python -m hvae.tasks.classification --params {params.job:q} "
        f"--latents {RESULTS}/latents --out {{output.part}} 2> {{log}}"


rule cluster:
    input:
        test=SPLITS["test"],
        latents=latents_of("train", "test"),
        code=sources("hvae.tasks.clustering"),
    output:
        part=f"{RESULTS}/parts/tasks/clustering/{{row}}.parquet",
        counts=f"{RESULTS}/parts/counts/clustering/{{row}}.parquet",
    log:
        f"{LOGS}/cluster/{{row}}.log",
    benchmark:
        f"{LOGS}/cluster/{{row}}.tsv"
    conda:
        "../envs/hvae.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=120,
    params:
        job=row_job("clustering", of=PARAMS.tasks),
    shell:
        f"python -m hvae.tasks.clustering --params {{params.job:q}} --data {DATA} "
        f"--latents {RESULTS}/latents --out {{output.part}} --counts {{output.counts}} 2> {{log}}"


rule regress:
    input:
        data=[SPLITS["train"], SPLITS["test"]],
        latents=latents_of("train", "test"),
        code=sources("hvae.tasks.regression"),
    output:
        part=f"{RESULTS}/parts/tasks/regression/{{row}}.parquet",
    log:
        f"{LOGS}/regress/{{row}}.log",
    benchmark:
        f"{LOGS}/regress/{{row}}.tsv"
    conda:
        "../envs/hvae.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=120,
    params:
        job=row_job("regression", of=PARAMS.tasks),
    shell:
        f"python -m hvae.tasks.regression --params {{params.job:q}} --data {DATA} "
        f"--latents {RESULTS}/latents --out {{output.part}} 2> {{log}}"


rule collect_tasks:
    input:
        parts=lambda wildcards: COLLECTED[wildcards.table],
        code=sources("hvae.results.collect"),
    output:
        table=f"{RESULTS}/{{table}}.parquet",
    log:
        f"{LOGS}/collect/{{table}}.log",
    benchmark:
        f"{LOGS}/collect/{{table}}.tsv"
    wildcard_constraints:
        table="tasks|counts",
    conda:
        "../envs/hvae.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    shell:
        "python -m hvae.results.collect --table {wildcards.table} --out {output.table} "
        "{input.parts} 2> {log}"


rule tasks:
    input:
        f"{RESULTS}/tasks.parquet",
        f"{RESULTS}/counts.parquet",
