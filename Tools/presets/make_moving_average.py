#!/usr/bin/env python3
"""Writes the preset `moving-average`: the mean of the last 16 frames of each channel.

    python3 Tools/presets/make_moving_average.py

Shows how any short FIR filter becomes a preset: one layer whose mix-in passes the input on (its dilated convolution
is zero), and the filter as the array's head, oldest tap first. Needs only Python.
"""
import json
import pathlib
import struct

PRESETS = pathlib.Path(__file__).resolve().parents[2] / "Presets"
NAME = "moving-average"
TAPS = [1 / 16] * 16

TENSORS = [
    ("arrays.0.head.weight", [1, 1, len(TAPS)], TAPS),
    ("arrays.0.input.weight", [1, 1, 1], [0.0]),
    ("arrays.0.layers.0.dilated.bias", [1], [0.0]),
    ("arrays.0.layers.0.dilated.weight", [1, 1, 1], [0.0]),
    ("arrays.0.layers.0.mixIn.weight", [1, 1, 1], [1.0]),
]

PRESET = {
    "format": "convaudio-preset",
    "version": 1,
    "name": NAME,
    "description": "Smooths sensor rows or any other signal: the mean of the last 16 frames, at any rate",
    "stages": [{
        "type": "wavenet",
        "weights": f"{NAME}.safetensors",
        "past": "silence",
        "inputChannels": 1,
        "arrays": [{
            "channels": 1, "kernelSize": 1, "dilations": [1], "activation": "identity",
            "headChannels": 1, "headKernelSize": len(TAPS),
        }],
    }],
    "metadata": {"author": "the convaudio developers", "licence": "CC0-1.0",
                 "script": "Tools/presets/make_moving_average.py"},
}


def safetensors(tensors):
    header, data = {}, b""
    for name, shape, values in tensors:
        start = len(data)
        data += struct.pack(f"<{len(values)}f", *values)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [start, len(data)]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)                     # the format requires aligned data
    return struct.pack("<Q", len(text)) + text + data


(PRESETS / f"{NAME}.safetensors").write_bytes(safetensors(TENSORS))
(PRESETS / f"{NAME}.json").write_text(json.dumps(PRESET, indent=2) + "\n", encoding="utf-8")
