// modules: transport
// A whole package file: outer archive, manifest, and the documents that come with it. The file lives in memory (memfd).
#include <sys/mman.h>
#include <unistd.h>

#include "core/file.h"
#include "transport/package.h"
#include "transport/receipt.h"

using namespace sekisho;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  if (const auto manifest = transport::Manifest::parse(input); manifest && manifest->to_json_bytes() != as_text(input))
    __builtin_trap();
  if (const auto receipt = transport::Receipt::parse(input); receipt && receipt->to_json_bytes() != as_text(input))
    __builtin_trap();
  const FileDescriptor fd(::memfd_create("package", MFD_CLOEXEC));
  if (!fd || !write_all(fd.get(), input)) return 0;
  const auto package = transport::open_package("/proc/self/fd/" + std::to_string(fd.get()));
  if (package)
    for (std::size_t i = 0; i < package->parts.size(); ++i)
      (void)transport::read_part(*package, i);
  return 0;
}
