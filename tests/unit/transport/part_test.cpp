// The inside of a part: archives made by Python's tarfile and stock zstd, honest ones and attacks.
#include <gtest/gtest.h>

#include <functional>

#include "core/process.h"
#include "transport/part_format.h"

namespace sekisho::transport {
namespace {

const std::string kStock = SEKISHO_SOURCE_DIR "/tests/unit/transport/stock.py";

Bytes to_bytes(std::string_view text) {
  const ByteView view = as_bytes(text);
  return {view.begin(), view.end()};
}

Json member(const std::string& name, std::string_view data) {
  return Json{{"name", name}, {"data", to_base64(as_bytes(data))}};
}

std::string tar_of(const Json& members) {
  const auto out = run_command({"python3", kStock, "tar"}, members.dump()).value();
  EXPECT_EQ(out.status, 0) << out.err;
  return out.out;
}

std::string zstd(std::string_view plain, std::vector<std::string> arguments = {"-3"}) {
  arguments.insert(arguments.begin(), {"zstd", "-q", "-c"});
  const auto out = run_command(arguments, plain).value();
  EXPECT_EQ(out.status, 0) << out.err;
  return out.out;
}

std::string skippable(std::size_t size, char fill = '\0') {
  std::string frame = {'\x50', '\x2a', '\x4d', '\x18'};
  for (int i = 0; i < 4; ++i)
    frame += static_cast<char>(size >> 8 * i);
  return frame + std::string(size, fill);
}

// A part with two entries in the middle of a package of four: neither last nor last data part.
class PartTest : public testing::Test {
 protected:
  PartTest() {
    manifest_.id = {BodyId{"body"}, HospitalId{"H01"}, 1, 5};
    manifest_.parts.resize(4);
    head_ = {manifest_.id, 2, false, "ssmix2", {}};
    head_.nonce.fill(0xab);
  }
  std::string index_line(std::uint32_t ordinal, std::string_view content, const std::string& path) const {
    PartEntry entry;
    entry.ordinal = ordinal;
    entry.path = path;
    entry.range_to = entry.total_size = content.size();
    entry.sent_sha256 = entry.source_sha256 = crypto::sha256(as_bytes(content));
    std::string line;
    append_index_line(line, entry);
    return line;
  }
  Json good_members() const {
    return Json::array({member("part.json", part_head_json(head_)), member("d/000001", "one"),
                        member("d/000002", "two"),
                        member("index.jsonl", index_line(1, "one", "a") + index_line(2, "two", "b"))});
  }
  // Commits to the archive as its maker would, so that only what is under test is wrong.
  Result<OpenPart> open(std::string_view tar, std::string_view content) {
    manifest_.parts[1].commitment = commitment_of(head_.nonce, as_bytes(tar));
    return open_part(as_bytes(content), manifest_, 1);
  }
  Result<OpenPart> open_tar(std::string_view tar) { return open(tar, zstd(tar)); }
  Result<OpenPart> open_members(const Json& members) { return open_tar(tar_of(members)); }
  static std::string code(const Result<OpenPart>& part) { return part ? "opened" : part.error().code; }

