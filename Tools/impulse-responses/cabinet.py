"""A closed guitar cabinet with four 12-inch loudspeakers, a microphone close to one of them.

The magnitude is the product of analogue second-order sections, with the formulas below, and a comb; the minimum-phase
response is computed from it. It follows the common features of published near-field measurements and data sheets of
such loudspeakers; no measured curve is copied.
"""
import numpy as np

from filters import RATE, fade_out, minimum_phase

POINTS = 1 << 16                            # of the design

BOX_HZ, BOX_Q = 110, 1.25                   # closed-box resonance: second-order high-pass (Small, JAES 20, 1972)
# (Hz, dB, Q): bells (1 + g j x / Q ...) / (...) with x = f/f0 - f0/f
BELLS = [
    (125, 1.5, 1.2),                        # near a source the bass rises
    (420, -4.5, 0.9),                       # the dip between box and cone
    (1250, 2.0, 1.5),
    (2550, 6.0, 1.8),                       # presence: the cone begins to break up
    (3650, 5.5, 3.0),
    (4700, -5.0, 5.0),                      # surround in opposite phase
    (6400, 4.0, 6.0), (7900, -4.0, 6.0), (9300, 3.0, 6.0),      # ripples of the cone
]
FALLS = [(4700, 1.1), (5200, 0.8), (6000, 0.7)]     # (Hz, Q) of low-passes: 36 dB per octave
# The other three loudspeakers, and the floor: (detour in m, strength, Hz above which they fall off, off axis).
DETOURS = [(0.27, 0.16, 2500), (0.39, 0.10, 1800), (0.95, 0.06, 1500)]
SPEED = 343.2                               # m/s


def magnitude(frequency_hz):
    """|H| over frequency in Hz, not normalised. Zero at 0 Hz."""
    f = np.asarray(frequency_hz, float)
    s = 1j * np.maximum(f, 1e-9)
    box = s ** 2 / (s ** 2 + BOX_HZ / BOX_Q * s + BOX_HZ ** 2)
    h = box
    for centre, decibels, q in BELLS:
        gain = 10 ** (decibels / 40)        # half in the numerator, half in the denominator: cut mirrors boost
        h = h * (s ** 2 + gain * centre / q * s + centre ** 2) / (s ** 2 + centre / (gain * q) * s + centre ** 2)
    for corner, q in FALLS:
        h = h * corner ** 2 / (s ** 2 + corner / q * s + corner ** 2)
    comb = 1
    for detour, strength, corner in DETOURS:
        comb = comb + strength / (1 + s / corner) * np.exp(-2j * np.pi * f * detour / SPEED)
    return np.abs(h * comb)


def make_cabinet(taps):
    """[taps]: minimum phase, so the energy is at the beginning and there is no latency."""
    frequency = np.fft.rfftfreq(POINTS, 1 / RATE)
    frequency[0] = frequency[1] / 4         # the logarithm of zero is not finite
    response = minimum_phase(magnitude(frequency))[:taps]
    return fade_out(response, taps // 4)
