"""Runs the rows of `convolution-benchmark` in PyTorch, ONNX Runtime and oneDNN, in turns, one thread each.

    swift build -c release --package-path Benchmarks --product convolution-benchmark
    taskset -c 0 python3 Benchmarks/Comparisons/convolution_peers.py [--rows SUBSTRING] [--rounds N]

Needs the packages `torch`, `onnxruntime`, `onnx` and `numpy`. oneDNN from the system (Debian: `libdnnl-dev`, 2.x)
and a C++ compiler are optional. All libraries use plain layout ([batch, channels, axes...], contiguous). Everything
that can be prepared once (weights, plans, models, output memory) is prepared once, except that PyTorch's function
takes unprepared weights and allocates its output in every call. In every round all libraries run the row in turns;
the best of many short batches counts, so other programs on the machine have little influence. Results of PyTorch and
ONNX Runtime are compared with PyTorch in double precision, those of oneDNN and convaudio with the definition.

The oneDNN column is the better of two: convolution on plain layouts, and convolution in the layouts of its choice
between two reorders. "own layout" is the latter without the reorders: not a fair comparison here, but the cost in a
network that stays in that layout. Small rows include the cost of a call from Python (about one microsecond for ONNX
Runtime, three for PyTorch).
"""
import argparse
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

import numpy  # noqa: E402
import onnx  # noqa: E402
import onnxruntime  # noqa: E402
import torch  # noqa: E402

HERE = Path(__file__).resolve().parent
PROGRAM = HERE.parent / ".build" / "release" / "convolution-benchmark"
TURN_SECONDS = 0.04


class Turns:
    """A program that measures the row named on each input line, and answers with a line."""

    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{self.process.args[0]} ended")
        return line.split()

    def ask(self, line):
        self.process.stdin.write(f"{line}\n")
        return self.answer()


class Timed:
    """A function and its best time per call, in seconds."""

    def __init__(self, function):
        self.function, self.batch, self.best = function, 0, math.inf

    def time(self, count):
        function, start = self.function, time.perf_counter()
        for _ in range(count):
            function()
        return time.perf_counter() - start

    def turn(self):
        self.time(1)
        self.batch = self.batch or max(1, int(2e-4 / self.time(1)))
        start = time.perf_counter()
        while time.perf_counter() - start < TURN_SECONDS:
            self.best = min(self.best, self.time(self.batch) / self.batch)


def noise(generator, *sizes):
    return generator.random(sizes, dtype=numpy.float32) - numpy.float32(0.5)


def onnx_session(row, weights, bias):
    node = onnx.helper.make_node(
        "Conv", ["x", "w", "b"], ["y"], kernel_shape=row["kernel"], pads=row["padding"] * 2, group=row["groups"],
        strides=[row["stride"]] * len(row["sizes"]), dilations=[row["dilation"]] * len(row["sizes"]))
    kind = onnx.TensorProto.FLOAT
    graph = onnx.helper.make_graph(
        [node], "row", [onnx.helper.make_tensor_value_info("x", kind, [1, row["inputs"], *row["sizes"]])],
        [onnx.helper.make_tensor_value_info("y", kind, None)],
        [onnx.numpy_helper.from_array(weights, "w"), onnx.numpy_helper.from_array(bias, "b")])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=10)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def python_peers(row):
    """PyTorch and ONNX Runtime on the same numbers, with checked results."""
    generator = numpy.random.default_rng(1)
    x = noise(generator, 1, row["inputs"], *row["sizes"])
    w = noise(generator, row["outputs"], row["inputs"] // row["groups"], *row["kernel"])
    b = noise(generator, row["outputs"])
    convolve = getattr(torch.nn.functional, f"conv{len(row['sizes'])}d")
    shared = (row["stride"], tuple(row["padding"]), row["dilation"], row["groups"])
    tensors = [torch.from_numpy(array) for array in (x, w, b)]
    exact = convolve(*(tensor.double() for tensor in tensors), *shared).numpy()
    scale = convolve(*(tensor.double().abs() for tensor in tensors), *shared).numpy()

    session = onnx_session(row, w, b)
    output = onnxruntime.OrtValue.ortvalue_from_numpy(numpy.zeros(exact.shape, numpy.float32))
    binding = session.io_binding()
    binding.bind_ortvalue_input("x", onnxruntime.OrtValue.ortvalue_from_numpy(x))
    binding.bind_ortvalue_output("y", output)
    peers = {
        "PyTorch": Timed(lambda: convolve(*tensors, *shared)),
        "ONNX Runtime": Timed(lambda: session.run_with_iobinding(binding)),
    }
    peers["ONNX Runtime"].function()
    for name, result in ("PyTorch", convolve(*tensors, *shared).numpy()), ("ONNX Runtime", output.numpy()):
        if not (numpy.abs(result - exact) <= 1e-5 * scale).all():
            sys.exit(f"{name} is wrong: {row['name']}")
    return peers


def start_onednn(folder):
    compiler = shutil.which("c++") or shutil.which("g++") or shutil.which("clang++")
    program = Path(folder) / "onednn_turns"
    command = [compiler, "-O2", "-std=c++17", HERE / "onednn_turns.cpp", "-ldnnl", "-o", program]
    if not compiler or subprocess.run(command, capture_output=True).returncode:
        print("oneDNN is left out: onednn_turns.cpp did not compile and link", file=sys.stderr)
        return None, None
    turns = Turns(program)
    return turns, turns.answer()[0]


def onednn_line(row):
    numbers = [row[key] for key in ("inputs", "outputs", "groups", "stride", "dilation")] + [len(row["sizes"])]
    return " ".join(map(str, numbers + row["sizes"] + row["kernel"] + row["padding"]))


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values))


