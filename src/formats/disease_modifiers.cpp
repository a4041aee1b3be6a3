#include "formats/disease_modifiers.h"

#include <algorithm>
#include <vector>

namespace sekisho::formats {
namespace {

struct Modifier {
  std::string_view number, exchange, receipt;
};
constexpr Modifier kModifiers[] = {
#include "formats/tables/modifiers.inc"
};
static_assert(std::ranges::is_sorted(kModifiers, {}, &Modifier::number));

std::vector<Modifier> sorted_by_exchange() {
  std::vector<Modifier> out(std::begin(kModifiers), std::end(kModifiers));
  std::ranges::sort(out, {}, &Modifier::exchange);
  return out;
}

template <typename Table>
std::string_view find(const Table& table, std::string_view Modifier::* key, std::string_view code) {
  const auto found = std::ranges::lower_bound(table, code, {}, key);
  return found != std::end(table) && (*found).*key == code ? found->receipt : code;
}

}  // namespace

std::string_view receipt_modifier(std::string_view code) {
  static const std::vector<Modifier> kByExchange = sorted_by_exchange();
  if (code.size() == 8) return find(kModifiers, &Modifier::number, code);
  return code.size() == 4 ? find(kByExchange, &Modifier::exchange, code) : code;
}

}  // namespace sekisho::formats
