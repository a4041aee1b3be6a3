// Statistics, programs and models in texts: printed regressions, trees, support vectors, lists of literals, groups of
// few persons in prose, descriptions of single cases.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "core/ascii.h"
#include "outgoing/outputs.h"

namespace sekisho::outgoing {
namespace {

constexpr std::size_t kManyLiterals = 50, kSomeLiterals = 20;

bool is_letter(char c) {
  return (c | 32) >= 'a' && (c | 32) <= 'z';
}

// The first number behind `label` in the line, over blanks and signs of assignment.
std::optional<double> number_behind(std::string_view line, std::string_view label) {
  const std::size_t found = line.find(label);
  if (found == std::string_view::npos) return std::nullopt;
  std::size_t at = found + label.size();
  while (at < line.size() && (line[at] == ' ' || line[at] == ':' || line[at] == '=' || line[at] == '\t'))
    ++at;
  std::size_t end = at;
  while (end < line.size() && (is_digit(line[end]) || line[end] == '.' || line[end] == ','))
    ++end;
  const auto number = read_number(line.substr(at, end - at));
  return number ? std::optional(number->value) : std::nullopt;
}

struct Printed {
  std::string_view label, rule, message;
  enum { kDegrees, kPersons, kOne } kind;
};
constexpr Printed kPrinted[] = {
    {"Df Residuals", "model.degrees", "too few degrees of freedom", Printed::kDegrees},
    {"Residual df", "model.degrees", "too few degrees of freedom", Printed::kDegrees},
    {"residual df", "model.degrees", "too few degrees of freedom", Printed::kDegrees},
    {"残差自由度", "model.degrees", "too few degrees of freedom", Printed::kDegrees},
    {"No. Observations", "cell.small", "a model of fewer persons than the policy wants", Printed::kPersons},
    {"Number of obs", "cell.small", "a model of fewer persons than the policy wants", Printed::kPersons},
    {"Number of subjects", "cell.small", "a model of fewer persons than the policy wants", Printed::kPersons},
    {"No. of subjects", "cell.small", "a model of fewer persons than the policy wants", Printed::kPersons},
    {"No. of failures", "cell.small", "fewer events than the policy wants", Printed::kPersons},
    {"number of events", "cell.small", "fewer events than the policy wants", Printed::kPersons},
    {"Number of Observations Used", "cell.small", "a model of fewer persons than the policy wants", Printed::kPersons},
    {"R-squared", "model.saturated", "R squared of one: the model is saturated", Printed::kOne},
    {"R-Square", "model.saturated", "R squared of one: the model is saturated", Printed::kOne},
};

void judge_printed(std::string_view line, const std::string& where, const OutputPolicy& policy, Findings& findings) {
  for (const Printed& row : kPrinted) {
    const auto value = number_behind(line, row.label);
    if (!value) continue;
    if ((row.kind == Printed::kDegrees && *value < policy.degrees) ||
        (row.kind == Printed::kPersons && *value > 0 && *value < policy.threshold) ||
        (row.kind == Printed::kOne && *value >= 0.9995 && *value <= 1))
      findings.add(row.rule, where, row.message);
  }
  // R: "Residual standard error: 1.2 on 3 degrees of freedom"
  if (const std::size_t end = line.find("degrees of freedom");
      end != std::string_view::npos && line.find("esidual") != std::string_view::npos) {
    std::size_t from = end;
    while (from > 0 && (line[from - 1] == ' ' || is_digit(line[from - 1])))
      --from;
    if (const auto value = read_number(line.substr(from, end - from)); value && value->value < policy.degrees)
      findings.add("model.degrees", where, "too few degrees of freedom");
  }
}

// "5/118 (4.2%)": the percentage is that of the fraction.
bool is_share(int part, std::string_view base, std::string_view rest) {
  const std::size_t open = rest.find_first_not_of(' ');
  if (open == std::string_view::npos || open > 2 || (rest[open] != '(' && rest[open] != '[')) return false;
  const std::size_t percent = rest.find('%', open);
  if (percent == std::string_view::npos || percent > open + 8) return false;
  const auto shown = read_number(rest.substr(open + 1, percent - open - 1));
  const double whole = std::atof(std::string(base).c_str());
  return shown && whole > 0 && std::abs(shown->value - 100 * part / whole) <= 0.51 * std::pow(10.0, -shown->decimals);
}

// "4 (3.4%)": a number and what it is of a hundred; the percentage says how many there are.
bool is_part(int part, std::string_view rest) {
  if (!rest.starts_with(" (") && !rest.starts_with("(")) return false;
  const std::size_t open = rest.find('('), percent = rest.find("%)");
  if (percent == std::string_view::npos || percent > open + 6) return false;
  const auto shown = read_number(rest.substr(open + 1, percent - open - 1));
  return shown && shown->decimals > 0 && shown->value > 0 && 100 * part / shown->value >= 20;
}

// "n = 4", "3 patients", 3名, 12歳の男性.
void judge_prose(std::string_view line, const std::string& where, const OutputPolicy& policy, Findings& findings) {
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (!is_digit(line[at]) ||
        (at > 0 && (is_digit(line[at - 1]) || line[at - 1] == '.' || line[at - 1] == ',' || is_letter(line[at - 1]) ||
                    line[at - 1] == '_' || line[at - 1] == '-' || line[at - 1] == '/')))
      continue;
    std::size_t end = at;
    while (end < line.size() && is_digit(line[end]))
      ++end;
    if (end - at > 3) continue;
    if (end + 3 < line.size() && line[end] == ',' && is_digit(line[end + 1]) && is_digit(line[end + 2]) &&
        is_digit(line[end + 3]))
      continue;  // 1,412
    const int value = std::atoi(std::string(line.substr(at, end - at)).c_str());
    const std::string_view rest = line.substr(end), head = line.substr(0, at),
                           near = head.substr(head.size() > 60 ? head.size() - 60 : 0);
    if (rest.starts_with("歳の") || rest.starts_with("歳,") || rest.starts_with("歳 ") || rest.starts_with("歳、") ||
        rest.starts_with("歳男") || rest.starts_with("歳女")) {
      const std::string_view who = rest.substr(0, 24);
      if (mentions(who, {"男性", "女性", "男児", "女児", "男,", "女,", "患者で"}) &&
          !mentions(line.substr(end, 60), {"割合", "率", "では", "における", "の人数", "群", "以上", "対象"}))
        findings.add("text.case", where, "the description of a single person");
    }
    if ((rest.starts_with("-year-old ") || rest.starts_with(" year old ")) &&
        mentions(rest.substr(0, 24), {" man", " woman", " male", " female", " boy", " girl", " patient"}))
      findings.add("text.case", where, "the description of a single person");
    if (value < 1 || value >= policy.threshold) continue;
    // 3/9 patients, 3/9例
    if (rest.starts_with("/") && rest.size() > 1 && is_digit(rest[1])) {
      const std::size_t stop = std::min(rest.find_first_not_of("0123456789", 1), rest.size());
      const std::string_view whom = rest.substr(stop, 14);
      if (whom.starts_with("例") || whom.starts_with("名") || whom.starts_with("人") || whom.starts_with(" patients") ||
          whom.starts_with(" cases") || whom.starts_with(" subjects") || whom.starts_with(" participants") ||
          is_share(value, rest.substr(1, stop - 1), rest.substr(stop)))
        findings.add("text.few", where, "few persons in a sentence");
    }
    if (is_part(value, rest)) findings.add("cell.printed", where, "a small number with its percentage");
    if (rest.starts_with(".") && rest.size() > 1 && is_digit(rest[1])) continue;
    const bool assigned =
        head.size() >= 2 && (head.ends_with("n=") || head.ends_with("n =") || head.ends_with("n = ") ||
                             head.ends_with("N=") || head.ends_with("N = "));
    if (assigned) {
      const std::size_t letter = head.find_last_of("nN");
      if (letter == 0 || (letter != std::string_view::npos && !is_letter(head[letter - 1]) && head[letter - 1] != '_'))
        findings.add("text.few", where, "a group of few persons");
    }
    const bool limit =
        mentions(rest.substr(0, 15), {"未満", "以上", "以下", "超", "目", "に1", "ずつ", "当たり", "あたり"}) ||
        head.ends_with("<") || head.ends_with("< ");
    const bool persons = rest.starts_with("名") || rest.starts_with("人") || rest.starts_with("例");
    if (persons && !limit && !rest.starts_with("名前") && !rest.starts_with("人年") && !rest.starts_with("例え")) {
      const bool clinical = mentions(near, {"患者", "症例", "死亡", "事象", "発症", "認め", "対象", "うち", "有害",
                                            "転帰", "男性", "女性", "陽性", "感染", "入院"}) ||
                            mentions(rest.substr(0, 45), {"認め", "死亡", "発症", "患者", "入院", "陽性"});
      const bool staff =
          mentions(rest.substr(0, 24), {"医師", "評価者", "審査", "委員", "研究者", "著者", "査読", "判定"});
      if (!staff) findings.add(clinical ? "text.few" : "text.few_like", where, "few persons in a sentence");
    }
    const std::string_view word = rest.substr(0, 40);
    if (!limit && word.starts_with(" ") &&
        mentions(word.substr(0, 16),
                 {" patients", " of the patients", " of the women", " of the men", " women ", " women.", " men ",
                  " deaths", " cases ", " cases.", " subjects", " participants", " persons", " events"}) &&
        word.find_first_not_of(' ') == 1)
      findings.add("text.few", where, "few persons in a sentence");
  }
}

// "Two patients died", 三名: few persons in words.
void judge_words(std::string_view line, const std::string& where, Findings& findings) {
  constexpr std::string_view kNumbers[] = {"one", "two", "three", "four", "five", "six", "seven", "eight", "nine"};
  constexpr std::string_view kPersons[] = {
      "patient", "woman", "women",  "man ", "men ", "case ",   "cases ", "death",  "subject",   "participant",
      "person",  "child", "infant", "boy",  "girl", "fatalit", "male",   "female", "individual"};
  constexpr std::string_view kVerbs[] = {"had ",     "died",      "were ",   "was ",    "developed", "experienced",
                                         "received", "underwent", "of them", "of whom", "of these",  "suffered"};
  const std::string low = lower(line) + " ";
  for (const std::string_view number : kNumbers)
    for (std::size_t at = low.find(number); at != std::string::npos; at = low.find(number, at + 1)) {
      if ((at > 0 && is_letter(low[at - 1])) || low[at + number.size()] != ' ') continue;
      const std::string_view next = std::string_view(low).substr(at + number.size() + 1, 24);
      const std::size_t second = next.find(' ');
      if (next.find("'") < 14) continue;  // three patients' organisations
      for (const std::string_view who : kPersons)
        if (next.starts_with(who) || (second != std::string_view::npos && next.substr(second + 1).starts_with(who) &&
                                      next.find_first_of(".,;") > second))
          findings.add("text.few_like", where, "few persons in a sentence");
      // "Of the 212 patients, three had a stroke."
      if (mentions(std::string_view(low).substr(0, at), {"patients", "participants", "subjects", "cases", "persons"}) &&
          std::ranges::any_of(kVerbs, [&](std::string_view verb) { return next.starts_with(verb); }))
        findings.add("text.few_like", where, "few persons in a sentence");
    }
  constexpr std::string_view kDigits[] = {"一", "二", "三", "四", "五", "六", "七", "八", "九"};
  for (const std::string_view digit : kDigits)
    for (std::size_t at = line.find(digit); at != std::string_view::npos; at = line.find(digit, at + 1)) {
      const std::string_view rest = line.substr(at + digit.size());
      if (!rest.starts_with("名") && !rest.starts_with("例") && !rest.starts_with("人")) continue;
      const std::string_view behind = rest.substr(3, 9);
      if (mentions(behind, {"称", "以上", "未満", "ひとり", "当た", "あた", "に一", "前", "目", "者", "え", "口", "工",
                            "生", "間", "年", "ずつ"}) ||
          line.substr(0, at).ends_with("第"))
        continue;
      // 二十三名 and 百二名 are larger; 統一名 and 単一例 are words.
      if (at >= 3 && mentions(line.substr(at - 3, 3), {"十", "百", "千", "統", "単", "同", "唯", "第", "・"})) continue;
      findings.add("text.few_like", where, "few persons in a sentence");
    }
}

struct Literals {
  std::size_t items = 0, ids = 0, dates = 0, numbers = 0;
  std::string_view first;
  std::size_t same = 0;  // whose first four characters are those of the first, as long as it

