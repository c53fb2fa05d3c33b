#pragma once
/// What was submitted, and what its completion heard: of each that was taken once, with an outcome a command; of no other.

#include <cstddef>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "boxoffice.h"
#include "functions.hpp"
#include "world.hpp"

namespace c_fuzz {

struct Submission {
    boxoffice_office* handle = nullptr;
    std::vector<Record> sources;
    std::vector<boxoffice_command> commands;
    std::vector<boxoffice_outcome> told;
    bool is_taken = false;
    bool is_told = false;
    bool is_heard = false;       // its outcomes are in the model
    bool submits_again = false;  // an empty one, as soon as it is told
};

class Submissions {
  public:
    /// Submits; `tell` and what it is told with are this one's.
    template <class Submit>
    boxoffice_status submit(Submission given, Submit work) {
        all_.push_back(std::make_unique<One>(One{std::move(given), this}));
        auto& it = *all_.back();
        boxoffice_completion completion{hear, &it};
        const auto status = work(completion);
        std::memset(&completion, untold, sizeof completion);  // it was read
        it.submission.is_taken = status == BOXOFFICE_OK;
        return status;
    }

    /// Those of an office that were taken and not told; the oldest first.
    std::vector<const Submission*> waiting(const boxoffice_office* handle) const {
        std::vector<const Submission*> found;
        for (const auto& one : all_)
            if (one->submission.handle == handle && one->submission.is_taken && !one->submission.is_told)
                found.push_back(&one->submission);
        return found;
    }

    /// Those that were told since this was last asked.
    std::vector<Submission*> news() {
        std::vector<Submission*> found;
        for (const auto& one : all_)
            if (one->submission.is_told && !std::exchange(one->submission.is_heard, true))
                found.push_back(&one->submission);
        return found;
    }

  private:
    struct One {
        Submission submission;
        Submissions* all;
    };
    static constexpr int untold = 0xA5;

    static void hear(void* context, const boxoffice_outcome* outcomes, std::size_t count) {
        auto* const all = static_cast<One*>(context)->all;
        auto& it = static_cast<One*>(context)->submission;
        MUST(it.is_taken && !std::exchange(it.is_told, true));
        MUST(count == it.commands.size());
        it.told.assign(outcomes, outcomes + count);
        if (!it.submits_again) return;
        Submission next;
        next.handle = it.handle;
        const auto status = all->submit(std::move(next), [&](const boxoffice_completion& completion) {
            return boxoffice_submit(it.handle, nullptr, 0, nullptr, 0, &completion, nullptr);
        });
        MUST(status == BOXOFFICE_OK || status == BOXOFFICE_CLOSED || status == BOXOFFICE_INVALID_HANDLE);
    }

    std::vector<std::unique_ptr<One>> all_;
};

}  // namespace c_fuzz
