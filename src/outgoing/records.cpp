// Rows that stand for persons: told by the names of columns, by keys, by values side by side and by their order.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "core/ascii.h"
#include "core/date.h"
#include "outgoing/dates.h"
#include "outgoing/inner_sheets.h"
#include "outgoing/names.h"
#include "outgoing/outputs.h"

namespace sekisho::outgoing {
namespace {

constexpr std::size_t kManyRows = 5000, kManyColumns = 200, kFewRows = 20;

struct HeaderWord {
  std::string_view word, meaning;
  bool whole;  // a word of its own; otherwise anywhere in the name
};
// Parts of column names (in lower case) that name persons or their attributes.
constexpr HeaderWord kHeaderWords[] = {
    {"person", "a person's key", true},
    {"personid", "a person's key", true},
    {"patient", "a patient's key", true},
    {"patientid", "a patient's key", true},
    {"patientno", "a patient's key", true},
    {"pid", "a patient's key", true},
    {"pt", "a patient's key", true},
    {"subjectid", "a person's key", true},
    {"subjid", "a person's key", true},
    {"usubjid", "a person's key", true},
    {"registration", "a registration's key", true},
    {"pseudonym", "a pseudonym", true},
    {"karte", "a patient's number", false},
    {"カルテ", "a patient's number", false},
    {"診察券", "a patient's number", false},
    {"症例番号", "a patient's number", false},
    {"症例id", "a patient's number", false},
    {"症例no", "a patient's number", false},
    {"登録番号", "a registration's key", false},
    {"患者", "patients", false},
    {"氏名", "names", false},
    {"姓名", "names", false},
    {"フリガナ", "names", false},
    {"カナ氏名", "names", false},
    {"カナ", "names", true},
    {"生年月日", "birth dates", false},
    {"誕生日", "birth dates", false},
    {"birth", "birth dates", true},
    {"birthdate", "birth dates", true},
    {"birthday", "birth dates", true},
    {"dob", "birth dates", true},
    {"被保険者", "insured persons", false},
    {"記号番号", "an insurance symbol", false},
    {"記号", "an insurance symbol", true},
    {"住所", "addresses", false},
    {"address", "addresses", true},
    {"電話", "telephone numbers", false},
    {"phone", "telephone numbers", true},
    {"mrn", "a patient's number", true},
    {"個人番号", "My Number", false},
    {"マイナンバー", "My Number", false},
    {"mynumber", "My Number", true},
    {"仮名id", "a pseudonym", false},
    {"匿名化id", "a person's key", false},
    {"ssn", "a person's number", true},
};
// Words in a column name that make it a statistic and not an attribute of one person.
constexpr std::string_view kCountWords[] = {
    "count",     "人数",   "患者数", "number",   "total",  "件数",  "rate",   "ratio",   "mean",   "median", "percent",
    "incidence", "割合",   "率",     "平均",     "中央値", "years", "人年",   "合計",    "per_",   "sd",     "estimate",
    "lower",     "upper",  "ci_",    "ci95",     "95%",    "p値",   "pvalue", "p_value", "n_",     "(n)",    "sum",
    "freq",      "症例数", "背景",   "特性",     "coef",   "偏差",  "数",     "オッズ",  "hazard", "odds",   "share",
    "%",         "group",  "risk",   "survival", "status", "階級",  "n="};
// Attributes of one person: several of them side by side without any statistic are records.
constexpr std::string_view kAttributes[] = {
    "sex",       "gender",    "性別",    "age",  "年齢",      "height", "身長",  "weight", "体重", "bmi",
    "date",      "日",        "診断",    "病名", "diagnosis", "icd",    "hba1c", "血圧",   "bp",   "sbp",
    "dbp",       "検査",      "result",  "結果", "薬",        "drug",   "dose",  "入院",   "退院", "visit",
    "admission", "discharge", "outcome", "転帰", "ldl",       "hdl",    "egfr",  "crea",   "既往", "event",
    "zip",       "郵便",      "time",    "arm",  "adm",       "los",    "ptid",  "sx",     "dx",   "subject",
    "death",     "死亡",      "身体",    "喫煙", "smoking",   "y"};
// Codes of drugs, tests and diseases name things, not persons.
constexpr std::string_view kCodeWords[] = {"コード", "code", "yj",   "icd",     "jlac",  "atc",      "薬",
                                           "病名",   "drug", "検査", "item",    "項目",  "variable", "変数",
                                           "dpc",    "rsid", "snp",  "concept", "probe", "doi",      "url",
                                           "commit", "gtin", "term", "sha",     "hash",  "名称"};

bool has_word(const std::vector<std::string>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

bool is_period(std::string_view value) {  // 2023-04, 2023/04/01, 40-44, 2023Q1
  return std::ranges::all_of(value,
                             [](char c) {
                               return is_digit(c) || c == '-' || c == '/' || c == 'Q' || c == 'W' || c == ':' ||
                                      c == 'T';
                             }) &&
         value.find_first_of("-/Q") != std::string_view::npos && value.size() <= 19;
}

bool looks_like_key(std::string_view value) {
  if (value.size() < 5 || value.find_first_of(". ,%()~<>=[]") != std::string_view::npos || is_period(value))
    return false;
  bool digit = false, letter = false;
  std::size_t run = 0, longest = 0;
  for (const char c : value) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
    digit = digit || is_digit(c);
    letter = letter || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    run = c == '-' || c == '_' ? 0 : run + 1;
    longest = std::max(longest, run);
  }
  if (!digit || (longest < 5 && value.size() < 12))
    return longest >= 4 && digit && letter && value.find_first_of("-_") != std::string_view::npos;
  // Plain numbers may be counts: only those that a count never looks like.
  return letter || value[0] == '0' || value.size() >= 9;
}

bool is_statistic_name(std::string_view folded, const std::vector<std::string>& words) {
  for (const std::string_view key : {"id", "key", "no", "number"})
    if (has_word(words, key) && (key != "number" || !has_word(words, "of"))) return false;
  if (has_word(words, "n")) return true;
  if (std::ranges::any_of(kCountWords,
                          [&](std::string_view word) { return folded.find(word) != std::string_view::npos; }))
    return true;
  const Role role = role_of(folded).role;
  return is_statistic(role);
}

// Names that statistics and attributes share: HbA1c_pct, status, 在院日数. They do not make a table one of statistics.
bool is_weak_name(std::string_view folded, Role role) {
  constexpr std::string_view kWeak[] = {"pct",   "percent", "%",     "日数",     "status", "rate",
                                        "ratio", "group",   "risk",  "survival", "years",  "費",
                                        "score", "event",   "death", "dead",     "alive",  "vital"};
  constexpr std::string_view kStrong[] = {"mean",   "平均", "中央",     "median", "count", "人数", "件数",
                                          "患者数", "例数", "者数",     "n_",     "total", "合計", "lower",
                                          "upper",  "sd",   "adjusted", "per_",   "対"};
  const auto holds = [&](std::string_view word) { return folded.find(word) != std::string_view::npos; };
  if (role == Role::kLower || role == Role::kUpper || role == Role::kCount || role == Role::kMean ||
      role == Role::kPValue || role == Role::kError || role == Role::kAtRisk)
    return false;
  return std::ranges::any_of(kWeak, holds) && std::ranges::none_of(kStrong, holds);
}

struct Column {
  std::unordered_map<std::string_view, std::size_t> distinct;
  std::size_t filled = 0, keys = 0, names = 0, decimals = 0, long_decimals = 0, numbers = 0, whole = 0, dates = 0,
              old_dates = 0;
  bool rising = true, falling = true;  // numbers or dates in order
  bool regular = true;                 // few values, in runs or in a fixed period
};

// Categories of a table come sorted or in a fixed period; those of persons in any order.
bool is_regular(const std::vector<std::string_view>& values, std::size_t distinct) {
  std::map<std::size_t, std::size_t> lengths;  // of runs of the same value
  std::size_t runs = 1, length = 1;
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (values[i] == values[i - 1]) {
      ++length;
      continue;
    }
    ++lengths[length];
    length = 1;
    ++runs;
  }
  if (runs <= distinct + 1) return true;
  std::size_t usual = 0;
  for (const auto& [size, times] : lengths)
    usual = std::max(usual, times);
  if (usual * 5 < runs * 4) return false;
  // Blocks of the same order of categories repeat within an outer one: the values before come again in one order.
  std::unordered_map<std::string_view, std::set<std::string_view>> followers;
  for (std::size_t i = 1; i < values.size(); ++i)
    if (values[i] != values[i - 1]) followers[values[i - 1]].insert(values[i]);
  std::size_t edges = 0;
  for (const auto& [value, next] : followers)
    edges += next.size();
  return edges <= distinct + 1;
}

Column look_at(const Sheet& sheet, std::size_t index) {
  Column column;
  std::vector<std::string_view> values;
  double last = 0;
  std::int64_t last_date = 0;
  for (const auto& row : sheet.rows) {
    if (index >= row.size() || row[index].empty()) continue;
    const std::string& field = row[index];
    ++column.filled;
    values.push_back(field);
    ++column.distinct[field];
    column.keys += looks_like_key(field);
    column.names += is_full_name(field) || may_be_name(field);
    if (const WrittenDate date = date_at(field, 0); date.year != 0 && date.end == field.size()) {
      ++column.dates;
      column.old_dates += date.year < 2012;
      const std::int64_t day = (date.year * 12LL + date.month) * 31 + date.day;
      if (column.dates > 1) {
        column.rising = column.rising && day >= last_date;
        column.falling = column.falling && day <= last_date;
      }
      last_date = day;
    } else if (const auto number = read_number(field)) {
      if (column.numbers > 0) {
        column.rising = column.rising && number->value >= last;
        column.falling = column.falling && number->value <= last;
      }
      last = number->value;
      ++column.numbers;
      column.whole += number->whole;
      column.decimals += number->decimals > 0;
      column.long_decimals += number->decimals >= 14;
    }
  }
  column.regular = column.distinct.size() > 12 || is_regular(values, column.distinct.size());
  return column;
}

void judge_names(const Sheet& sheet, const std::string& name, const std::string& where, bool statistic,
                 Findings& findings) {
  if (statistic || !sheet.named) return;
  const std::string folded = lower(name);
  const std::vector<std::string> words = words_of(folded);
  if (has_word(words, "patients") || has_word(words, "persons")) return;
  for (const HeaderWord& header : kHeaderWords) {
    const bool birth_of =
        header.word == "birth" && (has_word(words, "weight") || has_word(words, "order") || has_word(words, "cohort"));
    if (birth_of || !(header.whole ? has_word(words, header.word) : folded.find(header.word) != std::string::npos))
      continue;
    findings.add("record.column", where, fmt::format("the column's name speaks of {}", header.meaning));
    return;
  }
}

// A 0 or 1 for each row in no order: what happened to one person each.
bool is_indicator(const Column& column) {
  if (column.filled < kFewRows || column.distinct.size() != 2 || column.regular) return false;
  constexpr std::pair<std::string_view, std::string_view> kPairs[] = {
      {"0", "1"},    {"true", "false"}, {"TRUE", "FALSE"}, {"True", "False"}, {"yes", "no"},
      {"Yes", "No"}, {"alive", "dead"}, {"生存", "死亡"},  {"有", "無"}};
  return std::ranges::any_of(kPairs, [&](const auto& pair) {
    return column.distinct.contains(pair.first) && column.distinct.contains(pair.second);
  });
}

// Values of single persons that no name gives away: one column of measurements, indicators in no order, waves.
void judge_values(const Sheet& sheet, const std::vector<Column>& columns, const std::string& file, Findings& findings) {
  std::size_t results = 0, indicators = 0, loose = 0;
  bool wave_told = false;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const Column& column = columns[i];
    const Role role = sheet.named ? role_of(sheet.header[i]).role : Role::kNone;
    results += is_statistic(role) && role != Role::kSurvival && role != Role::kCell && role != Role::kEvents &&
               !is_weak_name(lower(sheet.header[i]), role);
    indicators += is_indicator(column);
    const bool ordered = column.rising || column.falling;
    loose += column.numbers == column.filled && column.decimals * 2 > column.filled && !ordered &&
             column.distinct.size() * 10 > column.filled * 5;
    for (const std::string_view word : {"lead", "ecg", "eeg", "ppg", "wave", "signal", "波形", "心電", "脳波"})
      wave_told = wave_told || lower(sheet.header[i]).find(word) != std::string::npos;
  }
  if (results > 0 || columns.empty()) return;
  if (indicators > 0 && columns.size() >= 2)
    findings.add("record.level", file, "a 0 or 1 in each row in no order: what happened to single persons");
  if (columns.size() == 1 && loose == 1 && sheet.rows.size() >= kFewRows)
    findings.add(sheet.rows.size() >= 5 * kFewRows ? "record.level" : "record.values", file,
                 "one column of measurements in no order: a value for each person");
  const Column& first = columns.front();
  const bool numeric = std::ranges::all_of(columns, [](const Column& c) { return c.numbers == c.filled; });
  if (columns.size() >= 2 && sheet.rows.size() >= 300 && (first.rising || first.falling) &&
      (loose + 1 == columns.size() || (wave_told && numeric)))
    findings.add(wave_told ? "record.level" : "record.values", file,
                 "a signal over time: the measurements of one person");
}

