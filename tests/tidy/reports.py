"""The table of other systems' bug reports in tests/README.md names tests that there are."""

import re
from pathlib import Path

from sources import Finding, read

DOCUMENT = "tests/README.md"
REPORT = re.compile(r"[\w.-]+/[\w.-]+#\d+")
# A test's file below tests/, and its name as it stands there.
TEST = re.compile(r'`([\w./]+)`: "((?:[^"\\]|\\.)+)"')


def _rows(text):
    """The lines of the table's body, with their numbers."""
    for number, line in enumerate(text.splitlines(), 1):
        cells = line.split(" | ")
        if len(cells) == 3 and REPORT.search(cells[0]):
            yield number, cells


def _has(root, path, name):
    """Does the file have a test of that name: a TEST_CASE, a story of the page, a method?"""
    at = Path(root) / "tests" / path
    if not at.is_file():
        return False
    text = read(root, f"tests/{path}")
    beginnings = ("def ",) if path.endswith(".py") else ("TEST_CASE(", "story(")
    quoted = f"{name}(" if path.endswith(".py") else f'"{name}"'
    return any(re.search(re.escape(beginning) + r"\s*" + re.escape(quoted), text) for beginning in beginnings)


def check_reports(root):
    findings = []
    seen = False
    for number, (_, _, here) in _rows(read(root, DOCUMENT)):
        seen = True
        tests = TEST.findall(here)
        if not tests and not here.startswith("none: "):
            findings.append(Finding(DOCUMENT, number, 'neither a test, as `file`: "name", nor "none: " and why'))
        for path, name in tests:
            if not _has(root, path, name):
                findings.append(Finding(DOCUMENT, number, f'{path} has no test "{name}"'))
    if not seen:
        findings.append(Finding(DOCUMENT, 1, "the table of reports is gone"))
    return findings
