#!/usr/bin/env python3
"""Writes Samples/accelerometer.csv: five seconds of walking as a sensor on the hip would log it, 100 rows per second.

    python3 Tools/samples/make_accelerometer.py

Metres per second squared, without gravity: steps at 1.8 Hz with their harmonics, sway at half of that, noise of 0.4,
and a few missing values. Computed from these numbers; no person was measured. Needs only Python (the generator and its
`gauss` are the same in every version since 3.2).
"""
import math
import pathlib
import random

ROWS, RATE, STEPS = 500, 100, 1.8
MISSED = {(120, 1), (121, 1), (333, 0)}              # row, column

rng = random.Random(3)
lines = ["ax,ay,az"]
for row in range(ROWS):
    phase = 2 * math.pi * STEPS * row / RATE
    clean = (
        1.1 * math.sin(phase + 0.4) + 0.5 * math.sin(2 * phase),
        0.9 * math.sin(phase / 2),
        2.4 * math.sin(phase) + 1.2 * math.sin(2 * phase + 0.8) + 0.4 * math.sin(3 * phase),
    )
    values = [f"{value + rng.gauss(0, 0.4):.3f}" for value in clean]
    lines.append(",".join("" if (row, column) in MISSED else value for column, value in enumerate(values)))

target = pathlib.Path(__file__).resolve().parents[2] / "Samples" / "accelerometer.csv"
target.write_text("\n".join(lines) + "\n", encoding="utf-8")
