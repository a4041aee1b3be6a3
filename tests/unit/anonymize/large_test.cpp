// Large tables: what several threads and blocks do, against the plain way.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "anonymize/lattice.h"
#include "anonymize/output.h"
#include "anonymize/search.h"
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
)";
const std::string kFour = "[[model]]\nkind = \"k-anonymity\"\nk = 4\n";

// What a policy adds, with columns that it does not name left insensitive.
std::string with(const std::string& head, std::set<std::string> named, const std::string& models) {
  std::string out = head + kLarge;
  for (const char* column : {"text", "grade", "pid", "person", "home"})
    if (!named.contains(column))
      out += fmt::format("[[attribute]]\nname = \"{}\"\nkind = \"insensitive\"\n", column);
    else if (std::string_view("text grade").find(column) != std::string_view::npos)
      out += fmt::format("[[attribute]]\nname = \"{}\"\nkind = \"sensitive\"\n", column);
  return out + models;
}

// Rows with a second sensitive column, persons of one to three rows and their homes.
std::string with_persons(const std::vector<std::string>& lines) {
  SeededRandom random(4);
  std::string out = "age;code;text;pid;grade;person;home\n";
  std::size_t person = 0;
  for (const std::string& line : lines) {
    person += random.below(2) == 0 ? 1 : 0;
    out += fmt::format("{};{};p{};h{}\n", std::string_view(line).substr(0, line.size() - 1),
                       random.below(random.below(9) + 1), person, person / 3);
  }
  return out;
}

// The best of all nodes of the lattice, none of them ruled out by others. Each is then judged where the limit just lets
// it pass: nothing may rule it out before it is judged.
detail::Found best_of_all(const Table& table, const Policy& policy) {
  Policy lenient = policy;
  auto data = detail::Encoded::make(table, policy, 2);
  EXPECT_TRUE(data) << data.error().describe();
  detail::Found out;
  detail::Work work;
  detail::Levels levels(2);
  for (levels[0] = 0; levels[0] <= data->highest(0); ++levels[0])
    for (levels[1] = 0; levels[1] <= data->highest(1); ++levels[1]) {
      EXPECT_TRUE(data->use(policy));
      if (const detail::Judgement judgement = data->judge(levels, work); judgement.valid)
        detail::take_if_better(out, levels, judgement);
      lenient.suppression_limit = 1;
      EXPECT_TRUE(data->use(lenient));
      const std::size_t suppressed = data->judge(levels, work).suppressed;
      lenient.suppression_limit = static_cast<double>(suppressed) / static_cast<double>(table.rows);
      EXPECT_FALSE(data->dismisses(levels, work)) << fmt::format("{}", fmt::join(levels, " "));
      EXPECT_TRUE(data->judge_or_rule_out(levels, work).valid) << fmt::format("{}", fmt::join(levels, " "));
      if (suppressed == 0) continue;
      lenient.suppression_limit = static_cast<double>(suppressed - 1) / static_cast<double>(table.rows);
      EXPECT_FALSE(data->judge_or_rule_out(levels, work).valid) << fmt::format("{}", fmt::join(levels, " "));
    }
  return out;
}

TEST_F(LargeTest, TheOptimumOfALargeTableIsThatOfJudgingEveryNode) {
  const Table table = PolicyTest::table(with_persons(lines(80'000)), ';');
  const auto model = [](std::string kind, std::string rest, std::string attribute) {
    return fmt::format("[[model]]\nkind = \"{}\"\n{}\nattribute = \"{}\"\n", kind, rest, attribute);
  };
  const std::string two_texts = model("l-diversity", "variant = \"distinct\"\nl = 2", "text");
  const std::string two_grades = model("l-diversity", "variant = \"distinct\"\nl = 2", "grade");
  struct Asked {
    std::string head;
    std::set<std::string> named;
    std::string models;
  };
  const Asked all[] = {
      {"", {"text"}, kFour + two_texts},
      {"", {"text", "grade"}, kFour + two_texts + two_grades},
      {"person = \"pid\"\n", {"text", "pid"}, kFour + two_texts},
      {"person = \"person\"\n", {"text", "person"}, kFour + two_texts},
      {"person = \"person\"\nhousehold = \"home\"\n", {"person", "home", "grade"}, kFour + two_grades},
      {"hospital = \"home\"\nminimum_hospitals = 4\n", {"home"}, "[[model]]\nkind = \"k-anonymity\"\nk = 2\n"},
      {"", {"grade"}, kFour + model("t-closeness", "distance = \"ordered\"\nt = 0.1", "grade")},
      {"", {"grade"}, kFour + model("l-diversity", "variant = \"entropy\"\nl = 2.5", "grade")},
      {"", {"grade", "text"}, model("l-diversity", "variant = \"recursive\"\nc = 3.0\nl = 3", "grade") + two_texts},
      {"person = \"person\"\n",
       {"person", "grade"},
       kFour + model("t-closeness", "distance = \"equal\"\nt = 0.2", "grade")},
  };
  for (const Asked& asked : all)
    for (const char* metric : {"loss", "entropy", "discernability"}) {
      const Policy wanted =
          policy(with(fmt::format("metric = \"{}\"\n", metric) + asked.head, asked.named, asked.models));
      const detail::Found expected = best_of_all(table, wanted);
      ASSERT_TRUE(expected.any) << asked.head << asked.models;
      for (const int threads : {1, 3}) {
        const auto found = search(table, wanted, {.threads = threads});
        ASSERT_TRUE(found) << found.error().describe();
        detail::Levels levels;
        for (const auto& [name, level] : found->decision.levels)
          levels.push_back(level);
        EXPECT_EQ(levels, expected.levels) << metric << asked.head << asked.models;
        EXPECT_EQ(found->suppressed, expected.best.suppressed);
        EXPECT_EQ(found->classes, expected.best.classes);
        EXPECT_EQ(found->smallest_class, expected.best.smallest);
        EXPECT_NEAR(found->score / expected.best.score, 1, 1e-12);
        EXPECT_TRUE(found->optimal);
      }
    }
}

// With a household for each row the same question goes another way: entry by entry, without blocks.
TEST_F(LargeTest, ATableInBlocksGivesWhatThePlainWayGives) {
  const Table table = PolicyTest::table(with_persons(lines(80'000)), ';');
  const std::string models =
      kFour + "[[model]]\nkind = \"l-diversity\"\nvariant = \"distinct\"\nl = 2\nattribute = \"text\"\n";
  const auto plain = search(table, policy(with("household = \"pid\"\n", {"text", "pid"}, models)));
  ASSERT_TRUE(plain) << plain.error().describe();
  for (const char* head : {"", "person = \"pid\"\n"}) {
    const auto found = search(table, policy(with(head, {"text", *head == 0 ? "" : "pid"}, models)), {.threads = 2});
    ASSERT_TRUE(found) << found.error().describe();
    EXPECT_EQ(found->decision.to_json(), plain->decision.to_json());
    EXPECT_EQ(found->smallest_class, plain->smallest_class);
    EXPECT_NEAR(found->score / plain->score, 1, 1e-12);
  }
}

TEST_F(LargeTest, RowsAndFileAreTheSameWhateverTheThreads) {
  const Table table = PolicyTest::table(joined(lines(300'000)), ';');
  const Policy p = policy(
      kLarge + kFour +
      "[[attribute]]\nname = \"pid\"\nkind = \"insensitive\"\n[[attribute]]\nname = \"text\"\nkind = \"sensitive\"\n");
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
