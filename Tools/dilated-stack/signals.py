"""The training input: synthetic signals from a fixed seed; nothing is taken from `Samples/`."""
import numpy as np
from scipy.signal import butter, chirp, lfilter, sosfilt

RATE = 48000


def pluck(rng, note, seconds):
    """A plucked string: K. Karplus, A. Strong, "Digital synthesis of plucked-string and drum timbres" (1983)."""
    period = RATE / (440 * 2 ** ((note - 69) / 12)) - 0.5       # the averaging below delays by half a sample
    whole = int(period)
    fraction = period - whole
    loss = 10 ** (-3 * period / RATE / rng.uniform(0.8, 5))     # -60 dB after 0.8 to 5 seconds
    x = np.zeros(round(seconds * RATE))
    burst = lfilter([1], [1, -rng.uniform(0, 0.9)], rng.uniform(-1, 1, whole))     # a softer or harder pick
    position = max(1, round(whole * rng.uniform(0.08, 0.5)))    # where it is plucked: a comb
    burst = burst - np.roll(burst, position)
    x[:whole] = burst / np.abs(burst).max()
    feedback = np.zeros(whole + 3)
    feedback[0] = 1
    # Averaging of two neighbours, and linear interpolation for the fraction of a sample.
    feedback[whole:] = -loss * np.convolve([0.5, 0.5], [1 - fraction, fraction])
    y = lfilter([1], feedback, x)
    stop = rng.uniform(0.3, 1) * seconds                        # the string is damped before the clip ends
    return y * np.clip((stop - np.arange(len(y)) / RATE) / 0.03 + 1, 0, 1)


def line(rng, seconds):
    """Single notes, one after another, sometimes two at a time."""
    y = np.zeros(round(seconds * RATE))
    at = 0.0
    while at < seconds - 0.1:
        for _ in range(rng.choice([1, 1, 1, 2])):
            note = pluck(rng, rng.integers(38, 88), min(seconds - at, rng.uniform(0.3, 2.5)))
            start = round(at * RATE)
            y[start:start + len(note)] += rng.uniform(0.15, 1) * note[:len(y) - start]
        at += rng.uniform(0.1, 0.8)
    return y


def chord(rng, seconds):
    """Three to six strings, strummed."""
    y = np.zeros(round(seconds * RATE))
    root = rng.integers(40, 58)
    shape = np.array([[0, 7, 12, 16, 19, 24], [0, 7, 12, 15, 19, 24], [0, 7, 10, 16, 19, 24],
                      [0, 5, 12, 17, 19, 24], [0, 7, 12, 19, 24, 31]][rng.integers(5)])
    gap = rng.uniform(0, 0.03)
    for index, interval in enumerate(shape[:rng.integers(3, 7)]):
        start = round(index * gap * RATE)
        note = pluck(rng, root + interval, seconds - index * gap)
        y[start:start + len(note)] += rng.uniform(0.5, 1) * note[:len(y) - start]
    return y


def sweep(rng, seconds):
    y = chirp(np.arange(round(seconds * RATE)) / RATE, 25, seconds, 16000, method="logarithmic")
    return y[::rng.choice([-1, 1])] * np.clip(np.arange(len(y)) / 480, 0, 1)


def tones(rng, seconds):
    """A few harmonic tones with vibrato and slow swells: organ, voice, bowed string."""
    n = round(seconds * RATE)
    t = np.arange(n) / RATE
    y = np.zeros(n)
    for _ in range(rng.integers(1, 4)):
        f = 440 * 2 ** ((rng.uniform(33, 84) - 69) / 12)
        phase = 2 * np.pi * f * t + rng.uniform(0, 3) * np.sin(2 * np.pi * rng.uniform(3, 7) * t)
        slope = rng.uniform(0.7, 2.5)
        tone = sum(np.sin(k * phase + rng.uniform(0, 6.28)) / k ** slope
                   for k in range(1, max(2, min(30, int(9000 / f)))))
        y += tone * (0.5 + 0.5 * np.sin(2 * np.pi * rng.uniform(0.3, 3) * t + rng.uniform(0, 6.28))) ** 2
    return y


def bursts(rng, seconds):
    """Band-limited noise with hard attacks, exponential decays and gaps."""
    y = np.zeros(round(seconds * RATE))
    at = 0.0
    while at < seconds - 0.05:
        n = min(len(y) - round(at * RATE), round(rng.uniform(0.01, 0.5) * RATE))
        low = 10 ** rng.uniform(1.5, 3.3)
        band = butter(2, [low, min(18000, low * rng.uniform(1.5, 20))], "bandpass", fs=RATE, output="sos")
        noise = sosfilt(band, rng.standard_normal(n))
        noise *= np.exp(-np.arange(n) / (RATE * 10 ** rng.uniform(-2, 0))) / (np.abs(noise).max() + 1e-9)
        start = round(at * RATE)
        y[start:start + n] += rng.uniform(0.1, 1) * noise
        at += rng.uniform(0.05, 0.4)
    return y


def speech_like(rng, seconds):
    """Glottal pulses or noise through formant resonators, a syllable at a time."""
    y = np.zeros(round(seconds * RATE))
    at = 0
    pitch = rng.uniform(80, 250)
    while at < len(y) - 2000:
        n = min(len(y) - at, round(rng.uniform(0.06, 0.35) * RATE))
        if rng.uniform() < 0.7:
            f = pitch * rng.uniform(0.8, 1.25) * np.linspace(1, rng.uniform(0.8, 1.2), n)
            cycles = np.cumsum(f / RATE)
            source = lfilter([1], [1, -0.95], np.diff(np.floor(cycles), prepend=0.0)) \
                + 0.02 * rng.standard_normal(n)
            formants = [rng.uniform(250, 900), rng.uniform(800, 2400), rng.uniform(2200, 3500)]
        else:
            source = 0.3 * rng.standard_normal(n)
            formants = [rng.uniform(1500, 4000), rng.uniform(3000, 9000)]
        voice = np.zeros(n)
        for index, f in enumerate(formants):
            r = np.exp(-np.pi * rng.uniform(60, 250) / RATE)
            voice += 0.6 ** index * (1 - r) * lfilter([1], [1, -2 * r * np.cos(2 * np.pi * f / RATE), r * r], source)
        y[at:at + n] += rng.uniform(0.2, 1) * voice / (np.abs(voice).max() + 1e-9) \
            * np.sin(np.pi * np.arange(n) / n) ** rng.uniform(0.3, 1)
        at += round(n * rng.uniform(0.8, 1.3))
        if rng.uniform() < 0.15:
            at += round(rng.uniform(0.05, 0.3) * RATE)
    return y


def training_input(seed, minutes=4.5):
    """Clips of every kind in random order; the peak of each is drawn evenly in decibels from 0.02 to 1."""
    rng = np.random.default_rng(seed)
    kinds = [line, line, line, chord, chord, speech_like, speech_like, tones, bursts, sweep]
    clips, total = [], 0
    while total < minutes * 60 * RATE:
        for index in rng.permutation(len(kinds)):
            clip = kinds[index](rng, rng.uniform(2, 4))
            clip *= 10 ** rng.uniform(np.log10(0.02), 0) / np.abs(clip).max()
            silence = np.zeros(round(rng.uniform(0, 0.25) * RATE))
            clips += [clip, silence]
            total += len(clip) + len(silence)
    return np.concatenate(clips).astype(np.float32)
