#include "disclosure/text_scan.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "disclosure/dataset_filter.h"
#include "disclosure/embedded.h"

namespace sekisho::disclosure {
namespace {

constexpr int kDeepest = 3;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string extension_of(std::string_view file_name) {
  return lower(file_name.substr(std::min(file_name.rfind('.'), file_name.size())));
}
bool one_of(std::string_view extension, std::initializer_list<std::string_view> list) {
  return std::ranges::find(list, extension) != list.end();
}
bool is_program(std::string_view extension) {
  return one_of(extension,
                {".py", ".r", ".sas", ".sql", ".do", ".jl", ".sh", ".rmd", ".qmd", ".m", ".ado", ".sps", ".cells"});
}

bool names_birth(std::string_view name) {
  const std::string folded = lower(name);
  return folded.find("birth") != std::string::npos || folded.find("生年") != std::string::npos ||
         folded.find("誕生") != std::string::npos || folded.find("dob") != std::string::npos;
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
    const auto digits = static_cast<std::size_t>(std::ranges::count_if(field, is_digit));
    key = key || (digits == field.size() && digits >= 7 && (field[0] == '0' || digits >= 8));
    day = day || (field.size() == 10 && digits == 8 && (field[4] == '-' || field[4] == '/'));
    at = end;
  }
  return fields >= 4 && fields <= 30 && numbers >= 2 && (key || day);
}

// Fixed columns of digits and few letters, all lines alike: "12345678M0651970...".
bool looks_fixed(std::string_view line) {
  return line.size() >= 12 && line.find_first_of(" ,\t.") == std::string_view::npos &&
         std::ranges::count_if(line, is_digit) * 4 >= static_cast<std::ptrdiff_t>(line.size()) * 3;
}

bool is_message(std::string_view line) {  // HL7, SS-MIX2, receipts: one patient each
  for (const std::string_view segment : {"MSH|^~\\&", "PID|", "RE,1,", "HO,0", "IR,1,", "\x0BMSH"})
    if (line.starts_with(segment)) return true;
  return false;
}

// Titles and words of a table: "Group A (n=5)".
std::string words_in(const Sheet& sheet) {
  std::string out;
  const auto take = [&](const std::string& field) {
    if (!field.empty() && !is_digit(field[0])) out += field + "\n";
  };
  std::ranges::for_each(sheet.header, take);
  for (const auto& row : sheet.rows)
    std::ranges::for_each(row, take);
  return out;
}

// "n_deaths": 5
void judge_members(const Json& node, int level, const OutputPolicy& policy, Findings& findings) {
  if (level > 100) return;
  if (node.is_object())
    for (const auto& [key, child] : node.items())
      if (child.is_number_integer() || child.is_number_unsigned()) {
        const Role role = role_of(fold_forms(key)).role;
        const double value = child.get<double>();
        if ((role == Role::kCount || role == Role::kEvents || role == Role::kAtRisk) && value > 0 &&
            value < policy.threshold)
          findings.add("cell.small", "member " + key.substr(0, 40), "a group of fewer persons than the policy wants");
      }
  if (node.is_structured())
    for (const Json& child : node)
      judge_members(child, level + 1, policy, findings);
}

// Keys and values of a document, one a line; false when it is nested without measure.
bool gather_strings(const Json& node, int level, std::string& out) {
  if (level > 100) return false;
  if (node.is_string()) out += node.get_ref<const std::string&>() + "\n";
  bool fine = true;
  if (node.is_object())
    for (const auto& [key, child] : node.items()) {
      out += key;
      if (child.is_string())
        out += ": " + child.get_ref<const std::string&>();
      else if (!child.is_structured())
        out += ": " + child.dump();
      out += "\n";
      if (child.is_structured()) fine = gather_strings(child, level + 1, out) && fine;
    }
  if (node.is_array())
    for (const Json& child : node)
      fine = gather_strings(child, level + 1, out) && fine;
  return fine;
}

}  // namespace

const Description* Knowledge::description(std::string_view file_name) const {
  if (descriptions == nullptr) return nullptr;
  const auto found = descriptions->find(std::string(file_name));
  return found == descriptions->end() ? nullptr : &found->second;
}

void TextScan::fields(const Sheet& sheet, Findings& findings) const {
  std::vector<std::string> wheres;
  std::vector<char> births;
  for (std::size_t i = 0; i < sheet.header.size(); ++i) {
    const std::string& name = sheet.header[i];
    wheres.push_back(name.empty() ? fmt::format("column {}", i + 1) : fmt::format("column {}", name.substr(0, 60)));
    births.push_back(names_birth(name));
    scan_identifiers(name, "header", {}, findings);
  }
  Findings plain;  // of fields that are nothing but a number
  std::vector<std::size_t> numbers(sheet.header.size());
  for (const auto& row : sheet.rows)
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool known = i < wheres.size();
      const std::string& field = row[i];
      if (field.empty()) continue;
      const IdentifierContext context{.birth_column = known && births[i] != 0, .column = known};
      const bool number = known && std::ranges::all_of(field, is_digit);
      if (number) ++numbers[i];
      // A number stands for what its column says.
      const bool told = known && !sheet.header[i].empty() && sheet.header[i].size() < 40 && is_digit(field[0]);
      scan_identifiers(told ? sheet.header[i] + ": " + field : field, known ? wheres[i] : "beyond the last column",
                       context, number ? plain : findings);
    }
  // One number in eleven or ten fits its check digit by chance: a column in which few do holds something else.
  for (std::size_t i = 0; i < wheres.size(); ++i)
    for (const std::string_view rule : {"id.my_number", "id.insurer", "id.institution", "date.birth_number"})
      if (const auto hits = plain.count(rule, wheres[i]); numbers[i] >= 4 && hits * 2 < numbers[i])
        plain.drop(rule, wheres[i]);
  for (const ScanFinding& finding : plain.list())
    findings.add(finding.rule, finding.where, finding.message);
}

