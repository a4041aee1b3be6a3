#include "synth/registration.h"

#include <fmt/format.h>

#include <array>

#include "core/text.h"
#include "synth/names.h"

namespace sekisho::synth {
namespace {

constexpr std::uint64_t kSlipStream = 3ULL << 60;

bool replace_first(std::string& text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos) return false;
  text.replace(at, from.size(), to);
  return true;
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 20> kVoiced = {
    {{"ガ", "カ"}, {"ギ", "キ"}, {"グ", "ク"}, {"ゲ", "ケ"}, {"ゴ", "コ"}, {"ザ", "サ"}, {"ジ", "シ"},
     {"ズ", "ス"}, {"ゼ", "セ"}, {"ゾ", "ソ"}, {"ダ", "タ"}, {"ヂ", "チ"}, {"ヅ", "ツ"}, {"デ", "テ"},
     {"ド", "ト"}, {"バ", "ハ"}, {"ビ", "ヒ"}, {"ブ", "フ"}, {"ベ", "ヘ"}, {"ボ", "ホ"}}};
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kSmall = {
    {{"ャ", "ヤ"}, {"ュ", "ユ"}, {"ョ", "ヨ"}, {"ッ", "ツ"}}};
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kTypos = {
    {{"シ", "ツ"}, {"ソ", "ン"}, {"キ", "チ"}, {"ワ", "ク"}, {"ア", "マ"}, {"カ", "サ"}}};

template <std::size_t N>
void replace_all(std::string& text, const std::array<std::pair<std::string_view, std::string_view>, N>& pairs) {
  for (const auto& [from, to] : pairs)
    while (replace_first(text, from, to)) {
    }
}

std::string kanji_number(int n) {
  constexpr std::string_view kDigits[] = {"", "一", "二", "三", "四", "五", "六", "七", "八", "九"};
  std::string text;
  if (n >= 100) text += (n >= 200 ? std::string(kDigits[n / 100]) : "") + "百";
  const int tens = n / 10 % 10;
  if (tens > 0) text += (tens > 1 ? std::string(kDigits[tens]) : "") + "十";
  return text + std::string(kDigits[n % 10]);
}

// Position within a block of a thousand is shuffled, so that numbers do not tell households.
std::uint64_t chart_number(std::uint64_t ordinal, int hospital, int copy) {
  constexpr std::uint64_t kBlock = 1000;
  const std::uint64_t shuffled = (ordinal % kBlock * 577 + 131 * (hospital + 1)) % kBlock;
  const std::uint64_t base = 100'000 * static_cast<std::uint64_t>(hospital % 7 + 1);
  return base + (copy ? 90'000'000 : 0) + ordinal / kBlock * kBlock + shuffled;
}

}  // namespace

std::string halfwidth_kana(std::string_view kana) {
  static constexpr std::string_view kFull =
      "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワ"
      "ン";
  std::string out;
  for (std::size_t at = 0; at < kana.size();) {
    const std::size_t begin = at;
    next_code_point(kana, at);
    std::string c(kana.substr(begin, at - begin));
    bool voiced = false, half_voiced = false;
    for (const auto& [from, to] : kVoiced)
      if (c == from) c = to, voiced = true;
    constexpr std::pair<std::string_view, std::string_view> kHalfVoiced[] = {
        {"パ", "ハ"}, {"ピ", "ヒ"}, {"プ", "フ"}, {"ペ", "ヘ"}, {"ポ", "ホ"}};
    for (const auto& [from, to] : kHalfVoiced)
      if (c == from) c = to, half_voiced = true;
    const std::size_t found = kFull.find(c);
    if (found == std::string_view::npos)
      out += c;
    else
      append_utf8(out, static_cast<char32_t>(0xFF66 + found / 3));
    if (voiced) append_utf8(out, 0xFF9E);
    if (half_voiced) append_utf8(out, 0xFF9F);
  }
  return out;
}

std::string fullwidth(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= '!' && c <= '~')
      append_utf8(out, c == '-' ? U'－' : static_cast<char32_t>(0xFF01 + c - '!'));
    else
      out += c;
  }
  return out;
}

std::string fold_to_jis(std::string_view text) {
  std::string out(text);
  for (const Variant& variant : variants())
    if (variant.charset == 'W')
      while (replace_first(out, variant.written, variant.plain)) {
      }
  return out;
}

