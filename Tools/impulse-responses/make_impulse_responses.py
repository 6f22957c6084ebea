"""Writes the impulse responses in `Presets/`: hall, hall-true-stereo, plate and cabinet.

    python Tools/impulse-responses/make_impulse_responses.py [--folder Presets] [--report] [--pictures FOLDER]

--report prints what is measured in the files as they are stored. README.md has the targets.
"""
import argparse
import pathlib

import numpy as np
import soundfile

import cabinet
import hall
import measures
import plate
from filters import RATE, pink_gain

PRESETS = pathlib.Path(__file__).resolve().parents[2] / "Presets"
BITS = 24
SECONDS = {"hall": 3.6, "plate": 2.7}
SEEDS = {"hall": 5, "hall-true-stereo": 6, "plate": 7}
CABINET_TAPS = 2048
TITLES = {
    "hall": "Concert hall, 15,300 cubic metres, 2.2 s",
    "hall-true-stereo": "Concert hall, 15,300 cubic metres, 2.2 s; paths LL LR RL RR",
    "plate": "Steel plate, 2 by 1 m, 1.8 s",
    "cabinet": "Closed guitar cabinet, four 12-inch loudspeakers, near",
}


def make_all():
    """Names and [frames, channels] before levelling, and the arrivals at the hall's left microphone."""
    single = hall.make_hall(hall.SINGLE, SECONDS["hall"], SEEDS["hall"])
    pair = hall.make_hall(hall.PAIR, SECONDS["hall"], SEEDS["hall-true-stereo"])
    responses = {
        "hall": single.response, "hall-true-stereo": pair.response,
        "plate": plate.make_plate(SECONDS["plate"], SEEDS["plate"]),
        "cabinet": cabinet.make_cabinet(CABINET_TAPS)[:, None]}
    return responses, single.arrivals[0]


def levelled(response):
    """Scaled so that pink noise comes out as loud as it goes in.

    One factor for all channels, so their balance stays. Each side of a true-stereo response is the sum of two paths:
    with two inputs that are not alike their powers add, hence the factor of the root of two.
    """
    paths_a_side = 2 if response.shape[1] == 4 else 1
    return response / (pink_gain(response) * np.sqrt(paths_a_side))


def write(path, response, title):
    """24-bit FLAC, rounded to nearest, without dither: the rounding lies at -149 dB, 100 dB below the beginning."""
    integers = np.round(response * 2 ** (BITS - 1)).astype(np.int64)
    if np.abs(integers).max() >= 2 ** (BITS - 1):
        raise SystemExit(f"{path}: peak {np.abs(response).max():.3f}; at most 1 can be stored")
    smallest = {"format": "FLAC", "compression_level": 1.0}
    with soundfile.SoundFile(path, "w", RATE, response.shape[1], f"PCM_{BITS}", **smallest) as file:
        file.title = title
        file.comment = "Made by Tools/impulse-responses of convaudio"
        file.license = "CC0-1.0"
        file.write((integers << (32 - BITS)).astype(np.int32))
    stored = soundfile.read(path, dtype="int32", always_2d=True)[0] >> (32 - BITS)
    if not np.array_equal(stored, integers):
        raise SystemExit(f"{path}: the file differs from what was written")
    return stored / 2 ** (BITS - 1)


def report(stored, arrivals):
    rows = [["file", "frames", "channels", "peak", "energy", "pink noise", "onset, frame", "sum (0 Hz)"]]
    print(measures.table(rows + [measures.facts(name, response) for name, response in stored.items()]))
    octaves = np.array(measures.OCTAVES)
    for name, response in stored.items():
        if name == "cabinet":
            continue
        room = plate if name == "plate" else hall
        print(f"\n{name}: before the fade at the end {measures.end_level(response):.0f} dB\n")
        print(measures.table(measures.room_rows(name, response, room.reverberation_time(octaves))))
    print("\nhall, left microphone, at 1 kHz against the direct sound:\n")
    strong = [a for a in arrivals if a[1] > -20][:10]
    print(measures.table([["ms"] + [f"{a[0]:.1f}" for a in strong], ["dB"] + [f"{a[1]:.1f}" for a in strong],
                          ["walls"] + [str(a[2]) for a in strong]]))
    print("\ncabinet, dB against 1 kHz:\n")
    response = stored["cabinet"][:, 0]
    points = [40, 60, 80, 110, 160, 250, 400, 700, 1000, 1500, 2500, 3500, 4500, 5000, 6000, 7000, 8000, 10000, 12000,
              16000]

    def decibels(frequency_hz):
        return 20 * np.log10(np.abs(response @ np.exp(-2j * np.pi * frequency_hz / RATE * np.arange(len(response)))))

    print(measures.table([["Hz"] + [str(f) for f in points],
                          ["dB"] + [f"{decibels(f) - decibels(1000):+.1f}" for f in points]]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=pathlib.Path, default=PRESETS, help="output folder")
    parser.add_argument("--report", action="store_true", help="print measurements of the files")
    parser.add_argument("--pictures", type=pathlib.Path, help="folder for pictures; needs matplotlib")
    arguments = parser.parse_args()

    responses, arrivals = make_all()
    stored = {}
    for name, response in responses.items():
        stored[name] = write(arguments.folder / f"{name}.flac", levelled(response), TITLES[name])
    if arguments.report:
        report(stored, arrivals)
    if arguments.pictures:
        import pictures
        for name, response in stored.items():
            pictures.draw(name, response, arguments.pictures)


if __name__ == "__main__":
    main()
