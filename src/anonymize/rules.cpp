#include "anonymize/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <set>
#include <unordered_map>

#include "core/csv.h"
#include "core/date.h"
#include "core/text.h"

namespace sekisho::anonymize::detail {
namespace {

using Labels = std::optional<std::vector<std::string>>;

std::optional<int> whole_number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

std::optional<double> decimal(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value) || std::abs(value) > 1e15)
    return std::nullopt;
  return value;
}

Result<std::vector<int>> integers(const TomlTable& rule, std::string_view member) {
  std::vector<int> out;
  const auto found = rule.json().find(member);
  if (found == rule.json().end() || !found->is_array() || found->empty())
    return rule.error("hierarchy.rule", fmt::format("'{}' must be a list of integers", member), member);
  for (const Json& item : *found) {
    if (!item.is_number_integer() || item.get<std::int64_t>() < 1 || item.get<std::int64_t>() > 1'000'000)
      return rule.error("hierarchy.rule", fmt::format("'{}' must hold integers from 1", member), member);
    out.push_back(item.get<int>());
  }
  return out;
}

// Each a multiple of the one before.
Result<std::vector<int>> growing(const TomlTable& rule, std::string_view member) {
  SEKISHO_TRY(std::vector<int> out, integers(rule, member));
  for (std::size_t i = 1; i < out.size(); ++i)
    if (out[i] <= out[i - 1] || out[i] % out[i - 1] != 0)
      return rule.error("hierarchy.rule", fmt::format("each of '{}' must hold whole ones of the level before", member),
                        member);
  return out;
}

std::string first_characters(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < count && at < text.size(); ++i)
    next_code_point(text, at);
  return std::string(text.substr(0, at));
}

// --- ages and bands of them ------------------------------------------------------------------------------------------

// The band that holds the top is open: with top = 90 and width 20 it is 80+, whoever is in it.
std::string band(int value, int width, int top) {
  const int low = (top > 0 ? std::min(value, top) : value) / width * width;
  const int high = low + width - 1;
  return top > 0 && high >= top ? fmt::format("{}+", low) : fmt::format("{}-{}", low, high);
}

Result<Rule> ages(const TomlTable& table, bool every_year) {
  SEKISHO_CHECK(table.only({"kind", "bands", "top", "unknown", "missing"}));
  SEKISHO_TRY(const std::vector<int> widths, growing(table, "bands"));
  SEKISHO_TRY(const std::int64_t top, table.integer("top", 0));
  if (top < 0 || top > 1'000'000) return table.error("hierarchy.rule", "'top' is an age", "top");
  Rule out{.levels = widths.size(), .labels = {}, .domain = {}};
  // Years up to 119, so that the score does not depend on which ages a data set happens to hold.
  for (int age = 0; every_year && age < 120; ++age)
    out.domain.push_back(std::to_string(age));
  out.labels = [widths, top](std::string_view value) -> Labels {
    const std::optional<int> low = whole_number(value.substr(0, value.find_first_of("-+")));  // 34, 30-39 or 90+
    if (!low) return std::nullopt;
    std::vector<std::string> labels;
    for (const int width : widths)
      labels.push_back(band(*low, width, static_cast<int>(top)));
    return labels;
  };
  return out;
}

// --- intervals over numbers ------------------------------------------------------------------------------------------

std::string interval(double low, double high) {
  return fmt::format("[{:.12g}, {:.12g})", low, high);
}

struct Ends {
  double bottom = -HUGE_VAL, top = HUGE_VAL;
  std::optional<std::string> outside(double value) const {
    if (value < bottom) return fmt::format("<{:.12g}", bottom);
    if (value >= top) return fmt::format(">={:.12g}", top);
    return std::nullopt;
  }
};

