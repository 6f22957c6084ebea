"""Compares the preset `dilated-stack` in PyTorch with `stack-benchmark`, in the same run, one thread each.

    swift build -c release --package-path Benchmarks
    taskset -c 0 python3 Benchmarks/Comparisons/pytorch_stack.py

PyTorch runs the network in two ways: in blocks of 64 frames, each preceded by the 4,092 frames that its output depends
on, as a real-time host would have to do; and in chunks of a second, the fastest way offline. The two programs take
turns; the best round of each counts.
"""
import re
import subprocess
import sys
import time
from pathlib import Path

import torch
from safetensors.torch import load_file

root = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(root / "Tools" / "dilated-stack"))
from network import HISTORY, DilatedStack  # noqa: E402

RATE = 48_000
torch.set_num_threads(1)


@torch.inference_mode()
def times_real_time(network, frames, repeats):
    signal = torch.randn(1, 1, HISTORY + frames)
    network(signal)
    start = time.perf_counter()
    for _ in range(repeats):
        network(signal)
    return frames * repeats / RATE / (time.perf_counter() - start)


def convaudio():
    """Best times real time by block size, from one run of the benchmark."""
    program = root / "Benchmarks" / ".build" / "release" / "stack-benchmark"
    text = subprocess.run([program, "dilated-stack", "5"], check=True, capture_output=True, text=True).stdout
    return {int(block): float(speed) for block, speed in re.findall(r"^\| (\d+) \| ([\d.]+) \|", text, re.M)}


network = DilatedStack().eval()
network.load_state_dict(load_file(root / "Presets" / "dilated-stack.safetensors"))
best = {"blocks": 0.0, "chunks": 0.0, 64: 0.0, 2048: 0.0}
for _ in range(3):
    ours = convaudio()
    best[64], best[2048] = max(best[64], ours[64]), max(best[2048], ours[2048])
    best["blocks"] = max(best["blocks"], times_real_time(network, 64, 30))
    best["chunks"] = max(best["chunks"], times_real_time(network, RATE, 3))
print(f"PyTorch {torch.__version__}, times real time at {RATE} Hz, one thread")
print(f"in blocks of 64 frames:  PyTorch {best['blocks']:.2f}  convaudio {best[64]:.1f}  ratio {best[64] / best['blocks']:.0f}")
print(f"offline:                 PyTorch {best['chunks']:.1f}  convaudio {best[2048]:.1f}  ratio {best[2048] / best['chunks']:.1f}")
