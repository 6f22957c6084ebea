"""A diode-clipper overdrive, solved numerically: the training target of the preset `dilated-stack`.

    input -> coupling high-pass -> gain stage -> diode limiter -> tone low-pass -> level

A sample value of 1.0 is 1 V. Every stage runs at a multiple of the sample rate (8 by default: 48 kHz -> 384 kHz),
because clipping produces harmonics far above the audible band, which would alias at 48 kHz.

The limiter is the one of D. T. Yeh, J. Abel, J. O. Smith, "Simulation of the diode limiter in
guitar distortion circuits by numerical solution of ordinary differential equations" (DAFx 2007):

    C dv/dt = (u - v) / R - 2 Is sinh(v / (n Vt))

The gain stage is the ideal non-inverting operational amplifier of well-known overdrive pedals, 1 + Zf / Zi, with Zi
= Ri + 1/(s Ci) and Zf = Rf parallel Cf: unity gain for the bass, which keeps chords clear, rising to about 33 above
720 Hz. Its supply rails are not modelled: the diodes limit long before them.

    python overdrive_circuit.py --check                 has the numerical solution converged?
    python overdrive_circuit.py input.wav output.wav    run the circuit over a file
"""
import argparse

import numpy as np
from scipy.signal import bilinear, lfilter, resample_poly

COUPLING_R, COUPLING_C = 220e3, 47e-9      # high-pass at 15 Hz
GAIN_RI, GAIN_CI = 4.7e3, 47e-9            # the shelf starts at 720 Hz
GAIN_RF, GAIN_CF = 150e3, 51e-12           # gain 1 + 150/4.7 = 33; falls again above 20 kHz
LIMITER_R, LIMITER_C = 2.2e3, 10e-9        # Yeh et al.: a 7.2 kHz low-pass as long as no diode conducts
DIODE_IS, DIODE_NVT = 2.52e-9, 45.3e-3     # 1N4148: saturation current (A), n * Vt (V)
TONE_R, TONE_C = 1e3, 39e-9                # low-pass at 4.1 kHz
LEVEL = 1.0                                # silicon diodes limit at 0.6 to 0.7 V: already a sane output


def linear(x, numerator, denominator, rate):
    """An analogue transfer function (polynomials in s, highest power first), trapezoidal rule."""
    return lfilter(*bilinear(numerator, denominator, fs=rate), x)


def gain_stage(x, rate):
    # 1 + Zf/Zi = 1 + (Rf / (1 + s Rf Cf)) * (s Ci / (1 + s Ri Ci))
    denominator = np.polymul([GAIN_RF * GAIN_CF, 1], [GAIN_RI * GAIN_CI, 1])
    numerator = np.polyadd(denominator, [GAIN_RF * GAIN_CI, 0])
    return linear(x, numerator, denominator, rate)