  bool alike() const { return same == items && first.size() <= 8; }
};

// Lists of literals in programs: [1, 2, ...], c("...", ...), IN (...).
void judge_literals(std::string_view text, Findings& findings) {
  Literals list;
  std::uint64_t line = 1, begun = 1;
  const auto close = [&] {
    const std::string where = fmt::format("line {}", begun);
    // Codes of one class begin alike: 2189010, 2189011, 2189012.
    if (list.ids >= 5 && list.ids * 2 > list.items)
      findings.add(list.alike() ? "code.list" : "code.ids", where, "a list of keys of persons in a program");
    if (list.dates >= 5 && list.dates * 2 > list.items)
      findings.add("code.dates", where, "a list of dates to the day in a program");
    if (list.numbers >= kManyLiterals && list.numbers * 10 > list.items * 9)
      findings.add("code.values", where, "a long list of values in a program: the data themselves");
    else if (list.numbers >= kSomeLiterals && list.numbers * 10 > list.items * 9)
      findings.add("code.list", where, "a list of values in a program");
    list = {};
  };
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '\n') ++line;
    if (c == '[' || c == '(' || c == '{') {
      close();
      begun = line;
    } else if (c == ']' || c == ')' || c == '}' || c == ';') {
      close();
    } else if (c == '"' || c == '\'') {
      const std::size_t end = text.find(c, at + 1);
      if (end == std::string_view::npos || end - at > 60) {
        ++at;
        continue;
      }
      const std::string_view word = text.substr(at + 1, end - at - 1);
      const auto digits = static_cast<std::size_t>(std::ranges::count_if(word, is_digit));
      if (list.items++ == 0) list.first = word;
      list.same += word.size() == list.first.size() && word.size() >= 7 && word.substr(0, 4) == list.first.substr(0, 4);
      const bool date = word.size() == 10 && digits == 8 && (word[4] == '-' || word[4] == '/');
      list.dates += date;
      // Codes of nine digits name drugs and procedures, letters before digits diseases.
      list.ids += !date && ((digits == word.size() && digits >= 5 && digits != 9) ||
                            (digits >= 6 && digits + 3 >= word.size() && digits != word.size() && is_letter(word[0]) &&
                             word.find('F') == std::string_view::npos));
      at = end + 1;
      continue;
    } else if (is_digit(c) && (at == 0 || (!is_letter(text[at - 1]) && text[at - 1] != '_' && !is_digit(text[at - 1]) &&
                                           text[at - 1] != '.'))) {
      std::size_t end = at;
      while (end < text.size() && (is_digit(text[end]) || text[end] == '.'))
        ++end;
      ++list.items;
      ++list.numbers;
      list.ids += end - at >= 7 && end - at != 9 && text.substr(at, end - at).find('.') == std::string_view::npos;
      at = end;
      continue;
    }
    ++at;
  }
  close();
}

