"""Writes the golden data for features of time series: parameters fitted by aeon, series, and aeon's features.

    python3 -m venv .venv && .venv/bin/pip install aeon==1.6.0 numba==0.63.1 numpy==2.3.5 torch==2.15.0
    .venv/bin/python Tools/golden/make_feature_golden.py

Writes Tests/TimeSeriesFeaturesTests/Golden/*.safetensors: the tensors of a parameter file, `input` [cases, channels, points]
and `features` [cases, features]; versions and seed are in the metadata. Names as arguments make
these alone. Series are random walks with a constant stretch.
"""

import pathlib
import sys
from itertools import combinations

import aeon
import numba
import numpy as np
import torch
from aeon.transformations.collection.convolution_based import HydraTransformer, MiniRocket, MultiRocket, Rocket

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tools" / "features"))
from export_aeon import parameters, write_safetensors  # noqa: E402

SEED = 7
OUT = ROOT / "Tests" / "TimeSeriesFeaturesTests" / "Golden"


def series(cases, channels, points, seed):
    random = np.random.RandomState(seed)
    x = random.normal(size=(cases, channels, points)).cumsum(-1).astype(np.float32)
    x[0, 0, points // 3 : points // 2] = x[0, 0, points // 3]
    return x.astype(np.float64)  # exact in float32; aeon scales Rocket's series in this type


def response(x, dilation, taps, shift=0):
    """The response of one channel in float32, in the transform's order of sums."""
    x = x.astype(np.float32)
    length = len(x)

    def at(g):
        y = np.zeros(length, np.float32)
        t = np.arange(length) + (g - 4) * dilation
        inside = (t >= 0) & (t < length)
        y[inside] = x[t[inside]]
        return y

    total = -x
    for g in (0, 1, 2, 3, 5, 6, 7, 8):
        total = total + -at(g)
    for g in taps:
        total = total + np.float32(3) * at(g)
    return total


def on_responses(transform, x):
    """Sets every bias to an exact value of a response: a count is correct only if every sum is rounded in the same way."""
    is_multi = isinstance(transform, MultiRocket)  # for one channel, and only the series
    if is_multi:
        dilations, per_kernel, biases = transform.parameter
        counts, listed = np.ones(84 * len(dilations), int), np.zeros(84 * len(dilations), int)
    else:
        counts, listed, dilations, per_kernel, biases = transform.parameters
    place, combination, start = 0, 0, 0
    biases = biases.copy()
    for dilation, count in zip(dilations, per_kernel):
        for taps in combinations(range(9), 3):
            chosen = listed[start : start + counts[combination]]
            r = response(x[1][chosen[0]], dilation, taps)
            for channel in chosen[1:]:
                r = r + response(x[1][channel], dilation, taps)
            for q in range(count):
                biases[place] = r[(place * 7) % len(r)]
                place += 1
            start += counts[combination]
            combination += 1
    if is_multi:
        transform.parameter = (dilations, per_kernel, biases)
    else:
        transform.parameters = (counts, listed, dilations, per_kernel, biases)


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    cases = {
        "minirocket": (MiniRocket(n_kernels=3000, random_state=SEED), (3, 1, 150), None),
        "minirocket-channels": (MiniRocket(n_kernels=1000, random_state=SEED), (3, 6, 98), None),
        "minirocket-ties": (MiniRocket(n_kernels=1000, random_state=SEED), (3, 1, 131), on_responses),
        "minirocket-ties-channels": (MiniRocket(n_kernels=1000, random_state=SEED), (3, 5, 76), on_responses),
        "minirocket-long": (MiniRocket(n_kernels=1000, random_state=SEED), (2, 1, 1300), None),
        "multirocket": (MultiRocket(n_kernels=500, random_state=SEED), (3, 1, 140), None),
        "multirocket-channels": (MultiRocket(n_kernels=300, random_state=SEED), (3, 4, 87), None),
        "multirocket-ties": (MultiRocket(n_kernels=300, random_state=SEED), (3, 1, 94), on_responses),
        "rocket": (Rocket(n_kernels=500, random_state=SEED), (3, 1, 120), None),
        "rocket-channels": (Rocket(n_kernels=200, random_state=SEED), (3, 5, 90), None),
        "hydra": (HydraTransformer(random_state=SEED, output_type="numpy"), (2, 1, 100), None),
        "hydra-channels": (HydraTransformer(n_groups=16, random_state=SEED, output_type="numpy"), (3, 5, 77), None),
    }
    for index, (name, (transform, shape, change)) in enumerate(cases.items()):
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        x = series(*shape, seed=SEED + index)
        transform.fit(x)
        if change:
            change(transform, x)
        features = np.asarray(transform.transform(x), dtype=np.float32)
        tensors, metadata = parameters(transform, shape[1])
        metadata |= {
            "seed": SEED,
            "versions": f"aeon {aeon.__version__}, numpy {np.__version__}, numba {numba.__version__}, torch {torch.__version__}",
        }
        tensors |= {"input": x, "features": features}
        write_safetensors(OUT / f"{name}.safetensors", tensors, metadata)
        print(name, features.shape)


if __name__ == "__main__":
    main()
