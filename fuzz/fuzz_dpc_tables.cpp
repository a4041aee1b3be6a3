// modules: formats
// DPC電子点数表 of any bytes under the names of its sheets, with commas and tabs: no crash; what was read is found
// again on its days, and only there.
#include <array>
#include <cstdlib>

#include "formats/dpc_tables.h"

using namespace sekisho;
using namespace sekisho::formats::dpc;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::array<std::string_view, 4> kSheets = {kGroupSheet, kClassSheet, kCategorySheet, "表紙"};
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  GroupTables tables;
  // Two files, so that editions meet: the groups in both, the chosen sheet in the second.
  for (int file = 0; file < 2; ++file) {
    tables.begin_file(file == 0 ? "a" : "b");
    if (file == 1) (void)tables.add_sheet(kSheets[data[0] & 3], text, (data[0] & 4) != 0 ? '\t' : ',');
    (void)tables.add_sheet(kGroupSheet, text, (data[0] & 4) != 0 ? '\t' : ',');
  }
  if (!tables.finish()) return 0;
  for (const Group& group : tables.groups()) {
    if (group.code.size() != 14 || group.to < group.from) std::abort();
    if (tables.all(group.code).empty()) std::abort();
    for (const Date day : {group.from, group.to})
      if (const Group* found = tables.find(group.code, day);
          found && (found->code != group.code || day < found->from || found->to < day))
        std::abort();
    (void)tables.class_name(std::string_view(group.code).substr(0, 6), group.from);
  }
  return 0;
}
