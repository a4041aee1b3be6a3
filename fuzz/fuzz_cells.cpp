// modules: core disclosure outgoing
// Cells, relations and a pattern of a table, divided by NUL bytes; and the scan of the whole as a file.
#include "disclosure/audit.h"
#include "disclosure/table.h"
#include "outgoing/scan.h"

using namespace sekisho;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text({data, size});
  (void)outgoing::scan_text(text, size % 2 == 0 ? "a.csv" : "a.txt");
  const std::size_t first = text.find('\0');
  if (first == std::string_view::npos) return 0;
  const std::size_t second = std::min(text.find('\0', first + 1), text.size());
  auto table = disclosure::parse_cells(text.substr(0, first));
  if (!table) return 0;
  if (!disclosure::parse_relations(*table, text.substr(first + 1, second - first - 1))) return 0;
  if (!disclosure::check_table(*table)) return 0;
  disclosure::mark_primary(*table, {});
  disclosure::require_needs(*table, {});
  const auto pattern = disclosure::parse_pattern(*table, text.substr(std::min(second + 1, text.size())));
  if (!pattern) return 0;
  (void)disclosure::public_csv(*table, *pattern);
  if (table->cells.size() <= 50) (void)disclosure::audit(*table, *pattern);
  return 0;
}
