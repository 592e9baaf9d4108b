from hvae.reports.index import folders


# Of all experiments, so nothing here may tell which of them runs: neither command nor log names it,
# and its own files are those that another experiment's run would find. Two of them, one after the
# other and again, then leave nothing to be done. A file of another experiment has no rule here.
rule index:
    input:
        own=folders.files(Path("results"), Path("reports"), PARAMS.experiment),
        others=folders.existing(Path("results"), Path("reports"), but=PARAMS.experiment),
        templates=TEMPLATES,
        code=sources("hvae.reports.index.__main__"),
    output:
        page=report(INDEX, category="Reports", caption="../report/index.rst"),
    log:
        "logs/index.log",
    benchmark:
        "logs/index.tsv"
    conda:
        "../envs/hvae.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    shell:
        "python -m hvae.reports.index --results results --out {output.page} 2> {log}"
