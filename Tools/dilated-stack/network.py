"""The network of the preset `dilated-stack`: two stacks of dilated causal convolutions, WaveNet style.

The layers are those of A. van den Oord et al., "WaveNet: a generative model for raw audio" (2016), without
the gate, in the arrangement of Neural Amp Modeler's WaveNet. Convolutions here are *valid*: nothing is padded,
so the output is `HISTORY` frames shorter than the input, and no output depends on an invented past.
"""
import torch
from torch import nn

DILATIONS = [2 ** n for n in range(10)]
KERNEL = 3
ARRAYS = [dict(channels=16, headChannels=8, headBias=False), dict(channels=8, headChannels=1, headBias=True)]
HISTORY = len(ARRAYS) * (KERNEL - 1) * sum(DILATIONS)           # 4092 frames before the current one
HEAD_SCALE = 0.02                                               # fixed; keeps the untrained output small


class Layer(nn.Module):
    def __init__(self, channels, dilation, has_residual):
        super().__init__()
        self.dilated = nn.Conv1d(channels, channels, KERNEL, dilation=dilation)
        self.mixIn = nn.Conv1d(1, channels, 1, bias=False)
        # The last layer of the last array has none: its result would not be used.
        self.residual = nn.Conv1d(channels, channels, 1) if has_residual else None

    def forward(self, x, condition):
        z = self.dilated(x)
        a = torch.tanh(z + self.mixIn(condition[..., -z.shape[-1]:]))
        return a, None if self.residual is None else x[..., -a.shape[-1]:] + self.residual(a)


class LayerArray(nn.Module):
    def __init__(self, inputs, channels, headChannels, headBias, is_last):
        super().__init__()
        self.input = nn.Conv1d(inputs, channels, 1, bias=False)
        self.layers = nn.ModuleList(Layer(channels, d, not (is_last and d == DILATIONS[-1])) for d in DILATIONS)
        self.head = nn.Conv1d(channels, headChannels, 1, bias=headBias)

    def forward(self, x, condition, skip):
        x = self.input(x)
        for layer in self.layers:
            a, x = layer(x, condition)
            skip = a if skip is None else skip[..., -a.shape[-1]:] + a
        return x, self.head(skip)


class DilatedStack(nn.Module):
    """Its parameters have the names of the tensors in the preset's file."""

    def __init__(self):
        super().__init__()
        inputs = [1] + [a["channels"] for a in ARRAYS[:-1]]
        self.arrays = nn.ModuleList(LayerArray(n, **a, is_last=a is ARRAYS[-1]) for n, a in zip(inputs, ARRAYS))

    def forward(self, signal):
        x, skip = signal, None
        for array in self.arrays:
            x, skip = array(x, signal, skip)
        return HEAD_SCALE * skip


@torch.no_grad()
def run(network, signal, chunk=48000):
    """Runs the network over a whole signal in float64, with silence before it; returns as many frames as the input."""
    padded = torch.cat([torch.zeros(HISTORY, dtype=torch.float64), torch.as_tensor(signal, dtype=torch.float64)])
    pieces = [network(padded[None, None, start:start + HISTORY + chunk])[0, 0]
              for start in range(0, len(signal), chunk)]
    return torch.cat(pieces).numpy()
