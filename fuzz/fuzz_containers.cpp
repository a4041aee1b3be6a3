// Archives, office documents, PDF, images, markup and notebooks of anyone, taken apart by the scan of files.
// modules: disclosure outgoing
#include <cstdint>

#include "core/bytes.h"
#include "outgoing/containers.h"

using namespace sekisho;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view content = as_text({data, size});
  const char* const name = size % 3 == 0 ? "a.ipynb" : size % 3 == 1 ? "a.html" : "a.bin";
  outgoing::Opened opened;
  outgoing::open_container(outgoing::type_of(content, name), content, 0, opened);
  for (const outgoing::InnerText& inner : opened.texts)
    (void)outgoing::scan_text(inner.text, inner.name);
  return 0;
}
