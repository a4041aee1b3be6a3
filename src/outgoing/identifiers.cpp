#include "outgoing/identifiers.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/ascii.h"
#include "core/date.h"
#include "core/text.h"
#include "identity/fold.h"
#include "outgoing/contacts.h"
#include "outgoing/dates.h"
#include "outgoing/names.h"
#include "outgoing/numbers.h"

namespace sekisho::outgoing {
namespace {

constexpr int kBirthBefore = 2012;   // a full date before it is more likely a birth than an event
constexpr int kStudiesSince = 1990;  // studies look back so far

bool is_letter(char c) {
  return (c | 32) >= 'a' && (c | 32) <= 'z';
}
bool is_alnum(char c) {
  return is_digit(c) || is_letter(c);
}

bool starts_with_any(std::string_view text, std::size_t at, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return text.substr(at).starts_with(word); });
}
std::string_view before(std::string_view text, std::size_t at, std::size_t bytes) {
  const std::size_t from = at > bytes ? at - bytes : 0;
  return text.substr(from, at - from);
}

// A long token of hexadecimal or base-32 characters: the form of the project's pseudonyms and registration keys.
bool looks_like_pseudonym(std::string_view token) {
  if (token.size() != 32 && token.size() != 26 && token.size() != 40 && token.size() != 64) return false;
  bool letter = false, digit = false;
  for (const char c : token) {
    letter = letter || is_letter(c);
    digit = digit || is_digit(c);
    if (token.size() != 26 && !is_digit(c) && !((c | 32) >= 'a' && (c | 32) <= 'f')) return false;
  }
  return letter && digit;
}

struct Scanner {
  std::string_view text, where;
  IdentifierContext context;
  Findings& findings;
  bool citation = false;

  void add(std::string_view rule, std::string_view message) { findings.add(rule, where, message); }
  // An address, telephone or mail: an institution's stands in manuscripts by right.
  void add_contact(std::string_view rule, std::string_view message, bool of_institution) {
    if (of_institution)
      findings.add("id.contact", where, "an address, telephone or mail beside the name of an institution");
    else
      findings.add(rule, where, message);
  }
  std::size_t behind_period(std::size_t at) const;
  bool behind_initials(std::size_t at) const;
  bool is_checksum(std::size_t at, std::size_t end) const;
  bool titled(std::size_t end) const {
    if (mentions(text, {"深謝", "謝意", "謝辞", "感謝"}) && !names_patient(text))
      return false;  // helpers, not patients
    return starts_with_any(text, end, {"様", "氏", "殿", "さん", " 様", " 殿", "君"}) ||
           names_patient(before(text, end, 60));
  }
  bool told(std::size_t at, std::initializer_list<std::string_view> words, std::size_t bytes = 40) const {
    return mentions(before(text, at, bytes), words);
  }
  bool birth_told(std::size_t at) const {
    return context.birth_column ||
           told(at, {"生年月日", "誕生日", "生まれ", "birth", "Birth", "DOB", "dob", "出生", "born"});
  }

  void judge_date(std::size_t at, const WrittenDate& date);
  void judge_digits(std::size_t at, std::string_view digits, std::size_t end);
  bool grouped(std::size_t at, std::size_t& end);
  bool labelled_number(std::size_t at);
  void run();
};

// "from 1 April 2015 to 31 March 2022": the date at `at` ends a period. 0: it does not.
std::size_t Scanner::behind_period(std::size_t at) const {
  const std::string_view near = before(text, at, 40);
  for (const std::string_view word : {"から", "より", "~", "〜", " to ", "through", "until", " and ", "-"})
    if (const std::size_t found = near.rfind(word); found != std::string_view::npos)
      if (std::ranges::count_if(near.substr(0, found), is_digit) >= 3) return found + 1;
  return 0;
}

// "ID12345678", "pt0012345": a word for a person before the digits.
bool Scanner::behind_initials(std::size_t at) const {
  std::size_t from = at;
  while (from > 0 && is_letter(text[from - 1]))
    --from;
  const std::string word = lower(text.substr(from, at - from));
  for (const std::string_view known : {"id", "pt", "pid", "no", "mrn", "patient", "case", "subj", "p", "karte"})
    if (word == known) return true;
  return false;
}

