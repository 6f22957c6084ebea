#!/usr/bin/env python3
"""Writes small `.nam` models, an input, and PyTorch's float64 output, for the tests of ConvAudioKit.

The networks are those of the trainer, the package `neural-amp-modeler`, with random weights. README.md in this folder
describes the files. Seeds are fixed. Where the trainer's file differs from what players read (a Linear model's taps are
written in reverse, a sequence lacks its parts' headers), this script writes the file.
"""

import argparse
import contextlib
import json
import math
import pathlib
import platform
import sys
import zlib

import numpy as np
import torch
import torch.nn.functional as F
from nam.models.conv_net import ConvNet
from nam.models.linear import Linear
from nam.models.recurrent import LSTM
from nam.models.wavenet._layer_array import LayerArray
from nam.models.wavenet._wavenet import WaveNet

SEED = 6
FRAMES = 360
RATE = 48000
FILMS = ("conv_pre_film", "conv_post_film", "input_mixin_pre_film", "input_mixin_post_film",
         "activation_pre_film", "activation_post_film", "layer1x1_post_film", "head1x1_post_film")
CASES = {}


def case(function):
    CASES[function.__name__.replace("_", "-")] = function
    return function


def array(inputs, channels, head, kernels, dilations, activation="Tanh", condition=1, head_kernel=1, bias=False, **more):
    return dict(input_size=inputs, condition_size=condition, channels=channels, kernel_sizes=kernels,
                dilations=dilations, activation=activation,
                head=dict(out_channels=head, kernel_size=head_kernel, bias=bias), **more)


def wavenet(arrays, scale=0.5, **more):
    """Makes scales and slopes short binary fractions, which are equal in float32 and float64."""
    return Net(WaveNet.init_from_config(dict(layers_configs=arrays, head_scale=scale, **more)))


class Net:
    """A network of the trainer and the contents of its file."""

    def __init__(self, module, inputs=None):
        self.module = module
        randomise(module)
        self.inputs = inputs or module._layer_arrays[0]._rechannel.in_channels

    def file(self):
        m = self.module
        config = m.export_config(sample_rate=RATE)
        if "condition_dsp" in config:
            config["condition_dsp"]["metadata"] = {}  # otherwise the time of day
        return envelope("WaveNet", config, m.export_weights())

    def run(self, x, past):
        """x: [channels, frames] of the module's type."""
        if past == "zeroHistory":
            with zero_padding():
                return self.module(x[None])[0]
        lead = self.module.receptive_field - 1
        return self.module(F.pad(x[None], (lead, 0)))[0]

    def double(self):
        self.module.double()
        return self


class MonoNet(Net):
    """ConvNet and Linear, whose modules have one channel without an axis for it."""

    def __init__(self, module, kind):
        self.kind = kind
        super().__init__(module, 1)

    def file(self):
        m = self.module
        weights = m._export_weights()
        if self.kind == "Linear":
            taps = m.receptive_field
            weights = np.concatenate([weights[:taps][::-1], weights[taps:]])
        return envelope(self.kind, m._export_config(), weights)

    def run(self, x, past):
        self.module.eval()
        if past == "zeroHistory":
            # A lead-in that is dropped later keeps the module from rejecting short signals.
            lead = self.module.receptive_field - 1
            with zero_padding():
                return self.module._forward(torch.cat([torch.zeros_like(x[:, :lead]), x], dim=1)[:, lead:])
        return self.module(x, pad_start=True)


class LSTMNet(Net):
    def __init__(self, **config):
        super().__init__(LSTM(sample_rate=RATE, **config), config.get("input_size", 1))
        for name, p in self.module._core.named_parameters():
            if name.startswith("bias_hh"):
                p.data.zero_()  # the file holds the sum of both, which would be rounded
        h, c = self.module._get_initial_state()
        self.start = (h.detach(), c.detach())
        self.data = envelope("LSTM", self.module._export_config(), self.module._export_weights())

    def file(self):
        return self.data

    def run(self, x, past):
        lead = RATE // 2 if past == "silence" else 0
        x = F.pad(x, (lead, 0)).T[None]
        y, _ = self.module._core(x, tuple(s.to(x.dtype) for s in self.start))
        return self.module._head(y)[0].T[:, lead:]


