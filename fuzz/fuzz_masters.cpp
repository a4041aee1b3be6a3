// modules: masters
// Files of masters and master files of any bytes: unpacking, the rows of a series, the memory-mapped file.
#include <cstring>

#include "masters/apply.h"
#include "masters/lives.h"
#include "masters/master_file.h"
#include "masters/query.h"

using namespace sekisho;
using namespace sekisho::masters;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Layouts layouts = *Layouts::built_in();
  if (size < 1) return 0;
  static constexpr const char* kNames[] = {
      "y_ALL20240401.csv", "c_20240401.csv",    "b_20240101.txt",        "price_20240401",    "inst_202409.csv",
      "y_202207.min.csv",  "MEDIS20240401.txt", "dpc_hospital_2020.csv", "tp20240401-01.xls", "bureau_13_20250401",
      "nmain512.txt",      "masters.csv",       "list-20240401.txt",     "hb_20240601.txt"};
  // The workbook readers on their own: behind open_source they need the right first bytes.
  const ByteView rest(data + 1, size - 1);
  for (const auto& csv : {xls_to_csv(rest, "x", 1 << 20), xlsx_to_csv(rest, "x", 1 << 20)})
    if (csv && csv->size() > (1 << 20)) __builtin_trap();
  const std::string name = kNames[data[0] % std::size(kNames)];
  BuildState state;
  (void)open_source(name, Bytes(data + 1, data + size), {.file = 1 << 20, .entries = 100}, [&](Source source) {
    source.name = name;
    if (auto edition = identify(layouts, std::move(source), state)) apply(layouts, *edition, state);
    return Result<void>{};
  });
  for (std::size_t i = 0; i < kKinds; ++i)
    settle_lives(static_cast<Kind>(i), state);
  find_links(layouts, state);
  for (const FileInfo& file : state.files)
    if (file.rows != file.applied + file.unchanged + file.quarantined) __builtin_trap();
  std::vector<std::uint64_t> aligned((size + 7) / 8);
  std::memcpy(aligned.data(), data, size);
  if (const auto file = MasterFile::from_memory({reinterpret_cast<const std::uint8_t*>(aligned.data()), size})) {
    for (std::size_t i = 0; i < kKinds; ++i)
      for (const CodeRecord& record : file->codes(static_cast<Kind>(i))) {
        const std::string_view code = file->view(record).code();
        (void)history_json(*file, static_cast<Kind>(i), code);
        for (const std::int32_t day : {0, 19'000, 70'000})
          if (const auto found = file->find(static_cast<Kind>(i), code, Date{day});
              found && found->version != nullptr) {
            const volatile std::uint32_t last = found->version->line;  // its end lies within the file, too
            (void)last;
          }
      }
  }
  return 0;
}
