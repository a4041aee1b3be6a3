// modules: formats
// The opt-out filter on arbitrary bytes: an error or a file in which a second pass finds nothing more to leave out.
#include <cstdlib>

#include "formats/reader.h"

using namespace sekisho;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto family = data[0] % 2 ? formats::Family::kReceipt : formats::Family::kDpc;
  const std::string_view path = family == formats::Family::kReceipt ? "RECEIPTC.UKE" : "EFn_1_2404.txt";
  const ByteView bytes{data + 1, size - 1};
  const formats::IsOptedOut odd = [](std::string_view number) { return !number.empty() && number.back() % 2 != 0; };
  const auto once = formats::filter_opted_out(family, path, bytes, odd);
  if (!once || !once->changed) return 0;
  if (once->content.size() >= bytes.size() || once->records_removed == 0) std::abort();
  const auto twice = formats::filter_opted_out(family, path, once->content, odd);
  if (twice && twice->changed) std::abort();
  return 0;
}
