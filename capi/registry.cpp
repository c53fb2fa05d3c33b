#include "registry.hpp"

namespace boxoffice::capi {

Registry& registry() {
    // Never destroyed: callers' threads and exit handlers may still come in at the end of the process.
    static auto* const instance = new Registry;
    return *instance;
}

Result<boxoffice_office*> Registry::add(std::unique_ptr<OpenOffice> office) {
    const std::lock_guard lock(adding_);
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        Slot& slot = slots_[i];
        const auto state = slot.state.load(std::memory_order_acquire);
        if ((state & (open_bit | closing_bit | users_mask)) != 0) continue;
        slot.office = std::move(office);
        slot.fork_epoch = fork_epoch();
        slot.state.store(state | open_bit, std::memory_order_release);
        return handle_of(i, state >> generation_shift);
    }
    return refuse(ErrorCode::busy, "4,096 offices are open in this process");
}

Result<void> Registry::remove(boxoffice_office* handle) {
    const auto [slot, generation] = find(handle);
    auto state = slot->state.load(std::memory_order_acquire);
    for (;;) {
        if (state >> generation_shift != generation || (state & open_bit) == 0)
            return refuse(ErrorCode::invalid_handle);
        if ((state & closing_bit) != 0) return refuse(ErrorCode::closed);
        // In a child of fork() the calls inside are the parent's threads, which are not here: nothing to wait for, and
        // nothing that may be destroyed.
        if (slot->fork_epoch != fork_epoch()) return refuse(ErrorCode::forked);
        if (slot->state.compare_exchange_weak(state, state | closing_bit, std::memory_order_acq_rel)) break;
    }
    state |= closing_bit;
    slot->office->office->stop();  // whoever waits for a turn inside would keep us for as long
    while ((state & users_mask) != 0) {
        slot->state.wait(state, std::memory_order_acquire);
        state = slot->state.load(std::memory_order_acquire);
    }
    slot->office.reset();
    auto next = (generation + 1) & 0xFFFFFFFF;
    if (next == 0) next = 1;  // a handle is never NULL
    slot->state.store(next << generation_shift, std::memory_order_release);
    return {};
}

Registry::Use::Use(Registry& registry, boxoffice_office* handle) {
    const auto [slot, generation] = registry.find(handle);
    auto state = slot->state.load(std::memory_order_acquire);
    do {
        if (state >> generation_shift != generation || (state & open_bit) == 0) return;
        if ((state & closing_bit) != 0) {
            error_ = ErrorCode::closed;
            return;
        }
        if (slot->fork_epoch != fork_epoch()) {
            error_ = ErrorCode::forked;
            return;
        }
    } while (!slot->state.compare_exchange_weak(state, state + 1, std::memory_order_acq_rel));
    state_ = &slot->state;
    office_ = slot->office.get();
}

Registry::Use::~Use() {
    if (state_ == nullptr) return;
    const auto before = state_->fetch_sub(1, std::memory_order_acq_rel);
    if ((before & closing_bit) != 0) state_->notify_all();
}

}  // namespace boxoffice::capi
