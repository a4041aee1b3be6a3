// Numbers of one length that count nothing: keys of persons, in lines, behind letters, alone, in trees, names of
// pictures and quotes.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "core/ascii.h"
#include "outgoing/dates.h"
#include "outgoing/line_shapes.h"
#include "outgoing/person_parts.h"
#include "outgoing/text_lines.h"

namespace sekisho::outgoing {
namespace {

constexpr std::size_t kKeysInLines = 5, kKeysAlone = 3, kPrefixed = 10, kQuotedKeys = 3;

bool is_plain_day(std::string_view word) {  // 20240514
  return word.size() == 8 && (word.starts_with("20") || word.starts_with("19")) && word.substr(4, 2) >= "01" &&
         word.substr(4, 2) <= "12" && word.substr(6) >= "01" && word.substr(6) <= "31";
}

bool is_key(std::string_view word) {
  return word.size() >= 5 && word.size() <= 12 && word.size() != 9 && std::ranges::all_of(word, is_digit) &&
         word != "00000000";
}

}  // namespace

// Lines that begin with a number of one length in no order, and values behind: random effects, distances, counts.
void judge_key_lines(std::string_view text, Findings& findings) {
  std::size_t run = 0, up = 0, down = 0, alone_lines = 0;
  long long last = 0;
  std::size_t length = 0;
  std::uint64_t first = 0;
  std::set<std::string_view> seen;
  const auto close = [&] {
    const bool listed = alone_lines == run && run >= kKeysAlone && (run < kKeysInLines || (up > 0 && down > 0));
    if (seen.size() == run && (listed || (run >= kKeysInLines && up > 0 && down > 0)))
      findings.add("record.code", fmt::format("line {}", first),
                   "lines that begin with numbers of one length in no order: look whether they are keys of persons");
    run = up = down = alone_lines = 0;
    seen.clear();
  };
  by_lines(text, [&](std::string_view line, std::uint64_t number) {
    if (line.size() > 1000) return close();
    const std::vector<std::string_view> fields = fields_of(line, " \t|:\"");
    const bool day = !fields.empty() && is_plain_day(fields[0]);
    const bool alone = fields.size() == 1 && fields[0].size() >= 7 && !day;
    if (fields.empty() || !is_key(fields[0]) || !(alone || (fields.size() >= 2 && read_number(fields[1]))) ||
        (run > 0 && fields[0].size() != length))
      return close();
    long long value = 0;
    std::from_chars(fields[0].data(), fields[0].data() + fields[0].size(), value);
    if (run++ == 0)
      first = number;
    else
      (value > last ? up : down) += 1;
    last = value;
    length = fields[0].size();
    alone_lines += alone;
    seen.insert(fields[0]);
  });
  close();
}

// pt_00123456, S-0412: the same letters before another number each time, not counted through.
void judge_prefixed_keys(std::string_view text, Findings& findings) {
  std::map<std::string, std::vector<long long>> numbers;
  for (std::size_t at = 0; at < text.size();) {
    if (!is_digit(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end]))
      ++end;
    std::size_t from = at;
    while (from > 0 && at - from < 12 && (is_latin(text[from - 1]) || text[from - 1] == '_' || text[from - 1] == '-'))
      --from;
    const bool joined =
        from < at && (text[at - 1] == '_' || text[at - 1] == '-') && at - from >= 2 && is_latin(text[from]);
    if (joined && end - at >= 6 && end - at <= 10 && end - at != 9 && (end == text.size() || !is_wordy(text[end]))) {
      long long value = 0;
      std::from_chars(text.data() + at, text.data() + end, value);
      if (auto& list = numbers[fmt::format("{}{}", text.substr(from, at - from), end - at)]; list.size() < 10'000)
        list.push_back(value);
    }
    at = end;
  }
  for (auto& [prefix, list] : numbers) {
    std::ranges::sort(list);
    list.erase(std::ranges::unique(list).begin(), list.end());
    if (list.size() >= kPrefixed && list.back() - list.front() > static_cast<long long>(list.size()) * 20)
      findings.add("record.code", "file",
                   "many numbers behind the same letters: look whether they are keys of persons");
  }
}

// Lines that are nothing but a long number, wherever they stand: labels of points.
void judge_lone_keys(std::string_view text, Findings& findings) {
  std::set<std::string_view> seen;
  by_lines(text, [&](std::string_view line, std::uint64_t) {
    const std::string_view word = without_edges(line);
    if (word.size() >= 7 && word.size() <= 10 && is_key(word) && !is_plain_day(word)) seen.insert(word);
  });
  if (seen.size() >= kKeysInLines)
    findings.add("record.code", "file",
                 "long numbers, each on a line of its own: look whether they are keys of persons");
}

// A tree of many leaves that are numbers of one length.
void judge_leaf_keys(std::string_view text, Findings& findings) {
  by_lines(text, [&](std::string_view line, std::uint64_t number) {
    if (std::ranges::count(line, '(') < 5 || line.find("):") == std::string_view::npos) return;
    std::size_t keys = 0;
    for (const std::string_view word : fields_of(line.substr(0, 4000), "(),: \t;"))
      keys += is_key(word);
    if (keys >= 8)
      findings.add("record.code", fmt::format("line {}", number), "a tree whose leaves are numbers of one length");
  });
}

// C:\CT\00123456_Hasebe.png: pictures of one patient carry the number in their name.
void judge_picture_names(std::string_view text, Findings& findings) {
  for (const std::string_view end : {".png", ".jpg", ".jpeg", ".dcm", ".tif", ".bmp", ".PNG", ".JPG", ".DCM"})
    for (std::size_t at = text.find(end); at != std::string_view::npos; at = text.find(end, at + 1)) {
      const std::size_t from = text.find_last_of("/\\ \t\n\"'", at);
      const std::string_view name = text.substr(from + 1, at - from - 1);
      for (const std::string_view part : fields_of(name, "_-."))
        if (part.size() >= 7 && part.size() <= 10 && std::ranges::all_of(part, is_digit) && name.size() > part.size() &&
            date_at(part, 0).year == 0 && !(part.size() == 8 && (part.starts_with("20") || part.starts_with("19"))))
          findings.add("id.patient_number", "file", "a picture named by a long number: one patient's");
    }
}

// "00123456" in quotes, here and there in a program.
void judge_quoted_keys(std::string_view text, Findings& findings) {
  std::set<std::string_view> keys;
  for (std::size_t at = text.find_first_of("'\""); at != std::string_view::npos;) {
    const std::size_t end = text.find(text[at], at + 1);
    if (end == std::string_view::npos) break;
    const std::string_view word = text.substr(at + 1, end - at - 1);
    if (word.find('\n') != std::string_view::npos) {
      at = text.find_first_of("'\"", at + 1);
      continue;
    }
    if (word.size() >= 6 && is_key(word)) keys.insert(word);
    at = text.find_first_of("'\"", end + 1);
  }
  std::size_t alike = 0;  // codes of one class begin alike
  for (const std::string_view key : keys)
    alike += key.substr(0, 4) == keys.begin()->substr(0, 4);
  if (keys.size() >= kQuotedKeys && alike * 2 <= keys.size() + 1)
    findings.add("code.list", "file", "numbers of one length in quotes: look whether they are keys of persons");
}

}  // namespace sekisho::outgoing