// widths = [5, 10], each holding whole ones of the level before, from `origin` on; `bottom` and `top` are open ends.
Result<Rule> widths(const TomlTable& table) {
  std::vector<double> steps;
  const Json& list = table.json()["widths"];
  if (!list.is_array() || list.empty()) return table.error("hierarchy.rule", "'widths' is a list of numbers", "widths");
  for (const Json& item : list) {
    if (!item.is_number() || !(item.get<double>() > 0) || !(item.get<double>() < 1e15))
      return table.error("hierarchy.rule", "'widths' must hold numbers above 0", "widths");
    steps.push_back(item.get<double>());
  }
  std::vector<double> ratios;
  for (const double step : steps) {
    ratios.push_back(std::round(step / steps.front()));
    const double before = ratios.size() > 1 ? ratios[ratios.size() - 2] : 0;
    if (std::abs(step / steps.front() - ratios.back()) > 1e-9 || ratios.back() <= before ||
        (before > 0 && std::fmod(ratios.back(), before) != 0))
      return table.error("hierarchy.rule", "each of 'widths' must hold whole ones of the level before", "widths");
  }
  SEKISHO_TRY(const double origin, table.number("origin", 0));
  Ends ends;
  SEKISHO_TRY(ends.bottom, table.number("bottom", -HUGE_VAL));
  SEKISHO_TRY(ends.top, table.number("top", HUGE_VAL));
  if (!(ends.bottom < ends.top)) return table.error("hierarchy.rule", "'bottom' must be below 'top'", "bottom");
  Rule out{.levels = steps.size(), .labels = {}, .domain = {}};
  out.labels = [=, least = steps.front()](std::string_view text) -> Labels {
    const std::optional<double> value = decimal(text);
    if (!value) return std::nullopt;
    std::vector<std::string> labels;
    // Counted in the finest intervals, so that a wide one holds whole narrow ones whatever the rounding.
    const double number = std::floor((*value - origin) / least + 1e-9);
    const std::optional<std::string> outside = ends.outside(*value);
    for (const double ratio : ratios) {
      const double low = origin + std::floor(number / ratio) * ratio * least;
      labels.push_back(outside ? *outside
                               : interval(std::max(low, ends.bottom), std::min(low + ratio * least, ends.top)));
    }
    return labels;
  };
  return out;
}

// cuts = [[0, 10, 20, 40], [0, 20, 40]]: the ends of the intervals of each level, each list part of the one before.
Result<Rule> cuts(const TomlTable& table) {
  std::vector<std::vector<double>> levels;
  const Json& lists = table.json()["cuts"];
  const auto wrong = [&](const char* why) { return table.error("hierarchy.rule", why, "cuts"); };
  if (!lists.is_array() || lists.empty()) return wrong("'cuts' is a list of lists of numbers");
  for (const Json& list : lists) {
    if (!list.is_array() || list.empty()) return wrong("'cuts' is a list of lists of numbers");
    std::vector<double>& level = levels.emplace_back();
    for (const Json& item : list) {
      if (!item.is_number()) return wrong("'cuts' is a list of lists of numbers");
      level.push_back(item.get<double>());
    }
    if (!std::ranges::is_sorted(level, std::less_equal())) return wrong("each list of 'cuts' must rise");
    if (levels.size() > 1 && !std::ranges::includes(levels[levels.size() - 2], level))
      return wrong("each list of 'cuts' must be part of the one before");
  }
  Rule out{.levels = levels.size(), .labels = {}, .domain = {}};
  out.labels = [levels](std::string_view text) -> Labels {
    const std::optional<double> value = decimal(text);
    if (!value) return std::nullopt;
    std::vector<std::string> labels;
    for (const std::vector<double>& level : levels) {
      const auto above = std::ranges::upper_bound(level, *value);
      labels.push_back(above == level.begin() ? fmt::format("<{:.12g}", level.front())
                       : above == level.end() ? fmt::format(">={:.12g}", level.back())
                                              : interval(*(above - 1), *above));
    }
    return labels;
  };
  return out;
}

Result<Rule> intervals(const TomlTable& table) {
  SEKISHO_CHECK(table.only({"kind", "widths", "cuts", "origin", "bottom", "top", "unknown", "missing"}));
  if (table.has("widths") == table.has("cuts"))
    return table.error("hierarchy.rule", "intervals have either 'widths' or 'cuts'");
  return table.has("widths") ? widths(table) : cuts(table);
}

