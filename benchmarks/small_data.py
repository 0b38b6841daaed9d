"""StyleGAN2 on few images, with and without adaptive discriminator augmentation, in equal time.

    python benchmarks/small_data.py --augment none
    python benchmarks/small_data.py --augment ada

A row every few minutes of processor time, in which measuring is not counted: the Frechet distance
to the images that were held out, and two heuristics of overfitting (Karras et al. 2020, arXiv
2006.06676, equation 1). `r_t` is the mean sign of the discriminator's logits on the images that it
is trained on, augmented as in training; `r_v` says where its mean logit on held-out images lies
between those on training images (0) and those on generated ones (1).
"""

import argparse
import time

import keras
import numpy as np

import keras_gan_zoo as kgz

SIDE, LATENTS, BATCH = 32, 64, 32


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--augment", choices=["none", "ada"], default="ada")
    parser.add_argument("--data", default="fashion_mnist")
    parser.add_argument("--images", type=int, default=1000, help="to train on")
    parser.add_argument("--cpu-minutes", type=float, default=15.0, help="of training")
    parser.add_argument("--marks", type=int, default=5, help="how often to measure")
    parser.add_argument("--samples", type=int, default=10_000, help="to measure")
    parser.add_argument("--ramp", type=float, default=100_000, help="`AdaptiveAugment.samples`")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    keras.utils.set_random_seed(arguments.seed)
    train, held_out = (
        first_images(arguments.data, split, arguments.images) for split in ("train", "test")
    )
    model = built(train.shape[-1], arguments)
    steps, spent = 0, 0.0
    for mark in range(1, arguments.marks + 1):
        while spent < 60 * arguments.cpu_minutes * mark / arguments.marks:
            start = time.process_time()
            model.fit(train, batch_size=BATCH, verbose=0)
            spent += time.process_time() - start
            steps += len(train) // BATCH
        scores = kgz.evaluation.evaluate(
            model,
            arguments.data,
            split="test",
            metrics=["fid"],
            image_size=SIDE,
            num_samples=arguments.samples,
        )["metrics"]
        report = {
            "minutes": spent / 60,
            "steps": steps,
            **scores,
            **heuristics(model, train, held_out),
        }
        print(", ".join(f"{name} {value:.4g}" for name, value in report.items()), flush=True)


def first_images(data, split, count):
    """So many images of a data set, in the order of a seed."""
    batches = kgz.datasets.load(data, split, SIDE, count, seed=0, labels=False)
    return next(iter(batches)).numpy()


def built(channels, arguments):
    """That of `stylegan2_fashion_mnist` at half its width, with the authors' R1 for 32 pixels."""
    augment = {"none": None, "ada": kgz.families.AdaptiveAugment(samples=arguments.ramp)}
    model = kgz.models.StyleGAN2(
        (SIDE, SIDE, channels),
        LATENTS,
        style_dim=64,
        mapping_layers=2,
        filters=16,
        max_filters=32,
        path_length_weight=0.0,
        style_mixing=0.0,
        penalties=[kgz.penalties.R1(0.01, every=16)],
        augment=augment[arguments.augment],
        seed=arguments.seed,
    )
    model.compile()
    return model


def heuristics(model, train, held_out) -> dict:
    """`r_t`, `r_v`, and the probability of augmentation."""
    generated = model.generate(len(train), seed=1).numpy()
    critic = model.critic
    change = critic.adaptive or (lambda images: images)

    def logits(images):
        parts = np.array_split(images, len(images) // 100 or 1)
        return np.concatenate([model.discriminator(change(part)) for part in parts])

    on_train, on_held_out, on_generated = map(logits, (train, held_out, generated))
    reached = (on_train.mean() - on_held_out.mean()) / (on_train.mean() - on_generated.mean())
    probability = float(critic.adaptive.probability) if critic.adaptive else 0.0
    return {"r_t": np.sign(on_train).mean(), "r_v": reached, "probability": probability}


if __name__ == "__main__":
    main()
