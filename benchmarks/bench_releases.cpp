// A new table against the memory of releases: seconds for reading the memory and for the judgement.
// Usage: bench_releases FOLDER [PERSONS [TABLES [independent]]]; FOLDER is filled when it is empty. Tables cross two of
// six attributes, some of a part of the persons; "independent": every table has attributes of its own, drawn anew.
// modules: disclosure
#include <fmt/format.h>

#include <ctime>

#include "core/clock.h"
#include "core/random.h"
#include "disclosure/releases.h"

using namespace sekisho;
using namespace sekisho::disclosure;

namespace {

constexpr std::uint64_t kSizes[] = {2, 18, 47, 20, 12, 6};

double processor_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

std::uint64_t attribute(std::uint64_t person, std::uint64_t which, std::uint64_t draw) {
  SeededRandom random(person, which + 97 * draw);
  return std::min(random.below(kSizes[which]), random.below(kSizes[which]));  // unequal groups
}

ReleaseItem make_item(std::uint64_t table, std::uint64_t persons, bool independent) {
  SeededRandom random(5, table);
  const std::uint64_t a = random.below(6), b = (a + 1 + random.below(5)) % 6, filter = random.below(6);
  const std::uint64_t limit = random.chance(0.5) ? kSizes[filter] : 1 + random.below(kSizes[filter]);
  const std::uint64_t draw = independent ? table + 1 : 0;
  ReleaseItem item;
  item.project = fmt::format("p{}", table % 7);
  item.cut = "cut";
  item.definition = fmt::format("count() by {} {} where {}<{} draw {}", a, b, filter, limit, draw);
  item.output_sha256 = fmt::format("{}", table);
  item.dimensions = {"a", "b"};
  const std::uint64_t rows = kSizes[a] + 1, columns = kSizes[b] + 1;
  std::vector<std::uint64_t> counts(rows * columns, 0);
  item.classes.resize(kSizes[a] * kSizes[b]);
  item.members.resize(item.classes.size());
  for (std::uint64_t x = 0; x < kSizes[a]; ++x)
    for (std::uint64_t y = 0; y < kSizes[b]; ++y)
      for (const std::uint64_t cell :
           {x * columns + y, x * columns + kSizes[b], kSizes[a] * columns + y, kSizes[a] * columns + kSizes[b]})
        item.classes[x * kSizes[b] + y].push_back({static_cast<std::uint32_t>(cell), 1});
  for (std::uint64_t person = 0; person < persons; ++person) {
    if (attribute(person, filter, 0) >= limit) continue;
    const std::uint64_t group = attribute(person, a, draw) * kSizes[b] + attribute(person, b, draw);
    item.members[group].push_back(fmt::format("person{}", person));
    for (const ReleaseItem::Count& count : item.classes[group])
      ++counts[count.cell];
  }
  for (std::uint64_t cell = 0; cell < counts.size(); ++cell) {
    const bool shown = counts[cell] >= 10;
    item.cells.push_back({{std::to_string(cell / columns), std::to_string(cell % columns)},
                          shown,
                          shown ? static_cast<double>(counts[cell]) : 0});
  }
  return item;
}

Result<void> run(const std::filesystem::path& folder, std::uint64_t persons, std::uint64_t tables, bool independent) {
  double begin = processor_seconds();
  {
    SEKISHO_TRY(const auto memory, Releases::open(folder, true, system_clock(), system_random()));
    for (std::uint64_t table = memory->items().size(); table < tables; ++table) {
      ReleaseItem item = make_item(table, persons, independent);
      SEKISHO_CHECK(memory->keep(item));
    }
  }
  fmt::print("filled in {:.1f} CPU s\n", processor_seconds() - begin);
  const ReleaseItem item = make_item(tables + 1, persons, independent);
  begin = processor_seconds();
  SEKISHO_TRY(const auto memory, Releases::open(folder, false, system_clock(), system_random()));
  fmt::print("opened in {:.2f} CPU s: {} items, {} persons\n", processor_seconds() - begin, memory->items().size(),
             memory->persons());
  begin = processor_seconds();
  SEKISHO_TRY(const ReleaseJudgement judgement, memory->judge(item, 10));
  fmt::print("judged in {:.2f} CPU s, {:.2f} s wall: {}\n", processor_seconds() - begin, judgement.seconds,
             judgement.to_json().dump().substr(0, 600));
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const auto done = run(argv[1], argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1'000'000,
                        argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 100, argc > 4);
  if (!done) fmt::print(stderr, "{}\n", done.error().describe());
  return done ? 0 : 3;
}
