#include "outgoing/person_signs.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <set>

#include "core/ascii.h"
#include "core/text.h"
#include "outgoing/dates.h"
#include "outgoing/identifiers.h"
#include "outgoing/line_shapes.h"
#include "outgoing/roles.h"

namespace sekisho::outgoing {
namespace {

constexpr std::size_t kNearLines = 8, kHeadedRows = 3, kKeyLines = 5, kKeyLinesAlone = 3, kVectorValues = 30,
                      kStemLines = 4, kSequence = 60, kPlaces = 10, kPrefixed = 10, kInitials = 5, kQuotedKeys = 3,
                      kListRows = 5, kSpelled = 8, kLongestSpelled = 120, kLongestLine = 20'000;

bool is_letter(char c) {
  return (c | 32) >= 'a' && (c | 32) <= 'z';
}
bool is_wordy(char c) {
  return is_letter(c) || is_digit(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
std::string_view without_edges(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? std::string_view{}
                                         : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

template <typename Visit>
void by_lines(std::string_view text, Visit visit) {
  std::uint64_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    visit(text.substr(at, end - at), ++number);
    at = end + 1;
  }
}

std::vector<std::string_view> fields_of(std::string_view line, std::string_view separators) {
  std::vector<std::string_view> out;
  for (std::size_t at = line.find_first_not_of(separators); at != std::string_view::npos && out.size() < 64;) {
    const std::size_t end = std::min(line.find_first_of(separators, at), line.size());
    out.push_back(line.substr(at, end - at));
    at = line.find_first_not_of(separators, end);
  }
  return out;
}

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

// Age, sex and a third thing within a few lines: one person is described, whatever the layout.
void judge_profiles(std::string_view text, Findings& findings) {
  std::vector<std::pair<std::uint64_t, unsigned>> near;  // line, what it tells
  by_lines(text, [&](std::string_view line, std::uint64_t number) {
    if (line.size() > kLongestLine) return;
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

bool is_plain_day(std::string_view word) {  // 20240514
  return word.size() == 8 && (word.starts_with("20") || word.starts_with("19")) && word.substr(4, 2) >= "01" &&
         word.substr(4, 2) <= "12" && word.substr(6) >= "01" && word.substr(6) <= "31";
}

bool is_key(std::string_view word) {
  return word.size() >= 5 && word.size() <= 12 && word.size() != 9 && std::ranges::all_of(word, is_digit) &&
         word != "00000000";
}

// Lines that begin with a number of one length in no order, and values behind: random effects, distances, counts.
void judge_key_lines(std::string_view text, Findings& findings) {
  std::size_t run = 0, up = 0, down = 0, alone_lines = 0;
  long long last = 0;
  std::size_t length = 0;
  std::uint64_t first = 0;
  std::set<std::string_view> seen;
  const auto close = [&] {
    const bool listed = alone_lines == run && run >= kKeyLinesAlone && (run < kKeyLines || (up > 0 && down > 0));
    if (seen.size() == run && (listed || (run >= kKeyLines && up > 0 && down > 0)))
      findings.add("record.code", fmt::format("line {}", first),
                   "lines that begin with numbers of one length in no order: look whether they are keys of persons");
    run = up = down = alone_lines = 0;
    seen.clear();
  };
  by_lines(text, [&](std::string_view line, std::uint64_t number) {
    if (line.size() > 1000) return close();
    const std::vector<std::string_view> fields = fields_of(line, " \t|:\"");
    const bool day = !fields.empty() && is_plain_day(fields[0]);
    const bool alone = fields.size() == 1 && fields[0].size() >= 7 && !day;
    if (fields.empty() || !is_key(fields[0]) || !(alone || (fields.size() >= 2 && read_number(fields[1]))) ||
        (run > 0 && fields[0].size() != length))
      return close();
    long long value = 0;
    std::from_chars(fields[0].data(), fields[0].data() + fields[0].size(), value);
    if (run++ == 0)
      first = number;
    else
      (value > last ? up : down) += 1;
    last = value;
    length = fields[0].size();
    alone_lines += alone;
    seen.insert(fields[0]);
  });
  close();
}

// "[1]  61.2  58.0 ...": a vector as consoles print it, one value for each person.
void judge_vectors(std::string_view text, Findings& findings) {
  std::size_t values = 0, decimals = 0, lines = 0, indices = 0;
  double before = 0;
  bool rising = true;  // the first number of each line: times of a table, and no vector
  std::uint64_t first = 0;
  std::set<double> distinct;
  const auto close = [&] {
    if (values >= kVectorValues && (indices > 0 || lines < 4 || !rising) && decimals * 2 > values &&
        distinct.size() * 10 > values * 4)
      findings.add("record.values", fmt::format("line {}", first),
                   "a printed vector of measurements: one for each person");
    values = decimals = lines = indices = 0;
    rising = true;
    distinct.clear();
  };
  by_lines(text, [&](std::string_view line, std::uint64_t number) {
    std::string_view plain = line;  // "array([[66., 7.1],": behind the name of the function
    for (const std::string_view word : {"array(", "tensor(", "matrix("})
      if (const std::size_t found = plain.find(word); found != std::string_view::npos)
        plain.remove_prefix(found + word.size());
    const std::size_t close_bracket = plain.find(']');
    const std::string_view head = without_edges(plain.substr(0, close_bracket + 1));
    const bool indexed = close_bracket != std::string_view::npos && head.size() >= 3 && head[0] == '[' &&
                         std::ranges::all_of(head.substr(1, head.size() - 2), is_digit);
    if (indexed) plain.remove_prefix(close_bracket + 1);
    const std::vector<std::string_view> fields = fields_of(plain, " \t\r,[]()");
    if (fields.empty()) return;
    std::size_t parts = 0, wholes = 0;
    for (const std::string_view field : fields) {
      const auto value = read_number(field);
      if (!value || value->percent || value->in_brackets) return close();
      parts += value->decimals > 0;
      wholes += value->decimals == 0;
    }
    if (fields.size() < 3 && values == 0) return;
    if (wholes == fields.size() && !indexed) return;  // the numbers of the rows above a line of values
    for (const std::string_view field : fields)
      distinct.insert(read_number(field)->value);
    if (values == 0) first = number;
    const double begins = fields.empty() ? before : read_number(fields[0])->value;
    rising = rising && (lines == 0 || begins >= before);
    before = begins;
    ++lines;
    indices += indexed;
    values += fields.size();
    decimals += parts;
  });
  close();
}

// "[1]  123   456+  789+": times of single persons; [1] "2022-03-14" "2023-01-02": days of theirs.
void judge_printed_times(std::string_view text, Findings& findings) {
  std::size_t times = 0, censored = 0, days = 0, down = 0;
  std::string before;
  by_lines(text, [&](std::string_view line, std::uint64_t) {
    if (!without_edges(line).starts_with('[')) return;
    for (std::string_view field : fields_of(line, " \t\r\"'")) {
      const bool open = field.size() >= 2 && field.ends_with('+');
      if (open) field.remove_suffix(1);
      if (std::ranges::all_of(field, is_digit)) {
        ++times;
        censored += open;
      } else if (const WrittenDate date = date_at(field, 0); date.year != 0 && date.end == field.size()) {
        down += days++ > 0 && std::string(field) < before;
        before = field;
      }
    }
  });
  if (times >= 10 && censored * 10 >= times)
    findings.add("record.values", "file", "times of single persons, with a sign for those still observed");
  if (days >= 10 && down * 4 > days) findings.add("record.values", "file", "days in no order: one for each person");
}

// Distances and influences of single observations, outliers of a box.
void judge_influence(std::string_view text, Findings& findings) {
  if ((text.contains("cook.d") && text.contains("hat")) || text.contains("dffit"))
    findings.add("plot.residuals", "file", "the influence of single persons on a model");
  const std::size_t out = text.find("$out\n");
  if (out != std::string_view::npos && text.substr(out, 40).contains("[1]"))
    findings.add("extreme.value", "file", "outliers are the values of single persons");
}

// "$A", "[1]  12.1 78.3": what range() gives for each group.
void judge_group_ranges(std::string_view text, Findings& findings) {
  std::size_t pairs = 0;
  bool named = false;
  by_lines(text, [&](std::string_view line, std::uint64_t) {
    const std::vector<std::string_view> fields = fields_of(line, " \t\r");
    if (fields.size() == 3 && fields[0] == "[1]" && named) {
      const auto low = read_number(fields[1]), high = read_number(fields[2]);
      pairs += low && high && low->value < high->value;
    }
    if (!fields.empty()) named = fields.size() <= 2 && fields[0].starts_with('$');
  });
  if (pairs >= 3)
    findings.add("extreme.range", "file", "two numbers for each group: the least and the greatest of single persons?");
}

// "  4 | 0223567": each leaf is one value.
void judge_stems(std::string_view text, Findings& findings) {
  std::size_t lines = 0, leaves = 0;
  std::uint64_t first = 0;
  by_lines(text, [&](std::string_view line, std::uint64_t number) {
    const std::size_t bar = line.find(" | ");
    const std::string_view stem =
                               bar == std::string_view::npos ? std::string_view{} : without_edges(line.substr(0, bar)),
                           leaf =
                               bar == std::string_view::npos ? std::string_view{} : without_edges(line.substr(bar + 3));
    const bool fits = !stem.empty() && stem.size() <= 4 &&
                      stem.find_first_not_of("-0123456789") == std::string_view::npos &&
                      std::ranges::all_of(leaf, is_digit) && std::ranges::is_sorted(leaf);
    if (!fits) return;
    if (lines++ == 0) first = number;
    leaves += leaf.size();
  });
  if (lines >= kStemLines && leaves >= 2 * kStemLines)
    findings.add("extreme.value", fmt::format("line {}", first), "a stem-and-leaf display: the value of each person");
}

}  // namespace

void judge_sequences(std::string_view text, Findings& findings) {
  std::size_t sequences = 0, places = 0;
  by_lines(text, [&](std::string_view line, std::uint64_t) {
    const std::string_view bare = without_edges(line);
    sequences += bare.size() >= kSequence && bare.find_first_not_of("ACGTNUacgtnu-") == std::string_view::npos &&
                 std::ranges::count(bare, '-') * 4 < static_cast<std::ptrdiff_t>(bare.size());
  });
  for (const std::string_view word : {"POINT(", "POINT (", "<coordinates>"})
    for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1))
      ++places;
  if (sequences > 0) findings.add("record.sequence", "file", "a sequence of bases: one person's genes or germ");
  if (places >= kPlaces) findings.add("plot.points", "file", "single places on a map: homes of persons");
}

namespace {

// pt_00123456, S-0412: the same letters before another number each time, not counted through.
void judge_prefixed_keys(std::string_view text, Findings& findings) {
  std::map<std::string, std::vector<long long>> numbers;
  for (std::size_t at = 0; at < text.size();) {
    if (!is_digit(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end]))
      ++end;
    std::size_t from = at;
    while (from > 0 && at - from < 12 && (is_letter(text[from - 1]) || text[from - 1] == '_' || text[from - 1] == '-'))
      --from;
    const bool joined =
        from < at && (text[at - 1] == '_' || text[at - 1] == '-') && at - from >= 2 && is_letter(text[from]);
    if (joined && end - at >= 6 && end - at <= 10 && end - at != 9 && (end == text.size() || !is_wordy(text[end]))) {
      long long value = 0;
      std::from_chars(text.data() + at, text.data() + end, value);
      if (auto& list = numbers[fmt::format("{}{}", text.substr(from, at - from), end - at)]; list.size() < 10'000)
        list.push_back(value);
    }
    at = end;
  }
  for (auto& [prefix, list] : numbers) {
    std::ranges::sort(list);
    list.erase(std::ranges::unique(list).begin(), list.end());
    if (list.size() >= kPrefixed && list.back() - list.front() > static_cast<long long>(list.size()) * 20)
      findings.add("record.code", "file",
                   "many numbers behind the same letters: look whether they are keys of persons");
  }
}

void judge_quoted_keys(std::string_view text, Findings& findings);

// Lines that are nothing but a long number, wherever they stand: labels of points.
void judge_lone_keys(std::string_view text, Findings& findings) {
  std::set<std::string_view> seen;
  by_lines(text, [&](std::string_view line, std::uint64_t) {
    const std::string_view word = without_edges(line);
    if (word.size() >= 7 && word.size() <= 10 && is_key(word) && !is_plain_day(word)) seen.insert(word);
  });
  if (seen.size() >= kKeyLines)
    findings.add("record.code", "file",
                 "long numbers, each on a line of its own: look whether they are keys of persons");
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

// A tree of many leaves that are numbers of one length.
void judge_leaf_keys(std::string_view text, Findings& findings) {
  by_lines(text, [&](std::string_view line, std::uint64_t number) {
    if (std::ranges::count(line, '(') < 5 || line.find("):") == std::string_view::npos) return;
    std::size_t keys = 0;
    for (const std::string_view word : fields_of(line.substr(0, 4000), "(),: \t;"))
      keys += is_key(word);
    if (keys >= 8)
      findings.add("record.code", fmt::format("line {}", number), "a tree whose leaves are numbers of one length");
  });
}

// XML of a vocabulary no rule knows: what its elements hold cannot be told.
void judge_markup(std::string_view text, Findings& findings) {
  const std::string_view bare = without_edges(text.substr(0, 2000));
  if (bare.starts_with("<?xml") && !bare.contains("<svg") && !bare.contains("<html"))
    findings.add("file.markup", "file", "XML of a kind that no rule knows");
}

// ヤマダさん, "HASEBE, Shuichi (62 y/o)": somebody by a name no list knows.
void judge_called(std::string_view text, Findings& findings) {
  by_lines(text, [&](std::string_view line, std::uint64_t number) {
    for (const std::string_view title : {"さん", "様", "氏", "ちゃん", "くん"})
      for (std::size_t at = line.find(title); at != std::string_view::npos; at = line.find(title, at + 1)) {
        std::size_t from = at, letters = 0;
        const bool bracket = from > 0 && line[from - 1] == ')';  // (チバ ヒナ)様
        if (bracket) --from;
        while (from >= 3 && line[from - 3] == '\xE3' && (line[from - 2] == '\x82' || line[from - 2] == '\x83') &&
               line.substr(from - 3, 3) != "・")
          from -= 3, ++letters;
        if (bracket && from > 3 && line[from - 1] == ' ' && line[from - 4] == '\xE3') ++letters;  // two words
        const std::string_view word = line.substr(from, at - from);
        const bool katakana = letters >= 3 && letters <= 12 && (word.substr(0, 3) >= "ァ" && word.substr(0, 3) <= "ヺ");
        const bool role =
            mentions(word, {"スタッフ", "メンバー", "ドクター", "ナース", "ユーザ", "ボランティア", "モニター",
                            "マネージャ", "データ", "オーナー", "サポーター", "リーダー", "ヘルパー"});
        if (katakana && !role)
          findings.add("id.name_like", fmt::format("line {}", number), "a name of a person before a title");
      }
    for (const std::string_view age : {" y/o)", " yo)", " y.o.)", " years old)", "歳)"}) {
      const std::size_t at = line.find(age);
      const std::size_t open = at == std::string_view::npos ? at : line.rfind('(', at);
      if (open == std::string_view::npos || at - open > 12 || open < 3) continue;
      const std::string_view near = line.substr(open > 30 ? open - 30 : 0, std::min<std::size_t>(open, 30));
      const std::vector<std::string_view> words = fields_of(near, " ,");
      const auto capital = [](std::string_view word) {
        return word.size() >= 3 && word[0] >= 'A' && word[0] <= 'Z' && std::ranges::all_of(word, is_letter);
      };
      if (words.size() >= 2 && capital(words.back()) && capital(words[words.size() - 2]))
        findings.add("text.case", fmt::format("line {}", number), "a name with an age: a single person");
    }
  });
}

// "三つ子の母親(34歳、...": an age behind a person; "国内3例目": one of few.
void judge_told_persons(std::string_view text, Findings& findings) {
  constexpr std::string_view kPersons[] = {"母親", "父親", "母",   "父",   "妻", "夫",   "息子",
                                           "娘",   "兄",   "弟",   "姉",   "妹", "男性", "女性",
                                           "男児", "女児", "患者", "症例", "方", "一例", "1例"};
  by_lines(text, [&](std::string_view line, std::uint64_t number) {
    const std::string where = fmt::format("line {}", number);
    for (std::size_t at = line.find('('); at != std::string_view::npos; at = line.find('(', at + 1)) {
      std::size_t end = at + 1;
      while (end < line.size() && is_digit(line[end]))
        ++end;
      const std::string_view rest = line.substr(end, 12);
      if (end == at + 1 || end > at + 4 || !(rest.starts_with("歳") || rest.starts_with("才"))) continue;
      if (mentions(rest, {"以上", "以下", "未満", "超", "~", "〜", "-", "台", "から"})) continue;
      const std::string_view before = line.substr(0, at);
      if (std::ranges::any_of(kPersons, [&](std::string_view who) { return before.ends_with(who); }))
        findings.add("text.case", where, "an age behind a person: a single one");
    }
    for (std::size_t at = line.find("歳"); at != std::string_view::npos; at = line.find("歳", at + 1)) {
      std::size_t digit = at;
      while (digit > 0 && line[digit - 1] == ' ')
        --digit;
      std::string_view rest = line.substr(at + 3);
      rest.remove_prefix(std::min(rest.find_first_not_of(" ,/、"), rest.size()));
      const std::string_view word = rest.substr(0, std::min(rest.find_first_of(" ,/\t"), rest.size()));
      if (digit > 0 && is_digit(line[digit - 1]) && (word == "M" || word == "F" || word == "男" || word == "女"))
        findings.add("text.case", where, "age and sex of a single person");
    }
    for (std::size_t at = line.find("例目"); at != std::string_view::npos; at = line.find("例目", at + 1)) {
      const std::string_view near = line.substr(at > 24 ? at - 24 : 0, std::min<std::size_t>(at, 24));
      if (!near.empty() && is_digit(near.back()) &&
          mentions(near, {"国内", "本邦", "世界", "県内", "市内", "当院", "院内", "我が国"}))
        findings.add("text.narrative", where, "one of few cases, known by its number");
    }
  });
}

// T.Y. beside each point: initials, one a line.
void judge_initials(std::string_view text, Findings& findings) {
  std::set<std::string_view> seen;
  by_lines(text, [&](std::string_view line, std::uint64_t) {
    const std::string_view word = without_edges(line);
    const bool dotted =
        (word.size() == 3 || word.size() == 4) && word[1] == '.' && (word.size() == 3 || word[3] == '.');
    if (dotted && word[0] >= 'A' && word[0] <= 'Z' && word[2] >= 'A' && word[2] <= 'Z') seen.insert(word);
  });
  if (seen.size() >= kInitials)
    findings.add("id.name_like", "file", "initials, one beside the other: names of single persons?");
}

// "min: 0  max: 104": what a file or a profile says of a column.
void judge_column_ends(std::string_view text, Findings& findings) {
  by_lines(text, [&](std::string_view line, std::uint64_t number) {
    const std::string low = lower(line);
    const auto told = [&](std::string_view word) {
      for (std::size_t at = low.find(word); at != std::string::npos; at = low.find(word, at + 1)) {
        const std::size_t sign = low.find_first_not_of(" \"'", at + word.size());
        if (sign == std::string::npos || (low[sign] != ':' && low[sign] != '=') || (at > 0 && is_wordy(low[at - 1])))
          continue;
        const std::size_t value = low.find_first_not_of(" \"'-", sign + 1);
        if (value != std::string::npos && is_digit(low[value])) return true;
      }
      return false;
    };
    if (line.size() <= kLongestLine && told("min") && told("max"))
      findings.add("extreme.range", fmt::format("line {}", number), "the least and the greatest value of a column");
  });
}

// C:\CT\00123456_Hasebe.png: pictures of one patient carry the number in their name.
void judge_picture_names(std::string_view text, Findings& findings) {
  for (const std::string_view end : {".png", ".jpg", ".jpeg", ".dcm", ".tif", ".bmp", ".PNG", ".JPG", ".DCM"})
    for (std::size_t at = text.find(end); at != std::string_view::npos; at = text.find(end, at + 1)) {
      const std::size_t from = text.find_last_of("/\\ \t\n\"'", at);
      const std::string_view name = text.substr(from + 1, at - from - 1);
      for (const std::string_view part : fields_of(name, "_-."))
        if (part.size() >= 7 && part.size() <= 10 && std::ranges::all_of(part, is_digit) && name.size() > part.size() &&
            date_at(part, 0).year == 0 && !(part.size() == 8 && (part.starts_with("20") || part.starts_with("19"))))
          findings.add("id.patient_number", "file", "a picture named by a long number: one patient's");
    }
}

// "00123456" in quotes, here and there in a program.
void judge_quoted_keys(std::string_view text, Findings& findings) {
  std::set<std::string_view> keys;
  for (std::size_t at = text.find_first_of("'\""); at != std::string_view::npos;) {
    const std::size_t end = text.find(text[at], at + 1);
    if (end == std::string_view::npos) break;
    const std::string_view word = text.substr(at + 1, end - at - 1);
    if (word.find('\n') != std::string_view::npos) {
      at = text.find_first_of("'\"", at + 1);
      continue;
    }
    if (word.size() >= 6 && is_key(word)) keys.insert(word);
    at = text.find_first_of("'\"", end + 1);
  }
  std::size_t alike = 0;  // codes of one class begin alike
  for (const std::string_view key : keys)
    alike += key.substr(0, 4) == keys.begin()->substr(0, 4);
  if (keys.size() >= kQuotedKeys && alike * 2 <= keys.size() + 1)
    findings.add("code.list", "file", "numbers of one length in quotes: look whether they are keys of persons");
}

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
    while (name_end > 0 && (is_letter(text[name_end - 1]) || std::string_view(" (.").contains(text[name_end - 1])))
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
    if (list.values.size() >= kListRows) out.push_back(std::move(list));
  }
  return out;
}

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

}  // namespace

void judge_person_signs(std::string_view folded, Findings& findings) {
  judge_profiles(folded, findings);
  judge_headed_rows(folded, findings);
  judge_key_lines(folded, findings);
  judge_vectors(folded, findings);
  judge_group_ranges(folded, findings);
  judge_printed_times(folded, findings);
  judge_influence(folded, findings);
  judge_stems(folded, findings);
  judge_sequences(folded, findings);
  judge_prefixed_keys(folded, findings);
  judge_leaf_keys(folded, findings);
  judge_lone_keys(folded, findings);
  judge_sideways(folded, findings);
  judge_quoted_keys(folded, findings);
  judge_markup(folded, findings);
  judge_called(folded, findings);
  judge_picture_names(folded, findings);
  judge_told_persons(folded, findings);
  judge_initials(folded, findings);
  judge_column_ends(folded, findings);
}

void judge_program_signs(std::string_view folded, Findings& findings) {
  judge_quoted_keys(folded, findings);
  judge_lists(folded, findings);
}

std::vector<Sheet> widened(const Sheet& sheet) {
  if (!sheet.named || sheet.header.size() != 3 || sheet.rows.size() < 2 * kListRows) return {};
  std::vector<std::string> names;  // of the first person
  for (const auto& row : sheet.rows) {
    if (row.size() < 3 || row[0] != sheet.rows.front()[0] || read_number(row[1])) break;
    names.push_back(row[1]);
  }
  if (names.size() < 2 || names.size() > 50 || sheet.rows.size() % names.size() != 0) return {};
  Sheet out{.place = sheet.place};
  out.header = {sheet.header[0]};
  out.header.insert(out.header.end(), names.begin(), names.end());
  for (std::size_t i = 0; i < sheet.rows.size(); i += names.size()) {
    std::vector<std::string> row = {sheet.rows[i][0]};
    for (std::size_t j = 0; j < names.size(); ++j) {
      const auto& each = sheet.rows[i + j];
      if (each.size() < 3 || each[0] != row[0] || each[1] != names[j]) return {};
      row.push_back(each[2]);
    }
    out.rows.push_back(std::move(row));
  }
  out.total_rows = out.rows.size();
  return {out};
}

std::vector<Sheet> right_aligned(std::string_view folded) {
  std::vector<Sheet> sheets;
  Sheet sheet;
  std::size_t strangers = 0;
  const auto close = [&] {
    sheet.total_rows = sheet.rows.size();
    if (sheet.rows.size() >= 2 && sheets.size() < 50) sheets.push_back(std::move(sheet));
    sheet = {};
    strangers = 0;
  };
  by_lines(folded, [&](std::string_view line, std::uint64_t number) {
    const std::vector<std::string_view> fields = fields_of(line, " \t\r");
    if (fields.empty() || line.size() > 200) return;
    std::size_t numbers = 0;  // at the end
    while (numbers < fields.size() && read_number(fields[fields.size() - 1 - numbers]))
      ++numbers;
    const bool wide = line.contains("  ");
    // The name of the rows' index below the names of columns.
    if (numbers == 0 && fields.size() == 1 && !sheet.header.empty() && sheet.rows.empty()) return;
    if (numbers == 0) {
      close();
      const bool names = wide && fields.size() >= 2 && fields.size() <= 12 &&
                         std::ranges::all_of(fields, [](std::string_view f) { return f.size() <= 24; });
      if (!names) return;
      sheet = Sheet{.place = fmt::format("line {}", number), .printed = true};
      sheet.header.emplace_back();
      for (const std::string_view field : fields)
        sheet.header.emplace_back(field);
      return;
    }
    if (sheet.header.empty()) return;
    if (numbers == fields.size() && numbers == sheet.header.size()) --numbers;          // the number of the row
    if (numbers < fields.size()) numbers = std::min(numbers, sheet.header.size() - 1);  // "grade 3": part of the words
    if (numbers + 1 != sheet.header.size() || numbers == fields.size() || !wide) {
      if (++strangers > 1) close();
      return;
    }
    std::vector<std::string> row(1);
    for (std::size_t i = 0; i + numbers < fields.size(); ++i)
      row[0].append(i == 0 ? "" : " ").append(fields[i]);
    for (std::size_t i = fields.size() - numbers; i < fields.size(); ++i)
      row.emplace_back(fields[i]);
    if (sheet.rows.size() < 500) sheet.rows.push_back(std::move(row));
  });
  close();
  return sheets;
}

bool numbers_columns(const Sheet& sheet) {
  if (!sheet.named || sheet.header.size() < 2 * kListRows || sheet.rows.size() < 2) return false;
  constexpr std::string_view kPersons[] = {"症例",    "患者", "被験者", "対象者", "case", "subject",
                                           "patient", "p",    "s",      "pt",     "id",   "subj"};
  std::size_t persons = 0;
  for (std::size_t i = 1; i < sheet.header.size(); ++i) {
    const std::string low = lower(sheet.header[i]);
    const std::size_t digit = low.find_first_of("0123456789");
    if (digit == std::string::npos || low.find_first_not_of("0123456789", digit) != std::string::npos) continue;
    std::string_view stem = std::string_view(low).substr(0, digit);
    while (!stem.empty() && std::string_view(" _-.#").contains(stem.back()))
      stem.remove_suffix(1);
    persons += std::ranges::find(kPersons, stem) != std::end(kPersons);
  }
  return persons + 1 == sheet.header.size();
}

namespace {

// Kana and kanji of the first level of JIS X 0208, which names and addresses are written with: one number in nine
// between 0x3000 and 0x9FFF is one of them, so that amounts spell hardly eight in a row.
bool is_everyday(char32_t c) {
  std::string utf8, cp932;
  append_utf8(utf8, c);
  return encode(Charset::kCp932, utf8, cp932) == 0 && cp932.size() == 2 && static_cast<unsigned char>(cp932[0]) <= 0x97;
}

// A sentence in codes of characters, not a column of numbers: short, not in order of size, of everyday letters.
bool is_spelling(const std::u32string& run) {
  if (run.size() < kSpelled || run.size() > kLongestSpelled || std::ranges::is_sorted(run) ||
      std::ranges::is_sorted(run, std::ranges::greater{}))
    return false;
  const auto letters = std::ranges::count_if(run, [](char32_t c) {
    return c < 0x80 ? is_letter(static_cast<char>(c)) || is_digit(static_cast<char>(c)) || c == '-' : is_everyday(c);
  });
  const auto others = std::ranges::count_if(run, [](char32_t c) { return c >= 0x80 && !is_everyday(c); });
  return letters * 3 > std::ssize(run) * 2 && others * 10 <= std::ssize(run);
}

}  // namespace

std::string spelled_by_numbers(std::string_view text) {
  std::string out;
  std::u32string run;
  const auto close = [&] {
    if (is_spelling(run)) {
      for (const char32_t c : run)
        append_utf8(out, c);
      out += '\n';
    }
    run.clear();
  };
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (is_digit(c)) {
      std::uint32_t value = 0;
      const auto read = std::from_chars(text.data() + at, text.data() + text.size(), value);
      at = static_cast<std::size_t>(read.ptr - text.data());
      const bool plain = (value >= 0x20 && value < 0x7F) || (value >= 0x3000 && value <= 0x9FFF);
      if (!plain || read.ec != std::errc{}) {
        close();
        continue;
      }
      run += static_cast<char32_t>(value);
    } else {
      if (c != ',' && c != ' ' && c != '\n') close();
      ++at;
    }
  }
  close();
  return out;
}

}  // namespace sekisho::outgoing
