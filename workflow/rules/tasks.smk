# The tasks of these data that are switched on (`hvae.config.tasks`).
TASKS = PARAMS.tasks.chosen(PARAMS.data)
# Those of the user's own, by their import paths; one module runs them all.
OWN_TASKS = {name: task.plugin.reference for name, task in TASKS.items() if task.plugin}
TASK_MODULES = {
    name: f"hvae.tasks.{'plugged' if name in OWN_TASKS else name}" for name in TASKS
}
DECODING = {name for name, task in TASKS.items() if "model" in task.reads}
JUDGED = {name for name, task in TASKS.items() if "classifier" in task.reads}
PICTURES = {"compression": f"{RESULTS}/{{of}}parts/pictures/{{row}}.parquet"}

CLASSIFIER = [
    f"{RESULTS}/classifier/classifier.{kind}" for kind in ("safetensors", "json")
]
CLASSIFIER_SCORES = {
    table: f"{RESULTS}/parts/{table}/classifier.parquet"
    for table in ("tasks", "scores")
}
REFERENCES = {
    table: f"{RESULTS}/parts/{table}/references.parquet"
    for table in ("tasks", "selection", "scores")
}
COLLECTED = {
    table: [p for task in TASKS for p in parts(f"{table}/{task}")]
    + ([CLASSIFIER_SCORES[table]] if JUDGED and table in CLASSIFIER_SCORES else [])
    + ([REFERENCES[table]] if table in REFERENCES else [])
    for table in ("tasks", "selection", "counts", "scores")
}
BASELINE_COLLECTED = {
    table: [
        part
        for task in TASKS
        for part in parts(f"{table}/{task}", SINGLE_TOGETHER, BASELINE)
    ]
    for table in COLLECTED
}


for TASK in TASKS:

    rule:
        name:
            f"own_{TASK}" if TASK in OWN_TASKS else TASK
        input:
            data=[*SPLITS.values(), *OUTLIERS.values()],
            models=models_of() if TASK in DECODING else [],
            latents=latents_of(*SPLITS),
            classifier=CLASSIFIER if TASK in JUDGED else [],
        output:
            **({"pictures": PICTURES[TASK]} if TASK in PICTURES else {}),
            test=f"{RESULTS}/{{of}}parts/tasks/{TASK}/{{row}}.parquet",
            validation=f"{RESULTS}/{{of}}parts/selection/{TASK}/{{row}}.parquet",
            counts=f"{RESULTS}/{{of}}parts/counts/{TASK}/{{row}}.parquet",
            scores=f"{RESULTS}/{{of}}parts/scores/{TASK}/{{row}}.parquet",
        log:
            f"{LOGS}/{{of}}{TASK}/{{row}}.log",
        benchmark:
            f"{LOGS}/{{of}}{TASK}/{{row}}.tsv"
        conda:
            "../envs/hvae.yaml"
        threads: 1
        resources:
            mem_mb=4000,
            runtime=120,
        # a shell line is evaluated when its job runs, when TASK is the last of the loop
        params:
            **row_job(
                "seed",
                settings=(
                    {"task": OWN_TASKS[TASK], "own": PARAMS.tasks.settings(TASK)}
                    if TASK in OWN_TASKS
                    else PARAMS.tasks.settings(TASK)
                ),
            ),
            code=code(TASK_MODULES[TASK]),
            module=TASK_MODULES[TASK],
            models=f"--models {RESULTS}/{{of}}models" if TASK in DECODING else "",
            classifier=f"--classifier {RESULTS}/classifier" if TASK in JUDGED else "",
            pictures=f"--pictures {PICTURES[TASK]}" if TASK in PICTURES else "",
        shell:
            f"python -m {{params.module}} --params {{params.job:q}} --fingerprint {{params.fingerprint}} --data {DATA} "
            f"--latents {RESULTS}/{{wildcards.of}}latents {{params.models}} {{params.classifier}} "
            "--test {output.test} --validation {output.validation} "
            "--counts {output.counts} --scores {output.scores} {params.pictures} 2> {log}"


rule fit_classifier:
    input:
        data=SPLITS.values(),
    output:
        classifier=CLASSIFIER,
        test=CLASSIFIER_SCORES["tasks"],
        scores=CLASSIFIER_SCORES["scores"],
    log:
        f"{LOGS}/fit_classifier.log",
    benchmark:
        f"{LOGS}/fit_classifier.tsv"
    conda:
        "../envs/hvae.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        **job("seed", generation=PARAMS.tasks.classifying()),
        code=code("hvae.tasks.fit_classifier"),
    shell:
        f"python -m hvae.tasks.fit_classifier --params {{params.job:q}} --fingerprint {{params.fingerprint}} --data {DATA} "
        f"--classifier {RESULTS}/classifier --test {{output.test}} --scores {{output.scores}} 2> {{log}}"


rule references:
    input:
        data=SPLITS.values(),
    output:
        test=REFERENCES["tasks"],
        validation=REFERENCES["selection"],
        scores=REFERENCES["scores"],
    log:
        f"{LOGS}/references.log",
    benchmark:
        f"{LOGS}/references.tsv"
    conda:
        "../envs/hvae.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        **depends(
            lambda wildcards: PARAMS.tasks.job(
                "denoising",
                "inpainting",
                "upscaling",
                "compression",
                seed=PARAMS.seed,
                max_items=PARAMS.evaluation.max_items,
            )
        ),
        code=code("hvae.tasks.references"),
    shell:
        f"python -m hvae.tasks.references --params {{params.job:q}} --fingerprint {{params.fingerprint}} --data {DATA} "
        "--test {output.test} --validation {output.validation} --scores {output.scores} 2> {log}"


rule collect_tasks:
    input:
        parts=lambda wildcards: (BASELINE_COLLECTED if wildcards.of else COLLECTED)[
            wildcards.table
        ],
    output:
        table=f"{RESULTS}/{{of}}{{table}}.parquet",
    log:
        f"{LOGS}/{{of}}collect/{{table}}.log",
    benchmark:
        f"{LOGS}/{{of}}collect/{{table}}.tsv"
    wildcard_constraints:
        table="tasks|selection|counts|scores",
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


rule tasks:
    input:
        expand(f"{RESULTS}/{{table}}.parquet", table=[*COLLECTED, "pictures"]),


rule baseline:
    input:
        BASELINE_TABLES,
