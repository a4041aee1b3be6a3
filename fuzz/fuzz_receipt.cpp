// modules: formats
// Receipts from arbitrary bytes, cut at an arbitrary place: no crash, and every record is accounted for.
#include <cstdlib>

#include "formats/reader.h"

using namespace sekisho;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  records::RecordSet set;
  const auto reader = formats::make_receipt_reader(set, {});
  const std::size_t cut = size > 0 ? data[0] % size : 0;
  reader->begin({.path = "RECEIPTC.UKE"});
  if (!reader->feed({data, cut}) || !reader->feed({data + cut, size - cut}) || !reader->finish()) std::abort();
  if (set.counts.records != set.counts.loaded + set.counts.superseded + set.counts.quarantined) std::abort();
  for (records::Batch& batch : set.batches())
    batch.pad();
  return 0;
}
