// Small clinical tables as Parquet, for tests of recipes and releases.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "columns/parquet.h"
#include "core/file.h"
#include "recipe/recipe.h"
#include "records/model.h"

namespace sekisho {

struct Tables {
  TemporaryFolder folder = *TemporaryFolder::create();
  records::Batch drug{records::spec(records::Table::kDrug)};
  records::Batch lab{records::spec(records::Table::kLab)};
  records::Batch diagnosis{records::spec(records::Table::kDiagnosis)};
  records::Batch claim_line{records::spec(records::Table::kClaimLine)};
  std::string people;  // VALUES of reg, person, sex, birth year, birth month, area
  int sub = 0;

  void person(const std::string& reg, const std::string& person, const std::string& sex, int year, int month,
              const std::string& area) {
    people +=
        fmt::format("{}('{}','{}','{}',{},{},'{}')", people.empty() ? "" : ",", reg, person, sex, year, month, area);
  }
  void common(records::Batch& batch, const std::string& reg, const std::string& day, std::string_view state,
              std::string_view std_code, std::string_view std_sys, std::string_view loc_code,
              std::string_view prec = "day") {
    using namespace records::common;
    batch.add_row();
    batch.text(kReg, reg);
    batch.integer(kPackage, 1);
    batch.integer(kPart, 1);
    batch.integer(kOrdinal, 1);
    batch.integer(kSub, ++sub);
    batch.text(kSrc, "ssmix2");
    batch.text(kAct, &batch == &lab ? "result" : "order");
    batch.text(kState, state);
    batch.time(kT, ClinicalTime::of(*Date::parse_iso(day)));
    batch.text(kPrec, prec);
    batch.text(kStdCode, std_code);
    batch.text(kStdSys, std_sys);
    batch.text(kLocCode, loc_code);
  }
  void give(const std::string& reg, const std::string& day, std::string_view std_code, std::string_view std_sys = "REC",
            std::string_view state = "active", std::string_view loc_code = "", std::string_view prec = "day") {
    common(drug, reg, day, state, std_code, std_sys, loc_code, prec);
  }
  void result(const std::string& reg, const std::string& day, std::string_view code, std::string_view raw,
              std::string_view qualitative) {
    common(lab, reg, day, "active", "", "", code);
    lab.text(records::lab::kRaw, raw);
    lab.text(records::lab::kQualitative, qualitative);
  }
  void diagnose(const std::string& reg, const std::string& day, std::string_view certainty) {
    common(diagnosis, reg, day, "active", "1749008", "REC", "");
    diagnosis.text(records::diagnosis::kCertainty, certainty);
    diagnosis.text(records::diagnosis::kIcd, "C509");
  }
  void claim(const std::string& reg, const std::string& day, std::string_view code) {
    common(claim_line, reg, day, "active", code, "REC", "", "month");
  }
  void write() {
    const auto engine = columns::Engine::create({.allowed_folders = {folder.path()}});
    ASSERT_TRUE(engine);
    for (records::Batch* batch : {&drug, &lab, &diagnosis, &claim_line}) {
      batch->pad();
      const auto file = folder.path() / (std::string(batch->spec().name) + ".parquet");
      std::filesystem::remove(file);
      const auto done = columns::write_parquet(**engine, *batch, file);
      ASSERT_TRUE(done) << done.error().describe();
    }
    for (const auto& [name, list] :
         {std::pair{"demographics",
                    "reg, sex, birth_year, birth_month, area2, substr(area2, 1, 2) AS prefecture, "
                    "NULL::INTEGER AS death_year, NULL::INTEGER AS death_month"},
          {"person_map",
           "reg, person, 'H' || (length(reg) + CAST(ascii(substr(reg, length(reg))) AS INTEGER)) % 3 AS hospital"}}) {
      std::filesystem::remove(folder.path() / (std::string(name) + ".parquet"));
      const auto done = columns::copy_parquet(
          **engine,
          fmt::format("SELECT {} FROM (VALUES {}) AS v(reg, person, sex, birth_year, birth_month, area2) ORDER BY reg",
                      list, people),
          folder.path() / (std::string(name) + ".parquet"));
      ASSERT_TRUE(done) << done.error().describe();
    }
  }
  recipe::Rows run(const std::string& purpose, int threads = 1) {
    write();
    const auto recipe =
        recipe::Recipe::load(std::filesystem::path(SEKISHO_SOURCE_DIR) / "specs/purposes" / (purpose + ".toml"));
    EXPECT_TRUE(recipe) << recipe.error().describe();
    const auto engine = columns::Engine::create({.threads = threads, .allowed_folders = {folder.path()}});
    EXPECT_TRUE(recipe::open_folder(**engine, folder.path()));
    const auto rows = recipe::run(**engine, *recipe);
    EXPECT_TRUE(rows) << rows.error().describe();
    return rows ? rows->front() : recipe::Rows();
  }
};

}  // namespace sekisho
