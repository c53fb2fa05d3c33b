#pragma once
/// How a record becomes a call: its arguments, the call itself, and what holds of every answer.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "boxoffice.h"
#include "functions.hpp"
#include "memory.hpp"
#include "model.hpp"
#include "submissions.hpp"
#include "world.hpp"

namespace c_fuzz {

/// Leads the calls of one input; it knows the ids, tokens and handles that came of them, right and wrong.
class Caller {
  protected:
    Caller(const std::uint8_t* bytes, std::size_t size) : records_(bytes, size) {
        world.reset();
        buyers_.emplace_back();
    }
    ~Caller() = default;
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;

    // ---- arguments ----------------------------------------------------------------------------------------------

    [[nodiscard]] std::int64_t odd_number(std::uint8_t which) const {
        const std::int64_t odd[] = {0,
                                    -1,
                                    1,
                                    INT64_MIN,
                                    INT64_MAX,
                                    INT64_MIN + 1,
                                    INT64_MAX - 1,
                                    INT32_MAX,
                                    INT32_MIN,
                                    1LL << 53,
                                    (1LL << 53) - 1,
                                    1'000'000'000'000,
                                    1'000'000'000'001,
                                    buyers_[0].user,
                                    buyers_.back().user,
                                    buyers_.back().claims.token,
                                    buyers_[0].claims.token,
                                    buyers_[0].reservation,
                                    buyers_.back().reservation,
                                    buyers_.back().payment,
                                    last(seats_),
                                    last(concerts_),
                                    last(rooms_),
                                    1LL << 62,
                                    12'345,
                                    buyers_.back().transfer,
                                    buyers_.back().part,
                                    last(types_)};
        return one_of(odd, which);
    }
    static std::int64_t last(const std::vector<std::int64_t>& ids) { return ids.empty() ? 0 : ids.back(); }
    static std::int64_t one_of(const std::vector<std::int64_t>& ids, std::uint8_t which) {
        return ids.empty() ? 0 : ids[which % ids.size()];
    }
    template <class Item, std::size_t N>
    static Item& one_of(Item (&items)[N], std::uint8_t which) {
        return items[which % N];
    }
    /// Puts a number into one of the fields that must be 0.
    template <std::size_t N>
    void spoil(std::int64_t (&reserved)[N]) const {
        one_of(reserved, r_.d) = odd_number(r_.d);
    }
    /// The n-th id of the call, spoiled if the record says so.
    std::int64_t id(unsigned n, std::int64_t right) const {
        return r_.spoil == 0xE0 + n || r_.spoil == 0xFF ? odd_number(static_cast<std::uint8_t>(r_.d + n)) : right;
    }
    Buyer& buyer() { return buyers_[r_.who % buyers_.size()]; }
    std::int64_t room(std::uint8_t which) const { return one_of(rooms_, which); }
    std::int64_t concert(std::uint8_t which) const { return one_of(concerts_, which); }
    std::int64_t seat(std::uint8_t which) const { return one_of(seats_, which); }
    std::int64_t type(std::uint8_t which) const { return which == 0 ? 0 : one_of(types_, which); }
    [[nodiscard]] bool no_answer() const { return r_.where >> 5 == 7; }