// --- values in an order ----------------------------------------------------------------------------------------------

// groups = [2, 4]: so many neighbours share a label. `values` names the order; without it numbers, else texts.
Result<Rule> order(const TomlTable& table, const std::vector<std::string>& values) {
  SEKISHO_CHECK(table.only({"kind", "groups", "values", "unknown", "missing"}));
  SEKISHO_TRY(const std::vector<int> groups, growing(table, "groups"));
  SEKISHO_TRY(std::vector<std::string> sorted, table.texts("values"));
  if (sorted.empty()) {
    for (const std::string& value : values)
      if (!value.empty()) sorted.push_back(value);
    const bool numbers = std::ranges::all_of(sorted, [](const std::string& v) { return decimal(v).has_value(); });
    std::ranges::sort(sorted, [&](const std::string& a, const std::string& b) {
      return numbers ? std::pair(*decimal(a), a) < std::pair(*decimal(b), b) : a < b;
    });
  }
  const auto place = std::make_shared<std::unordered_map<std::string, std::size_t>>();
  for (const std::string& value : sorted)
    if (!place->emplace(value, place->size()).second)
      return table.error("hierarchy.rule", fmt::format("'{}' stands twice in 'values'", value), "values");
  Rule out{.levels = groups.size(), .labels = {}, .domain = sorted};
  out.labels = [groups, place, sorted](std::string_view value) -> Labels {
    const auto found = place->find(std::string(value));
    if (found == place->end()) return std::nullopt;
    std::vector<std::string> labels;
    for (const int group : groups) {
      const auto width = static_cast<std::size_t>(group);
      const std::size_t low = found->second / width * width, high = std::min(low + width, sorted.size()) - 1;
      labels.push_back(low == high ? sorted[low] : sorted[low] + ".." + sorted[high]);
    }
    return labels;
  };
  return out;
}

// --- dates -----------------------------------------------------------------------------------------------------------

struct Step {
  std::string_view name;
  std::set<std::string_view> inside;  // finer steps of which it holds whole ones
};
const Step kSteps[] = {{"week", {}},
                       {"month", {}},
                       {"quarter", {"month"}},
                       {"half", {"month", "quarter"}},
                       {"year", {"month", "quarter", "half"}},
                       {"fiscal-year", {"month", "quarter"}},
                       {"decade", {"month", "quarter", "half", "year"}}};

// 2024-04-01 (a time may follow), 2024/04/01, 20240401, 2024-04.
std::optional<Date> day_of(std::string_view text, bool& month_only) {
  month_only = false;
  if (text.size() > 10 && (text[10] == 'T' || text[10] == ' ')) text = text.substr(0, 10);
  std::string iso(text);
  std::ranges::replace(iso, '/', '-');
  if (iso.size() == 7 && iso[4] == '-') {
    month_only = true;
    iso += "-01";
  }
  return iso.size() == 8 ? Date::parse_compact(iso) : Date::parse_iso(iso);
}

std::string date_label(std::string_view step, Date date) {
  const int year = date.year(), month = date.month();
  if (step == "month") return fmt::format("{:04}-{:02}", year, month);
  if (step == "quarter") return fmt::format("{:04}-Q{}", year, (month + 2) / 3);
  if (step == "half") return fmt::format("{:04}-H{}", year, (month + 5) / 6);
  if (step == "year") return fmt::format("{:04}", year);
  if (step == "fiscal-year") return fmt::format("FY{:04}", month >= 4 ? year : year - 1);
  if (step == "decade") return fmt::format("{}0s", year / 10);
  // The week by its Monday; 1970-01-01 was a Thursday.
  const Date monday{date.days - ((date.days + 3) % 7 + 7) % 7};
  return "week of " + monday.iso();
}

