"""The structures and functions of the package against the header, and against a C compiler."""

from __future__ import annotations

import ast
import ctypes
import datetime
import inspect
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any, Dict, get_args

from .support import PACKAGE
import c_header
import generate_structures
import boxoffice  # noqa: E402
from boxoffice import _convert, _convert_sales, _layouts, _library  # noqa: E402
from boxoffice import _structures, _version  # noqa: E402
from boxoffice import commands as boxoffice_commands  # noqa: E402

SCALARS: Dict[str, Any] = {
    "int32_t": ctypes.c_int32,
    "boxoffice_status": ctypes.c_int32,
    "int64_t": ctypes.c_int64,
    "uint32_t": ctypes.c_uint32,
    "uint8_t": ctypes.c_uint8,
    "size_t": ctypes.c_size_t,
    "double": ctypes.c_double,
    "char": ctypes.c_char,
    "void": None,
    "const char *": ctypes.c_char_p,
    "void *": ctypes.c_void_p,
}


def ctype(kind: str) -> Any:
    """The ctypes type that a C type has to have."""
    if kind in SCALARS:
        return SCALARS[kind]
    function = re.fullmatch(r"(.+) \(\*\)\((.*)\)", kind)
    if function:
        arguments = [ctype(one) for one in function.group(2).split(", ")]
        return ctypes.CFUNCTYPE(ctype(function.group(1)), *arguments)
    name = kind[len("const ") :] if kind.startswith("const ") else kind
    if name.endswith(" *"):
        return ctypes.POINTER(ctype(name[:-2]))
    if name.endswith(" **"):
        return ctypes.POINTER(ctypes.POINTER(ctype(name[:-3])))
    if name == "boxoffice_office":
        return _structures.Office
    return _structures.STRUCTURES[name]


class GeneratedTest(unittest.TestCase):
    def test_what_is_committed_is_what_the_header_gives(self) -> None:
        committed = generate_structures.TARGET.read_text(encoding="utf-8")
        self.assertEqual(Path(_structures.__file__), generate_structures.TARGET)
        self.assertEqual(committed, generate_structures.generate(), "run generate_structures.py")
        exported = generate_structures.SYMBOLS.read_text(encoding="utf-8")
        self.assertEqual(exported, generate_structures.symbols(), "run generate_structures.py")

    def test_the_check_says_so(self) -> None:
        done = subprocess.run([sys.executable, PACKAGE / "generate_structures.py", "--check"])
        self.assertEqual(done.returncode, 0)


