#include "linkage/incremental.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include "core/csv.h"
#include "core/random.h"
#include "linkage/fields.h"
#include "spec_text.h"

namespace sekisho::linkage {
namespace {

namespace fs = std::filesystem;

const std::string kSpec = spec_text(
    {{"record_id", "code", "", "id"},
     {"surname", "name", "surname"},
     {"given_name", "name", "given_name"},
     {"birth_date", "date", "date"},
     {"postcode", "code", "code"}},
    {{"surname", "given_name"}, {"surname", "birth_date"}, {"given_name", "birth_date"}, {"birth_date", "postcode"}},
    "max_block = 60\nall_pairs_below = 50\n");

struct Person {
  std::string surname, given, birth, postcode;
};

// Registrations of persons with one to four records each; every fourth record has an error.
std::vector<std::string> registrations(std::size_t persons, std::uint64_t seed) {
  SeededRandom random(seed);
  const auto word = [&](std::size_t syllables) {
    static constexpr const char* kSyllables[] = {"ba", "ke", "li", "mo", "nu", "sar", "tin", "vel", "dor", "hun"};
    std::string out;
    for (std::size_t i = 0; i < syllables; ++i)
      out += kSyllables[random.below(10)];
    return out;
  };
  std::vector<std::string> lines;
  for (std::size_t p = 0; p < persons; ++p) {
    const Person person{
        word(3), word(3),
        fmt::format("{}-{:02}-{:02}", 1930 + random.below(70), 1 + random.below(12), 1 + random.below(28)),
        fmt::format("{:05}", random.below(300) * 331)};
    for (std::uint64_t n = 1 + random.below(4); n > 0; --n) {
      Person copy = person;
      if (random.chance(0.25)) {
        std::string& text = random.chance(0.5) ? copy.surname : copy.given;
        text[random.below(text.size())] = 'x';
      }
      if (random.chance(0.1)) copy.postcode.clear();
      lines.push_back(fmt::format("{},{},{},{}", copy.surname, copy.given, copy.birth, copy.postcode));
    }
  }
  for (std::size_t i = lines.size(); i > 1; --i)
    std::swap(lines[i - 1], lines[random.below(i)]);
  for (std::size_t i = 0; i < lines.size(); ++i)
    lines[i] = fmt::format("r{:06},{}", i, lines[i]);
  return lines;
}

using PersonsOf = std::vector<std::pair<std::string, std::string>>;

// Pairs of records that stand in one person in one of both only, and in both.
std::pair<std::size_t, std::size_t> disagreement(const PersonsOf& a, const PersonsOf& b) {
  const auto pairs = [](const PersonsOf& persons) {
    std::map<std::string, std::vector<std::string>> members;
    for (const auto& [record, person] : persons)
      members[person].push_back(record);
    std::set<std::pair<std::string, std::string>> out;
    for (const auto& [person, records] : members)
      for (std::size_t i = 0; i < records.size(); ++i)
        for (std::size_t j = i + 1; j < records.size(); ++j)
          out.emplace(std::minmax(records[i], records[j]));
    return out;
  };
  const auto x = pairs(a), y = pairs(b);
  std::vector<std::pair<std::string, std::string>> differ, both;
  std::ranges::set_symmetric_difference(x, y, std::back_inserter(differ));
  std::ranges::set_union(x, y, std::back_inserter(both));
  return {differ.size(), both.size()};
}

class PersonStoreTest : public testing::Test {
 protected:
  void SetUp() override { folder_.emplace(TemporaryFolder::create().value()); }

