// modules: linkage
// Fields of any bytes: never a crash, dates stay dates, and specs are refused with a place.
#include "linkage/fields.h"
#include "linkage/model_spec.h"
#include "linkage/similarity.h"

using namespace sekisho;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const char* name : {"name", "text", "date", "sex", "digits", "code", "email", "kanji", "kana", "insurer",
                           "insurance", "jp_address"}) {
    const std::string form = linkage::normalise(*linkage::field_type(name), text, linkage::DateOrder::kMonthFirst);
    if (std::string_view(name) == "date" && !form.empty() && form.size() != 8) __builtin_trap();
  }
  linkage::name_part(text, linkage::NamePart::kLast, size % 2 == 0);
  const std::string_view a = text.substr(0, size / 2), b = text.substr(size / 2);
  const double similarity = linkage::jaro_winkler(a, b);
  if (!(similarity >= 0 && similarity <= 1 + 1e-9)) __builtin_trap();
  if (linkage::edit_distance(a, b, 2) != linkage::edit_distance(b, a, 2)) __builtin_trap();
  linkage::soundex(text);
  (void)linkage::ModelSpec::parse(text, "spec");
  return 0;
}
