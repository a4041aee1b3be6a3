// modules: transport
// The inside of a part: frame, padding, archive, part.json, index. The commitment is made to fit, so that the fuzzer
// gets past it; an input that begins with the frame's magic number is taken as it is, any other as the archive itself.
#include <zstd.h>

#include <cstring>

#include "transport/part_format.h"

using namespace sekisho;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  transport::Manifest manifest;
  manifest.id = {BodyId{"body"}, HospitalId{"H01"}, 1, 5};
  manifest.parts.resize(4);
  const std::uint8_t magic[] = {0x28, 0xb5, 0x2f, 0xfd};
  if (size >= 4 && std::memcmp(data, magic, 4) == 0) {
    (void)transport::open_part(input, manifest, 1);
    return 0;
  }
  if (size > (1 << 20)) return 0;
  // part.json as the first member, written by the fuzzer too; its nonce decides the commitment.
  if (size >= 1024) {
    const auto head = transport::parse_part_head(
        input.subspan(512, std::min<std::size_t>(strnlen(reinterpret_cast<const char*>(data) + 512, 512), 512)));
    if (head) manifest.parts[1].commitment = transport::commitment_of(head->nonce, input);
  }
  Bytes frame(ZSTD_compressBound(size));
  frame.resize(ZSTD_compress(frame.data(), frame.size(), data, size, 1));
  (void)transport::open_part(frame, manifest, 1);
  std::string_view text = as_text(input);
  transport::PartEntry entry;
  entry.ordinal = 1;
  (void)transport::parse_index_line(text, entry);
  return 0;
}
