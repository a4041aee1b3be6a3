#include "disclosure/identifiers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/date.h"
#include "core/text.h"
#include "identity/fold.h"

namespace sekisho::disclosure {
namespace {

#include "disclosure/surnames.inc"

constexpr int kBirthBefore = 2012;  // a full western date before it is more likely a birth than an event

constexpr std::string_view kInsurerLaws[] = {"01", "02", "03", "04", "06", "07", "31", "32", "33",
                                             "34", "39", "63", "67", "72", "73", "74", "75"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
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
bool era_date(std::string_view text, std::size_t& at, int& western) {
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
    western = era.first + year - 1;
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

bool starts_with_any(std::string_view text, std::size_t at, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return text.substr(at).starts_with(word); });
}

std::string_view before(std::string_view text, std::size_t at, std::size_t bytes) {
  const std::size_t from = at > bytes ? at - bytes : 0;
  return text.substr(from, at - from);
}
bool mentions(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

// Japanese telephone numbers: 090-1234-5678, 03-1234-5678, 0120-123-456, (03)1234-5678, +81-90-1234-5678.
bool phone_at(std::string_view text, std::size_t at, std::size_t& end) {
  std::string digits;
  std::size_t groups = 1, i = at;
  const bool international = text.substr(at).starts_with("+81");
  if (international) i += 3;
  bool last_separator = international;
  for (; i < text.size() && digits.size() <= 11; ++i) {
    const char c = text[i];
    if (is_digit(c)) {
      digits += c;
      last_separator = false;
    } else if ((c == '-' || c == ' ' || c == ')' || c == '(') && !last_separator && !digits.empty()) {
      ++groups;
      last_separator = true;
    } else {
      break;
    }
  }
  if (last_separator && groups > 0) --groups;
  end = i;
  if (international) return digits.size() >= 9 && digits.size() <= 11;
  if (digits.size() < 10 || digits.size() > 11 || digits[0] != '0' || digits[1] == '0') return false;
  const bool mobile = digits.size() == 11 && (digits[1] == '5' || digits[1] >= '6') && digits[2] == '0';
  if (groups == 3) return digits.size() == 10 || mobile;
  return groups == 1 && mobile;
}

bool mail_at(std::string_view text, std::size_t at) {  // `at` is the @
  const auto word = [](char c) {
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '-' || c == '_';
  };
  if (at == 0 || !word(text[at - 1])) return false;
  std::size_t end = at + 1, dot = 0;
  while (end < text.size() && (word(text[end]) || text[end] == '.')) {
    if (text[end] == '.') dot = end;
    ++end;
  }
  return dot > at + 1 && end - dot > 2;
}

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}
bool all_kanji_or_kana(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_code_point(text, at);
    const bool fine =
        (c >= 0x3041 && c <= 0x30FE) || (c >= 0x3400 && c <= 0x9FFF) || c == U'々' || (c >= 0xF900 && c <= 0xFAFF);
    if (!fine) return false;
  }
  return !text.empty();
}

bool is_place(std::string_view kanji) {
  return std::ranges::find(kPlaces, kanji) != std::end(kPlaces);
}

// The length of the surname that `text` begins with at `at`, or 0; the longest one.
std::size_t surname_at(std::string_view text, std::size_t at, bool& place) {
  std::size_t length = 0;
  for (const SurnameRow& row : kSurnames)
    for (const std::string_view form : {row.kanji, row.kana})
      if (form.size() > length && text.substr(at).starts_with(form)) {
        length = form.size();
        place = is_place(row.kanji);
      }
  return length;
}

constexpr std::string_view kHonorifics[] = {"様", "氏", "殿", "さん", "君", "くん", "ちゃん", "先生"};

// A surname with an honorific behind it or behind a given name, or a name behind "氏名", "患者名".
bool name_at(std::string_view text, std::size_t at, std::size_t& end) {
  bool place = false;
  const std::size_t length = surname_at(text, at, place);
  if (length == 0) return false;
  std::size_t after = at + length;
  end = after;
  if (std::ranges::any_of(kPlaceEnds, [&](std::string_view word) { return text.substr(after).starts_with(word); }) &&
      !starts_with_any(text, after, {"式"}))
    return false;
  const bool told = mentions(before(text, at, 24), {"氏名", "患者名", "名前", "患者:", "患者 ", "フリガナ", "カナ"});
  const std::size_t given = text.find_first_not_of(' ', after);
  if (told && given != std::string_view::npos && given < text.size()) {
    std::size_t next = given;
    const char32_t c = next_code_point(text, next);
    if ((c >= 0x3041 && c <= 0x30FE) || (c >= 0x3400 && c <= 0x9FFF)) return true;
  }
  for (int letters = 0; letters <= 5 && after <= text.size(); ++letters) {  // the given name may stand in between
    const std::string_view rest = text.substr(after);
    for (const std::string_view word : kHonorifics)
      if (rest.starts_with(word) && !(word == "氏" && rest.starts_with("氏名")) && !(word == "先生" && letters > 3))
        return letters > 0 || !place || word != "氏";
    if (after >= text.size()) break;
    std::size_t next = after;
    const char32_t c = next_code_point(text, next);
    const bool part = c == U' ' || (c >= 0x3041 && c <= 0x30FE) || (c >= 0x3400 && c <= 0x9FFF);
    if (!part) break;
    after = next;
  }
  return false;
}

// A long token of hexadecimal or base-32 characters: the form of the project's pseudonyms and registration keys.
bool looks_like_pseudonym(std::string_view token) {
  if (token.size() != 32 && token.size() != 26 && token.size() != 40 && token.size() != 64) return false;
  bool letter = false, digit = false;
  for (const char c : token) {
    letter = letter || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    digit = digit || is_digit(c);
    if (!is_digit(c) && !((c | 32) >= 'a' && (c | 32) <= 'z')) return false;
    if (token.size() != 26 && !is_digit(c) && !((c | 32) >= 'a' && (c | 32) <= 'f')) return false;
  }
  return letter && digit;
}

void judge_digits(std::string_view text, std::size_t at, std::string_view digits, std::string_view where,
                  bool birth_column, Findings& findings) {
  const std::string_view context = before(text, at, 40);
  if (is_my_number(digits)) findings.add("id.my_number", where, "a number with the check digit of a My Number");
  if (is_insurer_number(digits))
    findings.add("id.insurer", where, "a number with the check digit of an insurer number");
  if (mentions(context, {"保険者", "insurer"}) && (digits.size() == 6 || digits.size() == 8))
    findings.add("id.insurer", where, "a number called an insurer number");
  if (digits.size() == 10)
    findings.add("id.patient_number", where, "a number of 10 digits, the form of patient numbers");
  if (digits.size() >= 4 && mentions(context, {"患者番号", "患者ID", "患者id", "カルテ番号", "診察券", "MRN", "mrn",
                                               "patient id", "Patient ID", "patient_id"}))
    findings.add("id.patient_number", where, "a number called a patient's number");
  if (mentions(context, {"記号", "被保険者"}) && digits.size() >= 2)
    findings.add("id.symbol_number", where, "symbol or number of an insured person");
  if ((digits.size() == 7 || digits.size() == 10) &&
      mentions(context, {"医療機関コード", "医療機関番号", "institution code"}))
    findings.add("id.institution", where, "a number called an institution code");
  if (digits.size() == 8 || (digits.size() == 7 && digits[0] >= '1' && digits[0] <= '5')) {
    const auto date = parse_receipt_date(digits);
    const bool told = birth_column || mentions(context, {"生年月日", "誕生日", "生まれ", "birth", "DOB", "dob"});
    if (date && date->precision == Precision::kDay && date->date().year() >= 1880 &&
        (told || (digits.size() == 8 && date->date().year() < kBirthBefore)))
      findings.add("date.birth", where, "a date to the day that may be a birth date");
  }
}

}  // namespace

