#include "store/identity_rows.h"

#include <algorithm>

#include "store/identity_record.h"
#include "store/local_store.h"

namespace sekisho::store {
Result<std::map<std::string, std::string>> identity_files(Store& store) {
  SEKISHO_TRY(LocalStore * at, in_folder(store));
  SEKISHO_TRY(const auto files, at->catalogue().sealed());
  std::map<std::string, std::string> out;
  for (const SealedRow& file : files)
    if (file.kind == "identity") out[file.hash] = file.hospital;
  return out;
}

Result<void> each_identity(Store& store,
                           const std::function<void(const std::string& reg, records::IdentityRecord&)>& visit,
                           const IdentityFilter& filter) {
  SEKISHO_TRY(LocalStore * at, in_folder(store));
  std::function<bool(const std::string&)> wanted = filter.registration;
  std::set<std::string> taking_part;
  if (!wanted) {
    SEKISHO_CHECK(store.each_registration([&](const RegistrationRow& row) { taking_part.insert(row.reg); }));
    wanted = [&](const std::string& reg) { return taking_part.contains(reg); };
  }
  std::map<std::pair<std::string, std::string>, records::IdentityRecord> versions;  // by registration and content
  SEKISHO_TRY(const auto files, identity_files(store));
  for (const auto& [hash, hospital] : files) {
    if (filter.files != nullptr && !filter.files->contains(hash)) continue;
    SEKISHO_CHECK(read_sealed(at->folder().sealed_file("identity", hash), "identity", at->sealing_key("identity"),
                              [&](std::string_view bytes) -> Result<void> {
                                SEKISHO_TRY(StoredIdentity row, decode_identity(bytes));
                                if (row.reg < filter.from || (!filter.until.empty() && row.reg >= filter.until))
                                  return {};
                                if (!wanted(row.reg)) return {};
                                std::pair<std::string, std::string> key{row.reg, identity_content(row.record)};
                                const auto [place, fresh] = versions.try_emplace(std::move(key), row.record);
                                if (!fresh && row.record.recorded.micros < place->second.recorded.micros)
                                  place->second = std::move(row.record);
                                return {};
                              }));
  }
  // What was handed over is let go: the visitor may keep it.
  std::vector<records::IdentityRecord> of_one;
  while (!versions.empty()) {
    const std::string reg = versions.begin()->first.first;
    of_one.clear();
    while (!versions.empty() && versions.begin()->first.first == reg) {
      of_one.push_back(std::move(versions.begin()->second));
      versions.erase(versions.begin());
    }
    std::ranges::stable_sort(of_one, {}, [](const records::IdentityRecord& one) { return one.recorded.micros; });
    for (records::IdentityRecord& record : of_one)
      visit(reg, record);
  }
  return {};
}

}  // namespace sekisho::store
