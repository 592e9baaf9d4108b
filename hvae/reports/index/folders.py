"""Which files of an experiment the index reads: its rule asks before any job starts."""

import re
from pathlib import Path

NAME = re.compile(r"[a-z][a-z0-9-]*")  # of an experiment, as `params.yaml` allows it
GUIDANCE = "guidance.json"
TABLES = ("points", "items", "tasks", "certificate")
FILES = ("params.json", "summary.json", GUIDANCE, *(f"{table}.parquet" for table in TABLES))


def files(results: Path, reports: Path, experiment: str) -> list[str]:
    """All that the index is made of, of one experiment: its tables, and the report it links to."""
    return [
        *(str(results / experiment / name) for name in FILES),
        str(reports / experiment / "index.html"),
    ]


def existing(results: Path, reports: Path, but: str = "") -> list[str]:
    """Those that are there, of every experiment with recorded parameters, one left out; in order.

    Whichever experiment is left out and added whole, the files are the same once all are finished.
    """
    names = sorted(path.parent.name for path in results.glob("*/params.json"))
    return [
        name
        for experiment in names
        if NAME.fullmatch(experiment) and experiment != but
        for name in files(results, reports, experiment)
        if Path(name).is_file()
    ]
