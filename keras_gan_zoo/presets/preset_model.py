"""What makes a model loadable from presets."""

from keras_gan_zoo.presets.loader import from_preset
from keras_gan_zoo.presets.registry import presets_of
from keras_gan_zoo.presets.saver import save_to_preset


class _Presets:
    """A property of the class, not of its instances."""

    def __get__(self, instance, owner):
        return presets_of(owner)


class PresetModel:
    """Mixin with `from_preset`, `save_to_preset` and `presets`.

    The model defines `preset_networks() -> {name: network}`, the networks a preset ships, and
    `preset_loaded(facts)`, called once a fresh model's networks have received their weights.
    """

    presets = _Presets()

    @classmethod
    def from_preset(cls, preset: str, *, load_weights: bool = True, **overrides):
        """Loads a trained model of this class; see `kgz.models.from_preset`."""
        return from_preset(preset, cls, load_weights=load_weights, **overrides)

    def save_to_preset(self, folder, metadata: dict | None = None, picture=None, dtype=None):
        """Writes this model as a preset; see `kgz.presets.save_to_preset`."""
        save_to_preset(self, folder, metadata, picture, dtype)

    def preset_facts(self) -> dict:
        """What a preset's metadata must say for `preset_loaded`. Nothing by default."""
        return {}

    def preset_loaded(self, facts: dict | None = None):
        """Called after loading, with the preset's metadata. Does nothing by default."""
