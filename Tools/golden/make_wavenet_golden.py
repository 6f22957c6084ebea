"""Writes the golden files of WaveNet-style networks: small random presets and PyTorch's output for them.

    python3 Tools/golden/make_wavenet_golden.py [OUTPUT_DIRECTORY]

See README.md in this folder. The reference is PyTorch's run in float64 on the same float32 weights, input, head scale
and slopes; the float32 run shows how large ordinary errors are.
"""

import json
import math
import pathlib
import platform
import sys

import numpy as np
import safetensors
import safetensors.numpy
import torch
import torch.nn.functional as F

SEED = 20261121
SAMPLE_RATE_HZ = 48000
DEFAULT_OUTPUT = pathlib.Path(__file__).resolve().parents[2] / "Tests/ConvAudioKitTests/Golden/wavenet"


def powers(count):
    return [2**n for n in range(count)]


def array(channels, dilations, activation="tanh", head=1, kernel=3, **more):
    """One array of a preset; `kernel` is one size or a list with one for each layer."""
    result = {"channels": channels}
    result["kernelSizes" if isinstance(kernel, list) else "kernelSize"] = kernel
    result |= {"dilations": dilations, "activation": activation}
    result |= {"headChannels": head, "headKernelSize": more.pop("headKernel", 1)}
    return result | {"headBias": more.pop("headBias", False)} | more


def leaky(slope):
    return {"type": "leakyReLU", "negativeSlope": slope}


CASES = [
    dict(name="a1-tanh-16-8", description="The common ungated shape: 16 then 8 channels, dilations 1 to 512 twice",
         frames=1500, arrays=[array(16, powers(10), head=8), array(8, powers(10), head=1, headBias=True)]),
    dict(name="gated-kernel-2", description="tanh times sigmoid, kernel 2",
         frames=1000, arrays=[array(8, powers(8), gate="sigmoid", kernel=2, head=5),
                              array(5, powers(6), gate="sigmoid", kernel=2, head=1)]),
    dict(name="skip-silu", description="A projection to the skip sum, wider and narrower than the layer; SiLU",
         frames=1000, arrays=[array(12, powers(6), "silu", skipChannels=5, head=16, headBias=True),
                              array(4, powers(5), "silu", skipChannels=16, head=1, headKernel=4)]),
    dict(name="groups-gelu", description="Grouped convolutions, one of them gated and one depthwise; GELU",
         frames=800, arrays=[array(12, powers(5), "gelu", groups=4, head=6),
                             array(6, powers(5), "gelu", gate="sigmoid", groups=3, head=5),
                             array(5, powers(4), "gelu", groups=5, head=1)]),
    dict(name="odd-channels-leaky", description="3, 5 and 7 channels, kernels from 1 to 15, LeakyReLU and ReLU",
         frames=1000, arrays=[array(3, [1, 3, 7, 11], leaky(0.01), kernel=[15, 5, 2, 3], head=5, headBias=True),
                              array(5, [1, 2, 5], leaky(0.2), kernel=15, head=7),
                              array(7, [1, 9, 4], "relu", kernel=[5, 1, 5], head=1)]),
    dict(name="stereo-softsign", description="Two channels in and out; softsign with a hard sigmoid gate",
         frames=800, inputChannels=2, arrays=[array(7, powers(6), "softsign", gate="hardSigmoid", head=3),
                                              array(3, powers(6), "softsign", head=2, headBias=True)]),
    dict(name="post-head", description="Heads with kernels 4 and 2, three post-stack layers; tanh form of GELU",
         frames=800, arrays=[array(8, [1, 4, 16, 64], "geluTanh", head=8, headKernel=4, headBias=True),
                             array(8, [64, 16, 4, 1], "geluTanh", head=3, headKernel=2)],
         head=[dict(activation="relu", outputChannels=4, kernelSize=3),
               dict(activation=leaky(0.1), outputChannels=5, kernelSize=2),
               dict(activation="tanh", outputChannels=1, kernelSize=1)]),
    dict(name="hard-forms", description="Hard tanh, hard swish and the identity with a hard sigmoid gate",
         frames=600, arrays=[array(5, powers(4), "hardTanh", head=4), array(4, powers(4), "hardSwish", head=4),
                             array(4, [3, 1], "identity", gate="hardSigmoid", head=1)]),
    dict(name="one-layer", description="The smallest network: one channel, one layer, kernel 1",
         frames=500, arrays=[array(1, [1], "tanh", kernel=1, head=1, headBias=True)]),
]