// "9f86...  table1.csv", ".../six-1.16.tar.bz2#9f86...": what programs write of files.
bool Scanner::is_checksum(std::size_t at, std::size_t end) const {
  if (at > 0 && (text[at - 1] == '#' || text[at - 1] == '@') && told(at, {"://"}, 200)) return true;
  std::size_t name = end;
  while (name < text.size() && (text[name] == ' ' || text[name] == '*' || text[name] == '\t'))
    ++name;
  if (at != 0 || name == end || name >= text.size()) return false;
  const std::string_view rest = text.substr(name);
  const std::size_t point = rest.rfind('.');
  return rest.find(' ') == std::string_view::npos && point != std::string_view::npos && point > 0 &&
         rest.size() - point <= 6 && is_letter(rest[point + 1 < rest.size() ? point + 1 : point]);
}

void Scanner::judge_date(std::size_t at, const WrittenDate& date) {
  const bool told_birth = birth_told(at) || starts_with_any(text, date.end, {"生", "日生", "日 生"});
  // birth_date < DATE '1958-04-01': a limit of who is included.
  const bool limit =
      is_period_limit(date) && (told(at, {"<", ">", "BETWEEN", "between", "AND", "before", "after"}, 20) ||
                                starts_with_any(text, date.end, {"以前", "以降", "より", "日以前", "日以降"}));
  if (told_birth && limit) return;
  if (told_birth) return add(date.era ? "date.era" : "date.birth", "a date to the day that may be a birth date");
  if (date.letter &&
      told(at, {"表", "図", "Table", "Figure", "Fig", "ver", "Ver", "v.", "R ", "Suppl", "Appendix", "SAS"}, 14))
    return;
  // Versions and licences carry the day on which somebody released them.
  if (starts_with_any(text, date.end, {" v", ") v", " ver", " Ver", "_v"}) ||
      told(at, {"ackage:", "ersion", "elease", "opyright", "LaTeX", "pdated", "R version"}, 48))
    return;
  // What happened to one person on that day.
  if (!is_period_limit(date) && behind_period(at) == 0 &&
      starts_with_any(
          text, date.end,
          {"に入院", "日に入院", "に死亡", "日に死亡", "に退院",   "日に退院", "に手術",   "日に手術", "入院",
           "日入院", "死亡",     "日死亡", "に受診",   "日に受診", "に初診",   "日に初診", "に診断",   "日に診断",
           "退院",   "日退院",   "に発症", "日に発症", "に搬送",   "日に搬送", "に永眠",   "日に永眠"}))
    return add("date.person", "the day of an event of one person");
  if (date.year < kBirthBefore) {
    if (date.year >= kStudiesSince && (is_period_limit(date) || context.column)) return;
    const bool of_person = starts_with_any(text, date.end, {" 男", " 女", "男", "女", "(男", "(女"});
    if (date.letter && date.era && date.year >= kStudiesSince && !of_person)
      return add("date.event", "a date to the day");
    return add(date.era ? "date.era" : "date.birth", "a date to the day that may be a birth date");
  }
  if (!date.era || date.letter) return;
  const bool of_report =
      is_period_limit(date) ||
      told(at, {"作成", "発行", "改訂", "更新", "承認", "版", "提出", "公表", "抽出", "報告"}) ||
      starts_with_any(text, date.end, {"に施行", "日に施行", "施行",       "日施行", "法律",     "日法律", "政令",
                                       "日政令", "日厚生",   "公布",       "日公布", "告示",     "日告示", "改正",
                                       "日改正", "から施行", "日から施行", "の承認", "日の承認", "承認",   "日承認",
                                       "開催",   "日開催",   "日 ",        " 第",    "現在",     "日現在", "時点",
                                       "日時点", "作成",     "日作成",     "版",     "日版",     "改訂"});
  if (!of_report) add("date.event", "a date to the day in a Japanese era");
}

