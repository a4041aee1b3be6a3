#include "outgoing/numbers.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/ascii.h"
#include "core/date.h"
#include "core/text.h"

namespace sekisho::outgoing {
namespace {

constexpr std::string_view kInsurerLaws[] = {"01", "02", "03", "04", "06", "07", "31", "32", "33",
                                             "34", "39", "63", "67", "72", "73", "74", "75"};

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}
int two(std::string_view digits, std::size_t at) {
  return (digits[at] - '0') * 10 + digits[at + 1] - '0';
}

// The check digit of insurers and institutions: weights 2, 1 from the right, digit sums, to the next ten.
bool luhn(std::string_view digits) {
  int sum = 0;
  const std::size_t last = digits.size() - 1;
  for (std::size_t i = 0; i < last; ++i) {
    const int product = (digits[last - 1 - i] - '0') * (i % 2 == 0 ? 2 : 1);
    sum += product / 10 + product % 10;
  }
  return (10 - sum % 10) % 10 == digits[last] - '0';
}
bool is_prefecture(int number) {
  return number >= 1 && number <= 47;
}

// A number in digits or kanji at `at`; moves behind it. 0: none.
std::size_t count_at(std::string_view text, std::size_t& at) {
  constexpr std::string_view kKanji = "〇一二三四五六七八九十";
  std::size_t digits = 0;
  while (at < text.size() && digits < 5) {
    if (is_digit(text[at])) {
      ++at;
    } else if (at + 3 <= text.size() && static_cast<unsigned char>(text[at]) >= 0xE0 &&
               kKanji.find(text.substr(at, 3)) != std::string_view::npos) {
      at += 3;
    } else {
      break;
    }
    ++digits;
  }
  return digits;
}

// A town stands before: 市, 区, 町, 村 or 郡 behind some kanji, in the last characters of the same line.
bool town_before(std::string_view text, std::size_t at) {
  const std::size_t from = at > 60 ? at - 60 : 0;
  std::string_view near = text.substr(from, at - from);
  if (const std::size_t line = near.rfind('\n'); line != std::string_view::npos) near.remove_prefix(line + 1);
  for (const std::string_view word : {"市", "区", "町", "村", "郡"})
    for (std::size_t found = near.find(word); found != std::string_view::npos; found = near.find(word, found + 1))
      if (found >= 3 && static_cast<unsigned char>(near[found - 1]) >= 0x80 && near.size() > found + 3) return true;
  return near.ends_with("町") || near.find("都") != std::string_view::npos;
}

}  // namespace

bool is_my_number(std::string_view digits) {
  if (digits.size() != 12 || !all_digits(digits)) return false;
  if (std::ranges::all_of(digits, [&](char c) { return c == digits[0]; })) return false;
  // Weights 2..7, 2..6 from the right of the first eleven, 11 - sum mod 11, 10 and 11 give 0.
  int sum = 0;
  for (std::size_t n = 1; n <= 11; ++n)
    sum += (digits[11 - n] - '0') * static_cast<int>(n <= 6 ? n + 1 : n - 5);
  const int check = sum % 11 <= 1 ? 0 : 11 - sum % 11;
  return check == digits[11] - '0';
}

bool is_insurer_number(std::string_view digits) {
  return digits.size() == 8 && all_digits(digits) &&
         std::ranges::find(kInsurerLaws, digits.substr(0, 2)) != std::end(kInsurerLaws) &&
         is_prefecture(two(digits, 2)) && luhn(digits);
}

bool is_municipal_insurer(std::string_view digits) {
  return digits.size() == 6 && all_digits(digits) && is_prefecture(two(digits, 0)) && luhn(digits);
}

bool is_institution_code(std::string_view digits) {
  return digits.size() == 7 && all_digits(digits) && luhn(digits);
}

bool is_institution_number(std::string_view digits) {
  return digits.size() == 10 && all_digits(digits) && is_prefecture(two(digits, 0)) &&
         (digits[2] == '1' || digits[2] == '3' || digits[2] == '4' || digits[2] == '6') &&
         is_institution_code(digits.substr(3));
}

bool is_moment(std::string_view digits) {
  if (digits.size() < 12 || !all_digits(digits.substr(0, 12))) return false;
  const int year = two(digits, 0) * 100 + two(digits, 2);
  return year >= 1950 && year <= 2100 && is_valid_date(year, two(digits, 4), two(digits, 6)) && two(digits, 8) < 24 &&
         two(digits, 10) < 60;
}

