// modules: formats
// Index databases and transaction files: whatever the bytes are, the source ends, its paths can be read, and the reader
// of transactions keeps its account.
#include "formats/reader.h"
#include "formats/ssmix2_path.h"
#include "formats/storage_source.h"

using namespace sekisho;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  const auto take = [&](const formats::StorageEntry& entry) -> Result<void> {
    if (entry.path.empty() == entry.reason.empty()) __builtin_trap();
    (void)formats::version_hash(entry.path);
    return {};
  };
  (void)formats::make_index_source(as_text(bytes))->entries(take);
  (void)formats::make_transaction_source(bytes)->entries(take);
  records::RecordSet set;
  const auto reader = formats::make_ssmix2_reader(set, {});
  reader->begin({.path = "2024/TR_20240401000000000_00001.DAT"});
  (void)reader->feed(bytes);
  if (!reader->finish()) __builtin_trap();
  const records::Counts& c = set.counts;
  if (c.records != c.loaded + c.superseded + c.quarantined) __builtin_trap();
  return 0;
}
