#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "core/csv.h"
#include "core/toml.h"
#include "masters/hospital.h"
#include "masters/query.h"

namespace sekisho::masters {
namespace {

struct Group {
  std::string role;
  std::vector<std::string> prefixes, codes;
};

struct Definition {
  std::string name, version, title, title_ja, rule, source, flag;
  Kind kind = Kind::kDrug;
  bool yearly = false;
  std::vector<Group> groups;
};

Result<Definition> parse_set(std::string_view text, const std::string& file) {
  SEKISHO_TRY(const TomlTable table, TomlTable::parse(text, file));
  SEKISHO_CHECK(
      table.only({"name", "version", "title", "title_ja", "kind", "rule", "source", "flag", "yearly", "group"}));
  Definition out;
  SEKISHO_TRY(out.name, table.text("name"));
  SEKISHO_TRY(out.version, table.text("version"));
  SEKISHO_TRY(out.title, table.text("title"));
  SEKISHO_TRY(out.title_ja, table.text("title_ja", ""));
  SEKISHO_TRY(out.rule, table.text("rule"));
  SEKISHO_TRY(out.source, table.text("source", ""));
  SEKISHO_TRY(out.flag, table.text("flag", ""));
  SEKISHO_TRY(out.yearly, table.boolean("yearly", false));
  SEKISHO_TRY(const std::string kind, table.text("kind"));
  const auto known = kind_of(kind);
  if (!known) return table.error("masters.set", "no kind " + kind, "kind");
  out.kind = *known;
  SEKISHO_TRY(const auto groups, table.tables("group"));
  for (const TomlTable& one : groups) {
    Group group;
    SEKISHO_TRY(group.role, one.text("role"));
    SEKISHO_TRY(group.prefixes, one.texts("prefix"));
    SEKISHO_TRY(group.codes, one.texts("code"));
    out.groups.push_back(std::move(group));
  }
  return out;
}

Json head(const Definition& set) {
  return {{"name", set.name},         {"version", set.version},      {"title", set.title},
          {"title_ja", set.title_ja}, {"kind", spec(set.kind).name}, {"rule", set.rule},
          {"source", set.source}};
}

// Monday of an ISO week.
Date iso_week(int year, int week) {
  const Date fourth = *Date::of(year, 1, 4);
  const int weekday = (fourth.days + 3) % 7;  // 1970-01-01 was a Thursday; Monday 0
  return Date{fourth.days - weekday + (week - 1) * 7};
}

Result<std::pair<Date, Date>> season_days(const std::string& season) {
  int year = 0;
  const auto [end, error] = std::from_chars(season.data(), season.data() + season.size(), year);
  if (error != std::errc{} || year < 1990 || year > 2100 || end - season.data() != 4)
    return fail("usage.season", "a season looks like 2018/19, not " + season);
  return std::pair{iso_week(year, 36), Date{iso_week(year + 1, 36).days - 1}};
}

const Group* group_of(const MasterFile& file, const Definition& set, const CodeView& view, int price_code) {
  static const Group kAll;
  if (set.groups.empty()) return &kAll;
  for (const Group& group : set.groups) {
    if (std::ranges::find(group.codes, view.code()) != group.codes.end()) return &group;
    for (const VersionRecord& version : view.versions()) {
      const std::string_view text =
          price_code < 0 ? view.code() : view.attribute(version, static_cast<std::uint32_t>(price_code));
      for (const std::string& prefix : group.prefixes)
        if (text.starts_with(prefix)) return &group;
    }
  }
  (void)file;
  return nullptr;
}

struct Window {
  std::int32_t from = kNoDay, to = kOpen;
};

Json day_json(std::int32_t day) {
  return day == kNoDay || day == kOpen ? Json(nullptr) : Json(Date{day}.iso());
}

class Expander {
 public:
  Expander(const MasterFile& file, const Definition& set, Window window)
      : file_(file), set_(set), window_(window), hospitals_(file) {
    if (set.kind == Kind::kDrug) price_code_ = file.attribute_index(set.kind, "price_code");
  }

  void run() {
    for (const CodeRecord& record : file_.codes(set_.kind)) {
      const CodeView view = file_.view(record);
      const Group* group = group_of(file_, set_, view, price_code_);
      if (group == nullptr) continue;
      if (set_.yearly)
        add_years(view, *group);
      else if (set_.flag.empty())
        for (const LifeRecord& life : view.lives())
          add_life(view, *group, life);
      else
        add_flag_periods(view, *group);
    }
  }
  // Codes of the set in the window, and those of which the files only say that they began before or after its end.
  Json& members() { return members_; }
  Json& possible() { return possible_; }

