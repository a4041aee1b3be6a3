// Packages made here and opened with stock programs, and the other way round.
#include <thread>

#include "core/random.h"
#include "transport/part_format.h"
#include "world.h"

namespace sekisho::transport {
namespace {

namespace fs = std::filesystem;

std::string random_text(std::size_t size, std::uint64_t seed) {
  SeededRandom random(seed);
  std::string text(size, '\0');
  random.fill({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  return text;
}

TEST_F(PackageTest, WhatWasAddedComesBackOnceWithPathsHashesAndWithdrawals) {
  const PackageFile package = small_package("a.skp", "H01", {"{\"patient\":\"x\"}", "{\"patient\":\"y\"}"});
  ASSERT_EQ(package.parts.size(), 3u);  // receipts, SS-MIX2, withdrawals
  EXPECT_TRUE(verify_package(package, world().trust, system_clock().now()));
  std::map<std::string, std::string> found;
  for (std::size_t i = 0; i < package.parts.size(); ++i) {
    const auto part = unseal_part(package, i);
    ASSERT_TRUE(part) << part.error().describe();
    for (const PartEntry& entry : part->entries) {
      found[part->head.kind + ":" + entry.path] = as_text(entry.content);
      EXPECT_EQ(entry.sent_sha256, crypto::sha256(entry.content));
      EXPECT_EQ(entry.source_sha256, entry.sent_sha256);
      EXPECT_EQ(entry.total_size, entry.content.size());
    }
  }
  EXPECT_EQ(found, (std::map<std::string, std::string>{
                       {"ssmix2:A/1.hl7", "MSH|one"},
                       {"ssmix2:A/2.hl7", "MSH|two"},
                       {"receipt:uke/3.uke", "IR,1"},
                       {"withdrawals:withdrawals.jsonl", "{\"patient\":\"x\"}\n{\"patient\":\"y\"}\n"}}));
}

TEST_F(PackageTest, NothingButThePackageIsLeftBesideIt) {
  small_package("a.skp");
  {
    auto unfinished = PackageWriter::create(at("b.skp"), options()).value();
  }
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder_.path()))
    names.push_back(entry.path().filename());
  EXPECT_EQ(names, std::vector<std::string>{"a.skp"});
}

TEST_F(PackageTest, StockTarOpensslAndZstdOpenIt) {
  const PackageFile package = small_package("a.skp", "H01", {"{}"});
  const std::string folder = folder_.path().string() + "/out";
  fs::create_directories(folder + "/in");
  EXPECT_EQ(run_ok({"tar", "-tf", package.path.string()}),
            "manifest.json\nmanifest.p7s\npart-0001.p7m\npart-0002.p7m\npart-0003.p7m\n");
  run_ok({"tar", "-xf", package.path.string(), "-C", folder});
  run_ok({"openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", folder + "/manifest.p7s", "-content",
          folder + "/manifest.json", "-CAfile", world().root().string(), "-purpose", "any", "-out", "/dev/null"});
  const std::string content =
      run_ok({"openssl", "cms", "-decrypt", "-binary", "-inform", "DER", "-in", folder + "/part-0002.p7m", "-recip",
              world().pem("core").string(), "-inkey", world().key("core").string()});
  EXPECT_EQ(content.size() % kLastPartMultiple, 0u);
  const std::string tar = run_ok({"zstd", "-d", "-c", "-q"}, content);
  EXPECT_EQ(run_ok({"tar", "-tf", "-"}, tar), "part.json\nd/000001\nd/000002\nindex.jsonl\n");
  run_ok({"tar", "-xf", "-", "-C", folder + "/in"}, tar);
  EXPECT_EQ(read_text(folder + "/in/d/000002").value(), "MSH|two");
}

TEST_F(PackageTest, APackageMadeByStockProgramsLoads) {
  fs::create_directories(at("stock") / "recipients");
  fs::copy(world().pem("H01"), at("stock") / "signer.pem");
  fs::copy(world().key("H01"), at("stock") / "signer.key");
  fs::copy(world().pem("core"), at("stock") / "recipients/core.pem");
  const auto file = [](const char* path, std::string text) { return Json::array({path, std::move(text)}); };
  Json spec = Json::parse(
      R"({"package":{"body":"body","epoch":1,"hospital":"H01","sequence":7},"parts":[{"kind":"ssmix2","files":[]},
                             {"kind":"dpc","files":[["dpc/FF1.txt",""]]}],"withdrawals":["{}"]})");
  spec["parts"][0]["files"] = Json::array({file("A/1.hl7", "MSH|one"), file("A/2.hl7", std::string(3'000'000, 'x'))});
  ASSERT_TRUE(write_file_durable(at("stock") / "spec.json", spec.dump()));
  run_ok({"python3", kStock, "package", at("stock").string(), at("b.skp").string()});

