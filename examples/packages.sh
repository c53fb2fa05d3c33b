# Sourced by the run scripts: `install_packages NAME…` installs what is missing of these Debian packages.
install_packages() {
    local missing=() package
    for package in "$@"; do
        [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || { echo "needs root to install: ${missing[*]}" >&2; return 1; }
        as_root=(sudo)
    fi
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

# What the engine itself builds with; the examples and tests add theirs.
boxoffice_packages=(g++ cmake ninja-build pkg-config libsqlitecpp-dev libsqlite3-dev libfmt-dev libexpected-dev
    libhowardhinnant-date-dev libsodium-dev tzdata)
