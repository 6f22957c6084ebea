#!/usr/bin/env python3
"""Draws a picture and its edges as a PNG: the picture, Prewitt's slope and Sobel's slope side by side.

    convaudio convolve Samples/still-life.npy --kernel Samples/edges.npy --padding same --mode replicate -o edges.npy
    python3 Tools/samples/draw_edges.py Samples/still-life.npy edges.npy edges.png

The picture is [height, width]; the edges are [4, height, width], across and down for each of the two operators, as
convolved with Samples/edges.npy. A slope is the root of the sum of both squares, divided by the operator's sum of
positive weights and its width of two pixels (6 and 8), so both are in brightness per pixel. White is a slope of 1/6.

With --check nothing is written: the existing PNG must hold the same pixels, however it is compressed. Needs only Python
3.
"""
import argparse
import array
import ast
import math
import struct
import sys
import zlib

WHITE, GAP = 1 / 6, 8                                  # brightness per pixel; pixels between the pictures
OPERATORS = ((0, 6), (2, 8))                           # first of the two planes, what a slope of 1 makes


def read(path):
    """Shape and values of a .npy file of little-endian 32-bit floats in C order, as convaudio writes them."""
    with open(path, "rb") as file:
        if file.read(8) != b"\x93NUMPY\x01\x00":
            sys.exit(f"{path}: expected a .npy file of version 1.0")
        header = ast.literal_eval(file.read(struct.unpack("<H", file.read(2))[0]).decode("latin-1"))
        if header["descr"] != "<f4" or header["fortran_order"]:
            sys.exit(f"{path}: expected '<f4' in C order")
        values = array.array("f", file.read())
    if sys.byteorder == "big":
        values.byteswap()
    return header["shape"], values


def rows(picture, edges):
    """The grey values of every row, as bytes."""
    (height, width), brightness = picture
    shape, planes = edges
    if shape != (4, height, width):
        sys.exit(f"the edges are {shape}, expected {(4, height, width)}")
    size = height * width

    def grey(value):
        return max(0, min(255, math.floor(value * 256)))

    for start in range(0, size, width):
        row = [grey(value) for value in brightness[start:start + width]]
        for first, unit in OPERATORS:
            across = planes[first * size + start:][:width]
            down = planes[(first + 1) * size + start:][:width]
            row += [255] * GAP + [grey(math.hypot(a, d) / unit / WHITE) for a, d in zip(across, down)]
        yield bytes(row)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(lines):
    """A grey PNG of 8 bits (ISO/IEC 15948); each row is stored as its difference from the one above (filter 2)."""
    above, filtered = bytes(len(lines[0])), bytearray()
    for line in lines:
        filtered += b"\x02" + bytes((a - b) & 255 for a, b in zip(line, above))
        above = line
    size = struct.pack(">IIBBBBB", len(lines[0]), len(lines), 8, 0, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(bytes(filtered), 9))
            + chunk(b"IEND", b""))


def unpacked(file):
    """The decompressed chunks of a PNG written by `png`."""
    place, chunks = 8, {}
    while place < len(file):
        length, kind = struct.unpack(">I4s", file[place:place + 8])
        data = file[place + 8:place + 8 + length]
        chunks[kind] = zlib.decompress(data) if kind == b"IDAT" else data
        place += length + 12
    return chunks


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("picture")
    parser.add_argument("edges")
    parser.add_argument("png")
    parser.add_argument("--check", action="store_true", help="compare with the existing PNG instead of writing it")
    arguments = parser.parse_args()
    drawn = png(list(rows(read(arguments.picture), read(arguments.edges))))
    if arguments.check:
        with open(arguments.png, "rb") as file:
            if unpacked(file.read()) != unpacked(drawn):
                sys.exit(f"{arguments.png}: differs from the picture of these edges")
    else:
        with open(arguments.png, "wb") as file:
            file.write(drawn)
