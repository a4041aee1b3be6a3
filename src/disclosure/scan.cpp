#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>
#include <unordered_set>

#include "core/date.h"
#include "core/file.h"
#include "core/text.h"
#include "disclosure/table.h"

namespace sekisho::disclosure {
namespace {

constexpr std::size_t kLargestFile = 16 << 20, kManyRows = 5000, kManyColumns = 200, kFewRows = 20;
constexpr int kBirthBefore = 2012;  // a full western date before it is more likely a birth than an event

struct HeaderWord {
  std::string_view word, meaning;
};
// Parts of column names (in lower case) that name persons or their attributes.
constexpr HeaderWord kHeaderWords[] = {
    {"person", "a person's key"},
    {"patient", "a patient's key"},
    {"registration", "a registration's key"},
    {"pseudonym", "a pseudonym"},
    {"karte", "a patient's number"},
    {"患者", "patients"},
    {"氏名", "names"},
    {"カナ", "names"},
    {"生年月日", "birth dates"},
    {"birth", "birth dates"},
    {"dob", "birth dates"},
    {"被保険者", "insured persons"},
    {"記号", "an insurance symbol"},
    {"住所", "addresses"},
    {"address", "addresses"},
    {"電話", "telephone numbers"},
    {"phone", "telephone numbers"},
    {"mrn", "a patient's number"},
    {"個人番号", "My Number"},
    {"mynumber", "My Number"},
    {"仮名", "a pseudonym"},
    {"匿名化id", "a person's key"},
    {"ssn", "a person's number"},
};
// Words beside a column name that make it a count of persons and not their key.
constexpr std::string_view kCountWords[] = {"count",   "人数",     "患者数", "number_of", "n_",
                                            "persons", "patients", "total",  "件数"};

constexpr std::string_view kInsurerLaws[] = {"01", "02", "03", "04", "06", "07", "31", "32", "33",
                                             "34", "39", "63", "67", "72", "73", "74", "75"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

// Full-width letters, digits and marks become ASCII: ０ hides from no rule.
std::string fold_width(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_code_point(text, at);
    append_utf8(out, c >= 0xFF01 && c <= 0xFF5E ? c - 0xFEE0 : c == 0x3000 ? U' ' : c);
  }
  return out;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

// My Number: 12 digits; weights 2..7, 2..6 from the right of the first eleven, 11 - sum mod 11, 10 and 11 give 0.
bool is_my_number(std::string_view digits) {
  if (digits.size() != 12 || !all_digits(digits)) return false;
  if (std::ranges::all_of(digits, [&](char c) { return c == digits[0]; })) return false;
  int sum = 0;
  for (std::size_t n = 1; n <= 11; ++n)
    sum += (digits[11 - n] - '0') * static_cast<int>(n <= 6 ? n + 1 : n - 5);
  const int check = sum % 11 <= 1 ? 0 : 11 - sum % 11;
  return check == digits[11] - '0';
}

// Insurer number of 8 digits: law code, prefecture, number, check digit (weights 2, 1 from the right, digit sums).
bool is_insurer_number(std::string_view digits) {
  if (digits.size() != 8 || !all_digits(digits)) return false;
  if (std::ranges::find(kInsurerLaws, digits.substr(0, 2)) == std::end(kInsurerLaws)) return false;
  const int prefecture = (digits[2] - '0') * 10 + digits[3] - '0';
  if (prefecture < 1 || prefecture > 47) return false;
  int sum = 0;
  for (std::size_t i = 0; i < 7; ++i) {
    const int product = (digits[i] - '0') * (i % 2 == 0 ? 2 : 1);
    sum += product / 10 + product % 10;
  }
  return (10 - sum % 10) % 10 == digits[7] - '0';
}

int number_at(std::string_view text, std::size_t& at, std::size_t most) {
  int value = 0;
  std::size_t digits = 0;
  while (at < text.size() && is_digit(text[at]) && digits < most) {
    value = value * 10 + (text[at++] - '0');
    ++digits;
  }
  return digits == 0 || (at < text.size() && is_digit(text[at])) ? -1 : value;
}

bool take(std::string_view text, std::size_t& at, std::initializer_list<std::string_view> any_of) {
  while (at < text.size() && text[at] == ' ')
    ++at;
  for (const std::string_view word : any_of)
    if (text.substr(at).starts_with(word)) {
      at += word.size();
      while (at < text.size() && text[at] == ' ')
        ++at;
      return true;
    }
  return false;
}

// "month SEPARATOR day" after a year; true when it is a day.
bool month_and_day(std::string_view text, std::size_t& at, int year) {
  if (!take(text, at, {"年", ".", "-", "/"})) return false;
  const int month = number_at(text, at, 2);
  if (month < 1 || month > 12 || !take(text, at, {"月", ".", "-", "/"})) return false;
  const int day = number_at(text, at, 2);
  return day >= 1 && is_valid_date(year, month, day);
}

struct Era {
  std::string_view kanji, letter;
  int first;
};
constexpr Era kEras[] = {
    {"明治", "M", 1868}, {"大正", "T", 1912}, {"昭和", "S", 1926}, {"平成", "H", 1989}, {"令和", "R", 2019}};

// An era date to the day that begins at `at`: S55.3.1, 昭和55年3月1日, 令和元年5月1日. Moves behind it.
bool era_date(std::string_view text, std::size_t& at) {
  for (const Era& era : kEras) {
    std::size_t after = at;
    const bool kanji = text.substr(at).starts_with(era.kanji);
    const bool letter = text.substr(at).starts_with(era.letter) &&
                        (at == 0 || !((text[at - 1] | 32) >= 'a' && (text[at - 1] | 32) <= 'z'));
    if (!kanji && !letter) continue;
    after += kanji ? era.kanji.size() : era.letter.size();
    int year = 1;
    if (!take(text, after, {"元"})) {
      year = number_at(text, after, 2);
      if (year < 1 || year > 64) continue;
    }
    if (!month_and_day(text, after, era.first + year - 1)) continue;
    at = after;
    return true;
  }
  return false;
}

// A western date to the day at `at` (1980-03-01, 1980/3/1, 1980年3月1日); its year, or 0.
int western_date(std::string_view text, std::size_t& at) {
  std::size_t after = at;
  const int year = number_at(text, after, 4);
  if (year < 1880 || year > 2100 || !month_and_day(text, after, year)) return 0;
  at = after;
  return year;
}

// What was found, each rule once for each place with the number of hits.
class Findings {
 public:
  void add(std::string_view rule, std::string_view where, std::string_view message) {
    auto& entry = found_[{std::string(rule), std::string(where)}];
    entry.first = message;
    ++entry.second;
  }
  std::uint64_t count(std::string_view rule, std::string_view where) const {
    const auto found = found_.find({std::string(rule), std::string(where)});
    return found == found_.end() ? 0 : found->second.second;
  }
  std::vector<ScanFinding> list() const {
    std::vector<ScanFinding> out;
    for (const auto& [key, entry] : found_)
      out.push_back({key.first, key.second,
                     entry.second > 1 ? fmt::format("{} ({} times)", entry.first, entry.second) : entry.first});
    return out;
  }

 private:
  std::map<std::pair<std::string, std::string>, std::pair<std::string, std::uint64_t>> found_;
};

// Identifiers by their form, in any text.
void scan_identifiers(std::string_view text, std::string_view where, bool birth_column, Findings& findings) {
  for (std::size_t at = 0; at < text.size();) {
    if (std::size_t after = at; era_date(text, after)) {
      findings.add("date.era", where, "a date to the day in a Japanese era");
      at = after;
      continue;
    }
    if (!is_digit(text[at])) {
      ++at;
      continue;
    }
    if (std::size_t after = at; const int year = western_date(text, after)) {
      if (year < kBirthBefore || birth_column)
        findings.add("date.birth", where, "a date to the day that may be a birth date");
      at = after;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end]))
      ++end;
    const std::string_view digits = text.substr(at, end - at);
    // Digits inside a decimal number, a hash or a longer token are no identifiers.
    const auto is_word = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '_';
    };
    const bool alone =
        (at == 0 || !is_word(text[at - 1])) && (end >= text.size() || !is_word(text[end]) || text[end] == '.');
    if (alone) {
      if (is_my_number(digits)) findings.add("id.my_number", where, "a number with the check digit of a My Number");
      if (is_insurer_number(digits))
        findings.add("id.insurer", where, "a number with the check digit of an insurer number");
      if (digits.size() == 10)
        findings.add("id.patient_number", where, "a number of 10 digits, the form of patient numbers");
      if (digits.size() == 8 || (digits.size() == 7 && digits[0] >= '1' && digits[0] <= '5')) {
        const auto date = parse_receipt_date(digits);
        if (date && date->precision == Precision::kDay && date->date().year() >= 1880 &&
            date->date().year() < kBirthBefore && (digits.size() == 8 || birth_column))
          findings.add("date.birth", where, "a date to the day that may be a birth date");
      }
    }
    at = end;
  }
}

