#include "anonymize/suggest.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "anonymize/rules.h"
#include "core/date.h"
#include "core/json.h"

namespace sekisho::anonymize {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

struct Named {
  std::string_view part;  // of a column's name, in small letters; whole: the name is nothing else
  bool whole;
  std::string_view kind, reason;
};
// The first that fits decides. Names of the record model, of claims and of common exports.
constexpr Named kNames[] = {
    {"person", false, "person", "tells persons apart: counted by k"},
    {"patient_id", true, "person", "tells persons apart: counted by k"},
    {"patient", true, "person", "tells persons apart: counted by k"},
    {"pid", true, "person", "tells persons apart: counted by k"},
    {"患者id", false, "person", "tells persons apart: counted by k"},
    {"患者番号", false, "person", "tells persons apart: counted by k"},
    {"household", false, "household", "tells households apart: a class needs k of them"},
    {"世帯", false, "household", "tells households apart: a class needs k of them"},
    {"hospital_name", false, "identifying", "a name"},
    {"hospital", false, "quasi", "where somebody was treated is known to many"},
    {"facility", false, "quasi", "where somebody was treated is known to many"},
    {"施設", false, "quasi", "where somebody was treated is known to many"},
    {"医療機関", false, "quasi", "where somebody was treated is known to many"},
    {"name", true, "identifying", "a name"},
    {"_name", false, "identifying", "a name"},
    {"kana", false, "identifying", "a name"},
    {"氏名", false, "identifying", "a name"},
    {"カナ", false, "identifying", "a name"},
    {"address", false, "identifying", "an address"},
    {"住所", false, "identifying", "an address"},
    {"phone", false, "identifying", "a telephone number"},
    {"tel", true, "identifying", "a telephone number"},
    {"電話", false, "identifying", "a telephone number"},
    {"mail", false, "identifying", "an address of mail"},
    {"insured", false, "identifying", "a number of the insurance"},
    {"保険者番号", false, "identifying", "a number of the insurance"},
    {"被保険者", false, "identifying", "a number of the insurance"},
    {"memo", false, "identifying", "free text"},
    {"comment", false, "identifying", "free text"},
    {"note", true, "identifying", "free text"},
    {"備考", false, "identifying", "free text"},
    {"outcome", false, "sensitive", "a result that others must not learn"},
    {"転帰", false, "sensitive", "a result that others must not learn"},
    {"result", false, "sensitive", "a result that others must not learn"},
    {"結果", false, "sensitive", "a result that others must not learn"},
    {"income", false, "sensitive", "money"},
    {"salary", false, "sensitive", "money"},
};

const Named* named(std::string_view column) {
  const std::string name = lower(column);
  for (const Named& one : kNames)
    if (one.whole ? name == one.part : name.find(one.part) != std::string::npos) return &one;
  return nullptr;
}

bool has_part(std::string_view column, std::initializer_list<std::string_view> parts) {
  const std::string name = lower(column);
  return std::ranges::any_of(parts, [&](std::string_view part) { return name.find(part) != std::string::npos; });
}

// Shares of the different values that look like something.
struct Looks {
  std::size_t values = 0;
  double numbers = 0, whole = 0, dates = 0, icd10 = 0, yj = 0, atc = 0, postal = 0, length = 0;
  double least = HUGE_VAL, most = -HUGE_VAL;
};

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}
bool letter(char c) {
  return c >= 'A' && c <= 'Z';
}

void look(std::string_view v, Looks& out) {
  double number = 0;
  const auto [end, error] = std::from_chars(v.data(), v.data() + v.size(), number);
  if (error == std::errc() && end == v.data() + v.size() && std::isfinite(number)) {
    ++out.numbers;
    out.whole += number == std::floor(number);
    out.least = std::min(out.least, number);
    out.most = std::max(out.most, number);
  }
  const bool compact = v.size() == 8 && (v.starts_with("19") || v.starts_with("20")) && Date::parse_compact(v);
  std::string iso(v.substr(0, 10));
  std::ranges::replace(iso, '/', '-');
  out.dates += compact || (v.size() >= 10 && Date::parse_iso(iso));
  out.icd10 += v.size() >= 3 && v.size() <= 7 && letter(v[0]) && all_digits(v.substr(1, 2)) &&
               (v.size() == 3 || v[3] == '.' || all_digits(v.substr(3))) &&
               !detail::icd10_chapter(v.substr(0, 3)).empty();
  out.yj += v.size() == 12 && all_digits(v.substr(0, 7)) && letter(v[7]) && all_digits(v.substr(8));
  out.atc += v.size() == 7 && letter(v[0]) && all_digits(v.substr(1, 2)) && letter(v[3]) && letter(v[4]) &&
             all_digits(v.substr(5));
  out.postal += v.size() == 8 && v[3] == '-' && all_digits(v.substr(0, 3)) && all_digits(v.substr(4));
  out.length += static_cast<double>(v.size());
}

Looks looks_of(const Column& column) {
  Looks out;
  for (const std::string& value : column.values()) {
    if (value.empty()) continue;
    ++out.values;
    look(value, out);
  }
  for (double* share : {&out.numbers, &out.whole, &out.dates, &out.icd10, &out.yj, &out.atc, &out.postal, &out.length})
    *share /= std::max<double>(1, static_cast<double>(out.values));
  return out;
}

