"""Of the site that examples/docs.sh makes: its source folder is the repository."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bindings/python/src"))

project = "boxoffice"
copyright = "the boxoffice developers"
extensions = ["myst_parser", "sphinx.ext.autodoc"]
root_doc = "examples/guides/index"
include_patterns = ["README.md", "CHANGELOG.md", "*/README.md", "*/*/README.md", "tests/reliability/*/README.md", "examples/guides/*", "bindings/python/*.md"]
exclude_patterns = ["build*", "**/node_modules", "**/.*"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
html_theme = "furo"
html_title = "boxoffice"
html_show_sphinx = False
