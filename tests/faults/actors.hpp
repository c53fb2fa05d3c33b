#pragma once
/// Processes that have a box office of their own, for stories in which several share a file. Each does one thing at a time, when
/// it is told to. They are started while the test itself has nothing open, as a program that forks should.

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "boxoffice/office.hpp"
#include "boxoffice/sqlite_store.hpp"

namespace boxoffice::testing {

/// What an actor answers: a number, or the number of an error below zero.
inline std::int64_t answer_of(const Error& error) { return -static_cast<std::int64_t>(error.code); }
template <class T>
std::int64_t answer_of(const Result<T>& result) {
    return result ? 0 : answer_of(result.error());
}

/// A process that answers words (one character) until it is told to end.
class Actor {
  public:
    using Part = std::function<std::int64_t(char)>;

    /// `make` runs in the process and gives what answers there.
    explicit Actor(const std::function<Part()>& make) {
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) throw std::runtime_error("socketpair");
        process_ = ::fork();
        if (process_ < 0) throw std::runtime_error("fork");
        if (process_ > 0) {
            ::close(ends[1]);
            socket_ = ends[0];
            return;
        }
        ::close(ends[0]);
        ::alarm(120);  // an actor that hangs ends the story
        try {
            const Part part = make();
            char word = 0;
            while (::read(ends[1], &word, 1) == 1) {
                const std::int64_t answer = part(word);
                if (::write(ends[1], &answer, sizeof answer) != sizeof answer) break;
            }
        } catch (...) {
            ::_exit(98);  // the story sees that nobody answers
        }
        ::_exit(0);
    }
    ~Actor() {
        if (process_ > 0) end();
        if (socket_ >= 0) ::close(socket_);
    }
    Actor(const Actor&) = delete;
    Actor& operator=(const Actor&) = delete;

    std::int64_t operator()(char word) {
        tell(word);
        return answer();
    }
    void tell(char word) {
        if (::send(socket_, &word, 1, MSG_NOSIGNAL) != 1) throw std::runtime_error("the actor has gone");
    }
    std::int64_t answer() {
        std::int64_t answer = 0;
        if (::recv(socket_, &answer, sizeof answer, MSG_WAITALL) != sizeof answer)
            throw std::runtime_error("no answer");
        return answer;
    }
    /// Ends without closing anything, as kill -9 does.
    void kill() {
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
        process_ = 0;
    }

  private:
    /// It ends by itself where it waits for a word, so that what counts its steps can write them down; one that hangs is killed.
    void end() {
        ::shutdown(socket_, SHUT_WR);
        for (int i = 0; i < 200; ++i) {
            if (::waitpid(process_, nullptr, WNOHANG) != 0) return;
            ::usleep(1'000);
        }
        kill();
    }

    pid_t process_ = 0;
    int socket_ = -1;
};

inline Result<std::unique_ptr<BoxOffice>> open_office(const std::string& path, Options options = {}, Ports ports = {},
                                                      SqliteOptions store = {}) {
    store.path = path;
    auto opened = open_sqlite_store(store);
    if (!opened) return tl::unexpected(opened.error());
    return BoxOffice::open(std::move(*opened), std::move(options), std::move(ports));
}

/// An office in a process: o opens it, c closes it, r recharges the user "mina" (made at need) by 1 and acknowledges, b tells her
/// balance, t ticks, v counts what the audit finds. Other words are `also`'s.
inline Actor::Part house(const std::string& path, std::function<std::int64_t(char, BoxOffice*)> also = {}) {
    auto office = std::make_shared<std::unique_ptr<BoxOffice>>();
    return [path, office, also](char word) -> std::int64_t {
        const auto mina = [&]() -> Result<UserId> {
            const auto known = (*office)->user("mina");
            if (known) return known->id;
            const auto made = (*office)->execute(CreateUser{"mina"});
            if (!made) return tl::unexpected(made.error());
            return made->id;
        };
        if (word == 'o') {
            auto opened = open_office(path);
            if (!opened) return answer_of(opened.error());
            *office = std::move(*opened);
            return 0;
        }
        if (word == 'c') return office->reset(), 0;
        if (word == 'r') {
            const auto user = mina();
            if (!user) return answer_of(user.error());
            const auto done = (*office)->execute(Recharge{*user, Points{1}, {}});
            if (!done && std::getenv("BOXOFFICE_TELL") != nullptr)
                std::fprintf(stderr, "%s\n", done.error().text().c_str());
            return answer_of(done);
        }
        if (word == 'b') {
            const auto user = mina();
            if (!user) return answer_of(user.error());
            const auto balance = (*office)->balance(*user);
            return balance ? balance->value : answer_of(balance.error());
        }
        if (word == 't') return answer_of((*office)->execute(Tick{}));
        if (word == 'v') {
            const auto violations = (*office)->audit();
            return violations ? static_cast<std::int64_t>(violations->size()) : answer_of(violations.error());
        }
        return also ? also(word, office->get()) : -1;
    };
}

}  // namespace boxoffice::testing