// A key on each line of a list, as settings and notes have them: "- 01234567".
void judge_listed_keys(std::string_view text, Findings& findings) {
  std::string_view heading;
  std::size_t count = 0, digits = 0, line_number = 0, begun = 0;
  const auto close = [&] {
    if (count >= 5) {
      const bool told =
          mentions(lower(heading), {"patient", "subject", "person", "mrn", "患者", "症例", "対象者", "_id", "ids"});
      findings.add(told ? "code.ids" : "code.list", fmt::format("line {}", begun), "a list of numbers of one length");
    }
    count = 0;
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    at = end + 1;
    ++line_number;
    const std::size_t bullet = line.find_first_not_of(' ');
    const bool listed = bullet != std::string_view::npos && mentions(line.substr(bullet, 1), {"-", "*"});
    std::string_view value = listed ? line.substr(bullet + 1) : std::string_view();
    const std::size_t first = value.find_first_not_of(" '\""), last = value.find_last_not_of(" '\",\r");
    value = first == std::string_view::npos || last == std::string_view::npos ? std::string_view()
                                                                              : value.substr(first, last + 1 - first);
    if (listed && lower(value.substr(0, 4)).starts_with("id:")) {  // "- id: K123456"
      value.remove_prefix(std::min(value.find_first_not_of(" '\"", 3), value.size()));
      if (value.size() > 1 && is_letter(value[0])) value.remove_prefix(1);
    }
    const bool key =
        value.size() >= 6 && value.size() <= 12 && value.size() != 9 && std::ranges::all_of(value, is_digit);
    const bool beside = !listed && count > 0 && bullet != std::string_view::npos && bullet > 0 && line.contains(": ");
    if (beside) continue;  // another member of the same entry
    if (!key || (count > 0 && value.size() != digits)) close();
    if (!key) {
      heading = line;
      continue;
    }
    if (count++ == 0) begun = line_number;
    digits = value.size();
  }
  close();
}

