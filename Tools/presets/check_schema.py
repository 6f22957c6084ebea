#!/usr/bin/env python3
"""Checks every Presets/*.json, and the examples in Presets/README.md, against Presets/preset.schema.json.

Needs the Python package jsonschema (written with 4.26). The exit code is 1 when a preset is rejected, or when the
schema accepts one of the broken presets below, which would mean that it checks nothing.
"""
import copy
import json
import pathlib
import re
import sys

import jsonschema

PRESETS = pathlib.Path(__file__).resolve().parents[2] / "Presets"


def broken(example):
    """The example with one fault each, by description."""

    def with_change(path, value):
        preset = copy.deepcopy(example)
        place = preset
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value
        return preset

    stage, array = ["stages", 0], ["stages", 0, "arrays", 0]
    return {
        "version 2": with_change(["version"], 2),
        "an unknown key": with_change(["colour"], "red"),
        "a name that is a path": with_change(["name"], "../name"),
        "two lines of description": with_change(["description"], "one\ntwo"),
        "an unknown stage": with_change(stage + ["type"], "reverb"),
        "weights outside": with_change(stage + ["weights"], "a/../../b.safetensors"),
        "absolute weights": with_change(stage + ["weights"], "/b.safetensors"),
        "no arrays": with_change(stage + ["arrays"], []),
        "an unknown past": with_change(stage + ["past"], "zero"),
        "an infinite scale": with_change(stage + ["headScale"], 1e39),
        "no dilations": with_change(array + ["dilations"], []),
        "dilation 0": with_change(array + ["dilations"], [0]),
        "a fraction of a channel": with_change(array + ["channels"], 1.5),
        "both kernel sizes": with_change(array + ["kernelSizes"], [3] * 6),
        "prelu without slopes": with_change(array + ["activation"], "prelu"),
        "an unknown gate": with_change(array + ["gate"], "tanh"),
    }


def broken_convolutions(example):
    """The example with convolution stages, with one fault each, by description."""

    def with_stage(**keys):
        preset = copy.deepcopy(example)
        preset["stages"] = [{"type": "convolution", "response": "hall.flac", **keys}]
        return preset

    def with_path(**keys):
        return with_stage(inputChannels=1, outputChannels=1, paths=[{"input": 0, "output": 0, "response": 0, **keys}])

    good = [with_stage(), with_stage(plan="grain 1 latency 0 direct 9 partitions 3x64"), with_path()]
    return good, {
        "no response": {**example, "stages": [{"type": "convolution"}]},
        "a response outside": with_stage(response="../hall.flac"),
        "an unknown key of a convolution": with_stage(wet=1),
        "an unknown routing": with_stage(channels="5.1"),
        "an unknown level": with_stage(normalize="rms"),
        "a mix above 1": with_stage(mix=1.5),
        "a negative predelay": with_stage(predelayMilliseconds=-1),
        "paths without channels": with_stage(paths=[{"input": 0, "output": 0, "response": 0}]),
        "channels without paths": with_stage(inputChannels=1, outputChannels=1),
        "paths and a routing": {**(p := with_path()), "stages": [{**p["stages"][0], "channels": "auto"}]},
        "no paths": with_stage(inputChannels=1, outputChannels=1, paths=[]),
        "an unknown key of a path": with_path(delay=1),
        "a path to nowhere": with_path(output=-1),
        "a plan in words": with_stage(plan="as short as possible"),
        "a plan with a grain": with_stage(plan="grain 64 latency 0 direct 0 partitions 3x64"),
    }


def main():
    schema = json.loads((PRESETS / "preset.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)

    readme = (PRESETS / "README.md").read_text(encoding="utf-8")
    examples = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", readme, re.DOTALL)]
    cases = [(f"README.md, example {index + 1}", example) for index, example in enumerate(examples)]
    for path in sorted(PRESETS.glob("*.json")):
        if path.name != "preset.schema.json":
            cases.append((path.name, json.loads(path.read_text(encoding="utf-8"))))

    good, broken_ones = broken_convolutions(examples[1])
    cases += [(f"convolution {index + 1} of this script", preset) for index, preset in enumerate(good)]

    failures = 0
    for name, preset in cases:
        errors = list(validator.iter_errors(preset))
        failures += len(errors)
        print(f"{'rejected' if errors else 'accepted'}: {name}")
        for error in errors:
            print(f"  {error.json_path}: {error.message}")
    for fault, preset in {**broken(examples[0]), **broken_ones}.items():
        if validator.is_valid(preset):
            failures += 1
            print(f"the schema accepts a preset with {fault}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
