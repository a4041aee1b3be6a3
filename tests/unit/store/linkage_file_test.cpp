// What lies beside the identity records: the linker's own state, and files of pairs outside the store.
#include "store/linkage_file.h"

#include <sys/stat.h>

#include "store/outside.h"
#include "store_fixture.h"

namespace sekisho::store {
namespace {

namespace fs = std::filesystem;

class LinkageFileTest : public StoreFixture {
 protected:
  void SetUp() override {
    StoreFixture::SetUp();
    open();
    auto load = store_->begin_load({{"body"}, {"H01"}, 1, 1}, std::string(64, 'a'));
    ASSERT_TRUE(load);
    for (const std::string number : {"1", "2", "3"}) {
      records::RecordSet& set = (*load)->set();
      set.begin_file((*load)->package(), 1, 1);
      set.begin_document({number, "ssmix2", "d" + number, "1", false, false, 1});
      records::IdentityRecord record;
      record.patient_number = number;
      record.family_kanji = "標識" + number;
      set.identity(record);
    }
    ASSERT_TRUE((*load)->commit({{"note", "n"}}));
  }
  std::string reg(const std::string& number) { return *store_->find_registration("H01", number); }
  void put(const std::string& text) {
    ASSERT_TRUE(write_linkage_file(*store_, [&](const ByteSink& sink) { return sink(as_bytes(text)); }));
  }
  std::optional<std::string> state() {
    std::string out;
    const auto there = read_linkage_file(*store_, [&](ByteView piece) -> Result<void> {
      out += as_text(piece);
      return {};
    });
    EXPECT_TRUE(there) << there.error().describe();
    return there && *there ? std::optional(out) : std::nullopt;
  }
  bool anywhere_in_store(const std::string& text) {
    for (const auto& entry : fs::recursive_directory_iterator(root_))
      if (entry.is_regular_file() && read_text(entry.path())->find(text) != std::string::npos) return true;
    return false;
  }
  fs::path pairs_file() const { return root_ / "review" / "pairs.json"; }
  void write_pairs(const std::vector<std::pair<std::string, std::string>>& pairs) {
    Json json{{"review", 1}, {"salt", "00"}, {"open", pairs.size() + 10}, {"pairs", Json::array()}};
    for (const auto& [a, b] : pairs)
      json["pairs"].push_back({{"a", a}, {"b", b}, {"record_a", {{"name", "of " + a}}}, {"record_b", {{"name", b}}}});
    ASSERT_TRUE(make_folders(pairs_file().parent_path(), 0700));
    ASSERT_TRUE(write_file_durable(pairs_file(), json.dump(), 0600));
  }
};

TEST_F(LinkageFileTest, the_linkers_state_comes_back_whole_lies_sealed_and_is_replaced) {
  EXPECT_EQ(state(), std::nullopt);
  std::string large;
  for (int i = 0; i < 300'000; ++i)
    large += "標識花子" + std::to_string(i);
  put(large);
  EXPECT_TRUE(state() == large);
  EXPECT_FALSE(anywhere_in_store("標識花子29999")) << "names never lie on the disk unsealed";
  put("second");
  EXPECT_EQ(state(), "second");
  expect_sound();
  open();
  EXPECT_EQ(state(), "second");
  ASSERT_TRUE(drop_linkage_file(*store_));
  EXPECT_EQ(state(), std::nullopt);
  expect_sound();
}

TEST_F(LinkageFileTest, a_changed_byte_of_the_state_is_seen) {
  put("state of the linker");
  const auto check = [&] { return read_linkage_file(*store_, [](ByteView) -> Result<void> { return {}; }); };
  ASSERT_TRUE(check());
  for (const auto& entry : fs::directory_iterator(root_ / "store" / "identity")) {
    std::string bytes = *read_text(entry.path());
    bytes[bytes.size() - 3] ^= 1;
    ASSERT_TRUE(write_file_durable(entry.path(), bytes, 0600));
  }
  const auto broken = check();
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, "unseal.tampered");
}

TEST_F(LinkageFileTest, an_erasure_drops_the_state_and_takes_the_person_out_of_pairs_under_review_at_once) {
  put("values of everybody");
  ASSERT_TRUE(name_outside(*store_, pairs_file()));
  ASSERT_TRUE(name_outside(*store_, pairs_file()));
  write_pairs({{reg("1"), reg("2")}, {reg("2"), reg("3")}, {reg("1"), reg("3")}});
  const std::string gone = reg("1"), stays = reg("2");
  const auto done = store_->erase(gone, "registration");
  ASSERT_TRUE(done) << done.error().describe();
  EXPECT_EQ(done->at("review_pairs"), 2);
  EXPECT_EQ(state(), std::nullopt);
  const std::string left = *read_text(pairs_file());
  EXPECT_EQ(left.find(gone), std::string::npos);
  EXPECT_NE(left.find(stays), std::string::npos);
  EXPECT_EQ(parse_json(left)->at("open"), 11);
  struct stat info{};
  ASSERT_EQ(::stat(pairs_file().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0600u);
  ASSERT_TRUE(store_->erase(gone, "registration")) << "again, after a crash";
  EXPECT_EQ(*read_text(pairs_file()), left);
  expect_sound();
}

TEST_F(LinkageFileTest, an_erasure_takes_decided_pairs_too_and_they_are_not_counted_as_open) {
  ASSERT_TRUE(name_outside(*store_, pairs_file()));
  write_pairs({{reg("1"), reg("2")}, {reg("2"), reg("3")}});
  Json json = read_json(pairs_file()).value();
  json["pairs"][0]["decided"] = {{"by", {"x", "y"}}, {"verdict", "same"}, {"at", "2026-01-01T00:00:00Z"}};
  ASSERT_TRUE(write_file_durable(pairs_file(), json.dump(), 0600));
  const std::string gone = reg("1");
  ASSERT_TRUE(store_->erase(gone, "registration"));
  const Json left = read_json(pairs_file()).value();
  EXPECT_EQ(left.dump().find(gone), std::string::npos);
  EXPECT_EQ(left["pairs"].size(), 1u);
  EXPECT_EQ(left["open"], 12);
}

TEST_F(LinkageFileTest, a_file_of_pairs_that_cannot_be_read_goes_whole) {
  ASSERT_TRUE(name_outside(*store_, pairs_file()));
  for (const std::string broken : {"{\"pairs\": [{\"a\": 1", "[]", "{\"pairs\": 7}"}) {
    ASSERT_TRUE(make_folders(pairs_file().parent_path(), 0700));
    ASSERT_TRUE(write_file_durable(pairs_file(), broken, 0600));
    ASSERT_TRUE(store_->erase(reg("3"), "registration"));
    EXPECT_FALSE(fs::exists(pairs_file())) << broken;
  }
  write_pairs({{reg("1"), reg("2")}});
  std::string text = *read_text(pairs_file());
  text.replace(text.find("\"b\""), 3, "\"c\"");
  ASSERT_TRUE(write_file_durable(pairs_file(), text, 0600));
  ASSERT_TRUE(store_->erase(reg("3"), "registration"));
  EXPECT_EQ(parse_json(*read_text(pairs_file()))->at("pairs").size(), 0u)
      << "a pair that names nobody may be anybody's";
}

}  // namespace
}  // namespace sekisho::store