// Digits in groups or one by one, with the check digit of a My Number.
bool Scanner::grouped(std::size_t at, std::size_t& end) {
  const bool called = told(at, {"番号", "No", "マイナンバー", "My Number"}, 24);
  constexpr std::string_view kSeparators[] = {" ", "-", "・", ".", "_", "/", ","};
  std::string digits;
  std::size_t i = at, group = 0;
  std::string_view separator;
  bool even = true;  // 4-4-4, 3-3-3-3, 1-1-...: all groups of one length
  std::size_t length = 0;
  while (i < text.size() && digits.size() <= 12) {
    if (is_digit(text[i])) {
      digits += text[i++];
      ++group;
      continue;
    }
    std::string_view found;
    for (const std::string_view word : kSeparators)
      if (text.substr(i).starts_with(word) && (word != "," || called)) found = word;
    if (found.empty() || (!separator.empty() && found != separator) || i + found.size() >= text.size() ||
        !is_digit(text[i + found.size()]))
      break;
    separator = found;
    if (length == 0) length = group;
    even = even && group == length;
    group = 0;
    i += found.size();
  }
  if (separator.empty() || digits.size() != 12 || !even || group != length || length > 4 || !is_my_number(digits))
    return false;
  end = i;
  if (separator != " ") return true;
  // Columns of printed numbers look like groups too: then other numbers stand beside, and no words.
  const std::string_view line = before(text, at, 30);
  const bool alone =
      at == 0 || (line.find_last_not_of(' ') != std::string_view::npos && !is_digit(line[line.find_last_not_of(' ')]));
  const std::size_t next = text.find_first_not_of(' ', end);
  const bool goes_on = next == end && next != std::string_view::npos;  // words touch the number
  return alone && (at > 0 || goes_on) &&
         (next == std::string_view::npos || (!is_digit(text[next]) && text[next] != '.'));
}

// What a word before says of the number that follows.
bool Scanner::labelled_number(std::size_t at) {
  const std::string_view near = before(text, at, 40);
  struct Label {
    std::string_view word, rule, message;
    std::size_t reach;
  };
  constexpr Label kLabels[] = {
      {"患者No", "id.patient_number", "a number called a patient's number", 14},
      {"症例ID", "id.patient_number", "a number called a patient's number", 14},
      {"患者 ID", "id.patient_number", "a number called a patient's number", 14},
      {"症例番号", "id.patient_number", "a number called a patient's number", 20},
      {"患者番号", "id.patient_number", "a number called a patient's number", 20},
      {"患者ID", "id.patient_number", "a number called a patient's number", 14},
      {"患者id", "id.patient_number", "a number called a patient's number", 14},
      {"患者コード", "id.patient_number", "a number called a patient's number", 20},
      {"ID番号", "id.patient_number", "a number called a patient's number", 14},
      {"カルテ番号", "id.patient_number", "a number called a patient's number", 20},
      {"カルテNo", "id.patient_number", "a number called a patient's number", 14},
      {"診察券", "id.patient_number", "a number called a patient's number", 20},
      {"登録番号", "id.patient_number", "a number of one registration", 14},
      {"MRN", "id.patient_number", "a number called a patient's number", 10},
      {"mrn", "id.patient_number", "a number called a patient's number", 10},
      {"?pid=", "id.patient_number", "a patient's number in an address of the web", 8},
      {"&pid=", "id.patient_number", "a patient's number in an address of the web", 8},
      {"patient=", "id.patient_number", "a number called a patient's number", 12},
      {"atient ", "id.patient_number", "a number called a patient's number", 8},
      {"atient ID", "id.patient_number", "a number called a patient's number", 14},
      {"atient id", "id.patient_number", "a number called a patient's number", 14},
      {"atient no", "id.patient_number", "a number called a patient's number", 16},
      {"atient No", "id.patient_number", "a number called a patient's number", 16},
      {"atient number", "id.patient_number", "a number called a patient's number", 18},
      {"atient_id", "id.patient_number", "a number called a patient's number", 24},
      {"patient_no", "id.patient_number", "a number called a patient's number", 24},
      {"atientID", "id.patient_number", "a number called a patient's number", 14},
      {"hart no", "id.patient_number", "a number called a patient's number", 14},
      {"保険者番号", "id.insurer", "a number called an insurer number", 18},
      {"insurer", "id.insurer", "a number called an insurer number", 18},
      {"医療機関コード", "id.institution", "a number called an institution code", 26},
      {"医療機関番号", "id.institution", "a number called an institution code", 24},
      {"施設番号", "id.institution", "a number called an institution code", 18},
      {"institution code", "id.institution", "a number called an institution code", 22},
      {"被保険者証", "id.symbol_number", "symbol or number of an insured person", 30},
      {"被保険者番号", "id.symbol_number", "symbol or number of an insured person", 24},
      {"保険証", "id.symbol_number", "symbol or number of an insured person", 30},
      {"記号", "id.symbol_number", "symbol or number of an insured person", 16},
      {"枝番", "id.symbol_number", "symbol or number of an insured person", 10},
      {"個人番号", "id.my_number", "a number called a My Number", 16},
      {"マイナンバー", "id.my_number", "a number called a My Number", 24},
      {"受給者番号", "id.symbol_number", "the number of a beneficiary", 20},
      {"免許証番号", "id.document", "the number of a person's document", 24},
      {"免許証", "id.document", "the number of a person's document", 18},
      {"旅券番号", "id.document", "the number of a person's document", 20},
      {"パスポート", "id.document", "the number of a person's document", 28},
      {"在留カード", "id.document", "the number of a person's document", 28},
      {"口座番号", "id.document", "the number of a person's account", 22},
      {"基礎年金番号", "id.document", "the number of a person's pension", 24},
      {"検体番号", "id.patient_number", "a number of one person's specimen", 18},
      {"受診番号", "id.patient_number", "a number of one person's visit", 18},
  };
  std::size_t end = at;
  while (end < text.size() && (is_alnum(text[end]) || text[end] == '-'))
    ++end;
  const std::string_view token = text.substr(at, end - at);
  const auto digits = static_cast<std::size_t>(std::ranges::count_if(token, is_digit));
  if (starts_with_any(text, end, {"人", "名", "件", "万", "%", "例", "種", "歳", "月", "年", "回", "施設"}))
    return false;
  for (const Label& label : kLabels) {
    const std::size_t found = near.rfind(label.word);
    if (found == std::string_view::npos ||
        near.size() - found - label.word.size() > label.reach - std::min(label.reach, label.word.size()) + 6)
      continue;
    const std::string_view between = near.substr(found + label.word.size());
    if (mentions(between, {"、", "。", ";", "数"})) continue;
    const std::size_t least = label.rule == "id.symbol_number" ? 2
                              : label.rule == "id.my_number"   ? 12
                              : label.word == "atient "        ? (between.empty() ? 6 : 99)
                                                               : 4;
    if (digits < least) continue;
    if (label.rule == "id.insurer" && digits != 6 && digits != 8) continue;
    if (label.rule == "id.institution" && digits != 7 && digits != 10) continue;
    add(label.rule, label.message);
    return true;
  }
  return false;
}

