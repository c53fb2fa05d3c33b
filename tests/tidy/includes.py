"""Nothing includes what it does not use, as far as names can tell: standard headers, and what they are for."""

import re

from sources import CXX, Finding, code_of, files, includes_of, read

# Standard header: the names that it is included for. A header that is not here is not looked at.
NAMES = {
    "algorithm": r"std::(ranges::)?(all_of|any_of|none_of|for_each\w*|find\w*|count\w*|mismatch|equal\w*|search\w*|copy\w*|"
    r"move_backward|fill\w*|transform|generate\w*|remove\w*|replace\w*|reverse\w*|rotate\w*|sample|shuffle|unique\w*|"
    r"is_\w+|partition\w*|stable_\w+|sort|partial_\w+|nth_element|lower_bound|upper_bound|binary_search|merge|"
    r"inplace_merge|includes|set_\w+|\w+_heap|max\w*|min\w*|clamp|lexicographical_compare\w*|next_permutation|"
    r"swap_ranges|iter_swap|adjacent_find)\b",
    "any": r"std::(any|make_any|bad_any_cast)\b",
    "array": r"std::(array|to_array)\b",
    "atomic": r"std::(atomic\w*|memory_order\w*)\b",
    "bit": r"std::(bit_\w+|popcount|countl_\w+|countr_\w+|rotl|rotr|endian|has_single_bit)\b",
    "bitset": r"std::bitset\b",
    "cassert": r"\bassert\b",
    "cctype": r"\b(is|to)(alnum|alpha|digit|lower|upper|space|print|xdigit|punct|cntrl|graph)\b|\bto(lower|upper)\b",
    "cerrno": r"\b(errno|E[A-Z0-9]{2,})\b",
    "charconv": r"std::(from_chars\w*|to_chars\w*|chars_format)\b",
    "chrono": r"\bchrono\b|\d(s|ms|us|ns|min|h)\b",
    "cinttypes": r"\b(PRI|SCN)[a-z]\w*\b|\bu?intmax_t\b",
    "climits": r"\b[A-Z]+_(MAX|MIN|BIT)\b",
    "cmath": r"std::\w*(sqrt|pow|exp\w*|log\w*|floor|ceil|l?l?round|abs|fabs|isfinite|isnan|isinf|fmod|hypot|sin|cos|tan)\b",
    "compare": r"<=>|std::(strong|weak|partial)_ordering|std::compare_\w+",
    "concepts": r"std::(same_as|derived_from|convertible_to|integral|signed_integral|unsigned_integral|floating_point|"
    r"invocable|predicate|regular|semiregular|totally_ordered|equality_comparable|copyable|movable|constructible_from|"
    r"default_initializable)\b",
    "condition_variable": r"std::(condition_variable\w*|cv_status)\b",
    "csignal": r"\b(SIG[A-Z]+|signal|raise|sig_atomic_t|sigaction|kill)\b",
    "cstddef": r"\b(size_t|ptrdiff_t|nullptr_t|max_align_t|byte|offsetof|NULL)\b",
    "cstdint": r"\b(u?int(_least|_fast)?\d+_t|u?intptr_t|u?intmax_t|U?INT\d+_(MAX|MIN))\b",
    "cstdio": r"\b(\w*printf|\w*scanf|FILE|f?puts|f?putc\w*|getc\w*|fopen|fdopen|fclose|fflush|fread|fwrite|fgets|perror|"
    r"std(in|out|err)|remove|rename|tmpfile|EOF|feof|ferror|setvbuf|fileno|getline)\b",
    "cstdlib": r"\b(getenv|setenv|unsetenv|exit|_Exit|abort|atexit|quick_exit|malloc|calloc|realloc|free|strto\w+|ato[fil]+|"
    r"EXIT_\w+|system|mkdtemp|mkstemp|realpath|posix_memalign|aligned_alloc|div|abs|qsort|rand|srand)\b",
    "cstring": r"\b(mem(cpy|cmp|set|move|chr)|str(len|n?cmp|chr|rchr|str|error\w*|n?cpy|n?cat|nlen|tok|dup|signal))\b",
    "ctime": r"\b(time_t|tm|gmtime\w*|localtime\w*|strftime|mktime|timegm|timespec|clock\w*|CLOCK_\w+|nanosleep|time)\b",
    "deque": r"std::(pmr::)?deque\b",
    "exception": r"std::(exception\w*|terminate\w*|current_exception|rethrow_\w+|uncaught_\w+|make_exception_ptr|"
    r"nested_exception|throw_with_nested|get_terminate|set_terminate)\b",
    "filesystem": r"\bfilesystem\b",
    "fstream": r"std::(basic_)?[iow]*f(stream|ilebuf)\b|std::[io]?fstream\b",
    "functional": r"std::(function|hash|less\w*|greater\w*|equal_to|not_equal_to|plus|minus|multiplies|bind\w*|ref|cref|"
    r"reference_wrapper|invoke\w*|mem_fn|identity|not_fn|placeholders|bit_\w+|logical_\w+|ranges::(less|greater)\w*)\b",
    "future": r"std::(future|promise|async|packaged_task|shared_future|launch)\b",
    "initializer_list": r"std::initializer_list\b",
    "iomanip": r"std::(setw|setfill|setprecision|put_time|get_time|quoted|setbase)\b",
    "iostream": r"std::w?(cout|cerr|clog|cin)\b",
    "iterator": r"std::(\w*iterator\w*|\w*inserter|next|prev|advance|distance|begin|end|c?r?begin|c?r?end|size|ssize|data|"
    r"empty|make_move_iterator)\b",
    "limits": r"std::numeric_limits\b",
    "list": r"std::(pmr::)?list\b",
    "map": r"std::(pmr::)?(multi)?map\b",
    "memory": r"std::(\w+_ptr|make_(unique|shared)\w*|allocate_shared\w*|allocator\w*|addressof|to_address|owner_less|"
    r"enable_shared_from_this|\w*pointer_cast|default_delete|uninitialized_\w+|destroy\w*|construct_at|bad_weak_ptr|"
    r"pointer_traits)\b",
    "memory_resource": r"\bpmr\b",
    "mutex": r"std::(\w*mutex|lock_guard|unique_lock|scoped_lock|once_flag|call_once|lock|try_lock|defer_lock\w*|"
    r"adopt_lock\w*|try_to_lock\w*)\b",
    "new": r"std::(bad_alloc|bad_array_new_length|nothrow\w*|align_val_t|launder|set_new_handler|get_new_handler|"
    r"new_handler|destroying_delete)\b|\boperator (new|delete)\b|\bnew *\(",
    "numeric": r"std::(accumulate|iota|reduce|inner_product|partial_sum|adjacent_difference|gcd|lcm|midpoint|"
    r"transform_reduce|\w*clusive_scan)\b",
    "optional": r"std::(optional|nullopt\w*|make_optional|bad_optional_access|in_place)\b",
    "ostream": r"std::(w?ostream|endl|flush|ends)\b",
    "queue": r"std::(priority_)?queue\b",
    "random": r"std::(mt19937\w*|random_device|\w+_distribution|\w+_engine|minstd_rand\w*|seed_seq)\b",
    "ranges": r"\branges::|std::views\b",
    "ratio": r"std::(ratio\w*|milli|micro|nano|kilo|mega|giga)\b",
    "regex": r"std::w?(regex\w*|smatch|cmatch|sregex\w*|cregex\w*)\b",
    "set": r"std::(pmr::)?(multi)?set\b",
    "shared_mutex": r"std::(shared_(timed_)?mutex|shared_lock)\b",
    "span": r"std::(span|dynamic_extent|as_bytes|as_writable_bytes)\b",
    "sstream": r"std::w?[io]?stringstream\b|std::\w*stringbuf\b",
    "stack": r"std::stack\b",
    "stdexcept": r"std::(logic_error|runtime_error|invalid_argument|out_of_range|length_error|domain_error|range_error|"
    r"overflow_error|underflow_error)\b",
    "stop_token": r"std::stop_\w+\b",
    "string": r"std::(pmr::)?(basic_string|w?string|u8string|to_w?string|stoi|stol|stoll|stoul|stoull|stod|stof|getline|"
    r"char_traits)\b|\boperator\"\"s\b|\"s\b|string_literals",
    "string_view": r"std::(basic_)?w?(u8)?string_view\b|\"sv\b|string_view_literals",
    "system_error": r"std::(error_code|error_condition|errc|error_category|system_category|generic_category|system_error|"
    r"make_error_\w+|is_error_\w+_enum)\b",
    "thread": r"std::(j?thread|this_thread)\b",
    "tuple": r"std::(tuple\w*|tie|make_tuple|forward_as_tuple|apply|make_from_tuple|get|ignore|piecewise_construct)\b",
    "type_traits": r"std::(is_\w+|\w+_t|\w+_v|enable_if|conditional|decay|remove_\w+|add_\w+|true_type|false_type|"
    r"integral_constant|invoke_result|common_type|underlying_type|void_t|type_identity|conjunction|disjunction|negation|"
    r"has_\w+|alignment_of|rank|extent)\b",
    "typeinfo": r"\btypeid\b|std::(type_info|bad_cast|bad_typeid)\b",
    "typeindex": r"std::type_index\b",
    "unordered_map": r"std::(pmr::)?unordered_(multi)?map\b",
    "unordered_set": r"std::(pmr::)?unordered_(multi)?set\b",
    "utility": r"std::(move|forward|swap|exchange|pair|make_pair|in_place\w*|declval|as_const|index_sequence\w*|"
    r"make_index_sequence|integer_sequence|cmp_\w+|piecewise_construct\w*|to_underlying|get|move_if_noexcept|"
    r"rel_ops|in_range|unreachable)\b",
    "variant": r"std::(variant\w*|visit|get_if|get|holds_alternative|monostate|bad_variant_access)\b",
    "vector": r"std::(pmr::)?vector\b",
    "version": r"__cpp_\w+",
    "sodium.h": r"\b(sodium|crypto|randombytes)_\w+",
    "date/date.h": r"\bdate::",
    "tl/expected.hpp": r"\btl::",
}
# Whole families: one name of fmt tells.
FAMILIES = {"fmt/": r"\bfmt::", "SQLiteCpp/": r"\bSQLite::|\bSQLITECPP_\w+", "nlohmann/": r"\bnlohmann::|\bjson\b"}
# Files that are included for what they include.
BUNDLES = ("tests/support/precompiled.hpp",)


