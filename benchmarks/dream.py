"""Steps per second of dreams, many at once, and of the game that they are dreams of.

    python benchmarks/dream.py
    python benchmarks/dream.py --dtype mixed_bfloat16
    python benchmarks/dream.py --latent-dim 32 --units 128 --filters 16

Dreams are those of a vision and a memory of the paper's sizes for Doom, of random weights; the game
is ViZDoom's `take_cover`, each of whose steps takes four tics and gives a frame of 64x64 pixels.
Both take turns in one process, and act at random. Ratios are taken within a round; the median over
rounds and the range are printed.
"""

import argparse
import os
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras_gan_zoo as kgz  # before TensorFlow: it has it use oneDNN

# isort: split
import numpy as np
import tensorflow as tf


def steps_per_second(step, count, seconds):
    """How often `step`, which takes `count` steps, can be called, over so many seconds."""
    begin, calls = time.perf_counter(), 0
    while time.perf_counter() - begin < seconds:
        step()
        calls += 1
    return count * calls / (time.perf_counter() - begin)


def game_side(settings):
    env = kgz.environments.DoomTakeCover(frame_skip=settings.frame_skip)
    env.reset(seed=0)
    env.action_space.seed(0)

    def step():
        *_, terminated, truncated, _ = env.step(env.action_space.sample())
        if terminated or truncated:
            env.reset()

    return step


def dream_side(settings):
    latent_dim = settings.latent_dim
    vision = kgz.models.WorldModelVAE(latent_dim=latent_dim, filters=settings.filters, seed=0)
    sizes = {"latent_dim": latent_dim, "units": settings.units}
    memory = kgz.models.MDNRNN(**sizes, dtype=settings.dtype, seed=0)
    frames = np.random.default_rng(0).integers(0, 256, (100, 64, 64, 3), dtype="uint8")
    env = kgz.environments.DreamEnv(vision, memory, frames, settings.dreams)
    env.reset(seed=0)
    env.action_space.seed(0)
    return lambda: env.step(env.action_space.sample())


def main():
    """Prints a line for each side, and one for their ratio."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    number = {"type": int, "metavar": "N"}
    parser.add_argument("--dreams", default=1024, **number, help="dreams at once [1024]")
    parser.add_argument("--latent-dim", default=64, **number, help="of V and M [64]")
    parser.add_argument("--filters", default=32, **number, help="of V [32]")
    parser.add_argument("--units", default=512, **number, help="of M [512]")
    parser.add_argument("--frame-skip", default=4, **number, help="tics of a step [4]")
    parser.add_argument("--rounds", default=7, **number, help="turns of each side [7]")
    parser.add_argument("--seconds", default=2.0, type=float, help="of a turn [2]")
    parser.add_argument("--dtype", default="float32", choices=("float32", "mixed_bfloat16"))
    parser.add_argument(
        "--threads", default=os.cpu_count(), **number, help="of a dream's operations [all cores]"
    )
    settings = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(settings.threads)
    sides = {
        "the game": (game_side(settings), 1),
        "dreams": (dream_side(settings), settings.dreams),
    }
    for step, _ in sides.values():  # so that graphs are traced
        for _ in range(3):
            step()
    found = {name: [] for name in sides}
    for _ in range(settings.rounds):
        for name, (step, count) in sides.items():
            found[name].append(steps_per_second(step, count, settings.seconds))
    for name, speeds in found.items():
        print(f"{name}: {statistics.median(speeds):,.0f} steps/s")
    ratios = [dreams / game for game, dreams in zip(*found.values(), strict=True)]
    said = f"{min(ratios):.1f} to {max(ratios):.1f} over {len(ratios)} rounds"
    print(f"ratio: {statistics.median(ratios):.1f} ({said}); load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
