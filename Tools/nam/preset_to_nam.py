"""Writes the network of a preset as a `.nam` model, for players of that format.

    python3 Tools/nam/preset_to_nam.py Presets/dilated-stack.json Samples/overdrive.nam

The preset has one stage, a wavenet of one input channel, without skipChannels and head convolutions, which `.nam` spells
differently. Numbers are the shortest that give back their Float32. Needs numpy and safetensors (requirements as for
Tools/golden).
"""

import argparse
import json
import pathlib

import numpy as np
from safetensors.numpy import load_file

ACTIVATIONS = {"tanh": "Tanh", "relu": "ReLU", "sigmoid": "Sigmoid", "silu": "SiLU", "softsign": "Softsign",
               "hardTanh": "Hardtanh", "hardSwish": "Hardswish"}


def model(preset, tensors):
    """The preset's only network as the value of a `.nam` file."""
    (stage,) = preset["stages"]
    if stage["type"] != "wavenet" or stage.get("inputChannels", 1) != 1 or stage.get("head"):
        raise SystemExit("expected a preset with a single wavenet stage, one input channel and no head convolutions")
    arrays, weights = [], []
    width = 1
    for number, array in enumerate(stage["arrays"]):
        if "skipChannels" in array:
            raise SystemExit(f"arrays[{number}] has skipChannels, expected none")
        name = f"arrays.{number}"
        channels, layers = array["channels"], len(array["dilations"])
        kernel = array.get("kernelSizes") or array["kernelSize"]
        arrays.append({
            "input_size": width, "condition_size": 1, "channels": channels, "head_size": array["headChannels"],
            "kernel_sizes" if isinstance(kernel, list) else "kernel_size": kernel, "dilations": array["dilations"],
            "activation": ACTIVATIONS[array.get("activation", "tanh")], "gated": "gate" in array,
            "head_bias": array.get("headBias", False)})
        if array.get("gate", "sigmoid") != "sigmoid" or array.get("groups", 1) != 1 or array.get("headKernelSize", 1) != 1:
            raise SystemExit(f"arrays[{number}] has a gate, groups or a head that old players do not read")
        weights.append(tensors[f"{name}.input.weight"])
        for layer in range(layers):
            at = f"{name}.layers.{layer}"
            weights += [tensors[f"{at}.dilated.weight"], tensors[f"{at}.dilated.bias"], tensors[f"{at}.mixIn.weight"]]
            # The very last residual is not used: presets leave it out, `.nam` includes it.
            weights.append(tensors.get(f"{at}.residual.weight", np.zeros((channels, channels, 1), np.float32)))
            weights.append(tensors.get(f"{at}.residual.bias", np.zeros(channels, np.float32)))
        weights.append(tensors[f"{name}.head.weight"])
        if array.get("headBias"):
            weights.append(tensors[f"{name}.head.bias"])
        width = channels
    scale = stage.get("headScale", 1)
    flat = [number for tensor in weights for number in tensor.ravel()] + [np.float32(scale)]
    return {
        "version": "0.5.4", "architecture": "WaveNet",
        "metadata": {"name": preset["name"], "modeled_by": preset.get("metadata", {}).get("author"),
                     "gear_type": "pedal", "tone_type": "overdrive"},
        "config": {"layers": arrays, "head": None, "head_scale": scale},
        "weights": [float(np.format_float_positional(number, unique=True)) for number in flat],
        "sample_rate": preset.get("sampleRateHz", 48000)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("preset", type=pathlib.Path)
    parser.add_argument("model", type=pathlib.Path)
    arguments = parser.parse_args()
    preset = json.loads(arguments.preset.read_text())
    tensors = load_file(arguments.preset.parent / preset["stages"][0]["weights"])
    arguments.model.write_text(json.dumps(model(preset, tensors), separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