// Predictions over an even grid that only rise or fall: a score and its risk.
bool is_lookup(const Sheet& sheet, const std::vector<Column>& columns) {
  if (columns.size() < 2 || columns.size() != sheet.header.size()) return false;
  return std::ranges::all_of(columns, [&](const Column& column) {
    return column.numbers == column.filled && column.filled == sheet.rows.size() && (column.rising || column.falling);
  });
}

// Days in order at uneven distances, each with several measurements: blood counts of one patient.
bool is_course(const Sheet& sheet, const std::vector<Column>& columns) {
  std::set<std::int64_t> gaps;
  std::size_t days = 0;
  if (columns.size() < 3 || columns[0].dates < 6 || columns[0].dates != columns[0].filled ||
      !(columns[0].rising || columns[0].falling) || columns[0].distinct.size() != columns[0].filled)
    return false;
  std::int64_t last = 0;
  for (const auto& row : sheet.rows) {
    const WrittenDate date = row.empty() || row[0].empty() ? WrittenDate{} : date_at(row[0], 0);
    if (date.year == 0) continue;
    const std::int64_t day = days_from_civil(date.year, date.month, date.day);
    if (days++ > 0) gaps.insert(std::abs(day - last));
    last = day;
  }
  const auto measured = std::count_if(columns.begin() + 1, columns.end(), [](const Column& column) {
    return column.filled > 0 && column.numbers == column.filled && !column.rising && !column.falling;
  });
  const bool treated = std::ranges::any_of(sheet.header, [](const std::string& name) {
    return mentions(lower(name),
                    {"薬", "処方", "用量", "投与", "検査", "drug", "dose", "medication", "procedure", "処置"});
  });
  return gaps.size() >= 4 && (measured >= 2 || treated);
}

