// modules: store
// Records inside sealed files: whatever the bytes, an error and never a crash; what decodes encodes back to itself.
#include <cstdint>
#include <cstdlib>

#include "store/identity_record.h"

using namespace sekisho;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto visit = [](std::string_view record) -> Result<void> {
    if (const auto row = store::decode_item(record);
        row && store::encode(*row) != record && store::encode(*row).size() != record.size())
      std::abort();
    (void)store::decode_identity(record);
    (void)store::decode_keys(record);
    return {};
  };
  (void)visit(bytes);
  (void)store::split_records(bytes, visit);
  return 0;
}
