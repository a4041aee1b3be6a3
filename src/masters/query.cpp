#include "masters/query.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <set>

#include "core/csv.h"
#include "masters/fold.h"
#include "masters/hospital.h"
#include "masters/institution.h"

namespace sekisho::masters {
namespace {

Json day(std::int32_t value) {
  return value == kNoDay || value == kOpen ? Json(nullptr) : Json(Date{value}.iso());
}

Json evidence(const MasterFile& file, std::uint32_t index, std::uint32_t line) {
  if (index >= file.files().size()) return nullptr;
  const FileRecord& one = file.files()[index];
  return {{"file", file.text(one.name)}, {"edition", day(one.edition)}, {"line", line}};
}

Json life_json(const MasterFile& file, const LifeRecord& life) {
  Json out{{"from", day(life.from)},
           {"from_is", name(static_cast<FromKind>(life.from_kind))},
           {"to", day(life.to)},
           {"to_is", name(static_cast<ToKind>(life.to_kind))}};
  if (life.not_before != kNoDay) out["not_in_edition_of"] = day(life.not_before);
  if (life.last_seen != kNoDay) out["last_seen"] = day(life.last_seen);
  if (life.absent_editions != 0) {
    out["first_absent"] = day(life.first_absent);
    out["absent_editions"] = life.absent_editions;
  }
  out["from_evidence"] = evidence(file, life.from_file, life.from_line);
  if (static_cast<ToKind>(life.to_kind) != ToKind::kOpen)
    out["to_evidence"] = evidence(file, life.to_file, life.to_line);
  return out;
}

Json flags_json(std::uint32_t flags) {
  Json out = Json::array();
  if ((flags & kGenericFlag) != 0) out.push_back("generic");
  if ((flags & kDpcFlag) != 0) out.push_back("dpc");
  if ((flags & kApproximate) != 0) out.push_back("from-approximate");
  if ((flags & kExtract) != 0) out.push_back("extract");
  if ((flags & kSuperseded) != 0) out.push_back("superseded");
  return out;
}

Json attributes_json(const MasterFile& file, const CodeView& code, const VersionRecord& version) {
  Json out = Json::object();
  for (std::uint32_t i = 0; i < file.attribute_count(code.kind()); ++i) {
    const std::string_view value = code.attribute(version, i);
    const std::string_view attribute = file.attribute_name(code.kind(), i);
    // Columns without a name are shown only where they say something.
    if (value.empty() || (attribute.starts_with("column_") && value.find_first_not_of("0.") == value.npos)) continue;
    out[std::string(attribute)] = value;
  }
  return out;
}

Json version_json(const MasterFile& file, const CodeView& code, const VersionRecord& version, bool attributes) {
  Json out{{"from", day(version.from)}, {"to", day(version.to)}, {"name", file.text(version.name)}};
  if (const auto unit = file.text(version.unit); !unit.empty()) out["unit"] = unit;
  if (const auto price = file.text(version.price); !price.empty()) out["price"] = price;
  out["flags"] = flags_json(version.flags);
  if (attributes) out["attributes"] = attributes_json(file, code, version);
  out["published"] = day(version.published);
  out["evidence"] = evidence(file, version.file, version.line);
  return out;
}

// A code as people copy it from sheets and letters: wide digits, small letters, blanks, commas or hyphens between.
std::string bare_code(std::string_view written) {
  std::string code = fold(written);
  std::erase_if(code, [](char c) { return c == ' ' || c == ',' || c == '-' || c == '.'; });
  std::ranges::transform(code, code.begin(), [](char c) { return c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c; });
  return code;
}

std::vector<CodeView> select(const MasterFile& file, std::optional<Kind> kind, std::string_view written) {
  const auto named = [&](std::string_view code) {
    if (!kind) return file.find_all(code);
    const auto view = file.find(*kind, code);
    return view ? std::vector{*view} : std::vector<CodeView>{};
  };
  std::vector<CodeView> found = named(written);
  const std::string code = found.empty() ? bare_code(written) : std::string();
  if (found.empty()) found = named(code);
  // Ten digits of an institution carry the table's digit behind the prefecture.
  if (found.empty() && code.size() == 10) found = named(code.substr(0, 2) + code.substr(3));
  return found;
}

// An institution's place in the world: check digit, region, DPC by fiscal year over all codes of the hospital.
void add_institution(Json& hit, const MasterFile& file, const CodeView& code, std::optional<Date> on) {
  if (code.kind() != Kind::kInstitution && code.kind() != Kind::kDpcHospital) return;
  const Hospitals hospitals(file);
  const std::map<int, bool> years = hospitals.dpc_years(std::string(code.code()));
  if (on) {
    const auto year = years.find(fiscal_year(on->days));
    hit["dpc_hospital"] = year == years.end() ? Json() : Json(year->second);  // null: no list of that year
  } else {
    Json flags = Json::object();
    for (const auto& [year, flag] : years)
      flags[std::to_string(year)] = flag;
    if (!flags.empty()) hit["dpc_by_fiscal_year"] = flags;
    for (const CodeChange& change : hospitals.changes())
      if (change.from == code.code() || change.to == code.code())
        hit["code_changes"].push_back(
            {{"from", change.from}, {"to", change.to}, {"day", day(change.day)}, {"reason", change.reason}});
  }
  hit["check_digit"] = has_valid_check_digit(code.code());
  hit["prefecture"] = prefecture_name(code.code());
  hit["bureau"] = bureau_of(code.code());
}

// Why an institution got its code: what the known change says, else the reason of its designation (移動, 交代 ...).
std::string change_reason(const MasterFile& file, const CodeView& from, const LinkRecord& link,
                          const std::optional<CodeView>& to) {
  if (from.kind() != Kind::kInstitution) return {};
  const std::string both = std::string(from.code()) + std::string(file.text(link.to));
  if (const auto change = file.find(Kind::kInstitutionLink, both); change && !change->versions().empty())
    return std::string(change->attribute(*change->version_on(kOpen), "reason"));
  if (!to || to->versions().empty()) return {};
  return std::string(to->attribute(to->versions().front(), "designation_reason"));
}

std::vector<Kind> kinds_of(std::optional<Kind> kind) {
  if (kind) return {*kind};
  std::vector<Kind> all;
  for (std::size_t i = 0; i < kKinds; ++i)
    all.push_back(static_cast<Kind>(i));
  return all;
}

}  // namespace

Json lookup_json(const MasterFile& file, std::optional<Kind> kind, std::string_view code, Date on) {
  Json hits = Json::array();
  for (const CodeView& view : select(file, kind, code)) {
    const Status status = view.status_on(on.days);
    Json hit{{"kind", spec(view.kind()).name}, {"code", view.code()}, {"status", name(status)}};
    const LifeRecord* life = nullptr;
    for (const LifeRecord& one : view.lives())
      if (life == nullptr || one.from <= on.days) life = &one;
    if (const VersionRecord* version = view.version_on(on.days)) {
      const Json shown = version_json(file, view, *version, true);
      hit["name"] = shown["name"];
      for (const char* member : {"unit", "price"})
        if (shown.contains(member)) hit[member] = shown[member];
      hit["generic"] = view.generic_on(on.days);
      hit["version"] = shown;
    }
    if (life != nullptr) hit["life"] = life_json(file, *life);
    // A drug's listed price and standing on that day come from the price list under its own code.
    if (view.kind() == Kind::kDrug && hit.contains("version")) {
      const auto price_code = view.attribute(*view.version_on(on.days), "price_code");
      if (const auto price = file.find(Kind::kPrice, price_code, on); price && price->version != nullptr)
        hit["price_list"] = {{"code", price_code},
                             {"status", name(price->status)},
                             {"entry", version_json(file, price->code, *price->version, false)}};
    }
    add_institution(hit, file, view, on);
    hits.push_back(std::move(hit));
  }
  return {{"code", code}, {"on", on.iso()}, {"found", !hits.empty()}, {"hits", hits}};
}

Json history_json(const MasterFile& file, std::optional<Kind> kind, std::string_view code) {
  Json hits = Json::array();
  for (const CodeView& view : select(file, kind, code)) {
    Json lives = Json::array(), versions = Json::array(), superseded = Json::array(), events = Json::array(),
         links = Json::array();
    for (const LifeRecord& life : view.lives())
      lives.push_back(life_json(file, life));
    for (const VersionRecord& version : view.versions()) {
      Json one = version_json(file, view, version, true);
      if ((version.flags & kSuperseded) != 0) {
        one.erase("to");
        superseded.push_back(std::move(one));
      } else {
        versions.push_back(std::move(one));
      }
    }
    for (const EventRecord& event : view.events())
      events.push_back({{"day", day(event.day)},
                        {"event", name(static_cast<EventType>(std::min(event.type, 7u)))},
                        {"published", day(event.published)},
                        {"evidence", evidence(file, event.file, event.line)}});
    for (const LinkRecord& link : view.links())
      links.push_back({{"to", file.text(link.to)},
                       {"type", file.text(link.type)},
                       {"day", day(link.day)},
                       {"evidence", evidence(file, link.file, link.line)}});
    Json hit{{"kind", spec(view.kind()).name}, {"code", view.code()}, {"lives", lives}, {"versions", versions},
             {"superseded", superseded},       {"events", events},    {"links", links}};
    add_institution(hit, file, view, std::nullopt);
    hits.push_back(std::move(hit));
  }
  return {{"code", code}, {"found", !hits.empty()}, {"hits", hits}};
}

Json successors_json(const MasterFile& file, std::optional<Kind> kind, std::string_view code) {
  Json links = Json::array();
  const auto start = select(file, kind, code);
  std::deque<std::pair<CodeView, int>> queue;
  std::set<std::pair<Kind, std::string>> visited;
  for (const CodeView& view : start) {
    queue.emplace_back(view, 1);
    visited.emplace(view.kind(), view.code());
  }
  while (!queue.empty() && links.size() < 1'000) {
    const auto [view, depth] = queue.front();
    queue.pop_front();
    for (const LinkRecord& link : view.links()) {
      const std::string_view type = file.text(link.type);
      // These say what a code belongs to, not what followed it.
      const bool succession = type != "generic-name" && type != "selected-care";
      const auto to_kind = link.to_kind < kKinds ? static_cast<Kind>(link.to_kind) : view.kind();
      const auto next = file.find(to_kind, file.text(link.to));
      Json row{
          {"from", view.code()},  {"to", file.text(link.to)}, {"kind", spec(to_kind).name},
          {"type", type},         {"succession", succession}, {"candidate", type != "official" && type != "manual"},
          {"day", day(link.day)}, {"depth", depth},           {"evidence", evidence(file, link.file, link.line)}};
      if (next && !next->versions().empty()) row["name"] = file.text(next->version_on(kOpen)->name);
      if (const std::string reason = change_reason(file, view, link, next); !reason.empty()) row["reason"] = reason;
      links.push_back(std::move(row));
      if (next && succession && visited.emplace(to_kind, next->code()).second) queue.emplace_back(*next, depth + 1);
    }
  }
  return {{"code", code}, {"found", !start.empty()}, {"links", links}};
}

namespace {

// Words of a search, folded; all of them must stand in one name.
std::vector<std::string> words_of(std::string_view text) {
  std::string spaced(text);
  for (std::size_t at = 0; (at = spaced.find("\u3000", at)) != spaced.npos;)
    spaced.replace(at, 3, " ");
  std::vector<std::string> out;
  for (std::size_t at = 0; at < spaced.size();) {
    const std::size_t end = std::min(spaced.find(' ', at), spaced.size());
    if (std::string word = fold(std::string_view(spaced).substr(at, end - at)); !word.empty())
      out.push_back(std::move(word));
    at = end + 1;
  }
  return out;
}

struct Hit {
  int rank = 0;  // 0: a name is the word, 1: begins with it, 2: holds it
  CodeView view;
  const VersionRecord* found;
};

std::optional<Hit> match(const MasterFile& file, const CodeView& view, const std::vector<std::string>& words) {
  const VersionRecord* found = nullptr;
  for (const VersionRecord& version : view.versions()) {
    const std::string_view names = file.text(version.search);
    const auto holds = [&](const std::string& word) { return names.find(word) != names.npos; };
    if (std::ranges::all_of(words, holds)) found = &version;
  }
  if (found == nullptr) return std::nullopt;
  const std::string folded = fold(file.text(found->name));
  return Hit{folded == words.front() ? 0 : folded.starts_with(words.front()) ? 1 : 2, view, found};
}

}  // namespace

Json search_json(const MasterFile& file, std::optional<Kind> kind, std::string_view word, std::optional<Date> on,
                 std::size_t limit) {
  const std::vector<std::string> words = words_of(word);
  Json hits = Json::array();
  std::size_t count = 0;
  for (const Kind one : kinds_of(kind)) {
    if (words.empty() || (!kind && (one == Kind::kCommentRule || one == Kind::kInstitutionLink))) continue;
    std::vector<Hit> found;
    for (const CodeRecord& record : file.codes(one)) {
      const CodeView view = file.view(record);
      if (on && view.status_on(on->days) != Status::kValid) continue;
      if (auto hit = match(file, view, words)) found.push_back(*hit);
    }
    std::ranges::stable_sort(found, {}, &Hit::rank);
    for (const Hit& one_hit : found) {
      if (++count > limit) continue;
      const VersionRecord* shown = on ? one_hit.view.version_on(on->days) : one_hit.found;
      Json hit{{"kind", spec(one).name}, {"code", one_hit.view.code()}, {"name", file.text(shown->name)}};
      if (one_hit.found->name != shown->name) hit["matched_name"] = file.text(one_hit.found->name);
      const auto lives = one_hit.view.lives();
      hit["from"] = lives.empty() ? Json() : day(lives.front().from);
      if (!lives.empty()) hit["from_is"] = name(static_cast<FromKind>(lives.front().from_kind));
      hit["to"] = one_hit.view.lives().empty() ? Json() : day(one_hit.view.lives().back().to);
      hits.push_back(std::move(hit));
    }
  }
  return {{"word", word}, {"count", count}, {"hits", hits}};
}

Json doubtful_json(const MasterFile& file, std::optional<Kind> kind, std::size_t limit) {
  Json codes = Json::array(), counts = Json::object();
  for (const Kind one : kinds_of(kind)) {
    std::size_t count = 0;
    for (const CodeRecord& record : file.codes(one)) {
      const CodeView view = file.view(record);
      if (view.lives().empty() || static_cast<ToKind>(view.lives().back().to_kind) != ToKind::kDoubtful) continue;
      if (++count > limit) continue;
      const VersionRecord* last = view.version_on(kOpen);
      codes.push_back({{"kind", spec(one).name},
                       {"code", view.code()},
                       {"name", last == nullptr ? "" : file.text(last->name)},
                       {"life", life_json(file, view.lives().back())}});
    }
    if (count != 0) counts[spec(one).name] = count;
  }
  return {{"counts", counts}, {"codes", codes}};
}

Json info_json(const MasterFile& file) {
  Json files = Json::array();
  for (const FileRecord& one : file.files()) {
    static constexpr const char* kModes[] = {"full", "differential", "extract", "manual"};
    files.push_back({{"file", file.text(one.name)},
                     {"series", file.text(one.series)},
                     {"edition", day(one.edition)},
                     {"mode", kModes[std::min(one.mode, 3u)]},
                     {"columns", one.columns},
                     {"rows", one.rows},
                     {"applied", one.applied},
                     {"unchanged", one.unchanged},
                     {"quarantined", one.quarantined},
                     {"sha256", file.text(one.sha256)}});
  }
  auto summary = parse_json(file.summary_json());
  return {{"build", summary ? *summary : Json()}, {"files", files}};
}

std::string export_csv(const MasterFile& file, std::optional<Kind> kind, std::optional<Date> on, std::size_t& rows) {
  std::vector<std::string> header{"kind",    "code", "valid_from", "valid_from_is", "valid_to", "valid_to_is",
                                  "from",    "to",   "name",       "kana",          "unit",     "price",
                                  "generic", "dpc",  "superseded", "edition",       "file",     "line"};
  if (kind)
    for (std::uint32_t i = 0; i < file.attribute_count(*kind); ++i)
      header.push_back("a_" + std::string(file.attribute_name(*kind, i)));
  std::string out;
  std::vector<std::string_view> fields(header.begin(), header.end());
  append_csv(out, fields);
  const auto text_of = [](std::int32_t value) {
    return value == kNoDay || value == kOpen ? std::string{} : Date{value}.iso();
  };
  rows = 0;
  for (const Kind one : kinds_of(kind))
    for (const CodeRecord& record : file.codes(one)) {
      const CodeView view = file.view(record);
      if (on && view.status_on(on->days) != Status::kValid) continue;
      const VersionRecord* wanted = on ? view.version_on(on->days) : nullptr;
      for (const VersionRecord& version : view.versions()) {
        if (on && &version != wanted) continue;
        const LifeRecord* life = view.lives().empty() ? nullptr : &view.lives().back();
        for (const LifeRecord& candidate : view.lives())
          if (candidate.from <= version.from && candidate.to >= version.from) life = &candidate;
        const bool generic = (version.flags & kGenericFlag) != 0, dpc = (version.flags & kDpcFlag) != 0;
        std::vector<std::string> row{
            spec(one).name,
            std::string(view.code()),
            life == nullptr ? "" : text_of(life->from),
            life == nullptr ? "" : name(static_cast<FromKind>(life->from_kind)),
            life == nullptr ? "" : text_of(life->to),
            life == nullptr ? "" : name(static_cast<ToKind>(life->to_kind)),
            text_of(version.from),
            text_of(version.to),
            std::string(file.text(version.name)),
            std::string(file.text(version.kana)),
            std::string(file.text(version.unit)),
            std::string(file.text(version.price)),
            generic ? "1" : "0",
            dpc ? "1" : "0",
            (version.flags & kSuperseded) != 0 ? "1" : "0",
            version.file < file.files().size() ? text_of(file.files()[version.file].edition) : "",
            version.file < file.files().size() ? std::string(file.text(file.files()[version.file].name)) : "",
            std::to_string(version.line)};
        if (kind)
          for (std::uint32_t i = 0; i < file.attribute_count(*kind); ++i)
            row.emplace_back(view.attribute(version, i));
        fields.assign(row.begin(), row.end());
        append_csv(out, fields);
        ++rows;
      }
    }
  return out;
}

}  // namespace sekisho::masters
