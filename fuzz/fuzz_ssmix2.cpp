// modules: formats
// One SS-MIX2 file: the first line is its path, the rest its bytes. Whatever they are, the reader ends, keeps its
// account and shows nothing active of what is not current.
#include <algorithm>

#include "formats/reader.h"
#include "formats/ssmix2_path.h"

using namespace sekisho;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto line = std::min(input.find('\n'), input.size());
  const std::string_view path = input.substr(0, line), content = input.substr(std::min(line + 1, input.size()));
  records::RecordSet set;
  const auto reader = formats::make_ssmix2_reader(set, {});
  // The same content under a name that is in order, so that it is looked into.
  constexpr std::string_view kGood =
      "900/100/9001000010/20240401/OML-11/9001000010_20240401_OML-11_1_20240401150000000_01_";
  for (const std::string& each : {std::string(path), std::string(kGood) + "1", std::string(kGood) + "0"}) {
    reader->begin({.path = each});
    const std::size_t half = content.size() / 2;
    (void)reader->feed(as_bytes(content.substr(0, half)));
    (void)reader->feed(as_bytes(content.substr(half)));
    if (!reader->finish()) __builtin_trap();
    const bool current = formats::parse_ssmix2_path(each).flag == '1';
    const records::Counts& c = set.counts;
    if (c.records != c.loaded + c.superseded + c.quarantined) __builtin_trap();
    for (records::Batch& batch : set.batches()) {
      batch.pad();
      for (std::size_t row = 0; row < batch.rows(); ++row)
        if (!current && batch.column(records::common::kState).text(row) == "active") __builtin_trap();
    }
    set.clear();
  }
  (void)formats::check_patient_names({std::string(path), std::string(kGood) + "1"});
  return 0;
}
