"""Every parser of files that others may have written, with correct files to start from."""

import functools
import gzip
import io
import json
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st
from PIL import Image

from hvae.audit import latents as own
from hvae.coding import codec, files, quantised
from hvae.data import array_files, colour_images, image_folder, prepared
from hvae.data.archives import gunzip
from hvae.data.mnist import parse_idx
from hvae.io import provenance, storage, tables
from hvae.latents import store
from hvae.models.build import build
from hvae.results.parameters import recorded
from hvae.tasks import classifier
from hvae.training import checkpoint
from tests.coding import cases as coding
from tests.data import published
from tests.hostile.mutate import Sample, mutated, mutated_json
from tests.training.test_checkpoint import CARD

RANDOM = np.random.default_rng(0)


class Parser(NamedTuple):
    """cases: contents of the file named `file`; read: the function that reads its folder."""

    file: str
    cases: st.SearchStrategy[bytes]
    read: Callable[[Path], object]
    prepare: Callable[[Path], object] = lambda folder: None


def _parquet(columns: dict[str, Any], **options: Any) -> Sample:
    content = io.BytesIO()
    pq.write_table(pa.table(columns), content, **options)
    return Sample(content.getvalue())


def _tables(*columns: dict[str, Any]) -> st.SearchStrategy[bytes]:
    ways: list[dict[str, Any]] = [
        {"compression": "none", "use_dictionary": False},
        {"compression": "zstd", "write_page_checksum": True},
        {"compression": "gzip", "data_page_version": "2.0"},
        {"store_schema": False},
    ]
    return mutated([_parquet(one, **way) for one in columns for way in ways])


def _vectors(width: int, rows: int = 30) -> pa.Array:
    return tables.vectors(RANDOM.random((rows, width)).astype(np.float32))


def _points() -> bytes:
    schema = tables.points(2)
    row = {field.name: "a" if field.type == tables.TEXT else 1 for field in schema}
    content = io.BytesIO()
    table = tables.from_rows([row] * 4, schema)
    pq.write_table(table.replace_schema_metadata({"tables": str(provenance.VERSION)}), content)
    return content.getvalue()


def _saved(write: Callable[[Path], object], name: str) -> Callable[[Path], bytes]:
    def content(folder: Path) -> bytes:
        write(folder)
        return (folder / name).read_bytes()

    return content


def _state() -> dict[str, Any]:
    return build(CARD.model, CARD.shape, 9).state_dict()


def _save_model(folder: Path) -> None:
    checkpoint.save(folder, CARD, _state())


def _read_weights(folder: Path) -> object:
    """Read with a card whose checksum matches the file, so that the checksum stops nothing."""
    path = folder / f"{CARD.name}.safetensors"
    known = CARD.model_copy(update={"sha256": published.sha256(path.read_bytes())})
    path.with_suffix(".json").write_text(json.dumps(known.model_dump(mode="json")))
    return checkpoint.load(folder, CARD.name)


def _weights(folder: Path) -> st.SearchStrategy[bytes]:
    _save_model(folder)
    content = (folder / f"{CARD.name}.safetensors").read_bytes()
    length = int.from_bytes(content[:8], "little")
    header, rest = content[8 : 8 + length].decode(), content[8 + length :]

    def framed(text: str) -> bytes:
        return len(text.encode()).to_bytes(8, "little") + text.encode() + rest

    return mutated([Sample(content)]) | mutated_json(header).map(framed)


def _texts(text: str) -> st.SearchStrategy[bytes]:
    """Parsers of a JSON file."""
    return mutated([Sample(text.encode())]) | mutated_json(text).map(str.encode)


def _card(folder: Path) -> st.SearchStrategy[bytes]:
    _save_model(folder)
    plain = (folder / f"{CARD.name}.json").read_text()
    deep = json.loads(plain)
    deep["model"] |= {"backbone": "conv", "likelihood": {"family": "mixture-of-logistics"}}
    deep |= {"beta": [[0.1, 1], [0.1, 1]], "strategy": "amortized", "shape": [8, 8, 3]}
    return _texts(plain) | _texts(json.dumps(deep))