class Container:
    def __init__(self, nets, limits, chosen):
        self.nets, self.limits, self.net = nets, limits, nets[chosen]
        self.inputs = self.net.inputs

    def file(self):
        models = [dict(max_value=limit, model=net.file()) for net, limit in zip(self.nets, self.limits)]
        return envelope("SlimmableContainer", dict(submodels=models), [])

    def run(self, x, past):
        return self.net.run(x, past)

    def double(self):
        self.net.double()
        return self


class Sequence:
    def __init__(self, nets):
        self.nets, self.inputs = nets, nets[0].inputs

    def file(self):
        return envelope("Sequential", dict(models=[net.file() for net in self.nets]), [])

    def run(self, x, past):
        if past == "zeroHistory":
            for net in self.nets:
                x = net.run(x, past)
            return x
        # Each part is settled on the previous part's output for silence: everything runs over a long silence first.
        lead = 400
        x = F.pad(x, (lead, 0))
        for net in self.nets:
            x = net.run(x, "zeroHistory")
        return x[:, lead:]

    def double(self):
        for net in self.nets:
            net.double()
        return self


def envelope(kind, config, weights):
    metadata = {"name": f"golden {kind}", "loudness": -18.5, "input_level_dbu": 12.25, "gear_type": "amp",
                "date": {"year": 2026, "month": 1, "day": 1}, "training": None}
    return {"version": "0.7.0", "metadata": metadata, "architecture": kind, "config": config,
            "weights": [float(w) for w in weights], "sample_rate": RATE}


def randomise(module):
    """Weights that keep signals of order 1, and nonzero biases."""
    for m in module.modules():
        if isinstance(m, torch.nn.Conv1d):
            fan = m.in_channels // m.groups * m.kernel_size[0]
            m.weight.data.normal_(0, 0.9 / math.sqrt(fan))
            if m.bias is not None:
                m.bias.data.uniform_(-0.4, 0.4)
        elif isinstance(m, torch.nn.BatchNorm1d):
            m.eps = 2.0**-16
            m.running_mean.uniform_(-0.5, 0.5)
            m.running_var.uniform_(0.25, 2)
            m.weight.data.uniform_(0.5, 1.5)
            m.bias.data.uniform_(-0.5, 0.5)
        elif isinstance(m, torch.nn.PReLU):
            m.weight.data.uniform_(-0.5, 0.5)


@contextlib.contextmanager
def zero_padding():
    """Lets every convolution pad its input with zeros, so that nothing gets shorter."""
    plain = F.conv1d

    def padded(x, w, b=None, stride=1, padding=0, dilation=1, groups=1):
        d = dilation[0] if isinstance(dilation, tuple) else dilation
        return plain(F.pad(x, ((w.shape[2] - 1) * d, 0)), w, b, stride, padding, dilation, groups)

    # The arrays crop what their receptive fields would have removed.
    fields = "receptive_field", "_receptive_field_no_head_rechannel"
    own = [getattr(LayerArray, field) for field in fields]
    torch.nn.functional.conv1d = padded
    for field in fields:
        setattr(LayerArray, field, property(lambda self: 1))
    try:
        yield
    finally:
        torch.nn.functional.conv1d = plain
        for field, value in zip(fields, own):
            setattr(LayerArray, field, value)


# --- the cases ---------------------------------------------------------------------------------------------------------


@case
def old_layout():
    """Like files of 2023: one kernel size, `gated`, `head_size`, no modes; a gate in the second array."""
    net = wavenet([array(1, 5, 3, 3, [1, 2, 4, 8]),
                   array(5, 3, 1, 2, [1, 3], {"name": "PairMultiply", "primary": "Tanh", "secondary": "Sigmoid"},
                         bias=True)])
    plain = net.file

    def file():
        data = plain()
        data["version"] = "0.5.0"
        del data["metadata"], data["sample_rate"]
        keep = ("input_size", "condition_size", "channels", "dilations")
        data["config"] = {"head": None, "head_scale": 0.5, "layers": [
            {**{k: a[k] for k in keep}, "kernel_size": a["kernel_sizes"][0], "activation": "Tanh", "gated": i == 1,
             "head_size": a["head"]["out_channels"], "head_bias": a["head"]["bias"]}
            for i, a in enumerate(data["config"]["layers"])]}
        return data

    net.file = file
    return net