class HeaderTest(unittest.TestCase):
    def setUp(self) -> None:
        self.header = c_header.read()

    def test_every_structure_is_declared_member_by_member(self) -> None:
        self.assertEqual(set(self.header.structures), set(_structures.STRUCTURES))
        self.assertEqual(self.header.opaque, ["boxoffice_office"])
        for name, members in self.header.structures.items():
            fields: Any = _structures.STRUCTURES[name]._fields_
            self.assertEqual([one[0] for one in fields], [one.name for one in members], name)
            for (field, kind), member in zip(fields, members):
                want = ctype(member.kind)
                if member.size:
                    want = want * member.size
                self.assertIs(kind, want, f"{name}.{field}")

    def test_every_function_has_its_types(self) -> None:
        self.assertEqual(set(self.header.functions), set(_structures.FUNCTIONS))
        library = _library.load()
        for name, (result, parameters) in self.header.functions.items():
            function = getattr(library, name)
            self.assertIs(function.restype, ctype(result), name)
            self.assertEqual(list(function.argtypes), [ctype(one.kind) for one in parameters], name)

    def test_every_function_is_called_by_the_package(self) -> None:
        sources = "".join(
            path.read_text(encoding="utf-8")
            for path in Path(_structures.__file__).parent.glob("*.py")
            if path.name != "_structures.py"
        )
        unused = [name for name in self.header.functions if not re.search(rf"\b{name}\b", sources)]
        self.assertEqual(unused, ["boxoffice_status_name"])  # the classes have their names

    def test_constants(self) -> None:
        macros = self.header.macros
        self.assertEqual(macros["BOXOFFICE_VERSION"], f'"{boxoffice.__version__}"')
        self.assertEqual(boxoffice.library_version(), boxoffice.__version__)
        self.assertEqual(int(macros["BOXOFFICE_ABI"]), _version.ABI)
        self.assertEqual(int(macros["BOXOFFICE_ID_TEXT_SIZE"]), _structures.ID_TEXT_SIZE)
        self.assertEqual(int(macros["BOXOFFICE_TOKEN_TEXT_SIZE"]), _structures.TOKEN_TEXT_SIZE)
        self.assertEqual(
            int(macros["BOXOFFICE_TRANSACTION_KEY_SIZE"]), _structures.TRANSACTION_KEY_SIZE
        )
        self.assertEqual(macros["BOXOFFICE_NEVER"], "INT64_MAX")
        self.assertEqual(int(macros["BOXOFFICE_REFUND_STEPS_MAX"]), _structures.REFUND_STEPS_MAX)

    def test_enumerations(self) -> None:
        constants = self.header.constants
        for prefix, kind in {
            "BOXOFFICE_DURABILITY_": boxoffice.Durability,
            "BOXOFFICE_SEAT_STATE_": boxoffice.SeatState,
            "BOXOFFICE_PLACE_STATE_": boxoffice.PlaceState,
            "BOXOFFICE_RESERVATION_STATE_": boxoffice.ReservationState,
            "BOXOFFICE_TRANSFER_KIND_": boxoffice.TransferKind,
            "BOXOFFICE_PAYMENT_STATE_": boxoffice.PaymentState,
        }.items():
            in_header = {
                name[len(prefix) :]: value
                for name, value in constants.items()
                if name.startswith(prefix)
            }
            self.assertEqual(in_header, {one.name: int(one) for one in kind}, prefix)

    def test_command_kinds(self) -> None:
        prefix = "BOXOFFICE_COMMAND_"
        kinds = {
            name[len(prefix) :]: value
            for name, value in self.header.constants.items()
            if name.startswith(prefix)
        }
        found = {}
        others: Dict[str, Any] = {
            "external_id": "x",
            "transaction_key": "x",
            "key": "x",
            "name": "x",
            "title": "x",
            "date": datetime.date(2030, 1, 1),
            "limits": boxoffice.RoomLimits(),
            "seats": [],
            "items": [1],
            "reservations": [1],
            "prices": [],
            "terms": boxoffice.Terms(),
            "reason": "x",
            "starts_at": None,
            "is_hidden": False,
            "cancel": False,
        }
        for command in boxoffice_commands._ENCODERS:
            arguments = [others.get(name, 1) for name in command._fields]
            buffer, _ = boxoffice_commands.encode([command(*arguments)])
            name = re.sub(r"(?<!^)(?=[A-Z])", "_", command.__name__).upper()
            found[name] = _structures.Command.from_buffer(buffer).kind
        self.assertEqual(found, kinds)
        # A kind that the library does not know would refuse the call; what an outcome says does not matter here.
        others["seats"] = [boxoffice.NewSeat("1", price=1)]
        with boxoffice.open(":memory:") as office:
            for command in boxoffice_commands._ENCODERS:
                office.batch([command(*[others.get(name, 1) for name in command._fields])])

    def test_every_command_is_in_every_list(self) -> None:
        commands = set(boxoffice_commands._ENCODERS)
        self.assertEqual(set(boxoffice_commands._DECODERS), commands)
        self.assertEqual(set(get_args(boxoffice_commands.Command)), commands)
        self.assertLessEqual({command.__name__ for command in commands}, set(boxoffice.__all__))

    def test_default_options_are_the_headers(self) -> None:
        macros = self.header.macros

        def values(macro: str) -> Any:
            text = re.sub(r"sizeof\(\w+\)", "0", macros[macro]).replace("NULL", "None")
            text = text.replace("BOXOFFICE_NEVER", str(_structures.NEVER))
            text = (
                text.replace("BOXOFFICE_DURABILITY_FULL", "2").replace("{", "(").replace("}", ")")
            )
            return ast.literal_eval(text)

        def number(value: Any) -> Any:
            return (
                value // datetime.timedelta(microseconds=1)
                if isinstance(value, datetime.timedelta)
                else value
            )

        default = {
            name: number(one.default)
            for name, one in inspect.signature(boxoffice.open).parameters.items()
        }
        options = values("BOXOFFICE_OPTIONS_INIT")
        names = [one.name for one in self.header.structures["boxoffice_options"]]
        for name, value in zip(names, options):
            name = name[: -len("_us")] if name.endswith("_us") else name
            if isinstance(value, int) and name not in ("struct_size", "token_key_count"):
                self.assertEqual(default[name], value, name)
        limits = values("BOXOFFICE_ROOM_LIMITS_INIT")
        rows = self.header.structures["boxoffice_room_limits"]
        for row, value in list(zip(rows, limits))[2:]:
            if _layouts.is_reserved(row.name):
                continue
            name = row.name[: -len("_us")] if row.name.endswith("_us") else row.name
            self.assertEqual(default[name], value, name)
            self.assertEqual(number(getattr(boxoffice.RoomLimits(), name)), value, name)
        terms = _convert_sales.terms(boxoffice.Terms())
        rows = self.header.structures["boxoffice_terms"]
        for row, value in list(zip(rows, values("BOXOFFICE_TERMS_INIT")))[1:]:
            if isinstance(value, int) and not _layouts.is_reserved(row.name):
                self.assertEqual(getattr(terms, row.name), value, row.name)


