#!/bin/sh
# Compares the library with the committed dump of its ABI: what a C caller was compiled with must not change under them.
#
#   check_abi.sh LIBRARY            fails where they differ, also by an addition: then renew the dump, so that its
#                                   difference is read with the change
#   check_abi.sh --renew LIBRARY    writes the dump
#
# LIBRARY must have debug information for the functions of the header (the dev preset's has).
set -eu
capi=$(cd "$(dirname "$0")/../../capi" && pwd)
committed=$capi/libboxoffice.abi
renew=no
[ "$1" = --renew ] && renew=yes && shift
library=$1

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Only the header's types; no path, source position or name of this machine.
abidw --headers-dir "$capi" --drop-private-types --exported-interfaces-only --no-corpus-path --no-comp-dir-path \
    --no-show-locs --no-elf-needed --no-architecture --no-write-default-sizes --no-parameter-names --type-id-style hash \
    --out-file "$scratch/raw.abi" "$library"
sed -e "s|path='[^']*/capi/|path='capi/|" -e "s|path='/[^']*'|path='capi'|" "$scratch/raw.abi" >"$scratch/now.abi"
# Without debug information, or with another directory's header, structures are names only, and equal to anything.
if ! grep -q "class-decl name='boxoffice_error' size-in-bits=" "$scratch/now.abi" ||
    grep "class-decl name='boxoffice_.*is-declaration-only" "$scratch/now.abi" | grep -v "name='boxoffice_office'"; then
    echo "check_abi.sh: $library lacks debug information of this header's structures; build the dev preset" >&2
    exit 1
fi

if [ $renew = yes ]; then
    cp "$scratch/now.abi" "$committed"
    echo "$committed"
    exit 0
fi

# 4: something changed, 8: incompatibly; both are shown.
abidiff --no-show-locs "$committed" "$scratch/now.abi" || {
    echo "check_abi.sh: the ABI is not that of $committed." \
        "If it only grew, renew that (--renew); else BOXOFFICE_ABI moves too." >&2
    exit 1
}