void Scanner::judge_digits(std::size_t at, std::string_view digits, std::size_t end) {
  if (digits.size() >= 6 && told(at, {"ID ", "ID:", "ID=", "No.", "番号"}, 6) &&
      (mentions(text.substr(end, 24), {"症例", "患者"}) || told(at, {"症例", "患者"}, 24)))
    return add("id.patient_number", "a number that names a case");
  if (is_my_number(digits) && !is_moment(digits)) add("id.my_number", "a number with the check digit of a My Number");
  if (is_insurer_number(digits)) add("id.insurer", "a number with the check digit of an insurer number");
  const bool time_told = told(at, {"time", "built", "date", "epoch", "stamp", "created", "updated"}, 24);
  if (is_institution_number(digits) && !time_told) {
    add("id.institution", "a number with the check digit of an institution number");
  } else if (digits.size() == 10) {
    const bool moment = digits[0] == '1' && digits[1] >= '0' && digits[1] <= '8';  // seconds since 1970
    if (digits[0] == '0')
      add("id.patient_number", "a number of 10 digits, the form of patient numbers");
    else if (!moment && !context.column && !told(at, {"円", "点", "cost", "費", "total", "合計", "ISBN"}))
      add("id.long_number", "a number of 10 digits: look whether it names somebody");
  }
  if (context.file_name && digits.size() >= 7 && !(digits.size() == 8 && parse_receipt_date(digits)) &&
      !is_moment(digits))
    add("id.patient_number", "a long number in the file's name");
  if (digits.size() == 8 || (digits.size() == 7 && digits[0] >= '1' && digits[0] <= '5')) {
    const auto date = parse_receipt_date(digits);
    if (!date || date->precision != Precision::kDay || date->date().year() < 1880) return;
    const WrittenDate written{
        .year = date->date().year(), .month = date->date().month(), .day = date->date().day(), .end = end};
    if (birth_told(at))
      add("date.birth", "a date to the day that may be a birth date");
    else if (digits.size() == 8 && written.year < kBirthBefore &&
             !(written.year >= kStudiesSince && is_period_limit(written)) &&
             !told(at, {"seed", "円", "点", "cost", "n=", "n ="}))
      add("date.birth_number", "a date to the day that may be a birth date");
  }
}

