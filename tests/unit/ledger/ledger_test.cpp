#include "ledger/ledger.h"

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <set>
#include <thread>

#include "core/file.h"
#include "core/process.h"
#include "ledger/entry_line.h"

namespace sekisho::ledger {
namespace {

namespace fs = std::filesystem;

constexpr const char* kOrigin = "sekisho/body/receiver";

class LedgerTest : public testing::Test {
 protected:
  std::unique_ptr<Ledger> open() {
    auto ledger = Ledger::open(folder(), kOrigin, crypto::PrivateKey::from_pem(pem_).value(), clock_, system_random());
    EXPECT_TRUE(ledger) << ledger.error().describe();
    return ledger ? *std::move(ledger) : nullptr;
  }
  Error open_error() {
    auto ledger = Ledger::open(folder(), kOrigin, crypto::PrivateKey::from_pem(pem_).value(), clock_, system_random());
    EXPECT_FALSE(ledger);
    return ledger ? Error{} : ledger.error();
  }
  fs::path folder() const { return temporary_.path() / "ledger"; }
  fs::path file() const { return folder() / "entries.jsonl"; }
  std::string content() const { return read_text(file()).value(); }
  void put(const std::string& text) { std::ofstream(file(), std::ios::binary | std::ios::trunc) << text; }
  Bytes key() const { return crypto::ed25519_public_raw(crypto::PrivateKey::from_pem(pem_).value()).value(); }
  static Json payload(int i) { return Json{{"package", "body/H01/1/" + std::to_string(i)}, {"parts", i}}; }
  // A ledger of ten entries with checkpoints at 4 and 10; returns the notes.
  std::vector<std::string> ten_entries() {
    auto ledger = open();
    std::vector<std::string> notes;
    for (int i = 0; i < 10; ++i) {
      EXPECT_EQ(ledger->append("package.received", payload(i)).value(), static_cast<std::uint64_t>(i));
      if (i == 3 || i == 9) notes.push_back(ledger->checkpoint().value().note);
    }
    return notes;
  }

  TemporaryFolder temporary_ = TemporaryFolder::create().value();
  ManualClock clock_{UtcTime::parse("2026-04-01T00:00:00Z").value()};
  std::string pem_ = crypto::PrivateKey::generate(crypto::KeyKind::kEd25519).value().to_pem().value();
};

TEST_F(LedgerTest, EntriesComeBackAfterReopening) {
  ten_entries();
  auto ledger = open();
  EXPECT_EQ(ledger->size(), 10u);
  const auto entries = ledger->entries(3, 5).value();
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].number, 3u);
  EXPECT_EQ(entries[0].kind, "package.received");
  EXPECT_EQ(canonical(entries[0].payload), canonical(payload(3)));
  EXPECT_EQ(ledger->append("x", Json::object()).value(), 10u);
  EXPECT_EQ(read_entries(folder()).value().size(), 11u);
}

TEST_F(LedgerTest, LeafHashesAreThoseThatPythonComputesFromTheFile) {
  ten_entries();
  const char* script =
      "import hashlib,json,sys\n"
      "for line in open(sys.argv[1],encoding='utf-8'):\n"
      "  e=json.loads(line); salt=bytes.fromhex(e.pop('salt'))\n"
      "  text=json.dumps(e,sort_keys=True,separators=(',',':'),ensure_ascii=False).encode()\n"
      "  print(hashlib.sha256(b'\\0'+salt+text).hexdigest())\n";
  {
    auto ledger = open();
    ASSERT_TRUE(ledger->append(
        "note", Json{{"text", "関所 \"quoted\" \\ \t\x01 é"}, {"z", {1, -2, nullptr, true}}, {"a", Json::object()}}));
  }
  const auto out = run_command({"python3", "-c", script, file().string()}).value();
  std::string expected;
  const auto entries = read_entries(folder()).value();
  for (const Entry& entry : entries)
    expected += to_hex(leaf_hash(entry)) + "\n";
  EXPECT_EQ(out.out, expected) << out.err;
  const std::string text = content();
  std::string from_lines;
  for (const std::string_view line : split_lines(text).lines)
    from_lines += to_hex(*leaf_hash_of_line(line)) + "\n";
  EXPECT_EQ(from_lines, expected);
}

