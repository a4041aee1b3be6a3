// Tables that `inspect` leaves: one file per table of the model, and two of its own that only people reading their own
// files get: `identity` (names and numbers) and `text` (what rows refer to by text_ref). CSV and JSON lines are
// appended; Parquet is collected in pieces and joined at the end, so that memory stays bounded. All files have mode
// 0600.
#pragma once

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <filesystem>
#include <optional>

#include "columns/parquet.h"
#include "core/csv.h"
#include "core/file.h"
#include "core/json.h"
#include "records/record_set.h"

namespace sekisho::cli {

namespace inspect_tables {

using records::Batch;
using records::ColumnType;

inline const records::TableSpec& identity_spec() {
  static const records::TableSpec spec{
      "identity",
      "patients as documents wrote them: inspect only, never in the clinical store",
      {{"reg", ColumnType::kText, "patient number"},
       {"part", ColumnType::kInt32, "number of the file"},
       {"family_kanji", ColumnType::kText, "family name, or the whole name where it is not separated"},
       {"given_kanji", ColumnType::kText, "given name"},
       {"family_kana", ColumnType::kText, "family name in kana"},
       {"given_kana", ColumnType::kText, "given name in kana"},
       {"romaji", ColumnType::kText, "name in Latin letters"},
       {"birth", ColumnType::kDate, "birth date"},
       {"sex", ColumnType::kText, "M, F, O, U"},
       {"postcode", ColumnType::kText, "postal code"},
       {"address", ColumnType::kText, "address"},
       {"phone", ColumnType::kText, "telephone"},
       {"insurer", ColumnType::kText, "insurer number"},
       {"symbol", ColumnType::kText, "symbol of the insurance card"},
       {"number", ColumnType::kText, "number of the insurance card"},
       {"branch", ColumnType::kText, "branch number"},
       {"former_numbers", ColumnType::kText, "merged patient numbers, joined by a blank"},
       {"recorded", ColumnType::kTimestamp, "when the source says the data were valid"},
       {"died", ColumnType::kDate, "day of death"}}};
  return spec;
}

inline const records::TableSpec& text_spec() {
  static const records::TableSpec spec{
      "text",
      "free text, names of local codes and unknown parts: inspect only, in the centre they lie sealed in the vault",
      {{"text_ref", ColumnType::kInt64, "number that rows of other tables refer to"},
       {"reg", ColumnType::kText, "patient number"},
       {"part", ColumnType::kInt32, "number of the file"},
       {"sub", ColumnType::kInt32, "row within its file that it belongs to"},
       {"kind", ColumnType::kText, "name:SYSTEM, text:FIELD, field:FIELD, segment:ID, document:FORM"},
       {"content", ColumnType::kText, "the text itself"}}};
  return spec;
}

inline const records::TableSpec& file_spec() {
  static const records::TableSpec spec{"file",
                                       "files read: the numbers in column part of all tables",
                                       {{"part", ColumnType::kInt32, "number of the file"},
                                        {"path", ColumnType::kText, "path as given to inspect"},
                                        {"family", ColumnType::kText, "ssmix2, receipt, dpc, unknown"},
                                        {"size", ColumnType::kInt64, "bytes"}}};
  return spec;
}

inline std::vector<const records::TableSpec*> all_specs() {
  std::vector<const records::TableSpec*> specs;
  for (const records::TableSpec& spec : records::all_tables())
    specs.push_back(&spec);
  for (const auto* spec : {&identity_spec(), &text_spec(), &file_spec()})
    specs.push_back(spec);
  return specs;
}

inline void fill_identities(Batch& batch, const std::vector<records::IdentityRecord>& identities) {
  for (const records::IdentityRecord& r : identities) {
    batch.add_row();
    int column = 0;
    batch.text(column++, r.patient_number);
    batch.integer(column++, r.part);
    for (const std::string* text : {&r.family_kanji, &r.given_kanji, &r.family_kana, &r.given_kana, &r.romaji})
      batch.text(column++, *text);
    if (r.birth.present()) batch.date(column, r.birth.date());
    ++column;
    for (const std::string* text :
         {&r.sex, &r.postcode, &r.address, &r.phone, &r.insurer, &r.symbol, &r.number, &r.branch})
      batch.text(column++, *text);
    std::string former;
    for (const std::string& number : r.former_numbers)
      former += (former.empty() ? "" : " ") + number;
    batch.text(column++, former);
    batch.time(column++, r.recorded);
    if (r.died.present()) batch.date(column, r.died.date());
  }
}

inline void fill_texts(Batch& batch, const std::vector<records::VaultItem>& items) {
  for (const records::VaultItem& item : items) {
    batch.add_row();
    batch.integer(0, item.number);
    batch.text(1, item.patient_number);
    batch.integer(2, item.part);
    batch.integer(3, item.sub);
    batch.text(4, item.kind);
    batch.text(5, item.content);
  }
}

// Columns that number vault items: a set counts from 1, the tables go on counting.
inline bool is_text_number(std::string_view column) {
  return column == "text_ref" || column == "vault";
}

}  // namespace inspect_tables

class TableWriter {
 public:
  enum class Format : std::uint8_t { kCsv, kJsonLines, kParquet };

