// modules: core
// Decoders of all character sets: the fast and the plain version agree, the result is valid UTF-8 of bounded length,
// and what was decoded without loss can be encoded and comes back.
#include "core/text.h"

using namespace sekisho;

namespace {

std::string with_one_not_sign(std::string text) {
  constexpr std::string_view kFullWidth = "\xEF\xBF\xA2", kNarrow = "\xC2\xAC";
  for (auto at = text.find(kFullWidth); at != std::string::npos; at = text.find(kFullWidth, at))
    text.replace(at, kFullWidth.size(), kNarrow);
  return text;
}

}  // namespace

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
    // IBM's not sign is U+FFE2 and encodes to the one of JIS X 0208, which is U+00AC.
    if (charset == Charset::kCp932 && with_one_not_sign(back) != with_one_not_sign(fast)) __builtin_trap();
  }
  return 0;
}
