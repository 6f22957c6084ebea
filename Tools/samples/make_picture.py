#!/usr/bin/env python3
"""Writes Samples/still-life.npy and Samples/edges.npy: a small grey picture, and four kernels that find its edges.

    python3 Tools/samples/make_picture.py

Made with numpy 2.4.6 and seed 7; needs nothing else. A second run gives the same bytes.

The picture, [height, width] = [192, 256], is drawn from formulas. Four rays per pixel meet a sphere, a rotated box,
a cylinder, a table and a wall. Lambert's cosine law (Lambert, Photometria, 1760) and a shadow ray give the light,
value noise the grain of the table. Brightness is rounded to steps of 1/256, like that of an 8-bit camera, from 0
(black) to 255/256, so Float32 holds every number exactly, and every sum with the whole-numbered kernels below.

The kernels, [4, 1, 3, 3], are used without flipping (cross-correlation):

    0, 1  Prewitt, Object Enhancement and Extraction, in Lipkin and Rosenfeld, Picture Processing and Psychopictorics,
          1970, across and down
    2, 3  Sobel and Feldman, a talk at the Stanford Artificial Intelligence Project, 1968, first printed in Duda and
          Hart, Pattern Classification and Scene Analysis, 1973, page 271, across and down

Across is positive where brightness grows to the right, down where it grows downwards. A slope of 1 per pixel gives 6
with Prewitt's weights and 8 with Sobel's.
"""
import pathlib

import numpy as np

HEIGHT, WIDTH, RAYS, SEED = 192, 256, 2, 7             # RAYS along each side of a pixel
SAMPLES = pathlib.Path(__file__).resolve().parents[2] / "Samples"

# x to the right, y upwards, z away from the eye; the sphere is 1.24 wide.
EYE, FAR = np.array([0.0, 1.9, -6.0]), 1e9
LIGHT = np.array([-0.55, 0.75, -0.45]) / np.linalg.norm([-0.55, 0.75, -0.45])
SPHERE = (np.array([-0.1, 0.62, -0.5]), 0.62)           # centre, radius
BOX = (np.array([-1.75, 0.55, 0.9]), np.array([0.62, 0.55, 0.5]), 0.6)         # centre, half sides, turn in radians
CYLINDER = (np.array([1.55, 0.0, 0.5]), 0.55, 1.7)      # foot, radius, height
WALL = 3.2                                              # z
BRIGHTNESS = {"table": 0.62, "wall": 0.5, "sphere": 0.95, "box": 0.7, "cylinder": 0.8}


def dot(a, b):
    return (a * b).sum(-1)


def sphere(origin, ray):
    """Distance along each ray, FAR where it misses, and the outward normal there."""
    centre, radius = SPHERE
    b, c = dot(origin - centre, ray), dot(origin - centre, origin - centre) - radius**2
    root = np.sqrt(np.maximum(b * b - c, 0))
    far = np.where((b * b > c) & (-b - root > 1e-4), -b - root, FAR)
    return far, (origin + far[..., None] * ray - centre) / radius


def box(origin, ray):
    centre, half, angle = BOX
    turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]])
    o, d = (origin - centre) @ turn.T, ray @ turn.T
    d = np.where(np.abs(d) < 1e-12, 1e-12, d)
    near, leave = np.minimum((-half - o) / d, (half - o) / d), np.maximum((-half - o) / d, (half - o) / d)
    enter = near.max(-1)
    far = np.where((enter < leave.min(-1)) & (enter > 1e-4), enter, FAR)
    return far, (np.where(near == enter[..., None], -np.sign(d), 0.0)) @ turn


def cylinder(origin, ray):
    foot, radius, height = CYLINDER
    o = origin - foot
    a = np.maximum(ray[..., 0] ** 2 + ray[..., 2] ** 2, 1e-12)
    b = o[..., 0] * ray[..., 0] + o[..., 2] * ray[..., 2]
    c = o[..., 0] ** 2 + o[..., 2] ** 2 - radius**2
    side = np.where(b * b > a * c, (-b - np.sqrt(np.maximum(b * b - a * c, 0))) / a, FAR)
    y = o[..., 1] + side * ray[..., 1]
    side = np.where((side > 1e-4) & (y > 0) & (y < height), side, FAR)
    lid = (height - o[..., 1]) / np.where(np.abs(ray[..., 1]) < 1e-12, 1e-12, ray[..., 1])
    on = o + lid[..., None] * ray
    lid = np.where((lid > 1e-4) & (on[..., 0] ** 2 + on[..., 2] ** 2 < radius**2), lid, FAR)
    across = (o + np.minimum(side, FAR)[..., None] * ray) / radius * np.array([1.0, 0.0, 1.0])
    return np.minimum(side, lid), np.where((lid < side)[..., None], np.array([0.0, 1.0, 0.0]), across)