void Scanner::run() {
  citation = context.published || is_citation(text);
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 && byte < 0xC0) {
      ++at;
      continue;
    }
    const bool begins = at == 0 || !is_alnum(text[at - 1]);
    if ((c == '@' && mail_at(text, at)) || ((c == '[' || c == '(') && written_mail_at(text, at)))
      add_contact("id.mail", "a mail address",
                  context.contact || (is_institution_mail(text, at) && !names_patient(text)));
    if (byte >= 0xC0) {
      if (const WrittenDate date = date_at(text, at); date.year != 0) {
        judge_date(at, date);
        at = date.end;
        continue;
      }
      std::size_t end = at;
      const NameHit name = name_at(text, at, end);
      if (name != NameHit::kNone && !(citation && name != NameHit::kSure)) {
        const bool published =
            citation && !names_patient(before(text, at, 40)) && !starts_with_any(text, end, {"様", "氏", "殿", "さん"});
        // Names beside institutions are those of authors, unless a title says otherwise.
        const bool author = context.contact && !titled(end);
        if (!published) add(name == NameHit::kSure && !author ? "id.name" : "id.name_like", "a name of a person");
        at = end;
        continue;
      }
      if (text.substr(at).starts_with("〒"))
        add_contact("id.address", "a post code: the beginning of an address", context.contact);
      if (address_at(text, at, end)) {
        add_contact("id.address", "an address to the house", context.contact);
        at = end;
        continue;
      }
    }
    if (c >= 'A' && c <= 'Z' && begins) {
      // S350602 behind a word for birth
      if (const std::size_t stop = at + 7; std::string_view("MTSHR").find(c) != std::string_view::npos &&
                                           stop <= text.size() &&
                                           std::ranges::all_of(text.substr(at + 1, 6), is_digit) &&
                                           (stop == text.size() || !is_alnum(text[stop])) && birth_told(at)) {
        add("date.era", "a date to the day that may be a birth date");
        at = stop;
        continue;
      }
      if (const WrittenDate date = date_at(text, at); date.year != 0) {
        judge_date(at, date);
        at = date.end;
        continue;
      }
      std::size_t end = at;
      if (const NameHit name =
              citation && !names_patient(before(text, at, 40)) ? NameHit::kNone : latin_name_at(text, at, end);
          name != NameHit::kNone) {
        const std::string_view behind = text.substr(end, 8);
        const bool author =
            context.contact || mentions(behind, {", MD", ", PhD", " MD", " PhD", "M.D", "Ph.D"}) ||
            (!behind.empty() && (is_digit(behind[0]) || behind[0] == '*'));  // Yuko Tanaka2, Hiroshi Mori*
        add(name == NameHit::kSure && !author ? "id.name" : "id.name_like", "a name of a person");
        at = end;
        continue;
      }
    }
    if (is_alnum(c) && begins) {
      std::size_t end = at;
      while (end < text.size() && is_alnum(text[end]))
        ++end;
      if (looks_like_pseudonym(text.substr(at, end - at)) &&
          !mentions(lower(before(text, at, 48)), {"sha", "hash", "digest", "commit", "version", "build", "md5",
                                                  "checksum", "git", "rev", "integrity", "etag", "uuid"}) &&
          !is_checksum(at, end)) {
        add("id.pseudonym", "a long token, the form of a pseudonym or a registration key");
        at = end;
        continue;
      }
      if (end - at >= 4 && end - at <= 20 && is_letter(c) && std::ranges::any_of(text.substr(at, end - at), is_digit) &&
          labelled_number(at)) {
        at = end;
        continue;
      }
    }
    if (!is_digit(c) && c != '+') {
      ++at;
      continue;
    }
    // "No.123" begins a number, "0.123" goes on with one.
    const bool behind_point = at > 0 && text[at - 1] == '.' && (at < 2 || is_digit(text[at - 2]));
    if (begins && !behind_point && (at == 0 || text[at - 1] != '-')) {
      std::size_t end = at;
      const bool called = told(at, {"電話", "TEL", "Tel", "tel", "連絡先", "FAX", "phone", "携帯"}, 24);
      if (phone_at(text, at, called, end) && (end >= text.size() || !is_alnum(text[end]))) {
        add_contact("id.phone", "a telephone number", context.contact && !is_mobile(text.substr(at, end - at)));
        at = end;
        continue;
      }
      if (const WrittenDate date = is_digit(c) ? date_at(text, at) : WrittenDate{}; date.year != 0) {
        judge_date(at, date);
        at = date.end;
        continue;
      }
      if (is_digit(c) && grouped(at, end)) {
        add("id.my_number", "a number with the check digit of a My Number");
        at = end;
        continue;
      }
      if (address_at(text, at, end)) {
        add_contact("id.address", "an address to the house", context.contact);
        at = end;
        continue;
      }
    }
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end]))
      ++end;
    if (end == at) {
      ++at;
      continue;
    }
    // Digits inside a decimal number, a hash or a longer token are no identifiers.
    const auto joined = [](char x) { return is_letter(x) || x == '.' || x == '_'; };
    const bool alone = (at == 0 || !joined(text[at - 1]) || (text[at - 1] == '.' && !behind_point) ||
                        (context.file_name && text[at - 1] == '_')) &&
                       (end >= text.size() || !joined(text[end]) ||
                        (text[end] == '.' && (end + 1 >= text.size() || !is_digit(text[end + 1]))) ||
                        (context.file_name && (text[end] == '_' || text[end] == '.')));
    const std::string_view digits = text.substr(at, end - at);
    if (alone && !labelled_number(at)) judge_digits(at, digits, end);
    const auto stroke = [&](std::size_t i) { return i >= text.size() || !is_alnum(text[i]); };
    if (!alone && digits.size() == 12 && (at == 0 || text[at - 1] == '_') && stroke(end) && is_my_number(digits) &&
        !is_moment(digits))
      add("id.my_number", "a number with the check digit of a My Number");
    if (context.file_name && !alone && behind_initials(at) && digits.size() >= 7 &&
        !(digits.size() == 8 && parse_receipt_date(digits)))
      add("id.patient_number", "a long number in the file's name");
    at = end;
  }
}