def _codes(folder: Path) -> list[Sample]:
    """Files of images and lossless ones, whose checksum fits, so that it stops nothing."""
    found = []
    for family in ("gaussian", "bernoulli"):
        coding.save(folder, family)
        known = codec.stored(folder, family)
        numbers = coding.numbers(known, 20)
        lossy = files.image_file(known, quantised.quantise(known, numbers.float(), 3.0))
        content = lossy if family == "gaussian" else files.lossless(known, numbers)
        found += [Sample(content), Sample(content, _checked)]
    return found


def _checked(content: bytes) -> bytes:
    rest = content[7:]
    return content[:3] + zlib.crc32(rest).to_bytes(4, "little") + rest


def _code_models(folder: Path) -> None:
    for family in ("gaussian", "bernoulli"):
        coding.save(folder, family)


def _read_code(folder: Path) -> object:
    """By the model that its kind needs, whatever key it has."""
    path = folder / "x.hvae"
    coded = files.read(path)
    known = _code_model(folder, "gaussian" if coded.kind == files.IMAGES else "bernoulli")
    return files.decoded(known, coded._replace(key=known.key), path)


@functools.cache
def _code_model(folder: Path, family: str) -> codec.Codec:
    return codec.stored(folder, family)


def _judge(folder: Path) -> None:
    card = classifier.ClassifierCard(
        method="mlp", shape=[2, 3], classes=["a", "b"], width=4, epoch=1, accuracy=0.5
    )
    classifier.save(folder, card, classifier.build(card.shape, 4, 2, 0))


def _judges(folder: Path) -> st.SearchStrategy[bytes]:
    _judge(folder)
    return _texts((folder / "classifier.json").read_text())


def _described(folder: Path) -> st.SearchStrategy[bytes]:
    """Prepared items: the file and its metadata."""
    x = RANDOM.integers(0, 17, (30, 6)).astype(np.uint8)
    names = ("index", "label", "target")
    columns = dict.fromkeys(names, np.arange(30) % 3) | {"x": tables.vectors(x, pa.uint8())}
    table = pa.table(columns | {"target": RANDOM.random(30)})
    meta = {"shape": [2, 3], "classes": ["a", "b", "c"], "bounded": True, "levels": 17}

    def written(text: str) -> bytes:
        found = json.loads(text)
        described = {k: json.dumps(v) for k, v in found.items()} if isinstance(found, dict) else {}
        content = io.BytesIO()
        pq.write_table(table.replace_schema_metadata(described), content)
        return content.getvalue()

    text = json.dumps(meta)
    return mutated([Sample(written(text))]) | mutated_json(text).map(written)


def _latents() -> dict[str, Any]:
    columns = {f"z{k}_{part}": _vectors(k) for k in (1, 2) for part in ("mean", "std", "sample")}
    return {"index": np.arange(30), "label": np.arange(30) % 2} | columns


def _own() -> list[dict[str, Any]]:
    whole = _latents() | {"rate_1": np.ones(30), "rate_2": np.ones(30)}
    listed = {k: v.to_pylist() if "_" in k and "z" in k else v for k, v in whole.items()}
    return [whole, listed | {"label": ["a", "b"] * 15}]


def _images() -> list[Sample]:
    def saved(kind: str, **options: Any) -> Sample:
        content = io.BytesIO()
        pixels = RANDOM.integers(0, 256, (8, 8, 3)).astype(np.uint8)
        Image.fromarray(pixels).save(content, kind, **options)
        return Sample(content.getvalue())

    more = [saved("TIFF", compression="tiff_lzw"), saved("JPEG", progressive=True)]
    return [*map(saved, image_folder.FORMATS), *more]


def _idx() -> list[Sample]:
    content = published.idx(np.zeros((9, 5, 4)))
    return [Sample(gzip.compress(content)), Sample(content, gzip.compress)]


NAMES = tuple(colour_images.CIFAR_FILE.contents)


def _tarball() -> list[Sample]:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:") as archive:
        for name in [*NAMES, "cifar-10-batches-bin/" + "long" * 30]:
            info = tarfile.TarInfo(name)
            info.size = 3073
            archive.addfile(info, io.BytesIO(bytes(3073)))
    plain = content.getvalue()
    return [Sample(gzip.compress(plain)), *[Sample(plain, lambda c: gzip.compress(c, 1))] * 3]


