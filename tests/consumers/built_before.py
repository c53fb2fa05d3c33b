#!/usr/bin/python3
"""Stands before the compiler: `built_before.py COMPILER ARGUMENT…`. A host that builds boxoffice in its own tree would compile all
of it; a source that the build BOXOFFICE_BUILD has compiled already is answered with a copy of its object. All else (the host's
own files, archives, linking) is done by the compiler."""

import json
import os
import shlex
import shutil
import sys
from pathlib import Path


def object_of(source):
    """The object that BOXOFFICE_BUILD made of a source, or None."""
    build = Path(os.environ["BOXOFFICE_BUILD"])
    for entry in json.loads((build / "compile_commands.json").read_text()):
        if os.path.realpath(entry["file"]) == os.path.realpath(source):
            words = shlex.split(entry["command"])
            made = build / words[words.index("-o") + 1]
            return made if made.is_file() else None
    return None


def main(command):
    if "-c" in command and "-o" in command and os.environ.get("BOXOFFICE_BUILD"):
        made = object_of(command[command.index("-c") + 1])
        if made:
            shutil.copyfile(made, command[command.index("-o") + 1])
            return
    os.execvp(command[0], command)


main(sys.argv[1:])