// Correlations, distances, confusion: the names of the columns stand down the rows too.
bool is_matrix(const Sheet& sheet) {
  if (sheet.header.size() < 3 || sheet.rows.size() + 1 < sheet.header.size() || sheet.rows.size() > sheet.header.size())
    return false;
  std::size_t same = 0;
  for (std::size_t i = 0; i < sheet.rows.size() && i + 1 < sheet.header.size(); ++i)
    same += !sheet.rows[i].empty() && sheet.rows[i][0] == sheet.header[i + 1];
  return same + 1 >= sheet.header.size();
}

// Names of columns that number persons.
bool counts_persons_one_by_one(const std::vector<std::string>& words) {
  constexpr std::string_view kPersons[] = {"subject", "case", "patient", "participant", "person", "pid",
                                           "症例",    "患者", "対象者",  "被験者",      "参加者"};
  return words.size() <= 2 &&
         std::ranges::any_of(kPersons, [&](std::string_view word) { return has_word(words, word); });
}
bool is_ranking(const std::vector<std::string>& words) {
  constexpr std::string_view kRanks[] = {"rank", "order", "順位", "順", "no", "index"};
  return words.empty() || std::ranges::any_of(kRanks, [&](std::string_view word) { return has_word(words, word); });
}

// 1, 2, 3, ... down the column.
bool is_running(const Sheet& sheet, std::size_t column) {
  double last = 0;
  for (const auto& row : sheet.rows) {
    const auto number = column < row.size() ? read_number(row[column]) : std::nullopt;
    if (!number || !number->whole || (last > 0 && number->value != last + 1)) return false;
    last = number->value;
  }
  return !sheet.rows.empty();
}

}  // namespace

