#include "portal/quality.h"

#include <algorithm>
#include <vector>

#include "core/file.h"
#include "core/ids.h"

namespace sekisho::portal {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kReportLimit = std::size_t{64} << 20;

bool may_see(const Holder& holder, std::string_view hospital) {
  return holder.role == "manager" || (holder.role == "hospital" && holder.hospital == hospital);
}

std::vector<std::string> hospitals_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  if (folder.empty()) return names;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    const std::string stem = it->path().stem().string();
    if (it->path().extension() == ".json" && is_valid_id(stem) && !it->is_symlink(ignored) &&
        it->is_regular_file(ignored))
      names.push_back(stem);
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace

// A report under another hospital's name is not shown: the file must say itself whose it is, and be of nobody else.
Result<Json> QualityReports::read(const std::string& hospital) const {
  SEKISHO_TRY(const std::string text, read_text(folder_ / (hospital + ".json"), kReportLimit));
  SEKISHO_TRY(Json report, parse_json(text, hospital));
  const auto is = [&report](const char* member, Json::value_t type) {
    return report.contains(member) && report[member].type() == type;
  };
  using Type = Json::value_t;
  if (!report.is_object() || !report.contains("hospitals") || report["hospitals"] != Json::array({hospital}) ||
      !is("on", Type::string) || !is("levels", Type::object) || !is("accounting", Type::object) ||
      !is("findings", Type::array) || !is("measures", Type::array))
    return fail("quality.form", "the report is not of this hospital alone", {.part = hospital},
                "Make it again: sekisho quality --center DIR.");
  return report;
}

Result<Json> QualityReports::list(const Holder& holder) const {
  Json rows = Json::array();
  for (const std::string& hospital : hospitals_in(folder_)) {
    if (!may_see(holder, hospital)) continue;
    SEKISHO_TRY(const Json report, read(hospital));
    rows.push_back({{"hospital", hospital},
                    {"on", report["on"]},
                    {"levels", report["levels"]},
                    {"accounting", report["accounting"]}});
  }
  return rows;
}

Result<Json> QualityReports::report(const Holder& holder, std::string_view hospital) const {
  const std::vector<std::string> there = hospitals_in(folder_);
  const auto found = std::ranges::find(there, hospital);
  if (found == there.end() || !may_see(holder, *found))
    return fail("quality.hospital", "there is no report of this hospital for you to see");
  return read(*found);
}

}  // namespace sekisho::portal
