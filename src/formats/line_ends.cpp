#include "formats/line_ends.h"

#include <cstddef>

#include "formats/receipt_scan.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace sekisho::formats {
namespace {

// Whether a CR is followed by anything but LF. `text` does not end in CR.
bool has_lone_return(std::string_view text) {
  const char* const p = text.data();
  std::size_t i = 0;
#if defined(__SSE2__)
  const __m128i returns = _mm_set1_epi8('\r'), feeds = _mm_set1_epi8('\n');
  for (; i + 17 <= text.size(); i += 16) {
    const __m128i here = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + i));
    const __m128i next = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + i + 1));
    const __m128i lone = _mm_andnot_si128(_mm_cmpeq_epi8(next, feeds), _mm_cmpeq_epi8(here, returns));
    if (_mm_movemask_epi8(lone) != 0) return true;
  }
#endif
  for (; i + 1 < text.size(); ++i)
    if (p[i] == '\r' && p[i + 1] != '\n') return true;
  return false;
}

}  // namespace

void LineEnds::append(std::string& buffer, std::string_view piece) {
  if (piece.empty()) return;
  if (open_) {
    open_ = false;
    const char next = piece.front();
    const bool ends = receipt::begins_line(next);
    alone_ = alone_ || ends || next == '\r';
    if (next != '\r') buffer += ends ? '\n' : '\r';
  }
  if (piece.back() == '\r') {
    open_ = true;
    piece.remove_suffix(1);
  }
  has_lone_return(piece) || (open_ && piece.ends_with('\r')) ? append_mended(buffer, piece)
                                                             : static_cast<void>(buffer.append(piece));
}

void LineEnds::append_mended(std::string& buffer, std::string_view piece) {
  for (std::size_t i = 0; i < piece.size(); ++i) {
    if (piece[i] != '\r') {
      buffer += piece[i];
      continue;
    }
    const char next = i + 1 < piece.size() ? piece[i + 1] : '\r';  // the one that waits
    if (next == '\r') {                                            // CR CR LF, or an empty line
      alone_ = true;
      continue;
    }
    const bool ends = next != '\n' && receipt::begins_line(next);
    alone_ = alone_ || ends;
    buffer += ends ? '\n' : '\r';
  }
}

void LineEnds::finish(std::string& buffer) {
  if (open_) buffer += alone_ ? '\n' : '\r';
  open_ = false;
}

}  // namespace sekisho::formats