// "d$id == 1234567": a program that speaks of single persons.
void judge_comparisons(std::string_view text, Findings& findings) {
  std::size_t persons = 0;
  std::uint64_t line = 1, first = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\n') ++line;
    if (text[at] != '=' || at == 0) continue;
    std::size_t value = text.find_first_not_of("= '\"", at);
    if (value == std::string_view::npos) break;
    std::size_t end = value;
    while (end < text.size() && is_digit(text[end]))
      ++end;
    std::size_t from = at;
    while (from > 0 &&
           (text[from - 1] == ' ' || text[from - 1] == ']' || text[from - 1] == '"' || text[from - 1] == '\''))
      --from;
    std::size_t begin = from;
    while (begin > 0 && (is_letter(text[begin - 1]) || text[begin - 1] == '_' || is_digit(text[begin - 1])))
      --begin;
    const std::vector<std::string> words = words_of(lower(text.substr(begin, from - begin)));
    const bool key = std::ranges::any_of(words, [](const std::string& word) {
      return word == "id" || word == "pid" || word == "ptid" || word == "patient" || word == "chartno" ||
             word == "patientid" || word == "mrn" || word == "karte" || word == "subject";
    });
    if (key && end - value >= 5 && end - value <= 12) {
      ++persons;
      if (first == 0) first = line;
    }
    at = std::max(at, value > at + 1 ? value - 1 : at);
  }
  if (persons > 0)
    findings.add(persons >= 3 ? "code.ids" : "code.list", fmt::format("line {}", first),
                 "a program that names single persons by their keys");
}

