#pragma once
/// A disk whose power can fail: what was done to the files of a folder, call by call, and what of it is there when the power
/// fails at a moment. What was synced stays. Of what was not, anything may have reached the disk: nothing, all, or some of it in
/// any order, and of a write only some sectors.
///
/// A name is the folder's: it stays once the folder was synced, whatever was synced of the file. SQLite syncs the folder with
/// the first sync of a log or journal that it opened to make it, and where it deletes a journal.

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "reliability/durability/vfs_layer.hpp"

namespace boxoffice::reliability {

using Files = std::map<std::string, std::string>;  ///< names within the folder, and bytes

Files read_files(const std::string& folder);
/// Makes the folder, empty but for these.
void write_files(const std::string& folder, const Files& files);

struct DiskStep {
    enum class Kind : std::uint8_t { make, remove, write, truncate, sync, sync_folder } kind{};
    int file = -1;        ///< its number; a name that is used again is another file
    std::string name;     ///< of make and remove
    std::int64_t at = 0;  ///< of a write; the length of a truncate
    std::string bytes;    ///< of a write
};

/// Writes down what is done in a folder, from its construction on.
class Recorder final : public IoObserver {
  public:
    /// The store's own lock file is not written through SQLite; it is looked at beside each call.
    Recorder(std::string folder, const std::string& lock_name);

    void after(const IoEvent& event) override;
    int before(const IoEvent& event) override;

    [[nodiscard]] const Files& start() const { return start_; }
    [[nodiscard]] const std::deque<DiskStep>& steps() const { return steps_; }
    /// How many calls have been done; a cut at this number has all of them.
    [[nodiscard]] std::size_t now() { return look_at_lock(), steps_.size(); }

  private:
    [[nodiscard]] std::string name_of(std::string_view path) const;
    int file_named(const std::string& name);
    int file_of(const IoEvent& event);
    void look_at_lock();

    std::string folder_;
    std::string lock_name_;
    std::string lock_text_;
    Files start_;
    std::deque<DiskStep> steps_;
    std::map<std::string, int> names_;
    std::map<const void*, std::pair<int, bool>> open_;  ///< its file, and whether the next sync is the folder's too
    int file_count_ = 0;
};

/// What becomes of what was not synced.
enum class Loss : std::uint8_t { all, some_in_order, some_in_any_order, last_torn, torn_anywhere, none };
inline constexpr std::array<std::string_view, 6> loss_names{"all",       "some_in_order", "some_in_any_order",
                                                            "last_torn", "torn_anywhere", "none"};

/// The disk at a moment that only goes on.
class Disk {
  public:
    explicit Disk(const Recorder& recorder);
    /// To the moment at which `count` steps are done.
    void go_to(std::size_t count);
    [[nodiscard]] Files files_after(Loss loss, std::mt19937_64& random) const;

  private:
    struct File {
        std::string synced;
        std::vector<const DiskStep*> waiting;
    };
    using Names = std::map<std::string, int>;

    void apply(const DiskStep& step);
    [[nodiscard]] static std::string content_after(const File& file, Loss loss, std::mt19937_64& random);

    const Recorder& recorder_;
    std::size_t done_ = 0;
    std::vector<File> files_;
    Names synced_names_;
    std::vector<const DiskStep*> waiting_names_;
};

}  // namespace boxoffice::reliability
