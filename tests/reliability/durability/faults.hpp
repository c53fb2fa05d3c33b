#pragma once
/// What can fail beneath the engine, at the Nth time it is asked for: the calls of SQLite to its file system, those of the store
/// to its own lock file, and allocations, of C++ and of SQLite.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "reliability/durability/vfs_layer.hpp"

namespace boxoffice::reliability {

/// Armed, it lets `passing` of what it counts pass, and then fails: once, a few times, or for good.
class Fault {
  public:
    explicit Fault(std::string name, bool is_rare = false) : name_(std::move(name)), is_rare_(is_rare) {}
    virtual ~Fault() = default;
    Fault(const Fault&) = delete;
    Fault& operator=(const Fault&) = delete;
    virtual void arm(std::int64_t passing) = 0;
    virtual void disarm() = 0;
    /// Has one failed since it was armed?
    [[nodiscard]] virtual bool struck() const = 0;
    /// How many should pass, each once, when `ask` is to be struck: of allocations those that are come to by a path of our calls for
    /// the first time (within SQLite also for the last), since there are too many for all. It asks. Nothing: every number, until it is not struck.
    virtual std::optional<std::vector<std::int64_t>> places_in(const std::function<void()>& ask);
    [[nodiscard]] const std::string& name() const { return name_; }
    /// At every fourth place: it fails in between what the others do.
    [[nodiscard]] std::int64_t one_in() const { return is_rare_ ? 4 : 1; }

  private:
    std::string name_;
    bool is_rare_;
};

/// Must be called before SQLite is used at all.
void prepare_for_faults();

/// Observes while no fault of the file system does, and is told of what they let pass.
void observe_beside(IoObserver* observer);

std::vector<std::unique_ptr<Fault>> io_faults();
std::vector<std::unique_ptr<Fault>> memory_faults();

}  // namespace boxoffice::reliability
