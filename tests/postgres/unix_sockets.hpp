#pragma once
/// What stands between a store and its database on a Unix socket, and reads PostgreSQL's messages (protocol version 3).

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

namespace boxoffice::testing {

inline ::sockaddr_un socket_named(const std::string& path) {
    ::sockaddr_un name{};
    name.sun_family = AF_UNIX;
    if (path.size() >= sizeof name.sun_path) throw std::runtime_error("the socket's path is too long");
    std::memcpy(name.sun_path, path.c_str(), path.size() + 1);
    return name;
}

/// The socket that libpq looks for in a folder.
inline std::string socket_in(const std::string& folder) { return folder + "/.s.PGSQL.5432"; }

/// The folder that an address (PostgresSchema's, or one like it) names: where its socket is.
inline std::string folder_of(const std::string& address) {
    const auto at = address.find("host=") + 5;
    return address.substr(at, address.find('&', at) - at);
}

/// Listens in a folder of its own. Thread-safe but for its end.
class UnixListener {
  public:
    explicit UnixListener(const std::string& folder) : descriptor_{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        const auto name = socket_named(socket_in(folder));
        if (::bind(descriptor_, reinterpret_cast<const ::sockaddr*>(&name), sizeof name) != 0 ||
            ::listen(descriptor_, 64) != 0)
            throw std::runtime_error("a test's socket cannot be listened at");
    }
    ~UnixListener() { ::close(descriptor_); }
    UnixListener(const UnixListener&) = delete;
    UnixListener& operator=(const UnixListener&) = delete;

    /// The next client, which the caller closes; -1 once `ends` is true.
    [[nodiscard]] int accept_unless(const std::atomic<bool>& ends) const {
        while (!ends) {
            ::pollfd waiting{descriptor_, POLLIN, 0};
            if (::poll(&waiting, 1, 10) <= 0) continue;
            if (const int client = ::accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC); client >= 0) return client;
        }
        return -1;
    }

  private:
    int descriptor_;
};

/// Appends what can be read at once. False: the other side has gone.
inline bool read_some(int from, std::string& into) {
    char bytes[65'536];
    const auto count = ::read(from, bytes, sizeof bytes);
    if (count > 0) into.append(bytes, static_cast<std::size_t>(count));
    return count > 0;
}

inline bool write_all(int to, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto count = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

/// Of the message that begins at `at`, without its letter (which a client's first message has not).
inline std::size_t length_at(const std::string& bytes, std::size_t at) {
    std::uint32_t length = 0;
    for (std::size_t i = 0; i < 4; ++i) length = length << 8 | static_cast<unsigned char>(bytes[at + i]);
    return length;
}

}  // namespace boxoffice::testing