TEST_F(LedgerTest, EveryByteFlippedAnywhereIsFoundByARememberedCheckpoint) {
  const auto notes = ten_entries();
  const std::string good = content();
  ASSERT_TRUE(verify(folder(), key(), notes).ok);
  for (std::size_t at = 0; at < good.size(); ++at)
    for (const int bit : {0x01, 0x20, 0x80}) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ bit);
      put(bad);
      ASSERT_FALSE(verify(folder(), key(), notes).ok) << at << " " << bit;
    }
}

TEST_F(LedgerTest, AFlippedByteIsFoundByOpenToo) {
  ten_entries();
  const std::string good = content();
  for (std::size_t at = 0; at < good.size(); at += 7) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 4);
    put(bad);
    ASSERT_EQ(open_error().code, "ledger.damaged") << at;
  }
  put(good);
  EXPECT_NE(open(), nullptr);
}

TEST_F(LedgerTest, DroppedReorderedInsertedAndCutOffEntriesAreFound) {
  const auto notes = ten_entries();
  const std::string good = content();
  std::vector<std::string> lines;
  for (const std::string_view line : split_lines(good).lines)
    lines.push_back(std::string(line) + "\n");
  const auto check = [&](std::vector<std::string> changed, const char* what) {
    std::string text;
    for (const std::string& line : changed)
      text += line;
    put(text);
    EXPECT_FALSE(verify(folder(), key(), {notes[1]}).ok) << what;
  };
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto dropped = lines;
    dropped.erase(dropped.begin() + static_cast<std::ptrdiff_t>(i));
    check(dropped, "dropped");
    auto doubled = lines;
    doubled.insert(doubled.begin() + static_cast<std::ptrdiff_t>(i), lines[i]);
    check(doubled, "inserted");
    if (i + 1 < lines.size()) {
      auto swapped = lines;
      std::swap(swapped[i], swapped[i + 1]);
      check(swapped, "swapped");
    }
    check({lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(i)}, "cut off");
  }
}

TEST_F(LedgerTest, ARewriteByTheKeyHolderIsFoundOnlyWithARememberedCheckpoint) {
  const auto notes = ten_entries();
  fs::remove_all(folder());
  {
    auto forged = open();
    for (int i = 0; i < 12; ++i)
      ASSERT_TRUE(forged->append("package.received", payload(i)));
    ASSERT_TRUE(forged->checkpoint());
  }
  const VerifyReport without = verify(folder(), key(), {});
  EXPECT_TRUE(without.ok);
  ASSERT_FALSE(without.not_excluded.empty());
  EXPECT_NE(without.not_excluded[0].find("without a remembered checkpoint"), std::string::npos);
  EXPECT_FALSE(verify(folder(), key(), {notes[0]}).ok);
}

TEST_F(LedgerTest, ACutBackWithAnOlderCheckpointPutBackIsFoundByTheNewerNote) {
  const auto notes = ten_entries();
  const std::string good = content();
  std::string four;
  for (int i = 0; i < 4; ++i)
    four += std::string(split_lines(good).lines[static_cast<std::size_t>(i)]) + "\n";
  put(four);
  std::ofstream(folder() / "checkpoint.txt", std::ios::trunc) << notes[0];
  EXPECT_TRUE(verify(folder(), key(), {}).ok);
  const VerifyReport report = verify(folder(), key(), {notes[1]});
  EXPECT_FALSE(report.ok);
  EXPECT_NE(report.problems[0].find("cut off"), std::string::npos);
}

TEST_F(LedgerTest, VerifySaysWhatNoCheckpointCoversYet) {
  const auto notes = ten_entries();
  {
    auto ledger = open();
    ASSERT_TRUE(ledger->append("late", Json::object()));
  }
  const VerifyReport report = verify(folder(), key(), notes);
  EXPECT_TRUE(report.ok);
  EXPECT_EQ(report.entries, 11u);
  ASSERT_EQ(report.not_excluded.size(), 2u);
  EXPECT_NE(report.not_excluded[0].find("from number 10 on"), std::string::npos);
}

