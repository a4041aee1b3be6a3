// Every behaviour is shown on SQLite and on a PostgreSQL cluster made for the test and thrown away.
#include <gtest/gtest.h>

#include "cluster.h"
#include "core/file.h"
#include "db/database.h"

namespace sekisho::db {
namespace {

using testing_support::Cluster;

class DatabaseTest : public testing::TestWithParam<Dialect> {
 protected:
  void SetUp() override {
    folder_ = std::make_unique<TemporaryFolder>(std::move(*TemporaryFolder::create()));
    if (GetParam() == Dialect::kPostgresql && Cluster::get() == nullptr)
      GTEST_SKIP() << "the programs of PostgreSQL 15 are not installed or do not start here";
    database_ = open();
    ASSERT_TRUE(database_);
    ASSERT_TRUE(database_->run("cleaning", [](soci::session& s) {
      s << "DROP TABLE IF EXISTS t";
      s << "DROP TABLE IF EXISTS migration";
    }));
  }
  std::unique_ptr<Database> open(bool reading = false) {
    auto database = GetParam() == Dialect::kSqlite ? Database::open_sqlite(folder_->path() / "it's a test.db", reading)
                                                   : Database::open_postgresql(Cluster::get()->parameters(), reading);
    EXPECT_TRUE(database) << (database ? "" : database.error().describe());
    return database ? std::move(*database) : nullptr;
  }
  long long count() {
    long long n = -1;
    EXPECT_TRUE(database_->run("counting", [&](soci::session& s) { s << "SELECT count(*) FROM t", soci::into(n); }));
    return n;
  }
  std::unique_ptr<TemporaryFolder> folder_;
  std::unique_ptr<Database> database_;
};

constexpr Migration kSteps[] = {
    {1, "CREATE TABLE t(id bigint PRIMARY KEY, name text NOT NULL);\nCREATE INDEX t_name ON t(name);\n"},
    {2, "ALTER TABLE t ADD COLUMN note text"},
};

TEST_P(DatabaseTest, steps_of_a_schema_run_once_and_in_order) {
  ASSERT_TRUE(database_->migrate("test", std::span(kSteps).first(1)));
  ASSERT_TRUE(database_->migrate("test", kSteps));
  ASSERT_TRUE(database_->migrate("test", kSteps));
  ASSERT_TRUE(database_->run("insert", [](soci::session& s) { s << "INSERT INTO t VALUES(1, '関所', 'n')"; }));
  std::string name;
  ASSERT_TRUE(database_->run("select", [&](soci::session& s) { s << "SELECT name FROM t", soci::into(name); }));
  EXPECT_EQ(name, "関所");
}

TEST_P(DatabaseTest, a_schema_of_a_later_program_is_refused) {
  ASSERT_TRUE(database_->migrate("test", kSteps));
  const auto older = database_->migrate("test", std::span(kSteps).first(1));
  ASSERT_FALSE(older);
  EXPECT_EQ(older.error().code, "db.newer");
}

TEST_P(DatabaseTest, a_failed_step_leaves_nothing_behind) {
  constexpr Migration broken[] = {{1, "CREATE TABLE t(id bigint);\nCREATE TABLE t(id bigint)"}};
  ASSERT_FALSE(database_->migrate("test", broken));
  EXPECT_TRUE(database_->migrate("test", kSteps));
}

TEST_P(DatabaseTest, a_transaction_that_fails_is_rolled_back) {
  ASSERT_TRUE(database_->migrate("test", kSteps));
  const auto failed = database_->transaction("work", [](soci::session& s) -> Result<void> {
    s << "INSERT INTO t(id, name) VALUES(1, 'a')";
    return fail("test.no", "no");
  });
  EXPECT_EQ(failed.error().code, "test.no");
  EXPECT_EQ(count(), 0);
}

TEST_P(DatabaseTest, a_second_row_with_the_same_key_is_told_by_its_code_without_its_values) {
  ASSERT_TRUE(database_->migrate("test", kSteps));
  const auto twice = database_->transaction("insert", [](soci::session& s) -> Result<void> {
    const std::string name = "山田太郎";
    for (int i = 0; i < 2; ++i)
      s << "INSERT INTO t(id, name) VALUES(7, :n)", soci::use(name);
    return {};
  });
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, "db.unique");
  EXPECT_EQ(twice.error().describe().find("山田"), std::string::npos);
  EXPECT_EQ(count(), 0);
}

TEST_P(DatabaseTest, reading_only_refuses_writing) {
  ASSERT_TRUE(database_->migrate("test", kSteps));
  auto reader = open(true);
  ASSERT_TRUE(reader);
  EXPECT_FALSE(reader->run("insert", [](soci::session& s) { s << "INSERT INTO t(id, name) VALUES(1, 'a')"; }));
  EXPECT_EQ(count(), 0);
}

TEST_P(DatabaseTest, a_prepared_statement_inserts_many_rows_in_one_transaction) {
  ASSERT_TRUE(database_->migrate("test", kSteps));
  ASSERT_TRUE(database_->transaction("bulk", [](soci::session& s) -> Result<void> {
    long long id = 0;
    std::string name = "x";
    soci::statement insert = (s.prepare << "INSERT INTO t(id, name) VALUES(:i, :n)", soci::use(id), soci::use(name));
    for (id = 0; id < 1000; ++id)
      insert.execute(true);
    return {};
  }));
  EXPECT_EQ(count(), 1000);
}

INSTANTIATE_TEST_SUITE_P(Both, DatabaseTest, testing::Values(Dialect::kSqlite, Dialect::kPostgresql),
                         [](const auto& info) { return info.param == Dialect::kSqlite ? "sqlite" : "postgresql"; });

TEST(Sqlite, a_database_that_is_absent_is_not_made_by_reading) {
  const auto folder = TemporaryFolder::create();
  const auto absent = Database::open_sqlite(folder->path() / "x.db", true);
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, "db.absent");
}

TEST(Sqlite, a_file_that_is_no_database_is_an_error) {
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(write_file_durable(folder->path() / "x.db", std::string_view("this is not a database at all, no no")));
  EXPECT_FALSE(Database::open_sqlite(folder->path() / "x.db"));
}

}  // namespace
}  // namespace sekisho::db
