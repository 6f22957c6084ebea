"""Writes `.nam` models of common shapes, with random weights from a seed, for stack-benchmark.

    python Benchmarks/Models/make_models.py FOLDER

The speed of a network does not depend on its weights, so no captures are needed. The weights are scaled so that the
signal neither decays nor saturates. Shapes: the presets of the trainer (`neural-amp-modeler`), and a wide one as people
train it. Needs only the standard library.
"""

import json
import math
import random
import sys
from pathlib import Path

SEED = 1


class Weights(list):
    """The flat list of weights of a model, in the order of the format."""

    def __init__(self):
        self.random = random.Random(SEED)

    def add(self, count, deviation):
        self.extend(self.random.gauss(0, deviation) for _ in range(count))

    def add_layer(self, channels, kernel):
        self.add(channels * channels * kernel, 0.6 / math.sqrt(kernel * channels))
        self.add(channels, 0.1)
        self.add(channels, 0.3)  # mix-in
        self.add(channels * channels, 0.5 / math.sqrt(channels))  # 1x1
        self.add(channels, 0.1)


def file(version, architecture, config, weights):
    return {
        "version": version, "architecture": architecture, "config": config, "weights": weights, "sample_rate": 48000,
    }


def wavenet_a1(first, second, dilations):
    """Two arrays of layers with kernels of 3 and tanh, `first` and `second` channels wide."""
    weights = Weights()
    layers = []
    for inputs, channels, head, dilated, is_last in (
        (1, first, second, dilations[0], False), (first, second, 1, dilations[1], True),
    ):
        layers.append({
            "input_size": inputs, "condition_size": 1, "head_size": head, "channels": channels, "kernel_size": 3,
            "dilations": dilated, "activation": "Tanh", "gated": False, "head_bias": is_last,
        })
        weights.add(channels * inputs, 0.5)
        for _ in dilated:
            weights.add_layer(channels, 3)
        weights.add(head * channels, 0.5 / math.sqrt(channels))
        if is_last:
            weights.add(1, 0.1)
    weights.append(0.02)
    return file("0.5.4", "WaveNet", {"layers": layers, "head": None, "head_scale": 0.02}, weights)


def wavenet_a2(channels):
    """One array of 23 layers with kernels of 6 and 15 and a leaky ReLU."""
    seven = [1, 3, 7, 17, 41, 101, 239]
    dilations = 2 * seven + [1, 13] + seven
    kernels = 14 * [6] + [15, 15] + 7 * [6]
    weights = Weights()
    weights.add(channels, 0.5)
    for kernel in kernels:
        weights.add_layer(channels, kernel)
    weights.add(16 * channels, 0.2)
    weights.add(1, 0.1)
    weights.append(0.02)
    layer = {
        "input_size": 1, "condition_size": 1, "channels": channels, "kernel_sizes": kernels, "dilations": dilations,
        "activation": {"type": "LeakyReLU", "negative_slope": 0.01},
        "head": {"out_channels": 1, "kernel_size": 16, "bias": True},
    }
    return file("0.7.0", "WaveNet", {"layers": [layer], "head": None, "head_scale": 0.02}, weights)


def lstm(layers, units):
    weights = Weights()
    inputs = 1
    for _ in range(layers):
        weights.add(4 * units * (inputs + units), 0.3)
        weights.add(4 * units, 0.3)
        weights.add(2 * units, 0.1)  # the state before the first frame
        inputs = units
    weights.add(units + 1, 0.3)
    return file("0.5.4", "LSTM", {"num_layers": layers, "input_size": 1, "hidden_size": units}, weights)


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    powers = [2**i for i in range(10)]
    twice = (powers, powers)
    staggered = (powers[:7], [128, 256, 512] + powers)
    models = {
        "a1-standard": wavenet_a1(16, 8, twice),
        "a1-lite": wavenet_a1(12, 6, staggered),
        "a1-feather": wavenet_a1(8, 4, staggered),
        "a1-nano": wavenet_a1(4, 2, staggered),
        "a2-full": wavenet_a2(8),
        "a2-lite": wavenet_a2(3),
        "a1-wide": wavenet_a1(32, 8, twice),
        "lstm-1x16": lstm(1, 16),
    }
    for name, model in models.items():
        (folder / f"{name}.nam").write_text(json.dumps(model))


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    main()
