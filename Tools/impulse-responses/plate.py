"""A steel plate as in a studio plate reverberator of the 1950s: 2 m by 1 m by 0.5 mm, one driver, two pickups.

A thin plate with bending stiffness and two losses, simply supported at its edges, as a sum of its modes (Bilbao,
Numerical Sound Synthesis, 2009, chapter 12; Bilbao, Arcas and Chaigne, ICASSP 2006, for plate reverberation):

    u_tt = -kappa^2 laplace^2 u - 2 s0 u_t + 2 s1 laplace u_t + force,   kappa = sqrt(E h^2 / (12 rho (1 - nu^2)))

A mode of wave number k has the frequency kappa k^2 and decays as exp(-(s0 + s1 k^2) t), so the decay rate rises in
proportion to frequency. The pickups hear velocity: a cosine for each mode, all of one height in the mean, which is
the bright and even spectrum of a plate. The group velocity 2 sqrt(kappa omega) rises with frequency: 620 m/s at
20 kHz, 44 m/s at 100 Hz. High frequencies come first, and every echo is a falling chirp.
"""
import numpy as np
from scipy.signal import butter, sosfilt

from filters import RATE, fade_out, rise

LENGTH, WIDTH, THICKNESS = 2.0, 1.0, 0.5e-3     # m
YOUNG, DENSITY, POISSON = 2.0e11, 7850.0, 0.3   # Pa, kg/m^3 and 1: steel
KAPPA = np.sqrt(YOUNG * THICKNESS ** 2 / (12 * DENSITY * (1 - POISSON ** 2)))   # m^2/s

# Seconds for 60 dB at two frequencies fix the two losses; a damping plate sets them in the real device.
DECAY = {1000: 1.8, 10000: 1.0}

DRIVER = (0.947, 0.461)                         # m, near the middle
PICKUPS = ((0.311, 0.683), (1.703, 0.347))      # m, left and right
# Real edges and real steel are not ideal: each mode is off by about this share of its frequency. Coinciding modes of a
# 2 by 1 plate then differ, and echoes lose their regularity after some tenths of a second.
DETUNING = 4e-4

TOP_HZ, TOP_FADE_HZ = 20000, 15000              # modes above the first are left out; from the second on they fade
LOW_CUT_HZ = 70                                 # the lowest modes are few and drone; plates were fed through a bass cut
BLOCK = 512                                     # frames; affects only the order of computation


def losses():
    """s0 and s1 / kappa: a mode decays at the rate s0 + (s1 / kappa) omega."""
    (f1, t1), (f2, t2) = DECAY.items()
    r1, r2 = 3 * np.log(10) / t1, 3 * np.log(10) / t2
    slope = (r2 - r1) / (2 * np.pi * (f2 - f1))
    return r1 - slope * 2 * np.pi * f1, slope


def reverberation_time(frequency_hz):
    """Seconds for 60 dB."""
    s0, slope = losses()
    return 3 * np.log(10) / (s0 + slope * 2 * np.pi * np.asarray(frequency_hz, float))


def modes(rng):
    """Angular frequencies [modes], decay rates [modes], amplitudes at the pickups [modes, 2]."""
    most = 2 * np.pi * TOP_HZ / KAPPA
    m = np.arange(1, int(LENGTH / np.pi * np.sqrt(most)) + 1)
    n = np.arange(1, int(WIDTH / np.pi * np.sqrt(most)) + 1)
    m, n = (a.ravel() for a in np.meshgrid(m, n, indexing="ij"))
    square = (m * np.pi / LENGTH) ** 2 + (n * np.pi / WIDTH) ** 2
    m, n, square = (a[square < most] for a in (m, n, square))
    omega = KAPPA * square * (1 + DETUNING * rng.standard_normal(len(square)))

    def shape(place):
        return np.sin(m * np.pi * place[0] / LENGTH) * np.sin(n * np.pi * place[1] / WIDTH)

    heights = np.stack([shape(DRIVER) * shape(pickup) for pickup in PICKUPS], 1)
    heights *= 1 - rise((omega / (2 * np.pi) - TOP_FADE_HZ) / (TOP_HZ - TOP_FADE_HZ))[:, None]
    s0, slope = losses()
    return omega, s0 + slope * omega, heights


def make_plate(seconds, seed):
    """[frames, 2]: the plate's response to an impulse of force at frame 0."""
    omega, rate, heights = modes(np.random.default_rng(seed))
    frames = round(seconds * RATE)
    blocks = -(-frames // BLOCK)
    response = np.zeros((blocks, BLOCK, 2))
    pole = (-rate + 1j * omega) / RATE
    # Frame b * BLOCK + i of a mode is exp(pole b BLOCK) exp(pole i): a product of two small matrices.
    for part in np.array_split(np.arange(len(omega)), 16):
        starts = np.exp(np.outer(np.arange(blocks) * BLOCK, pole[part]))
        within = np.exp(np.outer(pole[part], np.arange(BLOCK)))
        for pickup in range(2):
            response[:, :, pickup] += ((starts * heights[part, pickup]) @ within).real
    response = response.reshape(-1, 2)[:frames]
    response = sosfilt(butter(2, LOW_CUT_HZ, "highpass", fs=RATE, output="sos"), response, axis=0)
    return fade_out(response, round(0.1 * RATE))
