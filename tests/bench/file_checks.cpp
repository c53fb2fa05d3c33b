/// What it costs a commit to look at the names of the store's files: the looks before and after it, beside the whole commit of a
/// recharge on a file with FULL sync.
///
///     build/release/tests/bench/file_checks [FOLDER]
///
/// The figures are medians, of wall-clock time, of runs in turn. A look may take 1 % of a commit: exit status 1 when it takes more.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "boxoffice/office.hpp"
#include "boxoffice/sqlite_store.hpp"
#include "sqlite/files.hpp"

namespace {

using namespace boxoffice;

constexpr double allowed_percent = 1;
constexpr int run_count = 101;
constexpr int looks_a_run = 200;
constexpr int commits_a_run = 10;

template <class T>
T must(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().text());
    return std::move(*result);
}

/// Microseconds of one of `count` of them.
template <class Work>
double time_of(int count, Work work) {
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < count; ++i) work();
    const std::chrono::duration<double, std::micro> span = std::chrono::steady_clock::now() - begin;
    return span.count() / count;
}

double median(std::vector<double> values) {
    std::nth_element(values.begin(), values.begin() + run_count / 2, values.end());
    return values[run_count / 2];
}

int run(const std::string& folder) {
    const auto path = (std::filesystem::path{folder} / "file_checks.db").string();
    SqliteOptions options;
    options.path = path;
    const auto office = must(BoxOffice::open(must(open_sqlite_store(options))));
    const auto user = must(office->execute(CreateUser{"bench"})).id;
    const sqlite::FileWatch watch{sqlite::FileNames{sqlite::resolve(path)}};
    std::vector<double> looks;
    std::vector<double> commits;
    for (int i = 0; i < run_count; ++i) {
        looks.push_back(time_of(looks_a_run, [&] {
            std::int64_t log_size = 0;
            if (watch.look_beside() != sqlite::FileWatch::Change::none ||
                watch.look_beneath(log_size) != sqlite::FileWatch::Change::none)
                throw std::runtime_error("a file has changed");
        }));
        commits.push_back(time_of(commits_a_run, [&] { must(office->execute(Recharge{user, Points{1}, {}})); }));
    }
    const auto percent = 100 * median(looks) / median(commits);
    std::printf("the looks %.1f us, a commit %.0f us: %.2f %%\n", median(looks), median(commits), percent);
    return percent <= allowed_percent ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) try {
    const auto folder = std::filesystem::path{argc > 1 ? argv[1] : "."} / "boxoffice-file-checks";
    if (!std::filesystem::create_directory(folder)) throw std::runtime_error(folder.string() + " is there already");
    const int status = run(folder.string());
    std::filesystem::remove_all(folder);
    return status;
} catch (const std::exception& e) {
    std::fprintf(stderr, "file_checks: %s\n", e.what());
    return 2;
}
