#include "core/crash_point.h"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>

namespace sekisho {
namespace {

struct Armed {
  std::string name;
  long passages = 1;
  Armed() {
    const char* value = std::getenv("SEKISHO_CRASH_AT");
    if (value == nullptr) return;
    const std::string_view text = value;
    const auto colon = text.rfind(':');
    name = text.substr(0, colon);
    if (colon != std::string_view::npos) passages = std::strtol(value + colon + 1, nullptr, 10);
  }
};

}  // namespace

void crash_point(const char* name) {
  static const Armed armed;
  if (armed.name.empty() || armed.name != name) return;
  static std::atomic<long> passed = 0;
  if (++passed >= armed.passages) std::raise(SIGKILL);
}

}  // namespace sekisho
