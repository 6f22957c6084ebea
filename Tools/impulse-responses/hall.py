"""A shoe-box concert hall: image sources for the early part, decaying noise in bands for the late part.

Both parts have the same unit, the sound pressure of the direct sound at one metre, so no gain between them has to be
fitted:

- An image at distance d counts 1/d (Allen and Berkley, J. Acoust. Soc. Am. 65, 1979), times the square root of
  (1 - absorption)(1 - scattering) for each wall on its path, the loss in air, and the microphone's directivity.
- 4 pi c^3 t^2 / V images arrive per second, each with the energy 1/(ct)^2: on average 4 pi c / V exp(-13.8 t / T) of
  energy per second, the reverberant energy of Barron and Lee (J. Acoust. Soc. Am. 84, 1988). After n reflections, the
  walls have turned the share 1 - (1 - scattering)^n of it into noise without direction (Moorer, Computer Music Journal
  3:2, 1979). So the images gradually fade into the noise. A window ends the remaining images, and the noise replaces
  the energy that the window removes.
"""
from dataclasses import dataclass, field

import numpy as np
from scipy.signal import butter, sosfilt

from air import energy_loss_per_metre
from filters import RATE, fade_out, minimum_phase, over_octaves, rise

SPEED = 343.2                               # m/s, of sound in air at 20 degrees Celsius
LENGTH, WIDTH, HEIGHT = 46.0, 19.0, 17.5    # m; the stage is at x = 0, the long axis is x
SIZE = np.array([LENGTH, WIDTH, HEIGHT])
VOLUME = SIZE.prod()

OCTAVES = [125, 250, 500, 1000, 2000, 4000, 8000]       # Hz

# Random-incidence absorption: Vorlaender, Auralization (2008), annex. 8 kHz of the ceiling is not in it and was held.
AUDIENCE = np.array([0.60, 0.74, 0.88, 0.96, 0.93, 0.85, 0.85])     # areas with audience, narrow aisles included
STAGE_FLOOR = np.array([0.10, 0.07, 0.06, 0.06, 0.06, 0.06, 0.06])  # wood, two layers, 27 mm over air
WOOD = np.array([0.18, 0.12, 0.10, 0.09, 0.08, 0.07, 0.07])         # 16 mm on 40 mm planks
HARD = np.array([0.02, 0.02, 0.03, 0.03, 0.04, 0.05, 0.05])         # plaster, brick: the average of hard walls
CEILING = np.array([0.20, 0.15, 0.10, 0.08, 0.04, 0.02, 0.02])      # plasterboard on battens below a large space

# Shares of each wall's area, chosen for 2.2 s at 1 kHz. Order: x = 0, x = LENGTH, y = 0, y = WIDTH, floor, ceiling.
PANELLED = 0.5 * WOOD + 0.5 * HARD
WALLS = np.array([PANELLED, PANELLED, PANELLED, PANELLED, 0.84 * AUDIENCE + 0.16 * STAGE_FLOOR, CEILING])
AREAS = np.repeat([WIDTH * HEIGHT, LENGTH * HEIGHT, LENGTH * WIDTH], 2)

# The share of a reflection that is not specular: an assumption, typical of coffers, balconies and figures.
SCATTERING = np.array([0.12, 0.20, 0.30, 0.45, 0.55, 0.60, 0.60])

REFLECTIONS_PER_SECOND = SPEED * AREAS.sum() / (4 * VOLUME)     # Kuttruff, Room Acoustics, mean free path 4V/S
IMAGES_FADE = (0.25, 0.45)                  # s after the sound: images are complete before, gone after
UNEVENNESS = 0.25                           # m: walls are not planes; see `images`
IMAGE_TAPS, IMAGE_POINTS = 512, 2048        # length of an image's filter; points of its design
SINC_REACH = 24                             # frames on each side of an image's fractional position

# ORTF: two cardioids 17 cm apart, each turned 55 degrees outwards; they hang above the audience and face the stage.
MICROPHONES = np.array([17.0, 9.66, 4.0])
SPACING, HALF_ANGLE = 0.17, np.radians(55)
CARDIOID_MEAN_POWER = 1 / 3                 # of (1 + cos)/2 squared over all directions