def _read_tarball(folder: Path) -> None:
    path = folder / "cifar.tar.gz"
    for name, content in colour_images.members(path, colour_images.CIFAR_FILE).items():
        colour_images.records(content, f"{path}, {name}")


def _numpy() -> list[Sample]:
    arrays = {"x": RANDOM.random((6, 4)), "labels": np.arange(6) % 2, "target": np.arange(6.0)}
    found = []
    for save in (np.savez, np.savez_compressed):
        content = io.BytesIO()
        save(content, **arrays)
        found.append(Sample(content.getvalue()))
    for name, array in arrays.items():
        member = io.BytesIO()
        np.save(member, array)
        found.append(Sample(member.getvalue(), _zipped(name, arrays)))
    return found


def _zipped(name: str, arrays: dict[str, Any]) -> Callable[[bytes], bytes]:
    """An archive with one changed member."""

    def wrap(content: bytes) -> bytes:
        whole = io.BytesIO()
        np.savez_compressed(whole, **{key: a for key, a in arrays.items() if key != name})
        with zipfile.ZipFile(whole, "a") as archive:
            archive.writestr(f"{name}.npy", content)
        return whole.getvalue()

    return wrap


def _x() -> list[dict[str, Any]]:
    labels = np.arange(30) % 2
    return [
        {"x": _vectors(4), "label": labels, "target": np.arange(30.0)},
        {"x": RANDOM.integers(0, 9, (30, 4)).tolist(), "label": [str(one) for one in labels]},
    ]


@functools.cache
def _chosen(source: str, folder: Path, **values: Any) -> Any:
    return published.options(source, raw_dir=folder, **values)


def _params() -> str:
    import yaml

    from hvae.config.base import parse as checked
    from hvae.config.params import Params
    from hvae.results.parameters import record
    from tests.conftest import ROOT

    return record(checked(Params, yaml.safe_load((ROOT / "params.yaml").read_text())))


def parsers(folder: Path) -> dict[str, Parser]:
    """The parsers by name; correct files are made in `folder`."""
    name = CARD.name
    points = mutated([Sample(_points())])
    return {
        "weights": Parser(f"{name}.safetensors", _weights(folder), _read_weights),
        "card": Parser(
            f"{name}.json", _card(folder), lambda at: checkpoint.stored(at, name), _save_model
        ),
        "classifier": Parser("classifier.json", _judges(folder), classifier.load, _judge),
        "table": Parser(
            "t.parquet", points, lambda at: tables.read_named("points", at / "t.parquet", 2)
        ),
        "prepared": Parser(
            "p.parquet", _described(folder), lambda at: prepared.read(at / "p.parquet")
        ),
        "latents": Parser(
            "z.parquet", _tables(_latents()), lambda at: store.read(at / "z.parquet")
        ),
        "own": Parser("z.parquet", _tables(*_own()), lambda at: own.read(at / "z.parquet")),
        "parquet": Parser(
            "data.parquet",
            _tables(*_x()),
            lambda at: array_files.load_parquet(_chosen("parquet", at), 0),
        ),
        "npz": Parser(
            "data.npz", mutated(_numpy()), lambda at: array_files.load_npz(_chosen("npz", at), 0)
        ),
        "idx": Parser(
            "i.gz", mutated(_idx()), lambda at: parse_idx(gunzip(at / "i.gz"), at / "i.gz")
        ),
        "cifar": Parser("cifar.tar.gz", mutated(_tarball()), _read_tarball),
        "image": Parser(
            "i.png",
            mutated(_images()),
            lambda at: image_folder.picture(at / "i.png", _chosen("image-folder", at, size=8)),
        ),
        "json": Parser(
            "g.json",
            _texts('{"a": [1, {"b": 2.5}]}'),
            lambda at: storage.json_object(at / "g.json"),
        ),
        "code": Parser("x.hvae", mutated(_codes(folder)), _read_code, _code_models),
        "params": Parser("params.json", _texts(_params()), recorded),
    }
