"""The tables' contract: columns and types that people's scripts rely on, and safe writing."""

from pathlib import Path

import pyarrow as pa
import pytest

from hvae.errors import InputError
from hvae.io import tables

SCORE_OF = ("point", "task", "layers", "features", "method", "setting", "metric", "split")
CONTRACT = {
    "points": (
        tables.points(2),
        "point:string strategy:string seed:int64 beta_1:double beta_2:double target_1:double "
        "target_2:double price_1:double price_2:double rate_1:double rate_1_se:double "
        "rate_2:double rate_2_se:double rate_total:double rate_total_se:double "
        "distortion:double distortion_se:double distortion_constant:double objective:double "
        "objective_se:double mse:double psnr_db:double psnr_mean_db:double bits_per_dim:double "
        "status:string train_seconds:double parameters:int64",
    ),
    "items": (
        tables.items(3),
        "point:string index:int64 rate_1:double rate_2:double rate_3:double distortion:double "
        "squared_error:double",
    ),
    "tasks": (
        tables.tasks(),
        "point:string task:string layers:string features:string method:string metric:string "
        "value:double low:double high:double n:int64 setting:string std_error:double",
    ),
    "scores": (
        tables.scores(),
        " ".join(f"{name}:{tables.REPEATED}" for name in SCORE_OF) + " index:int64 value:float",
    ),
    "counts": (
        tables.counts(),
        "point:string task:string layers:string features:string method:string split:string "
        "group:string output:string count:int64 setting:string",
    ),
    "embeddings": (
        tables.embeddings(),
        "point:string layers:string method:string index:int64 label:int64 x:double y:double",
    ),
    "bounds": (
        tables.bounds(),
        "point:string bound:string layers:string features:string method:string metric:string "
        "measured:double measured_se:double limit:double limit_se:double slack:double "
        "p_value:double verdict:string",
    ),
}


@pytest.mark.parametrize("name", CONTRACT)
def test_columns_and_types_are_the_contract(name: str) -> None:
    schema, written = CONTRACT[name]
    assert " ".join(f"{field.name}:{field.type}" for field in schema) == written


def test_latents_are_fixed_size_lists_a_layer() -> None:
    schema = tables.latents([3, 2])
    assert schema.names == ["index", "label"] + [
        f"z{layer}_{part}" for layer in (1, 2) for part in ("mean", "std", "sample")
    ]
    assert schema.field("z1_mean").type == pa.list_(pa.float32(), 3)
    assert schema.field("z2_sample").type == pa.list_(pa.float32(), 2)


@pytest.mark.parametrize(
    "row", [{"point": "p"}, {"point": "p", "step": 1, "objective": 1.0, "x": 1}]
)
def test_a_row_with_other_columns_is_refused(row: dict[str, object]) -> None:
    with pytest.raises(KeyError, match="differ"):
        tables.from_rows([row], tables.history())


def test_a_file_that_is_not_parquet_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    path.write_bytes(b"PAR1 but not really")
    with pytest.raises(InputError, match=r"x\.parquet cannot be read"):
        tables.read(path)
    with pytest.raises(InputError, match=r"absent\.parquet cannot be read"):
        tables.read(tmp_path / "absent.parquet")
