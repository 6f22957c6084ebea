"""Compares convaudio with another player on a folder of `.nam` models.

    python3 Tools/nam/check_reference.py FOLDER [--convaudio .build/release/convaudio]

The folder holds models, `input.wav`, and for each model `NAME.expected.wav`, or `NAME_slimSIZE[.expected].wav` for a
size from 0 to 1. Prints, in dB relative to the reference (the double-precision run of specification.py): the error of
convaudio, the error of the player's file, and their difference. The exit code is 1 when an error of convaudio is
neither 120 dB below the reference nor within 3 dB of the player's error.
"""

import argparse
import json
import math
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import numpy as np
import soundfile

from specification import load, run


def decibels(error, truth):
    power = np.mean(error**2)
    return -math.inf if power == 0 else 10 * math.log10(power / np.mean(truth**2))


def process(convaudio, model, source, size):
    """Runs convaudio over `source` with the model at a size."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        shutil.copy(model, folder / "model.nam")
        stage = {"type": "nam", "model": "model.nam", "slim": size}
        preset = {"format": "convaudio-preset", "version": 1, "name": "model", "description": "", "stages": [stage]}
        (folder / "preset.json").write_text(json.dumps(preset))
        subprocess.run([convaudio, "process", source, "--preset", folder / "preset.json", "--tail", "cut", "-o",
                        folder / "out.wav"], check=True, capture_output=True)
        y, _ = soundfile.read(folder / "out.wav", dtype="float32", always_2d=True)
        return y.T.astype(np.float64)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--convaudio", default=".build/release/convaudio")
    arguments = parser.parse_args()
    source = arguments.folder / "input.wav"
    x, _ = soundfile.read(source, dtype="float32", always_2d=True)
    failures = 0
    print(f"{'reference':45} {'level':>8} {'ours':>8} {'theirs':>8} {'between':>8}")
    for expected in sorted(arguments.folder.glob("*.expected.wav")):
        name = expected.name.removesuffix(".expected.wav")
        match = re.fullmatch(r"(.+)_slim([0-9.]+)", name)
        model = arguments.folder / f"{match[1] if match else name}.nam"
        size = float(match[2]) if match else 1.0
        truth = run(load(model), x.T, size)
        theirs, _ = soundfile.read(expected, dtype="float64", always_2d=True)
        theirs = theirs.T
        ours = process(arguments.convaudio, model, source, size)
        a, b = decibels(ours - truth, truth), decibels(theirs - truth, truth)
        good = a <= max(-120, b + 3)
        failures += not good
        print(f"{name:45} {np.sqrt(np.mean(truth**2)):8.4f} {a:8.1f} {b:8.1f} {decibels(ours - theirs, truth):8.1f}"
              + ("" if good else "  TOO LARGE"))
    print(f"{failures} of {len(list(arguments.folder.glob('*.expected.wav')))} too large")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
