// The centre's linkage over its store: arrivals alone or everything, with ids that stay.
#include "linkage/update.h"

#include <fmt/format.h>
#include <sched.h>

#include <cstdio>
#include <fstream>
#include <set>

#include "../store/store_fixture.h"
#include "store/identity_rows.h"
#include "store/linkage_file.h"
#include "synthetic_registrations.h"

namespace sekisho::linkage {
namespace {

namespace fs = std::filesystem;
using Persons = std::map<std::string, std::string>;
using Pairs = std::set<std::pair<std::string, std::string>>;

Pairs pairs_of(const Persons& persons) {
  std::map<std::string, std::vector<std::string>> members;
  for (const auto& [reg, person] : persons)
    members[person].push_back(reg);
  Pairs out;
  for (const auto& [person, regs] : members)
    for (std::size_t i = 0; i < regs.size(); ++i)
      for (std::size_t j = i + 1; j < regs.size(); ++j)
        out.emplace(regs[i], regs[j]);
  return out;
}

// Pairs of one and not of both, as a share of the pairs of either.
double disagreement(const Persons& a, const Persons& b) {
  const Pairs x = pairs_of(a), y = pairs_of(b);
  std::vector<std::pair<std::string, std::string>> differ, all;
  std::ranges::set_symmetric_difference(x, y, std::back_inserter(differ));
  std::ranges::set_union(x, y, std::back_inserter(all));
  return static_cast<double>(differ.size()) / static_cast<double>(std::max<std::size_t>(1, all.size()));
}

class UpdateTest : public store::StoreFixture {
 protected:
  void SetUp() override {
    StoreFixture::SetUp();
    open();
    std::string spec = *read_text(fs::path(SEKISHO_SOURCE_DIR) / "specs/linkage/japanese.toml");
    const std::string_view kind = "kind = \"probabilistic\"\n";
    spec.insert(spec.find(kind) + kind.size(), "all_pairs_below = 0\n");  // a small store is blocked as a large one is
    ASSERT_TRUE(write_file_durable(root_ / "spec.toml", spec));
  }
  void load(std::uint64_t begin, std::uint64_t end, int from = 0, int to = 3) {
    const auto done = synthetic_.load(*store_, ++sequence_, begin, end, &truth_, from, to);
    ASSERT_TRUE(done) << done.error().describe();
  }
  UpdateReport link(bool full = false, ReviewRequest review = {}, std::size_t memory = 0) {
    UpdateOptions options;
    options.memory = memory;
    options.spec = root_ / "spec.toml", options.full = full, options.decisions = root_ / "decisions.jsonl";
    options.review = std::move(review);
    const auto done = update(*store_, clock_, options);
    EXPECT_TRUE(done) << done.error().describe();
    return done ? *done : UpdateReport();
  }
  Persons persons() {
    Persons out;
    const std::vector<store::LinkageEvent> events = store_->linkage_events().value();
    for (const store::LinkageEvent& event : events)
      out[event.reg] = event.person;
    std::set<std::string> here;
    EXPECT_TRUE(store_->each_registration([&](const store::RegistrationRow& row) { here.insert(row.reg); }));
    std::erase_if(out, [&](const auto& one) { return !here.contains(one.first); });
    return out;
  }
  // An empty one under the same keys: registrations have the same names there.
  void another_store() {
    root_ /= "other";
    fs::create_directory(root_);
    fs::copy_file(root_.parent_path() / "spec.toml", root_ / "spec.toml");
    open();
    sequence_ = 0;
  }
  // Everything that linkages wrote, but for the times.
  std::string events() {
    std::string out;
    const std::vector<store::LinkageEvent> all = store_->linkage_events().value();
    for (const store::LinkageEvent& event : all)
      out += fmt::format("{} {} {} {} {}\n", event.number, event.reg, event.person, event.method, event.weight);
    return out;
  }
  // Who stood with whom does so under the same id, unless an event says otherwise.
  static void expect_kept(const Persons& before, const Persons& after, const UpdateReport& report) {
    std::size_t changed = 0;
    for (const auto& [reg, person] : before)
      changed += after.contains(reg) && after.at(reg) != person;
    EXPECT_LE(changed, 3 * (report.merges + report.splits));
  }

