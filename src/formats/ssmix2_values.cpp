#include "formats/ssmix2_values.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <utility>

#include "core/text.h"
#include "formats/hl7.h"

namespace sekisho::formats {
namespace {

struct Fold {
  char32_t from;
  std::string_view to;
};
// Sorted by code point. What does not stand in the ranges of full-width ASCII.
constexpr Fold kFolds[] = {
    {0x00B1, "+-"}, {0x00B5, "u"},  {0x00D7, "x"},  {0x03BC, "u"},      {0x2010, "-"},   {0x2011, "-"},  {0x2012, "-"},
    {0x2013, "-"},  {0x2014, "-"},  {0x2015, "-"},  {0x2030, "permil"}, {0x2103, "cel"}, {0x2191, "^u"}, {0x2193, "^d"},
    {0x2212, "-"},  {0x2264, "<="}, {0x2265, ">="}, {0x2266, "<="},     {0x2267, ">="},  {0x3000, " "},  {0x301C, "~"},
    {0x338E, "mg"}, {0x338F, "kg"}, {0x339C, "mm"}, {0x339D, "cm"},
};

std::string_view stripped(std::string_view text) {
  while (!text.empty() && text.front() == ' ')
    text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ')
    text.remove_suffix(1);
  return text;
}

// Text without blanks and without a pair of brackets around the whole.
std::string_view squeezed(std::string_view text, std::array<char, 40>& buffer) {
  std::size_t n = 0;
  for (const char c : text)
    if (c != ' ' && n < buffer.size()) buffer[n++] = c;
  std::string_view out(buffer.data(), n);
  if (out.size() > 2 && out.front() == '(' && out.back() == ')') out = out.substr(1, out.size() - 2);
  return out;
}

struct Word {
  std::string_view word, value;
};
constexpr Word kWords[] = {
    {"-", "neg"},        {"陰性", "neg"},     {"インセイ", "neg"}, {"ｲﾝｾｲ", "neg"},   {"検出せず", "neg"},
    {"neg", "neg"},      {"negative", "neg"}, {"NEG", "neg"},      {"+", "pos"},      {"陽性", "pos"},
    {"ヨウセイ", "pos"}, {"ﾖｳｾｲ", "pos"},     {"検出", "pos"},     {"pos", "pos"},    {"positive", "pos"},
    {"POS", "pos"},      {"+-", "trace"},     {"+/-", "trace"},    {"少量", "trace"}, {"擬陽性", "trace"},
    {"疑陽性", "trace"}, {"trace", "trace"},  {"TR", "trace"},
};
std::string_view word_value(std::string_view text) {
  for (const Word& w : kWords)
    if (w.word == text) return w.value;
  return {};
}

// 2+, +2 stays a number; ++ and +++ count.
std::string_view grade_of(std::string_view text) {
  static constexpr std::string_view kGrades[] = {"1+", "2+", "3+", "4+", "5+", "6+", "7+", "8+", "9+"};
  if (text.size() == 2 && text[0] >= '1' && text[0] <= '9' && text[1] == '+')
    return kGrades[static_cast<std::size_t>(text[0] - '1')];
  if (text.size() >= 2 && text.size() <= 5 && std::ranges::all_of(text, [](char c) { return c == '+'; }))
    return kGrades[text.size() - 1];
  return {};
}

struct Sign {
  std::string_view sign, comparator;
};
// Longer signs first.
constexpr Sign kPrefixes[] = {{">=", ">="}, {"=>", ">="}, {"<=", "<="}, {"=<", "<="},
                              {">", ">"},   {"<", "<"},   {"U", ">"},   {"L", "<"}};
constexpr Sign kSuffixes[] = {{"以上", ">="},  {"以下", "<="}, {"イカ", "<="}, {"未満", "<"},
                              {"ミマン", "<"}, {"超過", ">"},  {"超", ">"},    {"~", ">="},
                              {"^u", ">="},    {"^d", "<="},   {"<", ">"},     {">", "<"}};

bool parse_comparison(std::string_view text, ResultValue& value) {
  for (const Sign& s : kPrefixes)
    if (text.starts_with(s.sign)) {
      value.number = hl7::number(stripped(text.substr(s.sign.size())));
      if (!value.number) return false;
      value.comparator = s.comparator;
      return true;
    }
  for (const Sign& s : kSuffixes)
    if (text.ends_with(s.sign)) {
      value.number = hl7::number(stripped(text.substr(0, text.size() - s.sign.size())));
      if (!value.number) return false;
      value.comparator = s.comparator;
      return true;
    }
  return false;
}

// a - b, a~b; a sign may stand before the first number only.
bool parse_range(std::string_view text, std::optional<double>& low, std::optional<double>& high) {
  std::size_t at = 1;
  while (at < text.size() && text[at] != '-' && text[at] != '~')
    ++at;
  if (at >= text.size()) return false;
  low = hl7::number(stripped(text.substr(0, at)));
  high = hl7::number(stripped(text.substr(at + 1)));
  if (low && high) return true;
  low = high = std::nullopt;
  return false;
}

bool parse_titre(std::string_view text, ResultValue& value) {
  constexpr std::string_view kTimes = "倍";
  if (text.ends_with(kTimes)) {  // 40倍 is 1:40
    const auto dilution = hl7::integer(stripped(text.substr(0, text.size() - kTimes.size())));
    if (!dilution || *dilution <= 0 || *dilution > 9'999'999) return false;
    value.number = static_cast<double>(*dilution);
    value.text[0] = '1';
    value.text[1] = ':';
    const char* const end = std::to_chars(value.text.data() + 2, value.text.data() + value.text.size(), *dilution).ptr;
    value.qualitative = {value.text.data(), static_cast<std::size_t>(end - value.text.data())};
    return true;
  }
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return false;
  const auto one = hl7::integer(stripped(text.substr(0, colon)));
  const auto dilution = hl7::integer(stripped(text.substr(colon + 1)));
  if (!one || *one != 1 || !dilution) return false;
  value.number = static_cast<double>(*dilution);
  value.qualitative = squeezed(text, value.text);
  return true;
}

// 50x10^2, 1.3E+2: the power is part of the number.
bool parse_exponent(std::string_view text, ResultValue& value) {
  const auto times = text.find("x10");
  const auto mark = times == std::string_view::npos ? text.find_first_of("eE") : times;
  if (mark == std::string_view::npos || mark == 0) return false;
  std::string_view power = text.substr(mark + (times == std::string_view::npos ? 1 : 3));
  if (times != std::string_view::npos) {
    for (const std::string_view sign : {"^", "*", "\\S\\", "\\s\\"})
      if (power.starts_with(sign)) {
        power.remove_prefix(sign.size());
        break;
      }
  }
  if (power.starts_with('+')) power.remove_prefix(1);
  const auto mantissa = hl7::number(stripped(text.substr(0, mark)));
  const auto exponent = hl7::number(power);
  if (!mantissa || !exponent || std::abs(*exponent) > 30 || std::floor(*exponent) != *exponent) return false;
  value.number = *mantissa * std::pow(10.0, *exponent);
  value.exponent = true;
  return true;
}

// 2.3(+-), 1+(30): one result first, the other in brackets beside it.
bool parse_combined(std::string_view text, ResultValue& value) {
  const auto bracket = text.find('(');
  if (bracket == std::string_view::npos || bracket == 0 || !text.ends_with(')')) return false;
  std::string_view head = stripped(text.substr(0, bracket)), inner = text.substr(bracket + 1);
  inner = stripped(inner.substr(0, inner.size() - 1));
  value.number = hl7::number(head);
  if (!value.number) {
    value.number = hl7::number(inner);
    std::swap(head, inner);
    if (!value.number) return false;
    const std::string_view word = word_value(squeezed(inner, value.text));
    if (word.empty() && grade_of(squeezed(inner, value.text)).empty()) {
      value.number.reset();
      return false;
    }
  }
  inner = squeezed(inner, value.text);
  value.qualitative = word_value(inner).empty() ? grade_of(inner) : word_value(inner);
  value.combined = true;
  return true;
}

// <0.1(-), 1:320(+): a comparison or a titre first, a judgement in brackets beside it. Of a titre the judgement stays
// in the text as sent: its place is taken.
bool parse_judged(std::string_view text, ResultValue& value) {
  const auto bracket = text.find('(');
  if (bracket == std::string_view::npos || bracket == 0 || !text.ends_with(')')) return false;
  const std::string_view head = stripped(text.substr(0, bracket));
  std::array<char, 40> buffer;
  const std::string_view inner = squeezed(text.substr(bracket), buffer);
  const std::string_view judgement = word_value(inner).empty() ? grade_of(inner) : word_value(inner);
  if (judgement.empty()) return false;
  if (parse_comparison(head, value))
    value.qualitative = judgement;
  else if (!parse_titre(head, value))
    return false;
  value.combined = true;
  return true;
}

// 20/3: cells counted in so many fields or microlitres; both numbers stay together, no quotient is made.
bool parse_fraction(std::string_view text, ResultValue& value) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos || text.size() > value.text.size()) return false;
  const auto counted = hl7::integer(stripped(text.substr(0, slash)));
  const auto fields = hl7::integer(stripped(text.substr(slash + 1)));
  if (!counted || !fields || *counted < 0 || *fields <= 0) return false;
  value.qualitative = squeezed(text, value.text);
  return true;
}

