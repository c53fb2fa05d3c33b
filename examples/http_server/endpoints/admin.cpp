/// For whoever runs the house.

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <mutex>
#include <utility>

#include "endpoints/endpoints.hpp"
#include "support/input.hpp"
#include "support/plan.hpp"

namespace http_server::endpoints {

using namespace boxoffice;

namespace {

Result<NewSeat> read_seat(const Body& seat) {
    BOXOFFICE_TRY_VALUE(const auto number, seat.text_or_integer("number"));
    BOXOFFICE_TRY_VALUE(const auto price, seat.integer("price"));
    BOXOFFICE_TRY_VALUE(const auto section, seat.optional_text("section"));
    BOXOFFICE_TRY_VALUE(const auto row, seat.optional_text("row"));
    BOXOFFICE_TRY_VALUE(const auto x, seat.optional_number("x"));
    BOXOFFICE_TRY_VALUE(const auto y, seat.optional_number("y"));
    BOXOFFICE_TRY_VALUE(const auto label, seat.optional_text("label"));
    BOXOFFICE_TRY_VALUE(const auto category, seat.optional_text("category"));
    return NewSeat{number, section.value_or(""), row.value_or(""), Points{price}, x, y, label.value_or(""),
                   false,  category.value_or("")};
}

struct House {
    std::vector<NewSeat> seats;
    support::NotForSale not_for_sale;
};

Result<House> read_seats(const std::vector<Body>& list) {
    House house;
    for (const auto& one : list) {
        BOXOFFICE_TRY_VALUE(const auto seat, read_seat(one));
        house.seats.push_back(seat);
    }
    return house;
}

Result<support::Prices> read_prices(const Body& body) {
    BOXOFFICE_TRY_VALUE(const auto prices, body.object("prices"));
    support::Prices out;
    for (const auto& [category, value] : prices.json().items()) {
        BOXOFFICE_TRY_VALUE(const auto points, prices.integer(category.c_str()));
        BOXOFFICE_TRY(check_price(Points{points}));
        out.emplace(category, Points{points});
    }
    return out;
}

Result<House> read_plan(const Body& body) {
    BOXOFFICE_TRY_VALUE(const auto prices, read_prices(body));
    try {
        auto hall = support::read_plan("plan", *body.find("plan"));
        auto not_for_sale = support::set_prices(hall, prices);
        return House{std::move(hall.seats), std::move(not_for_sale)};
    } catch (const support::BadInput& e) {
        return refuse(ErrorCode::invalid_argument, e.what());
    }
}

Result<House> house_of(const Body& body) {
    BOXOFFICE_TRY_VALUE(const auto list, body.optional_objects("seats"));
    const bool has_plan = body.find("plan") != nullptr;
    if (list.has_value() == has_plan)
        return refuse(ErrorCode::invalid_argument, "seats, or plan and prices: expected one of the two");
    return has_plan ? read_plan(body) : read_seats(*list);
}

using AskedConcert = std::pair<CreateConcert, support::NotForSale>;

Result<AskedConcert> read_concert(const Call& call) {
    BOXOFFICE_TRY_VALUE(const auto body, Body::parse(call.request.body));
    BOXOFFICE_TRY_VALUE(const auto date_text, body.text("date"));
    BOXOFFICE_TRY_VALUE(const auto date, parse_date(date_text));
    BOXOFFICE_TRY_VALUE(const auto title, body.text("title"));
    BOXOFFICE_TRY_VALUE(auto house, house_of(body));
    return AskedConcert{{date, title, call.host.office.main_room(), std::move(house.seats)},
                        std::move(house.not_for_sale)};
}

void write(JsonWriter& json, const support::NotForSale& it) {
    json.open_object("notForSale")
        .member("seats", it.seats)
        .member("withoutCategory", it.without_category)
        .open_array("categories");
    for (const auto& [name, seats] : it.categories)
        json.open_object().member("category", name).member("seats", seats).close_object();
    json.close_array().close_object();
}

}  // namespace

Answering create_user(const Call& call) {
    CO_TRY(check_admin(call));
    CO_TRY_VALUE(const auto body, Body::parse(call.request.body));
    CO_TRY_VALUE(const auto user_id, body.text("userId"));
    const CreateUser command{user_id};
    CO_TRY(co_await call.execute(command));
    JsonWriter json;
    json.open_object().member("userId", user_id).close_object();
    co_return json_response(json);
}

Answering create_concert(const Call& call) {
    CO_TRY(check_admin(call));
    const auto work = [&] { return read_concert(call); };  // a plan of megabytes
    CO_TRY_VALUE(auto asked, co_await call.have_done(work));
    const auto& [command, not_for_sale] = asked;
    const auto count = std::ssize(command.seats);
    CO_TRY_VALUE(const auto created, co_await call.execute(command));
    JsonWriter json;
    json.open_object()
        .member("concertId", created.id)
        .member("date", command.date)
        .member("title", command.title)
        .member("seats", count);
    write(json, not_for_sale);
    json.close_object();
    co_return json_response(json);
}

Answer audit(const Call& call) {
    BOXOFFICE_TRY(check_admin(call));
    BOXOFFICE_TRY_VALUE(const auto violations, call.host.office.audit());
    JsonWriter json;
    json.open_object().open_array("violations");
    for (const auto& violation : violations)
        json.open_object().member("rule", violation.rule).member("detail", violation.detail).close_object();
    json.close_array().close_object();
    return json_response(json);
}

/// The name is the server's: a path from the network could name any file of this machine. One copy at a time; it does
/// not have the token key, so that who gets hold of it cannot forge tokens.
Answer back_up(const Call& call) {
    static std::mutex one_at_a_time;
    BOXOFFICE_TRY(check_admin(call));
    const auto& directory = call.host.settings.backup_directory;
    if (directory.empty()) return not_found();
    const std::unique_lock lock(one_at_a_time, std::try_to_lock);
    if (!lock) return refuse(ErrorCode::busy, "another backup is being made");
    BOXOFFICE_TRY_VALUE(const auto now, call.host.office.now());
    auto name = "boxoffice-" + to_text(now) + ".db";
    std::replace(name.begin(), name.end(), ':', '-');
    const auto path = directory + "/" + name;
    BOXOFFICE_TRY(call.host.office.backup(path));
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    JsonWriter json;
    json.open_object()
        .member("file", name)
        .member("bytes", error ? std::int64_t{0} : static_cast<std::int64_t>(size))
        .close_object();
    return json_response(json);
}

}  // namespace http_server::endpoints
