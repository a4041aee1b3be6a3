#include "outgoing/person_signs.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/ascii.h"
#include "outgoing/dates.h"
#include "outgoing/identifiers.h"
#include "outgoing/person_parts.h"
#include "outgoing/text_lines.h"

namespace sekisho::outgoing {
namespace {

constexpr std::size_t kVectorValues = 30, kStemLines = 4, kSequence = 60, kPlaces = 10, kInitials = 5, kListRows = 5,
                      kLongestLine = 20'000;

// "[1]  61.2  58.0 ...": a vector as consoles print it, one value for each person.
void judge_vectors(std::string_view text, Findings& findings) {
  std::size_t values = 0, decimals = 0, lines = 0, indices = 0;
  double before = 0;
  bool rising = true;  // the first number of each line: times of a table, and no vector
  std::uint64_t first = 0;
  std::set<double> distinct;
  const auto close = [&] {
    if (values >= kVectorValues && (indices > 0 || lines < 4 || !rising) && decimals * 2 > values &&
        distinct.size() * 10 > values * 4)
      findings.add("record.values", fmt::format("line {}", first),
                   "a printed vector of measurements: one for each person");
    values = decimals = lines = indices = 0;
    rising = true;
    distinct.clear();
  };
  by_lines(text, [&](std::string_view line, std::uint64_t number) {
    std::string_view plain = line;  // "array([[66., 7.1],": behind the name of the function
    for (const std::string_view word : {"array(", "tensor(", "matrix("})
      if (const std::size_t found = plain.find(word); found != std::string_view::npos)
        plain.remove_prefix(found + word.size());
    const std::size_t close_bracket = plain.find(']');
    const std::string_view head = without_edges(plain.substr(0, close_bracket + 1));
    const bool indexed = close_bracket != std::string_view::npos && head.size() >= 3 && head[0] == '[' &&
                         std::ranges::all_of(head.substr(1, head.size() - 2), is_digit);
    if (indexed) plain.remove_prefix(close_bracket + 1);
    const std::vector<std::string_view> fields = fields_of(plain, " \t\r,[]()");
    if (fields.empty()) return;
    std::size_t parts = 0, wholes = 0;
    for (const std::string_view field : fields) {
      const auto value = read_number(field);
      if (!value || value->percent || value->in_brackets) return close();
      parts += value->decimals > 0;
      wholes += value->decimals == 0;
    }
    if (fields.size() < 3 && values == 0) return;
    if (wholes == fields.size() && !indexed) return;  // the numbers of the rows above a line of values
    for (const std::string_view field : fields)
      distinct.insert(read_number(field)->value);
    if (values == 0) first = number;
    const double begins = fields.empty() ? before : read_number(fields[0])->value;
    rising = rising && (lines == 0 || begins >= before);
    before = begins;
    ++lines;
    indices += indexed;
    values += fields.size();
    decimals += parts;
  });
  close();
}

// "[1]  123   456+  789+": times of single persons; [1] "2022-03-14" "2023-01-02": days of theirs.
void judge_printed_times(std::string_view text, Findings& findings) {
  std::size_t times = 0, censored = 0, days = 0, down = 0;
  std::string before;
  by_lines(text, [&](std::string_view line, std::uint64_t) {
    if (!without_edges(line).starts_with('[')) return;
    for (std::string_view field : fields_of(line, " \t\r\"'")) {
      const bool open = field.size() >= 2 && field.ends_with('+');
      if (open) field.remove_suffix(1);
      if (std::ranges::all_of(field, is_digit)) {
        ++times;
        censored += open;
      } else if (const WrittenDate date = date_at(field, 0); date.year != 0 && date.end == field.size()) {
        down += days++ > 0 && std::string(field) < before;
        before = field;
      }
    }
  });
  if (times >= 10 && censored * 10 >= times)
    findings.add("record.values", "file", "times of single persons, with a sign for those still observed");
  if (days >= 10 && down * 4 > days) findings.add("record.values", "file", "days in no order: one for each person");
}

// Distances and influences of single observations, outliers of a box.
void judge_influence(std::string_view text, Findings& findings) {
  if ((text.contains("cook.d") && text.contains("hat")) || text.contains("dffit"))
    findings.add("plot.residuals", "file", "the influence of single persons on a model");
  const std::size_t out = text.find("$out\n");
  if (out != std::string_view::npos && text.substr(out, 40).contains("[1]"))
    findings.add("extreme.value", "file", "outliers are the values of single persons");
}

// "$A", "[1]  12.1 78.3": what range() gives for each group.
void judge_group_ranges(std::string_view text, Findings& findings) {
  std::size_t pairs = 0;
  bool named = false;
  by_lines(text, [&](std::string_view line, std::uint64_t) {
    const std::vector<std::string_view> fields = fields_of(line, " \t\r");
    if (fields.size() == 3 && fields[0] == "[1]" && named) {
      const auto low = read_number(fields[1]), high = read_number(fields[2]);
      pairs += low && high && low->value < high->value;
    }
    if (!fields.empty()) named = fields.size() <= 2 && fields[0].starts_with('$');
  });
  if (pairs >= 3)
    findings.add("extreme.range", "file", "two numbers for each group: the least and the greatest of single persons?");
}

// "  4 | 0223567": each leaf is one value.
void judge_stems(std::string_view text, Findings& findings) {
  std::size_t lines = 0, leaves = 0;
  std::uint64_t first = 0;
  by_lines(text, [&](std::string_view line, std::uint64_t number) {
    const std::size_t bar = line.find(" | ");
    const std::string_view stem =
                               bar == std::string_view::npos ? std::string_view{} : without_edges(line.substr(0, bar)),
                           leaf =
                               bar == std::string_view::npos ? std::string_view{} : without_edges(line.substr(bar + 3));
    const bool fits = !stem.empty() && stem.size() <= 4 &&
                      stem.find_first_not_of("-0123456789") == std::string_view::npos &&
                      std::ranges::all_of(leaf, is_digit) && std::ranges::is_sorted(leaf);
    if (!fits) return;
    if (lines++ == 0) first = number;
    leaves += leaf.size();
  });
  if (lines >= kStemLines && leaves >= 2 * kStemLines)
    findings.add("extreme.value", fmt::format("line {}", first), "a stem-and-leaf display: the value of each person");
}

}  // namespace

void judge_sequences(std::string_view text, Findings& findings) {
  std::size_t sequences = 0, places = 0;
  by_lines(text, [&](std::string_view line, std::uint64_t) {
    const std::string_view bare = without_edges(line);
    sequences += bare.size() >= kSequence && bare.find_first_not_of("ACGTNUacgtnu-") == std::string_view::npos &&
                 std::ranges::count(bare, '-') * 4 < static_cast<std::ptrdiff_t>(bare.size());
  });
  for (const std::string_view word : {"POINT(", "POINT (", "<coordinates>"})
    for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1))
      ++places;
  if (sequences > 0) findings.add("record.sequence", "file", "a sequence of bases: one person's genes or germ");
  if (places >= kPlaces) findings.add("plot.points", "file", "single places on a map: homes of persons");
}

