#pragma once
/// Opening, closing, backing up; and what the world does meanwhile.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "boxoffice.h"
#include "caller.hpp"
#include "settle.hpp"

namespace c_fuzz {

/// Opens offices in every way there is, closes them, copies them; and lets time pass between.
class Opener : protected Caller {
  protected:
    using Caller::Caller;
    ~Opener() {
        if (has_files_) directory().clear();
    }

    struct Opening {
        union {
            boxoffice_options options;
            unsigned char bytes[sizeof(boxoffice_options) + 32];
        };
        boxoffice_room_limits limits BOXOFFICE_ROOM_LIMITS_INIT;
        std::array<unsigned char, sizeof(boxoffice_room_limits) + 16> larger_limits{};
        std::vector<boxoffice_token_key> keys;
        bool is_given = true;
        bool has_own_clock = true;
        Opening() : bytes{} {}
    };

    static boxoffice_token_key key_of(std::int32_t number) {
        boxoffice_token_key key{};
        key.id = number;
        key.secret[0] = static_cast<std::uint8_t>(number);
        return key;
    }

    /// The options that `b` and `c` describe; `c` is what is wrong with them, if anything is.
    void describe(Opening& it) const {
        const boxoffice_options defaults = BOXOFFICE_OPTIONS_INIT;
        it.options = defaults;
        auto& o = it.options;
        o.clock = {read_wall, read_steady, let_pass, &world};
        o.log = {write_log, &world};
        it.keys.push_back(key_of(7));
        if ((r_.b & 1) != 0) o.gateway = {approve, cancel, &world}, o.reconciler = {find, try_cancel, &world};
        if ((r_.b & 2) != 0) it.limits.active_capacity = 1;
        if ((r_.b & 4) != 0) it.limits.admissions_per_second = 1;
        if ((r_.b & 8) != 0) o.holds_per_user = 3;
        if ((r_.b & 16) != 0) it.limits.queue_capacity = 2;
        if ((r_.b & 32) != 0) it.limits.arrive_ttl_us = it.limits.active_ttl_us = 1'000;
        if ((r_.b & 64) != 0) o.capture_ttl_us = 1'000, o.hold_ttl_us = 2'000;
        if ((r_.b & 128) != 0) o.clock_jump_max_us = 366 * day, o.issue_limit = 1'000;
        o.main_room = &it.limits;
        switch (r_.c) {
            case 1: it.is_given = it.has_own_clock = false; break;
            case 2: o.struct_size = 8, it.has_own_clock = false; break;
            case 3: o.struct_size = sizeof it.bytes; break;
            case 4: o.struct_size = sizeof it.bytes, it.bytes[sizeof it.bytes - 1] = 1; break;
            case 5: o.clock.wait_us = nullptr; break;
            case 6: o.gateway = {approve, nullptr, &world}; break;
            case 7: o.struct_size = 0; break;
            case 8: o.struct_size = UINT32_MAX; break;
            case 9: it.keys.push_back(key_of(7)); break;
            case 10: it.keys.push_back(key_of(0)); break;
            case 11: it.keys.push_back(key_of(8)); break;
            case 12: o.durability = 7; break;
            case 13: o.durability = BOXOFFICE_DURABILITY_NORMAL; break;
            case 14: o.hold_ttl_us = odd_number(r_.d); break;
            case 15: o.capture_ttl_us = odd_number(r_.d); break;
            case 16: o.identity_ttl_us = odd_number(r_.d); break;
            case 17: o.idempotency_ttl_us = odd_number(r_.d); break;
            case 18: o.issue_limit = odd_number(r_.d); break;
            case 19: o.clock_jump_max_us = odd_number(r_.d); break;
            case 20: o.snapshot_age_max_us = odd_number(r_.d); break;
            case 21: o.wal_size_max = odd_number(r_.d); break;
            case 22: o.holds_per_user = odd_number(r_.d); break;
            case 23: it.limits.struct_size = 8; break;
            case 24: it.limits.struct_size = 7; break;
            case 25: it.limits.active_capacity = odd_number(r_.d); break;
            case 26: it.limits.waiting_ttl_us = odd_number(r_.d); break;
            case 27:
            case 28:
                it.limits.struct_size = sizeof it.larger_limits;
                std::memcpy(it.larger_limits.data(), &it.limits, sizeof it.limits);
                it.larger_limits.back() = static_cast<unsigned char>(r_.c - 27);
                o.main_room = reinterpret_cast<const boxoffice_room_limits*>(it.larger_limits.data());
                break;
            case 29: o.log = {}; break;
            case 30: o.main_room = nullptr; break;
            case 31: o.struct_size = static_cast<std::uint32_t>(offsetof(boxoffice_options, gateway)); break;
            case 34: o.gateway = {}; break;  // a reconciler without one
            case 35: o.reconciler = {}; break;
            default: break;
        }
        if (r_.c == 30 && r_.d == 1) it.keys.clear();  // one is made by chance
        it.keys.shrink_to_fit();
        o.token_keys = r_.c == 32 ? nullptr : it.keys.data();
        o.token_key_count = r_.c == 33 ? 65'536 : it.keys.size();
    }

