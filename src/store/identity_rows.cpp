#include "store/identity_rows.h"

#include <algorithm>
#include <map>

#include "store/identity_record.h"
#include "store/local_store.h"

namespace sekisho::store {

Result<void> each_identity(Store& store,
                           const std::function<void(const std::string& reg, const records::IdentityRecord&)>& visit) {
  auto* const local = dynamic_cast<LocalStore*>(&store);
  if (local == nullptr) return fail("store.identity", "this store keeps no identity records");
  // Withdrawn registrations have no keys for linkage, and no part in it.
  std::set<std::string> taking_part;
  SEKISHO_CHECK(store.each_registration([&](const RegistrationRow& row) { taking_part.insert(row.reg); }));
  std::map<std::pair<std::string, std::string>, records::IdentityRecord> versions;  // by registration and content
  SEKISHO_TRY(const auto files, local->catalogue().sealed());
  for (const SealedRow& file : files) {
    if (file.kind != "identity") continue;
    SEKISHO_CHECK(read_sealed(local->folder().sealed_file(file.kind, file.hash), file.kind,
                              local->sealing_key(file.kind), [&](std::string_view bytes) -> Result<void> {
                                SEKISHO_TRY(StoredIdentity row, decode_identity(bytes));
                                if (!taking_part.contains(row.reg)) return {};
                                std::pair<std::string, std::string> key{row.reg, identity_content(row.record)};
                                const auto [at, fresh] = versions.try_emplace(std::move(key), row.record);
                                if (!fresh && row.record.recorded.micros < at->second.recorded.micros)
                                  at->second = std::move(row.record);
                                return {};
                              }));
  }
  std::vector<std::pair<const std::string*, const records::IdentityRecord*>> order;
  for (const auto& [key, record] : versions)
    order.emplace_back(&key.first, &record);
  std::ranges::stable_sort(order, [](const auto& a, const auto& b) {
    return std::tuple(std::string_view(*a.first), a.second->recorded.micros) <
           std::tuple(std::string_view(*b.first), b.second->recorded.micros);
  });
  for (const auto& [reg, record] : order)
    visit(*reg, *record);
  return {};
}

}  // namespace sekisho::store
