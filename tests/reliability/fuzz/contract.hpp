#pragma once
/// The HTTP contract, examples/http_server/openapi.json, as far as an answer can break it: a status that is not described, a body
/// that does not fit its schema. (All of it is checked by tests/http/contract.py; here it is asked of inputs that nobody thought of.)

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace fuzz {

using nlohmann::json;

class Contract {
  public:
    explicit Contract(json document) : document_(std::move(document)) {
        for (const auto& [path, item] : document_.at("paths").items())
            for (const auto& [method, operation] : item.items())
                if (operation.is_object() && operation.contains("responses"))
                    operations_[method + " " + path] = &operation.at("responses");
    }

    /// What is wrong with an answer; nothing: it is as described. `pattern` is the route's; empty: there is none.
    [[nodiscard]] std::optional<std::string> check(std::string method, const std::string& path,
                                                   const std::string& pattern, int status,
                                                   std::string_view content_type, std::string_view body) const {
        for (auto& c : method) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        if (method == "head") method = "get";
        const json* response = nullptr;
        if (status == 403 || status == 415 || status == 421)  // whatever the path
            response = &common(status == 403   ? "ForeignOrigin"
                               : status == 415 ? "UnsupportedMediaType"
                                               : "Misdirected");
        else if (pattern.empty())
            response = status == 404 ? &common("NotFound") : status == 405 ? &common("MethodNotAllowed") : nullptr;
        else
            response = described(method, path, pattern, status);
        if (response == nullptr) return std::to_string(status) + " is not described";
        response = &resolve(*response);
        if (!response->contains("content"))
            return body.empty() ? std::nullopt : std::optional<std::string>{"a body that is not described"};
        const std::string type{content_type.substr(0, content_type.find(';'))};
        const auto& content = response->at("content");
        if (!content.contains(type)) return "the content type " + type + " is not described";
        if (type != "application/json") return std::nullopt;
        const auto value = json::parse(body, nullptr, false);
        if (value.is_discarded()) return "this is no JSON";
        return wrong(content.at(type).at("schema"), value, "$");
    }

  private:
    const json& common(const char* name) const { return document_.at("components").at("responses").at(name); }

    const json* described(const std::string& method, const std::string& path, const std::string& pattern,
                          int status) const {
        auto at = operations_.find(method + " " + path);  // "/openapi.json" is of the route "/{file}"
        if (at == operations_.end()) at = operations_.find(method + " " + pattern);
        if (at == operations_.end()) return nullptr;
        const auto one = at->second->find(std::to_string(status));
        return one == at->second->end() ? nullptr : &*one;
    }

    const json& resolve(const json& value) const {
        const auto* at = &value;
        while (at->is_object() && at->contains("$ref"))
            at = &document_.at(json::json_pointer{at->at("$ref").get<std::string>().substr(1)});
        return *at;
    }

    static bool is_of(const json& value, const std::string& type) {
        if (type == "object") return value.is_object();
        if (type == "array") return value.is_array();
        if (type == "string") return value.is_string();
        if (type == "integer") return value.is_number_integer();
        if (type == "number") return value.is_number();
        if (type == "boolean") return value.is_boolean();
        return type == "null" && value.is_null();
    }

    std::optional<std::string> wrong(const json& given, const json& value, const std::string& at) const {
        const auto& schema = resolve(given);
        if (given.contains("$ref"))  // what stands beside it holds, too
            for (const auto& [name, rule] : given.items())
                if (name != "$ref" && name != "description")
                    if (auto one = wrong(json{{name, rule}}, value, at)) return one;
        if (schema.contains("type")) {
            const auto& type = schema.at("type");
            bool is_right = false;
            for (const auto& one : type.is_array() ? type : json::array({type}))
                is_right |= is_of(value, one.get<std::string>());
            if (!is_right) return at + ": not of type " + type.dump();
        }
        if (schema.contains("const") && schema.at("const") != value) return at + ": not " + schema.at("const").dump();
        if (schema.contains("enum")) {
            bool is_there = false;
            for (const auto& one : schema.at("enum")) is_there |= one == value;
            if (!is_there) return at + ": none of " + schema.at("enum").dump();
        }
        if (value.is_number()) {
            if (schema.contains("minimum") && value < schema.at("minimum")) return at + ": below the least";
            if (schema.contains("maximum") && value > schema.at("maximum")) return at + ": above the most";
        }
        if (value.is_array()) {
            if (schema.contains("minItems") && value.size() < schema.at("minItems")) return at + ": too few";
            if (schema.contains("maxItems") && value.size() > schema.at("maxItems")) return at + ": too many";
            if (schema.contains("items"))
                for (std::size_t i = 0; i < value.size(); ++i)
                    if (auto one = wrong(schema.at("items"), value[i], at + "[" + std::to_string(i) + "]")) return one;
        }
        if (value.is_object()) {
            if (schema.contains("required"))
                for (const auto& name : schema.at("required"))
                    if (!value.contains(name)) return at + ": " + name.get<std::string>() + " is missing";
            const auto properties = schema.value("properties", json::object());
            for (const auto& [name, member] : value.items()) {
                if (properties.contains(name)) {
                    if (auto one = wrong(properties.at(name), member, at + "." + name)) return one;
                } else if (schema.contains("additionalProperties")) {
                    const auto& others = schema.at("additionalProperties");
                    if (others == false) return at + ": " + name + " is not described";
                    if (others.is_object())
                        if (auto one = wrong(others, member, at + "." + name)) return one;
                }
            }
        }
        if (schema.contains("oneOf")) {
            int matches = 0;
            std::string why;
            for (const auto& one : schema.at("oneOf")) {
                const auto mistake = wrong(one, value, at);
                if (mistake) why += *mistake + "; ";
                matches += mistake ? 0 : 1;
            }
            // Patterns are not looked at here, and may be all that tells two apart.
            if (matches == 0) return at + ": no alternative fits: " + why;
        }
        return std::nullopt;
    }

    json document_;
    std::map<std::string, const json*> operations_;
};

}  // namespace fuzz
