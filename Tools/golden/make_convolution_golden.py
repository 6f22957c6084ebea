"""Writes the golden file of the N-D operations: small random cases and PyTorch's output for them.

    python3 Tools/golden/make_convolution_golden.py [OUTPUT_DIRECTORY]

See README.md in this folder. The reference is PyTorch's run in float64 on float32 inputs and weights; the float32 run
shows how large ordinary errors are.
"""

import itertools
import json
import math
import pathlib
import platform
import sys
import warnings

import numpy as np
import torch
import torch.nn.functional as F

SEED = 20261207
DEFAULT_OUTPUT = pathlib.Path(__file__).resolve().parents[2] / "Tests/ConvolutionTests/Golden/operations"

CONVOLUTION = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
TRANSPOSED = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}
MAXIMUM = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}
AVERAGE = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}
L2 = {1: F.lp_pool1d, 2: F.lp_pool2d, 3: F.lp_pool3d}
GLOBAL_AVERAGE = {1: F.adaptive_avg_pool1d, 2: F.adaptive_avg_pool2d, 3: F.adaptive_avg_pool3d}


# Sizes and paddings


def reach(axis):
    return axis["dilation"] * (axis["kernel"] - 1) + 1


def padding_counts(padding, axis, size):
    """Positions before and after for a named padding."""
    span = reach(axis) - 1
    if padding == "valid":
        return 0, 0
    if padding == "full":
        return span, span
    if padding == "causal":
        return span, 0
    if padding == "same":  # PyTorch's own, checked against padding="same" below
        return span // 2, span - span // 2
    # ONNX, Conv, auto_pad: output = ceil(input / stride), and the total padding is what that needs; an odd frame goes
    # to the end for SAME_UPPER and to the beginning for SAME_LOWER.
    outputs = math.ceil(size / axis["stride"])
    total = max(0, (outputs - 1) * axis["stride"] + span + 1 - size)
    less, more = total // 2, total - total // 2
    return {"sameUpper": (less, more), "sameLower": (more, less)}[padding]


def pad(x, axes, mode, value=0.0):
    """PyTorch names the innermost axis first."""
    counts = [n for axis in reversed(axes) for n in (axis["before"], axis["after"])]
    if mode in ("zeros", "constant"):
        return F.pad(x, counts, "constant", value)
    return F.pad(x, counts, mode)


def each(axes, key):
    return [axis[key] for axis in axes]


# Each operation in PyTorch. `t` holds the case's tensors in the precision of the run.


def convolution(case, t):
    axes, rank = case["axes"], len(case["axes"])
    weights = t["weights"].flip(list(range(2, rank + 2))) if case["isMirrored"] else t["weights"]
    options = dict(stride=each(axes, "stride"), dilation=each(axes, "dilation"), groups=case["groups"])
    padded = pad(t["input"], axes, case["mode"], case.get("constant", 0.0))
    y = CONVOLUTION[rank](padded, weights, t.get("bias"), **options)
    if case["padding"] == "same" and case["mode"] == "zeros":
        own = CONVOLUTION[rank](t["input"], weights, t.get("bias"), padding="same", **options)
        assert y.shape == own.shape and torch.allclose(y, own, atol=1e-5)
    if case["padding"] in ("sameUpper", "sameLower"):
        assert list(y.shape[2:]) == [math.ceil(n / s) for n, s in zip(t["input"].shape[2:], each(axes, "stride"))]
    return y


def transposed_convolution(case, t):
    axes, rank = case["axes"], len(case["axes"])
    options = dict(stride=each(axes, "stride"), dilation=each(axes, "dilation"), groups=case["groups"],
                   output_padding=each(axes, "outputPadding"))
    y = TRANSPOSED[rank](t["input"], t["weights"], t.get("bias"), **options)
    # PyTorch has only symmetric padding: compute all outputs, then crop.
    for index, axis in enumerate(axes):
        y = y.narrow(index + 2, axis["before"], y.shape[index + 2] - axis["before"] - axis["after"])
    if each(axes, "before") == each(axes, "after"):
        own = TRANSPOSED[rank](t["input"], t["weights"], t.get("bias"), padding=each(axes, "before"), **options)
        assert y.shape == own.shape and torch.allclose(y, own, atol=1e-5)
    return y.contiguous()