namespace {

// XML of a vocabulary no rule knows: what its elements hold cannot be told.
void judge_markup(std::string_view text, Findings& findings) {
  const std::string_view bare = without_edges(text.substr(0, 2000));
  if (bare.starts_with("<?xml") && !bare.contains("<svg") && !bare.contains("<html"))
    findings.add("file.markup", "file", "XML of a kind that no rule knows");
}

// ヤマダさん, "HASEBE, Shuichi (62 y/o)": somebody by a name no list knows.
void judge_called(std::string_view text, Findings& findings) {
  by_lines(text, [&](std::string_view line, std::uint64_t number) {
    for (const std::string_view title : {"さん", "様", "氏", "ちゃん", "くん"})
      for (std::size_t at = line.find(title); at != std::string_view::npos; at = line.find(title, at + 1)) {
        std::size_t from = at, letters = 0;
        const bool bracket = from > 0 && line[from - 1] == ')';  // (チバ ヒナ)様
        if (bracket) --from;
        while (from >= 3 && line[from - 3] == '\xE3' && (line[from - 2] == '\x82' || line[from - 2] == '\x83') &&
               line.substr(from - 3, 3) != "・")
          from -= 3, ++letters;
        if (bracket && from > 3 && line[from - 1] == ' ' && line[from - 4] == '\xE3') ++letters;  // two words
        const std::string_view word = line.substr(from, at - from);
        const bool katakana = letters >= 3 && letters <= 12 && (word.substr(0, 3) >= "ァ" && word.substr(0, 3) <= "ヺ");
        const bool role =
            mentions(word, {"スタッフ", "メンバー", "ドクター", "ナース", "ユーザ", "ボランティア", "モニター",
                            "マネージャ", "データ", "オーナー", "サポーター", "リーダー", "ヘルパー"});
        if (katakana && !role)
          findings.add("id.name_like", fmt::format("line {}", number), "a name of a person before a title");
      }
    for (const std::string_view age : {" y/o)", " yo)", " y.o.)", " years old)", "歳)"}) {
      const std::size_t at = line.find(age);
      const std::size_t open = at == std::string_view::npos ? at : line.rfind('(', at);
      if (open == std::string_view::npos || at - open > 12 || open < 3) continue;
      const std::string_view near = line.substr(open > 30 ? open - 30 : 0, std::min<std::size_t>(open, 30));
      const std::vector<std::string_view> words = fields_of(near, " ,");
      const auto capital = [](std::string_view word) {
        return word.size() >= 3 && word[0] >= 'A' && word[0] <= 'Z' && std::ranges::all_of(word, is_latin);
      };
      if (words.size() >= 2 && capital(words.back()) && capital(words[words.size() - 2]))
        findings.add("text.case", fmt::format("line {}", number), "a name with an age: a single person");
    }
  });
}

// "三つ子の母親(34歳、...": an age behind a person; "国内3例目": one of few.
void judge_told_persons(std::string_view text, Findings& findings) {
  constexpr std::string_view kPersons[] = {"母親", "父親", "母",   "父",   "妻", "夫",   "息子",
                                           "娘",   "兄",   "弟",   "姉",   "妹", "男性", "女性",
                                           "男児", "女児", "患者", "症例", "方", "一例", "1例"};
  by_lines(text, [&](std::string_view line, std::uint64_t number) {
    const std::string where = fmt::format("line {}", number);
    for (std::size_t at = line.find('('); at != std::string_view::npos; at = line.find('(', at + 1)) {
      std::size_t end = at + 1;
      while (end < line.size() && is_digit(line[end]))
        ++end;
      const std::string_view rest = line.substr(end, 12);
      if (end == at + 1 || end > at + 4 || !(rest.starts_with("歳") || rest.starts_with("才"))) continue;
      if (mentions(rest, {"以上", "以下", "未満", "超", "~", "〜", "-", "台", "から"})) continue;
      const std::string_view before = line.substr(0, at);
      if (std::ranges::any_of(kPersons, [&](std::string_view who) { return before.ends_with(who); }))
        findings.add("text.case", where, "an age behind a person: a single one");
    }
    for (std::size_t at = line.find("歳"); at != std::string_view::npos; at = line.find("歳", at + 1)) {
      std::size_t digit = at;
      while (digit > 0 && line[digit - 1] == ' ')
        --digit;
      std::string_view rest = line.substr(at + 3);
      rest.remove_prefix(std::min(rest.find_first_not_of(" ,/、"), rest.size()));
      const std::string_view word = rest.substr(0, std::min(rest.find_first_of(" ,/\t"), rest.size()));
      if (digit > 0 && is_digit(line[digit - 1]) && (word == "M" || word == "F" || word == "男" || word == "女"))
        findings.add("text.case", where, "age and sex of a single person");
    }
    for (std::size_t at = line.find("例目"); at != std::string_view::npos; at = line.find("例目", at + 1)) {
      const std::string_view near = line.substr(at > 24 ? at - 24 : 0, std::min<std::size_t>(at, 24));
      if (!near.empty() && is_digit(near.back()) &&
          mentions(near, {"国内", "本邦", "世界", "県内", "市内", "当院", "院内", "我が国"}))
        findings.add("text.narrative", where, "one of few cases, known by its number");
    }
  });
}

// T.Y. beside each point: initials, one a line.
void judge_initials(std::string_view text, Findings& findings) {
  std::set<std::string_view> seen;
  by_lines(text, [&](std::string_view line, std::uint64_t) {
    const std::string_view word = without_edges(line);
    const bool dotted =
        (word.size() == 3 || word.size() == 4) && word[1] == '.' && (word.size() == 3 || word[3] == '.');
    if (dotted && word[0] >= 'A' && word[0] <= 'Z' && word[2] >= 'A' && word[2] <= 'Z') seen.insert(word);
  });
  if (seen.size() >= kInitials)
    findings.add("id.name_like", "file", "initials, one beside the other: names of single persons?");
}

// "min: 0  max: 104": what a file or a profile says of a column.
void judge_column_ends(std::string_view text, Findings& findings) {
  by_lines(text, [&](std::string_view line, std::uint64_t number) {
    const std::string low = lower(line);
    const auto told = [&](std::string_view word) {
      for (std::size_t at = low.find(word); at != std::string::npos; at = low.find(word, at + 1)) {
        const std::size_t sign = low.find_first_not_of(" \"'", at + word.size());
        if (sign == std::string::npos || (low[sign] != ':' && low[sign] != '=') || (at > 0 && is_wordy(low[at - 1])))
          continue;
        const std::size_t value = low.find_first_not_of(" \"'-", sign + 1);
        if (value != std::string::npos && is_digit(low[value])) return true;
      }
      return false;
    };
    if (line.size() <= kLongestLine && told("min") && told("max"))
      findings.add("extreme.range", fmt::format("line {}", number), "the least and the greatest value of a column");
  });
}

}  // namespace

