// modules: linkage
// Files of filters and lists of columns: any bytes are refused or read whole.
#include "linkage/filter_file.h"

using namespace sekisho;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (void)linkage::FilterFile::parse({data, size}, "f");
  // With a digest that fits, the counts inside are what is tried.
  Bytes framed(data, data + size);
  const crypto::Digest digest = crypto::sha256(framed);
  framed.insert(framed.end(), digest.begin(), digest.end());
  const auto file = linkage::FilterFile::parse(framed, "f");
  if (file && file->ids.size() != file->filters.size()) __builtin_trap();
  (void)linkage::FilterColumns::parse({reinterpret_cast<const char*>(data), size});
  return 0;
}
