// A CSV of one's own read with its standard codes: row by row, by the day of the row.
#include <fmt/format.h>

#include <map>

#include "codes/apply.h"
#include "codes/item.h"
#include "core/csv.h"
#include "core/file.h"
#include "core/utf16.h"

namespace sekisho::codes {
namespace {

enum Column : std::size_t { kCodeColumn, kSystemColumn, kDayColumn, kHospitalColumn, kKindOfRow, kStdCode, kStdSystem };
struct ColumnNames {
  Column column;
  std::string_view names;  // the first that the header holds
};
constexpr ColumnNames kNames[] = {
    {kCodeColumn, "local_code|loc_code|code|院内コード"},
    {kSystemColumn, "local_system|loc_sys"},
    {kDayColumn, "t|day|date|日付|実施日|検査日|処方日"},
    {kHospitalColumn, "hospital|病院"},
    {kKindOfRow, "kind|区分"},
    {kStdCode, "std_code|標準コード"},
    {kStdSystem, "std_sys|std_system"},
};
constexpr std::string_view kAdded[] = {"std_code", "std_sys", "source_std_code", "source_std_sys", "mapping_status"};

int find_column(std::span<const std::string_view> header, std::string_view names) {
  while (!names.empty()) {
    const std::size_t end = std::min(names.find('|'), names.size());
    for (std::size_t i = 0; i < header.size(); ++i)
      if (header[i] == names.substr(0, end)) return static_cast<int>(i);
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return -1;
}

class CsvApplier {
 public:
  CsvApplier(const CodeReader& reader, const ApplyCsvOptions& options) : reader_(reader), options_(options) {}

  Result<std::string> run(std::string_view text) {
    CsvReader csv(text, text.substr(0, text.find('\n')).find('\t') != std::string_view::npos ? '\t' : ',', file_);
    std::vector<std::string_view> fields;
    SEKISHO_TRY(const bool any, csv.next(fields));
    if (!any) return fail("codes.apply_csv", "is empty", {.file = file_});
    SEKISHO_CHECK(read_header(fields));
    for (;;) {
      SEKISHO_TRY(const bool more, csv.next(fields));
      if (!more) return std::move(out_);
      if (fields.size() != width_)
        return fail("codes.apply_csv", fmt::format("has {} fields instead of {}", fields.size(), width_),
                    {.file = file_, .line = csv.line()});
      SEKISHO_CHECK(take_row(fields, csv.line()));
    }
  }
  const ApplyReport::TableReport& report() const { return report_; }

 private:
  Result<void> read_header(std::span<const std::string_view> header) {
    width_ = header.size();
    place_.fill(-1);
    for (const ColumnNames& known : kNames)
      place_[known.column] = find_column(header, known.names);
    for (const auto& [column, name] :
         {std::pair{kCodeColumn, &options_.code_column}, {kDayColumn, &options_.day_column}})
      if (!name->empty()) place_[column] = find_column(header, *name);
    if (place_[kCodeColumn] < 0 || place_[kDayColumn] < 0)
      return fail("codes.apply_csv", fmt::format("has no column of the {}", place_[kCodeColumn] < 0 ? "code" : "day"),
                  {.file = file_, .line = 1}, "--code-column NAME, --day-column NAME");
    if (place_[kKindOfRow] < 0 && !options_.kind)
      return fail("codes.apply_csv", "does not say of which kind its codes are", {.file = file_, .line = 1},
                  "--kind drug, lab, disease, procedure or material; or a column kind");
    if (place_[kSystemColumn] < 0 && options_.local_system.empty()) SEKISHO_CHECK(learn_systems());
    // The source's own code keeps its values under another name.
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < header.size(); ++i)
      if (!is_standard(i)) names.push_back(header[i]);
    names.insert(names.end(), std::begin(kAdded), std::end(kAdded));
    append_csv(out_, names);
    return {};
  }

  bool is_standard(std::size_t column) const {
    return static_cast<int>(column) == place_[kStdCode] || static_cast<int>(column) == place_[kStdSystem];
  }

  // Without a column of the local system a code must have one system only.
  Result<void> learn_systems() {
    for (const Mapping& m : reader_.used()) {
      const auto key = std::tuple(m.hospital, static_cast<int>(m.kind), m.local_code);
      const auto [at, fresh] = systems_.try_emplace(key, m.local_system);
      if (!fresh && at->second != m.local_system)
        return fail("codes.apply_csv", fmt::format("local code {} stands in several local systems", m.local_code),
                    {.file = file_}, "--local-system LABEL, or a column local_system");
    }
    return {};
  }

  Result<void> take_row(std::span<const std::string_view> fields, std::int64_t line) {
    const auto get = [&](Column c) {
      return place_[c] < 0 ? std::string_view() : fields[static_cast<std::size_t>(place_[c])];
    };
    Kind kind = options_.kind.value_or(Kind::kDrug);
    if (place_[kKindOfRow] >= 0 && !parse_kind(get(kKindOfRow), kind))
      return fail("codes.apply_csv", "unknown kind", {.file = file_, .line = line, .part = "kind"});
    const std::string_view code = get(kCodeColumn);
    const std::string hospital(place_[kHospitalColumn] >= 0 ? get(kHospitalColumn) : options_.hospital);
    const Mapping* mapping = nullptr;
    ++report_.rows;
    if (!code.empty()) {
      ++report_.local;
      const int day = day_number(get(kDayColumn));
      if (day == 0) ++report_.undated;
      std::string system(place_[kSystemColumn] >= 0 ? get(kSystemColumn) : options_.local_system);
      if (const auto at = systems_.find(std::tuple(hospital, static_cast<int>(kind), std::string(code)));
          at != systems_.end())
        system = at->second;
      mapping = reader_.find(hospital, kind, system, code, day);
    }
    if (!get(kStdCode).empty() && !options_.replace) {
      mapping = nullptr;
      ++report_.kept;
    }
    if (mapping != nullptr) ++report_.mapped;
    write_row(fields, get(kStdCode), get(kStdSystem), mapping);
    return {};
  }

  void write_row(std::span<const std::string_view> fields, std::string_view sent_code, std::string_view sent_system,
                 const Mapping* mapping) {
    row_.clear();
    for (std::size_t i = 0; i < fields.size(); ++i)
      if (!is_standard(i)) row_.push_back(fields[i]);
    row_.push_back(mapping != nullptr ? std::string_view(mapping->std_code) : sent_code);
    row_.push_back(mapping != nullptr ? std::string_view(mapping->std_system) : sent_system);
    row_.push_back(sent_code);
    row_.push_back(sent_system);
    row_.push_back(mapping != nullptr ? name(mapping->status) : std::string_view());
    append_csv(out_, row_);
  }

  const CodeReader& reader_;
  const ApplyCsvOptions& options_;
  const std::string file_ = options_.input.string();
  std::array<int, 7> place_{};
  std::size_t width_ = 0;
  std::map<std::tuple<std::string, int, std::string>, std::string> systems_;
  std::vector<std::string_view> row_;
  std::string out_;
  ApplyReport::TableReport report_{.table = options_.input.stem().string()};
};

}  // namespace

Result<ApplyReport> apply_codes_csv(const CodeReader& reader, const ApplyCsvOptions& options) {
  std::error_code code;
  if (std::filesystem::equivalent(options.input, options.output, code))
    return fail("usage.output", "the output is the input", {.file = options.output.string()});
  SEKISHO_TRY(const std::string raw, read_text(options.input));
  CsvApplier applier(reader, options);
  SEKISHO_TRY(const std::string out, applier.run(text_in_utf8(as_bytes(raw))));
  SEKISHO_CHECK(write_file_durable(options.output, out, 0600));
  ApplyReport report;
  report.tables.push_back(applier.report());
  return report;
}

}  // namespace sekisho::codes
