"""Suffix densities of a model against loops over single pairs, and the memory that they take."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from scipy.stats import norm

from hvae.information import measure
from hvae.information.measure import suffix_rows
from hvae.information.pairwise import gaussian_rows
from hvae.latents.measure import encode
from tests.conftest import built, small

WIDTHS = {1: [3], 2: [4, 2], 3: [3, 1, 2]}


def some_model(latents, width=16, shape=(5,), **choices):
    """Random weights, larger than at the start of training, so that posteriors differ by item."""
    model = built(latents, shape, width, sigma=0.3, **choices)
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(2)
    return model.eval().requires_grad_(False)


def some_items(count, inputs=5):
    return torch.rand(count, inputs, generator=torch.Generator().manual_seed(1))


def together(rows):
    return np.concatenate(list(rows), axis=1)


def pair_by_pair(model, x, z):
    """Σ_{k≥l} log q(z_{k,i} | z_{>k,i}, x_j), one pair at a time: [l, i, j]."""
    layers, items = len(z), len(x)
    found = np.zeros((layers, items, items))
    for i in range(items):
        for j in range(items):
            features = model.bottom_up(x[j])
            for lowest in range(layers):
                for layer in range(lowest, layers):
                    above = [z[k][i] for k in range(layer + 1, layers)]
                    prior = model.prior_of(layer, above)
                    q = model.posterior_of(layer, features[layer], above, prior)
                    found[lowest, i, j] += norm.logpdf(z[layer][i], q.mean, q.std).sum()
    return found


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_every_pair_and_suffix_equals_its_own_loop(layers):
    model, x = some_model(WIDTHS[layers]), some_items(7)
    z = encode(model, x, seed=3, split=2, sample=0).z
    expected = pair_by_pair(model, x, z)
    found = together(suffix_rows(model, x, z))
    assert found.dtype == np.float64
    assert expected.std(axis=2).min() > 0.01  # the pairs of a sample do differ
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("inference", ["top-down", "ladder"])
@pytest.mark.parametrize("backbone", ["mlp", "conv", "conv-spatial"])
def test_they_do_for_every_inference_and_backbone(backbone, inference):
    choices = {"shape": (5, 4), "backbone": backbone, "inference": inference}
    model = small(WIDTHS[3], width=8, **choices).double().requires_grad_(False)
    x = 10 * some_items(5, 20).double()  # so that items differ to a model of random weights
    z = encode(model, x, seed=3, split=2, sample=0).z
    expected = pair_by_pair(model, x, z)
    assert expected.std(axis=2).min() > 1e-4
    found = together(suffix_rows(model, x, z))
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)


TOP = {"family": "categorical", "variables": 2, "categories": 3}


def probability(q, z):
    """∏_v of the probability of the category that is 1, from the mean."""
    return np.log(q.mean.numpy()[z.numpy() == 1]).sum()


@pytest.mark.parametrize("inference", ["top-down", "ladder"])
@pytest.mark.parametrize("latents", [[6], [3, 6]])
def test_they_do_for_a_categorical_top(latents, inference):
    model, x = some_model(latents, top=TOP, inference=inference), 5 * some_items(7)
    z = encode(model, x, seed=3, split=2, sample=0).z
    found = together(suffix_rows(model, x, z))
    top = len(latents) - 1
    for i in range(7):
        for j in range(7):
            features = model.bottom_up(x[j])
            q = model.posterior_of(top, features[top], [], model.prior_of(top, []))
            expected = probability(q, z[top][i])
            assert found[top, i, j] == pytest.approx(expected, rel=1e-4, abs=1e-5)
            if top:
                prior = model.prior_of(0, [z[1][i]])
                q = model.posterior_of(0, features[0], [z[1][i]], prior)
                expected += norm.logpdf(z[0][i], q.mean, q.std).sum()
                assert found[0, i, j] == pytest.approx(expected, rel=1e-4, abs=1e-4)
    assert found.std(axis=2).min() > 0.01


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_a_sample_with_its_own_item_has_the_posteriors_density(layers):
    model, x = some_model(WIDTHS[layers]), some_items(20)
    terms = encode(model, x, seed=3, split=2, sample=0)
    own = [q.log_prob(z).numpy() for q, z in zip(terms.posteriors, terms.z, strict=True)]
    found = np.diagonal(together(suffix_rows(model, x, terms.z)), axis1=1, axis2=2)
    for lowest in range(layers):
        np.testing.assert_allclose(found[lowest], sum(own[lowest:]), rtol=1e-4, atol=1e-4)


def test_the_top_layer_needs_its_means_and_deviations_alone():
    model, x = some_model(WIDTHS[3]), some_items(20)
    terms = encode(model, x, seed=3, split=2, sample=0)
    found = together(suffix_rows(model, x, terms.z))[-1]
    known = together(gaussian_rows(*terms.posteriors[-1], terms.z[-1]))[0]
    np.testing.assert_allclose(found, known, rtol=1e-6)


@pytest.mark.parametrize("rows", [1, 40, 200])
@pytest.mark.parametrize("numbers", [1, 3000])
def test_chunks_of_any_size_give_the_same(monkeypatch, rows, numbers):
    model, x = some_model(WIDTHS[3]), some_items(17)
    z = encode(model, x, seed=3, split=2, sample=0).z
    whole = list(suffix_rows(model, x, z))
    assert len(whole) == 1
    monkeypatch.setattr(measure, "ROWS", rows)
    monkeypatch.setattr(measure, "NUMBERS", numbers)
    parts = list(suffix_rows(model, x, z))
    assert len(parts) > 1
    np.testing.assert_allclose(together(parts), whole[0], rtol=1e-4, atol=1e-4)


def test_networks_see_few_pairs_at_once_however_wide_they_are():
    model, x = some_model([300, 3], width=1500), some_items(60)
    z = encode(model, x, seed=3, split=2, sample=0).z
    seen = []
    model.posterior[0].register_forward_hook(
        lambda head, inputs, output: seen.append(sum(part.numel() for part in inputs))
    )
    assert together(suffix_rows(model, x, z)).shape == (2, 60, 60)
    assert len(seen) > 2
    assert max(seen) <= measure.NUMBERS


MEASURED = """
import resource, torch
from hvae.information.measure import suffix_rows
from hvae.information.pairwise import from_rows
from tests.conftest import built

torch.set_num_threads(1)
items = 1600
model = built([16, 4], (8,), 48).eval().requires_grad_(False)
x = torch.rand(items, 8)
z = model(x, [torch.randn(items, width) for width in (16, 4)]).z
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
from_rows(suffix_rows(model, x, z))
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_memory_stays_far_below_what_all_pairs_would_take():
    # 1600² pairs of 48 + 4 inputs alone are 0.5 GB, their hidden units and posteriors 2 GB more
    run = subprocess.run(
        [sys.executable, "-c", MEASURED], capture_output=True, text=True, check=True
    )
    assert int(run.stdout) < 300
