#include "masters/institution.h"

#include <array>

namespace sekisho::masters {
namespace {

struct Prefecture {
  std::string_view name, bureau;
};
constexpr std::string_view kHokkaido = "北海道厚生局", kTohoku = "東北厚生局", kKanto = "関東信越厚生局",
                           kTokai = "東海北陸厚生局", kKinki = "近畿厚生局", kChugoku = "中国四国厚生局",
                           kShikoku = "四国厚生支局", kKyushu = "九州厚生局";
// JIS X 0401 prefectures and the regional bureau of each.
constexpr std::array<Prefecture, 47> kPrefectures{{
    {"北海道", kHokkaido}, {"青森県", kTohoku},  {"岩手県", kTohoku},  {"宮城県", kTohoku},  {"秋田県", kTohoku},
    {"山形県", kTohoku},   {"福島県", kTohoku},  {"茨城県", kKanto},   {"栃木県", kKanto},   {"群馬県", kKanto},
    {"埼玉県", kKanto},    {"千葉県", kKanto},   {"東京都", kKanto},   {"神奈川県", kKanto}, {"新潟県", kKanto},
    {"富山県", kTokai},    {"石川県", kTokai},   {"福井県", kKinki},   {"山梨県", kKanto},   {"長野県", kKanto},
    {"岐阜県", kTokai},    {"静岡県", kTokai},   {"愛知県", kTokai},   {"三重県", kTokai},   {"滋賀県", kKinki},
    {"京都府", kKinki},    {"大阪府", kKinki},   {"兵庫県", kKinki},   {"奈良県", kKinki},   {"和歌山県", kKinki},
    {"鳥取県", kChugoku},  {"島根県", kChugoku}, {"岡山県", kChugoku}, {"広島県", kChugoku}, {"山口県", kChugoku},
    {"徳島県", kShikoku},  {"香川県", kShikoku}, {"愛媛県", kShikoku}, {"高知県", kShikoku}, {"福岡県", kKyushu},
    {"佐賀県", kKyushu},   {"長崎県", kKyushu},  {"熊本県", kKyushu},  {"大分県", kKyushu},  {"宮崎県", kKyushu},
    {"鹿児島県", kKyushu}, {"沖縄県", kKyushu},
}};

int prefecture_number(std::string_view code) {
  if (code.size() < 2 || code[0] < '0' || code[0] > '9' || code[1] < '0' || code[1] > '9') return 0;
  const int number = (code[0] - '0') * 10 + (code[1] - '0');
  return number <= 47 ? number : 0;
}

bool luhn(std::string_view digits) {
  int sum = 0;
  bool twice = false;
  for (std::size_t i = digits.size(); i-- > 0; twice = !twice) {
    int digit = digits[i] - '0';
    if (digit < 0 || digit > 9) return false;
    if (twice) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return sum % 10 == 0;
}

}  // namespace

bool has_valid_check_digit(std::string_view code9) {
  const int prefecture = prefecture_number(code9);
  if (code9.size() != 9 || prefecture == 0) return false;
  const std::string_view institution = code9.substr(2);
  if (prefecture >= 11 && prefecture <= 14) return luhn(institution);
  return luhn(std::string(code9.substr(0, 2)) + "1" + std::string(institution));
}

std::string prefecture_code(std::string_view name) {
  const bool number = !name.empty() && name.size() <= 2 && name.find_first_not_of("0123456789") == name.npos;
  for (std::size_t i = 0; i < kPrefectures.size(); ++i) {
    std::string code = (i < 9 ? "0" : "") + std::to_string(i + 1);
    // "東京" is what lists write at times; two characters are the least.
    const bool named = name.size() >= 6 && kPrefectures[i].name.starts_with(name);
    if (named || (number && (name == code || name == std::to_string(i + 1)))) return code;
  }
  return {};
}

std::string_view prefecture_name(std::string_view code) {
  const int number = prefecture_number(code);
  return number == 0 ? std::string_view{} : kPrefectures[static_cast<std::size_t>(number - 1)].name;
}

std::string_view bureau_of(std::string_view code) {
  const int number = prefecture_number(code);
  return number == 0 ? std::string_view{} : kPrefectures[static_cast<std::size_t>(number - 1)].bureau;
}

}  // namespace sekisho::masters
