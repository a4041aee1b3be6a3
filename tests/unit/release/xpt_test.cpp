// SAS transport, against the numbers of TS-140 and a reader written apart (tools/verify_forms.py).
#include "release/xpt.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/file.h"
#include "core/json.h"
#include "core/process.h"
#include "core/random.h"

namespace sekisho::release {
namespace {

namespace fs = std::filesystem;

const UtcTime kCreated = *UtcTime::parse("2026-04-01T09:08:07Z");

Json read_back(const std::string& file) {
  const auto folder = TemporaryFolder::create();
  EXPECT_TRUE(write_file_durable(folder->path() / "f.xpt", file));
  const auto shown = run_command(
      {"python3", SEKISHO_SOURCE_DIR "/tools/verify_forms.py", "--show", (folder->path() / "f.xpt").string()});
  EXPECT_TRUE(shown);
  EXPECT_EQ(shown->status, 0) << shown->err;
  const auto json = parse_json(shown->out);
  return json ? *json : Json();
}

// IBM's long form of numbers as the manuals give them: 1 = 1/16 * 16^1, -118.625 = -(0x76A / 16^3) * 16^2.
TEST(Xpt, NumbersHaveTheBytesOfThePrintedExamples) {
  EXPECT_EQ(*ibm_double(0), 0u);
  EXPECT_EQ(*ibm_double(1), 0x4110000000000000u);
  EXPECT_EQ(*ibm_double(-1), 0xC110000000000000u);
  EXPECT_EQ(*ibm_double(2), 0x4120000000000000u);
  EXPECT_EQ(*ibm_double(0.5), 0x4080000000000000u);
  EXPECT_EQ(*ibm_double(0.0625), 0x4010000000000000u);
  EXPECT_EQ(*ibm_double(-118.625), 0xC276A00000000000u);
  EXPECT_EQ(*ibm_double(1.1), 0x411199999999999Au);
  EXPECT_FALSE(ibm_double(1e80));
  EXPECT_FALSE(ibm_double(std::numeric_limits<double>::infinity()));
  EXPECT_FALSE(ibm_double(std::numeric_limits<double>::quiet_NaN()));
}

TEST(Xpt, EveryDoubleInReachReadsBackWhole) {
  SeededRandom random(7);
  std::vector<std::vector<std::string>> rows;
  std::vector<double> values;
  for (int i = 0; i < 500; ++i) {
    const double value = random.normal(0, 1) * std::pow(10.0, static_cast<double>(random.below(60)) - 30);
    values.push_back(value);
    rows.push_back({fmt::format("{:.17g}", value)});
  }
  const auto file = write_xpt({.created = kCreated}, std::vector<XptVariable>{{"x", "", true}}, rows);
  ASSERT_TRUE(file);
  const Json back = read_back(*file);
  ASSERT_EQ(back["rows"].size(), values.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    EXPECT_EQ(back["rows"][i][0].get<double>(), values[i]);
}

TEST(Xpt, TheRecordsOfVersion5AreThoseOfTs140) {
  const std::vector<XptVariable> variables{{"id", "Number", true}, {"sex", "性別", false}};
  const std::vector<std::vector<std::string>> rows{{"1", "F"}, {"", "男性"}};
  const auto file = write_xpt({.dataset = "FLU", .label = "Influenza", .created = kCreated}, variables, rows);
  ASSERT_TRUE(file) << file.error().describe();
  ASSERT_EQ(file->size() % 80, 0u);
  EXPECT_EQ(file->substr(0, 80), "HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!" + std::string(30, '0') + "  ");
  EXPECT_EQ(file->substr(80, 24), "SAS     SAS     SASLIB  ");
  EXPECT_EQ(file->substr(144, 16), "01APR26:09:08:07");
  EXPECT_EQ(file->substr(240, 80), "HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!000000000000000001600000000140  ");
  EXPECT_EQ(file->substr(400, 24), "SAS     FLU     SASDATA ");
  EXPECT_EQ(file->substr(560, 80), "HEADER RECORD*******NAMESTR HEADER RECORD!!!!!!!000000000200000000000000000000  ");
  EXPECT_EQ(file->substr(640, 16), std::string("\0\1\0\0\0\10\0\1id      ", 16));
  EXPECT_EQ(file->substr(960, 80), "HEADER RECORD*******OBS     HEADER RECORD!!!!!!!" + std::string(30, '0') + "  ");
  EXPECT_EQ(file->substr(1040, 28),
            std::string("\x41\x10\0\0\0\0\0\0F     .\0\0\0\0\0\0\0\xE7\x94\xB7\xE6\x80\xA7", 28));
  const Json back = read_back(*file);
  EXPECT_EQ(back["version"], 5);
  EXPECT_EQ(back["label"], "Influenza");
  EXPECT_EQ(back["variables"], Json::parse(R"([["id","Number",true],["sex","性別",false]])"));
  EXPECT_EQ(back["rows"], Json::parse(R"([[1.0,"F"],[null,"男性"]])"));
}

TEST(Xpt, Version8KeepsLongNamesLabelsAndTexts) {
  const std::string label(120, 'L'), text(5000, 't'), name = "a_name_of_thirty_two_characters_";
  const std::vector<XptVariable> variables{{"id", "", true}, {name, label, false}};
  const std::vector<std::vector<std::string>> rows{{"1", text}, {"2", ""}, {"3", "x"}};
  const auto file = write_xpt({.version = 8, .created = kCreated}, variables, rows);
  ASSERT_TRUE(file) << file.error().describe();
  const Json back = read_back(*file);
  EXPECT_EQ(back["version"], 8);
  EXPECT_EQ(back["variables"][1], Json({name, label, false}));
  EXPECT_EQ(back["rows"], Json({{1.0, text}, {2.0, ""}, {3.0, "x"}}));
}

TEST(Xpt, WhatAVersionCannotHoldIsRefused) {
  const auto code = [](int version, const XptVariable& variable, const std::string& value) {
    const auto file = write_xpt({.version = version, .created = kCreated}, std::vector{variable},
                                std::vector<std::vector<std::string>>{{value}});
    return file ? std::string("ok") : file.error().code;
  };
  EXPECT_EQ(code(5, {"nine_char", "", false}, ""), "xpt.name");
  EXPECT_EQ(code(8, {"nine_char", "", false}, ""), "ok");
  EXPECT_EQ(code(5, {"1a", "", false}, ""), "xpt.name");
  EXPECT_EQ(code(8, {"変数", "", false}, ""), "xpt.name");
  EXPECT_EQ(code(5, {"a", "", false}, std::string(201, 'x')), "xpt.length");
  EXPECT_EQ(code(8, {"a", "", false}, std::string(201, 'x')), "ok");
  EXPECT_EQ(code(8, {"a", "", false}, std::string(32768, 'x')), "xpt.length");
  EXPECT_EQ(code(5, {"a", "", true}, "20-29"), "xpt.number");
  EXPECT_FALSE(write_xpt({.created = kCreated}, {}, {}));
}

TEST(Xpt, NamesAreCutAndToldApart) {
  const std::vector<std::string> names{"hospital_a", "hospital_b", "HOSPITAL", "年齢", "1st", "x"};
  EXPECT_EQ(xpt_names(names, 5), (std::vector<std::string>{"hospital", "hospita2", "HOSPITA3", "__", "_1st", "x"}));
  EXPECT_EQ(xpt_names(names, 8)[0], "hospital_a");
  EXPECT_EQ(xpt_names(std::vector<std::string>{"a", "A", "a"}, 5), (std::vector<std::string>{"a", "A2", "a3"}));
}

// R reads the format by a third program where it is installed (package r-cran-haven). Not in tools/packages.txt: R is
// 200 MB for one test of a format that the vectors above cover byte by byte.
TEST(Xpt, RReadsBothVersions) {
  const auto there = run_command({"Rscript", "-e", "library(haven)"});
  if (!there || there->status != 0) GTEST_SKIP() << "R with haven is not installed";
  const auto folder = TemporaryFolder::create();
  for (const int version : {5, 8}) {
    const fs::path path = folder->path() / fmt::format("v{}.xpt", version);
    const std::vector<XptVariable> variables{{"id", "Number", true}, {"drug", "薬", false}};
    const std::vector<std::vector<std::string>> rows{{"1", "タミフル"}, {"2.5", ""}, {"", "x"}};
    ASSERT_TRUE(write_file_durable(path, *write_xpt({.version = version, .created = kCreated}, variables, rows)));
    const auto shown = run_command(
        {"Rscript", "-e",
         fmt::format("d <- haven::read_xpt('{}'); cat(names(d), d$id, d$drug, attr(d$drug, 'label'), sep='|')",
                     path.string())});
    ASSERT_TRUE(shown);
    EXPECT_EQ(shown->out, "id|drug|1|2.5|NA|タミフル||x|薬") << shown->err;
  }
}

}  // namespace
}  // namespace sekisho::release
