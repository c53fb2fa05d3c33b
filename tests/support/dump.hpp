#pragma once
/// The canonical dump of a store: every row in key order, every field, one row a line. Two stores that were
/// given the same commits have the same dump.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "boxoffice/repositories.hpp"
#include "sql/rows.hpp"

namespace boxoffice::testing {

/// An Io of sql/rows.hpp that writes down every column: a row has the same fields here as in a table, so that no new one is
/// forgotten. (What is derived follows from the others.)
class DumpIo {
  public:
    explicit DumpIo(std::string& text) : text_{text} {}
    void key(const char*, const auto& value) { add(value); }
    void fixed(const char*, const auto& value) { add(value); }
    void changing(const char*, const auto& value) { add(value); }
    void version(const char*, const auto& value) { add(value); }
    static void derived(const char*, const auto&) {}
    static void derived_fixed(const char*, const auto&) {}

  private:
    void add(const std::string& text) { text_ += fmt::format(" '{}'", text); }
    void add(std::int64_t number) { text_ += fmt::format(" {}", number); }
    void add(std::int32_t number) { add(std::int64_t{number}); }
    void add(double number) { add(std::bit_cast<std::int64_t>(number)); }
    void add(Points points) { add(points.value); }
    void add(Duration span) { add(span.count()); }
    void add(Date date) { add(to_text(date)); }
    void add(Time time) { text_ += time == never ? " never" : fmt::format(" {}", to_us(time)); }
    template <std::size_t size>
    void add(const std::array<std::uint8_t, size>& bytes) {
        add(fmt::format("{:02x}", fmt::join(bytes, "")));
    }
    template <class Tag>
    void add(Id<Tag> id) {
        add(id.value);
    }
    template <class IdType>
    void add(sql::OrNull<IdType> column) {
        add(column.id);
    }
    template <class Number>
    void add(sql::Bounded<Number> column) {
        add(column.value);
    }
    template <class List>
    void add(sql::RefundSteps<List> column) {
        add(fmt::format("{}", fmt::join(sql::numbers_of(column.list), ",")));
    }
    template <class List>
    void add(sql::Numbers<List> column) {
        add(fmt::format("{}", fmt::join(column.list, ",")));
    }
    template <NamedEnum Enum>
    void add(Enum value) {
        add(std::string{name_of(value)});
    }

    std::string& text_;
};

/// One kind of row for DumpVisitor; `Base` sees the others.
template <class Base, class... Entities>
class DumpsEach : public Base {};
template <class Base, class Entity, class... Left>
class DumpsEach<Base, Entity, Left...> : public DumpsEach<Base, Left...> {
  public:
    using Base::visit;
    void visit(const Entity& row) override { this->dump(row); }
};

class DumpBase : public Visitor {
  protected:
    template <class Entity>
    void dump(const Entity& row) {
        text_ += sql::table_of<Entity>;
        DumpIo io{text_};
        sql::fields(io, row);
        text_ += '\n';
    }
    /// Without the store's name, which chance makes.
    void dump(const HouseRules& row) {
        auto nameless = row;
        nameless.store = {};
        dump<HouseRules>(nameless);
    }

    std::string text_;
};

template <class List>
class DumpsKinds;
template <class... Entities>
class DumpsKinds<Kinds<Entities...>> : public DumpsEach<DumpBase, Entities...> {
  public:
    [[nodiscard]] std::string text() && { return std::move(this->text_); }
};

using DumpVisitor = DumpsKinds<ScannedKinds>;

inline Result<std::string> dump(View& view) {
    DumpVisitor visitor;
    BOXOFFICE_TRY(view.scan(visitor));
    return std::move(visitor).text();
}

}  // namespace boxoffice::testing
