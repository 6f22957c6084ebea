"""Filters used for all responses: minimum phase from a magnitude, interpolation over octaves, level."""
import numpy as np

RATE = 48000                                # Hz, of every response made here


def minimum_phase(magnitude):
    """Impulse responses of minimum phase with the given magnitudes, by the folded real cepstrum.

    magnitude: [..., n/2 + 1], positive, at the frequencies of `np.fft.rfft` of n points. Returns [..., n]. n must be
    so long that the cepstrum has died away by n/2, or it folds onto itself.
    Source: Oppenheim and Schafer, Discrete-Time Signal Processing (2nd ed., 1999), section 11.5.
    """
    cepstrum = np.fft.irfft(np.log(magnitude))
    n = cepstrum.shape[-1]
    cepstrum[..., 1:n // 2] *= 2
    cepstrum[..., n // 2 + 1:] = 0
    return np.fft.irfft(np.exp(np.fft.rfft(cepstrum)))


def over_octaves(frequency_hz, table_hz, table):
    """A table over frequency, interpolated linearly in log f and constant beyond its ends."""
    return np.interp(np.log2(np.maximum(frequency_hz, 1e-3)), np.log2(table_hz), table)


def rise(x):
    """0 below 0, 1 above 1, half a period of a raised cosine between."""
    return 0.5 - 0.5 * np.cos(np.pi * np.clip(x, 0, 1))


def pink_gain(response):
    """RMS out over RMS in for pink noise from 20 Hz to 20 kHz: the root of the mean of |H|^2 over log f.

    response: [frames] or [frames, channels]; of several channels the mean power counts.
    """
    response = response.reshape(len(response), -1)
    n = 1 << (len(response) * 2 - 1).bit_length()
    power = (np.abs(np.fft.rfft(response, n, axis=0)) ** 2).mean(axis=1)
    frequency = np.fft.rfftfreq(n, 1 / RATE)
    heard = (frequency >= 20) & (frequency <= 20000)
    return np.sqrt((power[heard] / frequency[heard]).sum() / (1 / frequency[heard]).sum())


def fade_out(response, frames):
    """Fades the last frames to zero along a raised cosine."""
    response[-frames:] *= rise(np.arange(frames, 0, -1) / frames).reshape((-1,) + (1,) * (response.ndim - 1))
    return response