def _pattern(name):
    found = NAMES.get(name)
    return found or next((names for family, names in FAMILIES.items() if name.startswith(family)), None)


def check_includes(root):
    found = []
    for path in files(root, *CXX):
        if path in BUNDLES:
            continue
        text = read(root, path)
        code = code_of(text)
        body = "\n".join("" if re.match(r"\s*#\s*include\b", line) else line for line in code.splitlines())
        seen = {}
        for include in includes_of(text):
            if include.name in seen:
                found.append(Finding(path, include.line, f"<{include.name}> is included in line {seen[include.name]}, too"))
            seen.setdefault(include.name, include.line)
            names = _pattern(include.name) if include.is_angled else None
            if names and not re.search(names, body):
                found.append(Finding(path, include.line, f"<{include.name}> is included, and nothing of it is used"))
    return found


# What a header itself must include where it names it: others may stop including it. Nouns only, since verbs such as
# std::move come with whatever they move.
OWN = {
    "array": r"std::array\b",
    "atomic": r"std::atomic\b",
    "chrono": r"std::chrono::",
    "deque": r"std::deque\b",
    "functional": r"std::function\b",
    "map": r"std::map\b",
    "memory": r"std::(unique_ptr|shared_ptr|weak_ptr)\b",
    "mutex": r"std::(mutex|lock_guard|unique_lock|scoped_lock)\b",
    "optional": r"std::optional\b",
    "set": r"std::set\b",
    "span": r"std::span\b",
    "string": r"std::string\b",
    "string_view": r"std::string_view\b",
    "unordered_map": r"std::unordered_map\b",
    "unordered_set": r"std::unordered_set\b",
    "variant": r"std::variant\b",
    "vector": r"std::vector\b",
}


def check_missing(root):
    """Public headers that name a container or a pointer, and leave its header to others."""
    found = []
    for path in files(root, ".hpp", under="include/"):
        text = read(root, path)
        included = {include.name for include in includes_of(text)}
        lines = code_of(text).splitlines()
        for name, pattern in OWN.items():
            if name not in included:
                at = next((number for number, line in enumerate(lines, 1) if re.search(pattern, line)), None)
                if at:
                    found.append(Finding(path, at, f"uses what <{name}> has, and does not include it"))
    return found