  const auto package = open_package(at("b.skp"));
  ASSERT_TRUE(package) << package.error().describe();
  const std::vector<crypto::Certificate> recipients = world().recipients.certificates();
  const auto signer = verify_package(*package, world().trust, system_clock().now(), &recipients);
  ASSERT_TRUE(signer) << signer.error().describe();
  EXPECT_EQ(signer->common_name(), "H01");
  const auto part = unseal_part(*package, 0);
  ASSERT_TRUE(part) << part.error().describe();
  ASSERT_EQ(part->entries.size(), 2u);
  EXPECT_EQ(part->entries[1].path, "A/2.hl7");
  EXPECT_EQ(part->entries[1].content.size(), 3'000'000u);
  EXPECT_TRUE(unseal_part(*package, 1));
  EXPECT_TRUE(unseal_part(*package, 2));
}

TEST_F(PackageTest, LargeAndIncompressibleFilesAreCutIntoRangesThatJoinAgain) {
  const std::string big = random_text(20'000'000, 1), small = "small";
  auto writer = PackageWriter::create(at("a.skp"), options()).value();
  ASSERT_TRUE(writer->add("ssmix2", source("first", small)));
  ASSERT_TRUE(writer->add("ssmix2", source("big", big)));
  ASSERT_TRUE(writer->add("ssmix2", source("empty", "")));
  const PackageFile package = writer->finish({}).value();
  std::string joined;
  bool empty_seen = false;
  for (std::size_t i = 0; i < package.parts.size(); ++i) {
    EXPECT_LE(package.parts[i].size, kPartCipherLimit);
    const auto part = unseal_part(package, i);
    ASSERT_TRUE(part) << part.error().describe();
    for (const PartEntry& entry : part->entries) {
      if (entry.path == "big") {
        EXPECT_EQ(entry.range_from, joined.size());
        joined += as_text(entry.content);
        EXPECT_EQ(entry.range_to, joined.size());
        EXPECT_EQ(entry.total_size, big.size());
        EXPECT_EQ(entry.sent_sha256, crypto::sha256(entry.content));
        EXPECT_EQ(entry.source_sha256, crypto::sha256(as_bytes(big)));
      }
      empty_seen |= entry.path == "empty" && entry.content.empty();
    }
  }
  EXPECT_TRUE(joined == big);
  EXPECT_TRUE(empty_seen);
}

