"""Compares mel bands, MFCC and scattering of a minute of sound with librosa, torchaudio and kymatio, in turns.

    python3 -m venv .venv && .venv/bin/pip install -r Tools/golden/spectral-requirements.txt
    swift build -c release --package-path Benchmarks --product spectral-benchmark
    OMP_NUM_THREADS=1 taskset -c 0 .venv/bin/python Benchmarks/Comparisons/spectral_peers.py

Milliseconds, best of several rounds, with convaudio before and after the peer; 60 s of noise at 22,050 Hz, one thread,
librosa's defaults; kymatio with J = Q = 8. Windows and filters are prepared before timing. Memory is the peak of a
process that computes nothing else.
"""

import json
import multiprocessing
import pathlib
import resource
import subprocess
import time
import warnings

warnings.filterwarnings("ignore")
PROGRAM = pathlib.Path(__file__).resolve().parents[1] / ".build" / "release" / "spectral-benchmark"
RATE = 22_050


def ours(kind):
    return json.loads(subprocess.run([PROGRAM, kind], check=True, capture_output=True, text=True).stdout)


def transform(peer, kind, x):
    """Returns a function without arguments that computes it; everything that can be prepared is prepared here."""
    if peer == "librosa":
        import librosa

        functions = {
            "stft": lambda: abs(librosa.stft(x)) ** 2,
            "mel": lambda: librosa.feature.melspectrogram(y=x, sr=RATE),
            "logmel": lambda: librosa.power_to_db(librosa.feature.melspectrogram(y=x, sr=RATE)),
            "mfcc": lambda: librosa.feature.mfcc(y=x, sr=RATE),
        }
        return functions[kind]
    if peer == "torchaudio":
        import torch
        from torchaudio.transforms import MFCC, MelSpectrogram

        torch.set_num_threads(1)
        words = dict(n_fft=2048, hop_length=512, n_mels=128)
        module = MelSpectrogram(RATE, **words) if kind == "mel" else MFCC(RATE, n_mfcc=20, melkwargs=words)
        sound = torch.from_numpy(x)
        return lambda: module(sound)
    from kymatio.numpy import Scattering1D

    scattering = Scattering1D(J=8, shape=len(x), Q=8)
    return lambda: scattering(x)


def measure(peer, kind, rounds, results):
    import numpy as np

    x = (0.1 * np.random.RandomState(1).normal(size=60 * RATE)).astype(np.float32)
    function = transform(peer, kind, x)
    function()
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        function()
        best = min(best, time.perf_counter() - start)
    results.put((1000 * best, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def theirs(peer, kind):
    """Runs in a separate process, to measure its memory."""
    context = multiprocessing.get_context("spawn")
    results = context.SimpleQueue()
    process = context.Process(target=measure, args=(peer, kind, 2 if peer == "kymatio" else 15, results))
    process.start()
    answer = results.get()
    process.join()
    return answer


def main():
    print(f"{'features':10} {'peer':10} {'peer ms':>9} {'ours ms':>9} {'times':>6} {'peer MB':>8} {'ours MB':>8}")
    rows = [("librosa", k) for k in ("stft", "mel", "logmel", "mfcc")]
    rows += [("torchaudio", "mel"), ("torchaudio", "mfcc"), ("kymatio", "scattering")]
    for peer, kind in rows:
        before = ours(kind)
        milliseconds, megabytes = theirs(peer, kind)
        after = ours(kind)
        best = min(before["milliseconds"], after["milliseconds"])
        print(
            f"{kind:10} {peer:10} {milliseconds:9.1f} {best:9.2f} {milliseconds / best:6.1f} {megabytes:8.0f}"
            f" {after['peakMegabytes']:8}", flush=True)


if __name__ == "__main__":
    main()
