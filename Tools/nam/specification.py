"""The networks of the `.nam` format by their definition, in double precision on the file's float32 weights.

Slow and obvious: whole signals, one numpy operation per line of the formulas. Silence precedes the first frame; an
LSTM starts from its state after half a second of zeros, as in players.

    from specification import load, run
    y = run(load("amp.nam"), x, size=1.0)      # x: [channels, frames]
"""

import json
import math

import numpy as np

FILMS = ("conv_pre_film", "conv_post_film", "input_mixin_pre_film", "input_mixin_post_film",
         "activation_pre_film", "activation_post_film", "layer1x1_post_film", "head1x1_post_film")


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def run(model, x, size=1.0, rate=48000.0):
    """The output for `x`, [channels, frames], as many frames."""
    rate = model.get("sample_rate") or rate
    config, weights = model["config"], Weights(model["weights"])
    x = np.atleast_2d(np.asarray(x, dtype=np.float64))
    kind = model["architecture"]
    if kind == "SlimmableContainer":
        chosen = next((s for s in config["submodels"] if size < s["max_value"]), config["submodels"][-1])
        return run(chosen["model"], x, rate=rate)
    if kind == "Sequential":
        for child in config["models"]:
            x = run(child, x, size, rate)
        return x
    y = {"WaveNet": wavenet, "ConvNet": convnet, "Linear": linear, "LSTM": lstm}[kind](config, weights, x, size, rate)
    weights.finish()
    return y