Result<Rule> dates(const TomlTable& table) {
  SEKISHO_CHECK(table.only({"kind", "steps", "unknown", "missing"}));
  SEKISHO_TRY(std::vector<std::string> steps, table.texts("steps"));
  if (steps.empty()) steps = {"month", "quarter", "year"};
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto found = std::ranges::find(kSteps, std::string_view(steps[i]), &Step::name);
    if (found == std::end(kSteps))
      return table.error("hierarchy.rule", fmt::format("the step '{}' is not known", steps[i]), "steps");
    if (i > 0 && !found->inside.contains(steps[i - 1]))
      return table.error("hierarchy.rule", fmt::format("a {} does not hold whole ones of {}", steps[i], steps[i - 1]),
                         "steps");
  }
  Rule out{.levels = steps.size(), .labels = {}, .domain = {}};
  out.labels = [steps](std::string_view value) -> Labels {
    bool month_only = false;
    const std::optional<Date> date = day_of(value, month_only);
    if (!date || (month_only && steps.front() == "week")) return std::nullopt;
    std::vector<std::string> labels;
    for (const std::string& step : steps)
      labels.push_back(date_label(step, *date));
    return labels;
  };
  return out;
}

// --- codes -----------------------------------------------------------------------------------------------------------

bool matches(std::string_view text, std::string_view form) {  // A: letter, 9: digit, X: either
  if (text.size() > form.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    const bool letter = (text[i] >= 'A' && text[i] <= 'Z') || (text[i] >= 'a' && text[i] <= 'z');
    if (!(form[i] == 'A' ? letter : form[i] == '9' ? digit : digit || letter)) return false;
  }
  return true;
}

Result<Rule> prefixes(const TomlTable& table) {
  SEKISHO_CHECK(table.only({"kind", "lengths", "unknown", "missing"}));
  SEKISHO_TRY(const std::vector<int> lengths, integers(table, "lengths"));
  if (!std::ranges::is_sorted(lengths, std::greater<>()))
    return table.error("hierarchy.rule", "lengths must fall", "lengths");
  Rule out{.levels = lengths.size(), .labels = {}, .domain = {}};
  out.labels = [lengths](std::string_view value) -> Labels {
    std::vector<std::string> labels;
    for (const int length : lengths)
      labels.push_back(first_characters(value, static_cast<std::size_t>(length)));
    return labels;
  };
  return out;
}

// Drug codes: the classes are prefixes. A code may stop early, as classes themselves do.
Result<Rule> drugs(const TomlTable& table, std::string_view form, std::vector<std::size_t> lengths) {
  SEKISHO_CHECK(table.only({"kind", "unknown", "missing"}));
  Rule out{.levels = lengths.size(), .labels = {}, .domain = {}};
  out.labels = [form, lengths](std::string_view value) -> Labels {
    if (value.size() < lengths.back() || !matches(value, form)) return std::nullopt;
    std::vector<std::string> labels;
    for (const std::size_t length : lengths)
      labels.emplace_back(value.substr(0, length));
    return labels;
  };
  return out;
}

// E11.65, E1165 -> E11.6 -> E11 -> E10-E14 -> E00-E90.
Result<Rule> icd10(const TomlTable& table) {
  SEKISHO_CHECK(table.only({"kind", "unknown", "missing"}));
  Rule out{.levels = 4, .labels = {}, .domain = {}};
  out.labels = [](std::string_view value) -> Labels {
    std::string code;
    for (const char c : value)
      if (c != '.') code += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    if (code.size() < 3 || !matches(code, "A99XXXX")) return std::nullopt;
    const std::string category = code.substr(0, 3), chapter = icd10_chapter(category);
    if (chapter.empty()) return std::nullopt;
    const std::string block = icd10_block(category);
    return std::vector<std::string>{code.size() > 3 ? category + "." + code[3] : category, category,
                                    block.empty() ? chapter : block, chapter};
  };
  return out;
}

// --- mappings --------------------------------------------------------------------------------------------------------

std::string digits_of(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c >= '0' && c <= '9') out += c;
  return out;
}