def diode_limiter(u, rate, segment_seconds=0.04, preroll_seconds=0.004):
    """The limiter's equation by the trapezoidal rule; each step solved by damped Newton iteration.

    A step needs the previous one, so one long signal would be a slow Python loop. It is cut into segments that are
    solved in parallel. Each starts early by a pre-roll, in which the wrong initial value (v = 0) is forgotten: the
    slowest time constant is R C = 22 microseconds, the pre-roll 180 of them.
    """
    segment, preroll = round(segment_seconds * rate), round(preroll_seconds * rate)
    count = -(-len(u) // segment)
    padded = np.concatenate([np.zeros(preroll), u, np.zeros(count * segment - len(u))])
    # One row per time step, one column per segment, so that each step reads contiguous memory.
    columns = np.lib.stride_tricks.sliding_window_view(padded, preroll + segment)[::segment].T.copy()

    half_step = 0.5 / (rate * LIMITER_C)
    output = np.empty((segment, count))
    v, current = np.zeros(count), columns[0] / LIMITER_R       # current that flows into C at v
    for step in range(1, preroll + segment):
        known = v + half_step * (current + columns[step] / LIMITER_R)
        for _ in range(100):
            e = np.exp(v / DIODE_NVT)
            diodes = DIODE_IS * (e - 1 / e)                    # 2 Is sinh(v / nVt)
            slope = 1 + half_step * (1 / LIMITER_R + DIODE_IS / DIODE_NVT * (e + 1 / e))
            change = (known - v - half_step * (v / LIMITER_R + diodes)) / slope
            # Damping: from a point where no diode conducts, Newton's step leads far up the exponential, and each step
            # back down is only nVt long.
            np.clip(change, -2 * DIODE_NVT, 2 * DIODE_NVT, out=change)
            v = v + change
            if np.abs(change).max() < 1e-10:
                break
        else:
            raise ArithmeticError("Newton iteration did not converge")
        # From the step's own equation; exact at its solution, and cheaper than one more sinh.
        current = (v - known) / half_step + columns[step] / LIMITER_R
        if step >= preroll:
            output[step - preroll] = v
    return output.T.ravel()[:len(u)]


def overdrive(x, sample_rate=48000, oversampling=8):
    """Runs the whole circuit over a mono signal. The output is as long as the input, without latency."""
    rate = sample_rate * oversampling
    y = resample_poly(np.asarray(x, np.float64), oversampling, 1)
    y = linear(y, [COUPLING_R * COUPLING_C, 0], [COUPLING_R * COUPLING_C, 1], rate)
    y = gain_stage(y, rate)
    y = diode_limiter(y, rate)
    y = linear(y, [1], [TONE_R * TONE_C, 1], rate)
    return LEVEL * resample_poly(y, 1, oversampling)[:len(x)]


def esr(target, estimate):
    """Error-to-signal ratio: the energy of the difference over the energy of the target."""
    return float(np.sum((target - estimate) ** 2) / np.sum(target ** 2))


def check():
    """Halve the step twice: once the solution has converged, halving it changes almost nothing."""
    rng = np.random.default_rng(1)
    t = np.arange(48000) / 48000
    signals = {
        "110 Hz + 165 Hz, 0.8 V": 0.4 * (np.sin(2 * np.pi * 110 * t) + np.sin(2 * np.pi * 165 * t)),
        "1 kHz, 0.05 V": 0.05 * np.sin(2 * np.pi * 1000 * t),
        "1 kHz, 0.5 V": 0.5 * np.sin(2 * np.pi * 1000 * t),
        "5 kHz, 1 V": np.sin(2 * np.pi * 5000 * t),
        "noise below 4 kHz, 0.2 V RMS": 0.2 * lfilter(*bilinear([1], [1 / (2 * np.pi * 4000), 1], fs=48000),
                                                      rng.standard_normal(len(t))) / 0.45,
    }
    for name, x in signals.items():
        x = x * np.minimum(1, t / 0.01)                        # no step at the start
        y8, y16, y32 = (overdrive(x, oversampling=n) for n in (8, 16, 32))
        print(f"{name:30} peak {np.abs(y8).max():.3f}   ESR of 8x against 16x {esr(y16, y8):.1e}, "
              f"16x against 32x {esr(y32, y16):.1e}, largest difference 8x/16x {np.abs(y16 - y8).max():.1e} V")
    # Cutting into segments must be inaudible, too.
    u = 20 * signals["1 kHz, 0.5 V"]
    whole = diode_limiter(u, 384000, segment_seconds=1)
    print(f"segments against one run: largest difference {np.abs(whole - diode_limiter(u, 384000)).max():.1e} V")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input", nargs="?")
    parser.add_argument("output", nargs="?")
    parser.add_argument("--check", action="store_true", help="halve the step and print the difference")
    arguments = parser.parse_args()
    if arguments.check:
        check()
    elif arguments.output:
        import soundfile
        signal, sample_rate = soundfile.read(arguments.input)
        soundfile.write(arguments.output, overdrive(signal, sample_rate), sample_rate, subtype="PCM_24")
    else:
        parser.error("expected --check, or an input and an output file")
