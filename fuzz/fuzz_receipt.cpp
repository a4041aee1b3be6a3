// modules: formats
// Receipts from arbitrary bytes, cut at an arbitrary place: no crash, every record is accounted for, and where a piece
// ends (within a line end, a character of UTF-16 or a claim) changes nothing.
#include <cstdlib>

#include "formats/reader.h"

using namespace sekisho;

namespace {

records::Counts read(ByteView bytes, std::size_t cut) {
  records::RecordSet set;
  const auto reader = formats::make_receipt_reader(set, {});
  reader->begin({.path = "RECEIPTC.UKE"});
  if (!reader->feed(bytes.first(cut)) || !reader->feed(bytes.subspan(cut)) || !reader->finish()) std::abort();
  if (set.counts.records != set.counts.loaded + set.counts.superseded + set.counts.quarantined) std::abort();
  for (records::Batch& batch : set.batches())
    batch.pad();
  return set.counts;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto whole = read({data, size}, 0), cut = read({data, size}, size > 0 ? data[0] % size : 0);
  if (whole.records != cut.records || whole.loaded != cut.loaded || whole.quarantined != cut.quarantined) std::abort();
  return 0;
}
