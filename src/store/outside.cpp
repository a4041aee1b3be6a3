#include "store/outside.h"

#include "core/file.h"
#include "core/json.h"
#include "store/local_store.h"

namespace sekisho::store {

namespace fs = std::filesystem;

namespace {

fs::path list_of(const Folder& folder) {
  return folder.root() / "outside.json";
}

bool there_is(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

Result<Json> named_outside(const Folder& folder) {
  if (!there_is(list_of(folder))) return Json::array();
  return read_json(list_of(folder));
}

bool has_pairs(const Json& json) {
  return json.is_object() && json.contains("pairs") && json["pairs"].is_array();
}

bool names(const Json& pair, const std::set<std::string>& regs) {
  for (const char* side : {"a", "b"})
    if (!pair.is_object() || !pair.contains(side) || !pair[side].is_string() ||
        regs.contains(pair[side].get<std::string>()))
      return true;  // what cannot be told to be somebody else's goes too
  return false;
}

}  // namespace

Result<void> name_outside(Store& store, const fs::path& file) {
  auto* const local = dynamic_cast<LocalStore*>(&store);
  if (local == nullptr) return fail("store.outside", "this store remembers no files outside it");
  const Folder& folder = local->folder();
  SEKISHO_TRY(Json list, named_outside(folder));
  const std::string path = fs::absolute(file).lexically_normal().lexically_relative(folder.root()).string();
  for (const Json& one : list)
    if (one == path) return {};
  list.push_back(path);
  return write_file_durable(list_of(folder), list.dump(1) + "\n", 0600);
}

Result<std::uint64_t> erase_outside(const Folder& folder, const std::set<std::string>& regs) {
  std::uint64_t gone = 0;
  SEKISHO_TRY(const Json list, named_outside(folder));
  for (const Json& one : list) {
    const fs::path file = (folder.root() / one.get<std::string>()).lexically_normal();
    if (!there_is(file)) continue;
    auto json = read_json(file);
    if (!json || !has_pairs(*json)) {
      SEKISHO_CHECK(remove_file(file));
      continue;
    }
    Json kept = Json::array();
    std::uint64_t fewer = 0;  // open ones
    for (Json& pair : (*json)["pairs"])
      if (!names(pair, regs))
        kept.push_back(std::move(pair));
      else
        fewer += !pair.is_object() || !pair.contains("decided");
    if (kept.size() == (*json)["pairs"].size()) continue;
    gone += (*json)["pairs"].size() - kept.size();
    (*json)["pairs"] = std::move(kept);
    if (json->contains("open") && (*json)["open"].is_number_unsigned())
      (*json)["open"] = (*json)["open"].get<std::uint64_t>() - std::min((*json)["open"].get<std::uint64_t>(), fewer);
    SEKISHO_CHECK(write_file_durable(file, json->dump(1, ' ', false, Json::error_handler_t::replace) + "\n", 0600));
  }
  return gone;
}

}  // namespace sekisho::store
