// Linkage keys under versions of the canonical form: what a store keeps, refuses and makes anew.
#include <csignal>
#include <map>

#include "core/process.h"
#include "db/database.h"
#include "store_fixture.h"

namespace sekisho::store {
namespace {

namespace fs = std::filesystem;
using identity::CanonicalVersion;

struct Who {
  std::string number, kanji, kana, romaji;
};

class RekeyTest : public StoreFixture {
 protected:
  StoreOptions options() override {
    StoreOptions o = StoreFixture::options();
    o.canonical = canonical_;
    return o;
  }
  void load(std::uint64_t sequence, const std::string& hospital, const std::vector<Who>& people) {
    auto load = store_->begin_load({{"body"}, {hospital}, 1, sequence}, std::string(64, 'a'));
    ASSERT_TRUE(load) << load.error().describe();
    int ordinal = 1;
    for (const Who& who : people) {
      records::RecordSet& set = (*load)->set();
      set.begin_file((*load)->package(), 1, ordinal++);
      set.begin_document({who.number, "ssmix2", "d" + who.number, "1", false, false, 1});
      records::IdentityRecord record;
      record.patient_number = who.number;
      record.family_kanji = who.kanji;
      record.family_kana = who.kana;
      record.romaji = who.romaji;
      record.birth = ClinicalTime::of(*Date::of(1961, 7, 13));
      record.sex = "F";
      set.identity(record);
    }
    ASSERT_TRUE((*load)->commit({{"note", "n"}}));
  }
  // One person under two spellings that only c2 joins, one that both join, one without a key.
  void two_hospitals() {
    load(1, "H01", {{"1", "", "オオノ ハナコ", ""}, {"2", "髙橋 花子", "", ""}, {"3", "", "", ""}});
    load(1, "H02", {{"7", "", "", "OHNO Hanako"}, {"8", "高橋花子", "", ""}});
  }
  std::map<std::string, std::vector<RegistrationRow>> by_kana() {
    std::map<std::string, std::vector<RegistrationRow>> out;
    const auto read = store_->each_registration([&](const RegistrationRow& row) {
      if (row.keys.kana) out[to_hex(*row.keys.kana)].push_back(row);
    });
    EXPECT_TRUE(read) << read.error().describe();
    return out;
  }
  std::string rows() {  // everything the linker reads
    std::string out;
    const auto text = [](const std::optional<identity::LinkageKey>& key) { return key ? to_hex(*key) : "-"; };
    const auto read = store_->each_registration([&](const RegistrationRow& row) {
      out += row.reg + row.hospital.text + text(row.keys.insurance) + text(row.keys.kanji) + text(row.keys.kana) +
             text(row.keys.given_kanji) + text(row.keys.given_kana) + std::string(name_of(row.canonical)) + "\n";
    });
    EXPECT_TRUE(read);
    return out;
  }
  void in_catalogue(const std::string& sql) {
    store_.reset();
    auto database = db::Database::open_sqlite(root_ / "store" / "catalogue.db");
    ASSERT_TRUE(database);
    ASSERT_TRUE((*database)->run("test", [&](soci::session& s) { s << sql; }));
  }

  CanonicalVersion canonical_ = CanonicalVersion::kC1;
};

TEST_F(RekeyTest, keys_made_anew_join_what_the_new_form_joins_and_are_counted) {
  open();
  two_hospitals();
  EXPECT_EQ(by_kana().size(), 1u) << "under c1 only one registration has kana";
  EXPECT_EQ(store_->status()->canonical, "c1");
  const auto done = store_->rekey(CanonicalVersion::kC2);
  ASSERT_TRUE(done) << done.error().describe();
  EXPECT_EQ(done->at("records"), 5);
  EXPECT_EQ(done->at("changed"), 1) << "the romanised name alone has another form";
  EXPECT_EQ(done->at("unchanged"), 4);
  EXPECT_EQ(done->at("without_key"), 1);
  EXPECT_EQ(done->at("files"), 2);
  EXPECT_EQ(store_->status()->canonical, "c2");
  const auto kana = by_kana();
  ASSERT_EQ(kana.size(), 1u);
  EXPECT_EQ(kana.begin()->second.size(), 2u) << "オオノ ハナコ and OHNO Hanako have one kana key";
  expect_sound();
}

TEST_F(RekeyTest, a_rekeyed_store_equals_one_that_was_loaded_under_the_new_version) {
  open();
  two_hospitals();
  ASSERT_TRUE(store_->rekey(CanonicalVersion::kC2));
  const std::string rekeyed = rows();
  store_.reset();
  fs::remove_all(root_ / "store");
  canonical_ = CanonicalVersion::kC2;
  open();
  two_hospitals();
  EXPECT_EQ(rows(), rekeyed);
}

TEST_F(RekeyTest, going_back_gives_the_old_keys_again) {
  open();
  two_hospitals();
  const std::string before = rows();
  ASSERT_TRUE(store_->rekey(CanonicalVersion::kC2));
  EXPECT_NE(rows(), before);
  ASSERT_TRUE(store_->rekey(CanonicalVersion::kC1));
  EXPECT_EQ(rows(), before);
}

TEST_F(RekeyTest, rekeying_to_the_same_version_changes_nothing) {
  open();
  two_hospitals();
  const auto done = store_->rekey(CanonicalVersion::kC1);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->at("rewritten"), false);
}

TEST_F(RekeyTest, a_store_keeps_its_version_whatever_the_configuration_says_and_a_later_load_uses_it) {
  open();
  load(1, "H01", {{"1", "", "オオノ ハナコ", ""}});
  canonical_ = CanonicalVersion::kC2;
  open();
  EXPECT_EQ(*store_->key_version(), CanonicalVersion::kC1);
  ASSERT_TRUE(store_->rekey(CanonicalVersion::kC2));
  canonical_ = CanonicalVersion::kC1;
  open();
  load(1, "H02", {{"7", "", "", "OHNO Hanako"}});
  EXPECT_EQ(store_->status()->canonical, "c2");
  EXPECT_EQ(by_kana().begin()->second.size(), 2u);
}

TEST_F(RekeyTest, keys_of_two_versions_are_refused_by_reading_and_loading_until_they_are_one) {
  open();
  two_hospitals();
  in_catalogue("UPDATE sealed SET canonical = 'c2' WHERE kind = 'keys' AND hospital = 'H02'");
  open();
  const auto read = store_->each_registration([](const RegistrationRow&) {});
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, "store.mixed_keys");
  EXPECT_NE(read.error().message.find("c1 and c2"), std::string::npos);
  EXPECT_NE(read.error().remedy.find("store rekey"), std::string::npos);
  const auto begun = store_->begin_load({{"body"}, {"H03"}, 1, 1}, std::string(64, 'a'));
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().code, "store.mixed_keys");
  EXPECT_EQ(store_->status()->canonical, "c1+c2");
  ASSERT_TRUE(store_->rekey(CanonicalVersion::kC2));
  EXPECT_EQ(by_kana().begin()->second.size(), 2u);
  in_catalogue("UPDATE sealed SET canonical = 'c9' WHERE kind = 'keys'");
  open();
  EXPECT_EQ(store_->key_version().error().code, "store.unknown_keys");
}

