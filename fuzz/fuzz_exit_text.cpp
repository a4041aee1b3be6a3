// Texts of anyone on their way out: tables, programs, JSON, encoded runs.
// modules: disclosure outgoing
#include <array>
#include <cstdint>

#include "core/bytes.h"
#include "outgoing/scan.h"

using namespace sekisho;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::array kNames = {"a.csv", "a.txt", "a.json", "a.py", "a.tsv", "a.log", "a.tex", "a.xml", "a.yaml"};
  if (size == 0 || size > 20'000) return 0;
  const std::string_view content = as_text({data + 1, size - 1});
  (void)outgoing::scan_text(content, kNames[data[0] % kNames.size()]);
  return 0;
}
