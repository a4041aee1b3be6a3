#include "disclosure/verdict.h"

namespace sekisho::disclosure {

std::string_view name(Verdict verdict) {
  constexpr std::string_view kNames[] = {"PASS", "REVIEW", "FAIL"};
  return kNames[static_cast<std::size_t>(verdict)];
}

Json to_json(const VerdictItem& item) {
  return Json{{"rule", item.rule},           {"verdict", name(item.verdict)}, {"place", item.place},
              {"reason_en", item.reason_en}, {"reason_ja", item.reason_ja},   {"remedy", item.remedy_en},
              {"remedy_ja", item.remedy_ja}};
}

Json to_json(std::span<const VerdictItem> items) {
  Json list = Json::array();
  for (const VerdictItem& item : items)
    list.push_back(to_json(item));
  return list;
}

}  // namespace sekisho::disclosure