@case
def modes():
    """Gated, blended and plain layers with different kernels and activations."""
    def pair(kind, primary, secondary):
        return {"name": kind, "primary": primary, "secondary": secondary}
    leaky = {"name": "LeakyHardtanh", "min_val": -0.5, "max_val": 0.75, "min_slope": 0.125, "max_slope": 0.0625}
    return wavenet([array(1, 4, 2, [2, 3, 5, 1, 2], [1, 5, 3, 1, 7], [
        pair("PairMultiply", "SiLU", "Sigmoid"), "Softsign", pair("PairBlend", "Tanh", "Sigmoid"),
        pair("PairBlend", "ReLU", "Hardtanh"), leaky])])


@case
def activations():
    """One layer for each activation."""
    clamp = {"name": "Hardtanh", "min_val": -0.25, "max_val": 0.5}
    names = ["Tanh", "Hardtanh", clamp, "ReLU", {"name": "LeakyReLU", "negative_slope": 0.125}, "Sigmoid", "SiLU",
             "Hardswish", {"name": "LeakyHardtanh", "min_slope": 0.25, "max_slope": 0.125}, "Softsign", "Softsigmoid",
             {"name": "PReLU", "num_parameters": 3}, {"name": "PReLU", "num_parameters": 1, "init": 0.25}]
    return wavenet([array(1, 3, 1, [2] * len(names), [1, 2, 3] * 4 + [1], names)])


@case
def groups():
    """Bottleneck, groups everywhere, head1x1."""
    return wavenet([array(1, 8, 3, [3, 3], [1, 4], "Tanh", bottleneck=4, groups_input=2,
                          layer_1x1_config=dict(active=True, groups=2),
                          head_1x1_config=dict(active=True, out_channels=6, groups=2)),
                    array(8, 6, 1, [2, 2], [2, 1], "Tanh", bottleneck=3, groups_input=3)])


@case
def two_channels():
    """Two channels in, three out; a grouped mix-in."""
    return wavenet([array(2, 4, 3, [3, 2], [1, 3], condition=2, groups_input_mixin=2, bias=True)])


@case
def no_residual():
    """layer1x1 off: every layer reads what came in, as players have it. (The trainer's own module adds the activation
    there; so its layer1x1 is on, but zero, and left out of the file.)"""
    net = wavenet([array(1, 4, 1, [2, 3, 2], [1, 2, 6])])
    layers = net.module._layer_arrays[0]._layers
    ones = [layer._layer1x1 for layer in layers]
    for one in ones:
        one.weight.data.zero_()
        one.bias.data.zero_()
    plain = net.file

    def file():
        for layer in layers:
            layer._layer1x1 = None
        data = plain()
        for layer, one in zip(layers, ones):
            layer._layer1x1 = one
        return data

    net.file = file
    return net


@case
def film():
    """Modulated at every site, with shifts."""
    films = {name: dict(active=True, shift=True, groups=1) for name in FILMS}
    return wavenet([array(1, 3, 1, [2, 2], [1, 3], film_params=films,
                          head_1x1_config=dict(active=True, out_channels=2, groups=1))])


@case
def film_scales():
    """Some sites, only scales, in groups, on gated layers, from a condition of two channels."""
    films = {name: dict(active=True, shift=False, groups=2) for name in (FILMS[0], FILMS[2], FILMS[5])}
    films[FILMS[4]] = dict(active=True, shift=True, groups=2)
    gate = {"name": "PairMultiply", "primary": "Tanh", "secondary": "Sigmoid"}
    return wavenet([array(2, 4, 1, [2, 3], [2, 1], gate, condition=2, film_params=films)])


@case
def heads():
    """Kernels in the arrays' heads and a stack after the last."""
    return wavenet([array(1, 4, 3, [3, 2], [1, 3], head_kernel=3, bias=True),
                    array(4, 3, 2, [2], [4], head_kernel=5)],
                   head=dict(channels=4, out_channels=1, kernel_sizes=[3, 1, 2], activation="Tanh"))


@case
def condition():
    """A separate network computes the condition."""
    inner = dict(name="WaveNet", config=dict(layers_configs=[array(1, 3, 3, [2, 2], [1, 4], bias=True)], head_scale=0.75))
    return wavenet([array(1, 4, 1, [3, 2], [1, 2], condition=3)], condition_dsp=inner)


def slimmable(value):
    net = wavenet([array(1, 6, 1, [3, 2, 3], [1, 2, 4], slimmable=dict(
        method="slice_channels_uniform", kwargs=dict(allowed_channels=[2, 3, 6])))])
    net.module.set_slimming(value)
    return net


@case
def slimmable_smallest():
    return slimmable(0.0)


@case
def slimmable_middle():
    return slimmable(0.5)