TEST_F(LedgerTest, ATornLastLineIsCutOffWhenItWasNeverSigned) {
  ten_entries();
  const std::string good = content();
  for (const std::string& tail :
       {std::string("{\"kind\":\"pa"), std::string(100, '\0'), std::string("{\"ki") + std::string(50, '\0')}) {
    put(good + tail);
    EXPECT_EQ(read_entries(folder()).value().size(), 10u);
    {
      auto ledger = open();
      ASSERT_NE(ledger, nullptr);
      EXPECT_EQ(ledger->size(), 10u);
    }
    EXPECT_EQ(content(), good);
  }
}

TEST_F(LedgerTest, ACompleteButWrongLineAfterTheCheckpointIsDamageAndNotCutOff) {
  ten_entries();
  put(content() + "{\"kind\":\"x\"}\n");
  EXPECT_EQ(open_error().code, "ledger.damaged");
}

TEST_F(LedgerTest, ASignedLastLineThatIsTornIsDamage) {
  ten_entries();
  const std::string good = content();
  put(good.substr(0, good.size() - 1));
  EXPECT_EQ(open_error().code, "ledger.damaged");
}

TEST_F(LedgerTest, ALedgerWhoseCheckpointWasTakenAwayDoesNotOpen) {
  ten_entries();
  fs::remove(folder() / "checkpoint.txt");
  EXPECT_EQ(open_error().code, "ledger.damaged");
}

TEST_F(LedgerTest, OnlyOneWriterHoldsAFolder) {
  const auto first = open();
  EXPECT_EQ(open_error().code, "file.locked");
}

TEST_F(LedgerTest, AnotherKeyOrOriginDoesNotOpenTheFolder) {
  ten_entries();
  auto other = Ledger::open(folder(), "sekisho/body/centre", crypto::PrivateKey::from_pem(pem_).value(), clock_,
                            system_random());
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, "ledger.origin");
  other = Ledger::open(folder(), kOrigin, crypto::PrivateKey::generate(crypto::KeyKind::kEd25519).value(), clock_,
                       system_random());
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, "checkpoint.signature");
}

TEST_F(LedgerTest, ConcurrentAppendsGetDistinctNumbersAndAllAreThere) {
  constexpr int kThreads = 8, kEach = 50;
  std::vector<std::vector<std::uint64_t>> numbers(kThreads);
  {
    auto ledger = open();
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t)
      threads.emplace_back([&, t] {
        for (int i = 0; i < kEach; ++i)
          numbers[t].push_back(ledger->append("a", Json{{"t", t}, {"i", i}}).value());
      });
    threads.clear();
    ASSERT_TRUE(ledger->checkpoint());
  }
  std::set<std::uint64_t> all;
  const auto entries = read_entries(folder()).value();
  for (int t = 0; t < kThreads; ++t)
    for (int i = 0; i < kEach; ++i) {
      all.insert(numbers[t][i]);
      EXPECT_EQ(entries.at(numbers[t][i]).payload["t"], t);
      EXPECT_EQ(entries.at(numbers[t][i]).payload["i"], i);
    }
  EXPECT_EQ(all.size(), std::size_t{kThreads * kEach});
  EXPECT_TRUE(verify(folder(), key(), {}).ok);
}

TEST_F(LedgerTest, CheckpointsOfARunAreConsistentWithEachOther) {
  auto ledger = open();
  std::vector<Checkpoint> checkpoints = {ledger->checkpoint().value()};
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(ledger->append("a", payload(i)));
    checkpoints.push_back(ledger->checkpoint().value());
  }
  for (const Checkpoint& older : checkpoints) {
    const auto proof = ConsistencyProof::from_json(ledger->consistency(older.size, 20).value().to_json()).value();
    EXPECT_TRUE(check_consistency(older, checkpoints.back(), proof));
  }
  EXPECT_EQ(ledger->consistency(3, 21).error().code, "ledger.range");
}

