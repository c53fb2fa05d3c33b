#!/usr/bin/python3
"""Stands before the compiler: `built_before.py COMPILER ARGUMENT…`. A host that builds boxoffice in its own tree would compile all
of it; a source of boxoffice (not of its tests) that the build BOXOFFICE_BUILD has compiled already is answered with a copy of its
object. Of those that it has compiled together (BOXOFFICE_UNITY), the first is answered with the object of them all, the others with one of nothing. All else
(the host's own files, archives, linking) is done by the compiler."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path


ROOT = Path(__file__).resolve().parents[2]


def is_product(source):
    """Tests are compiled, since a build may want some of those that another has joined."""
    path = Path(os.path.realpath(source))
    return path.is_relative_to(ROOT) and path.relative_to(ROOT).parts[0] in ("capi", "examples", "src")


def sources_of(entry):
    """What a command compiles: its file, or the files that CMake has joined in it."""
    file = Path(entry["file"])
    joined = re.findall(r'^#include "(.*)"$', file.read_text(), re.MULTILINE) if file.parent.name == "Unity" and file.exists() else []
    return [os.path.realpath(one) for one in joined or [file]]


def object_of(source):
    """The object that BOXOFFICE_BUILD made of a source, and whether it is in another's; or None, False."""
    build = Path(os.environ["BOXOFFICE_BUILD"])
    for entry in json.loads((build / "compile_commands.json").read_text()):
        sources = sources_of(entry)
        if os.path.realpath(source) in sources:
            words = shlex.split(entry["command"])
            made = build / words[words.index("-o") + 1]
            return (made if made.is_file() else None), os.path.realpath(source) != sources[0]
    return None, False


def main(command):
    if "-c" in command and "-o" in command and os.environ.get("BOXOFFICE_BUILD") and is_product(command[command.index("-c") + 1]):
        out = command[command.index("-o") + 1]
        made, is_in_another = object_of(command[command.index("-c") + 1])
        if made and is_in_another:
            sys.exit(subprocess.run([command[0], "-x", "c++", "-c", os.devnull, "-o", out]).returncode)
        if made:
            shutil.copyfile(made, out)
            return
    os.execvp(command[0], command)


main(sys.argv[1:])
