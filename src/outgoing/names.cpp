#include "outgoing/names.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/text.h"
#include "identity/fold.h"
#include "identity/romaji.h"
#include "outgoing/identifiers.h"

namespace sekisho::outgoing {
namespace {

#include "outgoing/names.inc"

bool is_katakana(char32_t c) {
  return c >= 0x30A1 && c <= 0x30FE;
}
bool is_kana(char32_t c) {
  return c >= 0x3041 && c <= 0x30FE;
}
bool is_kanji(char32_t c) {
  return (c >= 0x3400 && c <= 0x9FFF) || c == U'々' || (c >= 0xF900 && c <= 0xFAFF);
}
char32_t code_at(std::string_view text, std::size_t at) {
  return at < text.size() ? next_code_point(text, at) : U'\0';
}

std::u32string decoded(std::string_view text) {
  std::u32string out;
  for (std::size_t at = 0; at < text.size();)
    out += next_code_point(text, at);
  return out;
}

// Kana spelled one way, for the many spellings of long vowels in Latin letters.
std::string one_spelling(std::u32string_view kana) {
  std::u32string folded = identity::fold_kana(kana), out;
  constexpr std::u32string_view kOrow = U"オコゴソゾトドノホボポモヨョロ", kUrow = U"ウクグスズツヅヌフブプムユュル";
  for (std::size_t i = 0; i < folded.size(); ++i) {
    const bool longer = i > 0 && (folded[i] == U'ー' || ((folded[i] == U'ウ' || folded[i] == U'オ') &&
                                                         (kOrow.find(folded[i - 1]) != std::u32string_view::npos ||
                                                          kUrow.find(folded[i - 1]) != std::u32string_view::npos)));
    if (!longer) out += folded[i];
  }
  return identity::to_utf8(out);
}

struct Names {
  // By the first code point, so that a text is searched in one pass. Longest first.
  std::map<char32_t, std::vector<std::string>> surnames, surnames_kana;
  std::set<std::string, std::less<>> given, given_kana, spelled_surnames, spelled_given;

  static void split(std::string_view words, auto add) {
    for (std::size_t at = 0; at < words.size();) {
      const std::size_t end = std::min(words.find(' ', at), words.size());
      const std::string_view word = words.substr(at, end - at);
      std::size_t kana = 0;
      while (kana < word.size() && !is_katakana(code_at(word, kana)))
        (void)next_code_point(word, kana);
      add(word.substr(0, kana), word.substr(kana));
      at = end + 1;
    }
  }

