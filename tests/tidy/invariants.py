"""The audit recomputes every invariant that src/README.md marks with *: each is reported, tried, and its check walked."""

import re

from sources import Finding, code_of, files, read

AUDIT = "src/engine/audit.hpp"
DOCUMENT = "src/README.md"


def _found(root, path, pattern, text=None):
    """What the pattern's group is, and the line of its first place."""
    found = {}
    for number, line in enumerate((text or read(root, path)).splitlines(), 1):
        for one in re.findall(pattern, line):
            found.setdefault(one, number)
    return found


def check_walked(root):
    """A check without parameters is one of those that report_all calls."""
    code = code_of(read(root, AUDIT))
    walk = re.search(r"report_all\(\) \{(.*?)\n    \}", code, re.DOTALL)
    called = set(re.findall(r"\b(check_\w+)\(\);", walk[1])) if walk else set()
    made = _found(root, AUDIT, r"\bvoid (check_\w+)\(\)", code)
    return [Finding(AUDIT, line, f"report_all() does not call {name}()") for name, line in made.items() if name not in called]


def check_invariants(root):
    """What is marked is reported and tried in tests/, and what is reported is marked."""
    marked = _found(root, DOCUMENT, r"^\| ([A-Z]\d+)\* \|")
    findings = []
    reported = set()
    for path in files(root, ".hpp", ".cpp", under="src/engine/"):
        for rule, line in _found(root, path, r'(?:\breport\(|\bviolations\.push_back\(\{)"([A-Z]\d+)"').items():
            reported.add(rule)
            if rule not in marked:
                findings.append(Finding(path, line, f"{rule} is no invariant that {DOCUMENT} marks with *"))
    tests = "".join(read(root, path) for path in files(root, "_test.cpp", under="tests/"))
    for rule, line in marked.items():
        if rule not in reported:
            findings.append(Finding(DOCUMENT, line, f"the audit never reports {rule}"))
        elif f'"{rule}"' not in tests:
            findings.append(Finding(DOCUMENT, line, f"no test has the audit report {rule}"))
    return findings
