#include <fmt/format.h>

#include "core/csv.h"
#include "masters/versions.h"

namespace sekisho::masters {

Result<void> apply_supplement(const Layouts& layouts, std::string_view csv, BuildState& state) {
  SEKISHO_TRY(const CsvTable table, read_csv(csv, ',', "supplement.csv"));
  if (table.header.size() != 5)
    return fail("masters.layout", "supplement.csv needs kind, code, attribute, value, source",
                {.file = "supplement.csv"});
  const auto file = static_cast<std::uint32_t>(state.files.size());
  FileInfo info;
  info.name = "supplement.csv";
  info.series = "supplement";
  info.mode = FileInfo::Mode::kManual;
  state.files.push_back(info);
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const auto& row = table.rows[i];
    const auto kind = kind_of(row[0]);
    const auto bad = [&](std::string what) {
      return fail("masters.layout", std::move(what), {.file = "supplement.csv", .line = table.lines[i]});
    };
    if (!kind || !is_valid_code(*kind, row[1])) return bad("not a code: " + row[0] + " " + row[1]);
    KindState& kinds = state.kinds[static_cast<std::size_t>(*kind)];
    const std::string &attribute = row[2], &value = row[3];
    if (attribute == "successor") {
      kinds.links[row[1]].push_back(
          {value, *kind, "manual", kNoDay, {file, static_cast<std::uint32_t>(table.lines[i])}});
      continue;
    }
    RowInput input;
    input.mode = FileInfo::Mode::kManual;
    input.published = info.edition;
    input.evidence = {file, static_cast<std::uint32_t>(table.lines[i])};
    const std::size_t attributes = layouts.attributes(*kind).size();
    input.values.assign(attributes, 0);
    input.present.assign(attributes, false);
    CodeState& code = kinds.codes[row[1]];
    if (attribute == "listed" || attribute == "abolished") {
      // A listing alone must not make a version: published content says what was valid when.
      const auto day = parse_master_day(value);
      if (!day) return bad("not a day: " + value);
      (attribute == "listed" ? code.listed : code.end) = {day->days, input.published, input.evidence};
    } else {
      const int index = layouts.attribute(*kind, attribute);
      if (index < 0) return bad("no attribute " + attribute);
      input.values[static_cast<std::size_t>(index)] = state.texts.id(value);
      input.present[static_cast<std::size_t>(index)] = true;
      apply_row(code, input);
    }
    ++state.files[file].rows;
    ++state.files[file].applied;
  }
  return {};
}

}  // namespace sekisho::masters
