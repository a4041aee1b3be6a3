// tools/verify.py, the auditor's own reader, on ledgers and dataset manifests: it agrees with the program and finds
// every change. Packages and receipts: tests/unit/transport.
#include <gtest/gtest.h>

#include <fstream>

#include "core/file.h"
#include "core/process.h"
#include "ledger/ledger.h"

namespace sekisho {
namespace {

namespace fs = std::filesystem;

const std::string kVerify = SEKISHO_SOURCE_DIR "/tools/verify.py";

class VerifyToolTest : public testing::Test {
 protected:
  fs::path at(const std::string& name) const { return folder_.path() / name; }
  CommandOutput run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"python3", kVerify});
    return run_command(arguments).value();
  }
  void put(const std::string& name, std::string_view text) const {
    std::ofstream(at(name), std::ios::binary | std::ios::trunc) << text;
  }
  TemporaryFolder folder_ = TemporaryFolder::create().value();
};

class VerifyLedgerTest : public VerifyToolTest {
 protected:
  VerifyLedgerTest() {
    ManualClock clock(UtcTime::parse("2026-04-01T00:00:00Z").value());
    auto ledger =
        ledger::Ledger::open(at("ledger"), "sekisho/body/centre",
                             crypto::PrivateKey::generate(crypto::KeyKind::kEd25519).value(), clock, system_random())
            .value();
    for (int i = 0; i < 7; ++i) {
      EXPECT_TRUE(ledger->append("package.loaded",
                                 Json{{"package", "body/H01/1/" + std::to_string(i)}, {"text", "関所\n\"\\"}}));
      if (i == 3) put("four.txt", ledger->checkpoint().value().note);
    }
    EXPECT_TRUE(ledger->checkpoint());
  }
  CommandOutput verify(const fs::path& ledger, bool remember = true) const {
    std::vector<std::string> arguments = {"ledger", ledger.string(), "--key", at("ledger/public.pem").string()};
    if (remember) arguments.insert(arguments.end(), {"--remember", at("four.txt").string()});
    return run(arguments);
  }
};

TEST_F(VerifyLedgerTest, AnUnchangedLedgerAndItsExportHold) {
  const CommandOutput folder = verify(at("ledger"));
  EXPECT_EQ(folder.status, 0) << folder.out << folder.err;
  EXPECT_NE(folder.out.find("7 entries are as signed in 2 checkpoints"), std::string::npos) << folder.out;
  EXPECT_NE(folder.out.find("from number 4 on"), std::string::npos) << folder.out;
  ASSERT_TRUE(ledger::export_ledger(at("ledger"), at("export.jsonl")));
  EXPECT_EQ(verify(at("export.jsonl")).out, folder.out);
  EXPECT_NE(verify(at("ledger"), false).out.find("cannot be excluded without a remembered checkpoint"),
            std::string::npos);
}

TEST_F(VerifyLedgerTest, ChangedDroppedSwappedAndCutOffEntriesAreFound) {
  const std::string good = read_text(at("ledger/entries.jsonl")).value();
  for (std::size_t i = 0; i < good.size(); i += 61) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    put("ledger/entries.jsonl", bad);
    EXPECT_EQ(verify(at("ledger")).status, 1) << i;
  }
  const std::size_t first = good.find('\n') + 1, second = good.find('\n', first) + 1;
  put("ledger/entries.jsonl", good.substr(first));
  EXPECT_EQ(verify(at("ledger")).status, 1);
  put("ledger/entries.jsonl", good.substr(first, second - first) + good.substr(0, first) + good.substr(second));
  EXPECT_EQ(verify(at("ledger")).status, 1);
  put("ledger/entries.jsonl", good.substr(0, second));
  EXPECT_EQ(verify(at("ledger")).status, 1);
}

TEST_F(VerifyLedgerTest, ANoteOfAnotherKeyOrWithAFlippedByteIsFound) {
  const std::string good = read_text(at("four.txt")).value();
  for (std::size_t i = 0; i < good.size(); i += 5) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    put("four.txt", bad);
    EXPECT_EQ(verify(at("ledger")).status, 1) << i;
  }
  put("four.txt", good);
  const auto other = crypto::PrivateKey::generate(crypto::KeyKind::kEd25519).value();
  EXPECT_EQ(run({"ledger", at("ledger").string(), "--key", to_hex(crypto::ed25519_public_raw(other).value())}).status,
            1);
}

