#include "core/text.h"

namespace sekisho {

std::string_view name(Charset charset) {
  constexpr std::string_view kNames[] = {"ASCII", "UTF-8", "ISO-2022-JP", "CP932", "EUC-JP"};
  return kNames[static_cast<int>(charset)];
}

}  // namespace sekisho