  static Result<std::unique_ptr<TableWriter>> create(const std::filesystem::path& folder, Format format) {
    std::unique_ptr<TableWriter> writer(new TableWriter(folder, format));
    SEKISHO_CHECK(make_folders(folder, 0700));
    if (format == Format::kParquet) {
      SEKISHO_TRY(TemporaryFolder pieces, TemporaryFolder::create("sekisho-inspect"));
      writer->pieces_.emplace(std::move(pieces));
      columns::EngineOptions options;
      options.allowed_folders = {folder, writer->pieces_->path()};
      options.temporary = writer->pieces_->path();
      options.memory_limit = "96MB";
      SEKISHO_TRY(writer->engine_, columns::Engine::create(options));
    } else {
      for (const records::TableSpec* spec : inspect_tables::all_specs())
        SEKISHO_CHECK(writer->open_text(*spec));
    }
    return writer;
  }

  Result<void> write(records::RecordSet& set) {
    for (records::Batch& batch : set.batches())
      SEKISHO_CHECK(write(batch));
    records::Batch identities(inspect_tables::identity_spec());
    inspect_tables::fill_identities(identities, set.identities());
    SEKISHO_CHECK(write(identities));
    records::Batch texts(inspect_tables::text_spec());
    inspect_tables::fill_texts(texts, set.vault());
    SEKISHO_CHECK(write(texts));
    if (!set.vault().empty()) text_offset_ += set.vault().back().number;
    return {};
  }

  Result<void> write(records::Batch& batch) {
    if (batch.rows() == 0) return {};
    batch.pad();
    return format_ == Format::kParquet ? write_piece(batch) : write_text(batch);
  }

  // Joins the pieces; tables without rows get a file of their own, so that every table can be opened.
  Result<void> finish() {
    if (format_ != Format::kParquet) return {};
    for (const records::TableSpec* spec : inspect_tables::all_specs()) {
      const std::string name(spec->name);
      auto& pieces = piece_paths_[name];
      const auto path = folder_ / (name + ".parquet");
      if (pieces.empty()) {
        records::Batch empty(*spec);
        SEKISHO_CHECK(columns::write_parquet(*engine_, empty, path));
      } else {
        // Small row groups: a writer holds one of them in memory.
        SEKISHO_CHECK(engine_->execute("COPY (SELECT * FROM read_parquet(" + columns::sql_paths(pieces) + ")) TO " +
                                       columns::sql_text(std::filesystem::absolute(path).string()) +
                                       " (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 16384)"));
      }
      ::chmod(path.c_str(), 0600);
      for (const auto& piece : pieces)
        SEKISHO_CHECK(remove_file(piece));
    }
    return {};
  }

 private:
  TableWriter(std::filesystem::path folder, Format format) : folder_(std::move(folder)), format_(format) {}

  Result<void> open_text(const records::TableSpec& spec) {
    const std::string name(spec.name);
    const auto path = folder_ / (name + (format_ == Format::kCsv ? ".csv" : ".jsonl"));
    FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file) return fail_errno("inspect.table", "cannot write a table", {.file = path.string()});
    ::fchmod(file.get(), 0600);
    std::string header;
    if (format_ == Format::kCsv) {
      std::vector<std::string_view> names;
      for (const records::ColumnSpec& column : spec.columns)
        names.push_back(column.name);
      append_csv(header, names);
    }
    SEKISHO_CHECK(write_all(file.get(), as_bytes(header), path.string()));
    files_.emplace(name, std::move(file));
    return {};
  }