  Manifest manifest_;
  PartHead head_;
};

TEST_F(PartTest, AnArchiveOfStockProgramsOpens) {
  const auto part = open_members(good_members());
  ASSERT_TRUE(part) << part.error().describe();
  ASSERT_EQ(part->entries.size(), 2u);
  EXPECT_EQ(as_text(part->entries[1].content), "two");
  EXPECT_EQ(part->entries[1].path, "b");
}

TEST_F(PartTest, EverythingButPlainFilesWithTheExpectedNamesIsRefused) {
  struct Case {
    const char* what;
    std::function<void(Json&)> change;
    const char* code;
  };
  const Case cases[] = {
      {"symbolic link", [](Json& m) { m[1] = Json{{"name", "d/000001"}, {"type", "2"}, {"linkname", "/etc/passwd"}}; },
       "part.entry_type"},
      {"hard link", [](Json& m) { m[1] = Json{{"name", "d/000001"}, {"type", "1"}, {"linkname", "part.json"}}; },
       "part.entry_type"},
      {"character device", [](Json& m) { m[1] = Json{{"name", "d/000001"}, {"type", "3"}}; }, "part.entry_type"},
      {"block device", [](Json& m) { m[1] = Json{{"name", "d/000001"}, {"type", "4"}}; }, "part.entry_type"},
      {"folder", [](Json& m) { m[1] = Json{{"name", "d/000001"}, {"type", "5"}}; }, "part.entry_type"},
      {"pipe", [](Json& m) { m[1] = Json{{"name", "d/000001"}, {"type", "6"}}; }, "part.entry_type"},
      {"climbing name", [](Json& m) { m[1]["name"] = "../000001"; }, "part.archive"},
      {"absolute name", [](Json& m) { m[1]["name"] = "/d/000001"; }, "part.archive"},
      {"long name in the prefix field",
       [](Json& m) { m[1]["name"] = std::string(90, 'a') + "/" + std::string(90, 'b'); }, "part.archive"},
      {"ordinals swapped", [](Json& m) { std::swap(m[1], m[2]); }, "part.archive"},
      {"ordinal twice", [](Json& m) { m[2]["name"] = "d/000001"; }, "part.archive"},
      {"ordinal left out", [](Json& m) { m[2]["name"] = "d/000003"; }, "part.archive"},
      {"time", [](Json& m) { m[1]["mtime"] = 1; }, "part.archive"},
      {"no part.json", [](Json& m) { m.erase(0); }, "part.archive"},
      {"part.json not first", [](Json& m) { std::swap(m[0], m[1]); }, "part.archive"},
      {"part.json twice", [](Json& m) { m.insert(m.begin() + 1, m[0]); }, "part.archive"},
      {"no index", [](Json& m) { m.erase(3); }, "part.archive"},
      {"something after the index", [](Json& m) { m.push_back(member("d/000003", "three")); }, "part.archive"},
      {"an entry without a line", [](Json& m) { m.insert(m.begin() + 3, member("d/000003", "three")); }, "part.index"},
      {"a line without an entry", [](Json& m) { m.erase(2); }, "part.index"},
      {"entry of another size", [](Json& m) { m[1] = member("d/000001", "longer"); }, "part.index"},
  };
  for (const Case& c : cases) {
    Json members = good_members();
    c.change(members);
    EXPECT_EQ(code(open_members(members)), c.code) << c.what;
  }
}

TEST_F(PartTest, AnIndexThatClimbsOrLiesIsRefused) {
  const auto with_index = [&](const std::string& index) {
    Json members = good_members();
    members[3] = member("index.jsonl", index);
    return code(open_members(members));
  };
  const std::string first = index_line(1, "one", "a"), second = index_line(2, "two", "b");
  EXPECT_EQ(with_index(first + second), "opened");
  for (const char* path : {"../x", "a/../../x", "/etc/x", "..", "a/.."})
    EXPECT_EQ(with_index(index_line(1, "one", path) + second), "part.index") << path;
  EXPECT_EQ(with_index(index_line(1, "one", std::string(5000, 'a')) + second), "part.index");
  EXPECT_EQ(with_index(index_line(1, "one", "") + second), "part.index");
  EXPECT_EQ(with_index(second + first), "part.index");
  EXPECT_EQ(with_index(first + first), "part.index");
  EXPECT_EQ(with_index(first + second + "\n"), "part.index");
  EXPECT_EQ(with_index(first + second.substr(0, second.size() - 1)), "part.index");
  EXPECT_EQ(with_index(first + "{\"entry\":\"d/000002\"}\n"), "part.index");
  std::string upper = first;
  upper.replace(upper.find("sent_sha256\":\"") + 14, 4, "ABCD");
  EXPECT_EQ(with_index(upper + second), "part.index");
}

TEST_F(PartTest, BombsAreStoppedAtTheLimit) {
  const std::string zeros(kPartPlainLimit + 1, '\0');
  EXPECT_EQ(code(open(zeros, zstd(zeros, {"-3", "--no-content-size"}))), "part.bomb");
  // A frame whose header promises more is refused before anything is decompressed: `zstd` writes the size when it reads
  // a file.
  Bytes promise = {0x28, 0xb5, 0x2f, 0xfd, 0x80, 0x30, 0x01, 0x00, 0x00, 0x04, 0x01, 0x00, 0x00};
  promise[6 + 3] = 0x08;
  EXPECT_EQ(code(open_part(promise, manifest_, 1)), "part.bomb");
}

TEST_F(PartTest, FramesThatAskForMuchMemoryOrADictionaryAreRefused) {
  const std::string tar = tar_of(good_members());
  EXPECT_EQ(code(open(tar, zstd(tar, {"-3", "--long=27"}))), "part.window");
  Bytes dictionary = to_bytes(zstd(tar));
  dictionary[4] |= 1;
  EXPECT_EQ(code(open_part(dictionary, manifest_, 1)), "part.frame");
}

TEST_F(PartTest, AfterTheFrameOnlyOneFrameOfZerosMayStand) {
  const std::string tar = tar_of(good_members()), frame = zstd(tar);
  EXPECT_EQ(code(open(tar, frame + skippable(1000))), "opened");
  EXPECT_EQ(code(open(tar, frame + skippable(0))), "opened");
  EXPECT_EQ(code(open(tar, frame + skippable(100, 'x'))), "part.padding");
  EXPECT_EQ(code(open(tar, frame + skippable(10) + skippable(10))), "part.padding");
  EXPECT_EQ(code(open(tar, frame + frame)), "part.padding");
  EXPECT_EQ(code(open(tar, frame + "x")), "part.padding");
  EXPECT_EQ(code(open(tar, skippable(10) + frame)), "part.frame");
  std::string other = skippable(10);
  other[0] = '\x51';
  EXPECT_EQ(code(open(tar, frame + other)), "part.padding");
  EXPECT_EQ(code(open(tar, frame + skippable(kPartContentLimit))), "part.too_large");
}

TEST_F(PartTest, EveryTruncationIsRefused) {
  const std::string tar = tar_of(good_members()), frame = zstd(tar);
  for (std::size_t size = 0; size < frame.size(); ++size)
    EXPECT_NE(code(open(tar, frame.substr(0, size))), "opened") << size;
  for (std::size_t size = 0; size < tar.size(); size += 256) {
    // Python's archives end with zeros up to 10,240 bytes, of which two blocks must stand.
    const std::string cut = tar.substr(0, size);
    const std::size_t used = tar.find_last_not_of('\0');
    if (size > used && size % 512 == 0 && size >= (used / 512 + 3) * 512) continue;
    EXPECT_NE(code(open_tar(cut)), "opened") << size;
  }
}

TEST_F(PartTest, AnyOtherByteInTheArchiveBreaksTheCommitment) {
  const std::string good = tar_of(good_members());
  manifest_.parts[1].commitment = commitment_of(head_.nonce, as_bytes(good));
  for (std::size_t at = 0; at < good.size(); at += 97) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    EXPECT_NE(code(open_part(as_bytes(zstd(bad)), manifest_, 1)), "opened") << at;
  }
}

TEST_F(PartTest, APartOfAnotherPackageOrPositionIsRefused) {
  const auto moved = [&](std::function<void(PartHead&)> change) {
    PartHead head = head_;
    change(head);
    Json members = good_members();
    members[0] = member("part.json", part_head_json(head));
    return code(open_members(members));
  };
  EXPECT_EQ(moved([](PartHead& h) { h.id.hospital.text = "H02"; }), "part.wrong_package");
  EXPECT_EQ(moved([](PartHead& h) { h.id.body.text = "other"; }), "part.wrong_package");
  EXPECT_EQ(moved([](PartHead& h) { h.id.sequence = 6; }), "part.wrong_package");
  EXPECT_EQ(moved([](PartHead& h) { h.id.epoch = 2; }), "part.wrong_package");
  EXPECT_EQ(moved([](PartHead& h) { h.number = 3; }), "part.wrong_position");
  EXPECT_EQ(moved([](PartHead& h) { h.last = true; }), "part.wrong_position");
  EXPECT_EQ(moved([](PartHead& h) { h.kind = "withdrawals"; }), "part.withdrawals");
  EXPECT_EQ(moved([](PartHead& h) { h.kind = "other"; }), "part.head");
}

TEST_F(PartTest, TheLastTwoPartsMustHaveTheirFixedSizes) {
  manifest_.parts.resize(2);
  head_ = {manifest_.id, 2, true, "withdrawals", head_.nonce};
  std::string tar = tar_of(good_members());
  EXPECT_EQ(code(open_tar(tar)), "part.withdrawals");
  std::string frame = zstd(tar);
  EXPECT_EQ(code(open(tar, frame + skippable(kWithdrawalsContent - frame.size() - 8))), "opened");
  manifest_.parts.resize(3);
  head_ = {manifest_.id, 2, false, "dpc", head_.nonce};
  tar = tar_of(good_members());
  EXPECT_EQ(code(open_tar(tar)), "part.padding");
  frame = zstd(tar);
  EXPECT_EQ(code(open(tar, frame + skippable(kLastPartMultiple - frame.size() - 8))), "opened");
}

TEST_F(PartTest, MoreEntriesThanAllowedAreRefused) {
  // Empty members are 512 bytes each: the limit is met within the size limit only when it is enforced while reading.
  EXPECT_LT((kMaxEntries + 1) * 512, kPartPlainLimit);
  const auto out = run_command({"python3", "-c",
                                "import sys,tarfile,io\n"
                                "o=io.BytesIO()\n"
                                "t=tarfile.open(fileobj=o,mode='w',format=tarfile.USTAR_FORMAT)\n"
                                "d=sys.argv[1].encode()\n"
                                "i=tarfile.TarInfo('part.json'); i.size=len(d); t.addfile(i,io.BytesIO(d))\n"
                                "for n in range(1,100002): t.addfile(tarfile.TarInfo('d/%06d'%n))\n"
                                "t.close(); sys.stdout.buffer.write(o.getvalue())",
                                part_head_json(head_)})
                       .value();
  EXPECT_EQ(code(open_tar(out.out)), "part.too_many_entries");
}

TEST_F(PartTest, RubbishIsRefusedWithoutHarm) {
  EXPECT_EQ(code(open_part({}, manifest_, 1)), "part.frame");
  EXPECT_EQ(code(open_part(as_bytes("not a zstd frame at all"), manifest_, 1)), "part.frame");
  EXPECT_EQ(code(open_part({}, manifest_, 4)), "part.wrong_position");
  EXPECT_EQ(code(open_tar("")), "part.archive");
  EXPECT_EQ(code(open_tar(std::string(4096, 'x'))), "part.archive");
}

}  // namespace
}  // namespace sekisho::transport
