#!/usr/bin/env python3
"""Measures the cost of `convaudio stream` as a real-time filter, pipes included.

    taskset -c 0 python3 Benchmarks/Streams/stream_cost.py [--program .build/release/convaudio] [--seconds 30]

Starts the program with pipes, feeds it blocks in real time, reads its output, and prints
- start-up: from starting the process to the first block back, with a warm disk (minimum and median of 21 starts);
- share of a core: user and system time of the program over the wall time, of the best and the median of several runs;
- round trip: from writing a block to having it back, including wake-ups of this script.

Needs only Python on Linux.
"""
import argparse
import os
import pathlib
import random
import statistics
import struct
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


def command(arguments):
    return [arguments.program, "stream", "--preset", arguments.preset, "--format", "f32le", "--rate", str(arguments.rate),
            "--channels", str(arguments.channels), "--block", str(arguments.block)]


def noise(samples):
    rng = random.Random(1)
    return struct.pack(f"<{samples}f", *(rng.uniform(-0.5, 0.5) for _ in range(samples)))


def read_exactly(stream, count):
    while count:
        got = os.read(stream.fileno(), count)
        if not got:
            raise SystemExit("the program ended early")
        count -= len(got)


def start(arguments):
    return subprocess.Popen(command(arguments), stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)


def startup_seconds(arguments, block):
    begin = time.perf_counter()
    process = start(arguments)
    process.stdin.write(block)
    read_exactly(process.stdout, len(block))
    seconds = time.perf_counter() - begin
    process.stdin.close()
    process.wait()
    return seconds


def paced_run(arguments, blocks):
    process = start(arguments)
    process.stdin.write(blocks[0])                   # start-up is not part of this
    read_exactly(process.stdout, len(blocks[0]))

    def spent():
        fields = pathlib.Path(f"/proc/{process.pid}/schedstat").read_text().split()
        return int(fields[0]) * 1e-9                 # time on a core, user and system, to the nanosecond

    period = arguments.block / arguments.rate
    trips = []
    before, begin = spent(), time.perf_counter()
    for index in range(int(arguments.seconds / period)):
        due = begin + (index + 1) * period
        time.sleep(max(0, due - time.perf_counter()))
        block = blocks[index % len(blocks)]
        sent = time.perf_counter()
        process.stdin.write(block)
        read_exactly(process.stdout, len(block))
        trips.append(time.perf_counter() - sent)
    share = (spent() - before) / (time.perf_counter() - begin)
    process.stdin.close()
    process.wait()
    return share, trips


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(ROOT / ".build/release/convaudio"))
    parser.add_argument("--preset", default="dilated-stack")
    parser.add_argument("--block", type=int, default=64)
    parser.add_argument("--rate", type=int, default=48000)
    parser.add_argument("--channels", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    samples = noise(arguments.block * arguments.channels * 64)
    size = len(samples) // 64
    blocks = [samples[i * size:(i + 1) * size] for i in range(64)]

    starts = sorted(startup_seconds(arguments, blocks[0]) for _ in range(21))
    print(f"start-up to the first block back: minimum {starts[0] * 1e3:.1f} ms, "
          f"median {statistics.median(starts) * 1e3:.1f} ms, worst {starts[-1] * 1e3:.1f} ms")
    runs = [paced_run(arguments, blocks) for _ in range(arguments.runs)]
    shares = sorted(share for share, _ in runs)
    trips = sorted(trip for _, trips in runs for trip in trips)
    print(f"share of a core, {arguments.channels} channels in blocks of {arguments.block} at {arguments.rate} Hz: "
          f"best {shares[0]:.2%}, median {statistics.median(shares):.2%}")
    print(f"round trip: p50 {trips[len(trips) // 2] * 1e6:.0f} µs, p99 {trips[len(trips) * 99 // 100] * 1e6:.0f} µs")


main()