 private:
  void add_life(const CodeView& view, const Group& group, const LifeRecord& life) {
    const auto to_kind = static_cast<ToKind>(life.to_kind);
    if (to_kind == ToKind::kDeleted) return;
    add(view, group, life.from, life.to, to_kind == ToKind::kDoubtful, life);
  }

  // A yearly list is complete for its year. Years without a list belong to the years around them.
  void add_years(const CodeView& view, const Group& group) {
    const std::vector<int>& years = hospitals_.list_years();
    for (std::size_t i = 0; i < years.size(); ++i) {
      if (!hospitals_.listed(view, years[i])) continue;
      const int first = years[i];
      while (i + 1 < years.size() && hospitals_.listed(view, years[i + 1]))
        ++i;
      add(view, group, fiscal_year_begin(first), fiscal_year_begin(years[i] + 1) - 1, false, view.lives().front());
    }
  }

  void add_flag_periods(const CodeView& view, const Group& group) {
    if (view.lives().empty()) return;
    const LifeRecord& life = view.lives().back();
    const auto versions = view.versions();
    for (std::size_t i = 0; i < versions.size();) {
      const VersionRecord& first = versions[i];
      std::size_t end = i;
      if ((first.flags & (kGenericFlag | kSuperseded)) != kGenericFlag) {
        ++i;
        continue;
      }
      while (end + 1 < versions.size() && (versions[end + 1].flags & (kGenericFlag | kSuperseded)) == kGenericFlag)
        ++end;
      add(view, group, first.from, std::min(versions[end].to, life.to),
          static_cast<ToKind>(life.to_kind) == ToKind::kDoubtful && versions[end].to >= life.to, life);
      i = end + 1;
    }
  }

  void add(const CodeView& view, const Group& group, std::int32_t from, std::int32_t to, bool doubtful,
           const LifeRecord& life) {
    // A start that is only known from above may lie in the window, unless an edition without the code says otherwise.
    const bool known_start = static_cast<FromKind>(life.from_kind) == FromKind::kStated || from != life.from;
    const bool before = from > window_.to;
    if (to < window_.from || (before && (known_start || (life.not_before != kNoDay && life.not_before >= window_.to))))
      return;
    // An edition that lacks the code, before its first sight behind the window: it may have begun in between.
    Json& list = before && life.not_before != kNoDay ? possible_ : members_;
    const VersionRecord* version = view.version_on(std::min(window_.to, to));
    Json member{{"code", view.code()},     {"name", version == nullptr ? "" : file_.text(version->name)},
                {"from", day_json(from)},  {"from_is", masters::name(static_cast<FromKind>(life.from_kind))},
                {"to", day_json(to)},      {"doubtful_start", before},
                {"doubtful_end", doubtful}};
    if (!group.role.empty()) member["role"] = group.role;
    if (version != nullptr && set_.kind == Kind::kDrug) {
      member["generic"] = view.generic_on(std::min(window_.to, to));
      member["price_code"] = view.attribute(*view.version_on(kOpen), "price_code");
    }
    if (set_.kind == Kind::kDpcHospital) member["hospital"] = hospitals_.newest(std::string(view.code()));
    list.push_back(std::move(member));
  }

