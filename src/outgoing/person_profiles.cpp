// Attributes of a person by their names and values: near each other, as rows, on their side, as lists of a program.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "core/ascii.h"
#include "outgoing/line_shapes.h"
#include "outgoing/person_parts.h"
#include "outgoing/roles.h"
#include "outgoing/text_lines.h"

namespace sekisho::outgoing {
namespace {

constexpr std::size_t kNearLines = 8, kHeadedRows = 3, kListed = 5, kLongestProfile = 20'000;

// What is told of a person, by the word before it.
enum Told : unsigned { kAge = 1, kSex = 2, kDay = 4, kMeasured = 8, kDisease = 16, kKey = 32 };
struct Attribute {
  std::string_view word;
  Told told;
};
constexpr Attribute kAttributes[] = {
    {"age", kAge},         {"年齢", kAge},        {"ageyr", kAge},     {"sex", kSex},           {"性別", kSex},
    {"性", kSex},          {"gender", kSex},      {"bmi", kMeasured},  {"weight", kMeasured},   {"wt", kMeasured},
    {"height", kMeasured}, {"体重", kMeasured},   {"身長", kMeasured}, {"hba1c", kMeasured},    {"egfr", kMeasured},
    {"sbp", kMeasured},    {"crp", kMeasured},    {"los", kMeasured},  {"診断", kDisease},      {"病名", kDisease},
    {"icd", kDisease},     {"icd10", kDisease},   {"dx", kDisease},    {"diagnosis", kDisease}, {"aeterm", kDisease},
    {"転帰", kDisease},    {"outcome", kDisease}, {"death", kDisease}, {"status", kDisease},    {"入院日", kDay},
    {"手術日", kDay},      {"退院日", kDay},      {"受診日", kDay},    {"adm", kDay},           {"admdt", kDay},
    {"visit", kDay},       {"aestdtc", kDay},     {"dob", kDay},       {"birth", kDay},         {"birthdt", kDay},
    {"date", kDay},        {"id", kKey},          {"pid", kKey},       {"ptid", kKey},          {"subjid", kKey},
    {"usubjid", kKey},     {"patient", kKey},     {"subject", kKey},   {"患者番号", kKey},      {"case", kKey}};

const Attribute* attribute_named(std::string_view word) {
  const std::string low = lower(word);
  const auto* const found = std::ranges::find(kAttributes, low, &Attribute::word);
  return found == std::end(kAttributes) ? nullptr : found;
}

bool is_age(std::string_view value, int least) {
  if (value.ends_with("歳")) value.remove_suffix(3);
  int age = -1;
  const auto read = std::from_chars(value.data(), value.data() + value.size(), age);
  return read.ec == std::errc{} && read.ptr == value.data() + value.size() && age >= least && age <= 115;
}
bool is_sex(std::string_view value, bool codes) {
  constexpr std::string_view kWords[] = {"m", "f", "male", "female", "man", "woman", "男", "女", "男性", "女性"};
  return std::ranges::find(kWords, lower(value)) != std::end(kWords) || (codes && (value == "1" || value == "2"));
}

// What `value` tells, given what its name says; 0: nothing of one person.
unsigned told_by(const Attribute& name, std::string_view value, bool assigned) {
  const bool digits = std::ranges::any_of(value, is_digit);
  switch (name.told) {
    case kAge:
      return is_age(value, assigned ? 0 : 10) ? kAge : 0U;
    case kSex:
      return is_sex(value, assigned) ? kSex : 0U;
    case kDay:
      return digits && value.size() >= 5 ? kDay : 0U;
    case kMeasured:
      return read_number(value) ? kMeasured : 0U;
    case kDisease:
      return !value.empty() ? kDisease : 0U;
    case kKey:
      return digits && value.size() >= 3 ? kKey : 0U;
  }
  return 0;
}

// "年齢: 66", "'sex': 'M'", "AGE=66", "SUBJID      JP-012-0331": names and values of one line, in order.
void read_pairs(std::string_view line, std::vector<unsigned>& out) {
  for (std::size_t at = 0; at < line.size();) {
    if (!is_wordy(line[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < line.size() && is_wordy(line[end]))
      ++end;
    const Attribute* const name = attribute_named(line.substr(at, end - at));
    at = end;
    if (name == nullptr) continue;
    std::size_t from = line.find_first_not_of(" \t'\"|", end);
    if (from == std::string_view::npos) return;
    const bool assigned = line[from] == ':' || line[from] == '=';
    if (assigned) from = line.find_first_not_of(" \t'\"", from + 1);
    if (from == std::string_view::npos || (!assigned && from == end)) continue;
    const std::size_t stop = std::min(line.find_first_of(" \t'\",;|}])", from), line.size());
    const std::string_view rest = line.substr(stop, 3);
    // "Age 68 (11)", "sex = M (%)", "age 61 203 1.2": statistics of many.
    const std::size_t next = line.find_first_not_of(" \t", stop);
    const bool goes_on = !assigned && next != std::string_view::npos && (is_digit(line[next]) || line[next] == '-');
    if (rest.contains('(') || rest.contains('%') || goes_on) continue;
    if (const unsigned told = told_by(*name, line.substr(from, stop - from), assigned); told != 0) {
      out.push_back(told);
      at = stop;
    }
  }
}

}  // namespace

// Age, sex and a third thing within a few lines: one person is described, whatever the layout.
void judge_profiles(std::string_view text, Findings& findings) {
  std::vector<std::pair<std::uint64_t, unsigned>> near;  // line, what it tells
  by_lines(text, [&](std::string_view line, std::uint64_t number) {
    if (line.size() > kLongestProfile) return;
    std::vector<unsigned> told;
    read_pairs(line, told);
    for (const unsigned one : told)
      near.emplace_back(number, one);
    std::erase_if(near, [&](const auto& each) { return each.first + kNearLines < number; });
    unsigned all = 0;
    for (const auto& each : near)
      all |= each.second;
    if (told.empty() || (all & (kAge | kSex)) != (kAge | kSex) || (all & ~(kAge | kSex)) == 0) return;
    findings.add("text.case", fmt::format("line {}", number), "age, sex and more of a single person");
    near.clear();
  });
}

// A line of names with age and sex among them, and values below that fit: rows of persons, few or one at a time.
void judge_headed_rows(std::string_view text, Findings& findings) {
  std::vector<const Attribute*> names;
  std::size_t known = 0, hits = 0, others = 0;
  std::uint64_t first = 0;
  by_lines(text, [&](std::string_view line, std::uint64_t number) {
    if (line.size() > 400) return;
    std::vector<std::string_view> fields = fields_of(line, " \t|,&;\"\r\\");
    // "  1. | age   sex |": the number of the row above its names.
    if (fields.size() >= 3 && fields[0].ends_with('.') && is_digit(fields[0][0]) &&
        attribute_named(fields[1]) != nullptr)
      fields.erase(fields.begin());
    if (fields.empty()) return;
    std::vector<const Attribute*> now;
    std::size_t told = 0;
    bool statistic = false;
    for (const std::string_view field : fields) {
      now.push_back(attribute_named(field));
      told += now.back() != nullptr;
      statistic = statistic || is_statistic(role_of(field).role);
    }
    const auto has = [&](Told what) {
      return std::ranges::any_of(now, [&](const Attribute* one) { return one != nullptr && one->told == what; });
    };
    if (told >= 2 && has(kAge) && has(kSex) && fields.size() >= 3 && fields.size() <= 24) {
      names = statistic && told * 2 < fields.size() ? std::vector<const Attribute*>{} : now;
      known = fields.size();
      others = 0;
      return;
    }
    if (names.empty() || line.find_first_of("-+=") == 0) return;
    const std::size_t shift = fields.size() == known + 1 ? 1 : 0;  // the number of the row
    bool fits = fields.size() == known + shift;
    for (std::size_t i = 0; fits && i < known; ++i)
      if (names[i] != nullptr && (names[i]->told == kAge || names[i]->told == kSex))
        fits = told_by(*names[i], fields[i + shift], names[i]->told == kAge) != 0;
    if (!fits) {
      if (++others > 2) names.clear();
      return;
    }
    if (hits++ == 0) first = number;
  });
  if (hits >= kHeadedRows)
    findings.add("log.records", fmt::format("line {}", first), "ages and sexes of single persons, a row for each");
}

// "age 66 71 58", "sex M F M": persons side by side, as a frame is printed on its side.
void judge_sideways(std::string_view text, Findings& findings) {
  unsigned all = 0;
  std::size_t width = 0;
  by_lines(text, [&](std::string_view line, std::uint64_t number) {
    const std::vector<std::string_view> fields = fields_of(line, " \t|,\r");
    const Attribute* const name = fields.size() >= kHeadedRows + 1 ? attribute_named(fields[0]) : nullptr;
    if (name == nullptr) return;
    if (fields.size() != width) all = 0;
    width = fields.size();
    const bool fits = std::all_of(fields.begin() + 1, fields.end(),
                                  [&](std::string_view field) { return told_by(*name, field, false) != 0; });
    if (!fits) return;
    all |= name->told;
    if ((all & (kAge | kSex)) == (kAge | kSex))
      findings.add("log.records", fmt::format("line {}", number), "ages and sexes of single persons side by side");
  });
}

namespace {

struct NamedList {
  std::string name;
  std::vector<double> values;
};

// age = c(61L, 70L), 'sex': [1, 2], "M" counted as its first letter; nothing where an expression stands inside.
std::vector<NamedList> named_lists(std::string_view text) {
  std::vector<NamedList> out;
  for (std::size_t at = text.find_first_of("[("); at != std::string_view::npos && out.size() < 500;
       at = text.find_first_of("[(", at + 1)) {
    const std::size_t close = text.find_first_of("])([", at + 1);
    if (close == std::string_view::npos || (text[close] != ']' && text[close] != ')')) continue;
    std::size_t name_end = at;
    while (name_end > 0 && (is_latin(text[name_end - 1]) || std::string_view(" (.").contains(text[name_end - 1])))
      --name_end;  // c(, structure(c(, np.array(
    if (name_end == 0 || (text[name_end - 1] != '=' && text[name_end - 1] != ':')) continue;
    std::size_t stop = name_end - 1;
    while (stop > 0 && std::string_view(" '\"`").contains(text[stop - 1]))
      --stop;
    std::size_t from = stop;
    while (from > 0 && is_wordy(text[from - 1]))
      --from;
    NamedList list{std::string(text.substr(from, stop - from)), {}};
    for (std::string_view field : fields_of(text.substr(at + 1, close - at - 1), ", \n\t")) {
      if (field.ends_with('L')) field.remove_suffix(1);
      const auto value = read_number(field);
      const bool word = field.size() >= 2 && (field[0] == '\'' || field[0] == '"');
      if (!value && !word) {
        list.values.clear();
        break;
      }
      list.values.push_back(value ? value->value : static_cast<double>(static_cast<unsigned char>(field[1])));
    }
    if (list.values.size() >= kListed) out.push_back(std::move(list));
  }
  return out;
}

}  // namespace

// Lists of one length, an attribute each, the ages in no order: a dataset written into a program.
void judge_lists(std::string_view text, Findings& findings) {
  std::map<std::size_t, unsigned> told;
  std::map<std::size_t, bool> loose;
  for (const NamedList& list : named_lists(text)) {
    const Attribute* const name = attribute_named(list.name);
    const std::size_t length = list.values.size();
    if (name != nullptr) told[length] += 1;
    std::size_t up = 0, down = 0;
    for (std::size_t i = 1; i < length; ++i) {
      up += list.values[i] > list.values[i - 1];
      down += list.values[i] < list.values[i - 1];
    }
    loose[length] = loose[length] || (up >= 2 && down >= 2);
  }
  for (const auto& [length, count] : told)
    if (count >= 2 && loose[length])
      findings.add("code.list", "file", "lists of one length with attributes of persons: a dataset in a program");
}

}  // namespace sekisho::outgoing
