# One model for the whole plane, the independent models that it is compared with, and points that are
# given by their rates. An experiment of independent models runs none of these rules.


# It depends only on the ends of the grid's axes. Most jobs wait for it and few for the single-layer
# model, so it comes first.
rule train_plane:
    input:
        data=[SPLITS["train"], SPLITS["validation"]],
    output:
        models=model_files(["amortized_s{seed}"], "{of}"),
        history=f"{RESULTS}/{{of}}parts/history/amortized_s{{seed}}.parquet",
    log:
        f"{LOGS}/{{of}}train_plane/{{seed}}.log",
    benchmark:
        f"{LOGS}/{{of}}train_plane/{{seed}}.tsv"
    wildcard_constraints:
        seed=r"\d+",
    priority: lambda wildcards: 20 if wildcards.of == OWN else 15
    conda:
        "../envs/hvae.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=1440,
        gpu=1,  # counted by a scheduler, or by `--resources gpu=N`
    params:
        **depends(
            lambda wildcards: PARAMS.job(
                **TRAINED[wildcards.of],
                name=SHARED[int(wildcards.seed)],
                seed=int(wildcards.seed),
                box=BOX[wildcards.of],
            )
        ),
        code=code("hvae.training.train_plane"),
    shell:
        "python -m hvae.training.train_plane --params {params.job:q} --fingerprint {params.fingerprint} "
        f"--data {DATA} --models {RESULTS}/{{wildcards.of}}models "
        "--history {output.history} "
        f"--checkpoints {CHECKPOINTS}/{{wildcards.of}} 2> {{log}}"


# The anchors train in one job, which can take longest of all, so they start first.
use rule train as train_anchors with:
    output:
        models=model_files(points_of(PARAMS.certification.rows(PARAMS.grid)), "{of}"),
        history=f"{RESULTS}/{{of}}parts/history/{{row}}.parquet",
    wildcard_constraints:
        row=ANCHORS_ROW,
    priority: 30
    params:
        **row_job(
            "model",
            rows=ANCHORS,
            training=PARAMS.certification.training.model_dump(),
        ),


rule solve:
    input:
        data=[SPLITS["validation"], SPLITS["test"]],
        models=lambda wildcards: model_files([SHARED[TARGETS[wildcards.row][0].seed]]),
    output:
        found=f"{RESULTS}/parts/targets/{{row}}.parquet",
        points=f"{RESULTS}/parts/points/{{row}}.parquet",
        per_item=f"{RESULTS}/parts/items/{{row}}.parquet",
        models=model_files(points_of(TARGETS)),
    log:
        f"{LOGS}/solve/{{row}}.log",
    benchmark:
        f"{LOGS}/solve/{{row}}.tsv"
    wildcard_constraints:
        row=TARGETS_ROW,
    conda:
        "../envs/hvae.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        **depends(
            lambda wildcards: PARAMS.job(
                "seed",
                evaluation=PARAMS.evaluation.extraction(),
                shared=SHARED[TARGETS[wildcards.row][0].seed],
                targets=[target.model_dump() for target in TARGETS[wildcards.row]],
            )
        ),
        code=code("hvae.plane.targets"),
    shell:
        "python -m hvae.plane.targets --params {params.job:q} --fingerprint {params.fingerprint} "
        f"--data {DATA} --models {RESULTS}/models --found {{output.found}} "
        "--points {output.points} --items {output.per_item} 2> {log}"
