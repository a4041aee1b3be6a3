#include "outgoing/contacts.h"

#include <algorithm>

#include "outgoing/identifiers.h"

namespace sekisho::outgoing {
namespace {

constexpr std::string_view kInstitutions[] = {
    "大学",       "病院",       "研究所",     "研究科",     "研究センター", "医療センター", "情報センター", "機構",
    "財団",       "社団",       "学会",       "講座",       "教室",         "事務局",       "問い合わせ",   "問合せ",
    "責任著者",   "連絡先著者", "(代表)",     "省",         "県庁",         "保健所",       "株式会社",     "学部",
    "University", "Hospital",   "Department", "Dept.",      "School",       "Center",       "Institu",      "Faculty",
    "Foundation", "窓口",       "教授",       "講師",       "助教",         "広報",         "総務課",       "内線",
    "深謝",       "謝意",       "謝辞",       "Correspond", "correspond",   "ORCID",        "Ministry of"};
constexpr std::string_view kPatients[] = {
    "患者", "様",   "さん",   "自宅",   "氏名",   "本人",    "生年",    "居住",     "家族", "携帯", "実家",
    "住所", "除外", "要確認", "カルテ", "検査値", "patient", "Patient", "subject ", "home", "memo", "緊急"};
constexpr std::string_view kDomains[] = {".ac.jp", ".go.jp", ".edu", ".ac.uk", ".or.jp", ".lg.jp", ".gov", ".org"};

bool has_any(std::string_view text, auto& words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

}  // namespace

bool names_institution(std::string_view folded) {
  return has_any(folded, kInstitutions);
}

bool names_patient(std::string_view folded) {
  if (!folded.contains("患者")) return has_any(folded, kPatients);
  std::string others(folded);  // bodies and statistics that carry the word in their name
  for (const std::string_view body : {"患者会", "患者団体", "患者代表", "患者支援", "患者調査"})
    for (std::size_t at = others.find(body); at != std::string::npos; at = others.find(body, at))
      others.erase(at, body.size());
  return has_any(others, kPatients);
}

bool is_institution_mail(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && (text[end] == '.' || text[end] == '-' || (text[end] >= '0' && text[end] <= '9') ||
                               ((text[end] | 32) >= 'a' && (text[end] | 32) <= 'z')))
    ++end;
  std::string domain = lower(text.substr(at, end - at));
  while (domain.ends_with('.'))
    domain.pop_back();
  return std::ranges::any_of(kDomains, [&](std::string_view ending) { return domain.ends_with(ending); });
}

bool is_bibliography(std::string_view text) {
  const std::string low = lower(text.substr(0, 1 << 16));
  for (const std::string_view mark :
       {"@article{", "@book{", "@inproceedings{", "@misc{", "@techreport{", "ty  - ", "%0 journal"})
    if (low.find(mark) != std::string::npos) return true;
  return false;
}

}  // namespace sekisho::outgoing