  Result<void> write_piece(records::Batch& batch) {
    const std::string name(batch.spec().name);
    auto& pieces = piece_paths_[name];
    const auto path = pieces_->path() / fmt::format("{}-{}.parquet", name, pieces.size());
    std::string replaced;
    for (const records::ColumnSpec& column : batch.spec().columns)
      if (inspect_tables::is_text_number(column.name))
        replaced += fmt::format("{}CAST({} + {} AS BIGINT) AS {}", replaced.empty() ? "" : ", ", column.name,
                                text_offset_, column.name);
    if (replaced.empty() || text_offset_ == 0) {
      SEKISHO_CHECK(columns::write_parquet(*engine_, batch, path));
    } else {
      SEKISHO_CHECK(engine_->register_batch("piece", batch));
      SEKISHO_CHECK(columns::copy_parquet(*engine_, "SELECT * REPLACE (" + replaced + ") FROM piece", path));
    }
    pieces.push_back(path);
    return {};
  }

  Result<void> write_text(records::Batch& batch) {
    std::string out;
    std::vector<std::string> values(batch.column_count());
    std::vector<std::string_view> fields(batch.column_count());
    const int file = files_.at(std::string(batch.spec().name)).get();
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      if (format_ == Format::kCsv) {
        for (std::size_t column = 0; column < fields.size(); ++column) {
          values[column] = text_of(batch, column, row);
          fields[column] = values[column];
        }
        append_csv(out, fields);
      } else {
        append_json(batch, row, out);
      }
      if (out.size() > 1 << 20) {
        SEKISHO_CHECK(write_all(file, as_bytes(out), batch.spec().name));
        out.clear();
      }
    }
    return write_all(file, as_bytes(out), batch.spec().name);
  }

  std::int64_t integer_of(const records::Batch& batch, std::size_t column, std::size_t row) const {
    const std::int64_t value = batch.column(static_cast<int>(column)).integer(row);
    return inspect_tables::is_text_number(batch.spec().columns[column].name) ? value + text_offset_ : value;
  }

  std::string text_of(const records::Batch& batch, std::size_t column, std::size_t row) const {
    const records::Column& values = batch.column(static_cast<int>(column));
    if (values.is_null(row)) return {};
    switch (values.type()) {
      case records::ColumnType::kText:
        return std::string(values.text(row));
      case records::ColumnType::kFloat64:
        return fmt::format("{}", values.real(row));
      case records::ColumnType::kDate:
        return Date{static_cast<std::int32_t>(values.integer(row))}.iso();
      case records::ColumnType::kTimestamp: {
        const bool fraction = values.integer(row) % 1'000'000 != 0;
        return ClinicalTime{values.integer(row), fraction ? Precision::kMillisecond : Precision::kSecond, 0}.iso();
      }
      default:
        return fmt::format("{}", integer_of(batch, column, row));
    }
  }

  void append_json(const records::Batch& batch, std::size_t row, std::string& out) const {
    Json object = Json::object();
    for (std::size_t column = 0; column < batch.column_count(); ++column) {
      const records::Column& values = batch.column(static_cast<int>(column));
      if (values.is_null(row)) continue;
      const std::string name(batch.spec().columns[column].name);
      if (values.type() == records::ColumnType::kFloat64)
        object[name] = values.real(row);
      else if (values.type() == records::ColumnType::kInt32 || values.type() == records::ColumnType::kInt64)
        object[name] = integer_of(batch, column, row);
      else
        object[name] = text_of(batch, column, row);
    }
    out += object.dump(-1, ' ', false, Json::error_handler_t::replace);
    out += '\n';
  }

  std::filesystem::path folder_;
  Format format_;
  std::map<std::string, FileDescriptor> files_;
  std::optional<TemporaryFolder> pieces_;
  std::unique_ptr<columns::Engine> engine_;
  std::map<std::string, std::vector<std::filesystem::path>> piece_paths_;
  std::int64_t text_offset_ = 0;
};

}  // namespace sekisho::cli
