#include "identity/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "core/ascii.h"
#include "core/date.h"
#include "identity/birth.h"
#include "identity/canonical.h"
#include "identity/fold.h"

namespace sekisho::identity {
namespace {

constexpr std::pair<std::string_view, FieldType> kTypes[] = {
    {"name", FieldType::kName},       {"text", FieldType::kText},           {"date", FieldType::kDate},
    {"sex", FieldType::kSex},         {"digits", FieldType::kDigits},       {"code", FieldType::kCode},
    {"email", FieldType::kEmail},     {"kanji", FieldType::kKanji},         {"kana", FieldType::kKana},
    {"insurer", FieldType::kInsurer}, {"insurance", FieldType::kInsurance}, {"jp_address", FieldType::kJpAddress},
};

// What people write when they know nothing.
constexpr std::string_view kNothing[] = {"unknown", "unk", "na",       "null",         "none",
                                         "nan",     "nil", "missing",  "unnamed",      "noname",
                                         "test",    "xxx", "notknown", "notavailable", "notapplicable"};

// Base letter of Latin letters with marks; '?' for those that take two letters or none.
constexpr std::string_view kLatin1 =
    "aaaaaaaceeeeiiiidnooooo?ouuuuyts"
    "aaaaaaaceeeeiiiidnooooo?ouuuuyty";
constexpr std::string_view kLatinA =
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllllllnnnnnnnnnoooooooorrrrrrsssssssstttttt"
    "uuuuuuuuuuuuwwyyyzzzzzzs";
// U+0180 to U+024F and U+1E00 to U+1EFF by their canonical decomposition (UnicodeData.txt); '?' where there is none.
constexpr std::string_view kLatinB =
    "????????????????????????????????oo?????????????uu????????????????????????????aaiioouuuuuuuuuu?aa"
    "aa????ggkkoooo??j???gg??nnaa????aaaaeeeeiiiioooorrrruuuusstt??hh??????aaeeooooooooyy????????????"
    "????????????????";
constexpr std::string_view kLatinMore =
    "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnoooooooopppprrrrrrrr"
    "ssssssssssttttttttuuuuuuuuuuvvvvwwwwwwwwwwxxxxyyzzzzzzhtwy??????aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee"
    "eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy??????";
static_assert(kLatinB.size() == 0x250 - 0x180 && kLatinMore.size() == 0x100);

char base_letter(char32_t c) {
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c + 32);
  if (c < 0x80) return static_cast<char>(c);
  if (c >= 0xC0 && c < 0xC0 + kLatin1.size()) return kLatin1[c - 0xC0];
  if (c >= 0x100 && c < 0x100 + kLatinA.size()) return kLatinA[c - 0x100];
  if (c >= 0x180 && c < 0x250) return kLatinB[c - 0x180];
  if (c >= 0x1E00 && c < 0x1F00) return kLatinMore[c - 0x1E00];
  return '\0';
}

bool is_letter(char c) {
  return c >= 'a' && c <= 'z';
}
bool means_nothing(std::string_view words) {
  std::string joined;
  for (const char c : words)
    if (c != ' ') joined.push_back(c);
  return std::ranges::find(kNothing, std::string_view(joined)) != std::end(kNothing);
}

// Words of letters (and digits), one blank between. Apostrophes vanish inside words; other scripts stay as they are.
std::string words_of(std::string_view text, bool digits) {
  std::string out;
  bool gap = false;
  for (const char32_t c : nfkc(text)) {
    const char base = base_letter(c);
    const bool other = base == '\0' && c > 0x2FF && !is_blank(c) && c != 0x2019 && c != 0x2018 && c != 0x3001;
    if (is_letter(base) || (digits && is_digit(base)) || other) {
      if (gap && !out.empty()) out.push_back(' ');
      gap = false;
      if (other)
        out += to_utf8(std::u32string_view(&c, 1));
      else
        out.push_back(base);
    } else if (c != '\'' && c != 0x2019 && c != 0x2018 && c != '`' && c != '.') {
      gap = true;
    } else if (c == '.') {
      gap = true;
    }
  }
  return means_nothing(out) ? std::string() : out;
}

bool one_character(std::string_view text) {
  return text.find_first_not_of(text.front()) == std::string_view::npos;
}

std::string code_of(std::string_view text, bool letters) {
  std::string out;
  for (const char32_t c : nfkc(text)) {
    if (c >= '0' && c <= '9') out.push_back(static_cast<char>(c));
    if (!letters) continue;
    if (c >= 'a' && c <= 'z') out.push_back(static_cast<char>(c - 32));
    if (c >= 'A' && c <= 'Z') out.push_back(static_cast<char>(c));
  }
  if (out.empty() || (out.size() > 2 && one_character(out)) || out == "NA" || out == "NULL" || out == "NONE" ||
      out == "UNKNOWN" || out == "NAN")
    return {};
  return out;
}

std::string email_of(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c > ' ') out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
  return out.find('@') == std::string::npos || out.size() < 5 ? std::string() : out;
}

