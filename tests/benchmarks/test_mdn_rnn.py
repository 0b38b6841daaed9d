import numpy as np
import pytest

TINY = {"batch_size": 2, "steps": 4, "latent_dim": 3, "units": 4, "threads": 1}


@pytest.mark.parametrize("fused", [True, False])
def test_both_forms_of_pytorch_have_our_losses_and_updates(monkeypatch, fused):
    """From the same weights, with latents without spread, after Adam's first step, too."""
    torch = pytest.importorskip("torch")
    import mdn_rnn

    monkeypatch.setattr(torch, "set_num_threads", lambda threads: None)
    monkeypatch.setattr(mdn_rnn, "SPREAD", 1e-13)
    ours, theirs = mdn_rnn.KerasSide(TINY), mdn_rnn.TorchSide(TINY, fused)
    theirs.load(ours.weights())
    np.testing.assert_allclose(theirs.losses(), ours.losses(), rtol=1e-5)
    for side in (ours, theirs):
        assert side.train(1)["processor_seconds"] > 0.0
    np.testing.assert_allclose(theirs.losses(), ours.losses(), rtol=1e-4)
