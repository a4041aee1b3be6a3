#include "linkage/suggest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <unordered_map>

#include "core/csv.h"
#include "core/text.h"
#include "linkage/fields.h"
#include "linkage/run.h"

namespace sekisho::linkage {
namespace {

constexpr std::size_t kRows = 200'000;
constexpr std::size_t kKeptValues = 300'000;  // distinct values that are counted

// What values look like, shares of the filled ones.
struct Shape {
  double date = 0, digits = 0, email = 0, kana = 0, kanji = 0, letters = 0, sex = 0;
};

// One row for each role that a column can play. The name decides where it is known, the values where it is not; the
// first row that fits wins.
struct Role {
  std::string_view role, type;
  std::string_view names;                                   // |-separated words of column names
  bool (*fits)(const Shape& shape, double distinct_share);  // nullptr: by name only
};

constexpr Role kRoles[] = {
    {"birth_year", "digits", "birth_year|year_of_birth|yob|by|byear", nullptr},
    {"birth_month", "digits", "birth_month|month_of_birth|mob|bm|bmonth", nullptr},
    {"birth_day", "digits", "birth_day|day_of_birth|bd|bday", nullptr},
    {"birth_date", "date", "birth_date|dob|date_of_birth|birthdate|birthday|生年月日",
     [](const Shape& s, double) { return s.date > 0.8; }},
    {"sex", "sex", "sex|gender|性別", [](const Shape& s, double) { return s.sex > 0.9; }},
    {"email", "email", "email|e_mail|mail", [](const Shape& s, double) { return s.email > 0.8; }},
    {"national_id", "code", "ssn|soc_sec_id|national_id|nhs_number|medicare", nullptr},
    {"phone", "digits", "phone|tel|telephone|mobile|phone_number|電話|電話番号", nullptr},
    {"postcode", "code", "postcode|post_code|zip|zip_code|postal_code|zipcode|postcode_fake|郵便番号", nullptr},
    {"insurer", "insurer", "insurer|insurer_no|保険者番号", nullptr},
    {"symbol", "insurance", "symbol|記号", nullptr},
    {"number", "insurance", "number|番号", nullptr},
    {"branch", "digits", "branch|枝番", nullptr},
    {"family_kanji", "kanji", "family_kanji|sei_kanji|姓|氏", nullptr},
    {"given_kanji", "kanji", "given_kanji|mei_kanji|名", nullptr},
    {"family_kana", "kana", "family_kana|sei_kana|セイ", nullptr},
    {"given_kana", "kana", "given_kana|mei_kana|メイ", nullptr},
    {"kanji_name", "kanji", "kanji_name|氏名|患者氏名", nullptr},
    {"kana_name", "kana", "kana_name|カナ氏名|カナ", [](const Shape& s, double d) { return s.kana > 0.9 && d > 0.01; }},
    {"given_name", "name", "given_name|givenname|first_name|firstname|fname|forename|first", nullptr},
    {"middle_name", "name", "middle_name|mname", nullptr},
    {"surname", "name", "surname|last_name|lastname|lname|family_name|familyname|last|sname", nullptr},
    {"full_name", "text", "full_name|name|fullname", nullptr},
    {"street_number", "text", "street_number|house_number", nullptr},
    {"street", "text", "street|address|addr|addr1|address_1|address1|street_address|住所", nullptr},
    {"address_2", "text", "address_2|address2", nullptr},
    {"suburb", "text", "suburb|city|town", nullptr},
    {"state", "text", "state|province|county", nullptr},
    {"birth_place", "text", "birth_place|birthplace", nullptr},
    {"occupation", "text", "occupation|job|profession", nullptr},
};

struct ComparisonRow {
  std::string_view name, type;
  std::array<std::string_view, 4> roles;
  bool household;
};
constexpr ComparisonRow kComparisons[] = {
    {"family_name", "jp_family", {"family_kanji", "family_kana", "given_kanji", "given_kana"}, true},
    {"given_name", "jp_given", {"given_kanji", "given_kana", "family_kanji", "family_kana"}, false},
    {"given_name", "given_name", {"given_name", "surname"}, false},
    {"surname", "surname", {"surname", "given_name"}, true},
    {"middle_name", "given_name", {"middle_name"}, false},
    {"name", "whole_name", {"full_name"}, false},
    {"kanji_name", "text", {"kanji_name"}, false},
    {"kana_name", "text", {"kana_name"}, false},
    {"birth_date", "date", {"birth_date"}, false},
    {"sex", "category", {"sex"}, false},
    {"address", "address", {"street", "street_number", "address_2"}, true},
    {"suburb", "text", {"suburb"}, true},
    {"postcode", "code", {"postcode"}, true},
    {"state", "text", {"state"}, true},
    {"phone", "code", {"phone"}, true},
    {"email", "email", {"email"}, false},
    {"national_id", "code", {"national_id"}, false},
    {"insurance", "jp_insurance", {"insurer", "symbol", "number", "branch"}, true},
    {"birth_place", "text", {"birth_place"}, false},
    {"occupation", "text", {"occupation"}, false},
};
constexpr std::array<std::string_view, 3> kBlocks[] = {
    {"national_id"},
    {"email"},
    {"phone"},
    {"family_kana", "given_kana", "birth_date"},
    {"family_kanji", "given_kanji", "birth_date"},
    {"given_kana", "birth_date"},
    {"given_kanji", "birth_date"},
    {"symbol", "number"},
    {"phone", "given_kana"},
    {"family_kana", "given_kana", "postcode"},
    {"kanji_name", "birth_date:year"},
    {"kana_name", "birth_date:year"},
    {"given_name", "surname"},
    {"surname", "birth_date"},
    {"given_name", "birth_date"},
    {"surname:soundex", "given_name:soundex"},
    {"surname:soundex", "birth_date:year_month"},
    {"surname:soundex", "birth_date:month_day"},
    {"given_name:soundex", "birth_date:month_day"},
    {"full_name:words", "birth_date"},
    {"full_name:words", "postcode"},
    {"full_name"},
    {"birth_date", "postcode"},
    {"birth_date", "suburb"},
    {"birth_date"},
    {"surname", "postcode"},
    {"given_name", "postcode"},
    {"street", "street_number"},
    {"street", "given_name"},
};

std::string plain_name(std::string_view column) {
  std::string out;
  for (const char c : column) {
    if (static_cast<unsigned char>(c) > ' ')
      out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c == '-' ? '_' : c);
    else if (c == ' ' && !out.empty())
      out.push_back('_');
  }
  return out;
}

bool among(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const std::size_t bar = list.find('|');
    if (list.substr(0, bar) == word) return true;
    list = bar == std::string_view::npos ? std::string_view() : list.substr(bar + 1);
  }
  return false;
}