TEST_F(PackageTest, PartsHoldTheSameForAnyNumberOfThreads) {
  std::vector<std::string> texts;
  for (std::uint64_t i = 0; i < 40; ++i)
    texts.push_back(random_text(700'000, i));
  std::vector<std::vector<std::string>> inside;
  for (const int threads : {1, 4}) {
    SeededRandom random(5);
    auto o = options();
    o.threads = threads;
    o.random = &random;
    auto writer = PackageWriter::create(at("a.skp"), o).value();
    for (std::size_t i = 0; i < texts.size(); ++i)
      ASSERT_TRUE(writer->add(i % 3 == 0 ? "receipt" : "ssmix2", source(std::to_string(i), texts[i])));
    const PackageFile package = writer->finish({}).value();
    auto& tars = inside.emplace_back();
    for (std::size_t i = 0; i < package.parts.size(); ++i)
      tars.emplace_back(as_text(unseal_part(package, i).value().tar));
  }
  EXPECT_GT(inside[0].size(), 4u);
  EXPECT_TRUE(inside[0] == inside[1]);
}

TEST_F(PackageTest, WithdrawalsHaveTheSameSizeWhateverTheySay) {
  const PackageFile none = small_package("a.skp");
  std::vector<std::string> many;
  for (int i = 0; i < 500; ++i)
    many.push_back("{\"patient\":\"" + to_hex(as_bytes(random_text(20, static_cast<std::uint64_t>(i)))) + "\"}");
  const PackageFile some = small_package("b.skp", "H01", many);
  EXPECT_EQ(none.parts.back().size, some.parts.back().size);
  const crypto::IssuedPair& core = world().parties.at("core");
  for (const PackageFile* package : {&none, &some})
    EXPECT_EQ(unseal::cms_open(read_part(*package, 2).value(), core.certificate, core.key).value().size(),
              kWithdrawalsContent);
}

TEST_F(PackageTest, WithdrawalsThatDoNotFitAreRefusedAndFewerMayBeGivenAgain) {
  auto writer = PackageWriter::create(at("a.skp"), options()).value();
  ASSERT_TRUE(writer->add("ssmix2", source("1", "x")));
  std::vector<std::string> many;
  for (std::uint64_t i = 0; i < 3000; ++i)
    many.push_back(to_hex(as_bytes(random_text(40, i))));
  EXPECT_EQ(writer->finish(many).error().code, "package.withdrawals_too_many");
  many.resize(kWithdrawalsAlwaysFit / (many[0].size() + 1));
  const auto package = writer->finish(many);
  ASSERT_TRUE(package) << package.error().describe();
  EXPECT_EQ(unseal_part(*package, 1)->entries[0].content.size(), many.size() * 81);
}

TEST_F(PackageTest, APackageMayHoldWithdrawalsAlone) {
  auto writer = PackageWriter::create(at("a.skp"), options()).value();
  const PackageFile package = writer->finish({"{}"}).value();
  EXPECT_EQ(package.parts.size(), 1u);
  EXPECT_TRUE(unseal_part(package, 0));
}

TEST_F(PackageTest, TheManifestTellsNoPathsKindsOrCounts) {
  const PackageFile package = small_package("a.skp");
  for (const char* word : {"hl7", "ssmix2", "receipt", "uke", "withdrawals"})
    EXPECT_EQ(as_text(package.manifest_bytes).find(word), std::string_view::npos) << word;
}

TEST_F(PackageTest, OtherContentUnderTheSameSequenceHasAnotherManifestHash) {
  const PackageFile first = small_package("a.skp"), second = small_package("b.skp", "H01", {"{}"});
  EXPECT_EQ(first.manifest.id, second.manifest.id);
  EXPECT_NE(first.manifest_hash, second.manifest_hash);
}

TEST_F(PackageTest, BadRequestsToTheWriterAreRefusedClearly) {
  auto writer = PackageWriter::create(at("a.skp"), options()).value();
  EXPECT_EQ(writer->add("withdrawals", source("x", "")).error().code, "package.kind");
  EXPECT_EQ(writer->add("ssmix2", source("../x", "")).error().code, "package.path");
  EXPECT_EQ(writer->add("ssmix2", source("/x", "")).error().code, "package.path");
  SourceEntry wrong = source("x", "abc");
  wrong.range_to = 5;
  wrong.total_size = 5;
  EXPECT_EQ(writer->add("ssmix2", wrong).error().code, "package.range");
  EXPECT_EQ(PackageWriter::create(at("none/a.skp"), options()).error().code, "package.write");
  auto o = options();
  o.threads = 0;
  EXPECT_EQ(PackageWriter::create(at("b.skp"), o).error().code, "usage.package");
}

TEST_F(PackageTest, TheStandAloneVerifierAcceptsAPackageAndLooksInside) {
  const PackageFile package = small_package("a.skp", "H01", {"{}"});
  const auto out = verify_py({"package", package.path.string(), "--root", world().root().string(), "--key",
                              world().key("core").string(), "--cert", world().pem("core").string()});
  EXPECT_EQ(out.status, 0) << out.out << out.err;
  EXPECT_NE(out.out.find("3 entries inside hold"), std::string::npos) << out.out;
  EXPECT_NE(out.out.find(to_hex(package.manifest_hash)), std::string::npos);
}

TEST_F(PackageTest, TheStandAloneVerifierFindsEveryFlippedRegion) {
  const PackageFile package = small_package("a.skp");
  const Bytes good = read_file(package.path).value();
  for (std::size_t i = 0; i < 24; ++i) {
    Bytes bad = good;
    bad[i * (good.size() - 1) / 23] ^= 0x10;
    ASSERT_TRUE(write_file_durable(at("bad.skp"), bad));
    const auto out = verify_py({"package", at("bad.skp").string(), "--root", world().root().string()});
    EXPECT_EQ(out.status, 1) << i << out.out << out.err;
  }
}

}  // namespace
}  // namespace sekisho::transport
