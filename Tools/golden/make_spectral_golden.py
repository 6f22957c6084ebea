"""Writes the golden data for spectra, mel bands, cepstra and scattering: the output of librosa, torchaudio and kymatio.

    python3 -m venv .venv && .venv/bin/pip install -r Tools/golden/spectral-requirements.txt
    .venv/bin/python Tools/golden/make_spectral_golden.py

Writes Tests/TimeSeriesFeaturesTests/Golden/spectral/*.safetensors: `input`, one channel, and for each case its rows
[rows, columns]. Versions and seed are in the metadata. HTK's conventions are those of torchaudio.compliance.kaldi with
htk_compat, which puts c0 last; here it is first. The kymatio cases of the file `scattering` are computed in float64.
"""

import json
import pathlib
import struct

import kymatio
import librosa
import numpy as np
import scipy
import torch
import torchaudio
import torchaudio.compliance.kaldi as kaldi
from kymatio.numpy import Scattering1D

OUT = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "TimeSeriesFeaturesTests" / "Golden" / "spectral"
SEED = 11
RATE = 22_050


def write_safetensors(path, tensors, metadata):
    """The format of https://huggingface.co/docs/safetensors, float32 only."""
    header, data = {"__metadata__": {k: str(v) for k, v in metadata.items()}}, b""
    for name, array in sorted(tensors.items()):
        array = np.ascontiguousarray(array, "<f4")
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [len(data), len(data) + array.nbytes]}
        data += array.tobytes()
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def signal(count):
    """A decaying chord with quiet noise, an impulse, and a stretch of exact silence."""
    random = np.random.RandomState(SEED)
    t = np.arange(count) / RATE
    x = 0.01 * random.normal(size=count)
    for frequency, level in [(220, 0.3), (277.18, 0.2), (1760, 0.1), (5274, 0.05)]:
        x += level * np.sin(2 * np.pi * frequency * t) * np.exp(-4 * t)
    x[count // 2 : count // 2 + 1500] = 0
    x[count // 2 + 2500] += 0.8
    return x.astype(np.float32)


def librosa_cases(x):
    mel, mfcc = librosa.feature.melspectrogram, librosa.feature.mfcc
    short = dict(n_fft=1024, win_length=600, hop_length=300, n_mels=40, fmin=50, fmax=8000)
    yield "stft", np.abs(librosa.stft(x)) ** 2
    yield "stft-magnitude-odd", np.abs(librosa.stft(x, n_fft=501, hop_length=200, window="hamming"))
    yield "mel", mel(y=x, sr=RATE)
    yield "mel-short", mel(y=x, sr=RATE, **short)
    yield "mel-not-centred", mel(y=x, sr=RATE, center=False)
    yield "mel-reflect", mel(y=x, sr=RATE, pad_mode="reflect")
    yield "mel-htk", mel(y=x, sr=RATE, htk=True, norm=None, power=1.0)
    yield "logmel", librosa.power_to_db(mel(y=x, sr=RATE), top_db=None)
    yield "logmel-top", librosa.power_to_db(mel(y=x, sr=RATE), top_db=30, ref=0.5)
    yield "mfcc", mfcc(S=librosa.power_to_db(mel(y=x, sr=RATE), top_db=None))
    yield "mfcc-top", mfcc(y=x, sr=RATE, n_mfcc=13, lifter=22)


def torchaudio_cases(x):
    x, rate = torch.from_numpy(x), 16_000
    transforms = torchaudio.transforms
    mel = transforms.MelSpectrogram(rate)
    yield "torchaudio-mel", mel(x).numpy()
    few = transforms.MelSpectrogram(rate, n_fft=512, win_length=400, hop_length=160, n_mels=64)
    yield "torchaudio-mel-512", few(x).numpy()
    yield "torchaudio-logmel", transforms.AmplitudeToDB()(few(x)).numpy()
    yield "torchaudio-mfcc", transforms.MFCC(rate, melkwargs=dict(n_fft=512, n_mels=64, win_length=400))(x).numpy()
    log = transforms.MFCC(rate, n_mfcc=20, log_mels=True, melkwargs=dict(n_fft=512, n_mels=64, win_length=400))
    yield "torchaudio-mfcc-log", log(x).numpy()


def htk_cases(x):
    settings = dict(
        sample_frequency=16_000.0, dither=0.0, remove_dc_offset=False, window_type="hamming", num_mel_bins=26,
        low_freq=0.0, high_freq=8000.0, htk_compat=True, use_energy=False, raw_energy=False)
    wave = torch.from_numpy(x)[None]
    coefficients = kaldi.mfcc(wave, num_ceps=13, cepstral_lifter=22.0, **settings).numpy()
    yield "htk-mfcc", np.concatenate([coefficients[:, -1:], coefficients[:, :-1]], 1).T
    yield "htk-logmel", kaldi.fbank(wave, use_log_fbank=True, **settings).numpy().T


def scattering_cases():
    random = np.random.RandomState(SEED + 1)
    for name, J, Q, T, count in [("j6-q8", 6, 8, None, 8192), ("j4-q1", 4, 1, None, 2048), ("j6-q4-t16", 6, (4, 2), 16, 4096)]:
        t = np.arange(count)
        x = random.normal(size=count) * 0.1 * (1 + np.sin(2 * np.pi * t / 700)) + 0.3 * np.sin(0.2 * t + 1e-5 * t * t)
        x = x.astype(np.float32)
        transform = Scattering1D(J=J, shape=count, Q=Q, T=T)
        # Rows lie at multiples of the hop only if the padding does.
        assert transform.pad_left % 2**transform.log2_T == 0
        yield name + "-input", x
        yield name, transform(x.astype(np.float64)).T


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    versions = {
        "librosa": librosa.__version__, "torchaudio": torchaudio.__version__, "torch": torch.__version__,
        "kymatio": kymatio.__version__, "numpy": np.__version__, "scipy": scipy.__version__}
    metadata = {"seed": SEED, "versions": json.dumps(versions)}
    x = signal(9000)
    tensors = {"input": x}
    for cases in (librosa_cases, torchaudio_cases, htk_cases):
        for name, rows in cases(x):
            # [rows, columns]
            tensors[name] = np.ascontiguousarray(rows.T)
    write_safetensors(OUT / "spectral.safetensors", tensors, metadata)
    write_safetensors(OUT / "scattering.safetensors", dict(scattering_cases()), metadata)


if __name__ == "__main__":
    main()