// Hb+Tr+: findings of several kinds, each with its own judgement. The words stay as they are.
bool is_list_of_findings(std::string_view text) {
  int findings = 0;
  bool letters = false;
  for (const char c : text) {
    const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (!letter && c != '+' && c != '-' && c != ' ' && c != ',') return false;
    if (letters && (c == '+' || c == '-')) ++findings;
    letters = letter;
  }
  return findings >= 2 && !letters;
}

}  // namespace

std::size_t fold_ascii(std::string_view text, char* out, std::size_t capacity) {
  std::size_t n = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (n + 8 > capacity) return 0;
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      out[n++] = text[at++];
      continue;
    }
    const std::size_t from = at;
    const char32_t c = next_code_point(text, at);
    if (c >= 0xFF01 && c <= 0xFF5E) {
      out[n++] = static_cast<char>(c - 0xFEE0);
      continue;
    }
    const auto* fold = std::ranges::lower_bound(kFolds, c, {}, &Fold::from);
    const std::string_view to = fold != std::end(kFolds) && fold->from == c ? fold->to : text.substr(from, at - from);
    std::memcpy(out + n, to.data(), to.size());
    n += to.size();
  }
  return n;
}

void parse_result(std::string_view text, ResultValue& value) {
  value.comparator = value.qualitative = {};
  value.number = value.number_high = std::nullopt;
  value.recognised = value.combined = value.exponent = value.plain_number = false;
  if (const auto plain = hl7::number(text)) {
    value.number = plain;
    value.recognised = value.plain_number = true;
    return;
  }
  char buffer[64];
  const std::string_view folded = stripped({buffer, fold_ascii(text, buffer, sizeof buffer)});
  if (folded.empty()) return;
  value.recognised = true;
  const std::string_view tight = squeezed(folded, value.text);
  if (const std::string_view word = word_value(tight); !word.empty()) {
    value.qualitative = word;
  } else if (const std::string_view grade = grade_of(tight); !grade.empty()) {
    value.qualitative = grade;
  } else if ((value.number = hl7::number(folded))) {
    // full-width digits or blanks around a number
  } else {
    value.recognised = parse_comparison(folded, value) || parse_range(folded, value.number, value.number_high) ||
                       parse_titre(folded, value) || parse_exponent(folded, value) || parse_combined(folded, value) ||
                       parse_judged(folded, value) || parse_fraction(folded, value);
    value.combined |= !value.recognised && is_list_of_findings(folded);
  }
}