struct Column {
  std::string name;
  std::unordered_set<std::string> distinct;
  std::uint64_t filled = 0, tokens = 0;  // tokens: values that look like keys rather than measurements
};

bool looks_like_key(std::string_view value) {
  if (value.size() < 5 || value.find('.') != std::string_view::npos || value.find(' ') != std::string_view::npos)
    return false;
  bool digit = false;
  for (const char c : value) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
    digit = digit || is_digit(c);
  }
  return digit;
}

void judge_columns(const std::vector<Column>& columns, std::uint64_t rows, Findings& findings) {
  for (const Column& column : columns) {
    const std::string folded = lower(fold_width(column.name));
    const std::string where = fmt::format("column {}", column.name.substr(0, 60));
    const bool counts =
        std::ranges::any_of(kCountWords,
                            [&](std::string_view word) { return folded.find(word) != std::string::npos; }) &&
        folded.find("id") == std::string::npos && folded.find("key") == std::string::npos;
    if (!counts)
      for (const HeaderWord& header : kHeaderWords)
        if (folded.find(header.word) != std::string::npos) {
          findings.add("record.column", where, fmt::format("the column's name speaks of {}", header.meaning));
          break;
        }
    if (rows >= kFewRows && column.filled == rows && column.distinct.size() >= rows - rows / 20 &&
        column.tokens >= rows - rows / 20)
      findings.add("record.unique_id", where, "almost every row has its own value: a key, a row for each person");
  }
  if (rows > kManyRows)
    findings.add("record.rows", "file", fmt::format("{} rows: statistics have at most {}", rows, kManyRows));
  if (columns.size() > kManyColumns)
    findings.add("record.columns", "file",
                 fmt::format("{} columns: statistics have at most {}", columns.size(), kManyColumns));
}

