"""Compares impulse responses of 256 to 480,000 taps with zita-convolver, SciPy and ffmpeg, in one run on one core.

    swift build -c release --package-path Benchmarks --product long-kernel-benchmark
    taskset -c 0 python3 Benchmarks/Comparisons/long_kernel_peers.py [--rounds N] [--seconds N] [--taps N ...]

Needs the packages `numpy` and `scipy`. Optional: zita-convolver with a C++ compiler (Debian:
`libzita-convolver-dev`, `g++`), and ffmpeg. 60 seconds at 48 kHz, one response per channel. All programs take turns
in every round; the best round counts, so other programs on the machine have little influence.

- "grain B": blocks of B frames, no latency beyond the block. zita-convolver with quantum and shortest partition of B and
  longest of 8192, 200 ms after its start; its threads share the core.
- "grain 1": only convaudio has no latency in blocks of any size; compared with zita-convolver made for the block.
- "offline": the whole signal in memory; SciPy's `oaconvolve` in Float32.
- "whole process": ffmpeg's `afir` from raw files to a raw file, compared with `long-kernel-benchmark --files`.
"""
import argparse
import math
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy
import scipy.signal

HERE = Path(__file__).resolve().parent
PROGRAM = HERE.parent / ".build" / "release" / "long-kernel-benchmark"


class Turns:
    """A program that answers each input line with a line."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self.process.args[0]} did not answer {line!r}")
        return answer


def zita(folder):
    if not shutil.which("c++") or not Path("/usr/include/zita-convolver.h").exists():
        return None
    program = Path(folder) / "zita_turns"
    subprocess.run(
        ["c++", "-O2", "-o", program, HERE / "zita_turns.cpp", "-lzita-convolver", "-lfftw3f", "-lpthread"], check=True)
    return Turns([program])


def scipy_seconds(signals, responses):
    begin = time.perf_counter()
    for x, w in zip(signals, responses):
        scipy.signal.oaconvolve(x, w)
    return (time.perf_counter() - begin) / (signals.shape[1] / 48000)


def process_seconds(command, seconds):
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - begin) / seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--taps", type=int, nargs="*", default=[256, 4096, 65536, 480000])
    options = parser.parse_args()
    folder = tempfile.mkdtemp()
    ours, zita_turns = Turns([PROGRAM, "--turns"]), zita(folder)
    random = numpy.random.default_rng(1)
    ratios = []

    print(f"SciPy {scipy.__version__}; best of {options.rounds} rounds, times real time at 48 kHz\n")
    print("| mode | channels | taps | convaudio | peer | | ratio | plan |")
    print("| --- | ---: | ---: | ---: | ---: | --- | ---: | --- |")

    def row(mode, channels, taps, mine, theirs, peer, plan, counts=True):
        ratio = theirs / mine if theirs else math.nan
        if counts and theirs:
            ratios.append(ratio)
        print(f"| {mode} | {channels} | {taps} | {1 / mine:.0f} | {1 / theirs if theirs else 0:.0f} | {peer} "
              f"| {ratio:.2f} | {plan} |", flush=True)

    def turn(mode, taps, channels):
        seconds, plan = ours.ask(f"{taps} {channels} {options.seconds} {mode}").strip().split("\t")
        return float(seconds), plan

    for channels in (1, 2):
        for taps in options.taps:
            responses = (random.uniform(-0.1, 0.1, (channels, taps))
                         * 0.001 ** (numpy.arange(taps) / taps)).astype(numpy.float32)
            signals = random.uniform(-1, 1, (channels, options.seconds * 48000)).astype(numpy.float32)
            if zita_turns:
                for block in (64, 256, 1024):
                    best, plans = {}, {}
                    for _ in range(options.rounds):
                        for mode in (f"grain {block}", f"any {block}"):
                            seconds, plans[mode] = turn(mode, taps, channels)
                            best[mode] = min(best.get(mode, 1e9), seconds)
                        answer = float(zita_turns.ask(f"{taps} {block} {channels} {options.seconds}"))
                        best["zita"] = min(best.get("zita", 1e9), answer)
                    row(f"grain {block}", channels, taps, best[f"grain {block}"], best["zita"], "zita-convolver",
                        plans[f"grain {block}"])
                    row(f"grain 1, blocks of {block}", channels, taps, best[f"any {block}"], best["zita"],
                        f"zita-convolver made for {block}", plans[f"any {block}"], counts=False)
            mine, theirs = 1e9, 1e9
            for _ in range(options.rounds):
                seconds, plan = turn("offline 0", taps, channels)
                mine = min(mine, seconds)
                theirs = min(theirs, scipy_seconds(signals, responses))
            row("offline", channels, taps, mine, theirs, "SciPy oaconvolve", plan)
            if shutil.which("ffmpeg"):
                dry, wet, result = (str(Path(folder) / name) for name in ("dry.raw", "ir.raw", "out.raw"))
                signals.T.tofile(dry)
                responses.T.tofile(wet)
                form = ["-f", "f32le", "-ar", "48000", "-ac", str(channels)]
                ffmpeg = ["ffmpeg", "-nostdin", "-v", "error", "-y", *form, "-i", dry, *form, "-i", wet, "-lavfi",
                          "afir=gtype=none:irgain=1", "-threads", "1", *form, result]
                mine, theirs = 1e9, 1e9
                for _ in range(min(3, options.rounds)):
                    mine = min(mine, process_seconds(
                        [PROGRAM, "--files", str(channels), dry, wet, result], options.seconds))
                    theirs = min(theirs, process_seconds(ffmpeg, options.seconds))
                row("whole process", channels, taps, mine, theirs, "ffmpeg afir", "offline")
    mean = math.exp(sum(math.log(r) for r in ratios) / len(ratios))
    print(f"\ngeometric mean of the ratios, without the rows of grain 1: {mean:.2f}; least {min(ratios):.2f}")


main()
