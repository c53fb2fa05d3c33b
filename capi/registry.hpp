#pragma once
/// The offices that C callers have open. A handle is a slot and a generation in the shape of a pointer; it is looked
/// up, never dereferenced, so that one that was closed, or is garbage, is an error.

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "boxoffice.h"
#include "boxoffice/office.hpp"
#include "engine/fork_guard.hpp"

namespace boxoffice::capi {

/// An office, and what its C callbacks need.
struct OpenOffice {
    std::unique_ptr<BoxOffice> office;
    boxoffice_log log{};
};

class Registry {
  public:
    /// The handle of a new office. Fails with `busy` when all slots are taken.
    Result<boxoffice_office*> add(std::unique_ptr<OpenOffice> office);

    /// Waits for the calls inside, and destroys the office. Mistakes: invalid_handle, closed.
    Result<void> remove(boxoffice_office* handle);

    /// Holds an office open for a call. `error` says why there is none.
    class Use {
      public:
        Use(Registry& registry, boxoffice_office* handle);
        ~Use();
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;
        [[nodiscard]] OpenOffice* office() const { return office_; }
        [[nodiscard]] ErrorCode error() const { return error_; }

      private:
        std::atomic<std::uint64_t>* state_ = nullptr;
        OpenOffice* office_ = nullptr;
        ErrorCode error_ = ErrorCode::invalid_handle;
    };

  private:
    static constexpr std::size_t slot_count = 4096;
    static constexpr int slot_bits = 12;
    // A slot's state: its generation, whether it is open and closing, and how many calls are inside.
    static constexpr std::uint64_t users_mask = 0x3FFFFFFF;
    static constexpr std::uint64_t open_bit = 0x40000000;
    static constexpr std::uint64_t closing_bit = 0x80000000;
    static constexpr int generation_shift = 32;

    struct Slot {
        std::atomic<std::uint64_t> state{std::uint64_t{1} << generation_shift};
        std::unique_ptr<OpenOffice> office;
        std::uint32_t fork_epoch = 0;
    };

    static boxoffice_office* handle_of(std::size_t slot, std::uint64_t generation) {
        // A handle is a number in the shape of a pointer, and never followed.
        // NOLINTNEXTLINE(performance-no-int-to-ptr)
        return reinterpret_cast<boxoffice_office*>(static_cast<std::uintptr_t>(generation << slot_bits | slot));
    }
    /// The slot that a handle names and the generation that it wants; whether that is right, the slot's state says.
    std::pair<Slot*, std::uint64_t> find(boxoffice_office* handle) {
        const auto value = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(handle));
        return {&slots_[value & (slot_count - 1)], value >> slot_bits};
    }

    std::mutex adding_;
    std::array<Slot, slot_count> slots_;
};

static_assert(sizeof(void*) == 8, "a handle holds a slot and a 32-bit generation");

Registry& registry();

}  // namespace boxoffice::capi