ReferenceInterval parse_reference(std::string_view text) {
  ReferenceInterval out;
  char buffer[64];
  const std::string_view folded = stripped({buffer, fold_ascii(text, buffer, sizeof buffer)});
  if (folded.empty() || parse_range(folded, out.low, out.high)) return out;
  ResultValue value;
  if (parse_comparison(folded, value)) (value.comparator[0] == '<' ? out.high : out.low) = value.number;
  return out;
}

namespace {

// Keys are folded: ASCII width, u for micro, lower case but for m and M.
constexpr Word kUnits[] = {
    {"%", "%"},
    {"g/dl", "g/dL"},
    {"mg/dl", "mg/dL"},
    {"ug/dl", "ug/dL"},
    {"ng/dl", "ng/dL"},
    {"mg/l", "mg/L"},
    {"ug/ml", "ug/mL"},
    {"ng/ml", "ng/mL"},
    {"pg/ml", "pg/mL"},
    {"mmol/l", "mmol/L"},
    {"umol/l", "umol/L"},
    {"u/ml", "U/mL"},
    {"fl", "fL"},
    {"pg", "pg"},
    {"kg", "kg"},
    {"cm", "cm"},
    {"ml/min", "mL/min"},
    {"meq/l", "meq/L"},
    {"iu/l", "U/L"},
    {"u/l", "U/L"},
    {"単位/l", "U/L"},
    {"iu/ml", "[IU]/mL"},
    {"miu/ml", "m[IU]/mL"},
    {"uiu/ml", "u[IU]/mL"},
    {"uu/ml", "u[IU]/mL"},
    {"10^3/ul", "10*3/uL"},
    {"千/ul", "10*3/uL"},
    {".10*3/ul", "10*3/uL"},
    {"10*3/ul", "10*3/uL"},
    {"x10^3/ul", "10*3/uL"},
    {"万/ul", "10*4/uL"},
    {".10*4/ul", "10*4/uL"},
    {"10*4/ul", "10*4/uL"},
    {"10^4/ul", "10*4/uL"},
    {"x10^4/ul", "10*4/uL"},
    {"百万/ul", "10*6/uL"},
    {".10*6/ul", "10*6/uL"},
    {"10*6/ul", "10*6/uL"},
    {"10^6/ul", "10*6/uL"},
    {"x10^6/ul", "10*6/uL"},
    {"/ul", "/uL"},
    {"個/ul", "/uL"},
    {"permil", "[ppth]"},
    {"mmhg", "mm[Hg]"},
    {"mm(hg)", "mm[Hg]"},
    {"torr", "mm[Hg]"},
    {"cel", "Cel"},
    {"秒", "s"},
    {"sec", "s"},
    {"mm/1hr", "mm/h"},
    {"mm/h", "mm/h"},
    {"mm/hr", "mm/h"},
    {"bpm", "/min"},
    {"回/分", "/min"},
    {"/min", "/min"},
    {"/hpf", "/[HPF]"},
    {"(hpf)", "/[HPF]"},
    {"/毎視野", "/[HPF]"},
    {"mosm/kgh2o", "mosm/kg"},
    {"mosm/kg", "mosm/kg"},
    {"ml/min/1.73m2", "mL/min/{1.73_m2}"},
    {"mg/gcr", "mg/g{creat}"},
    {"g/日", "g/d"},
    {"mg/日", "mg/d"},
    {"ml/日", "mL/d"},
    {"倍", "{titer}"},
    {"inr", "{INR}"},
    {"coi", "{index}"},
    {"s/co", "{index}"},
    {"c.i.", "{index}"},
    {"ug/mlfeu", "ug/mL{FEU}"},
    {"ph", "[pH]"},
    {"mcg/dl", "ug/dL"},
    {"mcg/ml", "ug/mL"},
};

}  // namespace

std::string_view ucum_of(std::string_view unit) {
  char buffer[48];
  std::size_t n = fold_ascii(unit, buffer, sizeof buffer), kept = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const char c = buffer[i];
    if (c != ' ') buffer[kept++] = c >= 'A' && c <= 'Z' && c != 'M' ? static_cast<char>(c + 32) : c;
  }
  const std::string_view key(buffer, kept);
  for (const Word& u : kUnits)
    if (u.word.size() == key.size() && u.word[0] == key[0] && u.word == key) return u.value;
  return {};
}

}  // namespace sekisho::formats
