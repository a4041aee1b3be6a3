#include "portal/explorer.h"

#include <algorithm>

#include "core/file.h"

namespace sekisho::portal {

namespace fs = std::filesystem;
using anonymize::Explorer;
using anonymize::Place;
using anonymize::Setting;

namespace {

constexpr std::string_view kManager = "manager";
constexpr std::string_view kSavedPrefix = "policy-", kSavedEnding = ".toml";

std::unexpected<Error> bad_form(const char* text) {
  return fail("explorer.form", text);
}

Result<Setting> setting_of(const Json& body) {
  Setting out;
  if (!body.is_object() || !body.contains("setting") || !body["setting"].is_object())
    return bad_form("the body needs an object 'setting'");
  const Json& setting = body["setting"];
  if (setting.contains("k")) {
    if (!setting["k"].is_number_integer() || setting["k"] < 0 || setting["k"] > 1'000'000)
      return bad_form("'k' is a whole number");
    out.k = setting["k"].get<int>();
  }
  if (setting.contains("limit")) {
    if (!setting["limit"].is_number()) return bad_form("'limit' is a number");
    out.limit = setting["limit"].get<double>();
  }
  if (setting.contains("weights")) {
    if (!setting["weights"].is_object()) return bad_form("'weights' is an object");
    for (const auto& [name, weight] : setting["weights"].items()) {
      if (!weight.is_number()) return bad_form("a weight is a number");
      out.weights[name] = weight.get<double>();
    }
  }
  return out;
}

Result<Place> place_of(const Json& body) {
  Place out;
  if (!body.contains("levels") || !body["levels"].is_array()) return bad_form("the body needs a list 'levels'");
  for (const Json& level : body["levels"]) {
    if (!level.is_number_integer() || level < 0 || level > 1000) return bad_form("a level is a whole number");
    out.push_back(level.get<int>());
  }
  return out;
}

std::size_t count_of(const Json& body, const char* member, std::size_t fallback) {
  return body.contains(member) && body[member].is_number_unsigned() ? body[member].get<std::size_t>() : fallback;
}

bool is_saved_name(std::string_view name) {
  return !name.empty() && name.size() <= 40 && std::ranges::all_of(name, [](unsigned char c) {
    return c < 0x80 && (std::isalnum(c) != 0 || c == '-' || c == '_');
  });
}

Json saved_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.starts_with(kSavedPrefix) && name.ends_with(kSavedEnding)) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace

Result<std::shared_ptr<const Explorer>> ExplorerPages::explorer(const Holder& holder) {
  if (holder.role != kManager)
    return fail("explorer.role", "rows before anonymization are shown to the centre's data managers only");
  const std::scoped_lock lock(mutex_);
  const fs::path data = folder_ / "data.csv", policy = folder_ / "policy.toml";
  std::error_code error;
  if (folder_.empty() || !fs::is_regular_file(data, error) || !fs::is_regular_file(policy, error))
    return fail("explorer.none", "there is nothing to explore here", {}, "sekisho release explore leaves it there.");
  const auto data_time = fs::last_write_time(data, error), policy_time = fs::last_write_time(policy, error);
  if (explorer_ && data_time == data_time_ && policy_time == policy_time_) return explorer_;
  SEKISHO_TRY(std::unique_ptr<Explorer> fresh, Explorer::open(data, policy));
  explorer_ = std::move(fresh);
  data_time_ = data_time;
  policy_time_ = policy_time;
  return explorer_;
}

Result<Json> ExplorerPages::describe(const Holder& holder) {
  SEKISHO_TRY(const auto open, explorer(holder));
  Json out = open->describe();
  out["saved"] = saved_in(folder_);
  return out;
}

Result<Json> ExplorerPages::save(const Explorer& explorer, const Setting& setting, const Json& body) const {
  const std::string name = body.contains("name") && body["name"].is_string() ? body["name"].get<std::string>() : "";
  if (!is_saved_name(name)) return fail("explorer.name", "a name has 1 to 40 letters, digits, hyphens and underscores");
  std::optional<Place> place;
  if (body.contains("levels") && !body["levels"].is_null()) {
    SEKISHO_TRY(place, place_of(body));
  }
  SEKISHO_TRY(const std::string text, explorer.policy_text(setting, place));
  const std::string file = std::string(kSavedPrefix) + name + std::string(kSavedEnding);
  std::error_code error;
  if (fs::exists(folder_ / file, error)) return fail("explorer.exists", "a policy of this name is there already");
  SEKISHO_CHECK(write_file_durable(folder_ / file, text, 0600));
  return Json{{"file", file}, {"text", text}, {"saved", saved_in(folder_)}};
}

Result<Json> ExplorerPages::act(const Holder& holder, std::string_view act, const Json& body) {
  SEKISHO_TRY(const auto open, explorer(holder));
  SEKISHO_TRY(const Setting setting, setting_of(body));
  if (act == "optimum") return open->optimum(setting);
  if (act == "save") return save(*open, setting, body);
  if (act != "judge" && act != "rows") return fail("explorer.act", "nothing is here");
  SEKISHO_TRY(const Place place, place_of(body));
  if (act == "judge")
    return open->judge(setting, place, static_cast<int>(std::min<std::size_t>(count_of(body, "radius", 1), 3)));
  return open->rows(setting, place, count_of(body, "from", 0), count_of(body, "count", 20),
                    body.contains("suppressed") && body["suppressed"] == true);
}

}  // namespace sekisho::portal
