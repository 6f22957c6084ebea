"""Trains the network of the preset `dilated-stack` to model the overdrive of `overdrive_circuit.py`.

    python Tools/dilated-stack/train.py --minutes 70 --work <folder for checkpoints>
    python Tools/dilated-stack/train.py --export-only <folder>/checkpoint.pt

Training input is synthetic (`signals.py`); the error is measured on recordings that are not part of it.
"""
import argparse
import copy
import json
import math
import pathlib
import platform
import time

import numpy as np
import scipy
import soundfile
import torch
from safetensors.torch import save_file

from network import ARRAYS, DILATIONS, HEAD_SCALE, HISTORY, KERNEL, DilatedStack, run
from overdrive_circuit import esr, overdrive
from signals import RATE, training_input

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
HELD_OUT = ["guitar.wav", "speech.wav"]
BATCH, SEGMENT = 2, 8192                    # about 90 ms per step on one core; many small steps train best here
FIRST_RATE, LAST_RATE = 4e-3, 1e-5
ENERGY_FLOOR = 1e-3                         # mean square; segments below it count as silent
PRE_EMPHASIS, PRE_EMPHASIS_WEIGHT = 0.85, 0.1


def loss_function(target, output):
    """Error-to-signal ratio per segment, plus a share of the same after pre-emphasis.

    Dividing by each segment's energy gives quiet notes the weight that listeners give them. The floor keeps near-silent
    segments from dominating; pre-emphasis weights the treble, which has little energy. Both errors are divided by the
    same energy: a ratio of pre-emphasised energies would be dominated by low notes.
    """
    energy = target.square().mean(-1) + ENERGY_FLOOR
    error = target - output
    emphasised = error[..., 1:] - PRE_EMPHASIS * error[..., :-1]
    return ((error.square().mean(-1) + PRE_EMPHASIS_WEIGHT * emphasised.square().mean(-1)) / energy).mean()


def evaluate(network):
    """ESR on the held-out recordings: the float32 weights, computed in float64."""
    network = copy.deepcopy(network).double().eval()
    result = {}
    for name in HELD_OUT:
        path = REPOSITORY / "Samples" / name
        if path.exists():
            signal, rate = soundfile.read(path)
            assert rate == RATE, f"{name}: expected {RATE} Hz, actual {rate}"
            result[name] = esr(overdrive(signal), run(network, signal))
    return result


def train(arguments):
    torch.manual_seed(arguments.seed)
    chooser = np.random.default_rng(arguments.seed + 1)
    signal = training_input(arguments.seed)
    started = time.time()
    target = overdrive(signal).astype(np.float32)
    print(f"{len(signal) / RATE:.0f} s of training signal; circuit solved in {time.time() - started:.0f} s", flush=True)
    # The past of the first frames is silence.
    signal = torch.cat([torch.zeros(HISTORY), torch.from_numpy(signal)])
    target = torch.from_numpy(target)
    energy = torch.cumsum(target.double().square(), 0)

    network = DilatedStack()
    optimizer = torch.optim.Adam(network.parameters(), lr=FIRST_RATE)
    started = saved = time.time()
    step, running = 0, 0.0
    while True:
        # The learning rate follows the clock, so that training ends on time however busy the machine is.
        elapsed = time.time() - started
        progress = step / arguments.steps if arguments.steps else elapsed / (60 * arguments.minutes)
        if progress >= 1:
            break
        for group in optimizer.param_groups:
            group["lr"] = LAST_RATE + (FIRST_RATE - LAST_RATE) * 0.5 * (1 + math.cos(math.pi * progress))
            group["lr"] *= min(1, (step + 1) / 200)

        starts = []
        while len(starts) < BATCH:
            start = int(chooser.integers(0, len(target) - SEGMENT))
            # A silent segment teaches almost nothing; the gaps between clips are part of other segments.
            if energy[start + SEGMENT - 1] - energy[start] > 1e-6 * SEGMENT:
                starts.append(start)
        x = torch.stack([signal[None, s:s + HISTORY + SEGMENT] for s in starts])
        y = torch.stack([target[None, s:s + SEGMENT] for s in starts])
        loss = loss_function(y, network(x))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        step += 1
        running += (loss.item() - running) * max(1 / step, 0.002)

        if step % 1000 == 0:
            print(f"{elapsed / 60:5.1f} min  step {step}  rate {group['lr']:.1e}  loss {running:.5f}", flush=True)
        if time.time() - saved > 60 * arguments.save_every:
            save(arguments, network, step, time.time() - started)
            saved = time.time()
    save(arguments, network, step, time.time() - started)
    return arguments.work / "checkpoint.pt"


