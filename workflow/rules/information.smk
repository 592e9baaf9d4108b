rule estimate:
    input:
        test=SPLITS["test"],
        models=models_of(LOOKED_INTO),
        latents=latents_of("train", "test"),
        code=sources("hvae.information.measure"),
    output:
        part=f"{RESULTS}/parts/information/{{row}}.parquet",
    log:
        f"{LOGS}/estimate/{{row}}.log",
    benchmark:
        f"{LOGS}/estimate/{{row}}.tsv"
    conda:
        "../envs/hvae.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=120,
    params:
        job=row_job("seed", "evaluation"),
    shell:
        "python -m hvae.information.measure --params {params.job:q} "
        f"--data {DATA} --models {RESULTS}/models --latents {RESULTS}/latents "
        "--out {output.part} 2> {log}"


rule information:
    input:
        f"{RESULTS}/information.parquet",