bool names_birth(std::string_view name) {
  const std::string folded = lower(fold_width(name));
  return folded.find("birth") != std::string::npos || folded.find("生年") != std::string::npos ||
         folded.find("dob") != std::string::npos;
}

// false: not a table after all (a quote out of place); the text is then read line by line.
bool scan_table(std::string_view text, char separator, Findings& findings) {
  CsvReader reader(text, separator);
  std::vector<std::string_view> fields;
  std::vector<Column> columns;
  std::vector<char> births;
  std::vector<std::string> wheres;
  std::uint64_t rows = 0, repeated = 0;
  std::unordered_set<std::string> seen;
  std::string whole;
  while (true) {
    const auto more = reader.next(fields);
    if (!more) return false;
    if (!*more) break;
    if (columns.empty()) {
      for (const std::string_view field : fields) {
        columns.push_back({.name = std::string(field)});
        births.push_back(names_birth(field));
        wheres.push_back(fmt::format("column {}", field.substr(0, 60)));
        scan_identifiers(fold_width(field), "header", false, findings);
      }
      continue;
    }
    ++rows;
    whole.clear();
    for (const std::string_view field : fields)
      whole.append(field).push_back('\x1f');
    repeated += !seen.insert(whole).second;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const bool known = i < columns.size();
      scan_identifiers(fold_width(fields[i]), known ? wheres[i] : "beyond the last column", known && births[i],
                       findings);
      if (!known || fields[i].empty()) continue;
      Column& column = columns[i];
      ++column.filled;
      column.tokens += looks_like_key(fields[i]);
      if (column.distinct.size() < kManyRows * 4) column.distinct.emplace(fields[i]);
    }
    if (rows > kManyRows * 4) break;  // refused by its rows already
  }
  judge_columns(columns, rows, findings);
  // A statistic says a thing once; rows that repeat are persons or events.
  if (rows >= kFewRows && repeated * 10 >= rows)
    findings.add("record.repeated", "file", fmt::format("{} of {} rows repeat an earlier row", repeated, rows));
  return true;
}