TEST_F(LedgerTest, AWriteThatFindsTheDiskFullIsRefusedAndTheLedgerGoesOn) {
  // A limit of the file's size stands in for the full disk. It binds a whole process, so a child takes it upon itself.
  ten_entries();
  const std::string before = content();
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    auto ledger = open();
    rlimit limit{before.size() + 300, RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const bool refused = !ledger->append("big", Json{{"text", std::string(1000, 'x')}});
    limit.rlim_cur = RLIM_INFINITY;
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const auto number = ledger->append("small", Json::object());
    ::_exit(refused && number && *number == 10 ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(read_entries(folder()).value().size(), 11u);
  EXPECT_NE(open(), nullptr);
}

TEST_F(LedgerTest, PayloadsThatLanguagesSpellDifferentlyAreRefused) {
  auto ledger = open();
  EXPECT_EQ(ledger->append("a", Json{{"share", 0.5}}).error().code, "ledger.payload");
  EXPECT_EQ(ledger->append("a", Json{{"text", "\xff"}}).error().code, "ledger.payload");
  EXPECT_EQ(ledger->append("a", Json("text")).error().code, "ledger.payload");
  EXPECT_EQ(ledger->append("a b", Json::object()).error().code, "ledger.kind");
  EXPECT_EQ(ledger->size(), 0u);
}

TEST_F(LedgerTest, OpensslVerifiesACheckpointNote) {
  const auto notes = ten_entries();
  const std::string& note = notes[1];
  const std::size_t blank = note.find("\n\n");
  const std::string text = note.substr(0, blank + 1);
  const std::string line = note.substr(blank + 2);
  const Bytes bytes = from_base64(line.substr(line.rfind(' ') + 1, line.size() - line.rfind(' ') - 2)).value();
  ASSERT_TRUE(write_file_durable(temporary_.path() / "text", text));
  ASSERT_TRUE(write_file_durable(temporary_.path() / "sig", ByteView(bytes).subspan(4)));
  const auto out =
      run_command({"openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", (folder() / "public.pem").string(),
                   "-in", (temporary_.path() / "text").string(), "-sigfile", (temporary_.path() / "sig").string()})
          .value();
  EXPECT_EQ(out.status, 0) << out.err;
  EXPECT_EQ(parse_public_key(read_text(folder() / "public.pem").value()).value(), key());
  EXPECT_EQ(parse_public_key(to_hex(key())).value(), key());
  EXPECT_EQ(parse_public_key(to_base64(key())).value(), key());
  EXPECT_FALSE(parse_public_key("nonsense"));
}

TEST_F(LedgerTest, EveryByteFlippedInACheckpointIsFound) {
  const auto notes = ten_entries();
  for (std::size_t at = 0; at < notes[1].size(); ++at) {
    std::string bad = notes[1];
    bad[at] = static_cast<char>(bad[at] ^ 1);
    EXPECT_FALSE(parse_checkpoint(bad, key())) << at;
  }
  EXPECT_TRUE(parse_checkpoint(notes[1], key()));
}

TEST_F(LedgerTest, AnUnsignedLedgerOfManyEntriesOpensAndItsProofsAreQuick) {
  Entry entry;
  entry.kind = "package.received";
  entry.salt_hex = std::string(32, '0');
  entry.payload = payload(1);
  std::string text;
  constexpr int kEntries = 200'000;
  for (int i = 0; i < kEntries; ++i) {
    entry.number = static_cast<std::uint64_t>(i);
    text += entry_line(entry);
    text += '\n';
  }
  {
    const auto ledger = open();
  }
  put(text);
  const auto begin = std::chrono::steady_clock::now();
  auto ledger = open();
  ASSERT_NE(ledger, nullptr);
  const Checkpoint checkpoint = ledger->checkpoint().value();
  for (std::uint64_t from = 1; from < kEntries; from += 997)
    ASSERT_TRUE(ledger->consistency(from, kEntries));
  EXPECT_EQ(checkpoint.size, std::uint64_t{kEntries});
  RecordProperty(
      "milliseconds",
      static_cast<int>(
          std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin).count()));
}

}  // namespace
}  // namespace sekisho::ledger