// Models that keep rows of the data they were made from.
void judge_models(std::string_view text, const OutputPolicy& policy, Findings& findings) {
  const std::string low = lower(text.substr(0, 200'000));
  for (const std::string_view word : {"training_data", "train_data", "support_vectors", "\"supportvectors\"", "x_train",
                                      "_fit_x", "svm_type", "total_sv", "<supportvector", "<traininginstances",
                                      "kneighbors", "knnmodel", "\"knn\"", "inducing_points", "blup"})
    if (low.find(word) != std::string::npos) findings.add("model.rows", "file", "a model that keeps rows of its data");
  // rpart: " 7) hba1c>=6.1 5 1 1 (0.2 0.8) *"
  const bool tree = low.find("node), split, n") != std::string::npos;
  std::uint64_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    ++number;
    at = end + 1;
    if (tree) {
      const std::size_t close = line.find(") ");
      if (close == std::string_view::npos || close > 12) continue;
      std::vector<std::string_view> fields;
      for (std::size_t i = close + 2; i < line.size();) {
        const std::size_t stop = std::min(line.find(' ', i), line.size());
        if (stop > i) fields.push_back(line.substr(i, stop - i));
        i = stop + 1;
      }
      // "age< 65.5 500 60 0": the split may hold a blank; n comes before loss and value.
      const std::size_t from =
          fields.size() > 1 && !fields[0].empty() && (fields[0].back() == '<' || fields[0].back() == '=') ? 2 : 1;
      if (fields.size() <= from + 1 || fields[0] == "root") continue;
      if (const auto n = read_number(fields[from]); n && n->whole && n->value < policy.threshold)
        findings.add("model.leaf", fmt::format("line {}", number), "a leaf of few persons");
    }
    // leaf_count=3 2 41: the leaves of a tree one by one.
    for (const std::string_view word : {"leaf_count=", "leaf_counts:", "\"leaf_count\": "})
      for (std::size_t i = line.find(word); i != std::string_view::npos && i < line.size();) {
        i = line.find_first_of("0123456789", i);
        if (i == std::string_view::npos) break;
        const std::size_t stop = std::min(line.find_first_not_of("0123456789", i), line.size());
        if (const auto n = read_number(line.substr(i, stop - i)); n && n->value > 0 && n->value < policy.threshold)
          findings.add("model.leaf", fmt::format("line {}", number), "a leaf of few persons");
        i = stop;
      }
    for (const std::string_view word : {"samples = ", "\"samples\": ", "n_node_samples: ", "recordCount=\"", "cover="})
      if (const auto n = number_behind(line, word); n && *n > 0 && *n < policy.threshold)
        findings.add("model.leaf", fmt::format("line {}", number), "a leaf of few persons");
  }
}

// confusion_matrix(y, p): array([[118, 4], [12, 30]]).
void judge_printed_confusion(std::string_view text, const OutputPolicy& policy, Findings& findings) {
  for (std::size_t at = lower(text.substr(0, 200'000)).find("confusion");
       at != std::string::npos && at < text.size();) {
    const std::size_t open = text.find("[[", at);
    const std::size_t close = open == std::string_view::npos ? open : text.find("]]", open);
    if (close == std::string_view::npos || open - at > 200 || close - open > 400) return;
    for (std::size_t i = open; i < close;) {
      i = text.find_first_of("0123456789", i);
      if (i >= close) break;
      const std::size_t stop = text.find_first_not_of("0123456789.", i);
      const auto n = read_number(text.substr(i, stop - i));
      if (n && n->whole && n->value > 0 && n->value < policy.threshold)
        findings.add("cell.small", fmt::format("byte {}", open), "a group of fewer persons than the policy wants");
      i = stop;
    }
    at = text.find("onfusion", close);
  }
}

// "age 61 (range 18-95)", 最小18歳: the ends are single persons; reference ranges and scales are not.
bool tells_range(std::string_view line) {
  const std::string low = lower(line);
  const std::size_t at = low.find("range");
  const bool english = at != std::string::npos && mentions(low, {"age", "mean", "median", "years", "days"}) &&
                       !mentions(low, {"interquartile", "normal range", "reference range", "scale", "iqr"});
  if (english) {
    const std::string_view rest = std::string_view(low).substr(at + 5, 10);
    const std::size_t digit = rest.find_first_of("0123456789");
    const bool close =
        digit != std::string_view::npos && rest.substr(0, digit).find_first_not_of(" :,=") == std::string_view::npos;
    if (close && rest.find('-', digit) != std::string_view::npos) return true;
  }
  return mentions(line, {"最小"}) && mentions(line, {"最大"}) && std::ranges::count_if(line, is_digit) >= 3 &&
         mentions(line, {"歳", "日", "円", "年"});
}

// "  0%   25%   50%   75%  100%": quantile() of R with both ends.
bool is_whole_range(std::string_view line) {
  bool least = false, most = false;
  for (std::size_t at = line.find_first_not_of(" \t"); at != std::string_view::npos && at < line.size();) {
    const std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
    const std::string_view field = line.substr(at, end - at);
    if (!field.ends_with('%') || !read_number(field)) return false;
    least = least || field == "0%";
    most = most || field == "100%";
    at = line.find_first_not_of(" \t", end);
  }
  return least && most;
}

// A survival curve as R prints it: columns whose names hold blanks are no table for the other rules.
void judge_printed_curve(std::string_view text, const OutputPolicy& policy, Findings& findings) {
  const std::size_t head = text.find("n.risk n.event");
  if (head == std::string_view::npos) return;
  Sheet sheet{.place = "survival curve"};
  sheet.header = {"time", "n.risk", "n.event", "survival"};
  for (std::size_t at = text.find('\n', head); at != std::string_view::npos && sheet.rows.size() < 5000;) {
    const std::size_t end = std::min(text.find('\n', at + 1), text.size());
    std::vector<std::string> fields;
    for (std::size_t from = text.find_first_not_of(" \n", at); from < end && fields.size() < 4;) {
      const std::size_t stop = std::min(text.find_first_of(" \n", from), end);
      fields.emplace_back(text.substr(from, stop - from));
      from = text.find_first_not_of(' ', stop);
    }
    if (fields.size() == 4 && read_number(fields[0]) && read_number(fields[3])) sheet.rows.push_back(std::move(fields));
    at = end < text.size() ? end : std::string_view::npos;
  }
  sheet.total_rows = sheet.rows.size();
  if (!sheet.rows.empty()) judge_outputs(sheet, policy, nullptr, findings);
}

// Tables as consoles print them: a label and whole numbers, line after line.
class PrintedCounts {
 public:
  PrintedCounts(bool table_told, const OutputPolicy& policy, Findings& findings)
      : told_(table_told), policy_(policy), findings_(findings) {}

  void line(std::string_view line, std::uint64_t number) {
    std::size_t words = 0, numbers = 0;
    bool plain = true;
    std::vector<double> values;
    for (std::size_t at = 0; at < line.size();) {
      at = line.find_first_not_of(" \t|", at);
      if (at == std::string_view::npos) break;
      const std::size_t end = std::min(line.find_first_of(" \t|", at), line.size());
      const std::string_view field = line.substr(at, end - at);
      const auto value = read_number(field);
      if (value && words > 0 && numbers > 0 && value->decimals > 0) {
        ++numbers;  // a percentage between the counts
        values.push_back(0);
      } else if (value && words > 0 && std::ranges::all_of(field, is_digit)) {
        ++numbers;
        values.push_back(value->value);
      } else if (numbers > 0 || field.find_first_of(":=;(") != std::string_view::npos) {
        plain = false;  // words behind numbers: a sentence
      } else {
        ++words;
      }
      at = end;
    }
    if (!plain || numbers == 0 || words > 3 || (numbers != columns_ && rows_ > 0)) close();
    if (!plain || numbers == 0 || words > 3) return;
    if (rows_ == 0) first_ = number;
    columns_ = numbers;
    ++rows_;
    values_.push_back(std::move(values));
  }
  void close() {
    bool small = false, large = false;
    std::size_t counted = 0;  // columns that may be counts
    for (std::size_t column = 0; column < columns_; ++column) {
      if (column + 1 < columns_ && is_level(column)) continue;
      ++counted;
      for (const auto& row : values_) {
        small = small || (row[column] >= 1 && row[column] < policy_.threshold);
        large = large || row[column] >= policy_.threshold;
      }
    }
    large = large || (rows_ >= 4 && counted >= 2);  // nothing but small groups
    if (rows_ >= 2 && small && large && (told_ || columns_ >= 2))
      findings_.add(told_ ? "cell.small" : "cell.printed", fmt::format("line {}", first_),
                    "small numbers in a printed table");
    rows_ = columns_ = 0;
    values_.clear();
  }

 private:
  // 1, 2, 3 or 1, 0: which row or class it is, not how many.
  bool is_level(std::size_t column) const {
    std::vector<double> sorted;
    for (const auto& row : values_)
      sorted.push_back(row[column]);
    std::ranges::sort(sorted);
    for (std::size_t i = 0; i < sorted.size(); ++i)
      if (sorted[i] != sorted[0] + static_cast<double>(i)) return false;
    return sorted[0] == 0 || sorted[0] == 1;
  }
  bool told_;
  const OutputPolicy& policy_;
  Findings& findings_;
  std::size_t rows_ = 0, columns_ = 0;
  std::uint64_t first_ = 0;
  std::vector<std::vector<double>> values_;
};

}  // namespace

void judge_output_text(std::string_view text, bool program, const OutputPolicy& policy, Findings& findings) {
  std::uint64_t number = 1;
  std::size_t blanks = 0, tabs = 0;
  PrintedCounts counts(mentions(text, {"table(", "crosstab", "dtype: int", "Freq", "FREQ", " All\n", "Total", "rosstab",
                                       "ROSSTAB", "\nCount", ". tab", "合計", "value_counts"}),
                       policy, findings);
  for (std::size_t at = 0; at < text.size(); ++number) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    at = end + 1;
    if (line.size() > 20'000) continue;
    const std::string where = fmt::format("line {}", number);
    std::string joined;  // 2{,}110, as LaTeX parts thousands
    if (line.contains("{,}")) {
      joined = line;
      for (std::size_t brace = joined.find("{,}"); brace != std::string::npos; brace = joined.find("{,}"))
        joined.replace(brace, 3, ",");
      line = joined;
    }
    judge_printed(line, where, policy, findings);
    if (!program) counts.line(line, number);
    if (!program && mentions(line, {"Min.", "Minimum", " min ", "最小"}) &&
        mentions(line, {"Max.", "Maximum", " max", "最大"}) &&
        mentions(line, {"Mean", "Median", "mean", "median", "平均", "中央値"}))
      findings.add("extreme.value", where, "a minimum or maximum is the value of one person");
    judge_prose(line, where, policy, findings);
    if (!program && tells_range(line))
      findings.add("extreme.range", where, "the ends of a distribution: values of single persons");
    if (!program && is_whole_range(line))
      findings.add("extreme.value", where, "the ends of a distribution: values of single persons");
    if (!program) judge_words(line, where, findings);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::size_t last = line.find_last_not_of(" \t");
    const std::string_view tail = last == std::string_view::npos ? line : line.substr(last + 1);
    blanks += tail.find(' ') != std::string_view::npos && tail.size() > 2;
    tabs += tail.find('\t') != std::string_view::npos && tail.size() > 2;
  }
  counts.close();
  if (blanks >= 8 && tabs >= 8)
    findings.add("capacity.blanks", "file", "blanks and tabs behind the lines: room for a message");
  judge_listed_keys(text, findings);
  if (program) judge_comparisons(text, findings);
  if (program) judge_literals(text, findings);
  judge_printed_curve(text, policy, findings);
  if (!program) judge_printed_confusion(text, policy, findings);
  judge_models(text, policy, findings);
}

}  // namespace sekisho::outgoing
