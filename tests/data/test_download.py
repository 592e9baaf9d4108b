"""Downloads from a local server: whole and as published, or not at all."""

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hvae.data import colour_images, sources
from hvae.errors import InputError
from tests.data import published
from tests.data.published import options


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder and the address that serves it."""
    folder = tmp_path / "served"
    folder.mkdir()
    handler = functools.partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield folder, f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_files_are_downloaded_once_as_published(
    served: tuple[Path, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder, url = served
    published.write_idx(folder)
    published.know_idx(monkeypatch, folder, url)
    monkeypatch.chdir(tmp_path)
    first = sources.load(options("mnist"), 0)
    assert "downloading train-images-idx3-ubyte.gz: 100%" in capsys.readouterr().err
    raw = Path("data/raw/mnist")
    assert sorted(path.name for path in raw.iterdir()) == sorted(published.IDX)
    for name in published.IDX:
        assert (raw / name).read_bytes() == (folder / name).read_bytes()
        (folder / name).unlink()
    # binary MNIST is made of the same files
    assert (sources.load(options("binary-mnist"), 0).labels == first.labels).all()


def test_the_next_mirror_is_tried(
    served: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, url = served
    published.write_cifar(folder)
    published.know_cifar(monkeypatch, folder, url)
    urls = (f"{url}moved/away", f"{published.NOWHERE}gone", *colour_images.CIFAR_FILE.urls)
    monkeypatch.setattr(colour_images, "CIFAR_FILE", colour_images.CIFAR_FILE._replace(urls=urls))
    monkeypatch.chdir(tmp_path)
    assert len(sources.load(options("cifar10"), 0).x) == 120


def test_another_file_than_published_is_not_kept(
    served: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, url = served
    published.write_cifar(folder)
    published.know_cifar(monkeypatch, folder, url)
    archive = folder / "cifar-10-binary.tar.gz"
    archive.write_bytes(archive.read_bytes()[:-10])
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=rf"the file at {url}\S+ is not the published one"):
        sources.load(options("cifar10"), 0)
    assert not list(Path("data/raw/cifar10").iterdir())


@pytest.mark.parametrize("name", ["mnist", "binary-mnist", "fashion-mnist", "svhn", "cifar10"])
def test_without_a_network_the_way_out_is_named(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        InputError, match=r"cannot be downloaded .*set data\.raw_dir to that folder$"
    ):
        sources.load(options(name), 0)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
