#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>
#include <unordered_set>

#include "core/csv.h"
#include "core/date.h"
#include "core/file.h"
#include "core/json.h"
#include "core/text.h"
#include "crypto/digest.h"
#include "disclosure/containers.h"
#include "disclosure/identifiers.h"
#include "disclosure/sandbox.h"
#include "disclosure/scan.h"

namespace sekisho::disclosure {
namespace {

constexpr std::size_t kLargestFile = 16 << 20, kManyRows = 5000, kManyColumns = 200, kFewRows = 20, kLongBase64 = 200;

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
    {"registration", "a registration's key", true},
    {"pseudonym", "a pseudonym", true},
    {"karte", "a patient's number", false},
    {"カルテ", "a patient's number", false},
    {"診察券", "a patient's number", false},
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
    "sex",    "gender", "性別", "age",       "年齢", "height", "身長",  "weight", "体重",      "bmi",       "date",
    "日",     "診断",   "病名", "diagnosis", "icd",  "hba1c",  "血圧",  "bp",     "sbp",       "dbp",       "検査",
    "result", "結果",   "薬",   "drug",      "dose", "入院",   "退院",  "visit",  "admission", "discharge", "outcome",
    "転帰",   "ldl",    "hdl",  "egfr",      "crea", "既往",   "event", "zip",    "郵便"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

struct Column {
  std::string name;
  std::unordered_set<std::string> distinct;
  // Values that look like keys rather than measurements; like names; with a point, and with many digits.
  std::uint64_t filled = 0, tokens = 0, names = 0, decimals = 0, long_decimals = 0;
};

bool is_period(std::string_view value) {  // 2023-04, 2023/04/01, 40-44, 2023Q1
  return std::ranges::all_of(value,
                             [](char c) {
                               return is_digit(c) || c == '-' || c == '/' || c == 'Q' || c == 'W' || c == ':' ||
                                      c == 'T';
                             }) &&
         value.find_first_of("-/Q") != std::string_view::npos && value.size() <= 19;
}

bool looks_like_key(std::string_view value) {
  if (value.size() < 5 || value.find_first_of(". ,%()~<>=") != std::string_view::npos || is_period(value)) return false;
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

std::vector<std::string> words_of(std::string_view folded) {
  std::vector<std::string> words(1);
  for (const char c : folded) {
    const bool part = is_digit(c) || (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
    if (part)
      words.back() += c;
    else if (!words.back().empty())
      words.emplace_back();
  }
  return words;
}

bool has_word(const std::vector<std::string>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

bool is_statistic(std::string_view folded, const std::vector<std::string>& words) {
  for (const std::string_view key : {"id", "key", "no", "number"})
    if (has_word(words, key) && (key != "number" || !has_word(words, "of"))) return false;
  if (has_word(words, "n")) return true;
  return std::ranges::any_of(kCountWords,
                             [&](std::string_view word) { return folded.find(word) != std::string::npos; });
}

void judge_columns(const std::vector<Column>& columns, std::uint64_t rows, Findings& findings) {
  std::size_t statistics = 0, attributes = 0;
  for (const Column& column : columns) {
    const std::string folded = lower(fold_forms(column.name));
    const std::vector<std::string> words = words_of(folded);
    const std::string where = fmt::format("column {}", column.name.substr(0, 60));
    const bool statistic = is_statistic(folded, words);
    statistics += statistic;
    attributes += std::ranges::any_of(kAttributes, [&](std::string_view word) {
      return static_cast<unsigned char>(word[0]) >= 0x80 ? folded.find(word) != std::string::npos
                                                         : has_word(words, word);
    });
    if (!statistic && !has_word(words, "patients") && !has_word(words, "persons"))
      for (const HeaderWord& header : kHeaderWords) {
        const bool birth_of = header.word == "birth" &&
                              (has_word(words, "weight") || has_word(words, "order") || has_word(words, "cohort"));
        if (birth_of || !(header.whole ? has_word(words, header.word) : folded.find(header.word) != std::string::npos))
          continue;
        findings.add("record.column", where, fmt::format("the column's name speaks of {}", header.meaning));
        break;
      }
    bool code = false;  // codes of drugs, tests and diseases name things, not persons
    for (const std::string_view word : {"コード", "code", "yj", "icd", "jlac", "atc", "薬", "病名", "drug", "検査",
                                        "item", "項目", "variable", "変数"})
      code = code || folded.find(word) != std::string::npos;
    if (rows >= kFewRows && column.filled == rows && column.distinct.size() >= rows - rows / 20 &&
        column.tokens >= rows - rows / 20 && !code && !statistic)
      findings.add("record.unique_id", where, "almost every row has its own value: a key, a row for each person");
    if (column.names >= 3 && column.names * 2 >= column.filled)
      findings.add("id.name", where, "most values read like names of persons");
    if (rows >= kFewRows && column.decimals * 2 > rows && column.distinct.size() * 10 > rows * 9 &&
        column.long_decimals * 2 > rows)
      findings.add("capacity.digits", where, "many values of more than eight digits: room for hidden content");
  }
  if (statistics == 0 && ((attributes >= 2 && rows >= kFewRows) || (attributes >= 3 && rows >= 5)))
    findings.add("record.level", "file", "attributes of single persons side by side, without any statistic");
  if (rows > kManyRows)
    findings.add("record.rows", "file", fmt::format("{} rows: statistics have at most {}", rows, kManyRows));
  if (columns.size() > kManyColumns)
    findings.add("record.columns", "file",
                 fmt::format("{} columns: statistics have at most {}", columns.size(), kManyColumns));
}

bool names_birth(std::string_view name) {
  const std::string folded = lower(fold_forms(name));
  return folded.find("birth") != std::string::npos || folded.find("生年") != std::string::npos ||
         folded.find("誕生") != std::string::npos || folded.find("dob") != std::string::npos;
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
        scan_identifiers(fold_forms(field), "header", false, findings);
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
      // A number stands for what its column says.
      const std::string field = fold_forms(fields[i]);
      scan_identifiers(known && wheres[i].size() < 40 && !field.empty() && is_digit(field[0])
                           ? fold_forms(columns[i].name) + ": " + field
                           : field,
                       known ? wheres[i] : "beyond the last column", known && births[i], findings);
      if (!known || fields[i].empty()) continue;
      Column& column = columns[i];
      ++column.filled;
      column.tokens += looks_like_key(fields[i]);
      const std::string folded = fold_forms(fields[i]);
      column.names += is_full_name(folded) || may_be_name(folded);
      if (const std::size_t point = fields[i].find('.');
          point != std::string_view::npos && is_digit(fields[i].back())) {
        ++column.decimals;
        column.long_decimals += fields[i].size() > 18;
      }
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

// A printed row of records: four fields or more, a key or a date to the day among them.
bool looks_like_record(std::string_view line) {
  std::size_t fields = 0, numbers = 0;
  bool key = false, day = false;
  for (std::size_t at = 0; at < line.size();) {
    at = line.find_first_not_of(" \t|,", at);
    if (at == std::string_view::npos) break;
    std::size_t end = line.find_first_of(" \t|,", at);
    if (end == std::string_view::npos) end = line.size();
    const std::string_view field = line.substr(at, end - at);
    ++fields;
    numbers += is_digit(field.front());
    key = key || looks_like_key(field);
    day = day || (field.size() >= 10 && is_period(field) && field.find('/') != std::string_view::npos) ||
          (field.size() == 10 && is_period(field) && field[4] == '-' && field[7] == '-');
    at = end;
  }
  return fields >= 4 && fields <= 30 && numbers >= 2 && (key || day);
}

void scan_lines(std::string_view text, Findings& findings) {
  std::size_t at = 0, records = 0;
  for (std::uint64_t line = 1; at < text.size(); ++line) {
    std::size_t end = text.find('\n', at);
    if (end == std::string_view::npos) end = text.size();
    const std::string_view content = text.substr(at, end - at);
    scan_identifiers(fold_forms(content), fmt::format("line {}", line), false, findings);
    const bool stamped =
        content.find("INFO") != std::string_view::npos || content.find("WARN") != std::string_view::npos ||
        content.find("DEBUG") != std::string_view::npos || content.find("ERROR") != std::string_view::npos;
    records += !stamped && looks_like_record(content);
    std::size_t run = 0, longest = 0;
    for (const char c : content) {
      run = is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '/' || c == '='
                ? run + 1
                : 0;
      longest = std::max(longest, run);
    }
    if (longest > kLongBase64)
      findings.add("capacity.base64", fmt::format("line {}", line), "a long run of encoded characters");
    at = end + 1;
  }
  if (records >= 3) findings.add("log.records", "file", fmt::format("{} printed rows of records", records));
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

namespace {

void scan_decoded(ByteView bytes, std::string_view name, Findings& findings) {
  const bool wide =
      bytes.size() >= 2 && ((bytes[0] == 0xFF && bytes[1] == 0xFE) || (bytes[0] == 0xFE && bytes[1] == 0xFF));
  if (wide || std::ranges::find(bytes, std::uint8_t{0}) != bytes.end()) {
    findings.add("file.type", "file", "not a text file: what is inside cannot be examined");
    return;
  }
  std::string text;
  DecodeReport report;
  decode(detect_charset(bytes), bytes, text, report);
  for (const ScanFinding& finding : scan_text(text, name))
    findings.add(finding.rule, finding.where, finding.message);
  if (report.invalid > 0)
    findings.add("file.charset", "file", "bytes that are no text in the character set of the file");
}

// Everything that looks at the bytes of the file; runs in the process without rights.
Findings examine(ByteView bytes, const std::string& name) {
  Findings findings;
  const FileType type = type_of(as_text(bytes), name);
  if (!fits(type, name))
    findings.add("file.type", "file", fmt::format("the content is {}, not what the name says", disclosure::name(type)));
  if (type == FileType::kText || type == FileType::kOther) {
    scan_decoded(bytes, name, findings);
  } else {
    Opened opened;
    open_container(type, as_text(bytes), 0, opened);
    findings.add(opened.findings.list(), disclosure::name(type));
    for (const InnerText& inner : opened.texts) {
      Findings inside;
      if (inner.text.find('\0') != std::string::npos) {
        std::string plain = inner.text;
        std::erase(plain, '\0');
        scan_decoded(as_bytes(plain), inner.name, inside);
      } else {
        scan_decoded(as_bytes(inner.text), inner.name, inside);
      }
      findings.add(inside.list(), inner.name);
    }
  }
  for (const ScanFinding& finding : scan_text(fold_forms(name), "name.txt"))
    findings.add(finding.rule, "file name", finding.message);
  return findings;
}

}  // namespace

Verdict Scan::verdict() const {
  Verdict worst = Verdict::kPass;
  for (const ScanFinding& finding : findings)
    worst = std::max(worst, rule_of(finding.rule).verdict);
  return worst;
}

Result<Scan> scan(const std::filesystem::path& file) {
  Scan result;
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  if (!error && size > kLargestFile) {
    result.findings = {{"file.size", "file", "larger than 16 MB: statistics are small"}};
    return result;
  }
  SEKISHO_TRY(const Bytes bytes, read_file(file, kLargestFile));
  result.sha256 = to_hex(crypto::sha256(bytes));
  const std::string name = file.filename().string();
  result.type = disclosure::name(type_of(as_text(bytes), name));
  SEKISHO_TRY(const std::string answer, without_rights([&] {
                Json list = Json::array();
                for (const ScanFinding& finding : examine(bytes, name).list())
                  list.push_back(Json{{"rule", finding.rule}, {"where", finding.where}, {"message", finding.message}});
                return list.dump(-1, ' ', true, Json::error_handler_t::replace);
              }));
  const auto list = parse_json(answer);
  if (!list || !list->is_array()) {
    result.findings = {{"file.hostile", "file", "the file could not be examined within bounds of time and memory"}};
    return result;
  }
  for (const Json& finding : *list)
    result.findings.push_back({finding.value("rule", ""), finding.value("where", ""), finding.value("message", "")});
  return result;
}

Result<std::vector<ScanFinding>> scan_file(const std::filesystem::path& file) {
  SEKISHO_TRY(Scan result, scan(file));
  return std::move(result.findings);
}

}  // namespace sekisho::disclosure
