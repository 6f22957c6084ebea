"""Writes PyTorch's output for small poolings along one axis, in every mode and with windows that extend past the end.

    python3 Tools/golden/make_pooling_golden.py [OUTPUT_FILE]

The input of n elements is (7 * i) % 11 - 5 for i < n: whole numbers, so that float64 sums are exact. One line a case:
the numbers of the geometry, then the results.
"""

import json
import math
import pathlib
import sys

import torch
import torch.nn.functional as F

DEFAULT_OUTPUT = pathlib.Path(__file__).resolve().parents[2] / "Tests/ConvolutionTests/Golden/pooling.json"


def cases():
    for size in (1, 2, 3, 5, 8):
        x = torch.tensor([[[(7 * i) % 11 - 5 for i in range(size)]]], dtype=torch.float64)
        for kernel in (1, 2, 3, 4):
            for stride in (1, 2, 3):
                for dilation in (1, 2):
                    for padding in range(kernel // 2 + 1):
                        for ceil in (False, True):
                            case = dict(
                                size=size, kernel=kernel, stride=stride, dilation=dilation, padding=padding, ceil=ceil)
                            try:
                                y = F.max_pool1d(x, kernel, stride, padding, dilation, ceil_mode=ceil)
                            except RuntimeError:
                                # PyTorch has no output here.
                                yield case
                                continue
                            # JSON has no infinity: a window without inputs is null.
                            case["max"] = [None if math.isinf(v) else v for v in y.flatten().tolist()]
                            if dilation == 1:
                                for counts in (False, True):
                                    y = F.avg_pool1d(
                                        x, kernel, stride, padding, ceil_mode=ceil, count_include_pad=counts)
                                    case["countingPadding" if counts else "mean"] = y.flatten().tolist()
                            yield case


def main():
    output = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_OUTPUT
    output.parent.mkdir(parents=True, exist_ok=True)
    document = {"torch": torch.__version__.split("+")[0], "cases": list(cases())}
    text = json.dumps(document, separators=(",", ":"))
    output.write_text(text.replace("},{", "},\n{") + "\n")


if __name__ == "__main__":
    main()
