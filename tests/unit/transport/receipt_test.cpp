#include "transport/receipt.h"

#include "world.h"

namespace sekisho::transport {
namespace {

class ReceiptTest : public PackageTest {
 protected:
  Receipt received() const {
    Receipt receipt;
    receipt.step = "received";
    receipt.package = {BodyId{"body"}, HospitalId{"H01"}, 1, 3};
    receipt.manifest_hash = crypto::sha256(as_bytes("manifest"));
    receipt.time = system_clock().now();
    return receipt;
  }
  Result<std::string> sign(const Receipt& receipt, const char* who) const {
    const crypto::IssuedPair& pair = world().parties.at(who);
    return sign_receipt(receipt, pair.certificate, pair.key);
  }
  Result<Receipt> verify(std::string_view file) const {
    return verify_receipt(file, world().trust, system_clock().now());
  }
};

TEST_F(ReceiptTest, WhatWasSignedIsReadBack) {
  Receipt receipt = received();
  receipt.step = "loaded";
  receipt.sealed_counts = {1, 2, 3};
  const std::string file = sign(receipt, "intake").value();
  const auto read = verify(file);
  ASSERT_TRUE(read) << read.error().describe();
  EXPECT_EQ(read->to_json_bytes(), receipt.to_json_bytes());
  EXPECT_EQ(read->sealed_counts, receipt.sealed_counts);
  ASSERT_TRUE(write_file_durable(at("r.json"), file));
  const auto out = verify_py({"receipt", at("r.json").string(), "--root", world().root().string()});
  EXPECT_EQ(out.status, 0) << out.out << out.err;
}

TEST_F(ReceiptTest, OnlyThePartyOfAStepMaySignIt) {
  struct Case {
    const char *step, *who;
    bool allowed;
  };
  const Case cases[] = {{"received", "receiver", true}, {"received", "intake", false}, {"loaded", "intake", true},
                        {"loaded", "receiver", false},  {"secured", "intake", true},   {"secured", "receiver", false},
                        {"refused", "intake", true},    {"refused", "receiver", true}, {"refused", "H01", false},
                        {"received", "H02", false}};
  for (const Case& c : cases) {
    Receipt receipt = received();
    receipt.step = c.step;
    if (receipt.step == "refused") receipt.reason = "package.signature";
    const std::string file = sign(receipt, c.who).value();
    const auto read = verify(file);
    EXPECT_EQ(read.has_value(), c.allowed) << c.step << " " << c.who;
    if (!read) {
      EXPECT_EQ(read.error().code, "receipt.foreign");
    }
    ASSERT_TRUE(write_file_durable(at("r.json"), file));
    EXPECT_EQ(verify_py({"receipt", at("r.json").string(), "--root", world().root().string()}).status,
              c.allowed ? 0 : 1);
  }
}

TEST_F(ReceiptTest, AFlippedByteNeverChangesWhatAReceiptSays) {
  const Receipt receipt = received();
  const std::string received_bytes = receipt.to_json_bytes();
  const std::string good = sign(receipt, "receiver").value();
  ASSERT_TRUE(verify(good));
  for (std::size_t i = 0; i < good.size(); i += 3) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    // Fields of the signature's envelope that nothing signs may differ; what the receipt says may not.
    const auto read = verify(bad);
    if (read) {
      EXPECT_EQ(read->to_json_bytes(), received_bytes) << i;
      EXPECT_GT(i, good.find("\"signature\"")) << i;
    }
  }
  for (std::size_t size = 0; size < good.size(); size += 50)
    EXPECT_FALSE(verify(good.substr(0, size)));
}

TEST_F(ReceiptTest, IncompleteReceiptsAreNotSigned) {
  Receipt receipt = received();
  receipt.step = "eaten";
  EXPECT_EQ(sign(receipt, "receiver").error().code, "receipt.malformed");
  receipt = received();
  receipt.reason = "why";
  EXPECT_EQ(sign(receipt, "receiver").error().code, "receipt.malformed");
  receipt = received();
  receipt.checkpoint = "nonsense";
  EXPECT_EQ(sign(receipt, "receiver").error().code, "receipt.malformed");
}

TEST_F(ReceiptTest, ACheckpointAndItsProofTravelInTheReceipt) {
  auto key = crypto::PrivateKey::generate(crypto::KeyKind::kEd25519).value();
  auto log =
      ledger::Ledger::open(at("ledger"), "sekisho/body/receiver", std::move(key), system_clock(), system_random())
          .value();
  ASSERT_TRUE(log->append("a", Json::object()));
  const auto older = log->checkpoint().value();
  ASSERT_TRUE(log->append("b", Json::object()));
  const auto newer = log->checkpoint().value();
  Receipt receipt = received();
  receipt.checkpoint = newer.note;
  receipt.consistency = log->consistency(1, 2)->to_json();
  const Receipt read = verify(sign(receipt, "receiver").value()).value();
  EXPECT_TRUE(ledger::check_consistency(older, ledger::parse_checkpoint(read.checkpoint, log->public_key()).value(),
                                        ledger::ConsistencyProof::from_json(read.consistency).value()));
}

}  // namespace
}  // namespace sekisho::transport