void TextScan::table(const Sheet& sheet, std::string_view file_name, Findings& findings) const {
  judge_records(sheet, findings);
  judge_outputs(sheet, knowledge_.policy, knowledge_.description(file_name), findings);
  if (knowledge_.dataset != nullptr) knowledge_.dataset->judge(sheet, findings);
}

void TextScan::embedded(std::string_view text, std::string_view file_name, int depth, Findings& findings) const {
  if (depth >= kDeepest) return;
  for (const Embedded& piece : find_embedded(text, findings)) {
    Findings inside;
    bytes_inside_(piece.content, piece.place, inside);
    const std::string where = fmt::format("{}, {}", piece.place, piece.form);
    findings.add(inside.list(), where);
  }
  if (const std::string plain = unescaped(text); !plain.empty()) {
    Findings inside;
    lines(plain, "escapes.txt", inside);
    // Only what the escapes hid: everything else is found in the text itself.
    for (const ScanFinding& finding : inside.list())
      if (finding.rule.starts_with("id.") || finding.rule.starts_with("date."))
        findings.add(finding.rule, finding.where + ", escapes", finding.message);
  }
  (void)file_name;
}

void TextScan::lines(std::string_view text, std::string_view file_name, Findings& findings) const {
  std::size_t records = 0, fixed = 0, messages = 0;
  std::uint64_t number = 1;
  for (std::size_t at = 0; at < text.size(); ++number) {
    const std::size_t end = std::min(text.find_first_of("\n\r", at), text.size());
    const std::string_view line = text.substr(at, end - at);
    at = end + 1;
    if (end + 1 < text.size() && text[end] == '\r' && text[end + 1] == '\n') ++at;
    const std::string folded = fold_forms(line);
    scan_identifiers(folded, fmt::format("line {}", number), {}, findings);
    if (knowledge_.dataset != nullptr) knowledge_.dataset->judge_line(folded, fmt::format("line {}", number), findings);
    bool stamped = false;
    for (const std::string_view word : {"INFO", "WARN", "DEBUG", "ERROR"})
      stamped = stamped || line.find(word) != std::string_view::npos;
    records += !stamped && looks_like_record(line);
    fixed += looks_fixed(line);
    messages += is_message(line);
  }
  if (records >= 3) findings.add("log.records", "file", fmt::format("{} printed rows of records", records));
  if (fixed >= 10 && fixed * 2 > number)
    findings.add("record.level", "file", fmt::format("{} lines of fixed columns: rows of records", fixed));
  if (messages >= 1) findings.add("record.message", "file", "messages or receipts of single patients");
  const std::string folded = fold_forms(text);
  const bool program = is_program(extension_of(file_name));
  judge_output_text(folded, program, knowledge_.policy, findings);
  if (!program)
    for (const Sheet& sheet : find_sheets(text))
      table(sheet, file_name, findings);
}

bool TextScan::json(std::string_view text, std::string_view file_name, int depth, Findings& findings) const {
  Json value;
  if (auto parsed = parse_json(text)) {
    value = std::move(*parsed);
  } else {  // one document a line
    value = Json::array();
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      const std::string_view line = text.substr(at, end - at);
      at = end + 1;
      if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
      auto document = parse_json(line);
      if (!document || value.size() > Sheet::kMostRows) return false;
      value.push_back(std::move(*document));
    }
  }
  std::string strings;
  if (!gather_strings(value, 0, strings)) findings.add("file.hostile", "file", "nested without measure");
  judge_members(value, 0, knowledge_.policy, findings);
  lines(strings, "strings.txt", findings);
  embedded(strings, file_name, depth, findings);
  judge_output_text(text.substr(0, 1 << 20), false, knowledge_.policy, findings);
  for (const Sheet& sheet : sheets_of(value)) {
    table(sheet, file_name, findings);
    fields(sheet, findings);
  }
  return true;
}

void TextScan::scan(std::string_view text, std::string_view file_name, int depth, Findings& findings) const {
  if (const int invisible = invisible_characters(text); invisible > 0)
    findings.add(invisible == 2 ? "text.invisible" : "text.joiners", "file", "characters that show nothing");
  const std::string extension = extension_of(file_name);
  if (knowledge_.pseudonyms != nullptr) knowledge_.pseudonyms->judge(text, findings);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const bool braces = first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
  if ((one_of(extension, {".json", ".jsonl", ".ndjson", ".geojson"}) || (braces && extension == ".txt")) &&
      json(text, file_name, depth, findings))
    return;
  const bool said = one_of(extension, {".csv", ".tsv", ".tab", ".psv"});
  if (said || !(is_program(extension) || one_of(extension, {".json", ".md", ".log", ".tex", ".yaml", ".yml"}))) {
    if (const auto sheet = read_sheet(text, said)) {
      table(*sheet, file_name, findings);
      fields(*sheet, findings);
      if (knowledge_.dataset != nullptr)
        for (const auto& row : sheet->rows)
          for (const std::string& field : row)
            knowledge_.dataset->judge_line(field, "file", findings);
      judge_output_text(words_in(*sheet), false, knowledge_.policy, findings);
      embedded(text, file_name, depth, findings);
      return;
    }
  }
  lines(text, file_name, findings);
  embedded(text, file_name, depth, findings);
}

}  // namespace sekisho::disclosure