def plane(axis, value, normal):
    def meet(origin, ray):
        step = np.where(np.abs(ray[..., axis]) < 1e-12, 1e-12, ray[..., axis])
        far = (value - origin[..., axis]) / step
        return np.where(far > 1e-4, far, FAR), np.broadcast_to(np.array(normal), ray.shape)
    return meet


def grain(x, z, random):
    """Value noise: random numbers on a grid, smoothly between them, three octaves; stretched along x, as wood is."""
    total = 0
    for octave, share in ((1, 0.5), (2, 0.3), (4, 0.2)):
        table = random.random((64, 64))
        u, v = x * 1.3 * octave + 20, z * 6 * octave + 20
        i, j = np.floor(u).astype(int), np.floor(v).astype(int)
        s, t = u - i, v - j
        s, t = s * s * (3 - 2 * s), t * t * (3 - 2 * t)
        at = lambda di, dj: table[(i + di) % 64, (j + dj) % 64]
        total = total + share * ((at(0, 0) * (1 - s) + at(1, 0) * s) * (1 - t) + (at(0, 1) * (1 - s) + at(1, 1) * s) * t)
    return total


def picture():
    random = np.random.default_rng(SEED)
    things = {"table": plane(1, 0.0, [0.0, 1.0, 0.0]), "wall": plane(2, WALL, [0.0, 0.0, -1.0]),
              "sphere": sphere, "box": box, "cylinder": cylinder}
    row, column = np.mgrid[0:HEIGHT * RAYS, 0:WIDTH * RAYS]
    across = ((column + 0.5) / RAYS - WIDTH / 2) / WIDTH
    up = (HEIGHT / 2 - (row + 0.5) / RAYS) / WIDTH
    ray = np.stack([across * 0.82, up * 0.82 - 0.19, np.ones_like(up)], -1)
    ray /= np.linalg.norm(ray, axis=-1, keepdims=True)
    origin = np.broadcast_to(EYE, ray.shape)
    hits = {name: meet(origin, ray) for name, meet in things.items()}
    first = np.min([far for far, _ in hits.values()], axis=0)
    point = origin + first[..., None] * ray
    sun = np.broadcast_to(LIGHT, ray.shape)
    light, colour = np.zeros(first.shape), np.zeros(first.shape)
    wood = grain(point[..., 0], np.minimum(point[..., 2], WALL), random)
    for name, (far, normal) in hits.items():
        seen = far == first
        light[seen] = np.maximum(dot(normal, sun), 0)[seen]
        texture = 0.72 + 0.56 * wood if name == "table" else 1.0
        colour[seen] = (BRIGHTNESS[name] * texture * np.ones(first.shape))[seen]
    shade = np.min([things[name](point, sun)[0] for name in ("sphere", "box", "cylinder")], axis=0) < FAR
    linear = colour * (0.14 + 0.86 * np.where(shade, 0, light))
    linear = linear.reshape(HEIGHT, RAYS, WIDTH, RAYS).mean(axis=(1, 3))
    noisy = np.sqrt(linear) + random.normal(0, 0.004, linear.shape)     # a gamma of 2 and camera noise
    return (np.clip(np.round(noisy * 256), 0, 255) / 256).astype("<f4")


def kernels():
    difference = np.array([-1, 0, 1])
    across = [np.outer(smooth, difference) for smooth in ([1, 1, 1], [1, 2, 1])]
    return np.stack([across[0], across[0].T, across[1], across[1].T])[:, None].astype("<f4")


if __name__ == "__main__":
    np.save(SAMPLES / "still-life.npy", picture())
    np.save(SAMPLES / "edges.npy", kernels())