Registration::Registration(const World& world, const Person& person, std::uint64_t ordinal, int hospital, int copy)
    : world_(&world),
      person_(&person),
      hospital_(&world.hospitals[hospital]),
      index_(hospital),
      number_(fmt::format("{:010}", chart_number(ordinal, hospital, copy))),
      stream_(kSlipStream | ordinal << 8 | static_cast<std::uint64_t>(hospital * 2 + copy)) {
  draw_slips();
}

void Registration::draw_slips() {
  SeededRandom random(world_->options.seed, stream_);
  const double rate = world_->options.defects && !person_->marked ? 1 : 0;
  const auto slip = [&](double chance, bool counts = true) {
    const bool happened = random.chance(chance * rate);
    slips_.any |= happened && counts;
    return happened;
  };
  slips_.homophone_family = slip(0.006);
  slips_.homophone_given = slip(0.02);
  slips_.other_reading = slip(0.014);
  slips_.kana_typo_family = slip(0.004);
  slips_.kana_typo_given = slip(0.006);
  slips_.lost_voice = slip(0.01);
  slips_.zu = slip(0.01);
  slips_.swapped = slip(0.002);
  slips_.kana_only = slip(0.01);
  slips_.sex = slip(0.001);
  slips_.no_address = slip(0.04, false);
  slips_.no_postcode = slip(0.05, false);
  slips_.wrong_postcode = slip(0.01);
  slips_.no_phone = slip(0.20, false);
  slips_.no_insurance = slip(0.03, false);
  slips_.wrong_number = slip(0.008);
  const bool wrong_birth = slip(0.008);
  const double kind = random.uniform();
  constexpr double kKinds[] = {0.30, 0.45, 0.60, 0.80, 0.92, 1.0};
  if (wrong_birth)
    for (int i = 5; i >= 0; --i)
      if (kind < kKinds[i]) slips_.birth = i + 1;
  slips_.draw = random.next();
}

std::string Registration::slips() const {
  std::string text;
  const auto add = [&](bool happened, std::string_view name) {
    if (happened) text += (text.empty() ? "" : " ") + std::string(name);
  };
  add(slips_.homophone_family, "family_kanji");
  add(slips_.homophone_given, "given_kanji");
  add(slips_.other_reading, "reading");
  add(slips_.kana_typo_family, "family_kana");
  add(slips_.kana_typo_given, "given_kana");
  add(slips_.lost_voice, "voiced_mark");
  add(slips_.zu, "zu");
  add(slips_.swapped, "swapped_names");
  add(slips_.kana_only, "kana_only");
  add(slips_.sex, "sex");
  add(slips_.wrong_postcode, "postcode");
  add(slips_.wrong_number, "insurance_number");
  add(slips_.birth != 0, "birth");
  return text;
}

Date Registration::wrong_birth() const {
  const Date birth = person_->birth;
  const int y = birth.year(), m = birth.month(), d = birth.day();
  const auto or_same = [&](int year, int month, int day) {
    const auto date = Date::of(year, month, day);
    return date && *date < world_->end ? *date : birth;
  };
  const int shift = 1 + static_cast<int>(slips_.draw % 8);
  switch (slips_.birth) {
    case 1:
      return or_same(slips_.draw & 1 ? y + 1 : y - 30, m, d);  // a year, or Heisei taken for Reiwa
    case 2:
      return or_same(y, d, m);
    case 3:
      return or_same(y, m, slips_.draw & 1 ? 1 : 15);
    case 4:
      return or_same(y, m, (d + shift - 1) % 28 + 1);
    case 5:
      return or_same(y, (m + shift - 1) % 12 + 1, d);
    case 6:
      return or_same(y - shift, m, d);
    default:
      return birth;
  }
}

std::string Registration::write_address(const Address& address) const {
  std::string text;
  const int style = hospital_->address_style;
  if (style != 2) text += address.prefecture;
  text += address.municipality;
  if (style == 4) text += "大字";
  text += address.town;
  switch (style) {
    case 1:
      text += fmt::format("{}-{}-{}", address.chome, address.block, address.house);
      break;
    case 2:
      text += fullwidth(fmt::format("{}-{}-{}", address.chome, address.block, address.house));
      break;
    case 3:
      text += fmt::format("{}丁目{}番地の{}", kanji_number(address.chome), kanji_number(address.block),
                          kanji_number(address.house));
      break;
    case 4:
      text += fmt::format("{}丁目{}番地{}", address.chome, address.block, address.house);
      break;
    default:
      text += fmt::format("{}丁目{}番{}号", address.chome, address.block, address.house);
  }
  if (!address.building.empty()) text += (style % 2 ? "　" : " ") + address.building;
  return text;
}

