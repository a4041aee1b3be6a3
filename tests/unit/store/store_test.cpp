// A store in a temporary folder, filled by records as readers hand them over.
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <map>
#include <thread>

#include "../db/cluster.h"
#include "core/process.h"
#include "db/database.h"
#include "store_fixture.h"

namespace sekisho::store {
namespace {

namespace fs = std::filesystem;
namespace common = records::common;
using records::Table;

// A document to load: what a reader would find in one file.
struct Doc {
  std::string patient, key, version;
  bool deleted = false, history = false;
  int rows = 2;
  int year = 2024;
};

class StoreTest : public StoreFixture {
 protected:
  void SetUp() override {
    StoreFixture::SetUp();
    open();
  }
  StoreOptions options() override {
    StoreOptions o = StoreFixture::options();
    o.memory = memory_;
    o.database = database_;
    return o;
  }
  static PackageId package(std::uint64_t sequence, const std::string& hospital = "H01") {
    return {{"body"}, {hospital}, 1, sequence};
  }
  static void write(records::RecordSet& set, std::int64_t number, const std::vector<Doc>& docs, int ordinal = 1) {
    for (const Doc& doc : docs) {
      set.begin_file(number, 1, ordinal++);
      set.begin_document({doc.patient, "ssmix2", doc.key, doc.version, doc.deleted, doc.history, 1});
      records::IdentityRecord who;
      who.patient_number = doc.patient;
      who.family_kanji = "標識" + doc.patient;
      who.given_kanji = "花子";
      who.family_kana = "ヒョウシキ";
      who.given_kana = "ハナコ";
      who.birth = ClinicalTime::of(*Date::of(1961, 7, 13));
      who.sex = "F";
      who.postcode = "1600023";
      who.insurer = "06130000";
      who.symbol = "いろは";
      who.number = "7654321" + doc.patient;
      who.recorded = ClinicalTime::of(*Date::of(2024, 1, 2));
      set.identity(who);
      for (int i = 0; i < doc.rows; ++i) {
        records::Batch& row = set.add(Table::kLab, "ssmix2", "result");
        set.when(row, ClinicalTime::of(*Date::of(doc.year, 1 + i % 12, 3)));
        row.text(common::kStdCode, "3D010000002327101");
        row.real(records::lab::kNumber, i + 0.5);
        row.text(records::lab::kOrderNo, doc.version);
        row.integer(common::kTextRef, set.keep("text:OBX-5", "所見 " + doc.patient));
      }
      set.counts.records += static_cast<std::uint64_t>(doc.rows);
      (doc.history ? set.counts.superseded : set.counts.loaded) += static_cast<std::uint64_t>(doc.rows);
    }
  }
  Result<PackageState> load(std::uint64_t sequence, const std::vector<Doc>& docs, const std::string& hospital = "H01",
                            const std::string& withdrawn = {}, const std::string& scope = "registration") {
    SEKISHO_TRY(const auto load, store_->begin_load(package(sequence, hospital), std::string(64, 'a')));
    int ordinal = 1;
    for (const Doc& doc : docs) {
      write(load->set(), load->package(), {doc}, ordinal++);
      SEKISHO_CHECK(load->drain());
    }
    if (!withdrawn.empty()) SEKISHO_CHECK(load->withdraw(withdrawn, scope));
    return load->commit({{"note", "n"}});
  }
  std::unique_ptr<columns::Engine> engine() {
    return std::move(
        *columns::Engine::create({.threads = 2,
                                  .memory_limit = "500MB",
                                  .temporary = {},
                                  .allowed_folders = {root_ / "store" / "segments", root_ / "store" / "bitmaps"}}));
  }
  // Runs a query over the views of a snapshot.
  std::string ask(const std::string& sql, std::optional<Snapshot> snapshot = {}) {
    if (!snapshot) snapshot = *store_->take_snapshot();
    auto own = engine();
    const auto opened = store_->open_views(*own, *snapshot);
    if (!opened) return opened.error().code;
    const auto text = own->query_text(sql);
    return text ? *text : text.error().describe();
  }
  std::map<std::string, std::string> exported(bool with_identity = false) {
    auto out = TemporaryFolder::create();
    const auto done = store_->export_canonical(out->path() / "x", with_identity);
    EXPECT_TRUE(done) << (done ? "" : done.error().describe());
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::directory_iterator(out->path() / "x"))
      files[entry.path().filename()] = *read_text(entry.path());
    return files;
  }

