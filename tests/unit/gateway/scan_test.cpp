// The walk over storages and the index of what has been sealed.
#include "gateway/scan.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <set>

namespace sekisho::gateway {
namespace {

namespace fs = std::filesystem;

class Scan : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::make_unique<TemporaryFolder>(std::move(*TemporaryFolder::create()));
    fs::create_directories(storage());
  }
  fs::path storage() const { return folder_->path() / "storage"; }
  FileIndex index() const { return std::move(*FileIndex::load(folder_->path() / "index")); }
  void put(const std::string& name, const std::string& content = "x") const {
    fs::create_directories((storage() / name).parent_path());
    std::ofstream(storage() / name) << content;
  }
  static Result<ScanResult> paths_of(const std::vector<fs::path>& storages, FileIndex& index,
                                     std::vector<std::string>& paths) {
    return scan_storages(storages, index, [&](const FoundFile& file) -> Result<void> {
      paths.push_back(file.path);
      return {};
    });
  }
  std::unique_ptr<TemporaryFolder> folder_;
};

TEST_F(Scan, FilesComeInTheOrderOfTheirWholePaths) {
  for (const char* name : {"a/b", "a-b", "a.b/c", "a", "z/y/x", "z/y.x", "あ/い"})
    if (std::string_view(name) != "a") put(name);
  auto known = index();
  std::vector<std::string> paths;
  const auto result = paths_of({storage()}, known, paths);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->fresh, 6u);
  EXPECT_EQ(paths.size(), 6u);
  EXPECT_TRUE(std::is_sorted(paths.begin(), paths.end()));
}

TEST_F(Scan, LinksDevicesAndPipesAreCountedAndNeverHandedOver) {
  put("real");
  fs::create_symlink(storage() / "real", storage() / "link");
  fs::create_directory_symlink("/", storage() / "root");
  ASSERT_EQ(::mkfifo((storage() / "pipe").c_str(), 0600), 0);
  auto known = index();
  std::vector<std::string> paths;
  const auto result = paths_of({storage()}, known, paths);
  ASSERT_TRUE(result);
  EXPECT_EQ(paths, std::vector<std::string>{"real"});
  EXPECT_EQ(result->irregular, 3u);
}

TEST_F(Scan, NothingIsTakenWhenOneOfTheStoragesIsMissing) {
  put("real");
  auto known = index();
  std::vector<std::string> paths;
  const auto result = paths_of({storage(), folder_->path() / "absent"}, known, paths);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, "storage.open");
  EXPECT_TRUE(paths.empty());
}

TEST_F(Scan, AnErrorOfTheTakerEndsTheWalk) {
  for (int i = 0; i < 10; ++i)
    put(std::to_string(i));
  auto known = index();
  int taken = 0;
  const auto result = scan_storages({storage()}, known, [&](const FoundFile&) -> Result<void> {
    return ++taken == 3 ? fail("test.full", "no more") : Result<void>{};
  });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, "test.full");
  EXPECT_EQ(taken, 3);
}

TEST_F(Scan, AFolderOfMoreEntriesThanOneRunGivesEachFileOnce) {
  constexpr int kFiles = 70'000;
  for (int i = 0; i < kFiles; ++i)
    ::close(::open((storage() / std::to_string(i)).c_str(), O_CREAT | O_WRONLY, 0600));
  auto known = index();
  std::vector<std::string> paths;
  ASSERT_TRUE(paths_of({storage()}, known, paths));
  EXPECT_EQ(paths.size(), std::size_t{kFiles});
  EXPECT_EQ(std::set<std::string>(paths.begin(), paths.end()).size(), std::size_t{kFiles});
}

TEST_F(Scan, TheIndexKnowsExactlyWhatASetOfRecordsKnows) {
  std::mt19937_64 dice(5);
  std::set<IndexRecord> truth;
  // Few distinct hashes: generations of one path run across blocks.
  const auto draw = [&] { return IndexRecord{dice() % 900, dice() % 3, static_cast<std::int64_t>(dice() % 40)}; };
  auto known = index();
  for (int package = 1; package <= 7; ++package) {
    std::vector<IndexRecord> records;
    for (int i = 0; i < 700; ++i)
      records.push_back(draw());
    truth.insert(records.begin(), records.end());
    ASSERT_TRUE(known.add_package("000001_00000000" + std::to_string(package), records));
    ASSERT_TRUE(known.refresh());
    for (int i = 0; i < 2000; ++i) {
      const IndexRecord asked = draw();
      EXPECT_EQ(*known.contains(asked), truth.contains(asked));
    }
  }
  auto again = index();
  for (const IndexRecord& record : truth)
    EXPECT_TRUE(*again.contains(record));
}

TEST_F(Scan, MergingIntoTheBaseKeepsTheNewestGenerationOfEachPath) {
  auto known = index();
  ASSERT_TRUE(known.add_package("000001_000000001", {{7, 1, 100}, {8, 1, 100}, {9, 5, 300}}));
  ASSERT_TRUE(known.merge_into_base("000001_000000001"));
  ASSERT_TRUE(known.add_package("000001_000000002", {{9, 6, 200}, {8, 2, 200}}));
  ASSERT_TRUE(known.merge_into_base("000001_000000002"));
  ASSERT_TRUE(known.merge_into_base("000001_000000002"));  // a repetition after a crash
  ASSERT_TRUE(known.refresh());
  EXPECT_EQ(*known.size(), 3u);
  EXPECT_TRUE(*known.contains({7, 1, 100}));
  EXPECT_TRUE(*known.contains({8, 2, 200}));
  EXPECT_FALSE(*known.contains({8, 1, 100}));
  EXPECT_TRUE(*known.contains({9, 5, 300}));
}

TEST_F(Scan, AnIndexOfOtherBytesIsRefusedWithARemedy) {
  fs::create_directories(folder_->path() / "index");
  for (const std::string& content :
       {std::string(), std::string("SKX1half"), std::string("SKX2") + std::string(24, 0)}) {
    std::ofstream(folder_->path() / "index/base.idx", std::ios::trunc) << content;
    const auto loaded = FileIndex::load(folder_->path() / "index");
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code, "index.damaged");
    EXPECT_FALSE(loaded.error().remedy.empty());
  }
}

}  // namespace
}  // namespace sekisho::gateway
