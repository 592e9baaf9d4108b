# One model for the whole plane of β, the independent models that it is compared with, models that go
# on from it at their β, and models that are trained to given rates.


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
    priority: lambda wildcards: 40 if wildcards.of == OWN else 15
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
        code=code("hvae.training.amortized"),
    shell:
        "python -m hvae.training.amortized --params {params.job:q} --fingerprint {params.fingerprint} "
        f"--data {DATA} --models {RESULTS}/{{wildcards.of}}models "
        "--history {output.history} "
        f"--checkpoints {CHECKPOINTS}/{{wildcards.of}} 2> {{log}}"


# The anchors train in one job, which can take long, so they start early: beside the model for the
# plane, which other trainings wait for.
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
            training=PARAMS.certification.training.at_beta(),
        ),


# From the amortized model, each as it is at its β.
use rule train as train_polished with:
    input:
        data=[SPLITS["train"], SPLITS["validation"]],
        start=lambda wildcards: model_files([SHARED[POLISHED[wildcards.row][0].seed]]),
    output:
        models=model_files(points_of(POLISHED), "{of}"),
        history=f"{RESULTS}/{{of}}parts/history/{{row}}.parquet",
    wildcard_constraints:
        row=POLISHED_ROW,
    priority: 20
    params:
        **depends(
            lambda wildcards: of_row(
                wildcards,
                "model",
                rows=POLISHED,
                training=PARAMS.training.polish.at_beta(),
                start=SHARED[POLISHED[wildcards.row][0].seed],
            )
        ),
        code=code("hvae.training.train"),


# From the shared network, where there is one: at the β whose rates are nearest.
rule train_rates:
    input:
        data=[SPLITS["train"], SPLITS["validation"]],
        start=lambda wildcards: model_files(
            name
            for seed, name in SHARED.items()
            if seed == RATED[wildcards.row][0].seed
        ),
    output:
        models=model_files(points_of(RATED), "{of}"),
        history=f"{RESULTS}/{{of}}parts/history/{{row}}.parquet",
    log:
        f"{LOGS}/{{of}}train_rates/{{row}}.log",
    benchmark:
        f"{LOGS}/{{of}}train_rates/{{row}}.tsv"
    wildcard_constraints:
        row=RATES_ROW,
    priority: 35
    conda:
        "../envs/hvae.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=720,
        gpu=1,  # of those that a scheduler, or `--resources gpu=N`, gives out
    params:
        **depends(
            lambda wildcards: PARAMS.job(
                "model",
                training=PARAMS.training.rates.model_dump(),
                start=SHARED.get(RATED[wildcards.row][0].seed),
                points=[point.model_dump() for point in RATED[wildcards.row]],
            )
        ),
        code=code("hvae.training.train_rates"),
    shell:
        "python -m hvae.training.train_rates --params {params.job:q} --fingerprint {params.fingerprint} "
        f"--data {DATA} --models {RESULTS}/{{wildcards.of}}models "
        "--history {output.history} "
        f"--checkpoints {CHECKPOINTS}/{{wildcards.of}} 2> {{log}}"


# Those that the certificate compares with them, all restarts from scratch.
use rule train_rates as train_scratch with:
    input:
        data=[SPLITS["train"], SPLITS["validation"]],
    output:
        models=model_files(points_of(SCRATCH), "{of}"),
        history=f"{RESULTS}/{{of}}parts/history/{{row}}.parquet",
    log:
        f"{LOGS}/{{of}}train_scratch/{{row}}.log",
    benchmark:
        f"{LOGS}/{{of}}train_scratch/{{row}}.tsv"
    wildcard_constraints:
        row=SCRATCH_ROW,
    priority: 30
    params:
        **row_job(
            "model",
            rows=SCRATCH,
            training=PARAMS.certification.training.rates.model_dump(),
        ),
        code=code("hvae.training.train_rates"),


# The single-layer baselines at given rates: one width and seed, at all totals, from an amortized model
# of their own where the experiment's models start from one.
use rule train_plane as train_baseline_plane with:
    output:
        models=model_files(["amortized_{row}"], "{of}"),
        history=f"{RESULTS}/{{of}}parts/history/amortized_{{row}}.parquet",
    log:
        f"{LOGS}/{{of}}train_plane/{{row}}.log",
    benchmark:
        f"{LOGS}/{{of}}train_plane/{{row}}.tsv"
    wildcard_constraints:
        row=SINGLE_RATES_ROW,
    priority: 16
    params:
        **depends(
            lambda wildcards: PARAMS.job(
                model=SINGLE_TRAINED[wildcards.row].model.model_dump(
                    mode="json", by_alias=True
                ),
                training=hvae.config.baseline.schedule(PARAMS),
                name=SINGLE_TRAINED[wildcards.row].start,
                seed=SINGLE_RATED[wildcards.row][0].seed,
                box=BOX[BASELINE],
            )
        ),
        code=code("hvae.training.amortized"),


use rule train_rates as train_baseline_rates with:
    input:
        data=[SPLITS["train"], SPLITS["validation"]],
        start=lambda wildcards: model_files(
            filter(None, [SINGLE_TRAINED[wildcards.row].start]), BASELINE
        ),
    output:
        models=model_files(points_of(SINGLE_RATED), "{of}"),
        history=f"{RESULTS}/{{of}}parts/history/{{row}}.parquet",
    wildcard_constraints:
        row=SINGLE_RATES_ROW,
    priority: 15
    params:
        **depends(
            lambda wildcards: PARAMS.job(
                model=SINGLE_TRAINED[wildcards.row].model.model_dump(
                    mode="json", by_alias=True
                ),
                training=hvae.config.baseline.rate_schedule(PARAMS),
                start=SINGLE_TRAINED[wildcards.row].start,
                points=[point.model_dump() for point in SINGLE_RATED[wildcards.row]],
            )
        ),
        code=code("hvae.training.train_rates"),