void look_at(std::string_view value, Shape& shape) {
  bool digits = true, kana = true, kanji = false, letters = true;
  for (std::size_t at = 0; at < value.size();) {
    const char32_t c = next_code_point(value, at);
    const bool digit = c >= '0' && c <= '9',
               mark = c == '-' || c == ' ' || c == '(' || c == ')' || c == '+' || c == 0x3000;
    digits &= digit || mark;
    kana &= (c >= 0x3041 && c <= 0x30FF) || (c >= 0xFF66 && c <= 0xFF9F) || mark;
    kanji |= c >= 0x4E00 && c <= 0x9FFF;
    letters &= (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '\'' || mark;
  }
  shape.digits += digits, shape.kana += kana, shape.kanji += kanji, shape.letters += letters;
  shape.email += value.find('@') != std::string_view::npos;
  shape.date += value.size() >= 6 && !normalise(FieldType::kDate, value).empty();
  const std::string sex = normalise(FieldType::kSex, value);
  shape.sex += sex == "M" || sex == "F";
}

struct Profiler {
  ColumnProfile profile;
  std::unordered_map<std::string, std::size_t> counts;
  std::size_t filled = 0;
  void add(std::string_view value) {
    while (!value.empty() && value.front() == ' ')
      value.remove_prefix(1);
    if (value.empty()) return;
    ++filled;
    if (counts.size() < kKeptValues || counts.contains(std::string(value))) ++counts[std::string(value)];
  }
  Shape finish(std::size_t rows) {
    profile.filled = rows == 0 ? 0 : static_cast<double>(filled) / static_cast<double>(rows);
    profile.distinct = counts.size();
    Shape shape;
    std::size_t largest = 0, looked = 0;
    double pairs = 0;
    for (const auto& [value, count] : counts) {
      largest = std::max(largest, count);
      pairs += static_cast<double>(count) * static_cast<double>(count - 1);
      if (looked < 2000) look_at(value, shape), ++looked;
    }
    const auto n = static_cast<double>(filled);
    profile.largest = filled == 0 ? 0 : static_cast<double>(largest) / n;
    profile.pair_share = filled < 2 ? 0 : pairs / (n * (n - 1));
    for (double* share :
         {&shape.date, &shape.digits, &shape.email, &shape.kana, &shape.kanji, &shape.letters, &shape.sex})
      *share = looked == 0 ? 0 : *share / static_cast<double>(looked);
    return shape;
  }
};

std::string toml_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    if (static_cast<unsigned char>(c) >= 0x20) out.push_back(c);
  }
  return out + "\"";
}

