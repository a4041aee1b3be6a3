// modules: columns
// Writing segments: a records::Batch through the table function, beside DuckDB's COPY of the same rows held in its own
// table, one thread each. Figures are rows per second.
#include <benchmark/benchmark.h>

#include "columns/parquet.h"
#include "core/file.h"
#include "core/random.h"
#include "records/model.h"

namespace {

using namespace sekisho;
namespace common = records::common;

constexpr std::size_t kRows = 500'000;

// Claim lines as a hospital sends them: few codes, many patients, some numbers.
records::Batch& claim_lines() {
  static records::Batch batch = [] {
    records::Batch rows(records::spec(records::Table::kClaimLine));
    SeededRandom random(1);
    for (std::size_t i = 0; i < kRows; ++i) {
      const std::uint64_t claim = i / 25;
      rows.add_row();
      char reg[33];
      std::snprintf(reg, sizeof reg, "%032llx", static_cast<unsigned long long>(claim * 0x9e3779b97f4a7c15));
      rows.text(common::kReg, reg);
      rows.integer(common::kDoc, static_cast<std::int64_t>(claim * 0x9e3779b97f4a7c1));
      rows.integer(common::kPackage, 1);
      rows.integer(common::kPart, 1);
      rows.integer(common::kOrdinal, 1);
      rows.integer(common::kSub, static_cast<std::int64_t>(i));
      rows.text(common::kSrc, "rec_med");
      rows.text(common::kAct, "claim");
      rows.text(common::kState, "active");
      rows.integer(common::kT, 1'700'000'000'000'000 + static_cast<std::int64_t>(random.below(30)) * 86'400'000'000);
      rows.text(common::kPrec, "day");
      rows.text(common::kStdCode, std::to_string(610'000'000 + random.below(4'000)));
      rows.text(common::kStdSys, "REC");
      rows.integer(records::claim_line::kClaimSub, static_cast<std::int64_t>(claim));
      rows.integer(records::claim_line::kUnitId, static_cast<std::int64_t>(i % 9));
      rows.text(records::claim_line::kSection, "21");
      rows.real(records::claim_line::kAmount, static_cast<double>(random.below(30)));
      if (i % 3 == 0) rows.real(records::claim_line::kPoints, static_cast<double>(random.below(500)));
      rows.integer(records::claim_line::kCount, 7);
      rows.text(records::claim_line::kKind, "drug");
    }
    rows.pad();
    return rows;
  }();
  return batch;
}

std::unique_ptr<columns::Engine> engine_at(const std::filesystem::path& folder) {
  return std::move(
      *columns::Engine::create({.threads = 1, .memory_limit = "2GB", .temporary = {}, .allowed_folders = {folder}}));
}

void batch_to_parquet(benchmark::State& state) {
  const auto folder = TemporaryFolder::create();
  records::Batch& rows = claim_lines();
  const auto engine = engine_at(folder->path());
  for (auto _ : state)
    if (!columns::write_parquet(*engine, rows, folder->path() / "a.parquet")) state.SkipWithError("failed");
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kRows));
}
BENCHMARK(batch_to_parquet)->Unit(benchmark::kMillisecond);

void duckdb_table_to_parquet(benchmark::State& state) {
  const auto folder = TemporaryFolder::create();
  records::Batch& rows = claim_lines();
  const auto engine = engine_at(folder->path());
  if (!engine->register_batch("rows", rows) || !engine->execute("CREATE TABLE t AS SELECT * FROM rows"))
    state.SkipWithError("failed");
  for (auto _ : state)
    if (!columns::copy_parquet(*engine, "SELECT * FROM t", folder->path() / "b.parquet")) state.SkipWithError("failed");
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kRows));
}
BENCHMARK(duckdb_table_to_parquet)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
