"""Writes the .npy files for the tests of ArrayFiles, and their expected contents.

    python3 Tools/golden/make_npy_fixtures.py [OUTPUT_DIRECTORY]

NumPy writes every file. `cases.json` holds NumPy's version and, for each file, the shape and the bit patterns of the
values as float32 in C order, or the type that cannot be read; also the headers that NumPy writes for a range of shapes.
"""

import io
import json
import pathlib
import sys
import warnings

import numpy as np

SEED = 20261207
DEFAULT_OUTPUT = pathlib.Path(__file__).resolve().parents[2] / "Tests/ArrayFilesTests/Fixtures/npy"

random = np.random.default_rng(SEED)


def normal(*shape):
    return random.standard_normal(shape)


def special(dtype):
    """Zeros, infinities, NaN, subnormals, and values that float32 cannot hold."""
    values = [0.0, -0.0, 1.0, np.inf, -np.inf, np.nan, 1.5e-45, 1e-40, 0.1, 16777217.0, -3.4028235e38]
    if dtype == "<f8":
        values += [1e300, -3.5e38, 3.40282356e38, 3.4028235677973366e38, 1e-300, 1.0 + 2.0**-24, 5e-324]
    return np.array(values, dtype=dtype)


READABLE = [
    ("f4-1d", normal(5).astype("<f4"), None),
    ("f4-2d", normal(3, 4).astype("<f4"), None),
    ("f4-3d-fortran", np.asfortranarray(normal(2, 3, 4).astype("<f4")), None),
    ("f4-2d-fortran", np.asfortranarray(normal(37, 5).astype("<f4")), None),
    ("f4-5d-fortran", np.asfortranarray(normal(2, 3, 1, 2, 4).astype("<f4")), None),
    ("f4-special", special("<f4"), None),
    ("f4-scalar", np.float32(2.5), None),
    ("f4-empty", np.zeros((0,), "<f4"), None),
    ("f4-empty-3d", np.zeros((3, 0, 2), "<f4"), None),
    ("f4-empty-fortran", np.asfortranarray(np.zeros((3, 0, 2), "<f4")), None),
    ("f8-2d", normal(4, 3), None),
    ("f8-2d-fortran", np.asfortranarray(normal(4, 3)), None),
    ("f8-special", special("<f8"), None),
    ("f8-scalar", np.float64(0.1), None),
    ("f4-version-2", normal(2, 2).astype("<f4"), (2, 0)),
    ("f8-version-3", normal(2, 2), (3, 0)),
    ("f4-big-endian", np.array([1.0, 2.0], ">f4"), None),
    ("f8-big-endian", np.array([1.0, 1e300, 0.1], ">f8"), None),
    ("f2", np.array([1.0, 2.0, 65504, np.inf, np.nan, 6e-8], "<f2"), None),
    ("f2-big-endian", np.array([[1.0, -2.0]], ">f2"), None),
    ("i1", np.array([-128, 127, -1], "i1"), None),
    ("i2-fortran", np.asfortranarray(np.arange(-6, 6, dtype="<i2").reshape(3, 4)), None),
    ("i4-big-endian", np.array([-(2**31), 2**24 + 1, 7], ">i4"), None),
    ("i8", np.array([-(2**63), 2**53 + 1, 3, -1], "<i8"), None),
    ("u1", np.arange(256, dtype="u1").reshape(4, 8, 8), None),
    ("u2-big-endian", np.array([65535, 1], ">u2"), None),
    ("u4", np.array([2**32 - 1, 5], "<u4"), None),
    ("u8", np.array([2**64 - 1, 5, 0], "<u8"), None),
    ("bool", np.array([True, False]), None),
]

FIELDS = np.array([(1.5, 2), (2.5, 3)], dtype=[("Größe", "<f4"), ("b", "<i4")])

UNREADABLE = [
    ("complex", np.array([1 + 2j, 3j]), None),
    ("text", np.array(["1.5", "2"]), None),
    ("bytes", np.array([b"1.5", b"2"]), None),
    ("object", np.array([{}, None], dtype=object), None),
    ("dates", np.array(["2026-01-01"], "M8[D]"), None),
    ("spans", np.array([5], "m8[s]"), None),
    ("raw", np.zeros(2, "V3"), None),
    ("fields", np.array([(1.5, 2), (2.5, 3)], dtype=[("a", "<f4"), ("b", "<i4")]), None),
    ("fields-latin", FIELDS, (1, 0)),
    ("fields-unicode", FIELDS, (3, 0)),
    ("fields-nested", np.zeros(1, [("a]'(", [("x", "<f4", (2, 2))]), ("b", "O")]), None),
]


def header(shape):
    """The header for an array that does not have to exist: the text without padding, and all bytes before the data."""
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": "<f4", "fortran_order": False, "shape": shape})
    data = file.getvalue()
    return {"shape": list(shape), "text": data[10:].decode("ascii").rstrip(), "bytes": len(data)}


def shapes():
    yield from [(), (0,), (1,), (64,), (2, 3), (1,) * 64, (10**18,), (0, 10**15), (123456789,) * 2]
    for rank in range(1, 33):
        yield tuple(int(10 ** random.uniform(0, 12)) for _ in range(rank))


def main():
    output = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_OUTPUT
    output.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter("ignore")  # NumPy warns about versions 2.0 and 3.0.
    cases = []
    for name, array, version in READABLE + UNREADABLE:
        array = np.asanyarray(array)
        with open(output / f"{name}.npy", "wb") as file:
            np.lib.format.write_array(file, array, version=version)
        case = {"name": name, "type": np.lib.format.dtype_to_descr(array.dtype)}
        if any(name == readable[0] for readable in READABLE):
            with np.errstate(all="ignore"):
                values = array.astype("<f4")
            case["shape"] = list(array.shape)
            case["bits"] = np.ascontiguousarray(values).reshape(-1).view("<u4").tolist()
            finite = array[np.isfinite(array)]
            with np.errstate(all="ignore"):
                rounded = finite.astype("<f4")
            # As exact numbers: float64 does not hold all integers of 64 bits.
            lost = [int(r) != int(f) if array.dtype.kind in "iu" else float(r) != float(f) for r, f in zip(rounded.flat, finite.flat)]
            case["rounded"] = sum(lost)
            case["overflowed"] = int(np.sum(np.isinf(rounded)))
            # Whether this is what is written for the same values.
            case["canonical"] = case["type"] == "<f4" and version is None and not np.isfortran(array)
        else:
            case["type"] = str(case["type"])
        cases.append(case)
    document = {"numpy": np.__version__, "seed": SEED, "cases": cases, "headers": [header(s) for s in shapes()]}
    lines = json.dumps(document, ensure_ascii=False, indent=None, separators=(",", ":"))
    # One line per case, so that changes are readable.
    (output / "cases.json").write_text(lines.replace("},{", "},\n{") + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
