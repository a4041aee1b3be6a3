// Handing over: container and passphrase go two ways, an altered container is refused, the ledger knows each step and
// no secret, and common tools open what was written.
#include "release/media.h"

#include <fstream>

#include "core/process.h"
#include "fixture.h"
#include "release/container.h"

namespace sekisho::release {
namespace {

struct MediaTest : ReleaseTest {
  void SetUp() override {
    ReleaseTest::SetUp();
    ASSERT_TRUE(make());
    recorded.clear();
  }
  Record recorder() {
    return [this](std::string_view kind, const Json& payload) -> Result<std::uint64_t> {
      EXPECT_FALSE(kind == "medium.written" && fs::exists(place.path() / "disc/M-2026-0001.zip"))
          << "the entry stands before the container has its name";
      entries.push_back({.number = entries.size(),
                         .time = clock.now(),
                         .kind = std::string(kind),
                         .salt_hex = "",
                         .payload = payload});
      return entries.size() - 1;
    };
  }
  Result<MediumReport> write(const std::string& number = "", const fs::path& sheet = "desk/sheet.txt") {
    return write_medium({.dataset = out,
                         .out = place.path() / "disc",
                         .sheet = place.path() / sheet,
                         .number = number,
                         .entries = entries,
                         .record = recorder(),
                         .clock = &clock,
                         .random = &random});
  }
  Result<Medium> step(const std::string& number, MediumState to, const std::string& code = "") {
    return take_step(
        {.number = number, .code = code, .detail = "", .to = to, .entries = entries, .record = recorder()});
  }
  std::string passphrase() const {
    const std::string sheet = text(place.path() / "desk/sheet.txt");
    const auto at = sheet.find("    ");
    return sheet.substr(at + 4, 29);
  }
  fs::path container() const { return place.path() / "disc/M-2026-0001.zip"; }
  fs::path opened() const { return place.path() / "opened"; }
  std::string code_of_opening(const fs::path& file) { return open_medium(file, passphrase(), opened()).error().code; }

