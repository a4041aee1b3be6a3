#include "outgoing/case_marks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <initializer_list>
#include <map>
#include <set>
#include <vector>

#include "core/ascii.h"
#include "core/date.h"
#include "outgoing/sheet.h"

namespace sekisho::outgoing {
namespace {

constexpr std::size_t kKeyLines = 5;  // each with another number of one length

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

bool is_day(std::string_view digits) {  // 20240514
  if (digits.size() != 8 || !std::ranges::all_of(digits, is_digit)) return false;
  const auto part = [&](std::size_t at, std::size_t size) {
    return std::atoi(std::string(digits.substr(at, size)).c_str());
  };
  return part(0, 4) >= 1900 && part(0, 4) <= 2100 && part(4, 2) >= 1 && part(4, 2) <= 12 &&
         is_valid_date(part(0, 4), part(4, 2), part(6, 2));
}

// /12345678/20240301/: a folder for each patient and day, as SS-MIX2 and picture archives keep them.
bool is_patient_path(std::string_view line) {
  std::string_view before;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t end = std::min(line.find_first_of("/\\ \t,\"'", at), line.size());
    const std::string_view part = line.substr(at, end - at);
    const bool folder = end < line.size() && (line[end] == '/' || line[end] == '\\');
    if (is_day(part) && before.size() >= 5 && std::ranges::all_of(before, is_digit) && !part.starts_with(before) &&
        !is_day(before))
      return true;
    before = folder ? part : std::string_view();
    at = end + 1;
  }
  return false;
}

// "最高齢は103歳", "the youngest was 4": one person's value.
bool names_extreme(std::string_view line) {
  for (const std::string_view word :
       {"最高齢", "最年長", "最年少", "最長老", "最長在院", "最高額", "the oldest", "the youngest", "The oldest",
        "The youngest", "oldest patient", "youngest patient", "最大値は", "最小値は"}) {
    const std::size_t found = line.find(word);
    if (found == std::string_view::npos) continue;
    const std::string_view rest = line.substr(found + word.size(), 32);
    const std::size_t digit = rest.find_first_of("0123456789");
    if (digit == std::string_view::npos || mentions(rest.substr(digit), {"以上", "以下", "未満", "超"})) continue;
    return true;
  }
  return false;
}

// The least and greatest values one by one, as SAS, SPSS and Stata print them.
bool lists_extremes(std::string_view line) {
  return mentions(line, {"Extreme Observations", "Extreme Values"}) ||
         (line.contains("---Lowest---") && line.contains("---Highest---")) ||
         (line.contains("Percentiles") && line.contains("Smallest"));
}

// "範囲 3~98歳": both ends, neither of quartiles nor of what is normal.
bool is_age_range(std::string_view line) {
  for (std::size_t at = line.find("範囲"); at != std::string_view::npos; at = line.find("範囲", at + 1)) {
    const std::string_view before = line.substr(at > 18 ? at - 18 : 0, std::min<std::size_t>(at, 18));
    if (mentions(before, {"四分位", "基準", "正常", "参照", "信頼", "対象"})) continue;
    const std::string_view rest = line.substr(at + 6, 40);
    const std::size_t digit = rest.find_first_of("0123456789");
    if (digit == std::string_view::npos || digit > 9) continue;
    const std::string_view ends = rest.substr(digit);
    if (mentions(ends, {"~", "-", "〜", "から"}) && mentions(ends, {"歳", "日", "円", "年", "点", "回"})) return true;
  }
  return false;
}

// "Patient 17 had a CRP of 32", "症例3は": one of them.
bool is_numbered_case(std::string_view line) {
  for (const std::string_view word : {"Patient ", "patient ", "Case ", "Subject ", "症例", "患者"})
    for (std::size_t at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1)) {
      std::size_t end = at + word.size();
      while (end < line.size() && is_digit(line[end]))
        ++end;
      const std::size_t digits = end - at - word.size();
      if (digits == 0 || digits > 4) continue;
      const std::string_view rest = line.substr(end, 16);
      for (const std::string_view verb : {" had ", " was ", " died", " developed", " presented", " received",
                                          " underwent", " has ", " is a", "は", "では", "が", "の経過"})
        if (rest.starts_with(verb)) return true;
    }
  return false;
}

// R's summary of a data frame: "Min.   :18.0  ".
bool is_frame_extreme(std::string_view line) {
  for (const std::string_view word : {"Min.", "Max."}) {
    const std::size_t found = line.find(word);
    if (found == std::string_view::npos) continue;
    const std::size_t colon = line.find_first_not_of(' ', found + word.size());
    if (colon == std::string_view::npos || line[colon] != ':') continue;
    const std::size_t value = line.find_first_not_of(" -", colon + 1);
    if (value != std::string_view::npos && is_digit(line[value])) return true;
  }
  return false;
}

// "K.M. 72歳": initials beside an age.
bool has_initials_with_age(std::string_view line) {
  for (const std::string_view age : {"歳", "才", " yo ", " y/o", "yrs", " y.o."})
    for (std::size_t at = line.find(age); at != std::string_view::npos; at = line.find(age, at + 1)) {
      if (at == 0 || !(is_digit(line[at - 1]) || line[at - 1] == ' ')) continue;
      const std::string_view near = line.substr(at > 16 ? at - 16 : 0, std::min<std::size_t>(at, 16));
      for (std::size_t i = 0; i + 3 < near.size(); ++i) {
        const bool begins = i == 0 || !((near[i - 1] | 32) >= 'a' && (near[i - 1] | 32) <= 'z');
        const std::size_t second = near[i + 2] == ' ' ? i + 3 : i + 2;
        if (begins && is_upper(near[i]) && near[i + 1] == '.' && second + 1 < near.size() && is_upper(near[second]) &&
            (near[second + 1] == '.' || near[second + 1] == ' ' || near[second + 1] == ','))
          return true;
      }
    }
  return false;
}

