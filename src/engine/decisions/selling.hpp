#pragma once
/// Decisions about the terms on which a concert is sold. Each change is a version of its own, added to those before.

#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "engine/decisions/decision.hpp"

namespace boxoffice {

/// What those share that change terms: who changes another version than the one in force has not seen it.
template <class C>
struct ChangingTerms : Deciding<C> {
    void name_keys(const C& command, const Moment&, Keys& keys) const override {
        keys.concerts.ids.push_back(command.concert);
        keys.sales.in_force.push_back(command.concert);
        keys.touched.push_back(command.concert);
    }

  protected:
    static Result<const Sale*> in_force(const C& command, const WorkingSet& set) {
        if (set.concerts.find(command.concert) == nullptr) return refuse(ErrorCode::unknown_concert);
        const auto& sale = set.sale_in_force(command.concert);
        if (sale.id.version != command.version)
            return refuse(ErrorCode::stale_version, "it is " + std::to_string(sale.id.version) + " by now");
        return &sale;
    }

    static Changed put_next(Sale next, EventKind kind, WorkingSet& set) {
        const Changed answer{next.id.version};
        set.add(Event{.kind = kind, .concert = next.id.concert, .subject = next.id.version});
        set.put(std::move(next));
        return answer;
    }
};

template <>
struct Decision<ChangeSale> final : ChangingTerms<ChangeSale> {
    Result<void> check(const ChangeSale& command, const Options&) const override {
        return boxoffice::check(command.terms);
    }

    Result<Changed> decide(const ChangeSale& command, WorkingSet& set, const Moment& moment) const override {
        BOXOFFICE_TRY_VALUE(const auto* before, in_force(command, set));
        return put_next(
            Sale{{command.concert, next_number(before->id.version)}, moment.now, command.terms, before->tariff},
            EventKind::sale_changed, set);
    }
};

template <>
struct Decision<SetTariff> final : ChangingTerms<SetTariff> {
    Result<void> check(const SetTariff& command, const Options&) const override {
        return boxoffice::check(std::span{command.rows});
    }

    void name_keys(const SetTariff& command, const Moment& moment, Keys& keys) const override {
        ChangingTerms::name_keys(command, moment, keys);
        keys.types.of.push_back(command.concert);
    }

    Result<Changed> decide(const SetTariff& command, WorkingSet& set, const Moment& moment) const override {
        BOXOFFICE_TRY_VALUE(const auto* before, in_force(command, set));
        for (const auto& row : command.rows)
            if (row.type && set.find_type(command.concert, row.type) == nullptr) return refuse(ErrorCode::unknown_type);
        const SaleId id{command.concert, next_number(before->id.version)};
        const auto tariff = command.rows.empty() ? 0 : id.version;
        Sale next{id, moment.now, before->terms, tariff};
        set.put(id, command.rows);
        return put_next(std::move(next), EventKind::tariff_changed, set);
    }
};

template <>
struct Decision<CreateType> final : Deciding<CreateType> {
    Result<void> check(const CreateType& command, const Options&) const override {
        return check_type(command.name, command.max_per_order);
    }

    void name_keys(const CreateType& command, const Moment&, Keys& keys) const override {
        keys.concerts.ids.push_back(command.concert);
        keys.types.of.push_back(command.concert);
    }

    Result<Created<TypeId>> decide(const CreateType& command, WorkingSet& set, const Moment& moment) const override {
        if (set.concerts.find(command.concert) == nullptr) return refuse(ErrorCode::unknown_concert);
        const auto types = set.types_of(command.concert);
        for (const auto id : types)
            if (set.ticket_types.get(id).name == command.name) return refuse(ErrorCode::type_exists);
        if (types.size() >= ticket_types_max) return refuse(ErrorCode::invalid_argument, "at most 100 types a concert");
        if (command.needs && std::find(types.begin(), types.end(), command.needs) == types.end())
            return refuse(ErrorCode::unknown_type, "the one that it needs");
        const auto id = moment.ids.next<TypeId>(moment.now);
        set.put_new(TicketType{id, command.concert, command.name, command.max_per_order, command.needs, moment.now});
        set.add(Event{.kind = EventKind::type_created, .concert = command.concert, .subject = id.value});
        return Created<TypeId>{id};
    }
};

}  // namespace boxoffice
