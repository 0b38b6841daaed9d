"""What happens without the extra."""

import sys

import pytest

import keras_gan_zoo as kgz


@pytest.mark.parametrize("name", ["DoomTakeCover", "DreamEnv"])
def test_the_error_names_the_extra(name, monkeypatch):
    for module in [one for one in sys.modules if one.startswith("keras_gan_zoo.environments.")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "gymnasium", None)
    with pytest.raises(ImportError, match=r"'gymnasium'.*pip install 'keras-gan-zoo\[world-models"):
        getattr(kgz.environments, name)


def test_other_names_are_not_there():
    with pytest.raises(AttributeError, match="no attribute 'Atari'"):
        kgz.environments.Atari  # noqa: B018
