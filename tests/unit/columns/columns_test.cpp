// Batches become Parquet that any engine reads, the same bytes whatever the number of threads; the query engine reaches
// nothing outside its folders.
#include <gtest/gtest.h>

#include <unistd.h>

#include "columns/parquet.h"
#include "core/file.h"
#include "core/random.h"
#include "records/model.h"

namespace sekisho::columns {
namespace {

namespace common = records::common;

std::unique_ptr<Engine> engine_for(const std::filesystem::path& folder, int threads = 1) {
  auto engine =
      Engine::create({.threads = threads, .memory_limit = "1GB", .temporary = {}, .allowed_folders = {folder}});
  EXPECT_TRUE(engine) << (engine ? "" : engine.error().describe());
  return engine ? std::move(*engine) : nullptr;
}

// Labs with every type of column, nulls and texts that recur.
records::Batch lab_rows(std::size_t rows) {
  records::Batch batch(records::spec(records::Table::kLab));
  SeededRandom random(7);
  for (std::size_t i = 0; i < rows; ++i) {
    batch.add_row();
    batch.text(common::kReg, "reg" + std::to_string(random.below(1000)));
    batch.integer(common::kDoc, static_cast<std::int64_t>(i));
    batch.integer(common::kSub, static_cast<std::int64_t>(i));
    batch.integer(common::kT, static_cast<std::int64_t>(random.below(1'000'000'000)) * 1'000'000);
    batch.text(common::kStdCode, random.chance(0.5) ? "3D010129902271101 long code beyond twelve bytes" : "1A0");
    if (random.chance(0.7)) batch.real(records::lab::kNumber, random.uniform());
    if (random.chance(0.3)) batch.text(records::lab::kUnit, "㎎/dL");
  }
  return batch;
}

TEST(Columns, values_come_back_from_parquet_as_they_were) {
  auto folder = TemporaryFolder::create();
  auto engine = engine_for(folder->path());
  records::Batch batch = lab_rows(10'000);
  const auto file = folder->path() / "lab.parquet";
  ASSERT_TRUE(write_parquet(*engine, batch, file));
  auto rows = engine->query("SELECT reg, doc, sub, epoch_us(t), std_code, number, unit, dept FROM " +
                            std::string("read_parquet(") + sql_paths({file}) + ")");
  ASSERT_TRUE(rows) << rows.error().describe();
  std::size_t at = 0;
  for (; (*rows)->next(); ++at) {
    ASSERT_EQ((*rows)->text(0), batch.column(common::kReg).text(at));
    ASSERT_EQ((*rows)->integer(1), batch.column(common::kDoc).integer(at));
    ASSERT_EQ((*rows)->integer(2), batch.column(common::kSub).integer(at));
    ASSERT_EQ((*rows)->integer(3), batch.column(common::kT).integer(at));
    ASSERT_EQ((*rows)->text(4), batch.column(common::kStdCode).text(at));
    ASSERT_EQ((*rows)->is_null(5), batch.column(records::lab::kNumber).is_null(at));
    if (!(*rows)->is_null(5)) {
      ASSERT_EQ((*rows)->real(5), batch.column(records::lab::kNumber).real(at));
    }
    ASSERT_EQ((*rows)->is_null(6), batch.column(records::lab::kUnit).is_null(at));
    if (!(*rows)->is_null(6)) {
      ASSERT_EQ((*rows)->text(6), "㎎/dL");
    }
    ASSERT_TRUE((*rows)->is_null(7));
  }
  EXPECT_EQ(at, 10'000u);
}

TEST(Columns, the_same_batch_gives_the_same_bytes_for_any_number_of_threads) {
  auto folder = TemporaryFolder::create();
  Bytes first;
  for (int threads : {1, 2, 4}) {
    auto engine = engine_for(folder->path(), threads);
    records::Batch batch = lab_rows(300'000);
    const auto file = folder->path() / (std::to_string(threads) + ".parquet");
    ASSERT_TRUE(write_parquet(*engine, batch, file));
    const auto bytes = read_file(file);
    ASSERT_TRUE(bytes);
    if (first.empty()) first = *bytes;
    EXPECT_TRUE(first == *bytes) << threads << " threads";
  }
}

TEST(Columns, chosen_rows_go_to_their_files_in_the_order_chosen) {
  auto folder = TemporaryFolder::create();
  auto engine = engine_for(folder->path());
  records::Batch batch = lab_rows(5'000);
  FileRows even{folder->path() / "even.parquet", {}}, few{folder->path() / "few.parquet", {4'999, 3, 3}};
  for (std::uint32_t i = 0; i < 5'000; i += 2)
    even.rows.push_back(i);
  const FileRows files[] = {few, even};
  ASSERT_TRUE(write_parquet(*engine, batch, files));
  auto texts =
      engine->query_text("SELECT string_agg(sub || ':' || reg, ' ') FROM read_parquet(" + sql_paths({few.path}) + ")");
  ASSERT_TRUE(texts);
  const auto reg = [&](std::size_t row) { return std::string(batch.column(common::kReg).text(row)); };
  EXPECT_EQ(*texts, "4999:" + reg(4'999) + " 3:" + reg(3) + " 3:" + reg(3));
  EXPECT_EQ(*engine->query_integer("SELECT sum(sub) FROM read_parquet(" + sql_paths({even.path}) + ")"), 2'499 * 2'500);
}

TEST(Columns, a_registered_batch_is_a_view_and_a_second_registration_replaces_it) {
  auto folder = TemporaryFolder::create();
  auto engine = engine_for(folder->path());
  records::Batch first = lab_rows(100), second = lab_rows(7);
  ASSERT_TRUE(engine->register_batch("rows", first));
  EXPECT_EQ(*engine->query_integer("SELECT count(*) FROM rows"), 100);
  ASSERT_TRUE(engine->register_batch("rows", second));
  EXPECT_EQ(*engine->query_integer("SELECT count(*) FROM rows"), 7);
  EXPECT_EQ(*engine->query_integer("SELECT sum(sub) FROM rows WHERE sub > 4"), 11);
}

TEST(Columns, a_batch_without_rows_gives_a_readable_file) {
  auto folder = TemporaryFolder::create();
  auto engine = engine_for(folder->path());
  records::Batch batch(records::spec(records::Table::kDrug));
  ASSERT_TRUE(write_parquet(*engine, batch, folder->path() / "e.parquet"));
  EXPECT_EQ(
      *engine->query_integer("SELECT count(*) FROM read_parquet(" + sql_paths({folder->path() / "e.parquet"}) + ")"),
      0);
}

TEST(Columns, text_of_every_type_is_the_engines_own) {
  auto folder = TemporaryFolder::create();
  auto engine = engine_for(folder->path());
  const std::pair<std::string, std::string> cases[] = {
      {"1.0::double", "1.0"},
      {"0.1::double", "0.1"},
      {"1e20::double", "1e+20"},
      {"true", "true"},
      {"170141183460469231731687303715884105727::hugeint", "170141183460469231731687303715884105727"},
      {"date '1900-02-28'", "1900-02-28"},
      {"timestamp '1969-12-31 23:59:59.5'", "1969-12-31 23:59:59.5"},
      {"1.50::decimal(4,2)", "1.50"},
      {"[1,2]", "[1, 2]"},
      {"{'a': 1}", "{'a': 1}"},
      {"interval 1 day", "1 day"},
      {"'関所'", "関所"},
      {"null::varchar", ""},
  };
  for (const auto& [sql, expected] : cases) {
    const auto text = engine->query_text("SELECT " + sql + ";");
    ASSERT_TRUE(text) << sql << text.error().describe();
    EXPECT_EQ(*text, expected) << sql;
  }
}

TEST(Columns, files_outside_the_allowed_folders_can_neither_be_read_nor_written) {
  auto folder = TemporaryFolder::create(), other = TemporaryFolder::create();
  auto engine = engine_for(folder->path());
  ASSERT_TRUE(write_file_durable(other->path() / "x.csv", std::string_view("a\n1\n")));
  EXPECT_FALSE(engine->query("SELECT * FROM read_csv(" + sql_paths({other->path() / "x.csv"}) + ")"));
  EXPECT_FALSE(engine->execute("COPY (SELECT 1) TO " + sql_text((other->path() / "y.csv").string())));
  EXPECT_FALSE(engine->execute("SET enable_external_access=true"));
  EXPECT_FALSE(engine->execute("SET threads=8"));
  EXPECT_FALSE(engine->execute("INSTALL httpfs"));
  EXPECT_FALSE(engine->query("SELECT * FROM read_csv('" + folder->path().string() + "/../" +
                             other->path().filename().string() + "/x.csv')"));
}

TEST(Columns, bytes_that_are_not_utf8_become_replacement_characters) {
  auto folder = TemporaryFolder::create();
  auto engine = engine_for(folder->path());
  records::Batch batch(records::spec(records::Table::kDrug));
  batch.add_row();
  batch.text(common::kReg,
             "a\xff"
             "b");
  ASSERT_TRUE(engine->register_batch("rows", batch));
  EXPECT_EQ(*engine->query_text("SELECT reg FROM rows"),
            "a\xef\xbf\xbd"
            "b");
}

TEST(Columns, a_wrong_statement_is_an_error_and_the_engine_goes_on) {
  auto folder = TemporaryFolder::create();
  auto engine = engine_for(folder->path());
  const auto wrong = engine->query("SELEC 1");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, "columns.query");
  EXPECT_EQ(*engine->query_integer("SELECT 42"), 42);
}

}  // namespace
}  // namespace sekisho::columns
