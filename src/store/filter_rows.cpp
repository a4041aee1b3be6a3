#include "store/filter_rows.h"

#include "store/local_load.h"

namespace sekisho::store {

Result<void> keep_filter(Load& load, std::string_view patient_number, std::string_view scheme, ByteView bits) {
  if (auto* const local = dynamic_cast<LocalLoad*>(&load)) return local->keep_filter(patient_number, scheme, bits);
  return fail("store.folder", "this store keeps no identities in a folder");
}

Result<void> each_filter(Store& store, const std::function<Result<void>(const StoredFilter&)>& visit) {
  SEKISHO_TRY(LocalStore * at, in_folder(store));
  SEKISHO_TRY(const std::set<std::string> gone, at->withdrawn_registrations());
  SEKISHO_TRY(const auto files, at->catalogue().sealed());
  for (const SealedRow& file : files) {
    if (file.kind != "filters") continue;
    SEKISHO_CHECK(read_sealed(at->folder().sealed_file(file.kind, file.hash), file.kind, at->sealing_key(file.kind),
                              [&](std::string_view bytes) -> Result<void> {
                                FieldReader fields(bytes);
                                const std::string_view reg = fields.text(), scheme = fields.text(),
                                                       bits = fields.text();
                                if (!fields.at_end())
                                  return fail("store.sealed_malformed", "a filter is not one record");
                                if (gone.contains(std::string(reg))) return {};
                                return visit({reg, file.hospital, scheme, as_bytes(bits)});
                              }));
  }
  return {};
}

}  // namespace sekisho::store