void scan_lines(std::string_view text, Findings& findings) {
  std::size_t at = 0;
  for (std::uint64_t line = 1; at < text.size(); ++line) {
    std::size_t end = text.find('\n', at);
    if (end == std::string_view::npos) end = text.size();
    scan_identifiers(fold_width(text.substr(at, end - at)), fmt::format("line {}", line), false, findings);
    at = end + 1;
  }
}

bool is_table(std::string_view text, std::string_view file_name, char& separator) {
  const std::string extension = lower(file_name.substr(std::min(file_name.rfind('.'), file_name.size())));
  const std::string_view first = text.substr(0, text.find('\n'));
  separator = std::ranges::count(first, '\t') > std::ranges::count(first, ',') ? '\t' : ',';
  if (extension == ".csv" || extension == ".tsv") return true;
  return extension != ".json" && extension != ".md" && std::ranges::count(first, separator) > 0 &&
         std::ranges::count(text, '\n') >= 3;
}

}  // namespace

std::vector<ScanFinding> scan_text(std::string_view text, std::string_view file_name) {
  Findings findings;
  char separator = ',';
  if (!is_table(text, file_name, separator) || !scan_table(text, separator, findings)) scan_lines(text, findings);
  return findings.list();
}

Result<std::vector<ScanFinding>> scan_file(const std::filesystem::path& file) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  if (!error && size > kLargestFile)
    return std::vector<ScanFinding>{{"file.size", "file", "larger than 16 MB: statistics are small"}};
  SEKISHO_TRY(const Bytes bytes, read_file(file, kLargestFile));
  const bool wide =
      bytes.size() >= 2 && ((bytes[0] == 0xFF && bytes[1] == 0xFE) || (bytes[0] == 0xFE && bytes[1] == 0xFF));
  if (wide || std::ranges::find(bytes, std::uint8_t{0}) != bytes.end() || as_text(bytes).starts_with("%PDF"))
    return std::vector<ScanFinding>{{"file.type", "file", "not a text file: what is inside cannot be examined"}};
  std::string text;
  DecodeReport report;
  decode(detect_charset(bytes), bytes, text, report);
  std::vector<ScanFinding> findings = scan_text(text, file.filename().string());
  if (report.invalid > 0)
    findings.push_back({"file.charset", "file", "bytes that are no text in the character set of the file"});
  for (const ScanFinding& finding : scan_text(fold_width(file.filename().string()), "name.txt"))
    findings.push_back({finding.rule, "file name", finding.message});
  return findings;
}

}  // namespace sekisho::disclosure
