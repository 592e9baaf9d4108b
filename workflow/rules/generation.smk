rule fit_classifier:
    input:
        data=SPLITS.values(),
        code=sources("hvae.tasks.fit_classifier"),
    output:
        classifier=CLASSIFIER,
        part=CLASSIFIER_SCORE,
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
        job=lambda wildcards: PARAMS.tasks.job("generation", seed=PARAMS.seed),
    shell:
        f"python -m hvae.tasks.fit_classifier --params {{params.job:q}} --data {DATA} "
        f"--classifier {RESULTS}/classifier --out {{output.part}} 2> {{log}}"


rule generate:
    input:
        models=models_of(LOOKED_INTO),
        latents=latents_of("train", "test"),
        classifier=CLASSIFIER,
        code=sources("hvae.tasks.generation"),
    output:
        part=f"{RESULTS}/parts/tasks/generation/{{row}}.parquet",
        counts=f"{RESULTS}/parts/counts/generation/{{row}}.parquet",
    log:
        f"{LOGS}/generate/{{row}}.log",
    benchmark:
        f"{LOGS}/generate/{{row}}.tsv"
    conda:
        "../envs/hvae.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        job=row_job("seed"),
    shell:
        "python -m hvae.tasks.generation --params {params.job:q} "
        f"--models {RESULTS}/models --latents {RESULTS}/latents "
        f"--classifier {RESULTS}/classifier --out {{output.part}} "
        "--counts {output.counts} 2> {log}"