TEST_F(RekeyTest, a_catalogue_of_before_versions_is_read_as_c1_and_brought_up_by_a_writer) {
  open();
  two_hospitals();
  in_catalogue("ALTER TABLE sealed DROP COLUMN canonical");
  in_catalogue("DELETE FROM migration WHERE component = 'store' AND number = 2");
  auto reader = Store::open_reading(options());
  ASSERT_TRUE(reader) << reader.error().describe();
  EXPECT_EQ(*(*reader)->key_version(), CanonicalVersion::kC1);
  open();
  EXPECT_EQ(store_->status()->canonical, "c1");
  EXPECT_TRUE(store_->rekey(CanonicalVersion::kC2));
}

TEST_F(RekeyTest, an_erased_registration_does_not_come_back) {
  open();
  two_hospitals();
  ASSERT_TRUE(store_->erase(*store_->find_registration("H01", "1"), "registration"));
  ASSERT_TRUE(store_->rekey(CanonicalVersion::kC2));
  EXPECT_EQ(by_kana().begin()->second.size(), 1u);
  expect_sound();
}

TEST_F(RekeyTest, an_old_snapshot_keeps_its_state_of_linkage) {
  open();
  two_hospitals();
  const std::string reg = *store_->find_registration("H01", "1");
  ASSERT_TRUE(store_->append_linkage({{0, clock_.now(), reg, "P000000000001", "link:kana", 1.0}}));
  const Snapshot before = *store_->take_snapshot();
  ASSERT_TRUE(store_->rekey(CanonicalVersion::kC2));
  const auto after = store_->read_snapshot(before.id);
  ASSERT_TRUE(after);
  EXPECT_EQ(after->hash, before.hash);
  EXPECT_EQ(after->linkage_hash, before.linkage_hash);
  EXPECT_EQ(store_->linkage_events(before.linkage_state)->at(0).person, "P000000000001");
}

TEST_F(RekeyTest, a_reader_may_not_rekey) {
  open();
  two_hospitals();
  const auto reader = Store::open_reading(options());
  ASSERT_TRUE(reader);
  EXPECT_EQ((*reader)->rekey(CanonicalVersion::kC2).error().code, "store.reading");
}

// Runs itself again with a place to be killed at.
TEST_F(RekeyTest, killed_before_the_commit_the_store_is_as_it_was_and_killed_after_it_is_rekeyed) {
  open();
  if (std::getenv("SEKISHO_CRASH_AT") != nullptr) {
    ASSERT_TRUE(store_->rekey(CanonicalVersion::kC2));
    return;
  }
  two_hospitals();
  const std::string old_rows = rows();
  for (const std::string place :
       {"store.rekey_file:1", "store.rekey_file:2", "store.rekey_before_commit:1", "store.rekey_after_commit:1"}) {
    store_.reset();
    auto child =
        ChildProcess::spawn({fs::read_symlink("/proc/self/exe").string(), "--gtest_filter=RekeyTest.killed*"},
                            {.environment = {"SEKISHO_CRASH_AT=" + place, "SEKISHO_STORE_TEST=" + root_.string()},
                             .output = root_ / "child.log"});
    ASSERT_TRUE(child);
    EXPECT_EQ(child->wait(), 128 + SIGKILL) << place << " was not passed";
    open();
    if (place != "store.rekey_after_commit:1")
      EXPECT_EQ(rows(), old_rows) << place;
    else
      EXPECT_EQ(store_->status()->canonical, "c2");
    expect_sound();
  }
}

}  // namespace
}  // namespace sekisho::store