  SyntheticRegistrations synthetic_{4000, 3};
  std::uint64_t sequence_ = 0;
  Persons truth_;
};

TEST_F(UpdateTest, arrivals_are_linked_alone_and_everything_together_gives_the_same_persons) {
  load(0, 1000);
  load(1000, 1300, 0, 2);
  const UpdateReport first = link();
  EXPECT_TRUE(first.full);
  EXPECT_EQ(first.full_because, "there is no state of an earlier linkage");
  Persons before = persons();
  for (std::uint64_t begin = 1000; begin < 1300; begin += 100) {
    load(begin, begin + 100, 2);     // who is known elsewhere comes to the third hospital
    load(begin + 300, begin + 330);  // and others come anew
    const UpdateReport next = link();
    EXPECT_FALSE(next.full) << next.full_because;
    EXPECT_EQ(next.method, "model");
    EXPECT_GT(next.arrivals, 100u);
    EXPECT_GT(next.decided, next.arrivals) << "those who are known elsewhere are decided with their mates";
    EXPECT_LT(next.persons, next.registrations * 3 / 4);
    EXPECT_LT(next.decided, next.registrations / 3);
    const Persons now = persons();
    EXPECT_EQ(now.size(), next.registrations);
    EXPECT_EQ(now.size(), truth_.size());
    expect_kept(before, now, next);
    before = now;
  }
  const UpdateReport whole = link(true);
  EXPECT_EQ(whole.full_because, "asked for");
  const Persons reconciled = persons();
  EXPECT_LE(disagreement(before, reconciled), 0.001);
  EXPECT_EQ(whole.persons, std::set<std::string>([&] {
                             std::set<std::string> ids;
                             for (const auto& [reg, person] : reconciled)
                               ids.insert(person);
                             return ids;
                           }())
                               .size());
  EXPECT_EQ(link(true).events, 0u) << "a second linkage of everything changes nothing";

  // Another store that was linked once only.
  another_store();
  load(0, 1330);
  load(1400, 1430);
  load(1500, 1530);
  link();
  EXPECT_EQ(disagreement(reconciled, persons()), 0.0);
  EXPECT_LT(disagreement(reconciled, truth_), 0.03);
}

TEST_F(UpdateTest, nothing_new_costs_no_decision_and_writes_nothing) {
  load(0, 700);
  link();
  const UpdateReport again = link();
  EXPECT_FALSE(again.full);
  EXPECT_EQ(again.arrivals + again.decided + again.events, 0u);
  EXPECT_GT(again.persons, 700u);
  EXPECT_LT(again.persons, again.registrations);
}

TEST_F(UpdateTest, who_has_changed_is_decided_by_all_that_is_known_of_them) {
  load(0, 700);
  link();
  const Persons before = persons();
  // Everybody of fifty households comes again; one of them under another surname.
  auto load = store_->begin_load({{"body"}, {"H01"}, 1, 9}, std::string(64, 'a'));
  ASSERT_TRUE(load);
  int ordinal = 0;
  std::string renamed;
  synthetic_.each(0, 50, 0, [&](const std::string&, const std::string&, const auto& versions) {
    records::RecordSet& set = (*load)->set();
    set.begin_file((*load)->package(), 1, ++ordinal);
    records::IdentityRecord record = versions.back();
    set.begin_document({record.patient_number, "ssmix2", "e" + record.patient_number, "1", false, false, 1});
    if (renamed.empty())
      renamed = record.patient_number, record.family_kanji = "勘解由小路", record.family_kana = "カデノコウジ";
    set.identity(record);
  });
  ASSERT_GT(ordinal, 20);
  ASSERT_TRUE((*load)->commit({{"note", "n"}}));
  const UpdateReport next = link();
  EXPECT_FALSE(next.full) << next.full_because;
  EXPECT_EQ(next.arrivals, 1u) << "what was known already is no arrival";
  EXPECT_EQ(persons(), before) << "the old name is still known";
  link(true);
  EXPECT_EQ(persons(), before);
}

TEST_F(UpdateTest, an_erasure_leaves_no_value_behind_and_the_next_linkage_is_of_everything) {
  load(0, 700);
  link();
  const Persons before = persons();
  const std::string gone = before.begin()->first;
  ASSERT_TRUE(store_->erase(gone, "registration"));
  const auto there = store::read_linkage_file(*store_, [](ByteView) -> Result<void> { return {}; });
  ASSERT_TRUE(there);
  EXPECT_FALSE(*there);
  const UpdateReport next = link();
  EXPECT_TRUE(next.full);
  Persons expected = before;
  expected.erase(gone);
  EXPECT_LE(disagreement(expected, persons()), 0.01);
  EXPECT_FALSE(link().full);
}

TEST_F(UpdateTest, decisions_of_people_are_obeyed_without_linking_everything) {
  load(0, 700);
  link();
  const Persons before = persons();
  const auto [a, b] = *pairs_of(before).begin();
  const auto decide = [&](const char* verdict) {
    std::ofstream(root_ / "decisions.jsonl", std::ios::app)
        << Json{{"a", a}, {"b", b}, {"decision", verdict}, {"by", {"x", "y"}}, {"at", "2026-01-01T00:00:00Z"}}.dump()
        << "\n";
    fs::permissions(root_ / "decisions.jsonl", fs::perms(0600));
    return link();
  };
  const UpdateReport apart = decide("different");
  EXPECT_FALSE(apart.full) << apart.full_because;
  EXPECT_LT(apart.decided, 20u);
  EXPECT_NE(persons()[a], persons()[b]);
  EXPECT_FALSE(decide("open").full);
  EXPECT_EQ(persons(), before);
}

TEST_F(UpdateTest, a_queue_of_pairs_keeps_what_is_open_and_gets_what_arrives) {
  const ReviewRequest review{.output = root_ / "pairs.json", .zone = {.low = 0.002, .high = 0.999, .most = 100000}};
  const auto open_pairs = [&] {
    Pairs out;
    const Json queue = read_json(review.output).value();
    for (const Json& pair : queue["pairs"]) {
      out.emplace(pair["a"], pair["b"]);
      EXPECT_TRUE(pair["record_a"].contains("hospital")) << "reviewers see records as they were written";
    }
    return out;
  };
  load(0, 1000);
  link(false, review);
  const Pairs first = open_pairs();
  ASSERT_GT(first.size(), 3u);
  load(1000, 1150);
  const UpdateReport next = link(false, review);
  EXPECT_FALSE(next.full) << next.full_because;
  const Pairs second = open_pairs();
  EXPECT_EQ(next.open_pairs, second.size());
  link(true, review);
  const Pairs whole = open_pairs();
  std::vector<std::pair<std::string, std::string>> differ;
  std::ranges::set_symmetric_difference(second, whole, std::back_inserter(differ));
  EXPECT_LE(differ.size(), whole.size() / 4) << second.size() << " against " << whole.size();
  EXPECT_NE(second, first);
}

TEST_F(UpdateTest, with_little_memory_records_are_read_in_parts_and_the_events_are_the_same) {
  load(0, 1300);
  const UpdateReport whole = link();
  EXPECT_EQ(whole.passes, 1u);
  const std::string expected = events();
  another_store();
  load(0, 1300);
  const std::uint64_t versions = store::identity_versions(*store_).value();
  ASSERT_GT(versions, whole.registrations);
  const UpdateReport parts = link(false, {}, model_memory(whole.registrations, versions));
  EXPECT_EQ(parts.method, "model") << parts.reason;
  EXPECT_GT(parts.passes, 1u) << whole.registrations;
  EXPECT_TRUE(events() == expected);
}

TEST_F(UpdateTest, less_memory_than_the_rows_need_changes_nothing_and_says_how_much_is_needed) {
  load(0, 700);
  link();
  const std::string before = events();
  load(700, 800);
  UpdateOptions options;
  options.spec = root_ / "spec.toml", options.memory = std::size_t{64} << 20;
  const auto done = update(*store_, clock_, options);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, "linkage.memory");
  EXPECT_EQ(events(), before);
  std::size_t needed = 0;
  ASSERT_EQ(std::sscanf(done.error().message.c_str(), "the model needs %zu MiB", &needed), 1) << done.error().message;
  const UpdateReport next = link(false, {}, needed << 20);
  EXPECT_EQ(next.method, "model");
}

TEST_F(UpdateTest, less_memory_than_the_state_needs_links_everything_with_the_same_persons) {
  load(0, 700);
  link();
  load(700, 800);
  const std::uint64_t versions = store::identity_versions(*store_).value();
  const std::size_t enough = arrivals_memory(versions, versions);
  ASSERT_FALSE(link(false, {}, enough).full);
  load(800, 900);
  const std::size_t now = store::identity_versions(*store_).value(), little = model_memory(truth_.size(), now);
  ASSERT_LT(little, arrivals_memory(truth_.size(), now));
  const UpdateReport next = link(false, {}, little);
  EXPECT_TRUE(next.full);
  EXPECT_NE(next.full_because.find("memory"), std::string::npos) << next.full_because;
  const Persons small = persons();
  EXPECT_EQ(link(true).events, 0u);
  EXPECT_EQ(persons(), small);
}

TEST_F(UpdateTest, one_processor_or_several_give_the_same_events) {
  const auto work = [&] {
    load(0, 900);
    link();
    load(900, 950);
    EXPECT_FALSE(link().full);
    return events();
  };
  const std::string many = work();
  another_store();
  cpu_set_t before, one;
  ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
  CPU_ZERO(&one);
  for (int cpu = 0; CPU_COUNT(&one) == 0; ++cpu)
    if (CPU_ISSET(cpu, &before)) CPU_SET(cpu, &one);
  ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
  const std::string alone = work();
  ASSERT_EQ(::sched_setaffinity(0, sizeof before, &before), 0);
  EXPECT_TRUE(alone == many);
}

TEST_F(UpdateTest, a_state_that_no_linker_wrote_is_not_used) {
  load(0, 700);
  link();
  const Persons before = persons();
  ASSERT_TRUE(
      store::write_linkage_file(*store_, [](const store::ByteSink& sink) { return sink(as_bytes("garbage")); }));
  const UpdateReport next = link();
  EXPECT_TRUE(next.full);
  EXPECT_EQ(next.events, 0u);
  EXPECT_EQ(persons(), before);
}

}  // namespace
}  // namespace sekisho::linkage
