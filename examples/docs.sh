#!/usr/bin/env bash
# Builds the documentation as one static site: the guides and READMEs, the reference of C++ and C (Doxygen) and of Python (Sphinx).
#
#   examples/docs.sh [DIRECTORY]     build/site by default; open index.html there
#
# A link that leads nowhere, or a comment that Doxygen does not understand, fails.
set -euo pipefail
case ${1:-} in
    -h|--help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;;
    -*) echo "docs.sh: unknown flag '$1' (a directory, or --help)" >&2; exit 2 ;;
esac
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
mkdir -p "${1:-$root/build/site}"
site=$(cd "${1:-$root/build/site}" && pwd)
cd "$root"
. examples/packages.sh
install_packages doxygen furo python3-myst-parser python3-sphinx >&2

mkdir -p build
work=$(mktemp -d build/site-XXXXXX)
trap 'rm -rf "$work"' EXIT
doxygen - <<END
@INCLUDE = src/Doxyfile
OUTPUT_DIRECTORY = $work
END
PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -m sphinx -q -W --keep-going -c examples/guides -d "$work/doctrees" -b html . "$site"
rm -rf "$site/cpp"
cp -r "$work/html" "$site/cpp"
cat >"$site/index.html" <<'END'
<!doctype html>
<meta charset="utf-8">
<meta http-equiv="refresh" content="0; url=examples/guides/index.html">
<title>boxoffice</title>
<a href="examples/guides/index.html">boxoffice: the documentation</a>
END
for page in $(sed -n 's/.*href="..\/..\/\(cpp\/[^"]*\)".*/\1/p' examples/guides/cpp.rst); do
    [ -f "$site/$page" ] || { echo "docs.sh: no page $page" >&2; exit 1; }
done
echo "$site/index.html"