std::string date_text(int year, int month, int day) {
  if (year < 1000 || year > 2200 || month < 0 || month > 12 || day < 0) return {};
  if (month == 0) return day == 0 ? fmt::format("{:04}0000", year) : std::string();
  // A day that the month does not have is a typing error of a day, not a missing date.
  if (day > 31) return {};
  return fmt::format("{:04}{:02}{:02}", year, month, day);
}

int month_of(std::string_view word) {
  static constexpr std::string_view kMonths = "janfebmaraprmayjunjulaugsepoctnovdec";
  if (word.size() < 3) return 0;
  const std::size_t at = kMonths.find(word.substr(0, 3));
  return at == std::string_view::npos || at % 3 != 0 ? 0 : static_cast<int>(at / 3) + 1;
}

constexpr int kSpreadsheetDay0 = -25'569;  // 1899-12-30

int full_year(std::string_view digits) {
  const int year = std::stoi(std::string(digits));
  return digits.size() > 2 ? year : year > 25 ? 1900 + year : 2000 + year;
}

// Dates in western notations: 1970-01-31, 31/01/1970, 1/31/70, 31 Jan 1970, 19700131; a time behind is cut off.
std::string western_date(std::string_view text, DateOrder order) {
  std::vector<std::string> runs;
  int named_month = 0;
  std::size_t named_at = 0;
  for (std::size_t i = 0; i < text.size() && runs.size() < 3;) {
    const std::size_t begin = i;
    if (is_digit(text[i])) {
      while (i < text.size() && is_digit(text[i]))
        ++i;
      runs.emplace_back(text.substr(begin, i - begin));
    } else if (is_letter(static_cast<char>(text[i] | 32))) {
      std::string word;
      while (i < text.size() && is_letter(static_cast<char>(text[i] | 32)))
        word.push_back(static_cast<char>(text[i++] | 32));
      if (named_month == 0 && (named_month = month_of(word)) != 0) named_at = runs.size();
    } else {
      ++i;
    }
  }
  for (const std::string& run : runs)
    if (run.size() > 8) return {};
  if (named_month != 0 && runs.size() >= 2) {
    const bool year_first = runs[0].size() == 4 && named_at == 1;
    return year_first ? date_text(full_year(runs[0]), named_month, std::stoi(runs[1]))
                      : date_text(full_year(runs[1]), named_month, std::stoi(runs[0]));
  }
  if (runs.size() == 1 && runs[0].size() == 8) {
    const int whole = std::stoi(runs[0]), year = whole / 10000;
    const std::string year_first =
        year >= 1000 && year <= 2200 ? date_text(year, whole / 100 % 100, whole % 100) : std::string();
    if (!year_first.empty()) return year_first;
    const int last = whole % 10000;
    int day = whole / 1000000, month = whole / 10000 % 100;  // DDMMYYYY
    if (order == DateOrder::kMonthFirst) std::swap(day, month);
    if (month > 12 && day <= 12) std::swap(day, month);
    return date_text(last, month, day);
  }
  if (runs.size() == 1 && text.size() == runs[0].size()) {
    // What spreadsheets count: days since 1899-12-30. No year is that high.
    const int days = std::stoi(runs[0]);
    if (days > 2200 && days < 80'000 && runs[0].size() <= 5 && !one_character(text))
      return Date{kSpreadsheetDay0 + days}.compact();
  }
  if (runs.size() == 1 && runs[0].size() == 4) return date_text(std::stoi(runs[0]), 0, 0);
  if (runs.size() == 2 && runs[0].size() == 4) return date_text(std::stoi(runs[0]), std::stoi(runs[1]), 0);
  if (runs.size() != 3 || runs[1].size() > 2) return {};
  if (runs[0].size() == 4 && runs[2].size() <= 2)
    return date_text(std::stoi(runs[0]), std::stoi(runs[1]), std::stoi(runs[2]));
  if (runs[0].size() > 2 || (runs[2].size() != 4 && runs[2].size() != 2)) return {};
  int day = std::stoi(runs[0]), month = std::stoi(runs[1]);
  if (order == DateOrder::kMonthFirst) std::swap(day, month);
  if (month > 12 && day <= 12) std::swap(day, month);
  return date_text(full_year(runs[2]), month, day);
}

std::string date_of(std::string_view text, DateOrder order) {
  std::string out;
  const ClinicalTime time = parse_birth(text);
  if (time.present() && time.precision >= Precision::kDay && time.date().year() >= 1000) {
    out = time.date().compact();
  } else {
    std::string ascii;
    for (const char32_t c : nfkc(text))
      ascii.push_back(c < 0x80 ? static_cast<char>(c) : ' ');
    out = western_date(ascii, order);
  }
  static constexpr std::string_view kFillers[] = {"19000101", "18991230", "18991231", "11111111", "10000101"};
  return std::ranges::find(kFillers, std::string_view(out)) != std::end(kFillers) ? std::string() : out;
}

std::string sex_of(std::string_view text) {
  std::string canonical = canonical_sex(text);
  if (!canonical.empty()) return canonical;
  std::string word = words_of(text, true);
  static constexpr std::string_view kUnknown[] = {"u", "0", "9", "x", "o", "3", "other"};
  return std::ranges::find(kUnknown, std::string_view(word)) != std::end(kUnknown) ? std::string() : word;
}

std::string insurer_of(std::string_view text) {
  std::string digits = canonical_digits(text);
  if (digits.empty() || digits.size() > 8 || one_character(digits)) return {};
  digits.insert(0, 8 - digits.size(), '0');
  return digits;
}

int kanji_digit(char32_t c) {
  const std::size_t at = std::u32string_view(U"〇一二三四五六七八九").find(c);
  return at == std::u32string_view::npos ? -1 : static_cast<int>(at);
}

// Reads a number in digits or kanji numerals at `at`; -1 when there is none.
int number_at(std::u32string_view text, std::size_t& at) {
  std::size_t i = at;
  int value = 0, digits = 0;
  while (i < text.size() && text[i] >= '0' && text[i] <= '9' && digits < 6)
    value = value * 10 + static_cast<int>(text[i++] - '0'), ++digits;
  if (digits > 0) return at = i, value;
  int total = 0, current = -1;
  for (; i < text.size(); ++i) {
    const int digit = kanji_digit(text[i]);
    if (digit >= 0) {
      current = current < 0 ? digit : current * 10 + digit;
    } else if (text[i] == U'十') {
      total += (current < 0 ? 1 : current) * 10, current = -1;
    } else if (text[i] == U'百') {
      total += (current < 0 ? 1 : current) * 100, current = -1;
    } else {
      break;
    }
    if (i - at > 6) return -1;
  }
  if (i == at) return -1;
  at = i;
  return total + std::max(current, 0);
}

bool starts(std::u32string_view text, std::size_t at, std::u32string_view what) {
  return text.substr(at, what.size()) == what;
}

// A mark of chome, banchi or go behind a number, or a hyphen before another digit; its length, or 0.
std::size_t number_mark(std::u32string_view text, std::size_t at) {
  static constexpr std::u32string_view kMarks[] = {U"丁目", U"番地の", U"番地ノ", U"番地", U"番", U"号室", U"号"};
  for (const std::u32string_view mark : kMarks)
    if (starts(text, at, mark)) return mark.size();
  if (at >= text.size()) return 0;
  const char32_t c = text[at];
  if (!is_hyphen_like(c) && c != U'の' && c != U'ノ') return 0;
  const bool number_behind = at + 1 < text.size() && ((text[at + 1] >= '0' && text[at + 1] <= '9') ||
                                                      kanji_digit(text[at + 1]) >= 0 || text[at + 1] == U'十');
  return number_behind ? 1 : 0;
}

std::string jp_address_of(std::string_view text) {
  std::u32string plain;
  for (const char32_t c : nfkc(text)) {
    if (is_variation_selector(c)) continue;
    plain.push_back(c == U'ヶ' || c == U'ヵ' ? c == U'ヶ' ? U'ケ' : U'カ' : fold_variant(c));
  }
  std::u32string place;
  std::string numbers;
  for (std::size_t i = 0; i < plain.size();) {
    if (starts(plain, i, U"大字") || (starts(plain, i, U"字") && !place.empty())) {
      i += plain[i] == U'大' ? 2 : 1;
      continue;
    }
    if (is_blank(plain[i])) {
      if (!numbers.empty()) break;  // the building follows
      ++i;
      continue;
    }
    std::size_t behind = i;
    const int number = number_at(plain, behind);
    const bool arabic = plain[i] >= '0' && plain[i] <= '9';
    const std::size_t mark = number < 0 ? 0 : number_mark(plain, behind);
    // Kanji numerals count only with a mark behind or as the last of a run: 三田 and 八王子 are names.
    if (number >= 0 && (arabic || mark > 0 || (!numbers.empty() && behind >= plain.size()))) {
      numbers += fmt::format("{}{}", numbers.empty() ? "" : "-", number);
      i = behind + mark;
      if (mark == 0) break;
      continue;
    }
    if (!numbers.empty()) break;
    place.push_back(plain[i++]);
  }
  if (place.empty() && numbers.empty()) return {};
  const std::string words = to_utf8(place);
  if (words == "不明" || words == "不詳" || words == "住所不定") return {};
  return words + "|" + numbers;
}

}  // namespace

