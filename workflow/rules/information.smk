rule estimate:
    input:
        test=SPLITS["test"],
        models=models_of(),
        latents=latents_of("train", "test"),
    output:
        part=f"{RESULTS}/{{of}}parts/information/{{row}}.parquet",
    log:
        f"{LOGS}/{{of}}estimate/{{row}}.log",
    benchmark:
        f"{LOGS}/{{of}}estimate/{{row}}.tsv"
    conda:
        "../envs/hvae.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=120,
    params:
        **row_job("seed", "evaluation"),
        code=code("hvae.information.measure"),
    shell:
        "python -m hvae.information.measure --params {params.job:q} --fingerprint {params.fingerprint} "
        f"--data {DATA} --models {RESULTS}/{{wildcards.of}}models "
        f"--latents {RESULTS}/{{wildcards.of}}latents "
        "--out {output.part} 2> {log}"


rule information:
    input:
        f"{RESULTS}/information.parquet",