// The spec, from the roles that were found. An empty text: nothing to compare.
std::string write_spec(const std::map<std::string, std::string, std::less<>>& column_of, bool japanese) {
  const auto has = [&](std::string_view role) {
    return column_of.contains(role.substr(0, role.find(':'))) ||
           (role.starts_with("birth_date") && column_of.contains("birth_year") && column_of.contains("birth_month") &&
            column_of.contains("birth_day"));
  };
  std::string out =
      "# A first spec, from the names and values of the columns. Check the roles before use.\nkind = "
      "\"probabilistic\"\n";
  out += fmt::format("\n[[field]]\nname = \"record_id\"\ntype = \"code\"\ncolumns = [{}]\n",
                     toml_text(column_of.contains("record_id") ? column_of.find("record_id")->second : "record_id"));
  for (const Role& role : kRoles) {
    const bool parts = role.role == "birth_date" && has("birth_date") && !column_of.contains("birth_date");
    if (!column_of.contains(role.role) && !parts) continue;
    const std::string_view type = role.role == "street" && japanese ? "jp_address" : role.type;
    out += fmt::format("\n[[field]]\nname = {}\ntype = {}\n", toml_text(role.role), toml_text(type));
    if (parts)
      out += "columns = []\nparts = [\"birth_year\", \"birth_month\", \"birth_day\"]\n";
    else
      out += fmt::format("columns = [{}]\n", toml_text(column_of.find(role.role)->second));
  }
  std::size_t comparisons = 0;
  for (const ComparisonRow& row : kComparisons) {
    std::string fields;
    const bool jp_name = row.type == "jp_family" || row.type == "jp_given";
    bool all = true;
    for (const std::string_view role : row.roles) {
      if (role.empty()) continue;
      all &= has(role);
      if (has(role)) fields += (fields.empty() ? "" : ", ") + toml_text(role);
    }
    if (fields.empty() || ((jp_name || row.type == "jp_insurance") && !all)) continue;
    if (!has(row.roles[0]) || comparisons == 15) continue;
    if (row.name == "name" && has("surname")) continue;  // the same fact twice
    ++comparisons;
    out += fmt::format("\n[[comparison]]\nname = {}\ntype = {}\nfields = [{}]\n{}", toml_text(row.name),
                       toml_text(row.type), fields, row.household ? "household = true\n" : "");
  }
  std::size_t blocks = 0;
  for (const auto& block : kBlocks) {
    std::string key;
    bool all = true;
    for (const std::string_view part : block) {
      if (part.empty()) continue;
      all &= has(part);
      key += (key.empty() ? "" : ", ") + toml_text(part);
    }
    if (!all) continue;
    ++blocks;
    out += fmt::format("\n[[block]]\nkey = [{}]\n", key);
  }
  return comparisons == 0 || blocks == 0 ? std::string() : out;
}

}  // namespace

