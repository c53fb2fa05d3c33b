#!/usr/bin/env bash
# Installs what is missing, builds, and runs the HTTP server with the flags you add (--help lists them):
#
#     examples/serve.sh --demo               something to try: prints the page's address and three curl lines
#     examples/serve.sh --db sale.db         keeps the box office in a file; relative paths are yours
#
# BOXOFFICE_BUILD_DIR says where to build (build/examples).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
build=${BOXOFFICE_BUILD_DIR:-$root/build/examples}

# Asked for help, it builds nothing.
for flag in "$@"; do
    if [[ $flag == -h || $flag == --help ]] && [ ! -x "$build/examples/boxoffice_server" ]; then
        sed -n '2,7s/^# \{0,1\}//p' "$0"
        echo "The flags are listed in examples/http_server/README.md, and by --help once it is built."
        exit 0
    fi
done

# shellcheck source=build.sh
source "$here/build.sh"
install_packages "${boxoffice_packages[@]}" nlohmann-json3-dev libboost1.81-dev zlib1g-dev >&2
build_examples "$build" boxoffice_server

exec "$build/examples/boxoffice_server" "$@"
