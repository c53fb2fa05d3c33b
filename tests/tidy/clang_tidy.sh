#!/usr/bin/env bash
# clang-tidy over src/ and capi/, by the checks of .clang-tidy (which says why some are off).
#
#   tests/tidy/clang_tidy.sh            all files, as the build compiles them: several at once, so in two minutes
#   tests/tidy/clang_tidy.sh main       what differs from a commit or branch
#   tests/tidy/clang_tidy.sh FILE…      these
#
# BOXOFFICE_BUILD is a folder that CMake configured, for clang and with BOXOFFICE_UNITY (default: build/asan, by the preset
# asan): it has compile_commands.json. Exits with 1 if anything is found.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${BOXOFFICE_BUILD:-build/asan}
case "${1:-}" in -h|--help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;; esac
command -v clang-tidy >/dev/null || { echo "clang_tidy.sh: no clang-tidy here (apt-get install clang-tidy)" >&2; exit 2; }
[ -r "$build/compile_commands.json" ] || { echo "clang_tidy.sh: no compile_commands.json in $build (cmake --preset asan)" >&2; exit 2; }

if [ $# -eq 0 ]; then
    mapfile -t files < <(/usr/bin/python3 -c '
import json, re, sys
for entry in json.load(open(sys.argv[1])):
    if re.search(r"boxoffice_(core|sqlite|capi_objects)\.dir", entry["command"]):
        print(entry["file"])' "$build/compile_commands.json")
elif [ $# -eq 1 ] && [ ! -e "$1" ]; then
    mapfile -t files < <(git diff --name-only --diff-filter=d "$1" -- 'src/*.cpp' 'capi/*.cpp')
else
    files=("$@")
fi
[ ${#files[@]} -gt 0 ] || { echo "clang-tidy: no file to look at"; exit 0; }

# Flags of GCC's that clang does not know are no finding; nor that a file of several includes them.
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P 2 clang-tidy -p "$build" --quiet --warnings-as-errors='*' \
    --checks=-bugprone-suspicious-include \
    --extra-arg=-Wno-unknown-warning-option --extra-arg=-Wno-ignored-optimization-argument >"$log" 2>/dev/null || status=1
# A finding in a header comes once for each file that includes it.
sort -u <(grep -E '^/.*: (warning|error):' "$log" || true) | sed "s|^$PWD/||"
echo "clang-tidy: ${#files[@]} files, $(grep -E '^/.*: (warning|error):' "$log" | sort -u | wc -l) findings"
exit "$status"