Result<Suggestion> suggest(const std::filesystem::path& file) {
  SEKISHO_TRY(const std::string text, read_input(file));
  CsvReader reader(text, separator_of(text), file.string());
  std::vector<std::string_view> fields;
  SEKISHO_TRY(const bool has_header, reader.next(fields));
  if (!has_header) return fail("csv.empty", "the file holds no header", {.file = file.string()});
  std::vector<Profiler> profilers(fields.size());
  for (std::size_t i = 0; i < fields.size(); ++i) {
    std::string_view name = fields[i];
    while (!name.empty() && name.front() == ' ')
      name.remove_prefix(1);
    profilers[i].profile.column = std::string(name);
  }
  Suggestion out;
  while (out.rows < kRows) {
    SEKISHO_TRY(const bool more, reader.next(fields));
    if (!more) break;
    if (fields.size() != profilers.size())
      return fail("csv.ragged", fmt::format("{} fields instead of {}", fields.size(), profilers.size()),
                  {.file = file.string(), .line = reader.line()});
    for (std::size_t i = 0; i < fields.size(); ++i)
      profilers[i].add(fields[i]);
    ++out.rows;
  }
  std::map<std::string, std::string, std::less<>> column_of;
  bool japanese = false;
  std::vector<Shape> shapes;
  for (Profiler& profiler : profilers) {
    shapes.push_back(profiler.finish(out.rows));
    japanese |= shapes.back().kana > 0.5 || shapes.back().kanji > 0.5;
  }
  for (const bool by_name : {true, false})
    for (std::size_t i = 0; i < profilers.size(); ++i) {
      ColumnProfile& profile = profilers[i].profile;
      if (!profile.role.empty()) continue;
      const double distinct_share =
          out.rows == 0 ? 0 : static_cast<double>(profile.distinct) / static_cast<double>(out.rows);
      const std::string name = plain_name(profile.column);
      // Some records may lack their id, or share one.
      if (by_name && out.rows > 0 && distinct_share > (name.ends_with("id") ? 0.8 : 0.999) &&
          static_cast<double>(profile.distinct) >= 0.98 * profile.filled * static_cast<double>(out.rows) &&
          !column_of.contains("record_id") && (name.ends_with("id") || i == 0)) {
        profile.role = "record_id";
        column_of.emplace(profile.role, profile.column);
        continue;
      }
      for (const Role& role : kRoles) {
        const bool fits =
            by_name ? among(role.names, name) : role.fits != nullptr && role.fits(shapes[i], distinct_share);
        if (!fits || column_of.contains(role.role) || profile.distinct < 2) continue;
        profile.role = role.role;
        column_of.emplace(profile.role, profile.column);
        break;
      }
    }
  for (Profiler& profiler : profilers)
    out.columns.push_back(std::move(profiler.profile));
  out.spec = write_spec(column_of, japanese);
  if (out.spec.empty())
    return fail("linkage.suggest", "no column seems to hold data of persons that can be compared",
                {.file = file.string()},
                "Write a spec by hand, beginning with specs/linkage/western.toml or japanese.toml");
  return out;
}

Json Suggestion::to_json() const {
  Json out{{"rows", rows}, {"columns", Json::array()}, {"spec", spec}};
  for (const ColumnProfile& profile : columns)
    out["columns"].push_back({{"column", profile.column},
                              {"role", profile.role},
                              {"filled", profile.filled},
                              {"distinct", profile.distinct},
                              {"largest", profile.largest},
                              {"pair_share", profile.pair_share}});
  return out;
}

}  // namespace sekisho::linkage
