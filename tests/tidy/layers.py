"""Who may include whom: one line a layer. What is not allowed here is a change of the architecture (src/README.md)."""

from typing import NamedTuple

from sources import CXX, Finding, files, includes_of, read


class Layer(NamedTuple):
    where: tuple  # files whose path begins so; the first layer that fits is the file's
    may: tuple  # of our headers: what the name may begin with; "." is the file's own folder
    may_not: tuple = ()  # of others' headers: a name, or the beginning of names that ends with /


# Words that every layer may use: they know no rule.
BASE = tuple(f"boxoffice/{noun}.hpp" for noun in ("error", "ids", "time", "points", "text", "utf8", "names"))
DOMAIN = (*BASE, "boxoffice/domain/")
PUBLIC = ("boxoffice/",)
PURE = ("sodium.h", "date/", "fmt/", "SQLiteCpp/", "sqlite3.h", "nlohmann/", "boost/", "mutex", "shared_mutex", "atomic",
        "libpq-fe.h", "thread", "condition_variable", "future", "ctime", "iostream", "fstream", "cstdio", "filesystem", "unistd.h",
        "sys/", "pthread.h")  # fmt: skip
SQL = ("SQLiteCpp/", "sqlite3.h", "libpq-fe.h")
EXAMPLES_ONLY = ("nlohmann/", "boost/")

LAYERS = (
    # --- the rules know no clock, no lock, no SQL, no format
    Layer(("include/boxoffice/domain/",), DOMAIN, PURE),
    # --- what a host calls; bodies are elsewhere
    Layer(tuple(f"include/boxoffice/{kind}_store.hpp" for kind in ("memory", "sqlite", "postgres")), PUBLIC, PURE),
    Layer(("include/boxoffice/boxoffice.hpp",), PUBLIC, PURE),
    Layer(("include/boxoffice/",), PUBLIC, ("sodium.h", "date/", "fmt/", "mutex", *SQL, *EXAMPLES_ONLY)),
    # --- the engine: crypto is the only file with libsodium; no store is known by name
    Layer(("src/engine/crypto.",), (*PUBLIC, "engine/crypto.hpp", "engine/fork_guard.hpp"), (*SQL, *EXAMPLES_ONLY)),
    Layer(("src/engine/decisions/", "src/engine/steps/"), (*PUBLIC, "engine/"), ("mutex", "thread", "sodium.h", *SQL, *EXAMPLES_ONLY)),
    Layer(("src/engine/",), (*PUBLIC, "engine/"), ("sodium.h", *SQL, *EXAMPLES_ONLY)),
    # --- stores: of the engine, what a store of whatever kind needs, and nothing that decides
    Layer(("src/stores/",), (*PUBLIC, "stores/", "engine/fork_guard.hpp"), ("sodium.h", *SQL, *EXAMPLES_ONLY)),
    Layer(("src/memory/",), (*PUBLIC, "memory/", "stores/", "engine/fork_guard.hpp"), ("sodium.h", *SQL, *EXAMPLES_ONLY)),
    # --- how a row is spelt in SQL, whichever the client
    Layer(("src/sql/",), (*PUBLIC, "sql/", "stores/"), ("sodium.h", *SQL, *EXAMPLES_ONLY)),
    # --- the stores on a client, each on its own
    Layer(("src/sqlite/",), (*PUBLIC, "sqlite/", "sql/", "stores/", "engine/fork_guard.hpp"), ("sodium.h", "libpq-fe.h", *EXAMPLES_ONLY)),
    Layer(("src/postgres/",), (*PUBLIC, "postgres/", "sql/", "stores/", "engine/fork_guard.hpp"), ("sodium.h", "SQLiteCpp/", "sqlite3.h", *EXAMPLES_ONLY)),
    # --- the C ABI, on public headers as any host
    Layer(("capi/boxoffice.h",), (), (*PURE, *EXAMPLES_ONLY)),
    Layer(("capi/",), (".", *PUBLIC, "engine/fork_guard.hpp"), ("sodium.h", *SQL, *EXAMPLES_ONLY)),
    # --- examples are hosts: public headers (of C or C++) and their own
    Layer(("examples/c/", "examples/go/"), ("boxoffice.h",)),
    Layer(("examples/quickstart/",), ("boxoffice.h", *PUBLIC), (*SQL, "boost/")),
    Layer(("examples/http_server/",), (".", "http_server/", "support/", *PUBLIC), SQL),
    Layer(("examples/onsale/",), (".", "onsale/", "support/", *PUBLIC), (*SQL, "boost/")),
    Layer(("examples/copy/",), (".", "copy/", "support/", *PUBLIC), (*SQL, "boost/")),
    Layer(("examples/support/",), (".", "support/", *PUBLIC), (*SQL, "boost/")),
    Layer(("examples/",), (".", *PUBLIC), (*SQL, "boost/")),
)
# Never in a header: who includes it pays for it in every file.
CPP_ONLY = ("date/", "sodium.h")
OUR_OWN_COST = ("tests/", "examples/")  # headers that nobody else includes


def _begins(name, starts):
    return any(name == start or (start.endswith("/") and name.startswith(start)) for start in starts)


def _may(layer, path, name, ours):
    if "." in layer.may and "/".join(path.split("/")[:-1] + [name]) in ours:
        return True
    return any(name.startswith(start) for start in layer.may if start != ".")


def _of_this_tree(include, path, ours, roots):
    """Whether it is one of our files: by its place beside the file, or below one of the include folders."""
    beside = "/".join(path.split("/")[:-1] + [include.name])
    return (not include.is_angled and beside in ours) or any(f"{root}{include.name}" in ours for root in roots)


def check_layers(root, layers=LAYERS):
    found = []
    ours = set(files(root, *CXX))
    roots = ("include/", "src/", "capi/", "examples/", "tests/")
    for path in sorted(ours):
        layer = next((one for one in layers if path.startswith(one.where)), None)
        is_header = path.endswith((".hpp", ".h"))
        for include in includes_of(read(root, path)):
            quoted = f"<{include.name}>" if include.is_angled else f'"{include.name}"'
            if is_header and not path.startswith(OUR_OWN_COST) and _begins(include.name, CPP_ONLY):
                found.append(Finding(path, include.line, f"{quoted} belongs in a .cpp"))
            elif layer and _of_this_tree(include, path, ours, roots):
                if not _may(layer, path, include.name, ours):
                    found.append(Finding(path, include.line, f"{layer.where[0]} may not include {quoted}"))
            elif layer and _begins(include.name, layer.may_not):
                found.append(Finding(path, include.line, f"{layer.where[0]} may not include {quoted}"))
    return found


def check_nesting(root):
    """The rules are below everything: nothing in include/ reaches into src/."""
    insides = ("engine/", "memory/", "postgres/", "sql/", "sqlite/", "stores/")
    return [
        Finding(path, include.line, f"a public header includes {include.name}, which is not installed")
        for path in files(root, ".hpp", under="include/")
        for include in includes_of(read(root, path))
        if include.name.startswith(insides)
    ]
