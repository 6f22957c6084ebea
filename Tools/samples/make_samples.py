"""Writes the recordings in `Samples/`: guitar.wav, guitar-stereo.flac and speech.wav.

    python Tools/samples/make_samples.py [--soundfont FluidR3_GM.sf2]

Needs the programs fluidsynth and espeak-ng, and numpy, scipy and soundfile. The music and the sentence
were written for this project; the humanised timing comes from fixed seeds.
"""
import argparse
import pathlib
import struct
import subprocess
import tempfile

import numpy as np
import soundfile
from scipy.signal import resample_poly

SAMPLES = pathlib.Path(__file__).resolve().parents[2] / "Samples"
RATE = 48000
CLEAN_ELECTRIC_GUITAR = 27                  # General MIDI program, counted from 0
TICKS = 480                                 # a quarter note
BEATS_PER_MINUTE = 104

# (beat, length in beats, notes, velocity); MIDI notes, 60 = C4.
LINE = [
    (0.0, 0.5, [45], 96), (0.5, 0.5, [57], 84), (1.0, 0.5, [60], 90), (1.5, 0.5, [64], 88),
    (2.0, 0.75, [67], 108), (2.75, 0.25, [64], 76), (3.0, 1.0, [62], 94),
    (4.0, 1.9, [45, 52, 57, 60, 64], 100),                                     # A minor, strummed
    (6.0, 0.5, [53], 92), (6.5, 0.5, [57], 80), (7.0, 0.5, [60], 88), (7.5, 0.5, [65], 100),
    (8.0, 0.5, [43], 96), (8.5, 0.5, [55], 82), (9.0, 0.5, [59, 62], 92), (9.5, 0.5, [62, 67], 104),
    (10.0, 1.0, [40, 47, 52], 112), (11.0, 0.5, [64], 70), (11.5, 0.5, [62], 60),
    (12.0, 2.0, [45, 52, 57, 60, 64, 69], 104),                                # and home
]
RIFF = [
    (0.0, 0.5, [40, 47], 108), (0.5, 0.5, [40, 47], 88), (1.0, 0.5, [43, 50], 100), (1.5, 1.0, [45, 52], 104),
    (2.5, 0.5, [40, 47], 92), (3.0, 0.5, [46, 53], 100), (3.5, 1.0, [45, 52], 104),
    (4.5, 0.5, [43, 50], 96), (5.0, 1.7, [40, 47, 52], 112),
]


def midi_file(notes, seed):
    """A type 0 Standard MIDI File; onsets and velocities vary a little, chords are strummed."""
    rng = np.random.default_rng(seed)
    events = [(0, bytes([0xC0, CLEAN_ELECTRIC_GUITAR]))]
    for beat, length, pitches, velocity in notes:
        onset = beat * TICKS + rng.normal(0, 5)
        for string, pitch in enumerate(pitches):
            start = max(0, round(onset + 10 * string))
            strength = int(np.clip(velocity + rng.normal(0, 5), 1, 127))
            events.append((start, bytes([0x90, pitch, strength])))
            events.append((max(start + 1, round((beat + length) * TICKS)), bytes([0x80, pitch, 0])))

    def variable_length(n):
        out = [n & 0x7F]
        while n := n >> 7:
            out.insert(0, n & 0x7F | 0x80)
        return bytes(out)

    tempo = round(60e6 / BEATS_PER_MINUTE)                       # microseconds per quarter note
    track, now = b"\x00\xff\x51\x03" + tempo.to_bytes(3, "big"), 0
    # At the same tick note-off (0x80) sorts before note-on (0x90), so that a repeated note sounds.
    for tick, message in sorted(events, key=lambda e: (e[0], e[1][0] == 0x90)):
        track += variable_length(tick - now) + message
        now = tick
    track += b"\x00\xff\x2f\x00"
    return b"MThd" + struct.pack(">IHHH", 6, 0, 1, TICKS) + b"MTrk" + struct.pack(">I", len(track)) + track


def guitar(notes, seed, seconds, soundfont, folder):
    """Renders dry (reverb and chorus off), mixes to mono, fades the last 50 ms out."""
    midi, wave = folder / "take.mid", folder / "take.wav"
    midi.write_bytes(midi_file(notes, seed))
    subprocess.run(["fluidsynth", "-n", "-i", "-q", "-R", "0", "-C", "0", "-g", "0.5", "-r", str(RATE),
                    "-T", "wav", "-O", "float", "-F", str(wave), str(soundfont), str(midi)], check=True)
    y = soundfile.read(wave)[0].mean(axis=1)
    y = np.pad(y, (0, max(0, round(seconds * RATE) - len(y))))[:round(seconds * RATE)]
    return finish(y, 0.6)


def speech(text, folder):
    wave = folder / "speech.wav"
    subprocess.run(["espeak-ng", "-v", "en-gb", "-s", "150", "-w", str(wave), text], check=True)
    y, rate = soundfile.read(wave)
    return finish(resample_poly(y, RATE, rate), 0.6)


def finish(y, peak):
    y = y * (peak / np.abs(y).max())
    fade = round(0.05 * RATE)
    y[-fade:] *= np.linspace(1, 0, fade)
    return y


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--soundfont", default="/usr/share/sounds/sf2/FluidR3_GM.sf2",
                        help="Debian's fluid-soundfont-gm puts it at the default")
    soundfont = parser.parse_args().soundfont
    SAMPLES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        soundfile.write(SAMPLES / "guitar.wav", guitar(LINE, 1, 8.2, soundfont, folder), RATE, subtype="PCM_16")
        # The same riff played twice, as for double-tracked rhythm guitars: no two samples are equal.
        takes = [guitar(RIFF, seed, 4.0, soundfont, folder) for seed in (2, 3)]
        soundfile.write(SAMPLES / "guitar-stereo.flac", np.stack(takes, axis=1), RATE, subtype="PCM_24")
        text = ("This is conv audio. It runs trained networks over sound, "
                "and nobody hears the block size.")
        soundfile.write(SAMPLES / "speech.wav", speech(text, folder), RATE, subtype="PCM_16")
