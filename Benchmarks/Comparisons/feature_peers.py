"""Compares features of time series with aeon, in turns: milliseconds per series, best of several rounds.

    python3 -m venv .venv && .venv/bin/pip install aeon==1.6.0 numba==0.63.1 numpy==2.3.5 torch==2.15.0
    swift build -c release --package-path Benchmarks --product feature-benchmark
    taskset -c 0 .venv/bin/python Benchmarks/Comparisons/feature_peers.py [--quick]
    .venv/bin/python Benchmarks/Comparisons/feature_peers.py --starts .build/release/convaudio

Run it without taskset for the rows with two threads. One transform compiles aeon's kernels before timing starts.
Fitting is not timed, except in --starts, which measures from a file to the first row of features. The peer's memory is
not compared: it holds the whole input as doubles.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import time
import warnings

import numpy as np
import torch
from aeon.transformations.collection.convolution_based import HydraTransformer, MiniRocket, MultiRocket, Rocket

warnings.filterwarnings("ignore")
PROGRAM = pathlib.Path(__file__).resolve().parents[1] / ".build" / "release" / "feature-benchmark"
KINDS = {"minirocket": MiniRocket, "multirocket": MultiRocket, "rocket": Rocket, "hydra": HydraTransformer}
SHAPES = [(200, 1, 500), (1000, 1, 1000), (100, 1, 10_000)]


def ours(program, kind, cases, channels, points, threads):
    command = [program, kind, *map(str, (cases, channels, points, threads))]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def theirs(kind, cases, channels, points, threads, rounds):
    x = np.random.RandomState(1).uniform(-1, 1, (cases, channels, points)).cumsum(-1).astype(np.float32)
    transform = KINDS[kind](random_state=7, n_jobs=threads).fit(x[:20])
    torch.set_num_threads(threads)
    transform.transform(x[: max(2, threads)])
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        transform.transform(x)
        best = min(best, time.perf_counter() - start)
    return 1000 * best / cases


def first_row(command):
    """Seconds from the start of a process to its first row after the header, best of five."""
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            for _ in range(2):
                process.stdout.readline()
            best = min(best, time.perf_counter() - start)
    return best


PEER = """
import sys, numpy as np, warnings
warnings.filterwarnings("ignore")
import aeon.transformations.collection.convolution_based as peers
x = np.loadtxt(sys.argv[2], delimiter=",").astype(np.float32)[:, None, :]
rows = getattr(peers, sys.argv[1])(random_state=7).fit_transform(x)
print("header")
print(",".join(map(str, np.asarray(rows[0]))), flush=True)
"""


def starts(program):
    """Times from a file of 20 series of 100 points to the first row of features, fit included."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/series.csv"
        np.savetxt(path, np.random.RandomState(1).normal(size=(20, 100)).cumsum(1), delimiter=",", fmt="%.6g")
        for kind in KINDS:
            mine = first_row([program, "features", path, "--no-labels", "--transform", kind, "-o", "-"])
            peer = first_row([sys.executable, "-c", PEER, KINDS[kind].__name__, path])
            print(f"{kind:12} first row after: aeon {peer:.2f} s, ours {mine:.3f} s", flush=True)


def main():
    if "--starts" in sys.argv:
        return starts(sys.argv[sys.argv.index("--starts") + 1])
    quick = "--quick" in sys.argv
    program = next((a for a in sys.argv[1:] if not a.startswith("-")), PROGRAM)
    rows = [(k, *s, 1) for k in KINDS for s in SHAPES] + [("minirocket", 100, 6, 500, 1)]
    rows += [(k, 200, 1, 500, 2) for k in KINDS]
    print(f"{'transform':12} {'cases':>5} {'ch':>2} {'points':>6} {'thr':>3} {'aeon ms':>9} {'ours ms':>9} {'times':>6} {'MB':>5}")
    for kind, cases, channels, points, threads in rows:
        # The peer's slowest rows take minutes; per series it is as fast in a smaller set, or faster (Hydra).
        peer_cases = min(cases, 20) if quick and kind != "minirocket" else cases
        mine = ours(program, kind, cases, channels, points, threads)
        peer = theirs(kind, peer_cases, channels, points, threads, 1 if points > 5000 else 3)
        again = ours(program, kind, cases, channels, points, threads)
        best = min(mine["milliseconds"], again["milliseconds"])
        print(
            f"{kind:12} {cases:5} {channels:2} {points:6} {threads:3} {peer:9.3f} {best:9.4f} {peer / best:6.1f}"
            f" {again['peakMegabytes']:5}", flush=True)


if __name__ == "__main__":
    main()
