#include "linkage/journal.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "core/csv.h"
#include "core/file.h"
#include "crypto/digest.h"
#include "linkage/hash.h"

namespace sekisho::linkage {

namespace fs = std::filesystem;

namespace {

std::string link_of(std::string_view before, std::string_view line) {
  crypto::Sha256 hash;
  hash.update(as_bytes(before));
  hash.update(as_bytes(line));
  return to_hex(hash.finish());
}

std::uint32_t frame_sum(std::string_view text) {
  return static_cast<std::uint32_t>(hash_text(text, 0x6A7F));
}

}  // namespace

std::string JournalTip::seal(Json entry, UtcTime now) {
  Json out{{"n", ++number}, {"at", now.iso()}};
  for (const auto& [name, value] : entry.items())
    out[name] = value;
  chain = link_of(chain, out.dump());
  out["chain"] = chain;
  return out.dump();
}

Result<void> JournalTip::follow(const Json& entry, std::string_view line) {
  const std::string own = entry.value("chain", "");
  const std::size_t mark = line.rfind(",\"chain\":");
  if (mark == std::string_view::npos || entry.value("n", std::uint64_t{0}) != number + 1)
    return fail("linkage.journal", fmt::format("entry {} of the journal is missing or out of place", number + 1));
  if (link_of(chain, std::string(line.substr(0, mark)) + "}") != own)
    return fail("linkage.journal", fmt::format("entry {} of the journal was changed after it was written", number + 1));
  ++number;
  chain = own;
  return {};
}

std::string person_name(std::uint32_t number) {
  return fmt::format("P{:012}", number);
}

std::uint32_t person_number(std::string_view name) {
  std::uint32_t number = 0;
  if (name.size() != 13 || name[0] != 'P') return 0;
  const auto end = std::from_chars(name.data() + 1, name.data() + name.size(), number);
  return end.ptr == name.data() + name.size() ? number : 0;
}

fs::path journal_file(const fs::path& folder) {
  return folder / "journal.jsonl";
}
fs::path arrivals_file(const fs::path& folder) {
  return folder / "arrivals.log";
}

std::string frame(std::string_view text) {
  const std::uint32_t head[2] = {static_cast<std::uint32_t>(text.size()), frame_sum(text)};
  std::string out(reinterpret_cast<const char*>(head), sizeof head);
  out += text;
  return out;
}

Result<std::vector<std::string>> read_arrivals(const fs::path& folder, std::uint64_t& good) {
  std::vector<std::string> out;
  good = 0;
  std::error_code error;
  if (!fs::exists(arrivals_file(folder), error)) return out;
  SEKISHO_TRY(const std::string text, read_text(arrivals_file(folder), std::size_t{64} << 30));
  while (text.size() - good >= 8) {
    std::uint32_t head[2];
    std::memcpy(head, text.data() + good, sizeof head);
    // What follows was never acknowledged: the write did not finish.
    if (head[0] > text.size() - good - 8) break;
    const std::string_view one = std::string_view(text).substr(good + 8, head[0]);
    if (frame_sum(one) != head[1]) break;
    out.emplace_back(one);
    good += 8 + head[0];
  }
  return out;
}

Result<JournalTip> each_entry(const fs::path& folder, const std::function<Result<bool>(const Json&)>& visit) {
  JournalTip tip;
  bool more = true;
  const auto take = [&](std::string_view line) -> Result<void> {
    SEKISHO_TRY(const Json entry, parse_json(line, journal_file(folder).string()));
    // A checkpoint that was interrupted leaves entries in both places.
    if (entry.value("n", std::uint64_t{0}) <= tip.number) return {};
    SEKISHO_CHECK(tip.follow(entry, line));
    SEKISHO_TRY(more, visit(entry));
    return {};
  };
  std::error_code error;
  if (fs::exists(journal_file(folder), error)) {
    SEKISHO_TRY(const std::string text, read_text(journal_file(folder), std::size_t{64} << 30));
    for (std::size_t at = 0; at < text.size() && more;) {
      const std::size_t feed = text.find('\n', at);
      if (feed == std::string::npos) break;
      SEKISHO_CHECK(take(std::string_view(text).substr(at, feed - at)));
      at = feed + 1;
    }
  }
  std::uint64_t good = 0;
  if (!more) return tip;
  SEKISHO_TRY(const std::vector<std::string> frames, read_arrivals(folder, good));
  for (const std::string& one : frames) {
    SEKISHO_TRY(const Json arrival, parse_json(one));
    for (const Json& line : arrival["lines"]) {
      if (!more) return tip;
      SEKISHO_CHECK(take(line.get_ref<const std::string&>()));
    }
  }
  return tip;
}

Result<void> each_loaded(const fs::path& folder, const Json& load,
                         const std::function<void(const std::vector<std::string_view>&)>& visit) {
  SEKISHO_TRY(const std::string name, json_string(load, "file"));
  SEKISHO_TRY(const std::string text, read_text(folder / name, std::size_t{64} << 30));
  if (to_hex(crypto::sha256(as_bytes(text))) != load.value("sha256", ""))
    return fail("linkage.journal", "the file of a load was changed after it was written",
                {.file = (folder / name).string()});
  CsvReader reader(text, ',', name);
  std::vector<std::string_view> row;
  SEKISHO_TRY(bool more, reader.next(row));
  while (more) {
    SEKISHO_TRY(more, reader.next(row));
    if (more && row.size() >= 4) visit(row);
  }
  return {};
}

Result<void> PersonFold::apply(const Json& entry) {
  const auto put = [&](const std::string& record, std::uint32_t person) {
    person_[record] = person;
    members_[person].push_back(record);
  };
  const auto take = [&](const std::string& record) {
    const auto at = person_.find(record);
    if (at == person_.end()) return;
    std::erase(members_[at->second], record);
    person_.erase(at);
  };
  const auto number = [&](const char* name) { return person_number(entry.value(name, "")); };
  const std::string kind = entry.value("kind", "");
  if (kind == "load") {
    return each_loaded(folder_, entry, [&](const std::vector<std::string_view>& row) {
      put(std::string(row[0]), person_number(row[1]));
    });
  }
  if (kind == "add") put(entry.value("record", ""), number("person"));
  if (kind == "remove") take(entry.value("record", ""));
  if (kind == "merge") {
    const std::vector<std::string> moved = std::move(members_[number("gone")]);
    members_.erase(number("gone"));
    for (const std::string& record : moved)
      put(record, number("keep"));
  }
  if (kind == "split")
    for (const Json& record : entry["records"]) {
      take(record.get<std::string>());
      put(record.get<std::string>(), number("to"));
    }
  return {};
}

std::vector<std::pair<std::string, std::string>> PersonFold::sorted() const {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& [record, person] : person_)
    out.emplace_back(record, person_name(person));
  std::ranges::sort(out);
  return out;
}

std::vector<std::string> PersonFold::members(std::uint32_t person) const {
  const auto at = members_.find(person);
  return at == members_.end() ? std::vector<std::string>{} : at->second;
}

}  // namespace sekisho::linkage
