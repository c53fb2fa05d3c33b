#include "reliability/durability/disk.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace boxoffice::reliability {
namespace {

namespace fs = std::filesystem;
using Kind = DiskStep::Kind;

constexpr std::int64_t sector_size = 512;

bool is_index(const std::string& name) { return name.ends_with("-shm"); }

std::string read_file(const std::string& path) {
    std::ifstream in{path, std::ios::binary | std::ios::ate};
    if (!in) return {};
    std::string bytes(static_cast<std::size_t>(in.tellg()), '\0');
    in.seekg(0);
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return bytes;
}

void put(std::string& content, std::int64_t at, std::string_view bytes) {
    const auto begin = static_cast<std::size_t>(at);
    if (content.size() < begin + bytes.size()) content.resize(begin + bytes.size(), '\0');
    std::copy(bytes.begin(), bytes.end(), content.begin() + at);
}

void apply_to(std::string& content, const DiskStep& step) {
    if (step.kind == Kind::truncate)
        content.resize(static_cast<std::size_t>(step.at), '\0');
    else
        put(content, step.at, step.bytes);
}

/// Of a write only some of the sectors that it touches.
void apply_torn(std::string& content, const DiskStep& step, std::mt19937_64& random) {
    if (step.kind == Kind::truncate) return;
    const auto end = step.at + static_cast<std::int64_t>(step.bytes.size());
    const bool is_prefix = random() % 2 == 0;
    const auto first = step.at / sector_size;
    const auto stop =
        first + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>((end - 1) / sector_size - first + 2));
    for (auto sector = first; sector * sector_size < end; ++sector) {
        if (is_prefix ? sector >= stop : random() % 2 == 0) continue;
        const auto from = std::max(step.at, sector * sector_size);
        const auto to = std::min(end, (sector + 1) * sector_size);
        put(content, from,
            std::string_view{step.bytes}.substr(static_cast<std::size_t>(from - step.at),
                                                static_cast<std::size_t>(to - from)));
    }
}

}  // namespace

Files read_files(const std::string& folder) {
    Files files;
    for (const auto& entry : fs::directory_iterator{folder})
        if (const std::string name = entry.path().filename(); !is_index(name)) files[name] = read_file(entry.path());
    return files;
}

void write_files(const std::string& folder, const Files& files) {
    fs::remove_all(folder);
    fs::create_directory(folder);
    for (const auto& [name, bytes] : files) {
        std::ofstream out{folder + "/" + name, std::ios::binary};
        out << bytes;
        if (!out.flush()) throw std::runtime_error("cannot write " + folder + "/" + name);
        fs::permissions(folder + "/" + name, fs::perms::owner_read | fs::perms::owner_write);
    }
}

// ---- the record ---------------------------------------------------------------------------------------------------

Recorder::Recorder(std::string folder, const std::string& lock_name)
    : folder_(std::move(folder)), lock_name_(lock_name), start_(read_files(folder_)) {
    for (const auto& [name, bytes] : start_) names_[name] = file_count_++;
    if (const auto found = start_.find(lock_name_); found != start_.end()) lock_text_ = found->second;
}

std::string Recorder::name_of(std::string_view path) const {
    if (!path.starts_with(folder_ + "/")) return {};
    return std::string{path.substr(folder_.size() + 1)};
}

int Recorder::file_named(const std::string& name) {
    const auto [at, is_new] = names_.try_emplace(name, file_count_);
    if (is_new) steps_.push_back({Kind::make, file_count_++, name, 0, {}});
    return at->second;
}

int Recorder::file_of(const IoEvent& event) {
    const auto found = open_.find(event.handle);
    return found == open_.end() ? -1 : found->second.first;
}

/// It is synced as a whole whenever it is written, before anything that hangs on it.
void Recorder::look_at_lock() {
    const auto path = folder_ + "/" + lock_name_;
    if (!names_.contains(lock_name_) && !fs::exists(path)) return;
    auto text = read_file(path);
    if (names_.contains(lock_name_) && text == lock_text_) return;
    const int file = file_named(lock_name_);
    lock_text_ = std::move(text);
    steps_.push_back({Kind::write, file, {}, 0, lock_text_});
    steps_.push_back({Kind::sync, file, {}, 0, {}});
}

int Recorder::before(const IoEvent& event) {
    const bool writes = event.call == IoCall::write || event.call == IoCall::truncate || event.call == IoCall::sync ||
                        event.call == IoCall::remove;
    if (writes) look_at_lock();
    return SQLITE_OK;
}

