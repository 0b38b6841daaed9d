import numpy as np
import pytest

TINY = {
    "model": "dcgan",
    "dtype": "float32",
    "latent_dim": 3,
    "image_size": 8,
    "batch_size": 2,
    "filters": 2,
    "steps": 1,
    "threads": 1,
}


def test_exponents_are_slopes_of_the_upper_half():
    import growth

    values = [1, 2, 4, 8, 16, 32]
    amounts = [100.0, 100.0, 100.0, 8.0**1.5, 16.0**1.5, 32.0**1.5]
    assert growth.exponent(values, amounts) == pytest.approx(1.5)
    assert growth.exponent([4, 8], [3.0, 6.0]) == pytest.approx(1.0)  # two points always count
    assert growth.exponent([4, 8, 16], [9.0, 1.0, 4.0]) == pytest.approx(2.0)


def test_both_sides_of_a_point_are_the_same_networks(monkeypatch):
    """Oracle: the parameters of the layers, by hand."""
    torch = pytest.importorskip("torch")
    import growth

    monkeypatch.setattr(torch, "set_num_threads", lambda threads: None)
    points = {name: growth.Point(name, TINY).measure() for name in (growth.OURS, growth.PEER)}
    # A dense layer to 4x4x2, its batch normalisation, a convolution of 5x5; the same, and a unit.
    generator = 3 * 32 + 2 * 32 + 25 * 2 * 3
    discriminator = 25 * 3 * 2 + 2 * 16
    for point in points.values():
        assert point["parameters"] == [generator, discriminator]
        assert point["seconds"]["median"] > 0.0


def test_points_after_one_over_the_limits_are_left_out(monkeypatch):
    import growth

    tried = []

    def at_point(settings):
        tried.append([settings[axis] for axis in growth.MIDDLE])
        seconds = settings["batch_size"] / 16.0
        side = {"seconds": {"median": seconds}, "megabytes": 10.0, "step_gflop": seconds}
        return {growth.OURS: side, growth.PEER: side}

    monkeypatch.setattr(growth, "at_point", at_point)
    settings = {"image_size": [32, 64], "batch_size": [8, 16, 32, 64], "filters": [32, 64]}
    limits = {"most_seconds": 1.5, "most_megabytes": 100}

    class Console:
        print = staticmethod(lambda text: None)

    axes = growth.measure({**settings, **limits}, Console)
    assert list(axes["batch_size"]) == [8, 16, 32]
    assert list(axes["image_size"]) == [32, 64]
    assert len(tried) == len({tuple(one) for one in tried}) == 5  # the middle once for all axes
    found = growth.exponents(axes["batch_size"])
    assert found["operations"] == pytest.approx(1.0)
    np.testing.assert_allclose(found[growth.PEER]["megabytes"], 0.0, atol=1e-9)
