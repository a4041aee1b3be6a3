// Large tables: what several threads and blocks do, against the plain way.
#include <fmt/format.h>

#include <algorithm>

#include "anonymize/output.h"
#include "core/random.h"
#include "fixtures.h"

namespace sekisho::anonymize {
namespace {

struct LargeTest : PolicyTest {
  // Rows of four columns; long values, quotes, separators, line breaks and empty fields among them.
  static std::vector<std::string> lines(std::size_t rows) {
    SeededRandom random(3);
    std::vector<std::string> out;
    const std::vector<std::string> odd{
        "\"a;b\"", "\"two\nlines\"", "", "\"say \"\"so\"\"\"", "eight888", "a value of many letters", "nine99999",
        "検査",    "1234567\"8\"",   "x"};
    for (std::size_t row = 0; row < rows; ++row)
      out.push_back(fmt::format("{};{};{};{}\n", random.below(random.below(90) + 1), random.below(20'000),
                                random.below(50) == 0 ? odd[random.below(odd.size())] : "usual", row));
    return out;
  }
  static std::string joined(const std::vector<std::string>& lines) {
    std::string out = "age;code;text;pid\n";
    for (const std::string& line : lines)
      out += line;
    return out;
  }
  Result<Table> read(const std::filesystem::path& file, int threads) {
    Encoding encoding = Encoding::kDetect;
    return read_table_file(file, ';', encoding, threads);
  }
};

TEST_F(LargeTest, AFileReadInBlocksOnAnyNumberOfThreadsIsTheTableOfItsWholeText) {
  const std::string text = joined(lines(1'100'000));
  ASSERT_GT(text.size(), std::size_t{17} << 20);
  const auto plain = read_table(text, ';', "t.csv");
  ASSERT_TRUE(plain) << plain.error().describe();
  const std::filesystem::path file = write("t.csv", text);
  for (const int threads : {1, 2, 5}) {
    const auto made = read(file, threads);
    ASSERT_TRUE(made) << made.error().describe();
    ASSERT_EQ(made->rows, plain->rows);
    for (std::size_t i = 0; i < plain->columns.size(); ++i) {
      EXPECT_EQ(made->columns[i].name(), plain->columns[i].name());
      EXPECT_EQ(made->columns[i].values(), plain->columns[i].values());
      for (std::size_t row = 0; row < plain->rows; ++row)
        ASSERT_EQ(made->columns[i].code(row), plain->columns[i].code(row));
    }
  }
}

TEST_F(LargeTest, AMistakeFarInsideAFileIsNamedWithItsLineWhateverTheThreads) {
  std::vector<std::string> all = lines(1'100'000);
  all[1'050'000] = "1;2;3\n";
  // Line breaks inside quotes are lines too.
  std::int64_t line = 2;
  for (std::size_t row = 0; row < 1'050'000; ++row)
    line += std::ranges::count(all[row], '\n');
  const std::filesystem::path file = write("t.csv", joined(all));
  for (const int threads : {1, 3}) {
    const auto made = read(file, threads);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, "csv.ragged");
    EXPECT_EQ(made.error().place.line, line);
  }
}

const std::string kLarge = R"(
delimiter = ";"
suppression_limit = 0.03
[[attribute]]
name = "age"
kind = "quasi"
[attribute.rule]
kind = "age"
bands = [5, 10, 20]
[[attribute]]
name = "code"
kind = "quasi"
[attribute.rule]
kind = "intervals"
widths = [10, 100, 1000, 10000]
[[attribute]]
name = "text"
kind = "sensitive"
[[model]]
kind = "k-anonymity"
k = 4
[[model]]
kind = "l-diversity"
variant = "distinct"
l = 2
attribute = "text"
)";

// With a column of persons, each of one row, the same question goes another way: entry by entry, without blocks.
TEST_F(LargeTest, TheOptimumOfATableInBlocksIsThatOfThePlainWay) {
  const std::string text = joined(lines(80'000));
  const Table table = PolicyTest::table(text, ';');
  for (const char* metric : {"loss", "entropy", "discernability", "precision", "ambiguity", "average-class-size"}) {
    const std::string head = fmt::format("metric = \"{}\"\n", metric);
    const Policy plain = policy(head + "person = \"pid\"\n" + kLarge);
    const Policy blocks = policy(head + kLarge + "[[attribute]]\nname = \"pid\"\nkind = \"identifying\"\n");
    const auto expected = search(table, plain);
    ASSERT_TRUE(expected) << expected.error().describe();
    for (const int threads : {1, 3}) {
      const auto found = search(table, blocks, {.threads = threads});
      ASSERT_TRUE(found) << found.error().describe();
      EXPECT_EQ(found->decision.levels, expected->decision.levels) << metric;
      EXPECT_EQ(found->decision.suppressed_classes, expected->decision.suppressed_classes);
      EXPECT_EQ(found->suppressed, expected->suppressed);
      EXPECT_EQ(found->classes, expected->classes);
      EXPECT_EQ(found->smallest_class, expected->smallest_class);
      EXPECT_NEAR(found->score / expected->score, 1, 1e-12);
      EXPECT_TRUE(found->optimal);
    }
  }
}

TEST_F(LargeTest, RowsAndFileAreTheSameWhateverTheThreads) {
  const Table table = PolicyTest::table(joined(lines(300'000)), ';');
  const Policy p = policy(kLarge + "[[attribute]]\nname = \"pid\"\nkind = \"insensitive\"\n");
  std::string first;
  for (const int threads : {1, 2, 5}) {
    const auto found = search(table, p, {.threads = threads});
    ASSERT_TRUE(found) << found.error().describe();
    ASSERT_GT(found->suppressed, 0u);
    const auto applied = apply(table, p, found->decision, threads);
    ASSERT_TRUE(applied);
    SeededRandom random(1);
    const std::filesystem::path file = folder.path() / fmt::format("o{}.csv", threads);
    ASSERT_TRUE(write_csv(*applied, p.person, ';', file, random, threads));
    const std::string written = *read_text(file);
    if (first.empty()) first = written;
    EXPECT_EQ(written, first);
    const Table again = PolicyTest::table(written, ';');
    ASSERT_EQ(again.rows, applied->rows());
    ASSERT_EQ(again.rows, table.rows - found->suppressed);
    for (std::size_t row = 0; row < again.rows; ++row)
      for (std::size_t i = 0; i < again.columns.size(); ++i)
        ASSERT_EQ(again.columns[i].text(row), applied->text(row, i));
  }
}

}  // namespace
}  // namespace sekisho::anonymize