bool phone_at(std::string_view text, std::size_t at, bool told, std::size_t& end) {
  std::string digits;
  std::size_t groups = 1, i = at;
  const bool international = text.substr(at).starts_with("+81");
  if (international) i += 3;
  std::size_t separators = 0;  // since the last digit; ") " is one
  end = i;
  for (; i < text.size() && digits.size() <= 11; ++i) {
    const char c = text[i];
    if (is_digit(c)) {
      groups += separators > 0;
      separators = 0;
      digits += c;
      end = i + 1;
    } else if ((c == '-' || c == ' ' || c == ')' || c == '(' || c == '.') && (international || !digits.empty()) &&
               (separators == 0 || (separators == 1 && (text[i - 1] == ')' || c == '(')))) {
      ++separators;
    } else {
      break;
    }
  }
  if (international) return digits.size() >= 9 && digits.size() <= 11;
  if (digits.size() < 10 || digits.size() > 11 || digits[0] != '0' || digits[1] == '0') return false;
  const bool mobile = digits.size() == 11 && (digits[1] == '5' || digits[1] >= '6') && digits[2] == '0';
  if (groups == 3) return digits.size() == 10 || mobile;
  return groups == 1 && (mobile || (told && digits.size() == 10));
}

bool is_mobile(std::string_view phone) {
  std::string digits;
  std::ranges::copy_if(phone, std::back_inserter(digits), is_digit);
  if (digits.starts_with("81")) digits = "0" + digits.substr(digits.size() > 2 && digits[2] == '0' ? 3 : 2);
  return digits.starts_with("070") || digits.starts_with("080") || digits.starts_with("090");
}

bool mail_at(std::string_view text, std::size_t at) {
  const auto word = [](char c) { return is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '-' || c == '_'; };
  if (at == 0 || !word(text[at - 1])) return false;
  std::size_t end = at + 1, dot = 0;
  while (end < text.size() && (word(text[end]) || text[end] == '.')) {
    if (text[end] == '.') dot = end;
    ++end;
  }
  // Decorators and matrix products of programs have no domain.
  return dot > at + 1 && end - dot > 2 && !is_digit(text[dot + 1]);
}

bool address_at(std::string_view text, std::size_t at, std::size_t& end) {
  std::size_t after = at;
  if (at == 0 || static_cast<unsigned char>(text[at - 1]) < 0x80) {
    if (at < 2 || text[at - 1] != ' ' || static_cast<unsigned char>(text[at - 2]) < 0x80) return false;
  }
  if (count_at(text, after) == 0) return false;
  const auto follows = [&](std::string_view word) { return text.substr(after).starts_with(word); };
  std::size_t dashes = 0;
  while (follows("-")) {
    std::size_t next = after + 1;
    if (count_at(text, next) == 0) break;
    after = next;
    ++dashes;
  }
  const bool worded = follows("丁目") || follows("番地") || (follows("番") && !follows("番号") && !follows("番目"));
  if (!worded && dashes == 0) return false;
  if (dashes == 1 && !worded)  // 3-5人 and 1-2月 are ranges
    for (const std::string_view unit :
         {"人", "月", "年", "歳", "例", "件", "日", "名", "回", "%", "週", "位", "倍", "床"})
      if (follows(unit)) return false;
  if (!town_before(text, at)) return false;
  end = after;
  return true;
}

bool written_mail_at(std::string_view text, std::size_t at) {
  const auto letter = [&](std::size_t i) {
    return i < text.size() && (is_digit(text[i]) || ((text[i] | 32) >= 'a' && (text[i] | 32) <= 'z'));
  };
  if (at + 4 > text.size() || (text[at + 1] | 32) != 'a' || (text[at + 2] | 32) != 't' ||
      (text[at + 3] != ']' && text[at + 3] != ')'))
    return false;
  const std::size_t before = text.substr(0, at).find_last_not_of(' '), behind = text.find_first_not_of(' ', at + 4);
  return before != std::string_view::npos && letter(before) && letter(behind) && at - before <= 2;
}

std::string with_kanji_digits(std::string_view text) {
  constexpr std::string_view kDigits[] = {"〇零", "一壱", "二弐", "三参", "四肆",
                                          "五伍", "六陸", "七漆", "八捌", "九玖"};
  constexpr std::size_t kShortest = 6;
  const auto digit_at = [&](std::size_t at) {
    for (std::size_t digit = 0; digit < std::size(kDigits); ++digit)
      for (std::size_t form = 0; form < kDigits[digit].size(); form += 3)
        if (text.substr(at).starts_with(kDigits[digit].substr(form, 3))) return static_cast<int>(digit);
    return -1;
  };
  std::string out;
  bool any = false;
  for (std::size_t at = 0; at < text.size();) {
    std::string run;
    std::size_t end = at;
    while (static_cast<unsigned char>(text[at]) >= 0xE3 && end + 3 <= text.size()) {
      const int digit = digit_at(end);
      if (digit < 0) break;
      run += static_cast<char>('0' + digit);
      end += 3;
    }
    any = any || run.size() >= kShortest;
    if (run.empty()) {
      out += text[at++];
      continue;
    }
    out += run.size() >= kShortest ? run : std::string(text.substr(at, end - at));
    at = end;
  }
  return any ? out : std::string();
}

}  // namespace sekisho::outgoing