// A dataset of five persons, written by Python alone.
class VerifyDatasetTest : public VerifyToolTest {
 protected:
  VerifyDatasetTest() {
    const char* script = R"(
import base64, hashlib, json, sys
folder = sys.argv[1]
h = lambda *p: hashlib.sha256(b"".join(p)).digest()
rows = [b"%d,F,H1N1\n" % (10 * n) for n in range(5)]
salts = [bytes([n]) * 16 for n in range(5)]
leaves = [h(b"\0", s, r) for s, r in zip(salts, rows)]
left = h(b"\1", h(b"\1", leaves[0], leaves[1]), h(b"\1", leaves[2], leaves[3]))
data = b"age,sex,drug\n" + b"".join(rows)
open(folder + "/data.csv", "wb").write(data)
open(folder + "/leaves.csv", "w").write("leaf,salt\n" + "".join(l.hex() + "," + s.hex() + "\n" for l, s in zip(leaves, salts)))
open(folder + "/rows.txt", "w").write("".join("%d,%s\n" % (n, base64.b64encode(r).decode()) for n, r in enumerate(rows)))
json.dump({"files": [{"name": "data.csv", "sha256": h(data).hex(), "size": len(data)}],
           "merkle_root": h(b"\1", left, leaves[4]).hex()}, open(folder + "/manifest.json", "w"))
)";
    EXPECT_EQ(run_command({"python3", "-c", script, folder_.path().string()})->status, 0);
  }
  CommandOutput verify(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {"dataset", at("manifest.json").string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  }
  void replace(const std::string& name, const std::string& from, const std::string& to) const {
    std::string text = read_text(at(name)).value();
    ASSERT_NE(text.find(from), std::string::npos);
    put(name, text.replace(text.find(from), from.size(), to));
  }
};

TEST_F(VerifyDatasetTest, FilesLeavesAndRowsOfAnUnchangedDatasetHold) {
  const CommandOutput out = verify({"--rows", at("rows.txt").string()});
  EXPECT_EQ(out.status, 0) << out.out << out.err;
  EXPECT_NE(out.out.find("5 leaves hash to the manifest's root"), std::string::npos) << out.out;
}

TEST_F(VerifyDatasetTest, AChangedFileIsFound) {
  replace("data.csv", "H1N1", "H3N2");
  EXPECT_EQ(verify().status, 1);
}

TEST_F(VerifyDatasetTest, AFileOutsideTheFolderIsRefused) {
  replace("manifest.json", "data.csv", "../data.csv");
  EXPECT_EQ(verify().status, 1);
}

TEST_F(VerifyDatasetTest, ChangedOrMissingLeavesAreFound) {
  const std::string good = read_text(at("leaves.csv")).value();
  std::string bad = good;
  bad[12] = bad[12] == '0' ? '1' : '0';
  put("leaves.csv", bad);
  EXPECT_EQ(verify().status, 1);
  put("leaves.csv", good.substr(0, good.rfind('\n', good.size() - 2) + 1));
  EXPECT_EQ(verify().status, 1);
}

TEST_F(VerifyDatasetTest, AfterAnErasureTheOtherLeavesVerifyAndTheMissingOneMustBeWithdrawn) {
  const std::string rows = read_text(at("rows.txt")).value();
  const std::size_t begin = rows.find("\n2,") + 1, end = rows.find('\n', begin) + 1;
  put("rows.txt", rows.substr(0, begin) + rows.substr(end));
  EXPECT_EQ(verify({"--rows", at("rows.txt").string()}).status, 1);
  put("withdrawn.txt", "2\n");
  const CommandOutput out = verify({"--rows", at("rows.txt").string(), "--withdrawn", at("withdrawn.txt").string()});
  EXPECT_EQ(out.status, 0) << out.out;
  put("rows.txt", rows);
  EXPECT_EQ(verify({"--rows", at("rows.txt").string(), "--withdrawn", at("withdrawn.txt").string()}).status, 1);
}

}  // namespace
}  // namespace sekisho