class CompilerTest(unittest.TestCase):
    def test_sizes_and_offsets_are_those_of_c(self) -> None:
        compiler = shutil.which("cc")
        if compiler is None:
            self.skipTest("needs a C compiler (cc)")
        lines = []
        expected = []
        for name, structure in _structures.STRUCTURES.items():
            lines.append(f'printf("{name} %zu\\n", sizeof({name}));')
            expected.append(f"{name} {ctypes.sizeof(structure)}")
            for field in structure._fields_:
                one = f"{name}.{field[0]}"
                lines.append(f'printf("{one} %zu\\n", offsetof({name}, {field[0]}));')
                expected.append(f"{one} {getattr(structure, field[0]).offset}")
        program = f'#include <stdio.h>\n#include "{c_header.HEADER}"\n'
        program += f'int main(void) {{ {" ".join(lines)} return 0; }}\n'
        with tempfile.TemporaryDirectory() as scratch:
            source, binary = Path(scratch) / "layout.c", Path(scratch) / "layout"
            source.write_text(program, encoding="utf-8")
            subprocess.run([compiler, "-std=c99", "-o", binary, source], check=True)
            printed = subprocess.run(
                [binary], stdout=subprocess.PIPE, check=True, universal_newlines=True
            ).stdout
        self.assertEqual(printed.splitlines(), expected)
        self.assertGreater(len(expected), 150)

    def test_the_struct_layouts_agree_with_ctypes(self) -> None:
        for structure, layout in _convert.LAYOUTS.items():
            self.assertEqual(layout.size, ctypes.sizeof(structure), structure.__name__)
        event = _structures.Event(*range(1, 16))
        read = _convert.LAYOUTS[_structures.Event].unpack(event)
        self.assertEqual(read, (*range(1, 13), 14, 15))  # and not reserved32
        stats = _structures.Stats(1, 2, 3, _structures.SeatCounts(4, 5, 6, 7))
        self.assertEqual(_convert.LAYOUTS[_structures.Stats].unpack(stats), tuple(range(1, 8)))


if __name__ == "__main__":
    unittest.main()