def box_sums(x, axes):
    """The sum of every window, zeros in the padding: a depthwise convolution with ones."""
    channels, rank = x.shape[1], len(axes)
    ones = torch.ones([channels, 1] + each(axes, "kernel"), dtype=x.dtype)
    return CONVOLUTION[rank](pad(x, axes, "zeros"), ones, stride=each(axes, "stride"),
                             dilation=each(axes, "dilation"), groups=channels)


def is_plain(axes):
    """Whether PyTorch's average and L2 pooling support the case: no dilation, equal padding on both sides."""
    return all(axis["dilation"] == 1 and axis["before"] == axis["after"] for axis in axes)


def maximum_pooling(case, t):
    axes, rank = case["axes"], len(case["axes"])
    x, padding = t["input"], each(axes, "before")
    if each(axes, "after") != padding:
        x, padding = pad(x, axes, "constant", -math.inf), 0
    return MAXIMUM[rank](x, each(axes, "kernel"), each(axes, "stride"), padding, each(axes, "dilation"),
                         ceil_mode=case["ceilMode"])


def average_pooling(case, t):
    axes, rank, x = case["axes"], len(case["axes"]), t["input"]
    if is_plain(axes):
        return AVERAGE[rank](x, each(axes, "kernel"), each(axes, "stride"), each(axes, "before"),
                             ceil_mode=case["ceilMode"], count_include_pad=case["countsPadding"])
    assert not case["ceilMode"]
    if case["countsPadding"]:
        return box_sums(x, axes) / math.prod(each(axes, "kernel"))
    return box_sums(x, axes) / box_sums(torch.ones_like(x), axes)


def l2_pooling(case, t):
    axes, rank, x = case["axes"], len(case["axes"]), t["input"]
    if all(axis["dilation"] == 1 for axis in axes):
        kernel, stride = each(axes, "kernel"), each(axes, "stride")
        # The rank-1 version does not take lists.
        return L2[rank](pad(x, axes, "zeros"), 2.0, *((kernel, stride) if rank > 1 else (kernel[0], stride[0])))
    return box_sums(x * x, axes).sqrt()


OPERATIONS = {
    "convolution": convolution,
    "transposedConvolution": transposed_convolution,
    "maximumPooling": maximum_pooling,
    "averagePooling": average_pooling,
    "l2Pooling": l2_pooling,
    "globalAverage": lambda case, t: GLOBAL_AVERAGE[t["input"].dim() - 2](t["input"], 1),
    "batchNormalisation": lambda case, t: F.batch_norm(
        t["input"], t["mean"], t["variance"], t.get("scale"), t.get("shift"), eps=case["epsilon"]),
    "layerNormalisation": lambda case, t: F.layer_norm(
        t["input"], t["input"].shape[-case["normalisedAxes"]:],
        *[t[n].reshape(t["input"].shape[-case["normalisedAxes"]:]) if n in t else None for n in ("scale", "shift")],
        eps=case["epsilon"]),
    "groupNormalisation": lambda case, t: F.group_norm(
        t["input"], case["groups"], t.get("scale"), t.get("shift"), eps=case["epsilon"]),
    "instanceNormalisation": lambda case, t: F.instance_norm(
        t["input"], None, None, t.get("scale"), t.get("shift"), eps=case["epsilon"]),
    "softmax": lambda case, t: F.softmax(t["input"], dim=case["axis"]),
    "linear": lambda case, t: F.linear(t["input"], t["weights"], t.get("bias")),
}


# The cases. A draw is a function of `random`, and shapes go with each case.


def make_axis(kernel, stride=1, dilation=1, before=0, after=0, output_padding=None):
    axis = dict(kernel=kernel, stride=stride, dilation=dilation, before=before, after=after)
    return axis if output_padding is None else axis | {"outputPadding": output_padding}


# Smallest and largest size and largest kernel of an axis, by rank, to keep cases small.
SIZES = {1: (9, 37), 2: (5, 12), 3: (3, 6)}
KERNELS = {1: 7, 2: 7, 3: 4}