  Names() {
    split(kSurnameWords, [&](std::string_view kanji, std::string_view kana) {
      surnames[code_at(kanji, 0)].emplace_back(kanji);
      if (code_points(kana) > 2) surnames_kana[code_at(kana, 0)].emplace_back(kana);
      spelled_surnames.insert(one_spelling(decoded(kana)));
    });
    split(kGivenWords, [&](std::string_view kanji, std::string_view kana) {
      if (!kanji.empty()) given.emplace(kanji);
      given_kana.emplace(kana);
      spelled_given.insert(one_spelling(decoded(kana)));
    });
    for (auto* table : {&surnames, &surnames_kana})
      for (auto& [first, list] : *table)
        std::ranges::sort(list, std::greater{}, &std::string::size);
  }
};
const Names& names() {
  static const Names kNames;
  return kNames;
}

std::string_view longest(const std::map<char32_t, std::vector<std::string>>& table, std::string_view text,
                         std::size_t at) {
  const auto found = table.find(code_at(text, at));
  if (found != table.end())
    for (const std::string& word : found->second)
      if (text.substr(at).starts_with(word)) return word;
  return {};
}

std::size_t run_of(std::string_view text, std::size_t at, bool (*fits)(char32_t), std::size_t& count) {
  count = 0;
  while (at < text.size()) {
    std::size_t next = at;
    if (!fits(next_code_point(text, next))) break;
    at = next;
    ++count;
  }
  return at;
}

constexpr std::string_view kHonorifics[] = {"様", "氏", "殿", "さん", "君", "くん", "ちゃん", "さま", "先生"};
constexpr std::string_view kLabels[] = {"氏名",     "患者名",   "名前",    "患者:",    "患者 ",    "患者さん",
                                        "フリガナ", "ふりがな", "カナ",    "患者氏名", "姓名",     "本人",
                                        "世帯主",   "被保険者", "Patient", "patient",  "連絡先は", "緊急連絡",
                                        "続柄",     "御中",     "保護者",  "家族",     "主治医",   "担当"};
constexpr std::string_view kBeforeNames[] = {"氏名:", "氏名 ",    "氏名=",   "患者名:", "患者名 ",
                                             "患者:", "受診者名", "受診者:", "本人(",   "被保険者名"};
constexpr std::string_view kAuthors[] = {
    "発表者", "演者",   "座長",   "研究者", "COI",     "責任著者", "理事長",   "教授", "筆頭", "Sincerely", "Editor",
    "Dr ",    "Dr. ",   "Prof",   "著者",   "作成者",  "責任者",   "研究代表", "文責", "編著", "監修",      "著",
    "訳",     "解析者", "Author", "author", "Analyst", "編集",     "委員",     "代表", "幹事"};

std::string_view honorific_at(std::string_view text, std::size_t at) {
  for (const std::string_view word : kHonorifics)
    if (text.substr(at).starts_with(word) ||
        (word != "氏" && word != "君" && at + 1 < text.size() && text[at] == ' ' &&
         text.substr(at + 1).starts_with(word) && word.size() < 9 && !text.substr(at + 1).starts_with("様式"))) {
      if (word == "氏" && text.substr(at).starts_with("氏名")) continue;
      return word;
    }
  return {};
}

bool told_by(std::string_view text, std::size_t at, std::span<const std::string_view> words, std::size_t reach) {
  const std::size_t from = at > reach ? at - reach : 0;
  const std::string_view near = text.substr(from, at - from);
  return std::ranges::any_of(words, [&](std::string_view word) { return near.find(word) != std::string_view::npos; });
}

bool is_place(std::string_view kanji) {
  return std::ranges::find(kPlaces, kanji) != std::end(kPlaces);
}
bool ends_place(std::string_view rest) {
  return std::ranges::any_of(kPlaceEnds, [&](std::string_view word) { return rest.starts_with(word); });
}

// 1 to 3 characters that read as a given name; by the list, or by the last character of two or three.
enum class Given : unsigned char { kNo, kForm, kKnown };
Given given_name(std::string_view word) {
  if (names().given.contains(word) || names().given_kana.contains(word)) return Given::kKnown;
  const std::size_t count = code_points(word);
  if (count < 2 || count > 3) return Given::kNo;
  std::size_t last = word.size() - 1;
  while (last > 0 && (word[last] & 0xC0) == 0x80)
    --last;
  return kGivenEnds.find(word.substr(last)) != std::string_view::npos ? Given::kForm : Given::kNo;
}

// After a label two words of kana are a name whatever they are.
NameHit labelled_kana(std::string_view text, std::size_t at, std::size_t& end) {
  constexpr std::string_view kOfKana[] = {"フリガナ",   "ふりがな", "カナ氏名", "氏名カナ", "カナ名",
                                          "氏名(カナ)", "氏名",     "患者名",   "よみ",     "読み"};
  std::size_t first = 0, second = 0;
  const std::size_t blank = run_of(text, at, is_kana, first);
  if (first < 2 || first > 6 || blank >= text.size() || text[blank] != ' ') return NameHit::kNone;
  const std::size_t stop = run_of(text, blank + 1, is_kana, second);
  if (second < 2 || second > 6 || !told_by(text, at, kOfKana, 24)) return NameHit::kNone;
  end = stop;
  return NameHit::kSure;
}

// Kana: surname, blank, given name, both known; or a label before.
NameHit kana_name_at(std::string_view text, std::size_t at, std::size_t& end) {
  const std::string_view surname = longest(names().surnames_kana, text, at);
  if (surname.empty()) return labelled_kana(text, at, end);
  std::size_t after = at + surname.size(), count = 0;
  if (!honorific_at(text, after).empty()) {
    end = after;
    return NameHit::kSure;
  }
  const bool blank = after < text.size() && text[after] == ' ';
  const std::size_t start = after + (blank ? 1 : 0);
  const std::size_t stop = run_of(text, start, is_kana, count);
  if (count < 1 || count > 6) return NameHit::kNone;
  const bool known = names().given_kana.contains(text.substr(start, stop - start));
  end = stop;
  if (told_by(text, at, kLabels, 30)) return NameHit::kSure;
  return known && (blank || count >= 3) ? NameHit::kSure : NameHit::kNone;
}

// A run of kanji before 様: 同様, 仕様, 模様 and the like are no persons.
NameHit unknown_name(std::string_view text, std::size_t at, std::size_t& end) {
  constexpr std::string_view kWords[] = {"同様", "仕様", "模様", "多様", "一様", "皆様", "客様", "患者様", "異様",
                                         "有様", "様々", "様式", "様子", "様相", "王様", "神様", "御殿",   "神殿",
                                         "院長", "部長", "会長", "学長", "委員", "教授", "各位"};
  std::size_t count = 0;
  const std::size_t stop = run_of(text, at, is_kanji, count);
  const std::string_view run = text.substr(at, stop - at);
  // 二階堂 陽菜: an unknown surname, a blank, a given name of the list.
  if (count >= 1 && count <= 3 && stop < text.size() && text[stop] == ' ') {
    std::size_t second = 0;
    const std::size_t last = run_of(text, stop + 1, [](char32_t c) { return is_kanji(c) || is_kana(c); }, second);
    std::string_view word = text.substr(stop + 1, last - stop - 1);
    bool titled = !honorific_at(text, last).empty();
    for (const std::string_view honorific : {"様", "氏", "殿", "さん"})
      if (word.ends_with(honorific) && word.size() > honorific.size()) {
        word.remove_suffix(honorific.size());
        titled = true;
      }
    if (code_points(word) <= 4 && given_name(word) == Given::kKnown) {
      end = last;
      return titled || told_by(text, at, kLabels, 30) ? NameHit::kSure : NameHit::kLikely;
    }
  }
  // 犬飼様, 勅使河原さん: an unknown surname. 担当者様 and 看護師さん name offices.
  const bool called = text.substr(stop).starts_with("さん") && count >= 2 && count <= 4;
  const bool titled = run.ends_with("様") || (run.ends_with("殿") && count >= 4);
  std::string_view bearer = run;
  if (titled) bearer.remove_suffix(3);
  for (const std::string_view office :
       {"者", "員", "客", "族", "師", "方", "皆", "奥", "娘", "子", "母", "父", "妻", "夫", "医", "士", "長", "人"})
    if (bearer.ends_with(office)) return NameHit::kNone;
  if (called) {
    end = stop;
    return NameHit::kLikely;
  }
  if (!titled || count < 3 || count > 8) return NameHit::kNone;
  if (std::ranges::any_of(kWords, [&](std::string_view word) { return run.find(word) != std::string_view::npos; }))
    return NameHit::kNone;
  end = stop;
  return NameHit::kLikely;
}

}  // namespace

bool is_citation(std::string_view line) {
  for (const std::string_view word : {"et al", "doi", "DOI", "ISBN", "金原", "出版", "医学書院", "雑誌", "学会誌",
                                      "会誌", "紀要", "Epidemiol", "J ", "Lancet", "PMID"})
    if (line.find(word) != std::string_view::npos) return true;
  for (std::size_t at = line.find(';'); at != std::string_view::npos; at = line.find(';', at + 1))
    if (at >= 4 && std::ranges::all_of(line.substr(at - 4, 4), [](char c) { return c >= '0' && c <= '9'; }))
      return true;  // 2017;27:476-82
  return false;
}

NameHit name_at(std::string_view text, std::size_t at, std::size_t& end) {
  const char32_t first = code_at(text, at);
  if (is_katakana(first)) {
    std::size_t before = at;
    while (before > 0 && (text[--before] & 0xC0) == 0x80) {
    }
    if (at > 0 && is_katakana(code_at(text, before))) return NameHit::kNone;  // inside a word
    return kana_name_at(text, at, end);
  }
  if (is_kana(first) && at > 0 && (text[at - 1] == ':' || text[at - 1] == ' '))
    return labelled_kana(text, at, end);  // hiragana
  if (!is_kanji(first)) return NameHit::kNone;
  const std::string_view surname = longest(names().surnames, text, at);
  if (surname.empty()) {
    std::size_t before = at;
    while (before > 0 && (text[--before] & 0xC0) == 0x80) {
    }
    if (at > 0 && is_kanji(code_at(text, before))) return NameHit::kNone;
    std::size_t count = 0;
    const std::size_t stop = run_of(text, at, is_kanji, count);
    // After "氏名:" any short run of kanji is a name.
    if (told_by(text, at, kBeforeNames, 16) && count >= 2 && count <= 6) {
      end = stop;
      return NameHit::kSure;
    }
    return unknown_name(text, at, end);
  }
  const bool place = is_place(surname), told = told_by(text, at, kLabels, 30);
  std::size_t after = at + surname.size(), count = 0;
  end = after;
  if (const std::string_view honorific = honorific_at(text, after); !honorific.empty() && code_points(surname) > 1)
    return place && honorific == "氏" ? NameHit::kLikely : NameHit::kSure;
  if (ends_place(text.substr(after))) return NameHit::kNone;
  const bool blank = after < text.size() && text[after] == ' ';
  const std::size_t start = after + (blank ? 1 : 0);
  std::size_t stop = run_of(text, start, is_kanji, count);
  if (count == 0) {
    stop = run_of(text, start, is_kana, count);
    if (count > 4) count = 0;
  }
  // A title behind the given name belongs to the same run of characters.
  std::string_view word = text.substr(start, stop - start);
  bool titled = false;
  for (const std::string_view honorific : {"様", "氏", "殿", "君", "さん", "先生"}) {
    if (word.ends_with(honorific) && word.size() > honorific.size() && word.size() <= 9 + honorific.size()) {
      word.remove_suffix(honorific.size());
      titled = true;
      break;
    }
    if (count >= 1 && count <= 3 &&
        (text.substr(stop).starts_with(honorific) ||
         (stop < text.size() && text[stop] == ' ' && honorific.size() < 9 && honorific != "君" &&
          text.substr(stop + 1).starts_with(honorific))))
      titled = true;
  }
  const Given given = given_name(word);
  end = start + word.size();
  if (titled && code_points(word) <= 3) return NameHit::kSure;
  if (told && count >= 1 && count <= 4) return NameHit::kSure;
  if (code_points(surname) == 1 ? given == Given::kKnown && (blank || code_points(word) > 1) : given != Given::kNo)
    if (given == Given::kKnown || (!place && (blank || code_points(surname) > 1)))
      return told_by(text, at, kAuthors, 30) ? NameHit::kLikely : NameHit::kSure;
  return NameHit::kNone;
}

namespace {

// Words that head lines of forms and tables behind "Patient:".
bool is_common(std::string_view word) {
  constexpr std::string_view kCommon[] = {"Age",     "Sex",  "Total", "Group",  "The", "Number", "Characteristics",
                                          "Data",    "Mean", "Male",  "Female", "All", "Health", "Care",
                                          "Reported"};
  return std::ranges::find(kCommon, word) != std::end(kCommon);
}

}  // namespace

NameHit latin_name_at(std::string_view text, std::size_t at, std::size_t& end) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto word_from = [&](std::size_t from) {
    std::size_t to = from;
    while (to < text.size() && letter(text[to]))
      ++to;
    return text.substr(from, to - from);
  };
  const std::string_view first = word_from(at);
  if (first.size() < 3 || first.size() > 12 || first[0] < 'A' || first[0] > 'Z') return NameHit::kNone;
  std::size_t next = at + first.size();
  if (next < text.size() && text[next] == ',') ++next;
  if (next >= text.size() || text[next] != ' ') return NameHit::kNone;
  const std::string_view second = word_from(next + 1);
  if (second.size() < 3 || second.size() > 12 || second[0] < 'A' || second[0] > 'Z') return NameHit::kNone;
  const auto spelled = [](std::string_view word) {
    std::u32string wide;
    for (const char c : word)
      wide += static_cast<char32_t>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    const auto kana = identity::kana_of_romaji(wide);
    return kana ? one_spelling(*kana) : std::string();
  };
  const std::string a = spelled(first), b = spelled(second);
  const Names& all = names();
  const bool known = !a.empty() && !b.empty() &&
                     ((all.spelled_surnames.contains(a) && all.spelled_given.contains(b)) ||
                      (all.spelled_surnames.contains(b) && all.spelled_given.contains(a)));
  // After "Patient:" or "Mr." any two capitalized words are a name.
  constexpr std::string_view kPatients[] = {"Patient: ", "patient: ", "Patient name", "patient name", "pt name",
                                            "Name: ",    "Mr. ",      "Mrs. ",        "Ms. ",         "subject "};
  const auto capital = [](std::string_view word) {
    return word[1] >= 'a' ? word[0] <= 'Z' : word[0] <= 'Z' && word[1] <= 'Z';
  };
  if (!known && told_by(text, at, kPatients, 16) && capital(first) && capital(second) && !is_common(first) &&
      !is_common(second)) {
    end = next + 1 + second.size();
    return NameHit::kLikely;
  }
  if (!known) return NameHit::kNone;
  end = next + 1 + second.size();
  return told_by(text, at, kAuthors, 40) ? NameHit::kLikely : NameHit::kSure;
}

