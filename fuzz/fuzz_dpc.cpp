// modules: formats
// DPC survey files from arbitrary bytes under the names of every kind: no crash, and every row is accounted for.
#include <array>
#include <cstdlib>

#include "formats/reader.h"

using namespace sekisho;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::array<std::string_view, 11> kNames = {"FF1_1_2404.txt", "FF3_1.txt", "FF4_1.txt", "En_1_2404.txt",
                                                       "Fn_1_2404.txt",  "EFn_1.txt", "EFg_1.txt", "Dn_1_2404.txt",
                                                       "Hn_1_2404.txt",  "Kn_1.txt",  "unnamed"};
  if (size == 0) return 0;
  records::RecordSet set;
  const auto reader = formats::make_dpc_reader(set, {});
  reader->begin({.path = kNames[data[0] % kNames.size()]});
  ++data, --size;
  const std::size_t cut = size / 2;
  if (!reader->feed({data, cut}) || !reader->feed({data + cut, size - cut}) || !reader->finish()) std::abort();
  if (set.counts.records != set.counts.loaded + set.counts.superseded + set.counts.quarantined) std::abort();
  for (records::Batch& batch : set.batches())
    batch.pad();
  return 0;
}
