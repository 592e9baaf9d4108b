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


rule tasks:
    input:
        parts=parts("tasks/classification"),
        code=sources("hvae.results.collect"),
    output:
        table=f"{RESULTS}/tasks.parquet",
    log:
        f"{LOGS}/tasks.log",
    benchmark:
        f"{LOGS}/tasks.tsv"
    conda:
        "../envs/hvae.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    shell:
        "python -m hvae.results.collect --out {output.table} {input.parts} 2> {log}"