// A width of 1, 2 or 5 times a power of ten that cuts the range into about twenty.
double fine_width(const Looks& looks) {
  const double range = std::max(looks.most - looks.least, 1e-6), raw = range / 20;
  const double power = std::pow(10, std::floor(std::log10(raw)));
  for (const double step : {1.0, 2.0, 5.0})
    if (step * power >= raw) return step * power;
  return 10 * power;
}

constexpr double kMostly = 0.95;

// Rule of a quasi-identifier by what its values look like.
void add_rule(const Column& column, const Looks& looks, Suggestion& out) {
  const auto rule = [&](std::string reason, std::vector<std::string> lines) {
    out.reason += (out.reason.empty() ? "" : "; ") + std::move(reason);
    out.rule = std::move(lines);
  };
  const bool zip = has_part(column.name(), {"postal", "zip", "郵便"});
  if (looks.dates >= kMostly)
    rule("dates", {"kind = \"date\"", "steps = [\"month\", \"quarter\", \"year\"]"});
  else if (has_part(column.name(), {"age", "年齢"}) && !has_part(column.name(), {"stage", "usage", "dosage"}) &&
           looks.whole >= kMostly && looks.least >= 0 && looks.most < 130)
    rule("ages in years", {"kind = \"age\"", "bands = [5, 10, 20]", "top = 85"});
  else if (looks.yj >= kMostly)
    rule("drug codes (YJ)", {"kind = \"yj\""});
  else if (looks.atc >= kMostly)
    rule("drug codes (ATC)", {"kind = \"atc\""});
  else if (looks.icd10 >= kMostly)
    rule("diagnoses (ICD-10)", {"kind = \"icd10\""});
  else if (zip || looks.postal >= kMostly)
    rule("postal codes; better: kind = \"postal\" with a file of municipalities, areas and prefectures",
         {"kind = \"prefix\"", "lengths = [5, 3, 2]"});
  else if (looks.values > 12 && looks.numbers >= kMostly)
    rule("numbers", {"kind = \"intervals\"", fmt::format("widths = [{0:.12g}, {1:.12g}, {2:.12g}]", fine_width(looks),
                                                         2 * fine_width(looks), 4 * fine_width(looks))});
  else
    rule(fmt::format("{} different values", looks.values), {"kind = \"top\""});
}

Suggestion suggest_column(const Table& table, const Column& column, const Scanner& identifies) {
  const Looks looks = looks_of(column);
  const Named* by_name = named(column.name());
  Suggestion out{.column = column.name(), .kind = "quasi", .reason = "", .rule = {}};
  if (by_name != nullptr) {
    out.kind = by_name->kind;
    out.reason = by_name->reason;
  } else if (identifies && identifies(column)) {
    out.kind = "identifying";
    out.reason = "values look like names, numbers or addresses of persons";
  } else if (looks.values > 20 && static_cast<double>(looks.values) > 0.9 * static_cast<double>(table.rows) &&
             looks.dates < kMostly && (looks.numbers < kMostly || looks.whole >= kMostly)) {
    out.kind = "identifying";
    out.reason = "nearly every row has a value of its own";
  } else if (looks.numbers < kMostly && looks.length > 40) {
    out.kind = "identifying";
    out.reason = "free text";
  }
  if (out.kind == "quasi") add_rule(column, looks, out);
  return out;
}

std::string toml_text(std::string_view text) {
  return Json(std::string(text)).dump();
}

}  // namespace

std::vector<Suggestion> suggest(const Table& table, const Scanner& identifies) {
  std::vector<Suggestion> out;
  for (const Column& column : table.columns) {
    Suggestion one = suggest_column(table, column, identifies);
    const bool unit = one.kind == "person" || one.kind == "household";
    if (unit && std::ranges::find(out, one.kind, &Suggestion::kind) != out.end()) {
      one.kind = "identifying";
      one.reason = "another column tells them apart already";
    }
    out.push_back(std::move(one));
  }
  return out;
}

std::string suggested_policy(const Table& table, char delimiter, const Scanner& identifies) {
  const std::vector<Suggestion> columns = suggest(table, identifies);
  std::string out = fmt::format(
      "# A draft from the names and values of {} columns over {} rows. Read each line before it is used: what a\n"
      "# column is decides what leaves.\n"
      "delimiter = {}\nsuppression_limit = 0.05\nmetric = \"loss\"\n",
      columns.size(), table.rows, toml_text(std::string(1, delimiter)));
  bool person = false;
  for (const Suggestion& one : columns)
    if (one.kind == "person" || one.kind == "household") {
      out += fmt::format("{} = {}  # {}\n", one.kind, toml_text(one.column), one.reason);
      person = person || one.kind == "person";
    }
  if (!person) out += "# person = \"...\"  # no column tells persons apart: each row counts as one\n";
  std::string sensitive;
  for (const Suggestion& one : columns) {
    if (one.kind == "person" || one.kind == "household") continue;
    out +=
        fmt::format("\n# {}\n[[attribute]]\nname = {}\nkind = \"{}\"\n", one.reason, toml_text(one.column), one.kind);
    if (!one.rule.empty()) out += fmt::format("[attribute.rule]\n{}\n", fmt::join(one.rule, "\n"));
    if (one.kind == "sensitive" && table.find(one.column)->values().size() >= 2)
      sensitive += fmt::format("\n[[model]]\nkind = \"l-diversity\"\nvariant = \"distinct\"\nl = 2\nattribute = {}\n",
                               toml_text(one.column));
  }
  return out + "\n[[model]]\nkind = \"k-anonymity\"\nk = 5\n" + sensitive;
}

}  // namespace sekisho::anonymize
