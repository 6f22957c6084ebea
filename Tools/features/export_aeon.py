"""Writes a transform fitted by aeon to a parameter file for `convaudio features --params`.

    from export_aeon import export
    transform = MiniRocket(random_state=7).fit(X)
    export(transform, channels=X.shape[1], path="parameters.safetensors")

Supports MiniRocket, MultiRocket, Rocket and HydraTransformer of aeon 1.6. MultiRocket's file sets `compatibility:
aeon`, because its biases for differences were fitted for that. Tools/features/README.md describes the file.
"""

import json
import struct

import numpy as np


def write_safetensors(path, tensors, metadata):
    """The format of https://huggingface.co/docs/safetensors, int32 and float32 only."""
    header, data = {"__metadata__": {k: str(v) for k, v in metadata.items()}}, b""
    for name, array in sorted(tensors.items()):
        array = np.ascontiguousarray(array)
        array = array.astype("<f4" if array.dtype.kind == "f" else "<i4")
        header[name] = {
            "dtype": "F32" if array.dtype.kind == "f" else "I32",
            "shape": list(array.shape),
            "data_offsets": [len(data), len(data) + array.nbytes],
        }
        data += array.tobytes()
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def _minirocket(parameters, channels, prefix=""):
    if len(parameters) == 3:  # MultiRocket with one channel
        dilations, per_kernel, biases = parameters
        counts = listed = np.zeros(0, np.int32)
    else:
        counts, listed, dilations, per_kernel, biases = parameters
        if channels == 1:
            counts = listed = np.zeros(0, np.int32)
    arrays = {
        "dilations": dilations,
        "biases_per_kernel": per_kernel,
        "biases": biases.astype(np.float32),
        "channel_counts": counts,
        "channel_list": listed,
    }
    return {prefix + name: array for name, array in arrays.items()}


def parameters(transform, channels):
    """Returns the tensors and metadata of a fitted transform."""
    kind = type(transform).__name__
    metadata = {"format": "convaudio-features", "version": 1, "channels": channels, "maker": "aeon"}
    if kind == "MiniRocket":
        return _minirocket(transform.parameters, channels), metadata | {"transform": "minirocket"}
    if kind == "MultiRocket":
        if transform.normalise:
            raise ValueError("MultiRocket was fitted with normalise=True, expected False")
        tensors = _minirocket(transform.parameter, channels, "series.")
        tensors |= _minirocket(transform.parameter1, channels, "differences.")
        return tensors, metadata | {"transform": "multirocket", "compatibility": "aeon"}
    if kind == "Rocket":
        weights, lengths, biases, dilations, paddings, counts, listed = transform.kernels
        tensors = {
            "weights": weights,
            "lengths": lengths,
            "biases": biases,
            "dilations": dilations,
            "paddings": (paddings > 0).astype(np.int32),
            "channel_counts": counts,
            "channel_list": listed,
        }
        return tensors, metadata | {"transform": "rocket", "normalise": str(transform.normalise).lower()}
    if kind == "HydraTransformer":
        inner = transform._hydra
        if inner.k != 8:
            raise ValueError(f"n_kernels is {inner.k}, expected 8")
        tensors = {
            "dilations": inner.dilations.numpy().astype(np.int32),
            "weights": inner.W.numpy().reshape(-1),
            "channel_list": np.stack([i.numpy() for i in inner.idx]).reshape(-1) if channels > 1 else np.zeros(0, np.int32),
        }
        return tensors, metadata | {"transform": "hydra", "groups": inner.h, "representations": inner.divisor}
    raise TypeError(f"{kind} is not one of MiniRocket, MultiRocket, Rocket and HydraTransformer")


def export(transform, channels, path):
    """Writes the parameters of a transform that was fitted to series with this many channels."""
    write_safetensors(path, *parameters(transform, channels))
