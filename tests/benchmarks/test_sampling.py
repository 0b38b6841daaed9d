import numpy as np
import pytest

TINY = {"image_size": 16, "latent_dim": 3, "filters": 2, "threads": 1, "compile": False}


def test_what_is_timed_is_what_the_generator_makes():
    import sampling

    side = sampling.KerasSide(TINY)
    made = side.images(sampling.OURS, 3)
    np.testing.assert_allclose(made, side.model.generator(sampling.latents(3, 3)), atol=1e-5)
    assert side.calls(sampling.OURS, 3, 2)["processor_seconds"] > 0.0


def test_all_ways_of_pytorch_make_the_same(monkeypatch):
    torch = pytest.importorskip("torch")
    import sampling

    monkeypatch.setattr(torch, "set_num_threads", lambda threads: None)
    side = sampling.TorchSide(TINY)
    ways = side.describe()["ways"]
    assert ways == [sampling.EAGER, sampling.LAST, sampling.SCRIPT]
    first, *others = (side.images(way, 3) for way in ways)
    assert first.shape == (3, 3, 16, 16)
    for other in others:
        np.testing.assert_allclose(other, first, atol=1e-5)
    assert side.describe()["parameters"] == sampling.KerasSide(TINY).describe()["parameters"]