class Weights:
    def __init__(self, values):
        self.values = np.asarray(values, dtype=np.float32).astype(np.float64)
        self.place = 0

    def take(self, *shape):
        count = math.prod(shape)
        part = self.values[self.place:self.place + count]
        assert part.size == count, "too few weights"
        self.place += count
        return part.reshape(shape)

    def conv(self, inputs, outputs, kernel=1, dilation=1, groups=1, bias=True):
        w = self.take(outputs, inputs // groups, kernel)
        return Conv(w, self.take(outputs) if bias else None, dilation, groups)

    def finish(self):
        assert self.place == self.values.size, f"{self.values.size - self.place} weights too many"


class Conv:
    """y[o,t] = b[o] + sum w[o,i,k] x[i, t - (K-1-k) d]"""

    def __init__(self, w, b, dilation, groups):
        self.w, self.b, self.dilation, self.groups = w, b, dilation, groups

    def cut(self, inputs, outputs):
        return Conv(self.w[:outputs, :inputs], None if self.b is None else self.b[:outputs], self.dilation, self.groups)

    def __call__(self, x):
        """x: a Signal. Its rest, the constant before the first frame, is passed on."""
        outputs, width, kernel = self.w.shape
        rows = outputs // self.groups
        history = (kernel - 1) * self.dilation
        padded = np.concatenate([np.repeat(x.rest[:, None], history, axis=1), x.frames], axis=1)
        frames = x.frames.shape[1]
        y = np.zeros((outputs, frames))
        rest = np.zeros(outputs)
        for g in range(self.groups):
            mine, theirs = slice(g * rows, (g + 1) * rows), slice(g * width, (g + 1) * width)
            for k in range(kernel):
                start = k * self.dilation
                y[mine] += self.w[mine, :, k] @ padded[theirs, start:start + frames]
            rest[mine] = self.w[mine].sum(axis=2) @ x.rest[theirs]
        if self.b is not None:
            y, rest = y + self.b[:, None], rest + self.b
        return Signal(y, rest)


class Signal:
    """Frames from 0 on, and the constant before them."""

    def __init__(self, frames, rest):
        self.frames, self.rest = frames, rest

    def map(self, function):
        return Signal(function(self.frames), function(self.rest[:, None])[:, 0])

    def __add__(self, other):
        return Signal(self.frames + other.frames, self.rest + other.rest)

    def __mul__(self, other):
        return Signal(self.frames * other.frames, self.rest * other.rest)

    def __getitem__(self, rows):
        return Signal(self.frames[rows], self.rest[rows])


def sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


def activation(spec):
    spec = {"type": spec} if isinstance(spec, str) else spec
    kind = spec["type"]

    def leaky_clamp(x, low, high, below, above):
        return np.where(x < low, (x - low) * below + low, np.where(x > high, (x - high) * above + high, x))

    if kind in ("LeakyReLU", "PReLU"):
        slope = spec.get("negative_slope", spec.get("negative_slopes", 0.01))
        slope = np.asarray(np.float32(slope), dtype=np.float64).reshape(-1, 1)
        return lambda x: np.where(x > 0, x, slope * x)
    if kind in ("LeakyHardtanh", "LeakyHardTanh"):
        numbers = [float(np.float32(spec.get(k, d))) for k, d in
                   (("min_val", -1), ("max_val", 1), ("min_slope", 0.01), ("max_slope", 0.01))]
        return lambda x: leaky_clamp(x, *numbers)
    if kind == "Hardtanh":
        low, high = (float(np.float32(spec.get(k, d))) for k, d in (("min_val", -1), ("max_val", 1)))
        return lambda x: np.clip(x, low, high)
    return {
        "Tanh": np.tanh, "ReLU": lambda x: np.maximum(x, 0), "Sigmoid": sigmoid, "SiLU": lambda x: x * sigmoid(x),
        "Hardswish": lambda x: x * np.clip(x + 3, 0, 6) / 6, "Softsign": lambda x: x / (1 + np.abs(x)),
        "Softsigmoid": lambda x: 0.5 * (1 + x / (1 + np.abs(x))), "Fasttanh": fast_tanh,
    }[kind]


def fast_tanh(x):
    a, x2 = np.abs(x), x * x
    return (x * (2.45550750702956 + 2.45550750702956 * a + (0.893229853513558 + 0.821226666969744 * a) * x2)
            / (2.44506634652299 + (2.44506634652299 + x2) * np.abs(x + 0.814642734961073 * x * a)))


def per_layer(value, count, default=None):
    if value is None:
        return [default] * count
    return list(value) if isinstance(value, list) else [value] * count


class Layer:
    pass


def read_array(config, weights):
    """The layers of one array and their weights, in the order of the file."""
    array = Layer()
    channels, condition = config["channels"], config["condition_size"]
    inner = config.get("bottleneck") or channels
    dilations = config["dilations"]
    count = len(dilations)
    kernels = per_layer(config.get("kernel_sizes", config.get("kernel_size")), count)
    modes = per_layer(config.get("gating_mode"), count, "gated" if config.get("gated") else "none")
    acts = per_layer(config["activation"], count)
    seconds = per_layer(config.get("secondary_activation"), count, "Sigmoid")
    one = config.get("layer1x1") or {}
    head_one = config.get("head1x1") or {}
    array.channels, array.inner, array.condition = channels, inner, condition
    array.rechannel = weights.conv(config["input_size"], channels, bias=False)
    array.layers = []
    for i in range(count):
        layer = Layer()
        layer.mode, layer.act, layer.second = modes[i], acts[i], seconds[i] or "Sigmoid"
        wide = inner if layer.mode == "none" else 2 * inner
        layer.conv = weights.conv(channels, wide, kernels[i], dilations[i], config.get("groups_input", 1))
        layer.mixin = weights.conv(condition, wide, groups=config.get("groups_input_mixin", 1), bias=False)
        layer.one = weights.conv(inner, channels, groups=one.get("groups", 1)) if one.get("active", True) else None
        out = head_one.get("out_channels", channels)
        layer.head_one = (weights.conv(inner, out, groups=head_one.get("groups", 1))
                          if head_one.get("active", False) else None)
        widths = dict(zip(FILMS, (channels, wide, condition, wide, wide, inner, channels, out)))
        layer.films = {}
        for name in FILMS:
            film = config.get(name)
            if film and film.get("active", True):
                shift = film.get("shift", True)
                conv = weights.conv(condition, (2 if shift else 1) * widths[name], groups=film.get("groups", 1))
                layer.films[name] = (conv, widths[name] if shift else None)
        array.layers.append(layer)
    head = config.get("head") or {"out_channels": config.get("head_size"), "kernel_size": 1,
                                  "bias": config.get("head_bias")}
    width = head_one["out_channels"] if head_one.get("active", False) else inner
    array.head = weights.conv(width, head["out_channels"], head["kernel_size"], head.get("head_dilation", 1),
                              bias=head["bias"])
    slimmable = config.get("slimmable")
    array.widths = None
    if slimmable:
        array.widths = (slimmable.get("kwargs") or {}).get("allowed_channels") or list(range(1, channels + 1))
    return array


def slim(arrays, size):
    """Keeps the first channels of every slimmable array."""
    before = None
    for index, array in enumerate(arrays):
        channels, inner = array.channels, array.inner
        if array.widths:
            n = len(array.widths)
            channels = array.widths[min(math.floor(size * n), n - 1)]
            inner = max(1, array.inner * channels // array.channels)
        array.rechannel = array.rechannel.cut(before, channels)
        for layer in array.layers:
            if array.widths:
                wide = inner if layer.mode == "none" else 2 * inner
                layer.conv = layer.conv.cut(channels, wide)
                layer.mixin = layer.mixin.cut(None, wide)
                layer.one = layer.one.cut(inner, channels) if layer.one else None
        array.kept, array.kept_inner = channels, inner
        before = channels
    for index, array in enumerate(arrays):
        outputs = None
        if index + 1 < len(arrays) and arrays[index + 1].widths:
            outputs = arrays[index + 1].kept_inner
        array.head = array.head.cut(array.kept_inner if array.widths else None, outputs)


def wavenet(config, weights, x, size, rate):
    arrays = [read_array(array, weights) for array in config["layers"]]
    head = config.get("head")
    convs = []
    if head:
        width = arrays[-1].head.w.shape[0]
        for i, kernel in enumerate(head["kernel_sizes"]):
            out = head["out_channels"] if i == len(head["kernel_sizes"]) - 1 else head["channels"]
            convs.append(weights.conv(width, out, kernel))
            width = out
    scale = weights.take(1)[0]
    slim(arrays, size)
    raw = Signal(x, np.zeros(x.shape[0]))
    condition = raw
    if config.get("condition_dsp"):
        # Its constant for silence is its output after a long silence.
        model = config["condition_dsp"]
        lead = 1 << 15
        long = run(model, np.concatenate([np.zeros((x.shape[0], lead)), x], axis=1), rate=rate)
        condition = Signal(long[:, lead:], long[:, lead - 1])
    x, total = raw, None
    for array in arrays:
        x = array.rechannel(x)
        for layer in array.layers:
            def film(signal, name, layer=layer):
                if name not in layer.films:
                    return signal
                conv, width = layer.films[name]
                both = conv(condition)
                return signal * both if width is None else signal * both[:width] + both[width:]
            z = film(layer.conv(film(x, "conv_pre_film")), "conv_post_film")
            m = film(layer.mixin(film(condition, "input_mixin_pre_film")), "input_mixin_post_film")
            z = film(z + m, "activation_pre_film")
            act = activation(layer.act)
            if layer.mode == "none":
                a = z.map(act)
            else:
                half = z.frames.shape[0] // 2
                first, gate = z[:half], z[half:].map(activation(layer.second))
                a = gate * first.map(act)
                if layer.mode == "blended":
                    a = a + gate.map(lambda g: 1 - g) * first
            a = film(a, "activation_post_film")
            heard = film(layer.head_one(a), "head1x1_post_film") if layer.head_one else a
            total = heard if total is None else total + heard
            if layer.one:
                x = x + film(layer.one(a), "layer1x1_post_film")
        total = array.head(total)
    y = total.map(lambda v: scale * v)
    for conv in convs:
        y = conv(y.map(activation(head["activation"])))
    return y.frames


def convnet(config, weights, x, size, rate):
    y = Signal(x, np.zeros(x.shape[0]))
    channels, inputs = config["channels"], config.get("in_channels", 1)
    for dilation in config["dilations"]:
        y = weights.conv(inputs, channels, 2, dilation, config.get("groups", 1), not config["batchnorm"])(y)
        if config["batchnorm"]:
            mean, variance, gamma, beta = (weights.take(channels, 1) for _ in range(4))
            factor = gamma / np.sqrt(variance + weights.take(1)[0])
            y = y.map(lambda v: (v - mean) * factor + beta)
        y = y.map(activation(config["activation"]))
        inputs = channels
    return weights.conv(channels, config.get("out_channels", 1))(y).frames


def linear(config, weights, x, size, rate):
    taps = weights.take(config["receptive_field"])
    bias = weights.take(1)[0] if config.get("bias") else 0.0
    return np.convolve(x[0], taps)[None, :x.shape[1]] + bias


def lstm(config, weights, x, size, rate):
    width, hidden = config["input_size"], config["hidden_size"]
    lead = int(0.5 * rate)
    y = np.concatenate([np.zeros((width, lead)), x], axis=1)
    for _ in range(config["num_layers"]):
        w, b = weights.take(4 * hidden, width + hidden), weights.take(4 * hidden)
        h, c = weights.take(hidden), weights.take(hidden)
        out = np.empty((hidden, y.shape[1]))
        ahead = w[:, :width] @ y + b[:, None]
        for t in range(y.shape[1]):
            z = ahead[:, t] + w[:, width:] @ h
            i, f, g, o = (z[n * hidden:(n + 1) * hidden] for n in range(4))
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
            out[:, t] = h
        y, width = out, hidden
    head, bias = weights.take(config.get("out_channels", 1), hidden), weights.take(config.get("out_channels", 1))
    return (head @ y + bias[:, None])[:, lead:]