struct Tokens {
  std::map<std::size_t, std::vector<std::string_view>> by_length;  // digits alone, five to twelve of them
};
Tokens numbers_of(std::string_view line) {
  Tokens out;
  for (std::size_t at = 0; at < line.size();) {
    if (!is_digit(line[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < line.size() && is_digit(line[end]))
      ++end;
    const auto joins = [](char c) {
      return c == '.' || c == '-' || c == '_' || c == '/' || c == ':' || ((c | 32) >= 'a' && (c | 32) <= 'z');
    };
    const bool alone =
        (at == 0 || !joins(line[at - 1])) && (end == line.size() || !joins(line[end]) || line[end] == ':');
    if (alone && end - at >= 5 && end - at <= 12 && !is_day(line.substr(at, end - at)))
      out.by_length[end - at].push_back(line.substr(at, end - at));
    at = end;
  }
  return out;
}

}  // namespace

void judge_case_line(std::string_view line, const std::string& where, Findings& findings) {
  if (line.size() > 20'000) return;
  if (is_patient_path(line))
    findings.add("id.patient_number", where, "a folder named by a number and a day: one patient's");
  if (names_extreme(line) || is_frame_extreme(line) || lists_extremes(line))
    findings.add("extreme.value", where, "a minimum or maximum is the value of one person");
  if (is_age_range(line)) findings.add("extreme.range", where, "the ends of a distribution: values of single persons");
  if (is_numbered_case(line)) findings.add("text.narrative", where, "what happened to one numbered patient");
  if (has_initials_with_age(line)) findings.add("text.case", where, "initials with an age: a single person");
}

void judge_narrative(std::string_view text, Findings& findings) {
  constexpr std::string_view kMarks[] = {"【所見】",
                                         "【診断】",
                                         "【現病歴】",
                                         "【主訴】",
                                         "【既往歴】",
                                         "【経過】",
                                         "【身体所見】",
                                         "【検査所見】",
                                         "【入院後経過】",
                                         "【処方】",
                                         "S)",
                                         "O)",
                                         "A)",
                                         "P)",
                                         "S:",
                                         "O:",
                                         "A:",
                                         "P:",
                                         "SpO2",
                                         "BP ",
                                         "を認める。",
                                         "前回と比較",
                                         "の疑い",
                                         "疑い。",
                                         "増悪",
                                         "軽快退院",
                                         "第1病日",
                                         "病日",
                                         "IC施行",
                                         "せん妄",
                                         "Chief complaint",
                                         "History of present illness",
                                         "Physical exam",
                                         "Impression:",
                                         "Assessment",
                                         "was admitted with",
                                         "presented with",
                                         "on admission",
                                         "was intubated"};
  std::size_t marks = 0;
  for (const std::string_view mark : kMarks)
    marks += text.find(mark) != std::string_view::npos;
  if (marks >= 3)
    findings.add("text.narrative", "file", "the words of clinical notes: look whether one patient is described");
}

void judge_key_runs(std::string_view text, Findings& findings) {
  std::map<std::size_t, std::set<std::string_view>> seen;  // by length: one number a line
  std::map<std::size_t, std::size_t> lines, zeros, rising;
  std::map<std::size_t, long long> last;
  std::size_t runs = 0;
  std::uint64_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    at = end + 1;
    ++number;
    if (line.size() > 4000 || mentions(line, {"PMID", "doi", "http", "ISBN", "sha256", "md5", "jobid", "JobID"}))
      continue;
    for (const auto& [length, tokens] : numbers_of(line).by_length) {
      const std::set<std::string_view> distinct(tokens.begin(), tokens.end());
      if (tokens.size() >= 8 && distinct.size() == tokens.size() && length >= 6 && length != 9) ++runs;
      if (tokens.size() != 1 || length < 7 || length == 9) continue;
      ++lines[length];
      seen[length].insert(tokens.front());
      zeros[length] += tokens.front().front() == '0';
      const long long value = std::atoll(std::string(tokens.front()).c_str());
      rising[length] += last.contains(length) && value == last[length] + 1;
      last[length] = value;
    }
  }
  if (runs >= 2)
    findings.add("record.code", "file", "rows of numbers of one length: look whether they are keys of persons");
  for (const auto& [length, count] : lines)
    if (count >= kKeyLines && seen[length].size() * 10 >= count * 9 &&
        (zeros[length] * 20 >= count || length == 8 || length == 10) && rising[length] * 2 < count)
      findings.add("record.code", "file",
                   "another number of one length in each line: look whether they are keys of persons");
}

void judge_coordinates(std::string_view text, Findings& findings) {
  for (std::size_t at = text.find("coordinates"); at != std::string_view::npos; at = text.find("coordinates", at + 1)) {
    const std::size_t open = text.find('{', at), close = open == std::string_view::npos ? open : text.find('}', open);
    if (close == std::string_view::npos || open - at > 20) continue;
    std::size_t points = 0, back = 0, forth = 0;
    double last = 0;
    for (std::size_t p = text.find('(', open); p < close; p = text.find('(', p + 1)) {
      const std::size_t comma = text.find(',', p);
      if (comma == std::string_view::npos || comma > close) break;
      const auto x = read_number(text.substr(p + 1, comma - p - 1));
      if (!x) continue;
      back += points > 0 && x->value < last;
      forth += points > 0 && x->value > last;
      last = x->value;
      ++points;
    }
    if (points >= 20 && back * 5 > points && forth * 5 > points)
      findings.add("plot.points", fmt::format("byte {}", at), "coordinates in no order: the points of single persons");
  }
}

}  // namespace sekisho::outgoing