void Findings::add(std::string_view rule, std::string_view where, std::string_view message) {
  auto& entry = found_[{std::string(rule), std::string(where)}];
  entry.first = message;
  ++entry.second;
}

void Findings::add(const std::vector<ScanFinding>& others, std::string_view inside) {
  for (const ScanFinding& other : others)
    add(other.rule, fmt::format("{}: {}", inside, other.where), other.message);
}

std::vector<ScanFinding> Findings::list() const {
  std::vector<ScanFinding> out;
  for (const auto& [key, entry] : found_)
    out.push_back({key.first, key.second,
                   entry.second > 1 ? fmt::format("{} ({} times)", entry.first, entry.second) : entry.first});
  return out;
}

std::string fold_forms(std::string_view text) {
  if (std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; })) return std::string(text);
  std::u32string folded = identity::nfkc(text);
  for (std::size_t i = 0; i < folded.size(); ++i) {  // the many strokes that stand between digits
    const char32_t c = folded[i];
    const bool after_digit = i > 0 && folded[i - 1] >= U'0' && folded[i - 1] <= U'9';
    if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212 || (c == 0x30FC && after_digit)) folded[i] = U'-';
  }
  return identity::to_utf8(folded);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool is_full_name(std::string_view folded) {
  const std::size_t blank = folded.find(' ');
  if (blank == std::string_view::npos || !all_kanji_or_kana(folded.substr(0, blank)) ||
      !all_kanji_or_kana(folded.substr(blank + 1)))
    return false;
  bool place = false;
  return surname_at(folded, 0, place) == blank && code_points(folded.substr(blank + 1)) <= 5;
}

