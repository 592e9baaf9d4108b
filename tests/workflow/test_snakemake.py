"""The workflow from one command: what it makes, and what a change makes it do again."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from hvae.config.base import parse
from hvae.config.params import Params
from hvae.config.tasks import TASKS
from hvae.cost.disk import disk, sentence
from hvae.guidance.paired import ScoredMetric, by_metric, stacked
from hvae.io import tables
from tests.workflow.conftest import INDEPENDENT, SMALL, Workspace, make, merged

RESULTS = "results/digits"


def test_every_table_has_the_columns_and_types_of_the_contract(finished: Workspace) -> None:
    results = finished.folder / RESULTS
    points = pq.read_table(results / "points.parquet").to_pylist()
    status = {point["point"]: point["status"] for point in points}
    rated = {name for name in status if name.endswith("_rates_s0")}
    assert rated == {"r5_0_rates_s0", "r2.5_2.5_rates_s0", "r0_5_rates_s0"}
    assert set(status.values()) <= {"ok", "unconverged", "unreachable"}
    assert not {name for name, word in status.items() if word == "unreachable"} - rated
    # beside probes, clusters, regression and draws, 4 scores of outliers and 16 of recognition;
    # from samples and means: 3 metrics, 3 noises, 2 masks, upscaling; rates and files, each with
    # their PSNR and J°; references, of which three are files without loss
    decoded = 3 * (2 * (3 + 3 + 2 + 1) + 2 * (3 + 2)) + 3 + 2 + 1 + 3
    expected = {
        "points": (tables.points(2), 6 + 2 * 2 + 3),
        "items": (tables.items(2), (6 + 2 * 2 + 3) * 100),
        "tasks": (
            tables.tasks(),
            3 * (3 * 2 * 2 + 3 * 2 * 2 * 3 + 3 * 2 * 2 * 2 + 2 * 2 + 4 + 4 + 16) + 4 + decoded,
        ),
        "selection": (
            tables.tasks(),
            3 * (3 * 2 * 2 + 3 * 2 * 2 * 3 + 3 * 2 * 2 * 2 + 2 * 2 + 4 + 4 + 16) + decoded,
        ),
        "embeddings": (tables.embeddings(), 3 * 2 * 2 * 20),
        "pictures": (tables.gallery(64), 3 * 10),
        # against the lower of R and Î⁺: probes, matched clusters, what clusters tell, I(y; z_{≥l}),
        # cuts and recognition, of either suffix; I(x; z_{≥l}) and the class histograms of both
        "bounds": (tables.bounds(), 3 * (2 * (3 + 3 + 3 + 1 + 1 + 1) + 2 + 2)),
        "information": (tables.information(), 3 * (2 * 2 + 2 + 1)),
    }
    for name, (schema, rows) in expected.items():
        table = pq.read_table(results / f"{name}.parquet")
        assert table.schema.equals(schema), name
        assert table.num_rows == rows, name
    shared = {
        p["point"]: (p["beta_1"], p["beta_2"]) for p in points if p["strategy"] == "amortized"
    }
    assert len(shared) == 6
    assert set(shared.values()) == {(a, b) for a in (0.1, 1, 10) for b in (0.1, 10)}


JACKKNIFED = ("nmi", "ari", "inception_score", "diversity", "sharpness", "frechet")


@pytest.mark.parametrize("of", ["", "baseline/"])
def test_every_metric_has_the_scores_that_it_is_of(finished: Workspace, of: str) -> None:
    folder = finished.folder / RESULTS / of
    found = by_metric([tables.read_named("scores", folder / "scores.parquet", 1)])
    for by_point in found.values():
        own = [[one] for point, one in by_point.items() if point]  # real items are others
        together = stacked(own) if own else None
        assert together is None or len(together.kept) == len(own)  # of the same items
        assert own or by_point
    rows = 0
    for table, split in (("tasks", "test"), ("selection", "validation")):
        for row in pq.read_table(folder / f"{table}.parquet").to_pylist():
            names = [row[name] for name in ScoredMetric._fields if name != "split"]
            scores = found[ScoredMetric(*names, split)].pop(row["point"])
            values = scores.values.astype(np.float64)
            error = values.std(ddof=1) / math.sqrt(len(values))
            assert len(set(scores.indices.tolist())) == len(values), row
            if row["metric"] == "auroc":  # near 1 at least that of a share
                assert row["std_error"] >= error * (1 - 1e-4), row
            else:
                assert row["std_error"] == pytest.approx(error, rel=1e-4, abs=1e-7), row
            if row["metric"] not in JACKKNIFED:
                assert row["value"] == pytest.approx(values.mean(), rel=1e-5, abs=1e-6), row
            rows += 1
    assert rows > 100
    assert not any(found.values())  # none is of no row


def test_what_an_amortised_plane_has_beside_its_points(finished: Workspace) -> None:
    results = finished.folder / RESULTS
    certificate = pq.read_table(results / "certificate.parquet")
    assert certificate.schema.equals(tables.certificate(2))
    assert {row["beta_2"] for row in certificate.to_pylist()} >= {1.0}
    given = [row for row in certificate.to_pylist() if row["comparison"] == "distortion"]
    assert [(row["target_1"], row["target_2"]) for row in given] == [(2.5, 2.5), (0.0, 5.0)]
    history = pq.read_table(results / "history.parquet")
    assert len(set(history["point"].to_pylist())) == 1 + 2 * 2 + 3 + 2 * 2


def test_the_single_layer_baseline_has_the_same_tables_in_a_folder_of_its_own(
    finished: Workspace,
) -> None:
    folder = finished.folder / RESULTS / "baseline"
    # one total in layers of two widths, on one set of layers: probes, clusters, regression and
    # generation, what is decoded, scores of outliers and recognition
    rows = 2 * (2 * 2 + 2 * 2 * 3 + 2 * 2 * 2 + 2 + 4 + 2 * (3 + 3 + 2 + 1) + 3 + 5 + 2 + 8)
    expected = {
        "points": (tables.points(1), 2),
        "items": (tables.items(1), 2 * 100),
        "tasks": (tables.tasks(), rows),
        "selection": (tables.tasks(), rows),
    }
    for name, (schema, count) in expected.items():
        table = pq.read_table(folder / f"{name}.parquet")
        assert table.schema.equals(schema), name
        assert table.num_rows == count, name
    assert pq.read_table(folder / "counts.parquet").schema.equals(tables.counts())
    points = pq.read_table(folder / "points.parquet").to_pylist()
    names = {f"r5_w{width}_single_s0": width for width in (4 + 2, 2)}
    assert [(p["point"], p["target_1"], p["strategy"]) for p in points] == [
        (name, 5.0, "rates") for name in names
    ]
    wide, narrow = (p["parameters"] for p in points)
    assert wide > narrow
    own = pq.read_table(finished.folder / RESULTS / "points.parquet")["point"].to_pylist()
    assert not {p["point"] for p in points} & set(own)
    for name, width in names.items():
        card = json.loads((folder / f"models/{name}.json").read_text())
        assert (card["target"], card["model"]["latents"]) == ([5.0], [width])
        latents = ds.dataset(folder / f"latents/point={name}", partitioning="hive").to_table()
        assert latents.drop_columns(["split"]).schema.equals(tables.latents([width]))
        assert latents.num_rows == 300


def test_latents_are_one_partitioned_data_set(finished: Workspace) -> None:
    data = ds.dataset(finished.folder / RESULTS / "latents", partitioning="hive")
    table = data.to_table(filter=ds.field("point") == "r2.5_2.5_rates_s0")
    assert table.drop_columns(["point", "split"]).schema.equals(tables.latents([4, 2]))
    assert sorted(set(table["split"].to_pylist())) == ["test", "train", "validation"]
    assert data.count_rows() == 3 * 300


def test_models_are_safetensors_with_a_card(finished: Workspace) -> None:
    models = finished.folder / RESULTS / "models"
    names = {path.stem for path in models.glob("*.safetensors")}
    anchors = {f"b{beta}_1_anchors_s{seed}" for beta in ("0.1", "10") for seed in (0, 1)}
    scratch = {f"r{rates}_scratch_s{seed}" for rates in ("2.5_2.5", "0_5") for seed in (0, 1)}
    assert names == {
        "amortized_s0",
        "r5_0_rates_s0",
        "r2.5_2.5_rates_s0",
        "r0_5_rates_s0",
        *anchors,
        *scratch,
    }
    card = json.loads((models / "amortized_s0.json").read_text())
    assert card["beta"] == [[0.1, 10.0], [0.1, 10.0]]
    assert card["model"]["likelihood"] == {"family": "gaussian", "sigma": 0.2}


def test_the_summary_and_the_plane_are_there_for_dvc(finished: Workspace) -> None:
    summary = json.loads((finished.folder / RESULTS / "summary.json").read_text())
    assert summary["points"] == 6 + 3  # of the plane, and at given rates
    header = (finished.folder / RESULTS / "plane.csv").read_text().splitlines()[0]
    assert '"rate_total"' in header
    assert '"rate_above"' in header
    accuracies = (finished.folder / RESULTS / "accuracy.csv").read_text().splitlines()
    assert len(accuracies) == 1 + 3 * 2  # points, and probes
    assert {"classification", "reconstruction"} <= summary["applications"].keys()
    assert '"distortion"' in header


def test_guidance_is_there_for_every_application_that_was_measured(finished: Workspace) -> None:
    found = json.loads((finished.folder / RESULTS / "guidance.json").read_text())
    measured = {"classification", "clustering", "regression", "reconstruction", "upscaling"}
    assert measured <= found["applications"].keys()
    assert measured <= {one["application"] for one in found["baseline"]}
    assert len(found["scorecard"]) == 4
    command = ["python", "-m", "hvae.guidance", "--results", RESULTS, "--for", "classification"]
    told = found["applications"]["classification"]
    said = " ".join(finished.run(*command).split())
    assert said.startswith(f"{told['text']} {told['seeds']}")


def test_the_parameters_are_recorded_beside_the_results(finished: Workspace) -> None:
    recorded = (finished.folder / RESULTS / "params.json").read_text()
    assert parse(Params, recorded) == parse(Params, finished.params())


def test_a_title_is_neither_run_by_a_shell_nor_by_a_browser(finished: Workspace) -> None:
    assert not (finished.folder / "injected").exists()
    page = (finished.folder / "reports/digits/index.html").read_text()
    assert "<script>alert(" not in page
    assert "&lt;script&gt;alert(" in page
    assert "$(touch injected)" in page


def test_a_run_says_beforehand_how_much_it_makes(finished: Workspace) -> None:
    found = disk(parse(Params, finished.params()))
    assert found is not None
    assert sentence(parse(Params, finished.params())) in finished.dry_run()
    models = list((finished.folder / RESULTS).rglob("models/*.safetensors"))
    headers = 4_000  # bytes at most, of a file of weights, with a fixed σ
    made = sum(path.stat().st_size for path in models)
    assert found.weights < made < found.weights + headers * len(models)


def test_again_there_is_nothing_to_be_done(finished: Workspace) -> None:
    assert "Nothing to be done" in finished.snakemake()


DECODED = (
    "reconstruction", "denoising", "inpainting", "upscaling", "compression", "recognition",
    "anomaly",
)  # fmt: skip
# Of the experiment's own points, and after a plus of those of its single-layer baseline.
CHANGES: list[tuple[dict[str, Any], dict[str, int]]] = [
    (
        {"tasks": {"classification": {"probes": ["knn"]}}},
        {"classification": 1 + 1, "collect_tasks": 4 + 4, "judge": 1,
         "guide": 1, "summarise": 1, "record": 1, "report": 1, "figures": 1, "all": 1},
    ),
    (
        {"tasks": {"clustering": {"clusters": 4}}},
        {"clustering": 1 + 1, "collect_tasks": 4 + 4, "judge": 1, "guide": 1, "summarise": 1,
         "record": 1, "report": 1, "figures": 1, "all": 1},
    ),
    (
        {"tasks": {"generation": {"width": 8}}},
        {"fit_classifier": 1, "generation": 1 + 1, "recognition": 1 + 1, "collect_tasks": 4 + 4,
         "judge": 1, "guide": 1, "summarise": 1, "record": 1, "report": 1, "figures": 1, "all": 1},
    ),
    (
        {"tasks": {"denoising": {"noise": [0.3]}}},
        {"denoising": 1 + 1, "references": 1, "collect_tasks": 4 + 4, "judge": 1,
         "guide": 1, "summarise": 1, "record": 1, "report": 1, "figures": 1, "all": 1},
    ),
    (  # the classifier stays
        {"tasks": {"generation": {"images": 60}}},
        {"generation": 1 + 1, "collect_tasks": 4 + 4, "judge": 1, "guide": 1, "summarise": 1,
         "record": 1, "report": 1, "figures": 1, "all": 1},
    ),
    (
        {"tasks": {"visualisation": {"methods": ["t-sne"]}}},
        {"embed": 1, "collect": 1, "record": 1, "report": 1, "figures": 1, "all": 1},
    ),
    (
        {"guidance": {"compression_bits": 1.0}},
        {"guide": 1, "summarise": 1, "record": 1, "report": 1, "figures": 1, "all": 1},
    ),
    ({"report": {"title": "Another"}}, {"record": 1, "report": 1, "figures": 1, "all": 1}),
    (  # one more β_2 in the box
        {"grid": {"beta": [[0.1, 1, 10], [0.1, 1, 10]]}},
        {"measure": 1, "collect": 2, "judge": 1, "guide": 1, "summarise": 1, "record": 1,
         "report": 1, "figures": 1, "all": 1},
    ),
    (
        {"grid": {"rates": {"totals": [5, 6]}}},
        {"train_rates": 1, "train_baseline_rates": 2, "measure": 1 + 1, "extract": 1,
         "extract_baseline": 1, "classification": 1 + 1, "clustering": 1 + 1, "generation": 1 + 1,
         "regression": 1 + 1, **dict.fromkeys(DECODED, 1 + 1), "estimate": 1, "embed": 1,
         "certify": 1, "collect_certificate": 1, "collect": 7 + 2, "collect_tasks": 4 + 4,
         "judge": 1, "guide": 1, "summarise": 1, "record": 1, "report": 1, "figures": 1, "all": 1},
    ),
    (
        {"evaluation": {"information_items": 50}},
        {"estimate": 1, "collect": 1,
         "judge": 1, "guide": 1, "summarise": 1, "record": 1, "report": 1, "figures": 1, "all": 1},
    ),
    (
        {"certification": {"tolerance": 0.1}},
        {"certify": 1, "collect_certificate": 1, "summarise": 1, "record": 1, "report": 1,
         "figures": 1, "all": 1},
    ),
    (
        {"certification": {"seeds": [0, 1, 2]}},
        {"train_anchors": 1, "train_scratch": 1, "measure": 1, "certify": 1, "collect": 3,
         "collect_certificate": 1,
         "judge": 1, "guide": 1, "summarise": 1, "record": 1, "report": 1, "figures": 1, "all": 1},
    ),
    (
        {"training": {"polish": {"beta": [[0.1, 10], [1]]}}},
        {"train_polished": 1, "measure": 1, "certify": 1, "collect": 3, "collect_certificate": 1,
         "judge": 1, "guide": 1, "summarise": 1, "record": 1, "report": 1, "figures": 1, "all": 1},
    ),
    (
        {"baseline": {"rates": {"steps": 30}}},
        {"train_baseline_rates": 2, "measure": 1, "extract_baseline": 1, "classification": 1,
         "clustering": 1, "generation": 1, "regression": 1, **dict.fromkeys(DECODED, 1),
         "collect": 2, "collect_tasks": 4, "guide": 1, "summarise": 1, "record": 1,
         "report": 1, "figures": 1, "all": 1},
    ),
    (
        {"baseline": None},
        {"guide": 1, "summarise": 1, "record": 1, "report": 1, "figures": 1, "all": 1},
    ),
    (  # two values change places: as a set of values nothing changes
        {"training": {"steps": 32, "batch_size": 40}},
        {"train_plane": 1, "train_rates": 1, "train_baseline_plane": 2, "train_baseline_rates": 2,
         "measure": 2 + 1, "certify": 1, "extract": 1, "extract_baseline": 1,
         "classification": 1 + 1, "clustering": 1 + 1, "generation": 1 + 1, "regression": 1 + 1,
         **dict.fromkeys(DECODED, 1 + 1), "estimate": 1, "embed": 1, "collect": 7 + 2,
         "collect_certificate": 1, "collect_tasks": 4 + 4, "judge": 1, "guide": 1, "summarise": 1,
         "record": 1, "report": 1, "figures": 1, "all": 1},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), CHANGES)
def test_a_change_runs_what_depends_on_it_and_no_more(
    workspace: Workspace, change: dict[str, Any], expected: dict[str, int]
) -> None:
    workspace.change(**change)
    assert workspace.planned() == expected


@pytest.mark.parametrize(
    ("change", "trained"),
    [
        ({"grid": {"beta": [[0.1, 0.3, 1, 3, 10], [0.1, 1, 2, 10]]}}, set()),
        ({"evaluation": {"samples": 3, "every": 1}}, set()),
        ({"certification": {"beta": [[1], [1]], "training": {"steps": 30}}}, {"train_anchors"}),
        ({"grid": {"beta": [[0.1, 1, 20], [0.1, 10]]}}, {"train_plane"}),
        ({"grid": {"beta": [[0.1, 1, 10], [0.2, 10]]}}, {"train_plane"}),
        ({"model": {"width": 8}}, {"train_plane", "train_anchors"}),
        ({"training": {"strategy": "independent"}, "grid": {"rates": []}}, {"train"}),
    ],
)
def test_the_model_for_the_plane_is_trained_anew_for_another_box_alone(
    workspace: Workspace, change: dict[str, Any], trained: set[str]
) -> None:
    workspace.change(**change)
    assert workspace.planned().keys() & {"train", "train_plane", "train_anchors"} == trained


def test_polished_models_are_points_that_the_certificate_compares(workspace: Workspace) -> None:
    polish = {"steps": 20, "batch_size": 32, "validate_every": 10}
    workspace.change(training={"polish": polish | {"beta": [[0.1, 10], [1, 10]]}})
    workspace.snakemake()
    results = workspace.folder / RESULTS
    names = {f"b{a}_{b}_polished_s0" for a in ("0.1", "10") for b in ("1", "10")}
    found = pq.read_table(results / "points.parquet").to_pylist()
    assert {p["point"] for p in found if p["strategy"] == "polished"} == names
    assert names <= set(pq.read_table(results / "items.parquet")["point"].to_pylist())
    assert names <= set(pq.read_table(results / "history.parquet")["point"].to_pylist())
    compared = pq.read_table(results / "certificate.parquet").to_pylist()
    places = [row["beta_1"] for row in compared if row["comparison"] == "polished"]
    assert places == [0.1, 10]  # independent models are at β_2 = 1 alone
    summary = json.loads((results / "summary.json").read_text())
    assert summary["certificate"]["polished"]["mean_ratio"] > 0
    assert summary["points"] == 6 + 3  # and none of them chooses anything
    text = (workspace.folder / "reports/digits/index.html").read_text()
    assert "the polished models&#39; objective at equal β is" in text
    card = (workspace.folder / "reports/index.html").read_text()
    assert "polished J°" in card
    assert "Nothing to be done" in workspace.snakemake()


def test_independent_models_have_no_jobs_of_a_plane(workspace: Workspace) -> None:
    workspace.change(**INDEPENDENT | {"baseline": SMALL["baseline"]})
    planned = workspace.planned()
    assert not {"train_plane", "train_anchors", "train_rates", "certify"} & planned.keys()
    assert (planned["train"], planned["measure"], planned["collect_certificate"]) == (
        1 + 1,
        1 + 1,
        1,
    )


def test_a_source_without_classes_has_no_jobs_for_them_and_a_target_has(
    workspace: Workspace,
) -> None:
    workspace.change(data={"source": "gaussian", "items": 400})
    planned = workspace.planned()
    of_classes = {"classification", "clustering", "generation", "recognition", "fit_classifier"}
    assert not of_classes & planned.keys()
    assert not {"denoising", "inpainting", "upscaling"} & planned.keys()
    assert (planned["regression"], planned["collect_tasks"]) == (1 + 1, 4 + 4)


@pytest.mark.parametrize("task", ["compression", "generation", "all"])
def test_a_task_that_is_switched_off_has_no_jobs(workspace: Workspace, task: str) -> None:
    workspace.change(tasks=dict.fromkeys(TASKS if task == "all" else [task]))
    planned = workspace.planned()
    assert planned.keys() & TASKS.keys() <= TASKS.keys() - {task}
    assert planned["report"] == 1


def test_a_class_that_is_held_out_is_told_from_the_rest(tmp_path: Path) -> None:
    held_out = {"data": {"held_out": "9", "outliers": None}}
    workspace = make(tmp_path / "project", **merged(merged(SMALL, INDEPENDENT), held_out))
    part = f"{RESULTS}/parts/tasks/anomaly/0.1_s0.parquet"
    assert workspace.planned()["anomaly"] == 1
    workspace.snakemake(part, part.replace("tasks", "selection"))
    for table in ("tasks", "selection"):
        rows = pq.read_table(workspace.folder / part.replace("tasks", table))
        assert rows.schema.equals(tables.tasks())
        names = [(row["method"], row["layers"]) for row in rows.to_pylist()]
        scores = [("elbo", ""), ("rate", "z1"), ("rate", "z2"), ("likelihood-ratio", "z2")]
        assert names == 2 * scores
    assert set(rows["n"].to_pylist()) == {100 + 36}


def test_a_touched_source_runs_nothing_and_a_changed_import_runs_its_jobs(
    workspace: Workspace,
) -> None:
    source = workspace.folder / "hvae/tasks/views.py"
    source.touch()
    assert workspace.planned() == {}
    source.write_text(source.read_text() + "\n# changed\n")
    assert workspace.planned()["classification"] == 1 + 1
    assert "train_plane" not in workspace.planned()


def test_an_overlay_is_merged_over_the_defaults(workspace: Workspace) -> None:
    overlay = workspace.folder / "trial.yaml"
    overlay.write_text("experiment: trial\ntraining: {steps: 7}\n")
    log = workspace.dry_run("--configfile", "trial.yaml")
    assert "results/trial/points.parquet" in log
    assert "results/digits" not in log


def test_bad_parameters_name_the_file_that_has_them(workspace: Workspace) -> None:
    """A key of the overlay, one that it lacks, and one that `params.yaml` has."""
    overlay = workspace.folder / "mine.yaml"
    workspace.change(training={"setps": 3})
    overlay.write_text("experiment: mine\nmodel: {latent: [3]}\ndata: {source: image-folder}\n")
    log = workspace.snakemake("--dry-run", "--configfile", "mine.yaml", succeeds=False)
    said = [line for line in log.splitlines() if line.startswith("error: ")]
    assert [line.split(",")[0].split(" (")[0] for line in sorted(said)] == [
        "error: mine.yaml: data: raw_dir must name a folder",
        "error: mine.yaml: model: has no key 'latent'",
        "error: params.yaml: training: has no key 'setps'",
    ]
    overlay.write_text("experiment: mine\n")
    workspace.run("python", "-m", "workflow.raw", "--overlay", "mine.yaml", succeeds=False)


BAD: list[tuple[dict[str, Any], str]] = [
    ({"grid": {"beta": [[], [1]]}}, "grid.beta[0]: must not be empty, got []"),
    ({"training": {"setps": 3}}, "training: has no key 'setps'"),
    ({"data": {"source": "imagenet"}}, "data.source: must be one of 'digits', 'gaussian',"),
]


@pytest.mark.parametrize(("change", "sentence"), BAD)
def test_bad_parameters_end_before_any_job(
    workspace: Workspace, change: dict[str, Any], sentence: str
) -> None:
    workspace.change(**change)
    before = {p: p.stat().st_mtime_ns for p in workspace.folder.rglob("*.parquet")}
    log = workspace.snakemake(succeeds=False)
    assert sentence in log
    assert "Traceback" not in log
    assert before == {p: p.stat().st_mtime_ns for p in workspace.folder.rglob("*.parquet")}


def test_a_broken_file_is_named_in_one_sentence(workspace: Workspace) -> None:
    path = Path(RESULTS) / "parts/tasks/classification/rates_s0.parquet"
    (workspace.folder / path).write_bytes(b"not parquet")
    log = workspace.run(
        "python", "-m", "hvae.io.collect", "--out", "x.parquet", str(path), succeeds=False
    )
    assert log.startswith(f"error: {path} cannot be read as a Parquet table")
    assert len(log.strip().splitlines()) == 1
    assert not (workspace.folder / "x.parquet").exists()


def test_a_diverged_point_is_reported_and_the_rest_goes_on(tmp_path: Path) -> None:
    grid = {"beta": [[0.1, 1e39], [1]], "seeds": [0]}
    changes = {
        "grid": grid,
        "data": {"source": "gaussian", "items": 400},  # it has few tasks
        "report": {"figures": False},
        "tasks": {"compression": None},  # nothing makes pictures of files then
    }
    workspace = make(tmp_path / "project", **merged(merged(SMALL, INDEPENDENT), changes))
    workspace.snakemake()
    assert not pq.read_table(workspace.folder / RESULTS / "pictures.parquet").num_rows
    points = pq.read_table(workspace.folder / RESULTS / "points.parquet").to_pylist()
    assert {p["beta_1"]: p["status"] for p in points} == {0.1: "ok", 1e39: "diverged"}
    page = (workspace.folder / "reports/digits/index.html").read_text()
    assert "1 more diverged: β = (1000" in page