bool Registration::unnamed(Date day) const {
  constexpr int kNamedAfter = 14;  // days
  return person_->newborn && day.days < person_->birth.days + kNamedAfter;
}

int Registration::version(Date day) const {
  return unnamed(day) * 1'000'000 + index_at(person_->surnames, day) * 10'000 +
         index_at(person_->addresses, day) * 100 + index_at(person_->insurances, day);
}

const WrittenIdentity& Registration::write(Date day) const {
  const int version = this->version(day) * 2 + (day >= *Date::of(2021, 9, 1));
  if (version != written_version_) {
    written_ = compose(day);
    written_version_ = version;
  }
  return written_;
}

WrittenIdentity Registration::compose(Date day) const {
  SeededRandom random(world_->options.seed, stream_ ^ 1ULL << 59);  // the same draws for every version of the record
  const Surname& surname = at(person_->surnames, day);
  WrittenIdentity w;
  w.family = surname.kanji;
  w.given = person_->given_kanji;
  w.family_kana = surname.kana;
  w.given_kana = person_->given_kana;
  w.birth = slips_.birth ? wrong_birth() : person_->birth;
  w.female = person_->female != slips_.sex;
  if (unnamed(day)) {
    w.given = w.given_kana = "ベビー";
  } else if (!person_->marked) {
    const double share = hospital_->keeps_variants ? 0.22 : 0.03;
    for (const Variant& variant : variants()) {
      if (random.chance(share)) replace_first(w.family, variant.plain, variant.written);
      if (random.chance(share * 0.3)) replace_first(w.given, variant.plain, variant.written);
    }
  }
  for (const Variant& sound : homophones()) {
    if (slips_.homophone_family && replace_first(w.family, sound.plain, sound.written)) break;
    if (slips_.homophone_given && replace_first(w.given, sound.plain, sound.written)) break;
  }
  if (slips_.other_reading)
    for (const Variant& reading : other_readings())
      replace_first(w.family_kana, reading.plain, reading.written);
  for (const auto& [from, to] : kTypos) {
    if (slips_.kana_typo_family && replace_first(w.family_kana, from, to)) break;
    if (slips_.kana_typo_given && replace_first(w.given_kana, from, to)) break;
  }
  if (slips_.lost_voice)
    for (const auto& [from, to] : kVoiced)
      if (replace_first(w.family_kana, from, to)) break;
  if (slips_.zu && !replace_first(w.family_kana, "ヅ", "ズ")) replace_first(w.family_kana, "ジ", "ヂ");
  if (slips_.swapped) {
    std::swap(w.family, w.given);
    std::swap(w.family_kana, w.given_kana);
  }
  if (slips_.kana_only) {
    w.family = w.family_kana;
    w.given = w.given_kana;
  }
  if (hospital_->capital_kana) {
    replace_all(w.family_kana, kSmall);
    replace_all(w.given_kana, kSmall);
  }
  const Address& address = at(person_->addresses, day);
  if (!slips_.no_address) w.address = write_address(address);
  if (!slips_.no_postcode) w.postcode = address.postcode;
  if (slips_.wrong_postcode && !w.postcode.empty()) w.postcode[6] = static_cast<char>('0' + slips_.draw % 10);
  const std::string& phone = at(person_->phones, day);
  if (!slips_.no_phone) {
    w.phone = phone;
    if (hospital_->phone_hyphens) w.phone.insert(w.phone.size() - 4, "-").insert(3, "-");
  }
  w.insurance = at(person_->insurances, day);
  w.insured = !slips_.no_insurance && !unnamed(day);
  w.symbol = w.insurance.symbol;
  w.number = w.insurance.number;
  if (slips_.wrong_number && !w.number.empty())
    w.number.back() = static_cast<char>('0' + (w.number.back() - '0' + 1 + slips_.draw % 9) % 10);
  if (hospital_->fullwidth_insurance) {
    w.symbol = fullwidth(w.symbol);
    w.number = fullwidth(w.number);
  }
  if (hospital_->writes_branch && day >= *Date::of(2021, 9, 1) && w.insurance.law != "39")
    w.branch = fmt::format("{:02}", person_->member % 100);
  return w;
}

}  // namespace sekisho::synth
