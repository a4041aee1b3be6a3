#include "core/ids.h"

#include <fmt/format.h>

namespace sekisho {

bool is_valid_id(const std::string& text) {
  if (text.empty() || text.size() > 32) return false;
  for (char c : text)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-')) return false;
  return true;
}

std::string PackageId::text() const {
  return fmt::format("{}/{}", body.text, within_body());
}

std::string PackageId::within_body() const {
  return fmt::format("{}/{}/{}", hospital.text, epoch, sequence);
}

std::string PackageId::file_name() const {
  return fmt::format("{}_{}_{}_{:06}.skp", body.text, hospital.text, epoch, sequence);
}

}  // namespace sekisho
