"""The tidy tables that people's scripts read: columns and types, writing, and checked reading.

One row a measurement, float64, `nan` only where a quantity does not exist. Lists over layers run
bottom to top. Rates, distortions and objectives are in nats per item; `mse` is per data dimension.
How many layers there are, parameters say. The key `tables` of a file's metadata is the version.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from hvae.errors import InputError
from hvae.io import provenance, storage

TEXT, REAL, WHOLE = pa.string(), pa.float64(), pa.int64()
REPEATED = pa.dictionary(pa.int32(), TEXT)  # text of many rows
VERSION = b"tables"  # the key of a file's metadata; tables of version 1 have none
Columns = Mapping[str, pa.DataType]

# The statuses of points that have numbers. The objective of an unconverged one still fell when its
# training stopped. An unreachable one could not be trained to the rates asked for.
MEASURED = ("ok", "unconverged", "unreachable")
MET = ("ok", "unconverged")  # of a point at given rates that has them


def _layered(name: str, layers: int, suffix: str = "") -> dict[str, pa.DataType]:
    return {f"{name}_{layer}{suffix}": REAL for layer in range(1, layers + 1)}


def points(layers: int) -> pa.Schema:
    """A row a point: what it was trained for (β, or rates), where it is (rates), what it cost.

    `target_l` are the rates that it was trained to, in nats; `price_l` is what a nat in layer l is
    worth in nats of distortion by its training: β_l, or the multiplier λ_l of its target.
    `parameters` is the number of trained weights.
    """
    before = {"point": TEXT, "strategy": TEXT, "seed": WHOLE}
    for name in ("beta", "target", "price"):
        before |= _layered(name, layers)
    rates: dict[str, pa.DataType] = {}
    for layer in range(1, layers + 1):
        rates |= {f"rate_{layer}": REAL, f"rate_{layer}_se": REAL}
    names = (
        "rate_total rate_total_se distortion distortion_se distortion_constant objective "
        "objective_se mse psnr_db psnr_mean_db bits_per_dim"
    )
    measured = dict.fromkeys(names.split(), REAL)
    after = {"status": TEXT, "train_seconds": REAL, "parameters": WHOLE}
    return _schema(before | rates | measured | after)


def items(layers: int) -> pa.Schema:
    """A row a test item and point: averages over z samples, so that anyone can recompute a mean.

    `squared_error` is ‖x − x̂‖², summed over the data dimensions.
    """
    rates = _layered("rate", layers)
    measured = {"distortion": REAL, "squared_error": REAL}
    return _schema({"point": TEXT, "index": WHOLE} | rates | measured)


def tasks() -> pa.Schema:
    """A row a metric: on which layers' samples or means, with a 95 % interval and a standard error.

    `tasks.parquet` is of test items; `selection.parquet` is the same of validation items, by which
    one may choose.

    Names are "" where they do not apply: the accuracy of the data's own classifier, which tells
    what generated items show, belongs to no point. `method` is how it was done and `setting` what:
    the statistic, level of noise, mask, factor, quality or other data set. `std_error` is over
    the items, of one training: sd/√n of the metric's rows in `scores.parquet`, for the AUROC more
    where these show too little.
    """
    names = dict.fromkeys(["point", "task", "layers", "features", "method", "metric"], TEXT)
    numbers = {"value": REAL, "low": REAL, "high": REAL, "n": WHOLE}
    return _schema(names | numbers | {"setting": TEXT, "std_error": REAL})


def scores() -> pa.Schema:
    """A row an item of a row of `tasks` (`split` test) or of `selection` (`split` validation).

    By its values two points are compared in pairs: see `hvae.statistics.sampled`. `index` is that
    of the item; of the scores of draws, the number of the draw; of the Fréchet distance, that of
    the part. Of a metric of two samples −1 − index is of the second: outliers beside items, items
    beside draws (`frechet`), and draws beside items (`class_tv`).

    There are millions of rows: values are float32, and text is in dictionaries.
    """
    names = "point task layers features method setting metric split"
    columns = dict.fromkeys(names.split(), REPEATED)
    return _schema(columns | {"index": WHOLE, "value": pa.float32()})


def counts() -> pa.Schema:
    """A row a count: how many items of `group` got `output` from a label-like f(z) of a task.

    Clustering: groups are classes, outputs clusters, for `split` train and test. Generation: groups
    are "posterior" and "prior", what the decoded latents came from, and outputs predicted classes.
    A pair that never occurs has no row.
    """
    names = "point task layers features method split group output"
    return _schema(dict.fromkeys(names.split(), TEXT) | {"count": WHOLE, "setting": TEXT})


def information() -> pa.Schema:
    """A row an estimate, in nats: `I(x;z1,z2)`, `I(y;z2)`, `-log p(x)`; lower, upper or estimate.

    In expectation a lower one is at most the truth, an upper one at least. Where it is saturated
    there are too few items to tell how far it is from the truth; an upper one also where so few of
    them make up its spread that its standard error is wrong.
    """
    names = dict.fromkeys(["point", "quantity", "kind"], TEXT)
    return _schema(names | {"value": REAL, "std_error": REAL, "saturated": pa.bool_()})


def bounds() -> pa.Schema:
    """A row a check of a measured value against its limit; slack ≥ 0 when it holds."""
    names = dict.fromkeys(["point", "bound", "layers", "features", "method", "metric"], TEXT)
    numbers = "measured measured_se limit limit_se slack p_value"
    return _schema(names | dict.fromkeys(numbers.split(), REAL) | {"verdict": TEXT})


def certificate(layers: int) -> pa.Schema:
    """A row a comparison of the amortised model of `seed` with an independent model, on test items.

    `comparison` is "objective": J° at equal β, "polished": the same of what went on from the model
    there, or "distortion": D° at equal rates. `point` is the independent model, the best of its
    restarts on validation data. Values are in nats; `ratio` is amortised to independent, with its
    95 % interval; the verdict is on the ratio being at most 1 + tolerance. Of a density with a
    learned σ, values are J and D themselves, and the ratio is exp((amortised − independent) / n).

    Where rates were given, `target_l`, both models were trained to them, `amortized` is the one of
    `seed` in `grid.rates`, and β are its prices: by these D° is moved to the target. "unreachable"
    says that one of the two misses it. Otherwise the amortised model has the rates of the
    independent one at the β of the row, which comes closest where none has them: "unreachable".
    """
    names = {"point": TEXT, "seed": WHOLE, "comparison": TEXT}
    names |= _layered("beta", layers) | _layered("target", layers)
    numbers = "amortized independent ratio ratio_se low high"
    return _schema(names | dict.fromkeys(numbers.split(), REAL) | {"verdict": TEXT})


def latents(widths: Sequence[int]) -> pa.Schema:
    """A row an item: posterior mean and std of each layer, given the stored samples above it."""
    columns: dict[str, pa.DataType] = {"index": WHOLE, "label": WHOLE}
    for layer, width in enumerate(widths, start=1):
        vector = pa.list_(pa.float32(), width)
        columns |= {f"z{layer}_{part}": vector for part in ("mean", "std", "sample")}
    return _schema(columns)


def gallery(dimensions: int) -> pa.Schema:
    """A row a picture: a test item's reconstruction or layer cut, or a draw from the prior.

    Kinds are "reconstruction", "sample", and for the cut that keeps z_{≥l} "cut z2", "cut z2+z3".
    `pictures.parquet` is the same of what tasks show: "file" is a test item decoded from a file.
    """
    picture = {"image": pa.list_(pa.float32(), dimensions)}
    return _schema({"point": TEXT, "kind": TEXT, "index": WHOLE} | picture)


def embeddings() -> pa.Schema:
    """A row a test item in a plane: where a method puts the posterior mean of a layer's latent.

    Coordinates have no unit, and compare within one point, layer and method alone.
    """
    names = dict.fromkeys(["point", "layers", "method"], TEXT)
    return _schema(names | {"index": WHOLE, "label": WHOLE, "x": REAL, "y": REAL})


def history() -> pa.Schema:
    """A row a look at validation data while training: J° there, in nats per item."""
    return _schema({"point": TEXT, "step": WHOLE, "objective": REAL})


def _schema(columns: Columns) -> pa.Schema:
    return pa.schema([pa.field(name, kind, nullable=False) for name, kind in columns.items()])


def from_rows(rows: Iterable[Mapping[str, Any]], schema: pa.Schema) -> pa.Table:
    """Rows as a table; a row that lacks a column, or has one too many, is a KeyError."""
    rows = list(rows)
    for row in rows:
        if others := row.keys() ^ set(schema.names):
            raise KeyError(f"columns {sorted(others)} differ from the table's")
    return pa.Table.from_pylist(rows, schema=schema)


def by_layer(name: str, values: Iterable[float]) -> dict[str, float]:
    """The columns `name_1`, …, `name_L` of a row, z_1 first."""
    return {f"{name}_{layer}": value for layer, value in enumerate(values, start=1)}


def over_layers(row: Mapping[str, Any], name: str, layers: int) -> tuple[float, ...]:
    """The same columns of a row, z_1 first."""
    return tuple(row[f"{name}_{layer}"] for layer in range(1, layers + 1))


def betas(row: Mapping[str, Any], layers: int) -> tuple[float, ...]:
    return over_layers(row, "beta", layers)


def repeated(texts: Sequence[str], times: Sequence[int]) -> pa.DictionaryArray:
    """A column of each of the texts so many times, one after the other."""
    known = pa.array(texts, TEXT).dictionary_encode()
    return pa.DictionaryArray.from_arrays(
        pa.array(np.repeat(known.indices.to_numpy(), times)), known.dictionary
    )


def write(table: pa.Table, path: Path) -> None:
    """Write zstd-compressed Parquet, whole or not at all."""
    write_parts([table], path)


def write_parts(parts: Iterable[pa.Table], path: Path) -> None:
    """The same of tables of one schema, at least one, of which one is in memory at a time.

    Only text gets a dictionary. Numbers hardly repeat, so their dictionary would take more space.
    """
    following = iter(parts)
    first = next(following)
    version = {VERSION: str(provenance.VERSION).encode()}
    schema = first.schema.with_metadata((first.schema.metadata or {}) | version)
    text = [field.name for field in schema if field.type in (TEXT, REPEATED)]
    # beyond the default level, indices that repeat take nothing, and no more time
    packed = {"compression": "zstd", "compression_level": 6, "write_page_checksum": True}
    options = packed | {"use_dictionary": text}
    whole = (table.unify_dictionaries().cast(schema) for table in chain([first], following))
    storage.fill(path, lambda beside: provenance.write_tables(whole, schema, beside, **options))


def read(path: Path) -> pa.Table:
    """The table in `path`; InputError where the file is missing or is not Parquet."""
    return pa.concat_tables(storage.parquet(path))


def matrix(column: pa.ChunkedArray) -> Any:
    """A column of fixed-size lists as an array of shape (rows, width)."""
    flat = column.combine_chunks()
    values = flat.flatten() if isinstance(flat, pa.FixedSizeListArray) else flat.chunk(0).flatten()
    return values.to_numpy().reshape(len(column), column.type.list_size)


def vectors(array: Any, kind: pa.DataType | None = None) -> pa.FixedSizeListArray:
    """An array of shape (rows, width) as a column of fixed-size lists, of float32 by default."""
    flat = pa.array(array.reshape(-1), type=kind or pa.float32())
    return pa.FixedSizeListArray.from_arrays(flat, array.shape[1])


def read_named(name: str, path: Path, layers: int) -> pa.Table:
    """The table in `path`, of models with that many layers; InputError where it is another one."""
    return pa.concat_tables(groups_named(name, path, layers))


def groups_named(name: str, path: Path, layers: int) -> Iterator[pa.Table]:
    """The same in its row groups, of which one is in memory at a time."""
    for table in groups(path):
        if not table.schema.equals(SCHEMAS[name](layers, table.schema)):
            raise InputError(f"{path} has other columns than this version writes: remove it")
        yield table


def groups(path: Path) -> Iterator[pa.Table]:
    """The row groups in `path`; InputError where it cannot be read or is of another version."""
    for table in storage.parquet(path):
        if (table.schema.metadata or {}).get(VERSION) != str(provenance.VERSION).encode():
            raise InputError(
                f"{path} is not of version {provenance.VERSION} of the tables, which this program "
                "reads: run its experiment again, and it is made anew"
            )
        yield table


def _dimensions(found: pa.Schema) -> int:
    kinds = [field.type for field in found if pa.types.is_fixed_size_list(field.type)]
    return kinds[0].list_size if kinds else 1


# The schema that each must have, given the number of layers and, for pictures, what is found.
SCHEMAS: Mapping[str, Callable[[int, pa.Schema], pa.Schema]] = {
    "points": lambda layers, found: points(layers),
    "items": lambda layers, found: items(layers),
    "tasks": lambda layers, found: tasks(),
    "selection": lambda layers, found: tasks(),
    "scores": lambda layers, found: scores(),
    "counts": lambda layers, found: counts(),
    "information": lambda layers, found: information(),
    "bounds": lambda layers, found: bounds(),
    "certificate": lambda layers, found: certificate(layers),
    "gallery": lambda layers, found: gallery(_dimensions(found)),
    "pictures": lambda layers, found: gallery(_dimensions(found)),
    "embeddings": lambda layers, found: embeddings(),
    "history": lambda layers, found: history(),
}
