// modules: columns quality records
// All measures over ten million results and nothing else, two threads, memory bound of the engine 1 GB.
#include <cstdio>
#include <ctime>
#include <string>

#include "core/file.h"
#include "quality/quality.h"

namespace {

using namespace sekisho;

Result<double> measure(std::int64_t rows) {
  SEKISHO_TRY(const TemporaryFolder folder, TemporaryFolder::create("bench-quality"));
  SEKISHO_TRY(
      const auto engine,
      columns::Engine::create(
          {.threads = 2, .memory_limit = "1GB", .temporary = folder.path(), .allowed_folders = {folder.path()}}));
  records::Batch lab(records::spec(records::Table::kLab));
  SEKISHO_CHECK(engine->register_batch("shape", lab));
  // Twenty results of a person on days of one year, of one test whose values stay within its range.
  SEKISHO_CHECK(columns::copy_parquet(
      *engine,
      "SELECT s.* REPLACE (printf('%010d', i // 20) AS reg, CAST(0 AS BIGINT) AS package, CAST(0 AS INTEGER) AS part, "
      "CAST(0 AS INTEGER) AS ordinal, CAST(i AS INTEGER) AS sub, 'ssmix2' AS src, 'result' AS act, 'active' AS state, "
      "TIMESTAMP '2024-01-01 09:00:00' + INTERVAL 1 DAY * (i % 300) AS t, '3D046000001906202' AS std_code, 'JC10' AS "
      "std_sys, 5 + (i % 10) / 10.0 AS number, CAST(5 + (i % 10) / 10.0 AS VARCHAR) AS raw, '%' AS unit, '%' AS ucum, "
      "'F' AS status) FROM range(" +
          std::to_string(rows) + ") r(i) LEFT JOIN shape s ON false",
      folder.path() / "lab.parquet"));
  SEKISHO_TRY(const auto setup, quality::prepare_tables(*engine, folder.path(), {}, "", {}, folder.path()));
  SEKISHO_TRY(const auto thresholds, quality::Thresholds::built_in());
  const std::clock_t start = std::clock();
  SEKISHO_CHECK(quality::run(*engine, setup, thresholds, {*Date::of(2024, 12, 31), {}, folder.path()}));
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

}  // namespace

int main() {
  constexpr std::int64_t kRows = 10'000'000;
  const auto seconds = measure(kRows);
  if (!seconds) {
    std::fprintf(stderr, "%s\n", seconds.error().describe().c_str());
    return 1;
  }
  std::printf("%lld results: CPU %.1f s\n", static_cast<long long>(kRows), *seconds);
  return 0;
}