bool may_be_name(std::string_view folded) {
  std::string joined(folded);
  std::erase(joined, ' ');
  bool place = false;
  const std::size_t count = code_points(joined), length = surname_at(joined, 0, place);
  if (count < 3 || count > 10 || length == 0 || length == joined.size() || !all_kanji_or_kana(joined)) return false;
  return std::ranges::none_of(kPlaceEnds, [&](std::string_view word) {
    return joined.ends_with(word) || joined.substr(length).starts_with(word);
  });
}

void scan_identifiers(std::string_view text, std::string_view where, bool birth_column, Findings& findings) {
  const auto is_word = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '_'; };
  const auto is_alnum = [](char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    int year = 0;
    if (std::size_t after = at;
        (static_cast<unsigned char>(c) >= 0x80 || (c >= 'A' && c <= 'Z')) && era_date(text, after, year)) {
      // A recent one may be the day the report was made.
      const bool told = birth_column || year < kBirthBefore || starts_with_any(text, after, {"生", "日生", "日 生"}) ||
                        mentions(before(text, at, 40), {"生年月日", "誕生日", "birth", "DOB", "dob"});
      const bool of_report =
          mentions(before(text, at, 40), {"作成", "発行", "改訂", "更新", "承認", "版", "提出", "公表", "抽出"}) ||
          starts_with_any(text, after, {"現在", "日現在", "時点", "日時点", "作成", "日作成", "版", "日版", "改訂"});
      if (told || !of_report)
        findings.add(told ? "date.era" : "date.event", where, "a date to the day in a Japanese era");
      at = after;
      continue;
    }
    if (c == '@' && mail_at(text, at)) findings.add("id.mail", where, "a mail address");
    if (static_cast<unsigned char>(c) >= 0xC0) {
      if (std::size_t end = at; name_at(text, at, end)) {
        findings.add("id.name", where, "a name of a person");
        at = end;
        continue;
      }
      if (text.substr(at).starts_with("〒"))
        findings.add("id.address", where, "a post code: the beginning of an address");
    }
    if ((is_digit(c) || c == '+') &&
        (at == 0 || (!is_alnum(text[at - 1]) && text[at - 1] != '.' && text[at - 1] != '-'))) {
      if (std::size_t end = at; phone_at(text, at, end) && (end >= text.size() || !is_alnum(text[end]))) {
        findings.add("id.phone", where, "a telephone number");
        at = end;
        continue;
      }
    }
    if (is_alnum(c) && (at == 0 || !is_alnum(text[at - 1]))) {
      std::size_t end = at;
      while (end < text.size() && is_alnum(text[end]))
        ++end;
      if (looks_like_pseudonym(text.substr(at, end - at)) &&
          !mentions(lower(before(text, at, 48)),
                    {"sha", "hash", "digest", "commit", "version", "build", "md5", "checksum"})) {
        findings.add("id.pseudonym", where, "a long token, the form of a pseudonym or a registration key");
        at = end;
        continue;
      }
    }
    if (!is_digit(c)) {
      ++at;
      continue;
    }
    if (std::size_t after = at; const int year = western_date(text, after)) {
      const bool told = birth_column || mentions(before(text, at, 40), {"生年月日", "誕生日", "birth", "DOB", "dob"}) ||
                        starts_with_any(text, after, {"生", "日生", "日 生"});
      if (year < kBirthBefore || told) findings.add("date.birth", where, "a date to the day that may be a birth date");
      at = after;
      continue;
    }
    std::size_t end = at;
    std::string digits;  // My Numbers are written in groups of four
    while (end < text.size() && is_digit(text[end]))
      digits += text[end++];
    // Digits inside a decimal number, a hash or a longer token are no identifiers.
    const bool alone = (at == 0 || !is_word(text[at - 1])) &&
                       (end >= text.size() || !is_word(text[end]) ||
                        (text[end] == '.' && (end + 1 >= text.size() || !is_digit(text[end + 1]))));
    if (alone) {
      judge_digits(text, at, digits, where, birth_column, findings);
      if (digits.size() == 4 && end + 10 <= text.size() && (text[end] == ' ' || text[end] == '-') &&
          text[end] == text[end + 5]) {
        std::string grouped = digits + std::string(text.substr(end + 1, 4)) + std::string(text.substr(end + 6, 4));
        if (is_my_number(grouped) && (end + 10 == text.size() || !is_digit(text[end + 10])))
          findings.add("id.my_number", where, "a number with the check digit of a My Number");
      }
    }
    at = end;
  }
}

}  // namespace sekisho::disclosure
