# How good the one model for the plane is.
LAYERS = len(PARAMS.model.latents)
# At the rates of models from scratch, and at the β of the anchors, which some are polished for, too.
COMPARED = {
    kind: [point for row in rows.values() for point in row]
    for kind, rows in [
        ("points", ANCHORS),
        ("polished", POLISHED),
        ("scratch", SCRATCH),
        ("rated", RATED if SCRATCH else {}),
    ]
}
CERTIFICATE = [f"{RESULTS}/parts/certificate/anchors.parquet"] if ANCHORS else []


rule certify:
    input:
        data=[SPLITS["validation"], SPLITS["test"]],
        models=model_files(
            [
                *SHARED.values(),
                *(point.model for points in COMPARED.values() for point in points),
            ]
        ),
    output:
        part=f"{RESULTS}/parts/certificate/anchors.parquet",
    log:
        f"{LOGS}/certify.log",
    benchmark:
        f"{LOGS}/certify.tsv"
    conda:
        "../envs/hvae.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=120,
    params:
        **depends(
            lambda wildcards: PARAMS.job(
                "seed",
                evaluation=PARAMS.evaluation.extraction(),
                tolerance=PARAMS.certification.tolerance,
                shared=list(SHARED.values()),
                **{
                    kind: [point.model_dump() for point in points]
                    for kind, points in COMPARED.items()
                },
            )
        ),
        code=code("hvae.plane.certify"),
    shell:
        "python -m hvae.plane.certify --params {params.job:q} --fingerprint {params.fingerprint} "
        f"--data {DATA} --models {RESULTS}/models --out {{output.part}} 2> {{log}}"


# Without a model for the plane the table is there and has no rows.
rule collect_certificate:
    input:
        parts=CERTIFICATE,
    output:
        table=f"{RESULTS}/certificate.parquet",
    log:
        f"{LOGS}/collect/certificate.log",
    benchmark:
        f"{LOGS}/collect/certificate.tsv"
    conda:
        "../envs/hvae.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **depends(lambda wildcards: json.dumps({"layers": LAYERS})),
        code=code("hvae.io.collect"),
        layers=LAYERS,
    shell:
        "python -m hvae.io.collect --fingerprint {params.fingerprint} --table certificate --layers {params.layers} "
        "--out {output.table} {input.parts} 2> {log}"


rule certificate:
    input:
        f"{RESULTS}/certificate.parquet",
