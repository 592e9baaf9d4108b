def raw_files(wildcards):
    """The user's own files that the source reads. Those that are missing are left for the command
    to name. What it downloads is not listed: checksums are pinned, and the cache is no output.
    Nor are names with braces, which Snakemake would read as wildcards.
    """
    files = (str(path) for path in PARAMS.data.raw_files() if path.is_file())
    return [name for name in files if not set("{}") & set(name)]


rule prepare:
    input:
        code=sources("hvae.data.prepare"),
        raw=raw_files,
    output:
        **SPLITS,
    log:
        f"{LOGS}/prepare.log",
    benchmark:
        f"{LOGS}/prepare.tsv"
    conda:
        "../envs/hvae.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        job=job("seed", "data"),
    shell:
        f"python -m hvae.data.prepare --params {{params.job:q}} --out {DATA} 2> {{log}}"


rule data:
    input:
        SPLITS.values(),
