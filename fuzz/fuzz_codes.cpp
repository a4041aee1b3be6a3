// modules: codes
// Names, units, input, dictionaries and code tables of any bytes: no crash, and confidences stay probabilities.
#include "codes/dictionary.h"
#include "codes/item.h"
#include "codes/review_text.h"
#include "codes/run.h"
#include "codes/suggest.h"
#include "codes/table.h"
#include "codes/unit.h"

using namespace sekisho;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  static const codes::Dictionary dictionary = codes::Dictionary::built_in();
  static const codes::Suggester suggester(dictionary);
  switch (data[0] % 6) {
    case 0: {
      codes::LocalItem item;
      item.name = text;
      item.unit = text.substr(0, 12);
      item.specimen = text.substr(0, 8);
      item.values = {1, 2, 3, 4};
      const auto suggestions = suggester.suggest({&item, 1}, {.threads = 1});
      for (const auto& suggestion : suggestions.front())
        if (!(suggestion.confidence >= 0 && suggestion.confidence <= 1)) __builtin_trap();
      (void)codes::parse_drug_name(text);
      break;
    }
    case 1:
      (void)codes::read_items_text(text, "fuzz");
      break;
    case 2:
      for (const char* name : {"y_ALL20240101.csv", "b_20240101.txt", "price_20240101.csv", "y_diffs.tar", "d.csv"}) {
        codes::DictionaryLoader loader;
        (void)loader.take_text(name, text);
        (void)loader.finish();
      }
      break;
    case 3:
      (void)codes::read_mappings(text, "fuzz");
      (void)codes::read_decisions(text, "fuzz");
      break;
    case 4:
      if (const auto mappings = codes::read_mappings(text, "fuzz")) {
        (void)codes::review_text(*mappings, *mappings, (size & 1) != 0, 100, 3);
        // A sheet holds what the mappings hold: it is read back without an error.
        if (!codes::read_decisions(codes::review_sheet(*mappings, *mappings, false, 3), "sheet")) __builtin_trap();
      }
      (void)codes::latin_to_kana(codes::fold(text));
      (void)codes::evidence_japanese(text);
      if (const int day = codes::day_number(text); day != 0 && (day < 101 || day > 99991231)) __builtin_trap();
      break;
    default:
      (void)codes::unit_factor(text, text.substr(text.size() / 2));
      (void)codes::parse_lab_unit(text);
  }
  return 0;
}