  std::size_t memory_ = std::size_t{256} << 20;
  std::string database_;  // PostgreSQL of the catalogue; "": SQLite
};

constexpr char kVersions[] = "SELECT coalesce(string_agg(DISTINCT order_no, ' ' ORDER BY order_no), '-') FROM lab";

TEST_F(StoreTest, what_was_loaded_is_in_the_views_and_counts_agree) {
  const auto state = load(1, {{"0001", "a", "1"}, {"0002", "b", "1", false, false, 3}});
  ASSERT_TRUE(state) << state.error().describe();
  EXPECT_EQ(ask("SELECT count(*) FROM lab"), "5");
  EXPECT_EQ(ask("SELECT count(DISTINCT reg) FROM lab WHERE length(reg) = 32"), "2");
  EXPECT_EQ(ask("SELECT count(*) FROM drug"), "0");
  EXPECT_EQ(ask("SELECT sex || birth_year || '-' || birth_month FROM demographics LIMIT 1"), "F1961-7");
  const auto status = store_->status();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->rows, 5u);
  EXPECT_EQ(status->registrations, 2u);
  EXPECT_EQ(status->vault_items, 5u);
  EXPECT_EQ(store_->package_facts(package(1))->at("note"), "n");
  expect_sound();
}

TEST_F(StoreTest, a_package_is_loaded_once) {
  ASSERT_TRUE(load(1, {{"0001", "a", "1"}}));
  const auto again = store_->begin_load(package(1), std::string(64, 'a'));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, "store.already_loaded");
}

TEST_F(StoreTest, a_load_that_is_not_committed_leaves_nothing) {
  {
    auto begun = store_->begin_load(package(1), std::string(64, 'a'));
    write((*begun)->set(), (*begun)->package(), {{"0001", "a", "1"}});
  }
  EXPECT_EQ(ask("SELECT count(*) FROM lab"), "0");
  EXPECT_EQ(store_->status()->registrations, 0u);
  ASSERT_TRUE(load(1, {{"0001", "a", "1"}}));
  EXPECT_EQ(ask("SELECT count(*) FROM lab"), "2");
}