std::optional<FieldType> field_type(std::string_view name) {
  for (const auto& [text, type] : kTypes)
    if (text == name) return type;
  return std::nullopt;
}

std::string_view without_decimals(std::string_view text) {
  const std::size_t point = text.find('.');
  if (point == 0 || point == std::string_view::npos || point + 1 == text.size()) return text;
  const bool number = text.substr(0, point).find_first_not_of("0123456789") == std::string_view::npos &&
                      text.substr(point + 1).find_first_not_of('0') == std::string_view::npos;
  return number ? text.substr(0, point) : text;
}

std::string normalise(FieldType type, std::string_view text, DateOrder order) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ')
    text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ')
    text.remove_suffix(1);
  text = without_decimals(text);
  if (text.empty()) return {};
  if (text.size() > 4096) text = text.substr(0, 4096);
  switch (type) {
    case FieldType::kName:
      return words_of(text, false);
    case FieldType::kText:
      return words_of(text, true);
    case FieldType::kDate:
      return text.size() > 64 ? std::string() : date_of(text, order);
    case FieldType::kSex:
      return sex_of(text);
    case FieldType::kDigits:
      return code_of(text, false);
    case FieldType::kCode:
      return code_of(text, true);
    case FieldType::kEmail:
      return email_of(text);
    case FieldType::kKanji:
      return canonical_kanji(text);
    case FieldType::kKana:
      return canonical_kana(text);
    case FieldType::kInsurer:
      return insurer_of(text);
    case FieldType::kInsurance:
      return canonical_insurance(text);
    case FieldType::kJpAddress:
      return jp_address_of(text);
  }
  return {};
}