def processor():
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "unknown processor")


@torch.inference_mode()
def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", default="", help="run only rows whose name contains this")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--implementations", action="store_true", help="also print which oneDNN implementation ran")
    arguments = parser.parse_args()
    if len(os.sched_getaffinity(0)) > 1:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    torch.set_num_threads(1)

    def measure_bounds():
        command = [PROGRAM, "--rows", arguments.rows, "--rounds", "1", "--json"]
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    run = measure_bounds()
    rows, peak = run["rows"], run["peakGigaflops"]
    bounds = [(row["boundMilliseconds"], row["bound"]) for row in rows]
    peers = [python_peers(row) for row in rows]
    ours = [math.inf] * len(rows)
    onednn = [[math.inf] * 3 for _ in rows]
    implementations = [None] * len(rows)
    with tempfile.TemporaryDirectory() as folder:
        turns = Turns(PROGRAM, "--rows", arguments.rows, "--turns")
        onednn_turns, onednn_version = start_onednn(folder)
        for _ in range(arguments.rounds):
            for index, row in enumerate(rows):
                ours[index] = min(ours[index], float(turns.ask(index)[0]))
                for peer in peers[index].values():
                    peer.turn()
                if onednn_turns:
                    *times, plain, own = onednn_turns.ask(onednn_line(row))
                    onednn[index] = [min(pair) for pair in zip(onednn[index], map(float, times))]
                    implementations[index] = (plain, own)
            run = measure_bounds()
            peak = max(peak, run["peakGigaflops"])
            bounds = [min(old, (row["boundMilliseconds"], row["bound"])) for old, row in zip(bounds, run["rows"])]

    print(f"{processor()}, {run['level']}, one thread, {arguments.rounds} rounds; peak {peak:.1f} GFLOP/s")
    versions = f"PyTorch {torch.__version__}, ONNX Runtime {onnxruntime.__version__}"
    print(versions + (f", oneDNN {onednn_version}" if onednn_version else "") + "\n")
    print("| row | ours, ms | PyTorch | ONNX Runtime | oneDNN | own layout | best peer | peer / ours | of bound |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | --- | ---: | ---: |")
    ratios = []
    for index, row in enumerate(rows):
        times = {name: peer.best for name, peer in peers[index].items()} | {"oneDNN": min(onednn[index][:2])}
        best = min(times, key=times.get)
        ratios.append(times[best] / ours[index])
        columns = [1e3 * ours[index]] + [1e3 * value for value in times.values()] + [1e3 * onednn[index][2]]
        bound, kind = bounds[index]
        print(
            f"| {row['name']}{' *' if row['starred'] else ''} | " + " | ".join(f"{value:.4g}" for value in columns)
            + f" | {best} | {ratios[-1]:.2f} | {bound / (1e3 * ours[index]):.0%} ({kind}) |")
    print(f"\ngeometric mean of best peer / ours, all rows: {geometric_mean(ratios):.2f}")
    if arguments.implementations and onednn_turns:
        for row, (plain, own) in zip(rows, implementations):
            print(f"oneDNN, {row['name']}: plain {plain}, own {own}")


main()