TEST_F(StoreTest, the_newest_version_is_current_in_every_order_of_arrival) {
  std::vector<int> order = {0, 1, 2};
  const std::vector<Doc> versions = {
      {"0001", "a", "v1", false, false, 1},
      {"0001", "a", "v2", false, false, 3, 2023},
      {"0001", "a", "v3", false, true, 1}};  // known as history though its version is high
  do {
    TearDown();
    SetUp();
    for (std::size_t i = 0; i < order.size(); ++i)
      ASSERT_TRUE(load(i + 1, {versions[static_cast<std::size_t>(order[i])]}));
    EXPECT_EQ(ask(kVersions), "v2");
    EXPECT_EQ(ask("SELECT count(*) FROM lab"), "3");
    EXPECT_EQ(store_->status()->superseded, 2u);
    expect_sound();
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_F(StoreTest, a_deletion_hides_every_earlier_version_and_a_later_one_shows_again) {
  ASSERT_TRUE(load(1, {{"0001", "a", "v1"}, {"0001", "other", "v1"}}));
  ASSERT_TRUE(load(2, {{"0001", "a", "v2", true, false, 0}}));
  EXPECT_EQ(ask("SELECT count(*) FROM lab"), "2");
  ASSERT_TRUE(load(3, {{"0001", "a", "v0"}}));
  EXPECT_EQ(ask("SELECT count(*) FROM lab"), "2");
  ASSERT_TRUE(load(4, {{"0001", "a", "v3"}}));
  EXPECT_EQ(ask("SELECT count(*) FROM lab"), "4");
  expect_sound();
}

TEST_F(StoreTest, a_file_renamed_to_history_hides_the_same_version_loaded_before) {
  // A deletion by renaming only: the same version comes again, now as history, in whatever order packages are loaded.
  const Doc active{"0001", "a", "v1"}, renamed{"0001", "a", "v1", false, true, 2};
  for (const bool reversed : {false, true}) {
    TearDown();
    SetUp();
    ASSERT_TRUE(reversed ? load(2, {renamed}) : load(1, {active, {"0001", "other", "v1"}}));
    ASSERT_TRUE(reversed ? load(1, {active, {"0001", "other", "v1"}}) : load(2, {renamed}));
    EXPECT_EQ(ask("SELECT count(*) FROM lab"), "2");
    ASSERT_TRUE(load(3, {active}));  // renamed back
    EXPECT_EQ(ask("SELECT count(*) FROM lab"), "4");
    expect_sound();
  }
}

TEST_F(StoreTest, an_active_file_beside_history_of_the_same_version_in_one_package_is_current) {
  ASSERT_TRUE(load(1, {{"0001", "a", "v1"}, {"0001", "a", "v1", false, true}}));
  EXPECT_EQ(ask("SELECT count(*) FROM lab"), "2");
  expect_sound();
}

TEST_F(StoreTest, a_snapshot_waits_for_another_writer_and_lists_what_that_one_left) {
  if (!database_.empty()) GTEST_SKIP() << "holds the write lock of SQLite";
  ASSERT_TRUE(load(1, {{"0001", "a", "v1"}}));
  ASSERT_TRUE(load(2, {{"0002", "b", "v1"}}));
  const auto other = db::Database::open_sqlite(root_ / "store" / "catalogue.db");
  ASSERT_TRUE(other) << other.error().describe();
  const std::size_t before = store_->take_snapshot()->segments.size();
  Result<Snapshot> snapshot = fail("test.none", "not taken");
  std::thread taker;
  ASSERT_TRUE((*other)->transaction("another process", [&](soci::session& s) -> Result<void> {
    s << "DELETE FROM segment WHERE table_name = 'lab'";
    taker = std::thread([&] { snapshot = store_->take_snapshot(); });
    std::this_thread::sleep_for(std::chrono::milliseconds(150));  // it reads now, if it does not wait
    return {};
  }));
  taker.join();
  ASSERT_TRUE(snapshot) << snapshot.error().describe();
  EXPECT_EQ(snapshot->segments.size(), before - 2);
}

TEST_F(StoreTest, the_same_document_key_of_another_patient_or_hospital_is_another_document) {
  ASSERT_TRUE(load(1, {{"0001", "a", "v1"}, {"0002", "a", "v2"}}));
  ASSERT_TRUE(load(1, {{"0001", "a", "v3"}}, "H02"));
  EXPECT_EQ(ask("SELECT count(*) FROM lab"), "6");
}

TEST_F(StoreTest, a_snapshot_shows_what_it_was_taken_of) {
  ASSERT_TRUE(load(1, {{"0001", "a", "v1"}}));
  const Snapshot before = *store_->take_snapshot();
  ASSERT_TRUE(load(2, {{"0001", "a", "v2"}, {"0003", "c", "v9"}}));
  ASSERT_TRUE(store_->compact());
  open();
  EXPECT_EQ(ask(kVersions, *store_->read_snapshot(before.id)), "v1");
  EXPECT_EQ(ask(kVersions), "v2 v9");
  EXPECT_EQ(store_->read_snapshot(before.id)->hash, before.hash);
  EXPECT_EQ(store_->read_snapshot("S999999").error().code, "store.no_snapshot");
}

TEST_F(StoreTest, a_snapshot_is_signed_and_the_signature_verifies) {
  const auto key = crypto::PrivateKey::generate(crypto::KeyKind::kEd25519);
  ASSERT_TRUE(key);
  const auto snapshot = store_->take_snapshot(&*key);
  ASSERT_TRUE(snapshot) << snapshot.error().describe();
  const auto file = read_json(root_ / "store" / "snapshots" / (snapshot->id + ".json"));
  ASSERT_TRUE(file);
  EXPECT_TRUE(crypto::verify_ed25519(*from_base64(file->at("public_key").get<std::string>()), as_bytes(snapshot->hash),
                                     *from_base64(file->at("signature").get<std::string>())));
}

TEST_F(StoreTest, spilling_small_sets_gives_the_same_content) {
  std::vector<Doc> docs;
  for (int i = 0; i < 60; ++i)
    docs.push_back({"p" + std::to_string(i % 7), "k" + std::to_string(i % 40), "v" + std::to_string(i), false,
                    i % 9 == 0, 1 + i % 3, 2020 + i % 4});
  ASSERT_TRUE(load(1, docs));
  const auto whole = exported(true);
  TearDown();
  const fs::path keys = folder_->path() / "keys";
  store_.reset();
  fs::remove_all(root_ / "store");
  memory_ = 1;
  open();
  ASSERT_TRUE(load(1, docs));
  EXPECT_GT(store_->status()->segments, 20u);
  EXPECT_TRUE(exported(true) == whole);
  ASSERT_TRUE(store_->compact());
  EXPECT_TRUE(exported(true) == whole);
  EXPECT_LT(store_->status()->segments, 12u);
  expect_sound();
}

TEST_F(StoreTest, erasure_rewrites_only_files_that_hold_the_person_and_old_snapshots_lose_the_person_too) {
  ASSERT_TRUE(load(1, {{"0001", "a", "v1", false, false, 2, 2021}, {"0002", "b", "v1", false, false, 4, 2022}}));
  ASSERT_TRUE(load(2, {{"0001", "a", "v2", false, false, 3, 2021}, {"0003", "c", "v1", false, false, 5, 2021}}));
  const Snapshot before = *store_->take_snapshot();
  EXPECT_EQ(ask("SELECT count(*) FROM lab", before), "12");
  const std::string reg = *store_->find_registration("H01", "0001");
  ASSERT_EQ(reg.size(), 32u);
  const auto done = store_->erase(reg, "registration");
  ASSERT_TRUE(done) << done.error().describe();
  EXPECT_EQ(done->at("rows"), 5);
  EXPECT_EQ(ask("SELECT count(*) FROM lab"), "9");
  EXPECT_EQ(ask("SELECT count(*) FROM lab", before), "9");
  EXPECT_EQ(ask("SELECT count(*) FROM demographics"), "2");
  expect_sound();
  const auto files = exported(true);
  for (const auto& [name, text] : files)
    if (name != "registration.csv") {
      EXPECT_EQ(text.find(reg), std::string::npos) << name;
    }
  EXPECT_EQ(files.at("identity.csv").find("標識0001"), std::string::npos);
  EXPECT_NE(files.at("identity.csv").find("標識0002"), std::string::npos);
  EXPECT_EQ(files.at("vault.csv").find("所見 0001"), std::string::npos);
  int registrations = 0;
  ASSERT_TRUE(store_->each_registration([&](const RegistrationRow& row) {
    EXPECT_NE(row.reg, reg);
    ++registrations;
  }));
  EXPECT_EQ(registrations, 2);
  EXPECT_TRUE(store_->erase(reg, "registration")) << "erasing again after a crash does no harm";
}

TEST_F(StoreTest, bitmaps_survive_an_erasure_in_the_same_file) {
  ASSERT_TRUE(load(1, {{"0001", "a", "v1"}, {"0002", "b", "v1"}, {"0003", "c", "v1"}}));
  ASSERT_TRUE(load(2, {{"0003", "c", "v2"}}));
  const Snapshot before = *store_->take_snapshot();
  ASSERT_TRUE(store_->erase(*store_->find_registration("H01", "0001"), "registration"));
  EXPECT_EQ(ask("SELECT string_agg(order_no, ' ' ORDER BY order_no) FROM lab"), "v1 v1 v2 v2");
  EXPECT_EQ(ask("SELECT string_agg(order_no, ' ' ORDER BY order_no) FROM lab", before), "v1 v1 v2 v2");
  EXPECT_EQ(store_->status()->superseded, 2u);
  expect_sound();
}

TEST_F(StoreTest, a_withdrawn_registration_is_in_no_view_and_scope_all_takes_the_whole_person) {
  ASSERT_TRUE(load(1, {{"0001", "a", "v1"}, {"0002", "b", "v1"}}));
  ASSERT_TRUE(load(1, {{"7777", "a", "v1"}}, "H02"));
  const std::string one = *store_->find_registration("H01", "0001"), two = *store_->find_registration("H02", "7777");
  const UtcTime now = clock_.now();
  ASSERT_TRUE(store_->append_linkage({{0, now, one, "P1", "test", 1}, {0, now, two, "P1", "test", 1}}));
  const Snapshot before = *store_->take_snapshot();
  EXPECT_EQ(ask("SELECT count(*) FROM lab", before), "6");
  ASSERT_TRUE(load(2, {}, "H01", "0001", "all"));
  for (const auto& snapshot : {std::optional<Snapshot>(), std::optional(before)}) {
    EXPECT_EQ(ask("SELECT count(*) FROM lab", snapshot), "2");
    EXPECT_EQ(ask("SELECT count(*) FROM person_map", snapshot), "0");
    EXPECT_EQ(ask("SELECT count(*) FROM demographics", snapshot), "1");
  }
  EXPECT_EQ(store_->status()->withdrawn, 2u);
}

TEST_F(StoreTest, the_person_map_of_a_snapshot_is_the_one_of_its_linkage_state) {
  ASSERT_TRUE(load(1, {{"0001", "a", "v1"}}));
  const std::string reg = *store_->find_registration("H01", "0001");
  ASSERT_TRUE(store_->append_linkage({{0, clock_.now(), reg, "P1", "rule", 1}}));
  const Snapshot before = *store_->take_snapshot();
  ASSERT_TRUE(store_->append_linkage({{0, clock_.now(), reg, "P2", "rule", 1}}));
  EXPECT_EQ(ask("SELECT person FROM person_map", before), "P1");
  EXPECT_EQ(ask("SELECT person FROM person_map"), "P2");
  EXPECT_NE(store_->take_snapshot()->linkage_hash, before.linkage_hash);
  EXPECT_EQ(store_->linkage_events(1)->size(), 1u);
  EXPECT_EQ(*store_->linkage_state(), 2u);
}

TEST_F(StoreTest, registrations_come_in_order_with_their_keys) {
  ASSERT_TRUE(load(1, {{"0002", "a", "v1"}, {"0001", "b", "v1"}, {"0001", "c", "v1"}}));
  std::vector<std::string> regs;
  ASSERT_TRUE(store_->each_registration([&](const RegistrationRow& row) {
    regs.push_back(row.reg);
    EXPECT_TRUE(row.keys.insurance && row.keys.kanji && row.keys.kana);
    EXPECT_EQ(row.hospital.text, "H01");
  }));
  EXPECT_EQ(regs.size(), 2u);
  EXPECT_TRUE(std::is_sorted(regs.begin(), regs.end()));
}

TEST_F(StoreTest, identifiers_are_in_no_clinical_segment_catalogue_or_status) {
  ASSERT_TRUE(load(1, {{"MRK90417", "a", "v1"}}));
  auto open_load = store_->begin_load(package(2), std::string(64, 'b'));
  ASSERT_TRUE((*open_load)->quarantine_bytes(1, 1, "BROKEN", as_bytes("標識MRK90417 broken")));
  (*open_load)->set().quarantine("BROKEN", "cannot be read", 1, 10, 1);
  (*open_load)->set().counts.records += 1;
  ASSERT_TRUE((*open_load)->commit({}));
  open_load->reset();
  ASSERT_TRUE(store_->take_snapshot());
  std::string everything = store_->status()->to_json().dump() + store_->quarantine()->dump() + store_->check()->dump();
  for (const auto& [name, text] : exported())
    everything += text;
  for (const auto& entry : fs::recursive_directory_iterator(root_ / "store"))
    if (entry.is_regular_file()) everything += entry.path().string() + *read_text(entry.path());
  std::transform(everything.begin(), everything.end(), everything.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  for (const std::string planted : {"mrk90417", "標識", "ひょうしき", "ヒョウシキ", "ﾋｮｳｼｷ", "花子", "ハナコ", "はなこ",
                                    "7654321", "いろは", "1600023", "160-0023", "1961-07-13", "19610713", "s360713"}) {
    EXPECT_EQ(everything.find(planted), std::string::npos) << planted;
    std::string encoded = to_base64(as_bytes(planted));
    std::transform(encoded.begin(), encoded.end(), encoded.begin(), [](unsigned char c) { return std::tolower(c); });
    EXPECT_EQ(everything.find(encoded.substr(0, encoded.size() - 4)), std::string::npos) << planted;
    EXPECT_EQ(everything.find(to_hex(as_bytes(planted))), std::string::npos) << planted;
  }
  EXPECT_NE(exported(true).at("vault.csv").find("MRK90417 broken"), std::string::npos) << "the vault keeps the bytes";
}

TEST_F(StoreTest, a_second_writer_is_refused_and_a_reader_is_not) {
  ASSERT_TRUE(load(1, {{"0001", "a", "v1"}}));
  EXPECT_FALSE(Store::open(options()));
  const auto reader = Store::open_reading(options());
  ASSERT_TRUE(reader) << reader.error().describe();
  EXPECT_EQ((*reader)->status()->rows, 2u);
  EXPECT_EQ((*reader)->begin_load(package(9), "").error().code, "store.reading");
}

TEST_F(StoreTest, a_volume_that_is_not_encrypted_is_refused_unless_allowed) {
  StoreOptions strict = options();
  strict.folder = folder_->path() / "strict";
  strict.allow_unencrypted = false;
  const auto refused = Store::open(strict);
  if (refused) GTEST_SKIP() << "the temporary folder lies on an encrypted volume here";
  EXPECT_EQ(refused.error().code, "store.unencrypted");
}

TEST_F(StoreTest, a_store_with_data_is_not_opened_without_its_keys) {
  ASSERT_TRUE(load(1, {{"0001", "a", "v1"}}));
  store_.reset();
  fs::remove(folder_->path() / "keys" / "k_identity");
  const auto opened = Store::open(options());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, "store.keys_missing");
}

TEST_F(StoreTest, check_finds_a_changed_and_a_missing_file) {
  ASSERT_TRUE(load(1, {{"0001", "a", "v1"}}));
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(root_ / "store" / "segments"))
    files.push_back(entry.path());
  ASSERT_GE(files.size(), 2u);
  Bytes bytes = *read_file(files[0]);
  bytes[bytes.size() / 2] ^= 1;
  ASSERT_TRUE(write_file_durable(files[0], bytes));
  fs::remove(files[1]);
  const auto report = store_->check();
  ASSERT_TRUE(report);
  EXPECT_FALSE(report->value("ok", true));
  EXPECT_GE(report->at("problems").size(), 2u);
}

TEST_F(StoreTest, a_catalogue_in_postgresql_gives_the_same_store) {
  if (testing_support::Cluster::get() == nullptr)
    GTEST_SKIP() << "the programs of PostgreSQL 15 are not installed or do not start here";
  const auto work = [this] {
    ASSERT_TRUE(load(1, {{"0001", "a", "v1"}, {"0002", "b", "v1"}, {"0003", "c", "v1"}}));
    ASSERT_TRUE(load(2, {{"0001", "a", "v2"}, {"0004", "d", "v1", false, true}}, "H01", "0003"));
    ASSERT_FALSE(store_->begin_load(package(2), std::string(64, 'a')));
    const std::string reg = *store_->find_registration("H01", "0001");
    ASSERT_TRUE(store_->append_linkage({{0, clock_.now(), reg, "P1", "rule", 0.5}}));
    ASSERT_TRUE(store_->erase(*store_->find_registration("H01", "0002"), "registration"));
    ASSERT_TRUE(store_->compact());
    EXPECT_EQ(ask(kVersions), "v2");
    EXPECT_EQ(store_->linkage_events()->at(0).weight, 0.5);
    EXPECT_EQ(store_->package_facts(package(2))->at("note"), "n");
    expect_sound();
  };
  work();
  const auto expected = exported(true);
  const auto status = store_->status()->to_json();
  store_.reset();
  fs::remove_all(root_ / "store");
  database_ = testing_support::Cluster::get()->parameters();
  open();
  work();
  EXPECT_TRUE(exported(true) == expected);
  Json now = store_->status()->to_json();
  now["bytes"] = status.at("bytes");  // sealed files differ by their nonces
  EXPECT_EQ(now, status);
}

// The work of the kill test: three packages, an erasure, a compaction; what is done already is left alone.
class KillTest : public StoreTest {
 protected:
  void SetUp() override { StoreFixture::SetUp(); }  // work() opens
  void work() {
    open();
    for (std::uint64_t n = 1; n <= 3; ++n) {
      const std::string number = std::to_string(n);
      if (*store_->find_package(package(n))) continue;
      ASSERT_TRUE(load(n, {{"0001", "a", "v" + number}, {"p" + number, "b", "v1", false, false, 2, 2020}}));
    }
    ASSERT_TRUE(store_->erase(*store_->find_registration("H01", "p2"), "registration"));
    ASSERT_TRUE(store_->compact());
  }
};

// Runs itself again with a place to be killed at.
TEST_F(KillTest, killed_at_any_named_place_and_started_again_gives_the_same_store) {
  work();
  if (std::getenv("SEKISHO_CRASH_AT") != nullptr) return;
  const auto expected = exported(true);
  store_.reset();
  for (const std::string place :
       {"store.spilled:2", "store.segments_written:3", "store.segment_published:5", "store.sealed_published:4",
        "store.bitmap_written:1", "store.before_commit:2", "store.after_commit:3", "store.erase_rewritten:1",
        "store.erase_before_commit:1", "store.erase_after_commit:1", "store.compact_before_commit:2",
        "store.compact_after_commit:1"}) {
    fs::remove_all(root_ / "store");
    auto child =
        ChildProcess::spawn({fs::read_symlink("/proc/self/exe").string(), "--gtest_filter=KillTest.*"},
                            {.environment = {"SEKISHO_CRASH_AT=" + place, "SEKISHO_STORE_TEST=" + root_.string()},
                             .output = root_ / "child.log"});
    ASSERT_TRUE(child);
    EXPECT_EQ(child->wait(), 128 + SIGKILL) << place << " was not passed";
    work();
    EXPECT_TRUE(exported(true) == expected) << place;
    expect_sound();
    store_.reset();
  }
}

TEST_F(StoreTest, a_full_disk_is_a_clear_error_and_the_retry_works) {
  if (geteuid() != 0) GTEST_SKIP() << "mounting a small volume needs root";
  store_.reset();
  root_ = folder_->path() / "small";
  fs::create_directory(root_);
  if (::mount("tmpfs", root_.c_str(), "tmpfs", 0, "size=32m") != 0) GTEST_SKIP() << "mounting is not allowed here";
  struct Unmount {
    const fs::path& path;
    ~Unmount() { ::umount2(path.c_str(), MNT_DETACH); }
  } unmount{root_};
  open();
  std::vector<Doc> docs;
  for (int i = 0; i < 3000; ++i)
    docs.push_back({"p" + std::to_string(i * 7919), "k" + std::to_string(i), std::to_string(i * 104729), false, false,
                    4, 1990 + i % 30});
  ASSERT_TRUE(load(1, {{"0001", "a", "v1"}}));
  const auto before = exported(true);
  const fs::path filler = root_ / "filler";
  for (const std::uintmax_t left : {std::uintmax_t{8} << 10, std::uintmax_t{100} << 10, std::uintmax_t{500} << 10}) {
    const auto space = fs::space(root_).available;
    ASSERT_TRUE(write_file_durable(filler, Bytes(space > left ? space - left : 0)));
    const auto full = load(2, docs);
    ASSERT_FALSE(full) << left;
    EXPECT_EQ(full.error().code, "disk.full") << full.error().describe();
    EXPECT_TRUE(exported(true) == before) << left;
    fs::remove(filler);
  }
  const auto retried = load(2, docs);
  ASSERT_TRUE(retried) << retried.error().describe();
  EXPECT_EQ(ask("SELECT count(*) FROM lab"), "12002");
  expect_sound();
  store_.reset();
}

}  // namespace
}  // namespace sekisho::store