namespace {

template <std::size_t n>
bool is_one_of(std::string_view word, const std::string_view (&words)[n]) {
  std::string plain;
  for (const char c : word)
    if (c != '.') plain.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
  return std::ranges::find(words, std::string_view(plain)) != std::end(words);
}
constexpr std::string_view kTitles[] = {"mr", "mrs", "ms", "miss", "dr", "prof", "sir", "rev"};
constexpr std::string_view kSuffixes[] = {"jr", "sr", "ii", "iii", "iv", "esq", "md", "phd"};
constexpr std::string_view kParticles[] = {"van", "von", "de", "del", "della", "di",  "da",  "dos",
                                           "la",  "le",  "du", "den", "der",   "ten", "ter", "st",
                                           "san", "al",  "el", "bin", "mac",   "mc",  "o"};

// "SURNAME OF TWO WORDS, Given": a particle leads, or capitals stand before the comma only.
bool long_surname(const std::vector<std::string>& words, std::size_t comma) {
  if (comma < 2 || comma >= words.size()) return false;
  if (is_one_of(words[0], kParticles)) return true;
  const auto capitals = [](const std::string& word) {
    return std::ranges::none_of(word, [](char c) { return c >= 'a' && c <= 'z'; });
  };
  return std::all_of(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(comma), capitals) &&
         !capitals(words[comma]);
}

}  // namespace

