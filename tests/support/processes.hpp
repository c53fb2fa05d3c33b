#pragma once
/// Child processes for tests that need more than threads. A child runs a function and ends with _exit, so that nothing
/// of the parent's (handles, test runner) is closed or printed twice.

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <functional>
#include <stdexcept>

namespace boxoffice::testing {

/// A pipe of fixed-size records: writes up to PIPE_BUF are whole or not there, also when the writer is killed.
template <class Record>
class RecordPipe {
  public:
    RecordPipe() {
        if (::pipe(ends_) != 0) throw std::runtime_error("pipe");
    }
    ~RecordPipe() {
        close_end(0);
        close_end(1);
    }
    RecordPipe(const RecordPipe&) = delete;
    RecordPipe& operator=(const RecordPipe&) = delete;

    void write(const Record& record) {
        if (::write(ends_[1], &record, sizeof record) != sizeof record) ::_exit(3);
    }
    /// The next record; false when all writers are gone and everything was read.
    bool read(Record& record) {
        close_end(1);
        ssize_t count = 0;
        do count = ::read(ends_[0], &record, sizeof record);
        while (count < 0 && errno == EINTR);
        return count == static_cast<ssize_t>(sizeof record);
    }
    void close_reading() { close_end(0); }

  private:
    void close_end(int end) {
        if (ends_[end] >= 0) ::close(ends_[end]);
        ends_[end] = -1;
    }
    int ends_[2]{-1, -1};
};

/// Runs `work` in a child; its result is the exit code.
inline pid_t start_child(const std::function<int()>& work) {
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error("fork");
    if (child == 0) ::_exit(work());
    return child;
}

/// The child's exit code, or minus the signal that ended it.
inline int wait_for(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace boxoffice::testing
