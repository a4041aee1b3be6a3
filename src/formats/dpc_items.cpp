#include "formats/dpc_items.h"

#include <algorithm>

namespace sekisho::formats::dpc {
namespace {

constexpr ItemSpec kItems[] = {
#include "formats/tables/ff1_items.inc"
};
constexpr PayloadSpec kPayloads[] = {
#include "formats/tables/ff1_payloads.inc"
};
static_assert(std::ranges::is_sorted(kItems, {}, &ItemSpec::code));
static_assert(std::ranges::is_sorted(kPayloads, {}, &PayloadSpec::code));

}  // namespace

const ItemSpec* item_spec(std::string_view code) {
  const auto* found = std::ranges::lower_bound(kItems, code, {}, &ItemSpec::code);
  return found == std::end(kItems) || found->code != code ? nullptr : found;
}

bool has_version(const ItemSpec& item, std::string_view version) {
  constexpr std::string_view kLongForm = "20140401";  // the first edition of this form
  return version >= kLongForm && version >= item.since && (item.until.empty() || version < item.until);
}

std::span<const PayloadSpec> payloads(std::string_view code) {
  const auto range = std::ranges::equal_range(kPayloads, code, {}, &PayloadSpec::code);
  return {range.begin(), range.end()};
}

bool is_finding(std::string_view code) {
  return !code.starts_with("A0000") && !code.starts_with("A0060") && !code.starts_with("A007");
}

}  // namespace sekisho::formats::dpc
