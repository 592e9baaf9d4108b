rule embed:
    input:
        latents=latents_of("test"),
    output:
        part=f"{RESULTS}/{{of}}parts/embeddings/{{row}}.parquet",
    log:
        f"{LOGS}/{{of}}embed/{{row}}.log",
    benchmark:
        f"{LOGS}/{{of}}embed/{{row}}.tsv"
    conda:
        "../envs/hvae.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        **row_job(settings=PARAMS.tasks.settings("visualisation")),
        code=code("hvae.tasks.visualisation"),
    shell:
        "python -m hvae.tasks.visualisation --params {params.job:q} --fingerprint {params.fingerprint} "
        f"--latents {RESULTS}/{{wildcards.of}}latents --out {{output.part}} 2> {{log}}"


rule visualisation:
    input:
        f"{RESULTS}/embeddings.parquet",