bool is_full_name(std::string_view folded) {
  const std::size_t blank = folded.find(' ');
  if (blank == std::string_view::npos) return false;
  const std::string_view given = folded.substr(blank + 1);
  if (given.empty() || code_points(given) > 5) return false;
  const auto table = is_katakana(code_at(folded, 0)) ? &names().surnames_kana : &names().surnames;
  std::size_t count = 0;
  const bool kanji =
      run_of(given, 0, is_kanji, count) == given.size() || run_of(given, 0, is_kana, count) == given.size();
  return kanji && longest(*table, folded, 0).size() == blank;
}

bool may_be_name(std::string_view folded) {
  std::size_t end = 0;
  if (latin_name_at(folded, 0, end) != NameHit::kNone) return end == folded.size();
  std::string joined(folded);
  std::erase(joined, ' ');
  const std::size_t count = code_points(joined);
  std::string_view surname = longest(names().surnames, joined, 0);
  if (surname.empty()) surname = longest(names().surnames_kana, joined, 0);
  if (count < 3 || count > 10 || surname.empty() || surname.size() == joined.size()) return false;
  for (std::size_t at = 0; at < joined.size();)
    if (const char32_t c = next_code_point(joined, at); !is_kana(c) && !is_kanji(c)) return false;
  return std::ranges::none_of(kPlaceEnds, [&](std::string_view word) {
    return joined.ends_with(word) || joined.substr(surname.size()).starts_with(word);
  });
}

std::vector<std::string> spaced_names(std::string_view text) {
  std::vector<std::string> out;
  std::string run;
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = text.find_first_not_of(' ', at);
    if (begin == std::string_view::npos) break;
    at = std::min(text.find(' ', begin), text.size());
    // The first character may follow a colon or a bracket.
    const std::string_view token = text.substr(begin, at - begin);
    const bool starts = count == 0 && token.size() > 3 && std::string_view(":(,").contains(token[token.size() - 4]);
    const std::string_view character = starts ? token.substr(token.size() - 3) : token;
    if (character.size() != 3 || static_cast<unsigned char>(character[0]) < 0xE3) {
      run.clear();
      count = 0;
      continue;
    }
    run += character;
    ++count;
    if (count >= 3 && (character == "様" || character == "殿" || character == "氏")) {
      out.push_back(run);
      run.clear();
      count = 0;
    }
  }
  return out;
}

}  // namespace sekisho::outgoing
