// The forms of a dataset: each holds the rows of dataset.csv, says what its character set lacks, and rebuilds to the
// same bytes.
#include "release/formats.h"

#include "columns/parquet.h"
#include "core/csv.h"
#include "core/process.h"
#include "fixture.h"

namespace sekisho::release {
namespace {

struct FormatsTest : ReleaseTest {
  void SetUp() override {
    ReleaseTest::SetUp();
    for (const Format& format : release::formats())
      formats.emplace_back(format.name);
  }
};

TEST_F(FormatsTest, EveryFormHoldsTheRowsOfTheDatasetByAReaderWrittenApart) {
  const auto report = make();
  ASSERT_TRUE(report) << report.error().describe();
  EXPECT_EQ(report->to_json()["formats"].size(), release::formats().size());
  const auto checked = run_command({"python3", SEKISHO_SOURCE_DIR "/tools/verify_forms.py", out.string()});
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked->status, 0) << checked->out << checked->err;
  EXPECT_EQ(std::ranges::count(checked->out, '\n'), 6) << checked->out;
  EXPECT_TRUE(verify(out)->ok);
}

TEST_F(FormatsTest, ParquetHoldsTheRowsWithTheirTypes) {
  ASSERT_TRUE(make());
  const auto engine = columns::Engine::create({.allowed_folders = {out}});
  const auto text = [&](std::string_view name) { return columns::sql_text((out / name).string()); };
  const std::string csv = fmt::format("read_csv({}, all_varchar = true, nullstr = '')", text("dataset.csv"));
  const auto differing = (*engine)->query_integer(
      fmt::format("SELECT count(*) FROM (SELECT row_number() OVER () AS n, id::VARCHAR AS id, season, age, sex, area, "
                  "drug_code FROM read_parquet({}) EXCEPT SELECT row_number() OVER (), * FROM {})",
                  text("dataset.parquet"), csv));
  ASSERT_TRUE(differing) << differing.error().describe();
  EXPECT_EQ(*differing, 0);
  const auto type = (*engine)->query_text(
      fmt::format("SELECT string_agg(DISTINCT typeof(id) || typeof(drug_code), ',') FROM read_parquet({})",
                  text("dataset.parquet")));
  EXPECT_EQ(*type, "BIGINTVARCHAR");
}

TEST_F(FormatsTest, ARebuildGivesTheSameBytesInEveryForm) {
  ASSERT_TRUE(make());
  clock.advance_seconds(86'400 * 400);
  const auto report = again(*tables, place.path() / "again", 4);
  ASSERT_TRUE(report) << report.error().describe();
  EXPECT_TRUE(report->identical);
  std::size_t files = 0;
  for (const auto& file : fs::directory_iterator(out)) {
    EXPECT_EQ(text(file.path()), text(place.path() / "again" / file.path().filename())) << file.path();
    ++files;
  }
  EXPECT_EQ(files, 4 + 6 + 3u) << "dataset, leaves, two dictionaries; six forms; the signed manifest";
}

TEST_F(FormatsTest, AChangedFormIsFound) {
  ASSERT_TRUE(make());
  for (const Format& format : release::formats()) {
    const fs::path file = out / format.file();
    const std::string before = text(file);
    std::string changed = before;
    changed[changed.size() - 7] ^= 1;
    ASSERT_TRUE(write_file_durable(file, changed));
    const auto report = verify(out);
    EXPECT_TRUE(report && !report->ok) << format.name;
    const auto script =
        run_command({"python3", SEKISHO_SOURCE_DIR "/tools/verify.py", "dataset", (out / "manifest.json").string()});
    EXPECT_NE(script->status, 0) << format.name;
    ASSERT_TRUE(write_file_durable(file, before));
  }
}

TEST_F(FormatsTest, AnUnknownFormIsRefusedBeforeAnythingIsDone) {
  formats = {"xlsx"};
  EXPECT_EQ(make().error().code, "release.format");
  EXPECT_FALSE(fs::exists(out));
  EXPECT_TRUE(recorded.empty());
}

TEST_F(FormatsTest, TheDictionaryNamesVariablesCodesAndChanges) {
  ASSERT_TRUE(make());
  const auto define = parse_json(text(out / "define.json"));
  ASSERT_TRUE(define);
  const Json& version = (*define)["MetaDataVersion"];
  EXPECT_EQ(version["ItemDef"].size(), 6u);
  EXPECT_EQ(version["ItemGroupDef"]["SuppressedPersons"], 2);
  for (const Json& item : version["ItemDef"]) {
    EXPECT_FALSE(item["Description"]["ja"].get<std::string>().empty());
    EXPECT_FALSE(item["Description"]["en"].get<std::string>().empty());
  }
  for (const Json& list : version["CodeList"])
    if (list["OID"] == "CL.drug_code") {
      const auto found = std::ranges::find_if(list["CodeListItem"],
                                              [](const Json& item) { return item["CodedValue"] == "610443074"; });
      ASSERT_NE(found, list["CodeListItem"].end());
      EXPECT_FALSE((*found)["Decode"].get<std::string>().empty());
    }
  for (const Json& method : version["MethodDef"]) {
    const bool untouched = std::ranges::all_of(method["Levels"], [](const Json& level) { return level == 0; });
    EXPECT_EQ(method["ChangedRows"] == 0, untouched) << method.dump();
  }
  const std::string page = text(out / "dictionary.html");
  EXPECT_EQ(page.find("http://"), std::string::npos) << "the page needs no network";
  EXPECT_EQ(page.find("https://"), std::string::npos);
  for (const char* part : {"データ辞書", "Data dictionary", "610443074", "二次医療圏", "drug_code"})
    EXPECT_NE(page.find(part), std::string::npos) << part;
}

// Rows of a planted table: characters that CP932 lacks (Latin é, a surname's variant, a plane 2 character).
detail::FormTable planted() {
  detail::FormTable table;
  table.variables = {{"id", "number", true, true}, {"name", "label", false, false}, {"n", "measure", true, false}};
  table.rows = {{"1", "髙橋～①", "1.5"}, {"2", "Café", ""}, {"3", "𠮷野,\"x\"\n次", "-2"}};
  return table;
}

TEST(Forms, WhatCp932LacksIsReplacedAndCounted) {
  const auto folder = TemporaryFolder::create();
  Json files = Json::array();
  const auto made = detail::write_forms({.folder = folder->path(), .title = "t", .created = {}}, planted(),
                                        {"csv-utf8", "csv-cp932", "xpt-cp932"}, &files);
  ASSERT_TRUE(made) << made.error().describe();
  EXPECT_EQ((*made)[1]["replaced"], Json::parse(R"({"characters":2,"by":"〓","variables":{"name":2}})"));
  EXPECT_EQ((*made)[2]["replaced"]["characters"], 2);
  EXPECT_FALSE((*made)[0].contains("replaced"));
  const auto decoded = run_command({"python3", "-c",
                                    "import sys; sys.stdout.buffer.write(open(sys.argv[1], 'rb').read()"
                                    ".decode('cp932').encode())",
                                    (folder->path() / "dataset_cp932.csv").string()});
  EXPECT_EQ(decoded->out, "id,name,n\r\n1,髙橋～①,1.5\r\n2,Caf〓,\r\n3,\"〓野,\"\"x\"\"\n次\",-2\r\n");
  EXPECT_TRUE(
      read_text(folder->path() / "dataset_utf8.csv")->starts_with("\xEF\xBB\xBFid,name,n\r\n1,髙橋～①,1.5\r\n"));
  EXPECT_EQ(files.size(), 3u);
}

TEST(Forms, OnlyNumbersThatReadBackAsWrittenAreNumbers) {
  const auto typed = [](const std::string& csv) {
    const auto table = detail::form_table("v\n" + csv, {"v"}, {true});
    return !table || !table->variables[0].numeric ? std::string("text")
                                                  : (table->variables[0].integer ? "integer" : "float");
  };
  EXPECT_EQ(typed("1\n20\n-3\n"), "integer");
  EXPECT_EQ(typed("1\n\"\"\n2.50\n"), "float");
  EXPECT_EQ(typed("0101\n"), "text") << "a code keeps its leading zero";
  EXPECT_EQ(typed("20-29\n"), "text");
  EXPECT_EQ(typed("1e5\n"), "text");
  EXPECT_EQ(typed("\"\"\n"), "text");
  EXPECT_EQ(typed("1234567890123456\n"), "text") << "more digits than a double holds";
  EXPECT_FALSE(detail::form_table("v\n1\n", {"v"}, {false})->variables[0].numeric) << "the recipe calls it no number";
}

TEST(Forms, LongNamesAndTextsTakeVersion8) {
  const auto folder = TemporaryFolder::create();
  Json files = Json::array();
  detail::FormTable table = planted();
  const auto version = [&] {
    const auto made =
        detail::write_forms({.folder = folder->path(), .title = "", .created = {}}, table, {"xpt"}, &files);
    return made ? (*made)[0]["version"].get<int>() : 0;
  };
  EXPECT_EQ(version(), 5);
  table.rows[0][1] = std::string(201, 'x');
  EXPECT_EQ(version(), 8);
  table = planted();
  table.variables[1].name = "nine_char";
  EXPECT_EQ(version(), 8);
  const auto made =
      detail::write_forms({.folder = folder->path(), .title = "", .created = {}}, table, {"xpt5"}, &files);
  ASSERT_TRUE(made);
  EXPECT_EQ((*made)[0]["renamed"], Json::parse(R"({"nine_char":"nine_cha"})"));
}

}  // namespace
}  // namespace sekisho::release