  const MasterFile& file_;
  const Definition& set_;
  Window window_;
  Hospitals hospitals_;
  int price_code_ = -1;
  Json members_ = Json::array(), possible_ = Json::array();
};

}  // namespace

Result<Json> list_sets() {
  Json sets = Json::array();
  for (const std::string_view table : built_in_tables("sets/")) {
    SEKISHO_TRY(const Definition set, parse_set(built_in_table(table), std::string(table)));
    sets.push_back(head(set));
  }
  return Json{{"sets", sets}};
}

Result<Json> expand_set(const MasterFile& file, const SetQuery& query) {
  std::string table = "sets/" + query.name + ".toml";
  std::string text(built_in_table(table));
  // A definition of the user's own is a file.
  if (text.empty() && query.name.ends_with(".toml")) {
    SEKISHO_TRY(text, read_text(query.name, 1 << 20));
    table = query.name;
  }
  if (text.empty()) return fail("usage.set", "no set is called " + query.name, {}, "`sekisho masters sets` lists them");
  SEKISHO_TRY(const Definition set, parse_set(text, table));
  Window window;
  if (query.from) window.from = query.from->days;
  if (query.to) window.to = query.to->days;
  if (!query.season.empty()) {
    SEKISHO_TRY(const auto days, season_days(query.season));
    window = {days.first.days, days.second.days};
  }
  Json out = head(set);
  if (!query.season.empty()) out["season"] = query.season;
  out["window"] = {{"from", day_json(window.from)}, {"to", day_json(window.to)}};
  Expander expander(file, set, window);
  expander.run();
  out["count"] = expander.members().size();
  out["members"] = std::move(expander.members());
  out["possible"] = std::move(expander.possible());
  std::set<std::string> hospitals;
  for (const Json& member : out["members"])
    if (member.contains("hospital")) hospitals.insert(member["hospital"].get<std::string>());
  if (set.kind == Kind::kDpcHospital) out["hospitals"] = hospitals.size();
  return out;
}

Result<Json> expand_set_by(const MasterFile& file, const SetQuery& query, Period period) {
  // The first season of which the masters and their supplement say anything, and the first price list's year.
  const int first_year = period == Period::kSeason ? 2012 : 2014;
  std::int32_t last_day = fiscal_year_begin(first_year);
  for (const FileRecord& one : file.files())
    last_day = std::max(last_day, one.edition);
  const int year = query.from ? query.from->year() : first_year;
  const Date last{query.to ? query.to->days : last_day};
  Json out = Json::object(), periods = Json::array();
  for (int at = year; at <= last.year() && at < year + 100; ++at) {
    SetQuery one{.name = query.name, .season = {}, .from = {}, .to = {}};
    std::string name = std::to_string(at);
    if (period == Period::kSeason) {
      one.season = name = fmt::format("{}/{:02}", at, (at + 1) % 100);
      if (iso_week(at, 36).days > last.days) break;
    } else {
      one.from = Date{fiscal_year_begin(at)};
      one.to = Date{fiscal_year_begin(at + 1) - 1};
      if (one.from->days > last.days) break;
    }
    SEKISHO_TRY(Json set, expand_set(file, one));
    Json roles = Json::object(), codes = Json::array();
    for (const Json& member : set["members"]) {
      codes.push_back(member["code"]);
      if (member.contains("role")) roles[member["role"].get<std::string>()].push_back(member["code"]);
    }
    Json row{{"period", name}, {"window", set["window"]}, {"count", set["count"]}, {"roles", roles}, {"codes", codes}};
    if (set.contains("hospitals")) row["hospitals"] = set["hospitals"];
    row["members"] = std::move(set["members"]);
    row["possible"] = std::move(set["possible"]);
    periods.push_back(std::move(row));
    for (const char* member : {"name", "version", "title", "title_ja", "kind", "rule", "source"})
      out[member] = set[member];
  }
  if (periods.empty()) return fail("usage.window", "no period lies between these days");
  out["periods"] = std::move(periods);
  return out;
}

std::string set_csv(const Json& set) {
  static constexpr const char* kColumns[] = {"code",           "name",         "role",    "from",       "from_is", "to",
                                             "doubtful_start", "doubtful_end", "generic", "price_code", "hospital"};
  const bool by_period = set.contains("periods");
  std::string out;
  std::vector<std::string_view> fields{"set", "version", "membership"};
  if (by_period) fields.insert(fields.begin() + 2, "period");
  fields.insert(fields.end(), std::begin(kColumns), std::end(kColumns));
  append_csv(out, fields);
  const auto add = [&](const Json& part, const std::string& period) {
    for (const char* membership : {"members", "possible"})
      for (const Json& member : part[membership]) {
        std::vector<std::string> row{set["name"].get<std::string>(), set["version"].get<std::string>()};
        if (by_period) row.push_back(period);
        row.emplace_back(membership == std::string_view("members") ? "member" : "possible");
        for (const char* column : kColumns) {
          const Json value = member.contains(column) ? member[column] : Json();
          row.push_back(value.is_null() ? "" : value.is_string() ? value.get<std::string>() : value.dump());
        }
        fields.assign(row.begin(), row.end());
        append_csv(out, fields);
      }
  };
  if (!by_period) add(set, {});
  if (by_period)
    for (const Json& period : set["periods"])
      add(period, period["period"].get<std::string>());
  return out;
}

}  // namespace sekisho::masters
