// A small hospital's tables, written as inspect writes them, and what is asked of its report.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "core/file.h"
#include "quality/quality.h"
#include "records/model.h"

namespace sekisho::quality {

namespace fs = std::filesystem;
namespace common = records::common;
using records::Batch;
using records::ColumnType;
using records::Table;

inline constexpr std::int64_t kDay = 86'400'000'000, kHour = 3'600'000'000;
inline constexpr std::string_view kNumber = "0000777123", kName = "秘密花子", kHba1c = "3D046000001906202";

inline std::int64_t at(int year, int month, int day) {
  return days_from_civil(year, month, day) * kDay;
}

inline const records::TableSpec& identity_spec() {
  static const records::TableSpec spec{"identity",
                                       "",
                                       {{"reg", ColumnType::kText, ""},
                                        {"part", ColumnType::kInt32, ""},
                                        {"family_kanji", ColumnType::kText, ""},
                                        {"birth", ColumnType::kDate, ""},
                                        {"sex", ColumnType::kText, ""},
                                        {"recorded", ColumnType::kTimestamp, ""},
                                        {"died", ColumnType::kDate, ""}}};
  return spec;
}
inline const records::TableSpec& file_spec() {
  static const records::TableSpec spec{"file",
                                       "",
                                       {{"part", ColumnType::kInt32, ""},
                                        {"path", ColumnType::kText, ""},
                                        {"family", ColumnType::kText, ""},
                                        {"size", ColumnType::kInt64, ""}}};
  return spec;
}

// Tables of a small hospital, written as inspect writes them.
class World {
 public:
  World() : folder_(std::move(*TemporaryFolder::create("quality-test"))) {}

  Batch& row(Table table, std::string_view act, std::int64_t t, int part = 0, std::string_view src = "ssmix2") {
    auto& batch = tables_.try_emplace(table, records::spec(table)).first->second;
    batch.add_row();
    batch.text(common::kReg, kNumber);
    batch.integer(common::kPackage, 0);
    batch.integer(common::kPart, part);
    batch.integer(common::kOrdinal, 0);
    batch.integer(common::kSub, sub_++);
    batch.text(common::kSrc, src);
    batch.text(common::kAct, act);
    batch.text(common::kState, "active");
    batch.integer(common::kT, t);
    return batch;
  }

  Batch& lab(double value, std::int64_t t, std::string_view code = kHba1c, int part = 0) {
    Batch& b = row(Table::kLab, "result", t, part);
    b.text(common::kStdCode, code);
    b.text(common::kStdSys, code.empty() ? "" : "JC10");
    b.text(common::kLocCode, "local");
    b.real(records::lab::kNumber, value);
    b.text(records::lab::kRaw, std::to_string(value));
    b.text(records::lab::kUnit, "%");
    b.text(records::lab::kUcum, "%");
    b.text(records::lab::kRefRaw, "4.9-6.0");
    b.text(records::lab::kStatus, "F");
    b.integer(records::lab::kCollected, t);
    b.integer(records::lab::kReported, t + kHour);
    return b;
  }

  void person(Date birth, std::string_view sex, std::optional<Date> died = {}, int part = 0) {
    identity_.add_row();
    identity_.text(0, kNumber);
    identity_.integer(1, part);
    identity_.text(2, kName);
    identity_.date(3, birth);
    identity_.text(4, sex);
    identity_.integer(5, 0);
    if (died) identity_.date(6, *died);
  }

  void file(int part, std::string_view path) {
    files_.add_row();
    files_.integer(0, part);
    files_.text(1, path);
    files_.text(2, "ssmix2");
  }

  Report judge(const RunOptions& options = {}, const Thresholds& thresholds = *Thresholds::built_in(),
               const fs::path& rules = {}, int threads = 1) {
    auto engine = *columns::Engine::create(
        {.threads = threads, .memory_limit = "1GB", .temporary = folder_.path(), .allowed_folders = {folder_.path()}});
    for (auto& [table, batch] : tables_)
      write(*engine, batch);
    write(*engine, identity_);
    write(*engine, files_);
    const auto setup = prepare_tables(*engine, folder_.path(), {}, "", rules, folder_.path());
    EXPECT_TRUE(setup) << (setup ? "" : setup.error().describe());
    RunOptions with = options;
    with.on = *Date::of(2024, 12, 31);
    with.work = folder_.path();
    auto report = run(*engine, *setup, thresholds, with);
    EXPECT_TRUE(report) << (report ? "" : report.error().describe());
    if (!report) return {};
    report->accounting = *count_rows(*engine, *setup);
    return std::move(*report);
  }

  const fs::path& path() const { return folder_.path(); }

 private:
  void write(columns::Engine& engine, Batch& batch) {
    batch.pad();
    const auto done =
        columns::write_parquet(engine, batch, folder_.path() / (std::string(batch.spec().name) + ".parquet"));
    ASSERT_TRUE(done) << done.error().describe();
  }
  TemporaryFolder folder_;
  std::map<Table, Batch> tables_;
  Batch identity_{identity_spec()}, files_{file_spec()};
  int sub_ = 0;
};

inline void fill_clean(World& world) {
  world.file(0, "data/H01/ssmix2/a");
  world.file(1, "data/H02/ssmix2/b");
  for (int part = 0; part < 2; ++part) {
    world.person(*Date::of(1950, 1, 2), "F", {}, part);
    for (int month = 1; month <= 12; ++month)
      for (int day = 1; day <= 10; ++day)
        world.lab(5.0 + day / 10.0, at(2024, month, day), kHba1c, part);
  }
}

inline const Outcome* find(const Report& report, std::string_view id, std::string_view hospital = "H01") {
  for (const Outcome& o : report.outcomes)
    if (o.id == id && o.hospital == hospital) return &o;
  return nullptr;
}

struct Expected {
  std::string_view id;
  std::int64_t count, denominator;
};

inline void expect_counts(const Report& report, std::initializer_list<Expected> expected,
                          std::string_view hospital = "H01") {
  for (const Expected& e : expected) {
    const Outcome* o = find(report, e.id, hospital);
    ASSERT_NE(o, nullptr) << e.id;
    EXPECT_EQ(o->total.count, e.count) << e.id;
    EXPECT_EQ(o->total.denominator, e.denominator) << e.id;
  }
}

}  // namespace sekisho::quality