SINGLE = np.array([[6.0, 9.05, 2.3]])                               # a soloist, a little off the axis
PAIR = np.array([[6.3, 6.4, 2.3], [6.3, 12.3, 2.3]])                # left and right as the audience sees them


@dataclass
class Hall:
    """[frames, paths] with the paths source by source: left and right microphone each, LL LR RL RR for two sources.

    `arrivals` lists (milliseconds after the first direct sound, decibels against it, walls passed) of each path.
    """
    response: np.ndarray
    arrivals: list = field(default_factory=list)


def absorption(frequency_hz):
    """Of the six walls: [6, frequencies]."""
    return np.stack([over_octaves(frequency_hz, OCTAVES, wall) for wall in WALLS])


def decay_rate(frequency_hz):
    """k of the energy's exp(-k t): Eyring's formula with air."""
    mean = AREAS @ absorption(frequency_hz) / AREAS.sum()
    return SPEED * (-np.log(1 - mean) * AREAS.sum() / (4 * VOLUME) + energy_loss_per_metre(frequency_hz))


def reverberation_time(frequency_hz):
    """Expected seconds for 60 dB, by Eyring's formula."""
    return 6 * np.log(10) / decay_rate(np.asarray(frequency_hz, float))


def images(source, latest_seconds, rng):
    """Places [images, 3] and how often each wall was passed [images, 6].

    An image with two reflections or more is moved by about UNEVENNESS in each direction: the images of an ideal box
    lie on a grid, whose regular arrivals are heard as sweeping tones (De Sena, Antonello, Moonen and van Waterschoot,
    IEEE/ACM Trans. Audio Speech Lang. Process. 23, 2015).
    """
    reach = latest_seconds * SPEED
    axes = []
    for axis in range(3):
        most = int(np.ceil(reach / (2 * SIZE[axis]))) + 1
        n, mirrored = (a.ravel() for a in np.meshgrid(np.arange(-most, most + 1), [0, 1], indexing="ij"))
        place = 2 * n * SIZE[axis] + np.where(mirrored, -1, 1) * source[axis]
        axes.append((place, np.abs(n - mirrored), np.abs(n)))       # Allen and Berkley, equation 10
    grid = np.stack(np.meshgrid(*(np.arange(len(a[0])) for a in axes), indexing="ij"), -1).reshape(-1, 3)
    places = np.stack([axes[axis][0][grid[:, axis]] for axis in range(3)], 1)
    passed = np.stack([axes[axis][1 + side][grid[:, axis]] for axis in range(3) for side in range(2)], 1)
    places = places + UNEVENNESS * rng.standard_normal(places.shape) * (passed.sum(1) >= 2)[:, None]
    near = np.linalg.norm(places - MICROPHONES, axis=1) < reach
    return places[near], passed[near]


def microphone(side):
    """Place and axis; side -1 is left, which is the smaller y for who faces the stage from the hall.

    The microphones look towards -x; to their left is then -y, as a source at smaller y must come from the left.
    """
    axis = np.array([-np.cos(HALF_ANGLE), side * np.sin(HALF_ANGLE), 0.0])
    return MICROPHONES + [0, side * SPACING / 2, 0], axis