  std::vector<ledger::Entry> entries;
};

TEST_F(MediaTest, TheRecipientOpensTheContainerAndTheDatasetVerifies) {
  const auto medium = write();
  ASSERT_TRUE(medium) << medium.error().describe();
  EXPECT_EQ(medium->number, "M-2026-0001");
  const auto report = open_medium(container(), passphrase(), opened());
  ASSERT_TRUE(report) << report.error().describe();
  EXPECT_TRUE(report->ok);
  for (const auto& file : fs::directory_iterator(out))
    EXPECT_EQ(text(file.path()), text(opened() / file.path().filename()));
}

TEST_F(MediaTest, ThePassphraseIsOnTheSheetAndNowhereElse) {
  ASSERT_TRUE(write());
  const std::string secret = passphrase();
  EXPECT_EQ(secret.size(), 29u);
  EXPECT_EQ(text(container()).find(secret), std::string::npos);
  ASSERT_TRUE(open_medium(container(), secret, opened()));
  const std::string receipt = text(opened() / "RECEIPT.txt");
  for (const ledger::Entry& entry : entries) {
    EXPECT_EQ(entry.payload.dump().find(secret), std::string::npos);
    EXPECT_EQ(entry.payload.dump().find(receipt.substr(receipt.find("code: ") + 6, 29)), std::string::npos);
  }
  EXPECT_EQ(fs::status(place.path() / "desk/sheet.txt").permissions(), fs::perms::owner_read | fs::perms::owner_write);
  for (const char* sheet : {"disc/sheet.txt", "disc/deep/sheet.txt", "sheet.txt"})
    EXPECT_EQ(write("M-OTHER-1", sheet).error().code, "media.same_place") << sheet;
}

TEST_F(MediaTest, AWrongPassphraseIsRefused) {
  ASSERT_TRUE(write());
  std::string wrong = passphrase();
  wrong[0] = wrong[0] == 'A' ? 'B' : 'A';
  for (const std::string& one : {wrong, std::string("x"), std::string()}) {
    const auto report = open_medium(container(), one, opened());
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, "container.passphrase") << report.error().describe();
    EXPECT_FALSE(fs::exists(opened()));
  }
}

TEST_F(MediaTest, EveryAlteredByteIsRefusedOrChangesNothing) {
  ASSERT_TRUE(write());
  const std::string good = text(container());
  SeededRandom choose(5);
  int refused = 0;
  for (int i = 0; i < 20; ++i) {
    std::string bad = good;
    bad[choose.below(bad.size())] ^= static_cast<char>(1 + choose.below(255));
    ASSERT_TRUE(write_file_durable(container(), bad));
    fs::remove_all(opened());
    const auto report = open_medium(container(), passphrase(), opened());
    refused += report ? 0 : 1;
    if (!report) {
      EXPECT_FALSE(fs::exists(opened()));
      continue;
    }
    // A date or a mode of the directory may change: the files are the ones that were signed.
    for (const auto& file : fs::directory_iterator(out))
      ASSERT_EQ(text(file.path()), text(opened() / file.path().filename()));
  }
  EXPECT_GE(refused, 16);
  for (const std::size_t size : {good.size() / 2, good.size() - 30, std::size_t{10}, std::size_t{0}}) {
    ASSERT_TRUE(write_file_durable(container(), good.substr(0, size)));
    fs::remove_all(opened());
    EXPECT_FALSE(open_medium(container(), passphrase(), opened())) << size;
  }
}

TEST_F(MediaTest, AFileAddedWithoutThePassphraseIsRefused) {
  ASSERT_TRUE(write());
  for (const char* name : {"M-2026-0001/extra.txt", "M-2026-0001/manifest.json", "../out.txt", "/etc/x", "M/.hidden"}) {
    const std::string good = text(container());
    const auto added = run_command({"python3", "-W", "ignore", "-c",
                                    "import sys, zipfile; zipfile.ZipFile(sys.argv[1], 'a').writestr(sys.argv[2], 'x')",
                                    container().string(), name});
    ASSERT_EQ(added->status, 0) << added->err;
    EXPECT_EQ(code_of_opening(container()), "container.tampered") << name;
    EXPECT_FALSE(fs::exists(opened()));
    ASSERT_TRUE(write_file_durable(container(), good));
  }
}

TEST_F(MediaTest, AnotherDatasetUnderTheSamePassphraseIsRefused) {
  ASSERT_TRUE(write());
  std::vector<ContainerFile> files;
  for (const auto& file : fs::directory_iterator(out))
    files.push_back({file.path().filename().string(), file.path(), ""});
  for (ContainerFile& file : files)
    if (file.name == "dataset.csv") file = {file.name, {}, text(out / "dataset.csv") + "9999,x,x,x,x,x\n"};
  ASSERT_TRUE(write_container(place.path() / "forged.zip", "M-2026-0001", files, passphrase(), clock.now()));
  EXPECT_EQ(code_of_opening(place.path() / "forged.zip"), "container.tampered");
  EXPECT_FALSE(fs::exists(opened()));
}

TEST_F(MediaTest, SevenZipOpensTheContainerAndRefusesAnotherPassphrase) {
  const auto there = run_command({"7z", "i"});
  // p7zip-full stands in tools/packages.txt: ./start and ./test install it; a bare build may be without.
  if (!there || there->status != 0) GTEST_SKIP() << "7z is not installed";
  ASSERT_TRUE(write());
  const auto extract = [&](const std::string& secret) {
    return run_command({"7z", "x", "-y", "-p" + secret, "-o" + opened().string(), container().string()});
  };
  EXPECT_NE(extract("wrong")->status, 0);
  fs::remove_all(opened());
  const auto done = extract(passphrase());
  ASSERT_EQ(done->status, 0) << done->out << done->err;
  EXPECT_EQ(text(opened() / "M-2026-0001/dataset.csv"), text(out / "dataset.csv"));
  EXPECT_TRUE(verify(opened() / "M-2026-0001")->ok);
}

TEST_F(MediaTest, StepsFollowTheTableAndTheReceiptNeedsTheCodeFromInside) {
  ASSERT_TRUE(write());
  const std::string number = "M-2026-0001";
  ASSERT_TRUE(open_medium(container(), passphrase(), opened()));
  const std::string receipt = text(opened() / "RECEIPT.txt");
  const std::string code = receipt.substr(receipt.find("code: ") + 6, 29);
  EXPECT_EQ(step(number, MediumState::kReceived, code).error().code, "media.step") << "nobody handed it over";
  EXPECT_EQ(step("M-2026-0002", MediumState::kHanded).error().code, "media.unknown");
  ASSERT_TRUE(step(number, MediumState::kHanded));
  EXPECT_EQ(step(number, MediumState::kHanded).error().code, "media.step");
  EXPECT_EQ(step(number, MediumState::kReceived, "AAAAA").error().code, "media.code");
  EXPECT_EQ(step(number, MediumState::kReceived, passphrase()).error().code, "media.code")
      << "who has the sheet alone has not opened the medium";
  ASSERT_TRUE(step(number, MediumState::kReceived, code));
  ASSERT_TRUE(step(number, MediumState::kReturned));
  ASSERT_TRUE(step(number, MediumState::kDestroyed));
  EXPECT_FALSE(step(number, MediumState::kHanded));
  EXPECT_EQ(entries.size(), 5u);
  EXPECT_EQ(media_of(entries).at(0).to_json()["state"], "destroyed");
  EXPECT_EQ(write(number, "desk/other.txt").error().code, "media.number") << "a number is never used again";
  EXPECT_EQ(next_number(entries, clock.now()), "M-2026-0002");
}

TEST_F(MediaTest, ADatasetThatWasChangedIsNotHandedOver) {
  std::ofstream(out / "dataset.csv", std::ios::app) << "1,x\n";
  EXPECT_EQ(write().error().code, "media.dataset");
  EXPECT_EQ(provide(out, place.path() / "ws", "2026-011-002-7", recorder()).error().code, "media.dataset");
  EXPECT_TRUE(entries.empty());
  EXPECT_FALSE(fs::exists(place.path() / "ws"));
}

TEST_F(MediaTest, AWorkspaceGetsACopyForReadingOnly) {
  const auto folder = provide(out, place.path() / "ws", "2026-011-002-7", recorder());
  ASSERT_TRUE(folder) << folder.error().describe();
  EXPECT_TRUE(verify(*folder)->ok);
  EXPECT_EQ(folder->parent_path(), place.path() / "ws/2026-011-002-7/datasets");
  for (const auto& file : fs::directory_iterator(*folder))
    EXPECT_EQ(file.status().permissions(), fs::perms(0440));
  EXPECT_EQ(entries.back().kind, "release.provided");
  EXPECT_EQ(provide(out, place.path() / "ws", "2026-011-002-7", recorder()).error().code, "provide.exists");
  for (const char* wrong : {"", "..", "../../x", "a/bbbbb", "12345"})
    EXPECT_EQ(provide(out, place.path() / "ws", wrong, recorder()).error().code, "provide.usage") << wrong;
  fs::permissions(*folder, fs::perms(0750));  // so that the test can clean up
}

}  // namespace
}  // namespace sekisho::release
