#include "core/result.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace sekisho {

std::string Error::describe() const {
  std::string where = place.file;
  if (place.line >= 0) where += fmt::format("{}line {}", where.empty() ? "" : ", ", place.line);
  if (place.byte >= 0) where += fmt::format("{}byte {}", where.empty() ? "" : ", ", place.byte);
  if (!place.part.empty()) where += fmt::format("{}{}", where.empty() ? "" : ", ", place.part);
  std::string text = message;
  if (!where.empty()) text += " (" + where + ")";
  if (!remedy.empty()) text += ". " + remedy;
  return text + " [" + code + "]";
}

std::unexpected<Error> fail_errno(std::string code, std::string what, Place place) {
  const int number = errno;
  const bool full = number == ENOSPC || number == EDQUOT;
  return fail(full ? "disk.full" : std::move(code), what + ": " + std::strerror(number), std::move(place),
              full ? "Free space on this volume; work goes on by itself afterwards." : "");
}

}  // namespace sekisho