std::string name_part(std::string_view whole, NamePart part, bool surname_first) {
  std::vector<std::string> words;
  std::size_t comma = std::string::npos;
  std::string word;
  const auto flush = [&] {
    if (!word.empty()) words.push_back(std::move(word));
    word.clear();
  };
  for (const char32_t c : nfkc(whole)) {
    if (is_blank(c) || c == ',') {
      flush();
      if (c == ',' && comma == std::string::npos) comma = words.size();
    } else {
      word += to_utf8(std::u32string_view(&c, 1));
    }
  }
  flush();
  if (words.empty()) return {};
  if (surname_first)
    return words.size() < 2           ? (part == NamePart::kLast ? words[0] : "")
           : part == NamePart::kFirst ? words.front()
                                      : words.back();
  // Titles and suffixes are no names. A comma goes with what stood before it.
  if (words.size() > 1 && is_one_of(words.front(), kTitles)) {
    words.erase(words.begin());
    if (comma != std::string::npos) comma = comma > 0 ? comma - 1 : std::string::npos;
  }
  while (words.size() > 1 && is_one_of(words.back(), kSuffixes))
    words.pop_back();
  // Where the surname stands, and what stands between it and the given name.
  const bool led = comma == 1 || long_surname(words, comma);
  const std::size_t given = led ? comma : 0, between = given + 1, behind = led ? words.size() : words.size() - 1;
  if (part == NamePart::kLast) {
    if (!led) return words.size() < 2 ? std::string() : words.back();
    std::string surname = words[0];
    for (std::size_t i = 1; i < comma; ++i)
      surname += " " + words[i];
    return surname;
  }
  if (part == NamePart::kFirst) return given < words.size() ? words[given] : std::string();
  std::string middle;
  for (std::size_t i = between; i < behind; ++i)
    middle += (middle.empty() ? "" : " ") + words[i];
  return middle;
}

}  // namespace sekisho::identity
