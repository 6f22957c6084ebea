"""Room-acoustic measurements of an impulse response: ISO 3382-1:2009, and the correlation of the late field."""
import numpy as np
from scipy.signal import butter, sosfilt

from filters import RATE, pink_gain

OCTAVES = [63, 125, 250, 500, 1000, 2000, 4000, 8000, 16000]    # Hz


def octave_band(response, centre_hz):
    """Third-order Butterworth band, run backwards over time.

    Run so, the filter's own decay comes before the response's energy and does not lengthen what is measured (Jacobsen
    and Rindel, J. Sound Vib. 117, 1987).
    """
    edges = [centre_hz / 2 ** 0.5, min(centre_hz * 2 ** 0.5, 0.49 * RATE)]
    return sosfilt(butter(3, edges, "bandpass", fs=RATE, output="sos"), response[::-1])[::-1]


def decay_curve(response):
    """Schroeder's backward integral in dB: the energy still to come (J. Acoust. Soc. Am. 37, 1965)."""
    left = np.cumsum(response[::-1] ** 2)[::-1]
    return 10 * np.log10(np.maximum(left / left[0], 1e-30))


def reverberation_time(response, from_db=-5, to_db=-35):
    """Seconds for 60 dB on the line through the decay curve from -5 to -35 dB: T30; NaN where it is too short."""
    curve = decay_curve(response)
    part = np.flatnonzero((curve <= from_db) & (curve >= to_db))
    if len(part) < 2:
        return np.nan
    return -60 / (np.polyfit(part / RATE, curve[part], 1)[0])


def early_shares(response):
    """C80 in dB and D50 in per cent, from frame 0."""
    energy = response ** 2
    first_80, first_50 = round(0.08 * RATE), round(0.05 * RATE)
    return (10 * np.log10(energy[:first_80].sum() / energy[first_80:].sum()),
            100 * energy[:first_50].sum() / energy.sum())


def late_correlation(left, right, from_seconds=0.1, most_seconds=0.001):
    """The largest magnitude of the normalised cross-correlation within 1 ms, from 100 ms on: 0 is uncorrelated, 1 equal."""
    a, b = (x[round(from_seconds * RATE):] for x in (left, right))
    n = 1 << (2 * len(a) - 1).bit_length()
    correlation = np.fft.irfft(np.fft.rfft(a, n) * np.conj(np.fft.rfft(b, n)), n)
    reach = round(most_seconds * RATE)
    largest = max(np.abs(correlation[:reach + 1]).max(), np.abs(correlation[-reach:]).max())
    return largest / np.sqrt((a ** 2).sum() * (b ** 2).sum())


def onset_frame(response, below_peak_db=20):
    """The first frame that comes within 20 dB of the peak: the beginning in the sense of ISO 3382."""
    size = np.abs(response)
    return int(np.argmax(size >= size.max() * 10 ** (-below_peak_db / 20)))


def end_level(response, window_seconds=0.05):
    """The last 50 ms before the fade at the end (its 100 ms) against the first 50 ms, dB."""
    n, fade = round(window_seconds * RATE), round(0.1 * RATE)
    return 10 * np.log10((response[-fade - n:-fade] ** 2).sum() / (response[:n] ** 2).sum())


def table(rows):
    """Formats rows of cells as a Markdown table; the first row is the heading."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines.insert(1, "|" + " --- |" * len(rows[0]))
    return "\n".join(lines)


def facts(name, response):
    """The table row of a file, [frames, channels]."""
    return [f"`{name}.flac`", str(len(response)), str(response.shape[1]),
            ", ".join(f"{np.abs(c).max():.3f}" for c in response.T),
            ", ".join(f"{(c ** 2).sum():.3f}" for c in response.T),
            f"{20 * np.log10(pink_gain(response) * (2 if response.shape[1] == 4 else 1) ** 0.5):+.2f} dB",
            ", ".join(str(onset_frame(c)) for c in response.T),
            f"{max(abs(c.sum()) for c in response.T):.1e}"]


def room_rows(name, response, expected):
    """For each octave, the expected decay and that of each channel."""
    rows = [["octave", "63", "125", "250", "500", "1k", "2k", "4k", "8k", "16k"],
            ["expected T60, s"] + [f"{t:.2f}" for t in expected]]
    for index, channel in enumerate(response.T):
        bands = [octave_band(channel, centre) for centre in OCTAVES]
        rows.append([f"T30 of channel {index + 1}, s"] + [f"{reverberation_time(b):.2f}" for b in bands])
    shares = [early_shares(octave_band(response[:, 0], centre)) for centre in OCTAVES]
    rows.append(["C80 of channel 1, dB"] + [f"{c80:+.1f}" for c80, _ in shares])
    rows.append(["D50 of channel 1, %"] + [f"{d50:.0f}" for _, d50 in shares])
    rows.append(["late correlation of 1 and 2"] + [
        f"{late_correlation(octave_band(response[:, 0], f), octave_band(response[:, 1], f)):.2f}" for f in OCTAVES])
    return rows
