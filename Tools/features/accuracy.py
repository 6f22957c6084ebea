"""Compares accuracies with aeon's on data sets of the aeon package, as means over five seeds.

    python3 -m venv .venv && .venv/bin/pip install aeon==1.6.0 numba==0.63.1 numpy==2.3.5 torch==2.15.0
    .venv/bin/python Tools/features/accuracy.py .build/release/convaudio

Both use the same ridge classifier (scikit-learn's for aeon). Prints one line per transform and data set: the average
number of correct cases of each, the number of cases, and the difference. The exit code is 1 when a difference is larger
than one case.
"""

import pathlib
import re
import subprocess
import sys
import tempfile
import warnings

import aeon.datasets
import numpy as np
from aeon.classification.convolution_based._hydra import _SparseScaler
from aeon.datasets import load_from_ts_file
from aeon.transformations.collection.convolution_based import HydraTransformer, MiniRocket, MultiRocket, Rocket
from sklearn.linear_model import RidgeClassifierCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings("ignore")
DATA = pathlib.Path(aeon.datasets.__file__).parent / "data"
SETS = ["UnitTest", "ArrowHead", "GunPoint", "BasicMotions", "ItalyPowerDemand", "JapaneseVowels_eq"]
TRANSFORMS = {"minirocket": MiniRocket, "multirocket": MultiRocket, "rocket": Rocket, "hydra": HydraTransformer}
SEEDS = range(5)


def path(name, part):
    folder = name.removesuffix("_eq")
    return DATA / folder / f"{name}_{part}.ts"


def theirs(transform, name):
    train, y = load_from_ts_file(str(path(name, "TRAIN")))
    test, truth = load_from_ts_file(str(path(name, "TEST")))
    scaler = _SparseScaler() if transform == "hydra" else StandardScaler(with_mean=False)
    right = []
    for seed in SEEDS:
        pipeline = make_pipeline(
            TRANSFORMS[transform](random_state=seed), scaler, RidgeClassifierCV(alphas=np.logspace(-3, 3, 10)))
        right.append(int((pipeline.fit(train, y).predict(test) == truth).sum()))
    return right, len(truth)


def ours(program, transform, name):
    right = []
    with tempfile.TemporaryDirectory() as folder:
        model = f"{folder}/model.safetensors"
        for seed in SEEDS:
            command = [program, "classify", path(name, "TRAIN"), "--fit", model, "--force", "--seed", str(seed)]
            subprocess.run(command + ["--transform", transform], check=True, stdout=subprocess.DEVNULL)
            command = [program, "classify", path(name, "TEST"), "--params", model]
            text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            right.append(int(re.match(r"accuracy [0-9.]+, (\d+) of", text).group(1)))
    return right


def main():
    worst = 0.0
    for transform in TRANSFORMS:
        for name in SETS:
            reference, cases = theirs(transform, name)
            mine = ours(sys.argv[1], transform, name)
            difference = np.mean(mine) - np.mean(reference)
            worst = max(worst, abs(difference))
            print(
                f"{transform:12} {name:18} aeon {np.mean(reference):7.1f} ours {np.mean(mine):7.1f} of {cases:4}"
                f"  difference {difference:+.1f}  (seeds: {reference} {mine})", flush=True)
    sys.exit(1 if worst > 1 else 0)


if __name__ == "__main__":
    main()