def channels_for(kind, random):
    """Input channels, output channels and groups; `all` is depthwise with one or two outputs per channel."""
    if kind == "one":
        return int(random.integers(1, 5)), int(random.integers(1, 6)), 1
    if kind == "some":
        groups = int(random.integers(2, 4))
        return groups * int(random.integers(2, 4)), groups * int(random.integers(1, 4)), groups
    groups = int(random.integers(2, 6))
    return groups, groups * int(random.integers(1, 3)), groups


def draw_convolution(rank, kernel, padding, mode, kind, random):
    """One case whose first or last axis has this kernel; None when the numbers drawn do not fit each other."""
    sizes, axes = [], []
    for index in range(rank):
        wanted = index == (0 if kernel % 2 else rank - 1)
        taps = kernel if wanted else int(random.integers(1, min(KERNELS[rank], 4) + 1))
        axis = make_axis(taps, 1 if padding == "same" else int(random.integers(1, 4)), int(random.integers(1, 4)))
        size = int(random.integers(SIZES[rank][0], SIZES[rank][1] + 1))
        if padding == "explicit":
            axis["before"], axis["after"] = (int(n) for n in random.integers(0, 6, 2))
        else:
            axis["before"], axis["after"] = padding_counts(padding, axis, size)
        most = {"reflect": size - 1, "circular": size}.get(mode, 99)
        if max(axis["before"], axis["after"]) > most or size + axis["before"] + axis["after"] < reach(axis):
            return None
        sizes.append(size)
        axes.append(axis)
    inputs, outputs, groups = channels_for(kind, random)
    case = dict(operation="convolution", axes=axes, padding=padding, mode=mode, groups=groups,
                isMirrored=bool(random.random() < 0.15))
    if mode == "constant":
        case["constant"] = float(np.float32(random.standard_normal()))
    shapes = {"input": [int(random.integers(1, 3)), inputs] + sizes,
              "weights": [outputs, inputs // groups] + each(axes, "kernel")}
    if random.random() < 0.6:
        shapes["bias"] = [outputs]
    return case, shapes


def draw_transposed(rank, kernel, kind, random):
    sizes, axes = [], []
    for index in range(rank):
        taps = kernel if index == (0 if kernel % 2 else rank - 1) else int(random.integers(1, 4))
        stride, dilation = (int(n) for n in random.integers(1, 4, 2))
        before, after = (int(n) for n in random.integers(0, 4, 2))
        if random.random() < 0.5:
            after = before
        axis = make_axis(taps, stride, dilation, before, after, int(random.integers(0, max(stride, dilation))))
        size = int(random.integers(2, {1: 15, 2: 6, 3: 4}[rank] + 1))
        if (size - 1) * stride + reach(axis) + axis["outputPadding"] - before - after < 1:
            return None
        sizes.append(size)
        axes.append(axis)
    inputs, outputs, groups = channels_for(kind, random)
    shapes = {"input": [int(random.integers(1, 3)), inputs] + sizes,
              "weights": [inputs, outputs // groups] + each(axes, "kernel")}
    if random.random() < 0.6:
        shapes["bias"] = [outputs]
    case = dict(operation="transposedConvolution", axes=axes, groups=groups)
    # With wide strides and a lot of cropping hardly any output has a tap, so the case would test nothing.
    taps = transposed_convolution(case, {name: torch.ones(shapes[name]) for name in ("input", "weights")})
    return (case, shapes) if (taps > 0).float().mean() > 0.4 else None


def until_it_fits(draw, *arguments):
    while True:
        drawn = draw(*arguments)
        if drawn and output_count(*drawn) <= 1500:
            return drawn


def output_count(case, shapes):
    t = {name: torch.zeros(shape) for name, shape in shapes.items()}
    return OPERATIONS[case["operation"]](case, t).numel()


def drawn_cases(random):
    """A range of cases: paddings, modes and groups rotate with periods that have no common factor, kernels within them."""
    paddings = itertools.cycle(["explicit", "same", "valid", "sameUpper", "explicit", "causal", "sameLower", "full"])
    modes = itertools.cycle(["zeros", "reflect", "circular", "replicate", "constant"])
    kinds = itertools.cycle(["one", "some", "all"])
    for rank, rounds in ((1, 3), (2, 2), (3, 2)):
        for kernel in rounds * list(range(1, KERNELS[rank] + 1)):
            padding = next(paddings)
            mode = "zeros" if padding == "valid" else next(modes)
            yield until_it_fits(draw_convolution, rank, kernel, padding, mode, next(kinds), random)
    for rank, kernels in ((1, (1, 2, 3, 4, 5, 7)), (2, (1, 2, 3, 4, 5)), (3, (1, 2, 3, 4))):
        for kernel in kernels:
            yield until_it_fits(draw_transposed, rank, kernel, next(kinds), random)


def chosen_cases():
    """Corner cases that random numbers may miss, and common cases."""
    def one(axes, input_shape, weights, padding="explicit", mode="zeros", groups=1, bias=True, mirrored=False):
        shapes = {"input": input_shape, "weights": weights} | ({"bias": weights[:1]} if bias else {})
        return dict(operation="convolution", axes=axes, padding=padding, mode=mode, groups=groups,
                    isMirrored=mirrored), shapes

    same = [make_axis(6, 1, 3, 7, 8)]
    yield one(same, [1, 2, 5], [3, 2, 6], "same")  # the input shorter than the reach, an odd total
    yield one([make_axis(7, 2, 3, 9, 10)], [2, 3, 1], [2, 3, 7])  # a single position
    yield one([make_axis(5, 1, 1, 4, 0)], [1, 1, 33], [16, 1, 5], "causal")
    yield one([make_axis(1)], [2, 24, 17], [10, 24, 1], "valid")
    yield one([make_axis(3, 1, 8, 8, 8)], [1, 12, 5], [12, 1, 3], groups=12)  # two of three taps in the padding
    yield one([make_axis(2, 3, 1, 0, 0)], [1, 3, 20], [4, 3, 2], "valid", mirrored=True)  # stride beyond the kernel
    yield one([make_axis(3, 2, 1, 1, 1)] * 2, [1, 3, 11, 9], [7, 3, 3, 3])
    yield one([make_axis(3, 1, 4, 4, 4)] * 2, [1, 4, 7, 7], [5, 4, 3, 3], bias=False)
    yield one([make_axis(7, 1, 1, 3, 3)] * 2, [1, 3, 7, 8], [3, 1, 7, 7], groups=3)
    yield one([make_axis(3, 1, 1, 7, 7), make_axis(3, 1, 1, 8, 8)], [1, 1, 7, 8], [1, 1, 3, 3], mode="circular")
    yield one([make_axis(3, 1, 1, 6, 6), make_axis(3, 1, 1, 7, 7)], [1, 1, 7, 8], [1, 1, 3, 3], mode="reflect")
    yield one([make_axis(3, 1, 1, 1, 1)] * 3, [1, 4, 4, 5, 6], [3, 4, 3, 3, 3])
    yield one([make_axis(7, 2, 1, 3, 3), make_axis(1), make_axis(5, 1, 1, 2, 2)], [1, 1, 5, 2, 6], [2, 1, 7, 1, 5],
              mirrored=True)

    def transposed(axes, input_shape, weights, outputs):
        return dict(operation="transposedConvolution", axes=axes, groups=1), {
            "input": input_shape, "weights": weights, "bias": [outputs]}

    yield transposed([make_axis(4, 2, 1, 1, 1, 0)] * 2, [1, 6, 5, 7], [6, 3, 4, 4], 3)  # doubles the size
    yield transposed([make_axis(3, 2, 1, 1, 1, 1)] * 2, [2, 3, 4, 5], [3, 4, 3, 3], 4)  # so does this
    yield transposed([make_axis(16, 8, 1, 4, 4, 0)], [1, 4, 9], [4, 2, 16], 2)  # as in a vocoder
    yield transposed([make_axis(2, 3, 1, 0, 0, 2)], [1, 2, 8], [2, 3, 2], 3)  # outputs without taps: only the bias


def pooling_cases():
    def one(operation, axes, input_shape, **more):
        return dict(operation=operation, axes=axes) | more, {"input": input_shape}

    for ceil in (False, True):
        yield one("maximumPooling", [make_axis(3, 2, 1, 1, 1)], [2, 3, 20], ceilMode=ceil)
        yield one("maximumPooling", [make_axis(2, 3, 2, 1, 1)], [1, 4, 18], ceilMode=ceil)
        yield one("maximumPooling", [make_axis(3, 2, 2, 1, 1), make_axis(2, 2)], [1, 3, 12, 9], ceilMode=ceil)
        yield one("maximumPooling", [make_axis(2, 2), make_axis(3, 1, 1, 1, 1), make_axis(2, 3)], [2, 2, 5, 4, 6],
                  ceilMode=ceil)
        for counts in (False, True):
            settings = dict(ceilMode=ceil, countsPadding=counts)
            yield one("averagePooling", [make_axis(3, 2, 1, 1, 1)], [2, 2, 18], **settings)
            yield one("averagePooling", [make_axis(3, 2, 1, 1, 1), make_axis(4, 3, 1, 2, 2)], [1, 3, 10, 12],
                      **settings)
            yield one("averagePooling", [make_axis(2, 2), make_axis(3, 3, 1, 1, 1), make_axis(2)], [1, 2, 5, 6, 4],
                      **settings)
    yield one("maximumPooling", [make_axis(3, 1, 2, 0, 2), make_axis(2, 2, 1, 1, 0)], [1, 3, 8, 9], ceilMode=False)
    for counts in (False, True):
        yield one("averagePooling", [make_axis(3, 2, 2, 1, 2), make_axis(2, 1, 3, 1, 0)], [2, 3, 9, 8],
                  ceilMode=False, countsPadding=counts)
    yield one("l2Pooling", [make_axis(3, 2)], [2, 3, 20], ceilMode=False)
    yield one("l2Pooling", [make_axis(3, 2, 1, 1, 0), make_axis(2, 1, 1, 0, 1)], [1, 3, 9, 8], ceilMode=False)
    yield one("l2Pooling", [make_axis(3, 1, 2, 2, 1), make_axis(2, 3, 3)], [1, 2, 9, 8], ceilMode=False)
    yield one("l2Pooling", [make_axis(2, 2), make_axis(2), make_axis(3, 2)], [1, 2, 4, 4, 7], ceilMode=False)
    for shape in ([2, 5, 17], [1, 3, 6, 7], [2, 2, 3, 4, 5]):
        yield dict(operation="globalAverage"), {"input": shape}


def normalisation_cases():
    def one(operation, input_shape, parameters, affine=True, **more):
        names = {"scale": [parameters], "shift": [parameters]} if affine else {}
        if operation == "batchNormalisation":
            names |= {"mean": [parameters], "variance": [parameters]}
        # The epsilon is a parameter like the weights: float32, in the float64 run too.
        epsilon = float(np.float32(more.pop("epsilon", 1e-5)))
        return dict(operation=operation, epsilon=epsilon) | more, {"input": input_shape} | names

    yield one("batchNormalisation", [2, 5, 13], 5)
    yield one("batchNormalisation", [1, 3, 6, 7], 3, epsilon=1e-3)
    yield one("batchNormalisation", [2, 4, 3, 4, 5], 4, affine=False)
    yield one("layerNormalisation", [2, 5, 13], 13, normalisedAxes=1)
    yield one("layerNormalisation", [2, 3, 4, 5], 60, normalisedAxes=3, epsilon=1e-6)
    yield one("layerNormalisation", [2, 3, 4, 5], 20, normalisedAxes=2, affine=False)
    yield one("groupNormalisation", [2, 6, 11], 6, groups=3)
    yield one("groupNormalisation", [1, 8, 5, 6], 8, groups=2, epsilon=1e-3)
    yield one("groupNormalisation", [1, 4, 3, 4, 5], 4, groups=1, affine=False)
    yield one("instanceNormalisation", [2, 5, 13], 5)
    yield one("instanceNormalisation", [2, 3, 6, 7], 3, affine=False)
    yield one("instanceNormalisation", [1, 2, 3, 4, 5], 2)
    for shape, axis in (([3, 10], 1), ([2, 5, 7], 1), ([2, 3, 4, 5], 3), ([4, 3, 2], 0)):
        yield dict(operation="softmax", axis=axis), {"input": shape}
    yield dict(operation="linear"), {"input": [3, 17], "weights": [11, 17], "bias": [11]}
    yield dict(operation="linear"), {"input": [1, 40], "weights": [5, 40]}


# Writing


def name_of(case, shapes):
    """The name of a case in test output."""
    words = [case["operation"], "x".join(map(str, shapes["input"]))]
    axes = case.get("axes", [])
    if axes:
        words += [letter + "x".join(map(str, each(axes, key)))
                  for letter, key in (("k", "kernel"), ("s", "stride"), ("d", "dilation"))]
        words.append("p" + ",".join(f"{a['before']}:{a['after']}" for a in axes))
    if case["operation"] == "transposedConvolution":
        words.append("o" + "x".join(map(str, each(axes, "outputPadding"))))
    if case["operation"] == "convolution":
        words += [case["padding"], case["mode"]]
    words += [f"{letter}{case[key]}" for letter, key in (("g", "groups"), ("axis", "axis"), ("last", "normalisedAxes"))
              if key in case]
    words += [key for key in ("ceilMode", "countsPadding", "isMirrored") if case.get(key)]
    if "weights" in shapes:
        is_transposed = case["operation"] == "transposedConvolution"
        words.append(f"to{case['groups'] * shapes['weights'][1] if is_transposed else shapes['weights'][0]}")
    return " ".join(words + [name for name in ("bias", "scale") if name in shapes])


def make_tensors(case, shapes, random):
    """Normal numbers, scaled to keep outputs of order 1."""
    tensors = {}
    for name, shape in shapes.items():
        values = random.standard_normal(shape)
        if name == "weights":
            values /= math.sqrt(math.prod(shape[1:]))
        elif name == "variance":
            values = np.square(values) + 0.1
        elif name == "input" and case["operation"] == "softmax":
            values *= 4
        tensors[name] = values.astype(np.float32)
    return tensors


def run(case, tensors, dtype):
    t = {name: torch.from_numpy(value).to(dtype) for name, value in tensors.items()}
    return OPERATIONS[case["operation"]](case, t).numpy()


def main():
    directory = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_OUTPUT
    warnings.filterwarnings("ignore", "Using padding='same' with even kernel lengths")
    torch.set_num_threads(1)  # the float32 error is then the same from run to run
    torch.set_grad_enabled(False)
    random = np.random.default_rng(SEED)
    cases, inputs, outputs = [], [], []
    input_count = output_count = 0
    for case, shapes in itertools.chain(
            chosen_cases(), drawn_cases(random), pooling_cases(), normalisation_cases()):
        tensors = make_tensors(case, shapes, random)
        truth, single = run(case, tensors, torch.float64), run(case, tensors, torch.float32)
        assert np.isfinite(truth).all() and truth.size > 0
        record = {"name": name_of(case, shapes)} | case | {"tensors": {}}
        for name, values in tensors.items():
            record["tensors"][name] = {"shape": list(values.shape), "offset": input_count}
            inputs.append(values.ravel())
            input_count += values.size
        record["output"] = {"shape": list(truth.shape), "offset": output_count}
        outputs.append(truth.ravel())
        output_count += truth.size
        record["float32MaximumError"] = float(np.abs(single - truth).max())
        cases.append(record)
    assert len({case["name"] for case in cases}) == len(cases), "two cases have the same name"

    directory.mkdir(parents=True, exist_ok=True)
    np.concatenate(inputs).astype("<f4").tofile(directory / "inputs.f32")
    np.concatenate(outputs).astype("<f8").tofile(directory / "outputs.f64")
    head = {
        "script": "Tools/golden/make_convolution_golden.py",
        "seed": SEED,
        "versions": {"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__},
        "machine": {"architecture": platform.machine(), "torchVectors": torch.backends.cpu.get_cpu_capability()},
        "layout": "last axis innermost, little-endian: inputs.f32 float32, outputs.f64 float64; offsets in elements",
    }
    # One line per case, so that a changed case is a changed line.
    lines = ",\n".join("    " + json.dumps(case) for case in cases)
    (directory / "cases.json").write_text(json.dumps(head, indent=2)[:-2] + ',\n  "cases": [\n' + lines + "\n  ]\n}\n")
    print(f"{len(cases)} cases, {input_count} numbers in, {output_count} out")


if __name__ == "__main__":
    main()