  fs::path csv(const std::vector<std::string>& lines, std::string_view name) {
    const fs::path file = folder_->path() / name;
    std::ofstream out(file);
    out << "id,surname,given_name,birth_date,postcode\n";
    for (const std::string& line : lines)
      out << line << '\n';
    return file;
  }
  Table table(const std::vector<std::string>& lines, std::string_view name = "in.csv") {
    return read_table(ModelSpec::parse(kSpec, "spec").value(), {csv(lines, name)}).value();
  }
  PersonStore open(double batch_share = 1e18, std::string_view name = "store") {
    PersonStore::Options options;
    options.clock = &clock_;
    options.batch_share = batch_share;
    auto store = PersonStore::open(folder_->path() / name, kSpec, options);
    EXPECT_TRUE(store) << store.error().describe();
    return std::move(*store);
  }
  PersonsOf folded(const std::string& until = "9999") {
    PersonFold fold(folder_->path() / "store");
    const auto tip = each_entry(folder_->path() / "store", [&](const Json& entry) -> Result<bool> {
      if (entry.value("at", "") > until) return false;
      SEKISHO_CHECK(fold.apply(entry));
      return true;
    });
    EXPECT_TRUE(tip) << tip.error().describe();
    return fold.sorted();
  }
  std::vector<Json> entries(std::string_view kind) {
    std::vector<Json> out;
    EXPECT_TRUE(each_entry(folder_->path() / "store", [&](const Json& entry) -> Result<bool> {
      if (entry.value("kind", "") == kind) out.push_back(entry);
      return true;
    }));
    return out;
  }
  static std::vector<std::string> part(const std::vector<std::string>& all, std::size_t begin, std::size_t end) {
    return {all.begin() + static_cast<std::ptrdiff_t>(begin), all.begin() + static_cast<std::ptrdiff_t>(end)};
  }