void judge_records(const Sheet& sheet, Findings& findings) {
  const std::uint64_t rows = sheet.total_rows;
  if (is_matrix(sheet)) return;
  const std::string file = sheet.place.empty() ? "file" : sheet.place;
  std::size_t scattered = 0;  // numbers in no order
  std::size_t statistics = 0, strong = 0, attributes = 0, irregular = 0, points = 0, ordered = 0, residual = 0,
              day_columns = 0, counts = 0;
  const bool literature = std::ranges::count_if(sheet.rows,
                                                [](const auto& row) {
                                                  return std::ranges::any_of(
                                                      row, [](const std::string& field) { return is_citation(field); });
                                                }) *
                              2 >
                          static_cast<std::ptrdiff_t>(sheet.rows.size());
  std::vector<Column> columns;
  for (std::size_t i = 0; i < sheet.header.size() && i < kManyColumns; ++i) {
    columns.push_back(look_at(sheet, i));
    Column& column = columns.back();
    const std::string& name = sheet.header[i];
    const std::string folded = lower(name);
    const std::vector<std::string> words = words_of(folded);
    const std::string label =
        name.empty() ? fmt::format("column {}", i + 1) : fmt::format("column {}", name.substr(0, 60));
    const std::string where = sheet.place.empty() ? label : sheet.place + ", " + label;
    const bool statistic = sheet.named && is_statistic_name(folded, words);
    const Role role = sheet.named ? role_of(name).role : Role::kNone;
    statistics += statistic;
    const bool indicator = is_indicator(column);
    strong += statistic && !indicator && !is_weak_name(folded, role);
    counts += role == Role::kCount || role == Role::kCell;
    residual += role == Role::kResidual;
    attributes += sheet.named && (name == "性" || std::ranges::any_of(kAttributes, [&](std::string_view word) {
                                    return static_cast<unsigned char>(word[0]) >= 0x80
                                               ? folded.find(word) != std::string::npos
                                               : has_word(words, word);
                                  }));
    judge_names(sheet, name, where, statistic, findings);
    const bool code =
        std::ranges::any_of(kCodeWords, [&](std::string_view word) { return folded.find(word) != std::string::npos; });
    const bool unique = column.filled >= kFewRows && column.distinct.size() >= column.filled - column.filled / 20;
    if (unique && column.filled + 2 >= sheet.rows.size() && column.keys >= column.filled - column.filled / 20 &&
        !code && !statistic)
      findings.add(counts > 0 || statistics > 1 ? "record.code" : "record.unique_id", where,
                   "almost every row has its own value: a key, a row for each person");
    if (column.names >= 3 && column.names * 2 >= column.filled && !literature)
      findings.add("id.name", where, "most values read like names of persons");
    if (column.filled >= kFewRows && column.decimals * 2 > column.filled &&
        column.distinct.size() * 10 > column.filled * 9 && column.long_decimals * 2 > column.filled)
      findings.add("capacity.digits", where, "many values of fourteen digits and more: room for hidden content");
    const bool in_order = column.rising || column.falling;
    scattered += column.numbers == column.filled && column.filled >= 5 && !in_order;
    if (column.dates >= 3 && column.dates * 2 > column.filled && !in_order) {
      ++day_columns;
      if (column.old_dates * 2 > column.dates)
        findings.add("date.birth", where, "dates to the day in no order, most before 2012: they may be birth dates");
    }
    if (column.filled >= kFewRows && column.distinct.size() >= 2 && !column.regular && (!statistic || indicator) &&
        !code)
      ++irregular;
    if (column.filled >= kFewRows && column.numbers == column.filled && column.decimals * 2 > column.filled &&
        column.distinct.size() * 10 > column.filled * 8) {
      if (in_order)
        ++ordered;
      else if (!statistic)
        ++points;
    }
    if (column.numbers == column.filled && column.filled > 0 && in_order && !column.decimals)
      ordered += column.distinct.size() == column.filled && role == Role::kLabel;
  }
  // Fitted values over weeks or months, with their limits, are a curve and no persons.
  const bool over_time = !columns.empty() && !sheet.rows.empty() && columns[0].distinct.size() == columns[0].filled &&
                         std::ranges::all_of(sheet.rows, [](const auto& row) {
                           return !row.empty() && (is_period(row[0]) || row[0].size() == 4);
                         });
  const bool limits =
      std::ranges::any_of(sheet.header, [](const std::string& h) { return role_of(h).role == Role::kLower; });
  const bool lookup = is_lookup(sheet, columns);
  if (residual > 0 && rows >= kFewRows && !((over_time || lookup) && limits))
    findings.add(over_time || lookup ? "plot.fitted" : "plot.residuals", file,
                 "residuals, fitted values or predictions: one row for each person");
  if (statistics == 0 && ((attributes >= 2 && rows >= kFewRows) || (attributes >= 3 && rows >= 5)))
    findings.add("record.level", file, "attributes of single persons side by side, without any statistic");
  else if (statistics == 0 && sheet.header.size() >= 2 && rows >= kFewRows && (irregular > 0 || day_columns > 0) &&
           !(sheet.printed && !sheet.named))
    findings.add("record.level", file, "categories or days in no order and no statistic: rows of persons");
  else if (strong == 0 && attributes >= 2 &&
           ((irregular > 0 && rows >= kFewRows) || (attributes >= 3 && scattered >= 2 && rows >= 5)))
    findings.add("record.level", file, "attributes of single persons side by side, in no order");
  else if (counts == 0 && day_columns > 0 && attributes >= 3 && rows >= kFewRows)
    findings.add("record.level", file, "days and attributes of persons without any count");
  else if (statistics == 0 && points >= 2 && ordered == 0 && rows >= 50)
    findings.add("plot.points", file, "pairs of values in no order: the points of single persons");
  const bool numeric =
      columns.size() >= 2 && std::ranges::all_of(columns, [&](const Column& c) {
        return c.filled == rows && c.numbers == c.filled && !c.rising && !c.falling && c.distinct.size() >= 6;
      });
  if (statistics == 0 && counts == 0 && numeric && rows >= kFewRows + kFewRows / 2 &&
      std::ranges::any_of(columns, [](const Column& c) { return c.decimals * 2 > c.filled; }))
    findings.add("record.values", file, "columns of numbers in no order, without any statistic: a row for each person");
  if (strong == 0 && counts == 0 && is_course(sheet, columns))
    findings.add("record.values", file, "measurements on days at uneven distances: the course of one person");
  judge_values(sheet, columns, file, findings);
  // Persons side by side: each column one of them.
  const auto keys =
      std::ranges::count_if(sheet.header, [](const std::string& h) { return h.size() >= 5 && read_number(h); });
  if (!sheet.printed && sheet.header.size() >= kFewRows && sheet.rows.size() >= 3 &&
      sheet.rows.size() * 2 <= sheet.header.size() &&
      (!sheet.named || keys * 2 > static_cast<std::ptrdiff_t>(sheet.header.size())))
    judge_records(transposed(sheet), findings);
  for (std::size_t i = 0; i < columns.size(); ++i) {  // one person on several rows, with what was measured
    const std::vector<std::string> words = words_of(lower(sheet.header[i]));
    const bool person = counts_persons_one_by_one(words) && sheet.named, key = person || has_word(words, "id");
    const bool measured = std::ranges::any_of(columns, [](const Column& c) { return c.decimals * 2 > c.filled; });
    const bool various =
        std::ranges::any_of(columns, [&](const Column& c) { return c.distinct.size() * 4 > c.filled; });
    if (key && statistics == 0 && rows >= kFewRows && (measured || (person && various)) &&
        columns[i].distinct.size() >= 5 && columns[i].filled >= 2 * columns[i].distinct.size())
      findings.add("record.level", file, "a key on several rows, with measured values");
    if (person && rows >= kFewRows / 2 && columns.size() >= 2 && is_running(sheet, i))
      findings.add("record.level", file, "persons numbered one by one, a row for each");
    if (is_running(sheet, i) && i == 0 && columns.size() == 2 && rows >= kFewRows && is_ranking(words) &&
        columns[1].numbers == columns[1].filled && columns[1].decimals * 2 > columns[1].filled &&
        columns[1].distinct.size() * 10 > columns[1].filled * 8)
      findings.add("record.values", file, "measurements in order of size: one for each person");
  }
  // The same measurement many times, a row for each person.
  std::size_t repeated_names = 0, measured = 0;
  for (std::size_t i = 1; i < sheet.header.size() && i < columns.size(); ++i) {
    const std::size_t digits = sheet.header[i].find_first_of("0123456789");
    const std::size_t before = sheet.header[i - 1].find_first_of("0123456789");
    repeated_names += digits != std::string::npos && digits > 1 && before != std::string::npos &&
                      sheet.header[i].substr(0, digits) == sheet.header[i - 1].substr(0, before);
    measured += columns[i].numbers == columns[i].filled && columns[i].decimals * 2 > columns[i].filled;
  }
  if (counts == 0 && repeated_names >= 2 && measured >= 3 && rows >= kFewRows)
    findings.add("record.level", file, "one measurement at several times, a row for each person");
  if (rows > kManyRows)
    findings.add("record.rows", file, fmt::format("{} rows: statistics have at most {}", rows, kManyRows));
  if (sheet.header.size() > kManyColumns)
    findings.add("record.columns", file,
                 fmt::format("{} columns: statistics have at most {}", sheet.header.size(), kManyColumns));
  // A statistic says a thing once; rows that repeat are persons or events.
  if (sheet.rows.size() >= kFewRows && !sheet.printed) {
    std::unordered_set<std::string> seen;
    std::size_t repeated = 0;
    for (const auto& row : sheet.rows) {
      std::string whole;
      for (const std::string& field : row)
        whole.append(field).push_back('\x1f');
      const bool empty = std::ranges::count_if(row, [](const std::string& field) { return !field.empty(); }) < 2;
      repeated += !empty && !seen.insert(std::move(whole)).second;
    }
    if (repeated * 10 >= sheet.rows.size())
      findings.add("record.repeated", file,
                   fmt::format("{} of {} rows repeat an earlier row", repeated, sheet.rows.size()));
  }
}

}  // namespace sekisho::outgoing
