import numpy as np

TINY = {"samples": 50, "batch_size": 64, "seed": 0, "threads": 1}


def test_the_example_trains_between_marks_and_is_measured(monkeypatch):
    """The clock goes on from mark to mark; what is measured are images of its generator."""
    import keras_example
    import quality_per_minute
    import tensorflow as tf

    import keras_gan_zoo as kgz

    images = np.random.default_rng(0).uniform(-1, 1, (8, 28, 28, 1)).astype("float32")
    data = tf.data.Dataset.from_tensors(images)
    monkeypatch.setattr(keras_example, "dataset", lambda name, batch_size: data)
    monkeypatch.setattr(quality_per_minute, "FILTERS", 2)
    measured = []

    def evaluate(samples, against, **options):
        measured.append((samples.shape, against, options["num_samples"]))
        return {"metrics": {"fid[fashion_mnist]": 3.0}}

    monkeypatch.setattr(kgz.evaluation, "evaluate", evaluate)
    side = quality_per_minute.ExampleSide(TINY)
    first = side.until(0.0001)
    second = side.until(first["minutes"] + 0.0001)
    assert first["fid"] == 3.0 and first["steps"] >= 1
    assert second["steps"] > first["steps"]
    assert second["minutes"] > first["minutes"] + 0.0001
    assert measured == [((50, 28, 28, 1), "fashion_mnist", 50)] * 2


def test_the_data_of_the_example_are_the_images_of_the_data_set():
    import keras_example

    from keras_gan_zoo.datasets import builtin

    images, _ = builtin.fashion_mnist_mini("train", 0)
    batches = [np.array(batch) for batch in keras_example.dataset("fashion_mnist_mini", 64)]
    assert {batch.shape for batch in batches} == {(64, 28, 28, 1)}
    assert len(batches) == len(images) // 64
    assert min(map(np.min, batches)) == -1.0 and max(map(np.max, batches)) == 1.0
    known = {one.tobytes() for one in images}
    back = np.round((np.concatenate(batches) + 1.0) * 127.5).astype("uint8")
    assert all(one.tobytes() in known for one in back)


def test_the_recipe_side_trains_the_recipe(monkeypatch):
    import quality_per_minute

    from keras_gan_zoo.recipes import recipe, train

    monkeypatch.setattr(train, "load_data", lambda chosen: chosen.training.batch_size)
    side = quality_per_minute.RecipeSide(TINY)
    chosen = recipe.load_recipe(quality_per_minute.RECIPE)
    assert side._data == 64 and side.samples() is side.model
    assert side.model.latent_dim == chosen.arguments["latent_dim"]
    assert side.steps() == 0 and side.describe()["parameters"] == [578273, 286336]
