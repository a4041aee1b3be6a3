// A release over small tables, for tests of what becomes of it.
#pragma once

#include <gtest/gtest.h>

#include "../recipe/tables.h"
#include "release/release.h"

namespace sekisho::release {

namespace fs = std::filesystem;

inline const fs::path kPurpose = fs::path(SEKISHO_SOURCE_DIR) / "specs/purposes/influenza-antivirals.toml";

// A release of 600 persons.
struct ReleaseTest : testing::Test {
  std::unique_ptr<Tables> tables = std::make_unique<Tables>();
  TemporaryFolder place = *TemporaryFolder::create();
  fs::path out = place.path() / "dataset", keys = place.path() / "keys";
  ManualClock clock{*UtcTime::parse("2026-04-01T00:00:00Z")};
  SeededRandom random{42};
  std::vector<std::string> recorded, formats;

  void SetUp() override {
    fill(*tables);
    fs::create_directories(keys);
  }
  // 600 persons in three seasons; two of them of an age that nobody else has. `without` leaves one out.
  static void fill(Tables& t, int without = -1, int other_drug = -1) {
    for (int i = 0; i < 600; ++i) {
      if (i == without) continue;
      const std::string reg = fmt::format("r{:04}", i);
      const int age = i < 2 ? 95 : 20 + i % 30;
      t.person(reg, fmt::format("P{:04}", i), i % 2 == 0 ? "M" : "F", 2016 - age, 1 + i % 12,
               i % 3 == 0 ? "1301" : "1302");
      const char* drug = i == other_drug ? "660443018" : i % 2 == 0 ? "610443074" : "622012101";
      t.give(reg, fmt::format("20{}-01-{:02}", 16 + i % 3, 1 + i % 28), drug);
      if (i % 5 == 0) t.give(reg, fmt::format("20{}-01-{:02}", 17 + i % 3, 1 + i % 28), drug);
    }
    t.write();
  }
  static Source source(Tables& t) {
    Source out;
    out.open_views = [&t](columns::Engine& engine) { return recipe::open_folder(engine, t.folder.path()); };
    out.snapshot = {{"id", "S000001"}, {"hash", "00"}, {"linkage_state", 7}, {"linkage_hash", "11"}};
    out.allowed_folders = {t.folder.path()};
    return out;
  }
  Result<BuildReport> make() { return build(request_of(*tables, out)); }
  BuildRequest request_of(Tables& t, const fs::path& to) {
    BuildRequest request;
    request.source = source(t);
    request.purpose = kPurpose;
    request.out = to;
    request.formats = formats;
    request.keys = keys;
    request.clock = &clock;
    request.random = &random;
    request.record = [this, to](std::string_view kind, const Json& payload) -> Result<std::uint64_t> {
      EXPECT_FALSE(kind == "release.built" && fs::exists(to)) << "the entry stands before the dataset appears";
      recorded.push_back(std::string(kind) + " " + payload.dump());
      return 1;
    };
    return request;
  }
  Result<RebuildReport> again(Tables& t, const fs::path& to = {}, int threads = 1) {
    return rebuild({source(t), out, kPurpose, {}, keys, to, threads, "1GB"});
  }
  static std::string text(const fs::path& file) { return *read_text(file); }
};

}  // namespace sekisho::release
