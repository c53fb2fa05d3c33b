#!/usr/bin/env bash
# How much of include/ and src/ the tests run: lines, and branches, of the whole and of each file with the lines that none ran.
# Builds build/coverage (GCC, -O0, --coverage; some 10 min), runs the unit tests (with PostgreSQL where it is), those of the C ABI,
# of the HTTP host without sockets and of copying, and asks gcovr. What is killed with SIGKILL counts nothing, and the Python tests
# are not run, so the true figures are somewhat higher.
#
#   tests/reliability/coverage.sh             the figures; files at build/coverage/report
#   tests/reliability/coverage.sh --report    the same from the last run's counts
#
# Branches are counted without those that only an exception takes: nearly every call has one, and out of memory and faults of the
# stores are tested where they matter (tests/faults, tests/decisions/fault_test.cpp), not at each call. Nothing else is left out.
set -euo pipefail
cd "$(dirname "$0")/../.."
. examples/packages.sh

case ${1:-} in
    '' | --report) ;;
    -h | --help) sed -n '2,13s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "tests/reliability/coverage.sh: unknown argument '$1' (--report)" >&2; exit 2 ;;
esac

build=build/coverage
report=$build/report
mkdir -p "$report"
install_packages "${boxoffice_packages[@]}" catch2 gcovr libboost1.81-dev libpq-dev nlohmann-json3-dev postgresql zlib1g-dev \
    >"$report/install.log" 2>&1

if [ "${1:-}" != --report ]; then
    flags="--coverage -fprofile-update=prefer-atomic -fprofile-abs-path"
    # Most stories of several processes are told by children that end with _exit, which would not write their counts down.
    cat >$build/exit.c <<'EOF'
void __gcov_dump(void);
void __real__exit(int status) __attribute__((noreturn));
void __wrap__exit(int status) {
    __gcov_dump();
    __real__exit(status);
}
EOF
    cc -c -o $build/exit.o $build/exit.c
    cmake -S . -B $build -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O0 -DCMAKE_C_FLAGS_DEBUG=-O0 \
        "-DCMAKE_CXX_FLAGS=$flags" "-DCMAKE_C_FLAGS=$flags" -DBOXOFFICE_UNITY=ON -DBOXOFFICE_EXAMPLES=ON \
        "-DCMAKE_EXE_LINKER_FLAGS=-Wl,--wrap=_exit $PWD/$build/exit.o" >"$report/build.log"
    runners=(boxoffice_tests boxoffice_c_tests boxoffice_http_tests boxoffice_copy_tests)
    cmake --build $build --target "${runners[@]}" >>"$report/build.log"
    find $build -name '*.gcda' -delete
    for runner in "${runners[@]}"; do
        echo "$runner …" >&2
        $build/tests/"$runner" >"$report/$runner.log" 2>&1 || { tail -n 50 "$report/$runner.log" >&2; exit 1; }
    done
fi

# What a header has in several programs is added up.
gcovr=(/usr/bin/gcovr --root .)
"${gcovr[@]}" --object-directory $build --filter include/ --filter src/ --exclude-throw-branches --exclude-unreachable-branches \
    --json -o "$report/counts.json" $build 2>"$report/gcovr.log" || { tail "$report/gcovr.log" >&2; exit 1; }
"${gcovr[@]}" -a "$report/counts.json" --txt -o "$report/lines.txt"
"${gcovr[@]}" -a "$report/counts.json" --txt --branches -o "$report/branches.txt"
cat "$report/lines.txt" "$report/branches.txt"
# Not -o /dev/null: gcovr takes a file that it writes away first, also that one.
lines=$("${gcovr[@]}" -a "$report/counts.json" --print-summary -o "$report/summary.txt" | tr '\n' ' ')
echo "coverage: $lines"