// A file of codes with what holds them: `columns` names those of a header from the value to the widest; without it
// there is no header and all columns count. Postal codes are compared by their digits.
Result<Rule> mapping(const TomlTable& table, const std::vector<std::string>& values, std::string_view text,
                     char delimiter, bool postal) {
  SEKISHO_CHECK(table.only({"kind", "file", "columns", "unknown", "missing"}));
  SEKISHO_TRY(const std::string file, table.text("file"));
  SEKISHO_TRY(const std::vector<std::string> columns, table.texts("columns"));
  CsvReader reader(text, delimiter, file);
  std::vector<std::string_view> fields;
  std::vector<std::size_t> places;
  if (!columns.empty()) {
    SEKISHO_TRY(const bool any, reader.next(fields));
    for (const std::string& column : columns) {
      const auto found = any ? std::ranges::find(fields, column) : fields.end();
      if (!any || found == fields.end())
        return table.error("hierarchy.rule", fmt::format("{} has no column '{}'", file, column), "columns");
      places.push_back(static_cast<std::size_t>(found - fields.begin()));
    }
  }
  const auto known = std::make_shared<std::unordered_map<std::string, std::vector<std::string>>>();
  const auto key_of = [postal](std::string_view value) { return postal ? digits_of(value) : std::string(value); };
  std::set<std::string> seen;
  for (const std::string& value : values)
    seen.insert(key_of(value));
  Rule out;
  std::size_t width = 0;
  while (true) {
    SEKISHO_TRY(const bool more, reader.next(fields));
    if (!more) break;
    if (places.empty())
      for (std::size_t i = 0; i < fields.size(); ++i)
        places.push_back(i);
    if (width == 0) width = fields.size();
    if (fields.size() != width)
      return fail("hierarchy.ragged", fmt::format("{} columns instead of {}", fields.size(), width),
                  {.file = file, .line = reader.line()});
    std::vector<std::string> labels;
    for (std::size_t i = 1; i < places.size(); ++i)
      labels.emplace_back(fields[places[i]]);
    const std::string key = key_of(fields[places[0]]);
    const auto [at, fresh] = known->emplace(key, labels);
    if (!fresh && at->second != labels)
      return fail("hierarchy.duplicate", "a code stands twice with different places",
                  {.file = file, .line = reader.line()});
    if (fresh && !seen.contains(key)) out.domain.emplace_back(fields[places[0]]);
  }
  if (known->empty()) return fail("hierarchy.empty", "the mapping holds no code", {.file = file});
  out.levels = places.size() - 1;
  out.labels = [known, key_of](std::string_view value) -> Labels {
    const auto found = known->find(key_of(value));
    if (found == known->end() || value.empty()) return std::nullopt;
    return found->second;
  };
  return out;
}

Result<Rule> only_top(const TomlTable& table) {
  SEKISHO_CHECK(table.only({"kind", "unknown", "missing"}));
  return Rule{
      .levels = 0, .labels = [](std::string_view) -> Labels { return std::vector<std::string>(); }, .domain = {}};
}

}  // namespace

Result<Rule> read_rule(const TomlTable& table, const std::vector<std::string>& values, std::string_view text,
                       char delimiter) {
  SEKISHO_TRY(const std::string kind, table.text("kind"));
  if (kind == "age" || kind == "bands") return ages(table, kind == "age");
  if (kind == "intervals") return intervals(table);
  if (kind == "order") return order(table, values);
  if (kind == "date") return dates(table);
  if (kind == "prefix") return prefixes(table);
  if (kind == "icd10") return icd10(table);
  if (kind == "yj") return drugs(table, "9999999A9999", {9, 7, 4, 3});
  if (kind == "atc") return drugs(table, "A99AA99", {5, 4, 3, 1});
  if (kind == "mapping" || kind == "postal") return mapping(table, values, text, delimiter, kind == "postal");
  if (kind == "top") return only_top(table);
  return table.error("hierarchy.rule",
                     fmt::format("a rule of kind '{}' is not known; there are age, bands, intervals, order, date, "
                                 "prefix, icd10, yj, atc, mapping, postal and top",
                                 kind),
                     "kind");
}

}  // namespace sekisho::anonymize::detail
