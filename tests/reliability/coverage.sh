#!/usr/bin/env bash
# How much of include/ and src/ the tests run: lines, and branches, of the whole and of each file with the lines that none ran.
# Builds build/coverage (GCC, -O0, --coverage; some 10 min), runs the unit tests (with PostgreSQL where it is), those of the C ABI,
# of the HTTP host without sockets and of copying, and short runs of the rooms here (some 20 min), and asks gcovr. What is killed with
# SIGKILL counts nothing, and the Python tests are not run, so the true figures are somewhat higher.
#
#   tests/reliability/coverage.sh             the figures; files at build/coverage/report
#   tests/reliability/coverage.sh --report    the same from the last run's counts
#
# Branches are counted without those that gcov knows only an exception takes: nearly every call has one. Two figures: of all lines, and
# of those in whose source a condition stands (if, for, while, switch, case, catch, ?, &&, ||, BOXOFFICE_TRY). What the compiler makes
# on other lines are the cleanups behind an exception, the guards of static variables, and the comparisons that are defaulted.
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
    runs=(tests c_tests http_tests copy_tests "simulation --count 60 --errors" "host_faults --count 60" "power_loss --count 200"
        "io_faults --count 5" "io_faults --memory --count 29")
    targets=("${runs[@]%% *}")
    cmake --build $build --target "${targets[@]/#/boxoffice_}" >>"$report/build.log"
    find $build -name '*.gcda' -delete
    for run in "${runs[@]}"; do
        echo "boxoffice_$run …" >&2
        read -ra words <<<"$run"
        # What fails (a test that is bound to time, beside other work) is told; its counts count all the same.
        "$build/tests/boxoffice_${words[0]}" "${words[@]:1}" >"$report/${run// /_}.log" 2>&1 ||
            { tail -n 30 "$report/${run// /_}.log"; echo "FAILED: boxoffice_$run"; } >&2
    done
fi

# What a header has in several programs is added up.
gcovr=(/usr/bin/gcovr --root .)
condition='\b(if|for|while|switch|case|catch)\b|\?|&&|\|\||BOXOFFICE_TRY'
count() {  # NAME and more options: the counts
    "${gcovr[@]}" --object-directory $build --filter include/ --filter src/ --exclude-throw-branches --exclude-unreachable-branches \
        --json -o "$report/$1.json" "${@:2}" $build 2>"$report/gcovr.log" || { tail "$report/gcovr.log" >&2; exit 1; }
}
# Not -o /dev/null: gcovr takes a file that it writes away first, also that one.
summary() { "${gcovr[@]}" -a "$report/$1.json" --print-summary -o "$report/summary.txt" | tr '\n' ' '; }
count all
count conditions --exclude-branches-by-pattern "^(?!.*($condition)).*$"
"${gcovr[@]}" -a "$report/all.json" --txt -o "$report/lines.txt"
"${gcovr[@]}" -a "$report/conditions.json" --txt --branches -o "$report/branches.txt"
cat "$report/lines.txt" "$report/branches.txt"
echo "coverage: $(summary all)"
echo "coverage of conditions: $(summary conditions | grep -o 'branches: .*')"