void judge_person_signs(std::string_view folded, Findings& findings) {
  judge_profiles(folded, findings);
  judge_headed_rows(folded, findings);
  judge_key_lines(folded, findings);
  judge_vectors(folded, findings);
  judge_group_ranges(folded, findings);
  judge_printed_times(folded, findings);
  judge_influence(folded, findings);
  judge_stems(folded, findings);
  judge_sequences(folded, findings);
  judge_prefixed_keys(folded, findings);
  judge_leaf_keys(folded, findings);
  judge_lone_keys(folded, findings);
  judge_sideways(folded, findings);
  judge_quoted_keys(folded, findings);
  judge_markup(folded, findings);
  judge_called(folded, findings);
  judge_picture_names(folded, findings);
  judge_told_persons(folded, findings);
  judge_initials(folded, findings);
  judge_column_ends(folded, findings);
}

void judge_program_signs(std::string_view folded, Findings& findings) {
  judge_quoted_keys(folded, findings);
  judge_lists(folded, findings);
}

std::vector<Sheet> widened(const Sheet& sheet) {
  if (!sheet.named || sheet.header.size() != 3 || sheet.rows.size() < 2 * kListRows) return {};
  std::vector<std::string> names;  // of the first person
  for (const auto& row : sheet.rows) {
    if (row.size() < 3 || row[0] != sheet.rows.front()[0] || read_number(row[1])) break;
    names.push_back(row[1]);
  }
  if (names.size() < 2 || names.size() > 50 || sheet.rows.size() % names.size() != 0) return {};
  Sheet out{.place = sheet.place};
  out.header = {sheet.header[0]};
  out.header.insert(out.header.end(), names.begin(), names.end());
  for (std::size_t i = 0; i < sheet.rows.size(); i += names.size()) {
    std::vector<std::string> row = {sheet.rows[i][0]};
    for (std::size_t j = 0; j < names.size(); ++j) {
      const auto& each = sheet.rows[i + j];
      if (each.size() < 3 || each[0] != row[0] || each[1] != names[j]) return {};
      row.push_back(each[2]);
    }
    out.rows.push_back(std::move(row));
  }
  out.total_rows = out.rows.size();
  return {out};
}