@case
def convnet():
    return MonoNet(ConvNet(channels=4, dilations=[1, 2, 4], batchnorm=False, activation="SiLU", sample_rate=RATE), "ConvNet")


@case
def convnet_normalised():
    return MonoNet(ConvNet(channels=3, dilations=[1, 3, 5], batchnorm=True, activation="Tanh", sample_rate=RATE), "ConvNet")


@case
def linear():
    return MonoNet(Linear(receptive_field=40, bias=True, sample_rate=RATE), "Linear")


@case
def lstm():
    return LSTMNet(hidden_size=3)


@case
def lstm_two_layers():
    return LSTMNet(hidden_size=5, num_layers=2)


@case
def container_small():
    return container(0)


@case
def container_large():
    return container(1)


def container(chosen):
    nets = [LSTMNet(hidden_size=2), wavenet([array(1, 3, 1, [2], [1])])]
    return Container(nets, [0.5, 1.0], chosen)


@case
def sequence():
    return Sequence([wavenet([array(1, 3, 1, [3, 2], [1, 2], bias=True)]),
                     MonoNet(ConvNet(channels=3, dilations=[1, 2], batchnorm=False, activation="Tanh", sample_rate=RATE),
                             "ConvNet")])


SIZES = {"slimmable-smallest": 0.0, "slimmable-middle": 0.5, "container-small": 0.25}


# --- files -------------------------------------------------------------------------------------------------------------


def signal(channels):
    """Silence, an impulse, decaying sines on noise, silence."""
    generator = np.random.default_rng(SEED)
    x = np.zeros((channels, FRAMES))
    t = np.arange(FRAMES - 100)
    for c in range(channels):
        x[c, 20 + c] = 0.8
        x[c, 60:FRAMES - 40] = (0.5 * np.sin(2 * np.pi * (0.01 + 0.007 * c) * t) * np.exp(-t / 200)
                                + 0.1 * generator.standard_normal(t.size))
    return torch.from_numpy(x.astype(np.float32))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    root = pathlib.Path(__file__).resolve().parents[2]
    parser.add_argument("--output", type=pathlib.Path, default=root / "Tests/ConvAudioKitTests/Golden/nam")
    folder = parser.parse_args().output
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    facts = []
    for name, make in CASES.items():
        # A separate seed for each case, so that a new case does not change others: the checksum of its name, without
        # the size.
        torch.manual_seed(SEED + zlib.crc32(name.split("-")[0].encode()) % 1000)
        with torch.no_grad():
            net = make()
            data = net.file()
            x = signal(net.inputs)
            floats = {past: net.run(x, past) for past in ("silence", "zeroHistory")}
            net.double()
            truth = {past: net.run(x.double(), past).reshape(-1, FRAMES) for past in floats}
        case_folder = folder / name
        case_folder.mkdir(exist_ok=True)
        (case_folder / "model.nam").write_text(json.dumps(data))
        (case_folder / "input.f32").write_bytes(x.numpy().astype("<f4").tobytes())
        fact = {"name": name, "size": SIZES.get(name, 1.0), "frames": FRAMES, "inputChannels": x.shape[0],
                "outputChannels": truth["silence"].shape[0], "rms": {}, "float32RMSError": {}}
        for past, y in truth.items():
            (case_folder / f"{past}.f64").write_bytes(y.numpy().astype("<f8").tobytes())
            error = floats[past].double().reshape(y.shape) - y
            fact["rms"][past] = float(torch.sqrt((y**2).mean()))
            fact["float32RMSError"][past] = float(torch.sqrt((error**2).mean()))
        facts.append(fact)
        print(f"{name:22} weights {count(data):5} rms {fact['rms']['silence']:.3f} "
              f"float32 {fact['float32RMSError']['silence']:.2e} {fact['float32RMSError']['zeroHistory']:.2e}")
    import importlib.metadata as metadata
    record = {"seed": SEED, "script": "Tools/golden/make_nam_golden.py", "python": platform.python_version(),
              "torch": torch.__version__, "neural-amp-modeler": metadata.version("neural-amp-modeler"),
              "numpy": np.__version__, "machine": f"{platform.system()} {platform.machine()}", "cases": facts}
    (folder / "cases.json").write_text(json.dumps(record, indent=1) + "\n")


def count(data):
    inner = data["config"].get("submodels", []) + data["config"].get("models", [])
    return len(data["weights"]) + sum(count(m.get("model", m)) for m in inner)


if __name__ == "__main__":
    sys.exit(main())
