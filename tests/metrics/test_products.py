import numpy as np
import pytest

from keras_gan_zoo import metrics, processor
from keras_gan_zoo.metrics import products


@pytest.fixture(params=[True, False], ids=["TensorFlow", "NumPy"])
def way(request, monkeypatch):
    """Each library in its turn, for products of any size."""
    monkeypatch.setattr(products, "LEAST", 1)
    monkeypatch.setattr(products, "_wide", lambda: request.param)


@pytest.mark.parametrize("dtype, tolerance", [("float32", 1e-6), ("float64", 1e-15)])
def test_equal_the_definition(way, dtype, tolerance):
    """Oracle: sums of float64, to what float32 sums of 50 products may lose."""
    random = np.random.default_rng(0)
    a, b = random.standard_normal((30, 50)).astype(dtype), random.standard_normal((7, 50))
    b = b.astype(dtype)
    exact = a.astype("float64"), b.astype("float64")
    close = {"rtol": 0, "atol": 50 * tolerance}
    np.testing.assert_allclose(products.across(a, b), exact[0] @ exact[1].T, **close)
    for rows, whole in ((a, exact[0] @ exact[0].T), (a.T, exact[0].T @ exact[0])):
        gram = products.UpperGram(rows, out=np.empty(whole.shape, dtype))
        for start in range(0, len(rows), 8):
            strip = gram.rows(start, start + 8)
            assert strip.dtype == dtype
            np.testing.assert_allclose(strip, whole[start : start + 8, start:], **close)


def test_metrics_do_not_depend_on_the_library(way):
    """Oracle: the metrics of the same numbers as float64, which NumPy alone multiplies."""
    random = np.random.default_rng(1)
    real, fake = np.maximum(random.standard_normal((2, 600, 40)) + 0.3, 0.0).astype("float32")
    double = real.astype("float64"), fake.astype("float64")
    distance = metrics.frechet_distance_from_features
    assert distance(real, fake) == pytest.approx(distance(*double), rel=1e-5)
    blocks = {"block_size": 300}
    np.testing.assert_allclose(
        metrics.kernel_distance(real, fake, **blocks),
        metrics.kernel_distance(*double, **blocks),
        rtol=0,
        atol=1e-8,
    )
    assert metrics.precision_recall(real, fake) == metrics.precision_recall(*double)


@pytest.mark.parametrize(
    "flags, said, expected",
    [
        ({"avx2", "avx512f"}, None, True),
        ({"avx2", "avx512f"}, "0", False),
        ({"avx2"}, "1", False),
        (None, None, False),
    ],
)
def test_tensorflow_multiplies_where_it_uses_more_of_the_processor(
    monkeypatch, flags, said, expected
):
    monkeypatch.setattr(processor, "features", lambda: flags)
    monkeypatch.delenv(processor.ONEDNN, raising=False)
    if said is not None:
        monkeypatch.setenv(processor.ONEDNN, said)
    assert products._wide.__wrapped__() is expected
