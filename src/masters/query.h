// Questions to a master file, answered as JSON: what the command line and the portal show.
#pragma once

#include <string>

#include "core/json.h"
#include "masters/master_file.h"

namespace sekisho::masters {

// {"found", "on", "hits": [{kind, code, status, name, unit, price, attributes, from, to, evidence, ...}]}
Json lookup_json(const MasterFile& file, std::optional<Kind> kind, std::string_view code, Date on);
Json history_json(const MasterFile& file, std::optional<Kind> kind, std::string_view code);
// Direct links and, one after the other, where they lead; each with its type and evidence.
Json successors_json(const MasterFile& file, std::optional<Kind> kind, std::string_view code);
Json search_json(const MasterFile& file, std::optional<Kind> kind, std::string_view word, std::optional<Date> on,
                 std::size_t limit);
Json doubtful_json(const MasterFile& file, std::optional<Kind> kind, std::size_t limit);
Json info_json(const MasterFile& file);

// CSV of codes: on a day those valid then with what they mean, without one every version. With a kind all its
// attributes follow the common columns, as a_NAME.
std::string export_csv(const MasterFile& file, std::optional<Kind> kind, std::optional<Date> on, std::size_t& rows);

// Named sets (specs/masters/sets).
struct SetQuery {
  std::string name, season;
  std::optional<Date> from, to;
};
Result<Json> list_sets();
Result<Json> expand_set(const MasterFile& file, const SetQuery& query);
// The set period by period: what belonged to each, by role. Without days the whole time that the files speak of.
enum class Period { kSeason, kFiscalYear };
Result<Json> expand_set_by(const MasterFile& file, const SetQuery& query, Period period);
std::string set_csv(const Json& set);  // of both

}  // namespace sekisho::masters