bool is_invisible(char32_t c) {
  return (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
         c == 0x180E || c == 0xAD || c == 0x115F || c == 0x1160 || c == 0x3164 || (c >= 0xFE00 && c <= 0xFE0F) ||
         (c >= 0xE0000 && c <= 0xE01EF);
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

std::uint64_t Findings::count(std::string_view rule, std::string_view where) const {
  const auto found = found_.find({std::string(rule), std::string(where)});
  return found == found_.end() ? 0 : found->second.second;
}

void Findings::drop(std::string_view rule, std::string_view where) {
  found_.erase({std::string(rule), std::string(where)});
}

std::vector<ScanFinding> Findings::list() const {
  std::vector<ScanFinding> out;
  for (const auto& [key, entry] : found_)
    out.push_back({key.first, key.second,
                   entry.second > 1 ? fmt::format("{} ({} times)", entry.first, entry.second) : entry.first});
  return out;
}

// The zeros of Arabic, Persian, Devanagari and other scripts, which NFKC leaves as they are.
constexpr char32_t kOtherZeros[] = {0x660, 0x6F0, 0x966, 0x9E6, 0xE50};

std::string fold_forms(std::string_view text) {
  if (std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; })) return std::string(text);
  std::u32string folded = identity::nfkc(text);
  std::erase_if(folded, is_invisible);
  for (std::size_t i = 0; i < folded.size(); ++i) {  // the many strokes that stand between digits
    const char32_t c = folded[i];
    const bool after_digit = i > 0 && folded[i - 1] >= U'0' && folded[i - 1] <= U'9';
    if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212 || (c == 0x30FC && after_digit)) folded[i] = U'-';
    for (const char32_t zero : kOtherZeros)
      if (c >= zero && c < zero + 10) folded[i] = U'0' + (c - zero);
  }
  return identity::to_utf8(folded);
}

int invisible_characters(std::string_view text) {
  std::size_t joiners = 0, tags = 0, selectors = 0;
  bool selected = false;  // one selector belongs to a character, the next to nothing
  for (std::size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0xC0) {
      ++at;
      selected = false;
      continue;
    }
    const char32_t c = next_code_point(text, at);
    const bool selector = (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0100 && c <= 0xE01EF);
    selectors += selector && selected;
    selected = selector;
    if (c >= 0xE0000 && c <= 0xE007F) ++tags;
    if (c == 0xFEFF && at == 3) continue;
    joiners += is_invisible(c) && !(c >= 0xFE00 && c <= 0xFE0F) && !(c >= 0xE0100);
  }
  return tags > 0 || joiners >= 8 || selectors >= 4 ? 2 : joiners > 0 ? 1 : 0;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool mentions(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

void scan_identifiers(std::string_view text, std::string_view where, IdentifierContext context, Findings& findings) {
  Scanner{text, where, context, findings}.run();
  if (const std::string digits = with_kanji_digits(text); !digits.empty())
    Scanner{digits, where, context, findings}.run();
  for (const std::string& name : spaced_names(text))
    Scanner{name, where, context, findings}.run();
}

}  // namespace sekisho::outgoing