def save(arguments, network, step, seconds):
    arguments.work.mkdir(parents=True, exist_ok=True)
    error = evaluate(network)
    print(f"{seconds / 60:5.1f} min  step {step}  held-out ESR " +
          ", ".join(f"{name} {value:.6f}" for name, value in error.items()), flush=True)
    temporary = arguments.work / "checkpoint.tmp"
    torch.save({"network": network.state_dict(), "seed": arguments.seed, "step": step, "minutes": seconds / 60}, temporary)
    temporary.replace(arguments.work / "checkpoint.pt")        # so that readers never see an incomplete file


def export(checkpoint_path):
    checkpoint = torch.load(checkpoint_path)
    network = DilatedStack()
    network.load_state_dict(checkpoint["network"])
    # The circuit gives 0 for silence. The last bias makes the network do the same, so a recording starts without a
    # step, and so does the next stage.
    at_rest = run(copy.deepcopy(network).double(), np.zeros(1))[0]
    with torch.no_grad():
        network.arrays[-1].head.bias -= at_rest / HEAD_SCALE
    held_out = evaluate(network)
    training_signal = training_input(checkpoint["seed"])
    training_esr = esr(overdrive(training_signal), run(copy.deepcopy(network).double(), training_signal))
    rounded = {name: float(f"{value:.3g}") for name, value in held_out.items()}
    versions = {"python": platform.python_version(), "torch": torch.__version__,
                "numpy": np.__version__, "scipy": scipy.__version__}
    training = {"script": "Tools/dilated-stack/train.py", "seed": checkpoint["seed"], "versions": versions,
                "steps": checkpoint["step"], "minutes": round(checkpoint["minutes"], 1),
                "trainingESR": float(f"{training_esr:.3g}"), "heldOutESR": rounded}

    presets = REPOSITORY / "Presets"
    presets.mkdir(exist_ok=True)
    tensors = {name: value.float().contiguous() for name, value in network.state_dict().items()}
    weights = presets / "dilated-stack.safetensors"
    save_file(tensors, weights,
              metadata={"tool": training["script"], "seed": str(checkpoint["seed"]), "torch": torch.__version__,
                        "heldOutESR": json.dumps(rounded)})
    weights.chmod(0o644)                    # save_file makes it readable only for its owner
    preset = {
        "format": "convaudio-preset", "version": 1, "name": "dilated-stack",
        "description": "Diode-clipper overdrive: two WaveNet stacks trained on a numerically solved circuit",
        "sampleRateHz": RATE,
        "stages": [{
            "type": "wavenet", "weights": "dilated-stack.safetensors", "past": "silence",
            "inputChannels": 1, "headScale": HEAD_SCALE,
            "arrays": [{"channels": a["channels"], "kernelSize": KERNEL, "dilations": DILATIONS,
                        "activation": "tanh", "headChannels": a["headChannels"], "headBias": a["headBias"]}
                       for a in ARRAYS]}],
        "metadata": {"author": "the convaudio developers", "licence": "CC0-1.0", "training": training}}
    (presets / "dilated-stack.json").write_text(json.dumps(preset, indent=2) + "\n")
    print(json.dumps(training, indent=2))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=70, help="training time")
    parser.add_argument("--steps", type=int, help="train this many steps instead: repeatable where the clock is not")
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--save-every", type=float, default=4, help="minutes between checkpoints")
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("dilated-stack-training"),
                        help="folder for checkpoints")
    parser.add_argument("--export-only", type=pathlib.Path, metavar="CHECKPOINT", help="write the preset from a checkpoint")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    export(options.export_only or train(options))
