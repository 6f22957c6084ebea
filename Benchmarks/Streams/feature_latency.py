"""Measures the time from the last sample of a row of features in a live pipe to its output. Needs only Python 3.

    python3 Benchmarks/Streams/feature_latency.py .build/release/convaudio [words of features]

Sends a hop of 10 ms in real time, and measures from before the call that writes its last sample until the end of the
row's line has been read. Prints percentiles in microseconds for 1000 rows of a 25 ms window at 16,000 Hz. Default:
--transform logmel --like htk.
"""

import array
import random
import subprocess
import sys
import time

program, words = sys.argv[1], sys.argv[2:] or ["--transform", "logmel", "--like", "htk"]
rate, window, hop, rows = 16_000, 400, 160, 1000
command = [program, "features", "-", "--input-format", "f32le", "--rate", str(rate), "--channels", "1", "-o", "-"]
process = subprocess.Popen(
    command + ["--window", "25ms", "--hop", "10ms"] + words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
source = random.Random(1)


def samples(count):
    return array.array("f", [source.uniform(-0.5, 0.5) for _ in range(count)]).tobytes()


def line():
    text = b""
    while not text.endswith(b"\n"):
        piece = process.stdout.read(65_536)
        if not piece:
            sys.exit("the program ended early")
        text += piece
    return text


process.stdin.write(samples(window))
seen = line()
while seen.count(b"\n") < 2:  # the header and the first row
    seen += line()
times = []
for _ in range(rows):
    block = samples(hop)
    time.sleep(hop / rate)
    start = time.perf_counter()
    process.stdin.write(block)
    line()
    times.append(1e6 * (time.perf_counter() - start))
process.stdin.close()
process.wait()
times.sort()
print(" ".join(words))
print(", ".join(f"p{100 * p:g} {times[min(rows - 1, int(p * rows))]:.0f} µs" for p in (0.5, 0.9, 0.99, 0.999)), end="")
print(f", worst {times[-1]:.0f} µs of {rows} rows")
