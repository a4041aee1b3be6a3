#include "linkage/suggest.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <unordered_map>

#include "core/csv.h"
#include "core/text.h"
#include "identity/named_columns.h"
#include "linkage/fields.h"
#include "linkage/input.h"
#include "linkage/model_spec.h"

namespace sekisho::linkage {
namespace {

constexpr std::size_t kRows = 200'000;
constexpr std::size_t kKeptValues = 300'000;  // distinct values that are counted

// What values look like, shares of the filled ones.
struct Shape {
  double date = 0, digits = 0, email = 0, kana = 0, kanji = 0, letters = 0, sex = 0, year = 0, month = 0, day = 0,
         blank = 0, digit = 0;
  double years = 0;  // between the 5th and the 95th part of the dates: visits lie close together, births do not
  std::size_t distinct = 0;
};

constexpr std::size_t kMostSources = 16;  // years of more kinds are no years of a few counts

// Roles that values alone tell, where the column's name says nothing.
struct Telltale {
  std::string_view role;
  bool (*fits)(const Shape& shape, double distinct_share);
};
constexpr Telltale kTelltales[] = {
    {"birth_date", [](const Shape& s, double) { return s.date > 0.8 && s.years > 15; }},
    {"birth_date", [](const Shape& s, double) { return s.date > 0.8; }},
    {"birth_year", [](const Shape& s, double) { return s.year > 0.95 && s.distinct > kMostSources; }},
    {"birth_month", [](const Shape& s, double) { return s.month > 0.99; }},
    {"birth_day", [](const Shape& s, double) { return s.day > 0.99; }},
    {"sex", [](const Shape& s, double) { return s.sex > 0.9; }},
    {"email", [](const Shape& s, double) { return s.email > 0.8; }},
    {"kana_name", [](const Shape& s, double d) { return s.kana > 0.9 && s.blank > 0.5 && d > 0.01; }},
    {"family_kana", [](const Shape& s, double d) { return s.kana > 0.9 && s.blank < 0.1 && d > 0.01; }},
    {"given_kana", [](const Shape& s, double d) { return s.kana > 0.9 && s.blank < 0.1 && d > 0.01; }},
    {"address", [](const Shape& s, double d) { return s.kanji > 0.8 && s.digit > 0.5 && d > 0.01; }},
    {"kanji_name",
     [](const Shape& s, double d) { return s.kanji > 0.8 && s.blank > 0.5 && s.digit < 0.1 && d > 0.01; }},
    {"family_kanji",
     [](const Shape& s, double d) { return s.kanji > 0.8 && s.blank < 0.1 && s.digit < 0.1 && d > 0.01; }},
    {"given_kanji",
     [](const Shape& s, double d) { return s.kanji > 0.8 && s.blank < 0.1 && s.digit < 0.1 && d > 0.01; }},
};

// Words of headings that tell a role, where the heading as a whole is no known name. A heading in letters is cut into
// words (full_phone_num, HomePhone); Japanese is looked through. The first that fits counts.
struct Keyword {
  std::string_view word, role;
  bool (*fits)(const Shape& shape);
};
constexpr bool any_shape(const Shape&) {
  return true;
}
constexpr bool with_digits(const Shape& s) {
  return s.digit > 0.5;
}
constexpr bool of_dates(const Shape& s) {
  return s.date > 0.8;
}
constexpr bool of_years(const Shape& s) {
  return s.year > 0.8;
}
constexpr bool in_letters(const Shape& s) {
  return s.letters > 0.5 && s.digit < 0.2;
}
constexpr bool no_digits(const Shape& s) {
  return s.digit < 0.5 && s.kana < 0.5;
}
constexpr bool of_kana(const Shape& s) {
  return s.kana > 0.5;
}
constexpr Keyword kKeywords[] = {
    {"生年月日", "birth_date", of_dates},
    {"誕生", "birth_date", of_dates},
    {"電話", "phone", with_digits},
    {"携帯", "phone", with_digits},
    {"連絡先", "phone", with_digits},
    {"郵便", "postcode", with_digits},
    {"〒", "postcode", with_digits},
    {"住所", "address", any_shape},
    {"被保険者番号", "number", with_digits},
    {"証番号", "number", with_digits},
    {"保険者番号", "insurer", with_digits},
    {"記号", "symbol", any_shape},
    {"枝番", "branch", with_digits},
    {"性別", "sex", any_shape},
    {"氏名", "kanji_name", no_digits},
    {"氏名", "kana_name", of_kana},
    {"phone", "phone", with_digits},
    {"telephone", "phone", with_digits},
    {"tel", "phone", with_digits},
    {"telno", "phone", with_digits},
    {"mobile", "phone", with_digits},
    {"cell", "phone", with_digits},
    {"homephone", "phone", with_digits},
    {"denwa", "phone", with_digits},
    {"zip", "postcode", with_digits},
    {"zipcode", "postcode", with_digits},
    {"postcode", "postcode", with_digits},
    {"pcode", "postcode", with_digits},
    {"postal", "postcode", with_digits},
    {"plz", "postcode", with_digits},
    {"yubin", "postcode", with_digits},
    {"email", "email", any_shape},
    {"mail", "email", any_shape},
    {"birth", "birth_date", of_dates},
    {"dob", "birth_date", of_dates},
    {"born", "birth_date", of_dates},
    {"jusho", "address", any_shape},
    {"jyusyo", "address", any_shape},
    {"jyuusyo", "address", any_shape},
    {"street", "street", any_shape},
    {"address", "street", any_shape},
    {"addr", "street", any_shape},
    {"strasse", "street", any_shape},
    {"city", "suburb", in_letters},
    {"town", "suburb", in_letters},
    {"ort", "suburb", in_letters},
    {"wohnort", "suburb", in_letters},
    {"ville", "suburb", in_letters},
    {"first", "given_name", in_letters},
    {"given", "given_name", in_letters},
    {"forename", "given_name", in_letters},
    {"last", "surname", in_letters},
    {"surname", "surname", in_letters},
    {"family", "surname", in_letters},
    {"middle", "middle_name", in_letters},
    {"birth", "birth_year", of_years},
    {"born", "birth_year", of_years},
    {"age", "age", with_digits},
    {"parish", "suburb", in_letters},
    {"parish", "residence", in_letters},
    {"village", "suburb", in_letters},
    {"village", "residence", in_letters},
    {"birthplace", "birth_place", in_letters},
    {"occupation", "occupation", in_letters},
    {"profession", "occupation", in_letters},
    {"household", "household", any_shape},
    {"schedule", "household", any_shape},
    {"ssn", "national_id", with_digits},
};

// The specs that suggestions are taken from; they are part of the program.
constexpr std::string_view kJapanese =
#include "japanese_toml.inc"
    ;
constexpr std::string_view kWestern =
#include "western_toml.inc"
    ;
constexpr std::string_view kHistorical =
#include "historical_toml.inc"
    ;

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

// Words of a heading: "HomePhone", "full_phone_num", "電話１" (電話).
std::vector<std::string> words_of_heading(std::string_view heading) {
  std::vector<std::string> words(1);
  bool lower = false;
  for (std::size_t at = 0; at < heading.size();) {
    const std::size_t begin = at;
    const char32_t c = next_code_point(heading, at);
    const bool small = c >= 'a' && c <= 'z', large = c >= 'A' && c <= 'Z';
    const bool breaks = (c < 0x80 && !small && !large) || (c >= 0xFF10 && c <= 0xFF19) || (large && lower);
    if (breaks && !words.back().empty()) words.emplace_back();
    if (large) words.back().push_back(static_cast<char>(c + 32));
    if (small || c >= 0x80) words.back() += heading.substr(begin, at - begin);
    lower = small;
  }
  return words;
}

bool says(const std::vector<std::string>& words, std::string_view keyword) {
  const bool letters = static_cast<unsigned char>(keyword[0]) < 0x80;
  return std::ranges::any_of(words, [&](const std::string& word) {
    if (letters) return word == keyword;
    const std::size_t at = word.find(keyword);
    return at != std::string::npos && !(keyword == "保険者番号" && word.find("被保険者番号") != std::string::npos);
  });
}

void look_at(std::string_view value, Shape& shape, std::vector<int>& years) {
  bool digits = true, kana = true, kanji = false, letters = true, blank = false, some_digit = false;
  for (std::size_t at = 0; at < value.size();) {
    const char32_t c = next_code_point(value, at);
    const bool digit = c >= '0' && c <= '9',
               mark = c == '-' || c == ' ' || c == '(' || c == ')' || c == '+' || c == 0x3000;
    digits &= digit || mark;
    blank |= c == ' ' || c == 0x3000;
    some_digit |= digit || (c >= 0xFF10 && c <= 0xFF19);
    kana &= (c >= 0x3041 && c <= 0x30FF) || (c >= 0xFF66 && c <= 0xFF9F) || mark;
    kanji |= c >= 0x4E00 && c <= 0x9FFF;
    letters &= (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= 0xC0 && c < 0x250) || c == '\'' || mark;
  }
  shape.digits += digits, shape.kana += kana, shape.kanji += kanji, shape.letters += letters;
  shape.email += value.find('@') != std::string_view::npos;
  const int number = value.size() == 4 && digits ? std::atoi(std::string(value).c_str()) : 0;
  shape.year += number > 1500 && number < 2100;
  const int part = value.size() <= 2 && digits ? std::atoi(std::string(value).c_str()) : 0;
  shape.month += part >= 1 && part <= 12, shape.day += part >= 1 && part <= 31;
  shape.blank += blank, shape.digit += some_digit;
  if (const std::string date = value.size() >= 6 ? normalise(FieldType::kDate, value) : std::string(); !date.empty()) {
    ++shape.date;
    years.push_back(std::atoi(date.substr(0, 4).c_str()));
  }
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
    shape.distinct = counts.size();
    std::size_t largest = 0, looked = 0;
    double pairs = 0;
    std::vector<int> years;
    for (const auto& [value, count] : counts) {
      largest = std::max(largest, count);
      pairs += static_cast<double>(count) * static_cast<double>(count - 1);
      if (looked < 2000) look_at(value, shape, years), ++looked;
    }
    const auto n = static_cast<double>(filled);
    profile.largest = filled == 0 ? 0 : static_cast<double>(largest) / n;
    profile.pair_share = filled < 2 ? 0 : pairs / (n * (n - 1));
    for (double* share : {&shape.date, &shape.digits, &shape.email, &shape.kana, &shape.kanji, &shape.letters,
                          &shape.sex, &shape.year, &shape.month, &shape.day, &shape.blank, &shape.digit})
      *share = looked == 0 ? 0 : *share / static_cast<double>(looked);
    std::ranges::sort(years);
    if (!years.empty()) shape.years = years[years.size() * 95 / 100] - years[years.size() * 5 / 100];
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

using Columns = std::map<std::string, std::string, std::less<>>;  // role -> column

// The sections of a spec text: what stands before the first, then each [[...]] with the comments before it.
std::vector<std::string_view> sections_of(std::string_view text) {
  std::vector<std::string_view> out;
  std::size_t begin = 0;
  for (std::size_t at = text.find("\n[["); at != std::string_view::npos; at = text.find("\n[[", at + 1)) {
    std::size_t start = at + 1;  // comments right before it belong to it
    while (start > begin + 1) {
      const std::size_t line = text.rfind('\n', start - 2) + 1;
      if (line <= begin || text[line] != '#') break;
      start = line;
    }
    out.push_back(text.substr(begin, start - begin));
    begin = start;
  }
  out.push_back(text.substr(begin));
  return out;
}

// A shipped spec with the columns that were found; what needs others is left out. "": nothing to compare.
std::string fill_in(std::string_view shipped, const ModelSpec& spec, const Columns& column_of) {
  std::vector<bool> present(spec.fields.size()), needed(spec.fields.size());
  const auto has = [&](const std::string& name) { return column_of.contains(name); };
  for (std::size_t f = 0; f < spec.fields.size(); ++f) {
    const FieldSpec& field = spec.fields[f];
    present[f] =
        has(field.name) || (!field.parts.empty() && has(field.parts[0])) || (!field.from.empty() && has(field.from));
    needed[f] = has(field.name) || field.name == "record_id";
  }
  std::vector<bool> compared, blocked;
  for (const ComparisonSpec& comparison : spec.comparisons) {
    const bool told = comparison.unless && present[*comparison.unless];
    const bool source = comparison.type == ComparisonType::kSource;  // several files are sources without a column
    compared.push_back(source ||
                       (!told && std::ranges::any_of(comparison.fields, [&](std::size_t f) { return present[f]; })));
    if (!compared.back()) continue;
    for (const std::size_t field : comparison.fields)
      needed[field] = true;
    if (comparison.unless) needed[*comparison.unless] = true;
  }
  for (const BlockSpec& block : spec.blocks) {
    blocked.push_back(std::ranges::all_of(block.parts, [&](const BlockPart& part) { return present[part.field]; }));
    if (blocked.back())
      for (const BlockPart& part : block.parts)
        needed[part.field] = true;
  }
  for (std::size_t f = 0; f < spec.fields.size(); ++f)
    if (needed[f] && !spec.fields[f].from.empty()) needed[*spec.field(spec.fields[f].from)] = true;
  for (std::size_t f = 0; f < spec.fields.size(); ++f)
    if (needed[f])
      for (const std::string& part : spec.fields[f].parts)
        needed[*spec.field(part)] = true;
  std::string out;
  std::size_t field = 0, comparison = 0, block = 0, compares = 0, blocks = 0;
  for (const std::string_view section : sections_of(shipped)) {
    if (section.find("[[comparison]]") != std::string_view::npos) {
      if (compared[comparison++]) out += section, ++compares;
    } else if (section.find("[[block]]") != std::string_view::npos) {
      if (blocked[block++]) out += section, ++blocks;
    } else if (section.find("[[field]]") != std::string_view::npos) {
      const std::size_t f = field++;
      if (!needed[f]) continue;
      const std::size_t begin = section.find("columns = ");
      if (begin == std::string_view::npos) {
        out += section;
        continue;
      }
      const auto found = column_of.find(spec.fields[f].name);
      out += section.substr(0, begin);
      out += fmt::format("columns = [{}]", found == column_of.end() ? std::string() : toml_text(found->second));
      out += section.substr(section.find('\n', begin));
    } else {
      out += "# A first spec, from the names and values of the columns. Check the roles before use.\n";
      out += section.substr(section.find("kind = "));
    }
  }
  return compares == 0 || blocks == 0 ? std::string() : out;
}

// Which column holds the record id: ids differ, but some records may lack theirs, or share one. The name tells it in
// round 0 and, less surely, in round 1; then comes the first column, then any that is neither date nor address.
constexpr int kIdRounds = 4;
bool is_record_id(const ColumnProfile& profile, const Shape& shape, std::size_t place, std::size_t rows, int round) {
  static constexpr std::string_view kEnds[] = {"no", "no.", "nr", "number", "key", "番号"};
  const std::string name = plain_name(profile.column);
  const double distinct = static_cast<double>(profile.distinct), all = static_cast<double>(rows);
  if (rows == 0 || distinct < 0.98 * profile.filled * all) return false;
  if (round == 0) return name.ends_with("id") && distinct > 0.8 * all;
  if (distinct <= 0.999 * all) return false;
  if (round == 1) return std::ranges::any_of(kEnds, [&](std::string_view end) { return name.ends_with(end); });
  return round == 2 ? place == 0 : shape.date < 0.5 && shape.email < 0.5;
}

// Names decide first (those that the spec knows), then values, then what is left of words: of two columns of letters
// the one with more different values is the surname.
Columns find_roles(const ModelSpec& spec, std::vector<Profiler>& profilers, const std::vector<Shape>& shapes,
                   std::size_t rows, const Columns& named) {
  Columns out;
  const auto take = [&](std::size_t i, std::string_view role) {
    ColumnProfile& profile = profilers[i].profile;
    if (!profile.role.empty() || profile.distinct < 2 || out.contains(role) || !spec.field(role)) return;
    profile.role = role;
    out.emplace(role, profile.column);
  };
  for (const auto& [role, column] : named)
    for (std::size_t i = 0; i < profilers.size(); ++i)
      if (profilers[i].profile.column == column) take(i, role);
  const auto take_id = [&](int round) {
    for (std::size_t i = 0; i < profilers.size(); ++i)
      if (is_record_id(profilers[i].profile, shapes[i], i, rows, round)) take(i, "record_id");
  };
  take_id(0);
  for (const FieldSpec& field : spec.fields)
    for (const std::string& known : field.columns)
      for (std::size_t i = 0; i < profilers.size(); ++i)
        if (plain_name(profilers[i].profile.column) == plain_name(known)) take(i, field.name);
  for (const Keyword& keyword : kKeywords)
    for (std::size_t i = 0; i < profilers.size(); ++i)
      if (keyword.fits(shapes[i]) && says(words_of_heading(profilers[i].profile.column), keyword.word))
        take(i, keyword.role);
  for (int round = 1; round < kIdRounds; ++round)
    take_id(round);
  for (const Telltale& telltale : kTelltales)
    for (std::size_t i = 0; i < profilers.size(); ++i) {
      const bool part = telltale.role.starts_with("birth_") && telltale.role != "birth_date";
      const bool told =
          part && (out.contains("birth_date") || (telltale.role != "birth_year" && !out.contains("birth_year")));
      const double share =
          rows == 0 ? 0 : static_cast<double>(profilers[i].profile.distinct) / static_cast<double>(rows);
      if (!told && telltale.fits(shapes[i], share)) take(i, telltale.role);
    }
  if (out.contains("surname") || out.contains("given_name") || out.contains("full_name")) return out;
  std::vector<std::size_t> words;
  for (std::size_t i = 0; i < profilers.size(); ++i)
    if (profilers[i].profile.role.empty() && shapes[i].letters > 0.95 && profilers[i].profile.distinct > 20)
      words.push_back(i);
  if (words.size() < 2) return out;
  std::ranges::stable_sort(words, std::ranges::greater(), [&](std::size_t i) { return profilers[i].profile.distinct; });
  take(words[0], "surname");
  take(words[1], "given_name");
  return out;
}

// A few registers that hold nobody twice: records that alone share a name and what else tells a person apart stand
// in two of them far more often than chance puts them there. The column of a few values that is so, if there is one.
constexpr double kChanceToMeet = 0.3;  // of what chance says: so rarely two records of one person share a register
constexpr std::size_t kEnoughMet = 30;
struct SourceColumn {
  std::size_t column = 0;
  std::unordered_map<std::string, std::size_t> counts;
  std::size_t met = 0;  // pairs in one register
};
bool keeps_apart(const SourceColumn& one, std::size_t pairs, std::size_t rows) {
  double chance = 0;
  for (const auto& [value, count] : one.counts) {
    const double share = static_cast<double>(count) / static_cast<double>(rows);
    chance += share * share;
  }
  return static_cast<double>(one.met) < kChanceToMeet * chance * static_cast<double>(pairs);
}
Result<std::optional<std::size_t>> find_source(CsvReader& reader, const std::vector<ColumnProfile>& profiles) {
  static constexpr std::string_view kTells[] = {"full_name", "given_name", "surname", "sex", "birth_date"};
  std::vector<std::size_t> key;
  std::vector<SourceColumn> columns;
  bool named = false;
  for (std::size_t i = 0; i < profiles.size(); ++i) {
    const ColumnProfile& profile = profiles[i];
    if (std::ranges::find(kTells, profile.role) != std::end(kTells)) key.push_back(i);
    named |= profile.role.ends_with("name");
    if (profile.role.empty() && profile.distinct > 1 && profile.distinct <= kMostSources && profile.filled > 0.98)
      columns.push_back({i, {}, 0});
  }
  if (!named || columns.empty()) return std::nullopt;
  struct Place {
    std::vector<std::string> values;  // of the columns
    std::size_t times = 0, met_bits = 0;
  };
  std::unordered_map<std::string, Place> places;
  std::vector<std::string_view> fields;
  std::size_t rows = 0;
  for (; rows < kRows; ++rows) {
    SEKISHO_TRY(const bool more, reader.next(fields));
    if (!more) break;
    fields.resize(profiles.size());
    std::string text;
    for (const std::size_t i : key)
      text.append(fields[i]).push_back('\t');
    Place& place = places[text];
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const std::string value(fields[columns[c].column]);
      ++columns[c].counts[value];
      if (place.times == 0)
        place.values.push_back(value);
      else if (place.times == 1)
        place.met_bits |= std::size_t{place.values[c] == value} << c;
    }
    ++place.times;
  }
  std::size_t pairs = 0;
  for (const auto& [text, place] : places) {
    if (place.times != 2) continue;
    ++pairs;
    for (std::size_t c = 0; c < columns.size(); ++c)
      columns[c].met += place.met_bits >> c & 1;
  }
  if (pairs < kEnoughMet) return std::nullopt;
  for (const SourceColumn& one : columns)
    if (keeps_apart(one, pairs, rows)) return one.column;
  return std::nullopt;
}

std::string fields_of(const ModelSpec& spec) {
  std::string known;
  for (const FieldSpec& field : spec.fields)
    known += (known.empty() ? "Fields: " : ", ") + field.name;
  return known;
}

}  // namespace

Result<Suggestion> suggest(const std::filesystem::path& file, std::string_view columns) {
  Columns named;
  for (const auto& [one, field, column] : identity::named_columns(columns)) {
    if (!column || column->empty())
      return fail("usage.columns", fmt::format("'{}' is not of the form field=COLUMN", one));
    named.emplace(field, *column);
  }
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
    for (std::size_t i = 0; i < std::min(fields.size(), profilers.size()); ++i)  // link run counts ragged rows
      profilers[i].add(fields[i]);
    ++out.rows;
  }
  bool japanese = false, long_names = false, origins = false;
  std::vector<Shape> shapes;
  for (Profiler& profiler : profilers) {
    shapes.push_back(profiler.finish(out.rows));
    japanese |= shapes.back().kana > 0.5 || shapes.back().kanji > 0.5;
    const std::string name = plain_name(profiler.profile.column);
    long_names |= name == "name" || name == "full_name" || name == "fullname";
    origins |= name.starts_with("birth_place") || name.starts_with("birthplace") || name == "occupation";
  }
  const std::string_view shipped = japanese ? kJapanese : long_names && origins ? kHistorical : kWestern;
  SEKISHO_TRY(const ModelSpec spec, ModelSpec::parse(shipped, "shipped spec"));
  for (const auto& [role, column] : named) {
    if (!spec.field(role)) return fail("usage.columns", fmt::format("'{}' is not a field", role), {}, fields_of(spec));
    if (std::ranges::none_of(profilers, [&](const Profiler& p) { return p.profile.column == column; }))
      return fail("linkage.columns", fmt::format("there is no column '{}'", column), {.file = file.string()});
  }
  Columns column_of = find_roles(spec, profilers, shapes, out.rows, named);
  if (!column_of.contains("record_id"))
    return fail("linkage.columns", "no column seems to hold the record id", {.file = file.string()},
                "Name it: --columns record_id=COLUMN,...");
  for (Profiler& profiler : profilers)
    out.columns.push_back(std::move(profiler.profile));
  if (spec.field("source") && !column_of.contains("source")) {
    CsvReader again(text, separator_of(text), file.string());
    SEKISHO_CHECK(again.next(fields));
    SEKISHO_TRY(const std::optional<std::size_t> source, find_source(again, out.columns));
    if (source) out.columns[*source].role = "source", column_of.emplace("source", out.columns[*source].column);
  }
  out.spec = fill_in(shipped, spec, column_of);
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