std::vector<Sheet> right_aligned(std::string_view folded) {
  std::vector<Sheet> sheets;
  Sheet sheet;
  std::size_t strangers = 0;
  const auto close = [&] {
    sheet.total_rows = sheet.rows.size();
    if (sheet.rows.size() >= 2 && sheets.size() < 50) sheets.push_back(std::move(sheet));
    sheet = {};
    strangers = 0;
  };
  by_lines(folded, [&](std::string_view line, std::uint64_t number) {
    const std::vector<std::string_view> fields = fields_of(line, " \t\r");
    if (fields.empty() || line.size() > 200) return;
    std::size_t numbers = 0;  // at the end
    while (numbers < fields.size() && read_number(fields[fields.size() - 1 - numbers]))
      ++numbers;
    const bool wide = line.contains("  ");
    // The name of the rows' index below the names of columns.
    if (numbers == 0 && fields.size() == 1 && !sheet.header.empty() && sheet.rows.empty()) return;
    if (numbers == 0) {
      close();
      const bool names = wide && fields.size() >= 2 && fields.size() <= 12 &&
                         std::ranges::all_of(fields, [](std::string_view f) { return f.size() <= 24; });
      if (!names) return;
      sheet = Sheet{.place = fmt::format("line {}", number), .printed = true};
      sheet.header.emplace_back();
      for (const std::string_view field : fields)
        sheet.header.emplace_back(field);
      return;
    }
    if (sheet.header.empty()) return;
    if (numbers == fields.size() && numbers == sheet.header.size()) --numbers;          // the number of the row
    if (numbers < fields.size()) numbers = std::min(numbers, sheet.header.size() - 1);  // "grade 3": part of the words
    if (numbers + 1 != sheet.header.size() || numbers == fields.size() || !wide) {
      if (++strangers > 1) close();
      return;
    }
    std::vector<std::string> row(1);
    for (std::size_t i = 0; i + numbers < fields.size(); ++i)
      row[0].append(i == 0 ? "" : " ").append(fields[i]);
    for (std::size_t i = fields.size() - numbers; i < fields.size(); ++i)
      row.emplace_back(fields[i]);
    if (sheet.rows.size() < 500) sheet.rows.push_back(std::move(row));
  });
  close();
  return sheets;
}

bool numbers_columns(const Sheet& sheet) {
  if (!sheet.named || sheet.header.size() < 2 * kListRows || sheet.rows.size() < 2) return false;
  constexpr std::string_view kPersons[] = {"症例",    "患者", "被験者", "対象者", "case", "subject",
                                           "patient", "p",    "s",      "pt",     "id",   "subj"};
  std::size_t persons = 0;
  for (std::size_t i = 1; i < sheet.header.size(); ++i) {
    const std::string low = lower(sheet.header[i]);
    const std::size_t digit = low.find_first_of("0123456789");
    if (digit == std::string::npos || low.find_first_not_of("0123456789", digit) != std::string::npos) continue;
    std::string_view stem = std::string_view(low).substr(0, digit);
    while (!stem.empty() && std::string_view(" _-.#").contains(stem.back()))
      stem.remove_suffix(1);
    persons += std::ranges::find(kPersons, stem) != std::end(kPersons);
  }
  return persons + 1 == sheet.header.size();
}

}  // namespace sekisho::outgoing