def early_part(places, passed, side, frames, first_frame):
    """The images as a microphone hears them, without the scattered share."""
    position, axis = microphone(side)
    ways = places - position
    distance = np.linalg.norm(ways, axis=1)
    directivity = 0.5 + 0.5 * (ways @ axis) / distance
    window = 1 - rise((distance / SPEED - IMAGES_FADE[0]) / (IMAGES_FADE[1] - IMAGES_FADE[0]))
    level = directivity * window / distance

    frequency = np.fft.rfftfreq(IMAGE_POINTS, 1 / RATE)
    specular = (1 - absorption(frequency)) * (1 - over_octaves(frequency, OCTAVES, SCATTERING))
    wall_logarithm = 0.5 * np.log(specular)
    air_logarithm = -0.5 * energy_loss_per_metre(frequency)
    magnitude = np.exp(passed @ wall_logarithm + distance[:, None] * air_logarithm)
    shape = minimum_phase(magnitude)[:, :IMAGE_TAPS]
    shape[:, IMAGE_TAPS // 2:] *= 1 - rise(np.linspace(0, 1, IMAGE_TAPS // 2))

    place = distance / SPEED * RATE - first_frame
    direct = passed.sum(1) == 0
    place[direct] = np.round(place[direct])     # at most 10 microseconds, so that nothing rings before the direct sound
    whole = np.floor(place).astype(int)
    response = np.zeros(frames + 2 * SINC_REACH + IMAGE_TAPS)
    steps = np.arange(-SINC_REACH + 1, SINC_REACH + 1)
    for i in np.flatnonzero(level != 0):
        late = steps - (place[i] - whole[i])
        sinc = np.sinc(late) * np.cos(np.pi * late / (2 * SINC_REACH + 2)) ** 2     # Hann; Peterson 1986
        start = whole[i] + SINC_REACH
        piece = level[i] * np.convolve(shape[i], sinc)
        response[start + steps[0]:start + steps[0] + len(piece)] += piece
    at_1000_hz = np.abs(level) * magnitude[:, IMAGE_POINTS * 1000 // RATE]
    decibels = 20 * np.log10(np.maximum(at_1000_hz, 1e-9) / at_1000_hz[np.argmin(distance)])
    arrivals = [(1000 * place[i] / RATE, decibels[i], int(passed[i].sum())) for i in np.argsort(distance)[:60]]
    return response[SINC_REACH:SINC_REACH + frames], arrivals


def late_part(frames, first_frame, rng):
    """Noise in sixths of an octave, each with its own decay, starting with the direct sound."""
    n = 1 << (frames - 1).bit_length()
    spectrum = np.fft.rfft(rng.standard_normal(n))
    # Bands from 40 Hz to 22 kHz; neighbours overlap as sine and cosine, so their powers add up to 1.
    bands = np.arange(-28, 28)
    position = np.log2(np.maximum(np.fft.rfftfreq(n, 1 / RATE), 1e-3) / 1000) * 6
    position = np.clip(position, bands[0], bands[-1])
    since_made = (np.arange(frames) + first_frame) / RATE
    window = 1 - rise((since_made - IMAGES_FADE[0]) / (IMAGES_FADE[1] - IMAGES_FADE[0]))
    response = np.zeros(frames)
    for index in bands:
        centre = 1000 * 2 ** (index / 6)
        band = np.fft.irfft(spectrum * np.cos(np.pi / 2 * np.clip(np.abs(position - index), 0, 1)), n)[:frames]
        specular = np.exp(np.log(1 - over_octaves(centre, OCTAVES, SCATTERING)) * REFLECTIONS_PER_SECOND
                          * np.arange(frames) / RATE)
        energy = 4 * np.pi * SPEED / VOLUME / RATE * np.exp(-decay_rate(np.array([centre]))[0] * since_made)
        response += band * np.sqrt(CARDIOID_MEAN_POWER * energy * (1 - specular * window ** 2))
    return response


def make_hall(sources, seconds, seed):
    """The response of the hall to one or two sources. The first direct sound is at frame 0."""
    rng = np.random.default_rng(seed)
    frames = round(seconds * RATE)
    nearest = min(np.linalg.norm(source - microphone(side)[0]) for source in sources for side in (-1, 1))
    first_frame = nearest / SPEED * RATE
    hall = Hall(np.zeros((frames, 2 * len(sources))))
    for index, source in enumerate(sources):
        places, passed = images(source, IMAGES_FADE[1], rng)
        for ear, side in enumerate((-1, 1)):
            early, arrivals = early_part(places, passed, side, frames, first_frame)
            hall.response[:, 2 * index + ear] = early + late_part(frames, first_frame, rng)
            hall.arrivals.append(arrivals)
    # All images have the same sign, which would leave a constant; remove everything below 20 Hz.
    hall.response = sosfilt(butter(2, 20, "highpass", fs=RATE, output="sos"), hall.response, axis=0)
    fade_out(hall.response, round(0.1 * RATE))
    return hall