def kernel_sizes(entry):
    return entry.get("kernelSizes") or [entry["kernelSize"]] * len(entry["dilations"])


def activate(spec, x):
    name = spec if isinstance(spec, str) else spec["type"]
    if name == "leakyReLU":
        # The slope is a parameter like the weights: float32, in the float64 run too.
        return F.leaky_relu(x, float(np.float32(spec["negativeSlope"])))
    return {
        "identity": lambda x: x, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "relu": torch.relu, "silu": F.silu,
        "gelu": F.gelu, "geluTanh": lambda x: F.gelu(x, approximate="tanh"), "softsign": F.softsign,
        "hardTanh": F.hardtanh, "hardSigmoid": F.hardsigmoid, "hardSwish": F.hardswish,
    }[name](x)


def causal(x, weight, bias=None, dilation=1, groups=1):
    """PyTorch's convolution after zero padding on the left only; x is [1, channels, frames]."""
    padded = F.pad(x, ((weight.shape[-1] - 1) * dilation, 0))
    return F.conv1d(padded, weight, bias, dilation=dilation, groups=groups)


def make_weights(case, random):
    """Random tensors by name, scaled to keep every signal of order 1."""
    tensors = {}

    def convolution(name, outputs, inputs, kernel, gain=1.0, bias=True):
        scale = gain / math.sqrt(inputs * kernel)
        tensors[name + ".weight"] = (scale * random.standard_normal((outputs, inputs, kernel))).astype(np.float32)
        if bias:
            tensors[name + ".bias"] = (0.3 * random.standard_normal(outputs)).astype(np.float32)

    inputs = raw = case["inputChannels"]
    for i, entry in enumerate(case["arrays"]):
        channels, skip = entry["channels"], entry.get("skipChannels")
        inner = channels * (2 if "gate" in entry else 1)
        convolution(f"arrays.{i}.input", channels, inputs, 1, bias=False)
        for j, kernel in enumerate(kernel_sizes(entry)):
            layer = f"arrays.{i}.layers.{j}"
            convolution(layer + ".dilated", inner, channels // entry.get("groups", 1), kernel)
            convolution(layer + ".mixIn", inner, raw, 1, gain=0.5, bias=False)
            last = i == len(case["arrays"]) - 1 and j == len(entry["dilations"]) - 1
            if not last:
                convolution(layer + ".residual", channels, channels, 1, gain=0.4)
            if skip:
                convolution(layer + ".skip", skip, channels, 1)
        convolution(f"arrays.{i}.head", entry["headChannels"], skip or channels, entry["headKernelSize"],
                    gain=0.5, bias=entry["headBias"])
        inputs = channels
    channels = case["arrays"][-1]["headChannels"]
    for n, entry in enumerate(case["head"]):
        convolution(f"head.{n}", entry["outputChannels"], channels, entry["kernelSize"], gain=1.5)
        channels = entry["outputChannels"]
    return tensors


def run(case, tensors, raw, head_scale):
    """Runs the network on raw [1, channels, frames] in raw's precision, with zero history in every layer."""
    w = {name: torch.from_numpy(value).to(raw.dtype) for name, value in tensors.items()}
    x, skip = raw, None
    for i, entry in enumerate(case["arrays"]):
        x = causal(x, w[f"arrays.{i}.input.weight"])
        for j, dilation in enumerate(entry["dilations"]):
            layer = f"arrays.{i}.layers.{j}"
            z = causal(x, w[layer + ".dilated.weight"], w[layer + ".dilated.bias"], dilation, entry.get("groups", 1))
            z = z + causal(raw, w[layer + ".mixIn.weight"])
            if "gate" in entry:
                a, b = z.chunk(2, dim=1)
                a = activate(entry["activation"], a) * activate(entry["gate"], b)
            else:
                a = activate(entry["activation"], z)
            has_skip = layer + ".skip.weight" in w
            part = causal(a, w[layer + ".skip.weight"], w[layer + ".skip.bias"]) if has_skip else a
            skip = part if skip is None else skip + part
            if layer + ".residual.weight" in w:
                x = x + causal(a, w[layer + ".residual.weight"], w[layer + ".residual.bias"])
        skip = causal(skip, w[f"arrays.{i}.head.weight"], w.get(f"arrays.{i}.head.bias"))
    y = head_scale * skip
    for n, entry in enumerate(case["head"]):
        y = causal(activate(entry["activation"], y), w[f"head.{n}.weight"], w[f"head.{n}.bias"])
    return y


def history_frames(case):
    total = sum((e["kernelSize"] - 1) for e in case["head"])
    for entry in case["arrays"]:
        total += entry["headKernelSize"] - 1
        total += sum((k - 1) * d for k, d in zip(kernel_sizes(entry), entry["dilations"]))
    return total


def run_past(case, tensors, samples, head_scale, past, dtype):
    raw = torch.from_numpy(samples).to(dtype)[None]
    if past == "zeroHistory":
        return run(case, tensors, raw, head_scale)[0].numpy()
    # Silence before the first frame: feed as many zeros as any output can depend on, and drop their output.
    before = history_frames(case)
    return run(case, tensors, F.pad(raw, (before, 0)), head_scale)[0, :, before:].numpy()


def make_input(channels, frames, random):
    """Silence, an impulse, decaying sines, noise, and exact zeros again: float32, [channels, frames]."""
    t = np.arange(frames)
    signal = np.zeros((channels, frames))
    for c in range(channels):
        signal[c] = 0.05 * random.standard_normal(frames)
        for onset in range(60, frames, 230):
            frequency = random.uniform(0.003, 0.06)
            since = np.maximum(t - onset, 0)
            signal[c] += (t >= onset) * 0.6 * np.sin(2 * np.pi * frequency * since) * np.exp(-since / 90)
        signal[c, :20] = 0
        signal[c, 20 + c] = 1
        signal[c, -60:-30] = 0
    return signal.astype(np.float32)


def rms(x):
    return float(np.sqrt(np.mean(np.square(x, dtype=np.float64))))


def make_case(case, index, directory):
    case = {"inputChannels": 1, "head": []} | case
    for draw in range(100):
        random = np.random.default_rng([SEED, index, draw] if draw else [SEED, index])
        tensors = make_weights(case, random)
        samples = make_input(case["inputChannels"], case["frames"], random)
        # A head whose ReLU never opens gives a constant, whose rounding says nothing about the network: draw again.
        answer = run_past(case, tensors, samples, 1.0, "silence", torch.float64)
        if all(len(np.unique(channel)) > 0.75 * case["frames"] for channel in answer):
            break

    # A power of two, which is exact in every precision, that brings the stack's output to about 1.
    bare = run_past(case | {"head": []}, tensors, samples, 1.0, "silence", torch.float64)
    head_scale = 2.0 ** round(math.log2(1 / rms(bare)))

    folder = directory / case["name"]
    folder.mkdir(parents=True, exist_ok=True)
    stage = {"type": "wavenet", "weights": "weights.safetensors", "past": "silence",
             "inputChannels": case["inputChannels"], "headScale": head_scale, "arrays": case["arrays"]}
    if case["head"]:
        stage["head"] = case["head"]
    preset = {"format": "convaudio-preset", "version": 1, "name": case["name"], "description": case["description"],
              "sampleRateHz": SAMPLE_RATE_HZ, "stages": [stage]}
    (folder / "preset.json").write_text(json.dumps(preset, indent=2) + "\n")
    safetensors.numpy.save_file(tensors, folder / "weights.safetensors",
                                metadata={"made_by": "Tools/golden/make_wavenet_golden.py"})
    samples.astype("<f4").tofile(folder / "input.f32")
    errors, levels = {}, {}
    for past in ("silence", "zeroHistory"):
        truth = run_past(case, tensors, samples, head_scale, past, torch.float64)
        single = run_past(case, tensors, samples, head_scale, past, torch.float32)
        truth.astype("<f8").tofile(folder / f"{past}.f64")
        errors[past], levels[past] = rms(single - truth), rms(truth)
    return {"name": case["name"], "frames": case["frames"], "inputChannels": case["inputChannels"],
            "outputChannels": truth.shape[0], "historyFrames": history_frames(case),
            "parameters": sum(t.size for t in tensors.values()), "rms": levels, "float32RMSError": errors}


def main():
    directory = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_OUTPUT
    torch.set_num_threads(1)  # the float32 error is then the same from run to run
    torch.set_grad_enabled(False)
    cases = [make_case(case, index, directory) for index, case in enumerate(CASES)]
    record = {
        "script": "Tools/golden/make_wavenet_golden.py",
        "seed": SEED,
        "versions": {"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__,
                     "safetensors": safetensors.__version__},
        "machine": {"architecture": platform.machine(), "torchVectors": torch.backends.cpu.get_cpu_capability()},
        "layout": "planar, channel after channel, little-endian: input float32, silence and zeroHistory float64",
        "cases": cases,
    }
    (directory / "cases.json").write_text(json.dumps(record, indent=2) + "\n")
    for case in cases:
        print(case)


if __name__ == "__main__":
    main()
