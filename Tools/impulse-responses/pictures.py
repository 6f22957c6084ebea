"""Draws the responses, and speech through them. Needs matplotlib."""
import pathlib

import matplotlib
import numpy as np
import soundfile
from scipy.signal import fftconvolve

from filters import RATE
from measures import decay_curve

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402 (the backend is chosen first)

SPEECH = pathlib.Path(__file__).resolve().parents[2] / "Samples" / "speech.wav"


def draw(name, response, folder):
    """Time, decay, spectrum, spectrograms of the response and of speech through its first channel."""
    figure, axes = pyplot.subplots(3, 2, figsize=(16, 14))
    time = np.arange(len(response)) / RATE
    first = response[:, 0]
    axes[0, 0].plot(1000 * time[:7200], response[:7200], linewidth=0.6)
    axes[0, 0].set(title=f"{name}: first 150 ms", xlabel="ms")
    for channel in response.T:
        axes[0, 1].plot(time, decay_curve(channel))
    axes[0, 1].set(title="decay curve, dB", xlabel="s", ylim=(-110, 3))
    spectrum = np.abs(np.fft.rfft(first, 1 << 18)) ** 2
    frequency = np.fft.rfftfreq(1 << 18, 1 / RATE)
    edges = 20 * 2 ** (np.arange(0, 241) / 24)
    power = [spectrum[(frequency >= a) & (frequency < b)].mean() for a, b in zip(edges[:-1], edges[1:])]
    axes[1, 0].semilogx(edges[:-1], 10 * np.log10(power))
    axes[1, 0].set(title="spectrum in 1/24 octaves, dB", xlabel="Hz")
    axes[1, 0].grid(which="both", alpha=0.3)
    axes[1, 1].specgram(first + 1e-12, NFFT=512, noverlap=448, Fs=RATE, vmin=-220, vmax=-80)
    axes[1, 1].set(title="response", xlabel="s")
    speech = soundfile.read(SPEECH)[0]
    wet = fftconvolve(speech, first)
    axes[2, 0].specgram(speech + 1e-9, NFFT=1024, noverlap=512, Fs=RATE, vmin=-150, vmax=-40)
    axes[2, 0].set(title="speech", ylim=(0, 12000))
    axes[2, 1].specgram(wet + 1e-9, NFFT=1024, noverlap=512, Fs=RATE, vmin=-150, vmax=-40)
    axes[2, 1].set(title=f"speech through it: RMS {20 * np.log10(wet[:len(speech)].std() / speech.std()):+.1f} dB, "
                   f"peak {np.abs(wet).max():.2f} of {np.abs(speech).max():.2f}", ylim=(0, 12000))
    figure.tight_layout()
    figure.savefig(pathlib.Path(folder) / f"{name}.png", dpi=70)
    pyplot.close(figure)
