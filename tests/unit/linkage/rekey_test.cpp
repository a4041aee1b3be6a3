// The centre's persons across a change of the canonical form.
#include <gtest/gtest.h>

#include "core/file.h"
#include "db/database.h"
#include "linkage/update.h"
#include "store/store.h"

namespace sekisho::linkage {
namespace {

void load(store::Store& store, const std::string& hospital, const std::string& kana, const std::string& romaji) {
  auto load = store.begin_load({{"body"}, {hospital}, 1, 1}, std::string(64, 'a'));
  ASSERT_TRUE(load) << load.error().describe();
  records::RecordSet& set = (*load)->set();
  set.begin_file((*load)->package(), 1, 1);
  set.begin_document({"1", "ssmix2", "d", "1", false, false, 1});
  records::IdentityRecord record;
  record.patient_number = "1";
  record.family_kana = kana;
  record.romaji = romaji;
  record.birth = ClinicalTime::of(*Date::of(1961, 7, 13));
  record.sex = "F";
  set.identity(record);
  ASSERT_TRUE((*load)->commit({{"note", "n"}}));
}

TEST(Rekeying, AStoreLoadedUnderC1LinksByC2AfterItsKeysWereMadeAnewAndIdsStay) {
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder);
  ManualClock clock{{1'800'000'000'000'000}};
  SeededRandom random(5);
  store::StoreOptions options;
  options.folder = folder->path() / "store";
  options.keys = folder->path() / "keys";
  options.body = {"body"};
  options.allow_unencrypted = true;
  options.clock = &clock;
  options.random = &random;
  auto opened = store::Store::open(options);
  ASSERT_TRUE(opened) << opened.error().describe();
  store::Store& store = **opened;
  load(store, "H01", "オオノ　ハナコ", "");
  load(store, "H02", "", "OHNO Hanako");
  const auto before = update(store, clock);
  ASSERT_TRUE(before) << before.error().describe();
  EXPECT_EQ(before->persons, 2u);
  const auto events = *store.linkage_events();
  const store::Snapshot old = *store.take_snapshot();

  ASSERT_TRUE(store.rekey(identity::CanonicalVersion::kC2));
  const auto after = update(store, clock);
  ASSERT_TRUE(after) << after.error().describe();
  EXPECT_EQ(after->registrations, 2u);
  EXPECT_EQ(after->persons, 1u);
  EXPECT_EQ(after->merges, 1u);
  EXPECT_EQ(after->new_persons, 0u) << "an id that was given stays";
  EXPECT_EQ(store.linkage_events(old.linkage_state)->size(), events.size()) << "an old snapshot keeps its persons";

  opened->reset();
  auto database = db::Database::open_sqlite(options.folder / "catalogue.db");
  ASSERT_TRUE(database);
  ASSERT_TRUE((*database)->run("test", [](soci::session& s) {
    s << "UPDATE sealed SET canonical = 'c1' WHERE kind = 'keys' AND hospital = 'H02'";
  }));
  auto again = store::Store::open(options);
  ASSERT_TRUE(again);
  const auto mixed = update(**again, clock);
  ASSERT_FALSE(mixed);
  EXPECT_EQ(mixed.error().code, "store.mixed_keys") << "keys of two versions are not linked";
}

}  // namespace
}  // namespace sekisho::linkage