    struct Where {
        In path;
        std::string file;  // empty: in memory
    };
    /// Mostly in memory: a file takes a hundred times as long, so that an input gets no more than four.
    Where place(std::uint8_t which) {
        if (which < 240 || (which < 246 && ++files_opened_ > 4)) return {In{":memory:"}, {}};
        has_files_ = true;
        const auto& home = directory();
        const auto at = [](const std::string& path) { return Where{In{path}, path}; };
        switch (which) {
            case 240:
            case 241:
            case 242:
            case 243: return at(home.file("a.db"));
            case 244: return at(home.file("b.db"));
            case 245: return at(home.file("c.db"));
            case 246: return at(home.file("\xC0\xAF"));
            case 247: return at(home.file(""));  // the directory itself
            case 248: return at(home.file("none/a.db"));
            case 249: return at(home.file("a.db-wal"));
            case 250: {
                const auto path = home.file("text");
                if (std::FILE* file = std::fopen(path.c_str(), "w")) {
                    std::fputs("no database, but longer than the least size of a page\n", file);
                    std::fclose(file);
                }
                return at(path);
            }
            case 251: return {In{home.file("a.db") + std::string(1, '\0')}, {}};
            case 252: return at(home.file("a.db") + std::string(4'096, 'x'));
            case 253: return {In{""}, {}};
            case 254: return {In::null(0), {}};
            default: return {In::null(8), {}};
        }
    }

    void open() {
        const auto which = r_.where & 3u;
        Out<boxoffice_office*> handle(1, which >= offices_.size());
        if (!handle.is_null()) close(offices_[which]);
        Opening it;
        describe(it);
        const auto [path, file] = place(r_.a);
        // Exactly as many bytes as the structure says that it has.
        std::vector<unsigned char> exact(
            it.bytes, it.bytes + std::clamp<std::size_t>(it.options.struct_size, 8, sizeof it.bytes));
        exact.shrink_to_fit();
        if (it.options.struct_size == UINT32_MAX) exact.resize(64 * 1024 + 1);
        ErrorBox error(r_.where >> 2);
        begin(Function::open);
        const auto status = boxoffice_open(
            path.data(), path.size(), it.is_given ? reinterpret_cast<const boxoffice_options*>(exact.data()) : nullptr,
            handle.get(), error.get());
        answered(Function::open, status, error, nullptr, false);
        MUST(world.log_lines == 0);
        if (handle.is_null()) return MUST(status == BOXOFFICE_INVALID_ARGUMENT);
        const bool sets_the_unknown = r_.c == 4 || r_.c == 28;
        MUST(!sets_the_unknown || status == BOXOFFICE_INVALID_ARGUMENT);
        MUST((status == BOXOFFICE_OK) == (*handle != nullptr));
        if (status != BOXOFFICE_OK) return MUST(handle.all(0) && (!file.empty() || !is_fault(status)));
        Office office{*handle, nullptr, it.options.log.write != nullptr && it.has_own_clock && r_.c != 31};
        MUST(office_of(office.handle) == nullptr);
        MUST(std::find(stale_.begin(), stale_.end(), office.handle) == stale_.end());
        if (file.empty())
            office.model = std::make_shared<Model>();
        else
            office.model = models_.try_emplace(file, std::make_shared<Model>()).first->second;
        offices_[which] = std::move(office);
        boxoffice_room main{};
        if (!it.has_own_clock || boxoffice_find_room(offices_[which].handle, "main", 4, &main, nullptr) != BOXOFFICE_OK)
            return close(offices_[which]);  // its time is the system's: nothing of it can be told again
        rooms_.push_back(main.id);
    }

    /// Whether or not it is open.
    void close(Office& office) {
        if (office.handle == nullptr) return;
        // A sweep decides for those who have submitted, too, and what became of these is heard later only.
        settle(office, submissions_.waiting(office.handle).empty());
        auto* const handle = office.handle;
        boxoffice_office* given = handle;
        const auto waiting = submissions_.waiting(handle);
        begin(Function::close);
        MUST(boxoffice_close(&given) == BOXOFFICE_OK && given == nullptr);
        MUST(submissions_.waiting(handle).empty());
        for (const auto* one : waiting)
            for (const auto& outcome : one->told) MUST(outcome.status == BOXOFFICE_CLOSED);
        ++counts[static_cast<std::size_t>(Function::close)].done;
        stale_.push_back(handle);
        office = {};
        given = handle;
        MUST(boxoffice_close(&given) == BOXOFFICE_INVALID_HANDLE && given == nullptr);
    }

    void close_one() {
        auto* const h = handle();
        if (auto* const office = office_of(h)) return close(*office);
        boxoffice_office* given = h;
        begin(Function::close);
        const auto status = boxoffice_close(no_answer() ? nullptr : &given);
        MUST(status == (h == nullptr || no_answer() ? BOXOFFICE_OK : BOXOFFICE_INVALID_HANDLE));
        MUST(no_answer() || given == nullptr);
    }

    void backup() {
        const auto [path, file] = place(static_cast<std::uint8_t>(r_.a < 240 ? r_.a % 16 + 240 : r_.a));
        std::error_code ignored;
        const bool is_there = !file.empty() && std::filesystem::exists(file, ignored);
        auto* const office = act(Function::backup, [&, &to = path](auto* h, auto* error) {
            return boxoffice_backup(h, to.data(), to.size(), r_.b, error);
        });
        if (office == nullptr) return;
        MUST(!is_there && std::filesystem::exists(file, ignored));
        models_[file] = std::make_shared<Model>(*office->model);
    }

    void restore() {
        const auto [backup, from] = place(static_cast<std::uint8_t>(r_.a < 240 ? r_.a % 16 + 240 : r_.a));
        const auto [path, to] = place(static_cast<std::uint8_t>(r_.b < 240 ? r_.b % 16 + 240 : r_.b));
        std::error_code ignored;
        const bool is_there = !to.empty() && std::filesystem::exists(to, ignored);
        ErrorBox error(r_.where >> 2);
        begin(Function::restore);
        const auto status = boxoffice_restore(backup.data(), backup.size(), path.data(), path.size(), error.get());
        answered(Function::restore, status, error, nullptr, false);
        if (status != BOXOFFICE_OK) return MUST(may_happen(status));
        MUST(!is_there && std::filesystem::exists(to, ignored) && models_.contains(from));
        models_[to] = std::make_shared<Model>(*models_.at(from));
    }

    // ---- what the world does meanwhile --------------------------------------------------------------------------

    static constexpr std::size_t happening_count = 12;  // the last three are the gateway's
    void let_happen(std::size_t what) {
        static constexpr std::int64_t spans[] = {1,
                                                 999,
                                                 1'000,
                                                 1'001,
                                                 second - 1,
                                                 second,
                                                 60 * second - 1,
                                                 60 * second,
                                                 300 * second - 1,
                                                 300 * second,
                                                 360 * second,
                                                 3'600 * second,
                                                 day - 1,
                                                 day,
                                                 30 * day,
                                                 366 * day};
        const auto span = one_of(spans, r_.a);
        switch (what) {
            case 0:
            case 1:
            case 2:
            case 3: return world.pass(span);
            case 4: world.wall_us -= std::min(span, world.wall_us); return;
            case 5: return world.jump(span);
            case 6: world.wall_us = odd_number(r_.a); return;
            case 7:
            case 8: world.wall_us = World::start_us + world.steady_us; return;
            default: world.gateway_answer = r_.a % 9; return;
        }
    }

  private:
    std::map<std::string, std::shared_ptr<Model>> models_;
    int files_opened_ = 0;
    bool has_files_ = false;
};

}  // namespace c_fuzz