    /// A name: most are good.
    static std::string name_text(std::uint8_t which) {
        static const std::string odd[] = {"",
                                          std::string(64, 'x'),
                                          std::string(255, 'x'),  // the longest user, and too long for anything else
                                          std::string("a\0b", 3),
                                          "\xC0\xAF",
                                          "\xED\xA0\x80",
                                          "\xF4\x90\x80\x80",
                                          "\xE2\x82",
                                          "\x7F",
                                          "\xC2\x85",
                                          "\xEC\x86\x8C\xED\x95\x98",
                                          "\xF0\x9F\x8E\xAB",
                                          "main",
                                          std::string(4'096, 'y'),
                                          "10",
                                          "02"};
        return which < 200 ? "n" + std::to_string(which) : one_of(odd, which);
    }
    static In name(std::uint8_t which) {
        if (which == 255) return In::null(3);
        if (which == 254) return In::null(0);
        return In{name_text(which)};
    }
    static std::string key_text(std::uint8_t which) {
        static const std::string odd[] = {std::string(255, 'k'), std::string(256, 'k'), "two words", "\x80", "~", "!"};
        if (which == 0) return {};
        return which < 240 ? "k" + std::to_string(which % 8) : one_of(odd, which);
    }
    static In key(std::uint8_t which) {
        if (which == 0) return {};
        if (which == 255) return In::null(1);
        return In{key_text(which)};
    }
    static In date(std::uint8_t which) {
        static const char* const odd[] = {"9999-12-31", "1970-01-01", "1969-12-31",
                                          "2030-02-29", "2030-1-1",   "",
                                          "2030-00-10", "2030-13-01", "\xFF\xFF\xFF\xFF-01-01",
                                          "0000-00-00"};
        if (which >= 200) return which == 255 ? In::null(10) : In{one_of(odd, which)};
        return In{"2030-01-" + std::to_string(10 + which % 4)};
    }
    In token() {
        auto text = buyer().token;
        if (r_.spoil >= 0xF0) {
            if (r_.spoil == 0xFE) return In::null(68);
            if (text.empty()) text.assign(68, 'A');
            text[r_.c % text.size()] = static_cast<char>(r_.d);
            if (r_.spoil >= 0xF8) text.resize(r_.b);
        }
        return In{text};
    }
    static std::size_t capacity(std::uint8_t which) {
        constexpr std::size_t capacities[] = {32, 0, 1, 2, 3, 100, 4, 33};
        return one_of(capacities, which);
    }

    // ---- the call itself ----------------------------------------------------------------------------------------

    /// The handle that the record names, right or wrong; and the office behind it, if there is one.
    boxoffice_office* handle() {
        const unsigned which = r_.where & 3u;
        if (which < offices_.size()) return offices_[which].handle;
        const auto right = reinterpret_cast<std::uintptr_t>(offices_[0].handle);
        const std::uintptr_t invented[] = {
            1, right ^ 1, right + 4'096, right - 4'096, UINTPTR_MAX, right ^ (1ULL << 44), 4'096};
        if (!stale_.empty() && r_.d % 2 == 0) return stale_[r_.d / 2 % stale_.size()];
        return reinterpret_cast<boxoffice_office*>(invented[r_.d / 2 % std::size(invented)]);
    }
    Office* office_of(boxoffice_office* handle) {
        if (handle == nullptr) return nullptr;
        for (auto& office : offices_)
            if (office.handle == handle) return &office;
        return nullptr;
    }

    /// Counts, and checks what holds of every answer.
    void answered(Function function, boxoffice_status status, const ErrorBox& error, const Office* office,
                  bool has_handle) {
        MUST(may_happen(status));
        error.check(status);
        MUST(status != BOXOFFICE_INTERNAL);
        MUST(status != BOXOFFICE_FORKED && status != BOXOFFICE_OUT_OF_MEMORY);
        if (has_handle) {
            MUST(office != nullptr || status == BOXOFFICE_INVALID_HANDLE);
            MUST(office == nullptr || (status != BOXOFFICE_INVALID_HANDLE && status != BOXOFFICE_CLOSED));
            MUST(!is_fault(status) || status == BOXOFFICE_CLOCK_JUMP || function == Function::backup);
            if (office != nullptr && office->has_log && is_fault(status))
                MUST(world.log_lines == 1 && world.logged == status);
            else
                MUST(world.log_lines == 0);
        }
        if (status == BOXOFFICE_OK) ++counts[static_cast<std::size_t>(function)].done;
    }

    void begin(Function function) {
        now_calling = function_names[static_cast<std::size_t>(function)];
        world.log_lines = 0;
        ++counts[static_cast<std::size_t>(function)].calls;
    }

    /// A function of an office without an answer of its own: `work(handle, error)`.
    template <class Work>
    Office* ask(Function function, boxoffice_status& status, Work work) {
        ErrorBox error(r_.where >> 2);
        auto* const h = handle();
        auto* const office = office_of(h);
        begin(function);
        status = work(h, error.get());
        answered(function, status, error, office, true);
        return status == BOXOFFICE_OK ? office : nullptr;
    }
    template <class Work>
    Office* act(Function function, Work work) {
        boxoffice_status status = BOXOFFICE_OK;
        return ask(function, status, work);
    }

    /// One with an answer: `work(handle, out, error)`; zero on an error. The office if it was done.
    template <class T, class Work>
    Office* get(Function function, Out<T>& out, Work work) {
        boxoffice_status status = BOXOFFICE_OK;
        auto* const office = ask(function, status, [&](auto* h, auto* error) { return work(h, out.get(), error); });
        if (out.is_null()) return nullptr;
        MUST(status == BOXOFFICE_OK || out.all(0));
        return office;
    }

    /// One with a list: `work(handle, array, capacity, count, error)`. How many there are, if it was done.
    template <class T, class Work>
    std::size_t list(Function function, Out<T>& out, std::size_t capacity, Work work, bool is_cut = false) {
        Out<std::size_t> count(1, no_answer());
        boxoffice_status status = BOXOFFICE_OK;
        (void)ask(function, status,
                  [&](auto* h, auto* error) { return work(h, out.get(), capacity, count.get(), error); });
        if (count.is_null()) {
            MUST(status != BOXOFFICE_OK && out.all(untouched));
            return 0;
        }
        if (status == BOXOFFICE_OK) {
            MUST((is_cut || *count <= capacity) && out.all(untouched, std::min(*count, capacity)));
            return std::min(*count, capacity);
        }
        MUST(out.all(untouched));
        MUST(status == BOXOFFICE_TOO_SMALL ? *count > capacity : *count == 0);
        return 0;
    }

    Records records_;
    Record r_{};
    Submissions submissions_;  // longer than the offices, which tell
    std::array<Office, 3> offices_;
    std::vector<boxoffice_office*> stale_;
    std::vector<Buyer> buyers_;
    std::vector<std::int64_t> rooms_;
    std::vector<std::int64_t> concerts_;
    std::vector<std::int64_t> seats_;
    std::vector<std::int64_t> types_;
    std::string seats_version_;  ///< the last that was told
};

}  // namespace c_fuzz