void Recorder::after(const IoEvent& event) {
    switch (event.call) {
        case IoCall::open: {
            open_.erase(event.handle);  // of a file that was closed
            const auto name = name_of(event.path);
            if (name.empty() || is_index(name)) return;
            constexpr int logs = SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL;
            open_[event.handle] = {file_named(name),
                                   (event.flags & SQLITE_OPEN_CREATE) != 0 && (event.flags & logs) != 0};
            return;
        }
        case IoCall::remove: {
            const auto name = name_of(event.path);
            const auto found = names_.find(name);
            if (found == names_.end()) return;
            steps_.push_back({Kind::remove, found->second, name, 0, {}});
            names_.erase(found);
            if (event.flags != 0) steps_.push_back({Kind::sync_folder, -1, {}, 0, {}});
            return;
        }
        case IoCall::write:
            if (const int file = file_of(event); file >= 0)
                steps_.push_back({Kind::write,
                                  file,
                                  {},
                                  event.at,
                                  {static_cast<const char*>(event.bytes), static_cast<std::size_t>(event.count)}});
            return;
        case IoCall::truncate:
            if (const int file = file_of(event); file >= 0) steps_.push_back({Kind::truncate, file, {}, event.at, {}});
            return;
        case IoCall::sync:
            if (const int file = file_of(event); file >= 0) {
                steps_.push_back({Kind::sync, file, {}, 0, {}});
                if (std::exchange(open_[event.handle].second, false))
                    steps_.push_back({Kind::sync_folder, -1, {}, 0, {}});
            }
            return;
        default: return;
    }
}

// ---- the disk -----------------------------------------------------------------------------------------------------

Disk::Disk(const Recorder& recorder) : recorder_(recorder) {
    for (const auto& [name, bytes] : recorder.start()) {
        synced_names_[name] = static_cast<int>(files_.size());
        files_.push_back({bytes, {}});
    }
}

void Disk::go_to(std::size_t count) {
    if (count < done_) throw std::logic_error("a disk does not go back in time");
    for (; done_ < count; ++done_) apply(recorder_.steps()[done_]);
}

void Disk::apply(const DiskStep& step) {
    switch (step.kind) {
        case Kind::make:
            files_.resize(static_cast<std::size_t>(step.file) + 1);
            waiting_names_.push_back(&step);
            return;
        case Kind::remove: waiting_names_.push_back(&step); return;
        case Kind::write:
        case Kind::truncate: files_.at(static_cast<std::size_t>(step.file)).waiting.push_back(&step); return;
        case Kind::sync: {
            auto& file = files_.at(static_cast<std::size_t>(step.file));
            for (const auto* done : file.waiting) apply_to(file.synced, *done);
            file.waiting.clear();
            return;
        }
        case Kind::sync_folder:
            for (const auto* done : waiting_names_) {
                if (done->kind == Kind::make)
                    synced_names_[done->name] = done->file;
                else
                    synced_names_.erase(done->name);
            }
            waiting_names_.clear();
            return;
    }
}

std::string Disk::content_after(const File& file, Loss loss, std::mt19937_64& random) {
    auto content = file.synced;
    if (loss == Loss::all) return content;
    auto steps = file.waiting;
    if (loss == Loss::some_in_any_order) std::shuffle(steps.begin(), steps.end(), random);
    const auto kept_of_8 = 1 + random() % 7;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const bool is_last = i + 1 == steps.size();
        const bool is_some = loss == Loss::some_in_order || loss == Loss::some_in_any_order;
        if (is_some && random() % 8 >= kept_of_8) continue;
        if ((loss == Loss::last_torn && is_last) || (loss == Loss::torn_anywhere && random() % 2 == 0))
            apply_torn(content, *steps[i], random);
        else
            apply_to(content, *steps[i]);
    }
    return content;
}

Files Disk::files_after(Loss loss, std::mt19937_64& random) const {
    auto names = synced_names_;
    std::map<std::string, bool> is_over;  // the changes of a name come in their order, as far as they come
    for (const auto* step : waiting_names_) {
        const bool is_some = loss != Loss::none && loss != Loss::last_torn;
        if (loss == Loss::all || is_over[step->name] || (is_some && random() % 2 == 0)) {
            is_over[step->name] = true;
            continue;
        }
        if (step->kind == Kind::make)
            names[step->name] = step->file;
        else
            names.erase(step->name);
    }
    Files files;
    for (const auto& [name, file] : names)
        files[name] = content_after(files_.at(static_cast<std::size_t>(file)), loss, random);
    return files;
}

}  // namespace boxoffice::reliability