  std::optional<TemporaryFolder> folder_;
  ManualClock clock_{UtcTime::parse("2026-04-01T09:00:00Z").value()};
};

TEST_F(PersonStoreTest, IncrementsAndOneBatchAgreeAndReconcileLeavesNoDifference) {
  for (const std::uint64_t seed : {1, 2}) {
    const std::vector<std::string> all = registrations(350, seed);
    const std::string name = fmt::format("store{}", seed);
    PersonStore store = open(1e18, name);
    SeededRandom random(seed);
    ASSERT_TRUE(store.add(table(part(all, 0, all.size() / 2))));
    for (std::size_t at = all.size() / 2; at < all.size();) {
      const std::size_t end = std::min(all.size(), at + 1 + random.below(200));
      const auto report = store.add(table(part(all, at, end)));
      ASSERT_TRUE(report) << report.error().describe();
      EXPECT_FALSE(report->batch);
      at = end;
    }
    PersonStore batch = open(0, name + "batch");
    ASSERT_TRUE(batch.add(table(all)));
    const auto [differ, both] = disagreement(store.persons(), batch.persons());
    EXPECT_LE(differ, both / 1000 + 2) << both;
    ASSERT_TRUE(store.reconcile());
    EXPECT_EQ(disagreement(store.persons(), batch.persons()).first, 0u);
  }
}

TEST_F(PersonStoreTest, EntriesMakeTheSamePersonsAgainAndTheStateOfAnyDay) {
  const std::vector<std::string> all = registrations(300, 3);
  PersonsOf first_day, second_day;
  {
    PersonStore store = open();
    ASSERT_TRUE(store.add(table(part(all, 0, 400))));
    first_day = store.persons();
    clock_.advance_seconds(86'400);
    ASSERT_TRUE(store.add(table(part(all, 400, 500))));
    second_day = store.persons();
    EXPECT_EQ(folded(), second_day);
    clock_.advance_seconds(86'400);
    ASSERT_TRUE(store.reconcile());
    ASSERT_TRUE(store.add(table(part(all, 500, all.size()))));
    EXPECT_EQ(folded(), store.persons());
  }
  EXPECT_EQ(folded("2026-04-01T23:59:59"), first_day);
  EXPECT_EQ(folded("2026-04-02T23:59:59"), second_day);
  EXPECT_EQ(folded(), open().persons()) << "opened again";
}

TEST_F(PersonStoreTest, AChangedLostOrMovedEntryShows) {
  const std::vector<std::string> all = registrations(200, 4);
  {
    PersonStore store = open();
    ASSERT_TRUE(store.add(table(part(all, 0, 300))));
    ASSERT_TRUE(store.add(table(part(all, 300, 320))));
    ASSERT_TRUE(store.checkpoint());
  }
  const fs::path journal = journal_file(folder_->path() / "store");
  const std::string text = read_text(journal).value();
  const auto fails = [&](const std::string& changed) {
    std::ofstream(journal) << changed;
    return !each_entry(folder_->path() / "store", [](const Json&) -> Result<bool> { return true; });
  };
  std::string changed = text;
  const std::size_t at = changed.find("\"person\":\"P0");
  changed[at + 20] = changed[at + 20] == '1' ? '2' : '1';
  EXPECT_TRUE(fails(changed));
  const std::size_t second = text.find('\n') + 1, third = text.find('\n', second) + 1;
  EXPECT_TRUE(fails(text.substr(0, second) + text.substr(third)));
  EXPECT_FALSE(fails(text));
}

// Nothing but a given name speaks for one person, until someone decides.
TEST_F(PersonStoreTest, AMergeIsUndoneForGoodAndTheUndoingCanBeUndone) {
  std::vector<std::string> all = registrations(300, 5);
  PersonStore store = open();
  ASSERT_TRUE(store.add(table(all)));
  const auto person = [&](const char* record) { return store.person_of(record).value_or("none"); };
  ASSERT_TRUE(store.add(table({"a1,Marlowe,Philippa,1961-07-23,55555"})));
  ASSERT_TRUE(store.add(table({"b1,Quentin,Philippa,1984-02-11,99999"})));
  const std::string older = person("a1"), younger = person("b1");
  ASSERT_NE(older, younger);
  ASSERT_TRUE(store.decide({"a1", "b1", Verdict::kSame, {"x", "y"}, "", "marriage register"}));
  EXPECT_EQ(person("a1"), older);
  EXPECT_EQ(person("b1"), older) << "the id that appeared first stays";
  ASSERT_EQ(entries("merge").size(), 1u);
  const Json merge = entries("merge").back();
  EXPECT_EQ(merge["gone"], younger);
  EXPECT_EQ(merge["evidence"]["rule"], "decision: same");
  EXPECT_FALSE(merge["evidence"]["levels"].empty());

  ASSERT_TRUE(store.undo(merge["n"].get<std::uint64_t>(), {"x"}, "another person"));
  EXPECT_EQ(person("a1"), older);
  EXPECT_EQ(person("b1"), younger) << "the retired id comes back";
  ASSERT_TRUE(store.reconcile());
  EXPECT_NE(person("a1"), person("b1")) << "and a later run obeys";
  EXPECT_EQ(folded(), store.persons());

  const Json undone = entries("undo").back();
  ASSERT_TRUE(store.undo(undone["n"].get<std::uint64_t>(), {"x"}, "was right"));
  EXPECT_EQ(folded(), store.persons());
}

TEST_F(PersonStoreTest, ASplitIsUndoneForGoodAndThePastStillKnowsIt) {
  PersonStore store = open();
  ASSERT_TRUE(store.add(table(registrations(300, 5))));
  const auto person = [&](const char* record) { return store.person_of(record).value_or("none"); };
  ASSERT_TRUE(store.add(table({"a1,Marlowe,Philippa,1961-07-23,55555"})));
  ASSERT_TRUE(store.add(table({"a2,Marlow,Philippa,1961-07-23,55555"})));
  const std::string one = person("a1");
  ASSERT_EQ(person("a2"), one);
  ASSERT_TRUE(store.decide({"a1", "a2", Verdict::kDifferent, {"x", "y"}, "", "twin sisters"}));
  ASSERT_NE(person("a2"), one);
  EXPECT_EQ(person("a1"), one) << "the id stays with who had it first";
  const Json split = entries("split").back();
  const std::string apart = person("a2");

  clock_.advance_seconds(86'400);
  ASSERT_TRUE(store.undo(split["n"].get<std::uint64_t>(), {"x"}, "one person after all"));
  EXPECT_EQ(person("a1"), one);
  EXPECT_EQ(person("a2"), one);
  ASSERT_TRUE(store.reconcile());
  EXPECT_EQ(person("a2"), one) << "a later run obeys";
  EXPECT_EQ(folded(), store.persons());
  const PersonsOf before = folded("2026-04-01T23:59:59Z");
  EXPECT_EQ(std::map(before.begin(), before.end()).at("a2"), apart) << "the state of that day";
}

TEST_F(PersonStoreTest, RemovedRegistrationsLeaveTheirValuesNowhereAndTheirPersonsAreDecidedAnew) {
  const std::vector<std::string> all = registrations(300, 6);
  PersonStore store = open();
  ASSERT_TRUE(store.add(table(all)));
  ASSERT_TRUE(store.add(table({"gone,Zzyzxington,Philippa,1961-07-23,55555"})));
  const auto report = store.remove({"gone", "r000003", "unknown"});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->removed, 2u);
  EXPECT_FALSE(store.person_of("gone"));
  EXPECT_EQ(folded(), store.persons());
  for (const auto& entry : fs::recursive_directory_iterator(folder_->path() / "store"))
    if (entry.is_regular_file()) {
      EXPECT_EQ(read_text(entry.path())->find("zzyzxington"), std::string::npos) << entry.path();
    }
}

TEST_F(PersonStoreTest, TheSameFileTwiceChangesNothingAndOtherValuesUnderAnIdAreAFinding) {
  const std::vector<std::string> all = registrations(100, 7);
  PersonStore store = open();
  ASSERT_TRUE(store.add(table(all)));
  const auto again = store.add(table(all));
  EXPECT_EQ(again->known, all.size());
  EXPECT_EQ(again->added, 0u);
  const auto other = store.add(table({"r000001,Someone,Else,1950-01-02,1", ",No,Id,1950-01-02,1"}));
  EXPECT_EQ(other->changed, 1u);
  EXPECT_EQ(other->missing_ids, 1u);
  EXPECT_TRUE(other->needs_attention());
}

// The child acknowledges ids over a pipe as they become durable, and is killed at some moment.
TEST_F(PersonStoreTest, AKillAtAnyMomentLosesNothingAcknowledgedAndLeavesNoHalfMerge) {
  const std::vector<std::string> all = registrations(400, 8);
  const std::size_t base = all.size() / 2;
  {
    ASSERT_TRUE(open().add(table(part(all, 0, base))));
  }
  const Table rest = table(part(all, base, all.size()), "rest.csv");
  std::set<std::string> acknowledged;
  for (int round = 0; round < 4; ++round) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      PersonStore::Options options;
      options.batch_share = 1e18;
      options.commit_every = 3;
      auto store = PersonStore::open(folder_->path() / "store", kSpec, options);
      if (!store) _exit(1);
      const auto report = store->add(rest, [&](std::string_view id) {
        const std::string line = std::string(id) + "\n";
        if (write(ends[1], line.data(), line.size()) < 0) _exit(2);
      });
      _exit(report ? 0 : 3);
    }
    close(ends[1]);
    std::string heard;
    char buffer[64];
    for (ssize_t n; heard.size() < 8 * (40U + 60U * static_cast<unsigned>(round)) &&
                    (n = read(ends[0], buffer, sizeof buffer)) > 0;)
      heard.append(buffer, static_cast<std::size_t>(n));
    kill(child, SIGKILL);
    for (ssize_t n; (n = read(ends[0], buffer, sizeof buffer)) > 0;)
      heard.append(buffer, static_cast<std::size_t>(n));
    close(ends[0]);
    waitpid(child, nullptr, 0);
    for (std::size_t at = 0, feed; (feed = heard.find('\n', at)) != std::string::npos; at = feed + 1)
      acknowledged.insert(heard.substr(at, feed - at));
    const PersonStore store = open();
    for (const std::string& id : acknowledged)
      ASSERT_TRUE(store.person_of(id)) << id;
    EXPECT_EQ(folded(), store.persons()) << "entries and state agree";
  }
  PersonStore store = open();
  ASSERT_TRUE(store.add(rest));
  PersonStore never_killed = open(1e18, "other");
  ASSERT_TRUE(never_killed.add(table(part(all, 0, base))));
  ASSERT_TRUE(never_killed.add(rest));
  EXPECT_EQ(disagreement(store.persons(), never_killed.persons()).first, 0u);
}

TEST_F(PersonStoreTest, ADamagedStateIsRefused) {
  {
    ASSERT_TRUE(open().add(table(registrations(100, 9))));
  }
  const fs::path state = folder_->path() / "store" / "state.bin";
  fs::resize_file(state, fs::file_size(state) / 2);
  const auto opened = PersonStore::open(folder_->path() / "store", kSpec, {});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, "linkage.state");
}

TEST_F(PersonStoreTest, AThousandEqualRegistrationsArriveInBoundedTime) {
  PersonStore store = open();
  ASSERT_TRUE(store.add(table(registrations(300, 10))));
  std::vector<std::string> fillers;
  for (int i = 0; i < 1000; ++i)
    fillers.push_back(fmt::format("f{:06},Taro,Yamada,1900-01-01,", i));
  const auto report = store.add(table(fillers));
  ASSERT_TRUE(report) << report.error().describe();
  EXPECT_EQ(report->added, 1000u);
  EXPECT_EQ(folded(), store.persons());
}

}  // namespace
}  // namespace sekisho::linkage
