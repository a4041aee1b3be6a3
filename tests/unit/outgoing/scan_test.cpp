// The scan of files with what it knows besides them: datasets, pseudonyms, descriptions, a virus scanner; and the
// process without rights.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "core/file.h"
#include "outgoing/antivirus.h"
#include "outgoing/dataset_filter.h"
#include "outgoing/sandbox.h"
#include "outgoing/scan.h"

namespace sekisho::outgoing {
namespace {

class ScanFiles : public testing::Test {
 protected:
  void SetUp() override { folder_.emplace(*TemporaryFolder::create()); }
  std::filesystem::path write(const std::string& name, std::string_view content) {
    const auto path = folder_->path() / name;
    EXPECT_TRUE(write_file_durable(path, content));
    return path;
  }
  std::set<std::string> rules(const ScanSettings& settings, const std::filesystem::path& file) {
    const auto scanner = FileScanner::create(settings);
    EXPECT_TRUE(scanner) << scanner.error().describe();
    const auto result = scanner->scan(file);
    EXPECT_TRUE(result) << result.error().describe();
    std::set<std::string> found;
    for (const ScanFinding& finding : result->findings)
      found.insert(finding.rule);
    return found;
  }
  // 200 persons with values of many digits.
  std::string dataset() {
    std::string csv = "key,age,sbp,hba1c,egfr,cost\n";
    for (int i = 0; i < 200; ++i)
      csv += "K" + std::to_string(1'000'003 + i * 7919) + "," + std::to_string(20 + i * 37 % 70) + "," +
             std::to_string(90 + i * 53 % 97) + "," + std::to_string(5 + i * 29 % 50 / 10) + "." +
             std::to_string(i * 29 % 10) + "," + std::to_string(20 + i * 71 % 80) + "." + std::to_string(i % 10) + "," +
             std::to_string(10'000 + i * 7907 % 90'001) + "\n";
    return csv;
  }
  std::optional<TemporaryFolder> folder_;
};

TEST_F(ScanFiles, AMaskedNumberThatTotalsOrPercentagesGiveBackFails) {
  const auto of = [&](std::string_view csv) { return rules({}, write("t.csv", csv)); };
  const std::string rule = "cell.margin";
  EXPECT_TRUE(of("dx,patients\nMI,120\nHF,<10\nAP,88\ntotal,212\n").contains(rule));
  EXPECT_TRUE(of("dx,male,female,total\nMI,120,60,180\nHF,70,*,74\nAP,88,31,119\n").contains(rule));
  EXPECT_TRUE(of("outcome,n,%\ndeath,<10,1.21\nalive,407,98.79\ntotal,412,100\n").contains(rule));
  // Controls: two masked numbers, a total that was rounded, a masked number of ten and more.
  EXPECT_FALSE(of("dx,patients\nMI,120\nHF,<10\nAP,<10\ntotal,132\n").contains(rule));
  EXPECT_FALSE(of("dx,male,female\nMI,120,61\nHF,70,<10\nAP,88,31\ntotal,280,100\n").contains(rule));
  EXPECT_FALSE(of("dx,patients\nMI,120\nHF,*\nAP,88\ntotal,240\n").contains(rule));
}

TEST_F(ScanFiles, PercentagesOfTrueCountsBesideRoundedOnesAreForPeopleToLookAt) {
  const auto of = [&](std::string_view csv) { return rules({}, write("r.csv", csv)); };
  // 43 of 212, 57 of 338, 98 of 401, rounded to five.
  EXPECT_TRUE(of("g,events,n,percent\na,45,210,20.28\nb,55,340,16.86\nc,100,400,24.44\n").contains("cell.ratio"));
  EXPECT_FALSE(of("g,events,n,percent\na,45,210,21.43\nb,55,340,16.18\nc,100,400,25.00\n").contains("cell.ratio"));
}

TEST_F(ScanFiles, MarksOfSinglePersonsInLinesAreFound) {
  const auto of = [&](std::string_view text) { return rules({}, write("t.txt", text)); };
  EXPECT_TRUE(of("対象の最高齢は103歳であった。\n").contains("extreme.value"));
  EXPECT_TRUE(of("  age           \n Min.   :18.0  \n").contains("extreme.value"));
  EXPECT_TRUE(of("- K.M. 72歳 男 ICU\n").contains("text.case"));
  EXPECT_TRUE(of("/ss/123/456/12345678/20240301/OMP-01/x\n").contains("id.patient_number"));
  EXPECT_TRUE(rules({}, write("box.json", R"({"outliers": [61.5, 77, 320]})")).contains("extreme.value"));
  EXPECT_TRUE(of("最高齢は80歳以上とした。\n/data/202403/20240301/run.log\nFig. 2 A.B. control\n").empty());
}

TEST_F(ScanFiles, RowsOfTheDatasetAreKnownAgainAlsoRoundedAndWithoutTheirKey) {
  const std::string csv = dataset();
  const ScanSettings settings{.dataset = write("data.csv", csv)};
  std::string three = "a,b,c,d,e\n", rounded = "cost,hba1c,sbp\n", other = "month,n\n";
  std::size_t at = csv.find('\n') + 1;
  for (int row = 0; row < 12; ++row) {
    const std::size_t end = csv.find('\n', at);
    std::vector<std::string> fields(1);
    for (const char c : csv.substr(at, end - at))
      c == ',' ? fields.emplace_back() : fields.back().append(1, c);
    if (row < 3) three += fields[1] + "," + fields[2] + "," + fields[3] + "," + fields[4] + "," + fields[5] + "\n";
    rounded += std::to_string(std::lround(std::stod(fields[5]) / 100) * 100) + "," + fields[3] + "," + fields[2] + "\n";
    other += "2023-" + std::to_string(10 + row % 3) + "," + std::to_string(1000 + row * 31) + "\n";
    at = end + 1;
  }
  EXPECT_TRUE(rules(settings, write("three.csv", three)).contains("dataset.row"));
  EXPECT_TRUE(rules(settings, write("rounded.csv", rounded)).contains("dataset.combination"));
  EXPECT_EQ(rules(settings, write("other.csv", other)), std::set<std::string>{});
  EXPECT_TRUE(rules(settings, write("memo.txt", "outlier K1000003 was removed\n")).contains("dataset.key"));
  EXPECT_FALSE(rules(settings, write("memo2.txt", "outlier K1000004 was removed\n")).contains("dataset.key"));
}

TEST_F(ScanFiles, PseudonymsOfTheProjectAreFoundInAnyCaseAndForm) {
  const ScanSettings settings{.pseudonyms = write("list.txt", "ab-12-xyz\nQ77Z-9\n")};
  EXPECT_TRUE(rules(settings, write("a.txt", "see AB-12-XYZ there\n")).contains("id.project_pseudonym"));
  EXPECT_TRUE(rules(settings, write("b.csv", "k,n\nｑ７７ｚ-9,20\n")).contains("id.project_pseudonym"));
  EXPECT_FALSE(rules(settings, write("c.txt", "see ab-12-xyw there\n")).contains("id.project_pseudonym"));
  EXPECT_EQ(FileScanner::create({.pseudonyms = write("empty.txt", "\n")}).error().code, "pseudonyms.empty");
}

TEST_F(ScanFiles, DescriptionsSayWhatColumnsHold) {
  const std::string csv = "group,antal,moyenne\nA,5,12.1\nB,40,13.2\n";
  EXPECT_FALSE(rules({}, write("t.csv", csv)).contains("cell.small"));
  const auto described = write("d.json", R"({"t.csv": {"columns": {"antal": "count", "moyenne": "mean"}}})");
  EXPECT_TRUE(rules({.descriptions = described}, folder_->path() / "t.csv").contains("cell.small"));
  EXPECT_EQ(FileScanner::create({.descriptions = write("e.json", R"({"t.csv": {"columns": {"antal": "heads"}}})")})
                .error()
                .code,
            "usage.description");
}

// SipHash-2-4's published vectors: key 00..0f, messages 00, 01, ... of rising length (Aumasson and Bernstein 2012).
TEST(SipHash, GivesThePublishedValues) {
  const FingerprintKey key{0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL};
  std::string message;
  for (int i = 0; i < 15; ++i)
    message += static_cast<char>(i);
  EXPECT_EQ(siphash(key, ""), 0x726fdb47dd0e0e31ULL);
  EXPECT_EQ(siphash(key, message), 0xa129ca6149be45e5ULL);
}

// A scanner for one conversation: reads the stream as clamd does and answers.
class FakeClamd {
 public:
  FakeClamd(std::filesystem::path path, bool answers) : path_(std::move(path)) {
    fd_ = FileDescriptor(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path_.c_str(), sizeof address.sun_path - 1);
    EXPECT_EQ(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(fd_.get(), 1), 0);
    thread_ = std::thread([this, answers] { serve(answers); });
  }
  ~FakeClamd() { thread_.join(); }
  std::string received;

 private:
  void serve(bool answers) {
    const FileDescriptor client(::accept(fd_.get(), nullptr, nullptr));
    const auto take = [&](std::size_t size) {
      std::string out(size, '\0');
      for (std::size_t at = 0; at < size;) {
        const ssize_t got = ::recv(client.get(), out.data() + at, size - at, 0);
        if (got <= 0) return std::string();
        at += static_cast<std::size_t>(got);
      }
      return out;
    };
    if (take(10) != std::string("zINSTREAM\0", 10) || !answers) return;
    while (true) {
      const std::string head = take(4);
      if (head.size() < 4) return;
      std::size_t size = 0;
      for (const char c : head)
        size = size << 8 | static_cast<std::uint8_t>(c);
      if (size == 0) break;
      received += take(size);
    }
    const std::string answer = received.find("EICAR-STANDARD-ANTIVIRUS-TEST-FILE") != std::string::npos
                                   ? "stream: Eicar-Signature FOUND"
                                   : "stream: OK";
    ::send(client.get(), answer.c_str(), answer.size() + 1, MSG_NOSIGNAL);
  }
  std::filesystem::path path_;
  FileDescriptor fd_;
  std::thread thread_;
};

TEST_F(ScanFiles, AVirusScannerIsAskedOverItsSocketAndItsAbsenceNeverPasses) {
  // The test file of the antivirus industry, in two pieces so that this source is none.
  const std::string eicar = std::string("X5O!P%@AP[4\\PZX54(P^)7CC)7}$") + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*";
  const std::string large(700'000, 'a');
  const auto path = folder_->path() / "clamd.sock";
  const auto ask = [&](std::string_view content, bool answers, bool required) {
    std::filesystem::remove(path);
    FakeClamd clamd(path, answers);
    const auto finding = antivirus_finding(path, as_bytes(content), required);
    return finding ? finding->rule : "";
  };
  EXPECT_EQ(ask(eicar, true, false), "antivirus.found");
  EXPECT_EQ(ask(large, true, true), "");
  EXPECT_EQ(ask(large, false, false), "antivirus.absent");
  std::filesystem::remove(path);
  EXPECT_EQ(antivirus_finding(path, as_bytes(eicar), false)->rule, "antivirus.absent");
  EXPECT_EQ(antivirus_finding({}, as_bytes(eicar), true)->rule, "antivirus.required");
  EXPECT_NE(judge({"antivirus.absent", "", ""}).verdict, disclosure::Verdict::kPass);
  EXPECT_EQ(judge({"antivirus.required", "", ""}).verdict, disclosure::Verdict::kFail);
}

TEST(Sandbox, ContainsCrashesHungerAndForbiddenCalls) {
  EXPECT_EQ(*without_rights([] { return std::string("fine"); }), "fine");
  EXPECT_EQ(*without_rights([]() -> std::string { std::abort(); }), "");
  EXPECT_EQ(*without_rights([]() -> std::string { throw 1; }), "");
#if !defined(__SANITIZE_ADDRESS__)
  EXPECT_EQ(*without_rights([]() -> std::string { return std::string(std::size_t{3} << 30, 'x'); }), "");
  EXPECT_EQ(*without_rights([]() -> std::string {
    const bool file = ::access("/etc/passwd", R_OK) == 0, network = ::socket(AF_INET, SOCK_STREAM, 0) >= 0;
    return file || network || ::fork() >= 0 ? "rights" : "none";
  }),
            "none");
#endif
}

TEST(Sandbox, EndsWhatNeverEndsWhetherItComputesOrWaits) {
  const auto begun = std::chrono::steady_clock::now();
  const SandboxLimits computing{.cpu_seconds = 1, .wall_seconds = 20}, waiting{.cpu_seconds = 20, .wall_seconds = 1};
  EXPECT_EQ(*without_rights(
                []() -> std::string {
                  for (volatile std::uint64_t i = 0;; i = i + 1) {
                  }
                },
                computing),
            "");
  EXPECT_EQ(*without_rights(
                []() -> std::string {
                  std::mutex never;
                  never.lock();
                  std::condition_variable nobody;
                  std::unique_lock<std::mutex> lock(never, std::adopt_lock);
                  nobody.wait(lock, [] { return false; });
                  return "woken";
                },
                waiting),
            "");
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(15));
}

TEST(Sandbox, ARestrictedProgramReachesNeitherOtherFilesNorTheNetwork) {
  const auto folder = TemporaryFolder::create();
  const auto outside = TemporaryFolder::create();
  ASSERT_TRUE(folder && outside);
  ASSERT_TRUE(write_file_durable(folder->path() / "in", "x"));
  ASSERT_TRUE(write_file_durable(outside->path() / "secret", "x"));
  const auto shell = [&](const std::string& line) {
    return run_restricted({"sh", "-c", line}, folder->path() / "in", folder->path(), 5);
  };
  const auto works = shell("cat " + (folder->path() / "in").string() + " > " + (folder->path() / "out").string());
  // Kernels and containers without Landlock: the product does not run these programs there either, and says so.
  if (!works) GTEST_SKIP() << works.error().describe();
  EXPECT_EQ(*works, 0);
  EXPECT_TRUE(std::filesystem::exists(folder->path() / "out"));
  EXPECT_NE(*shell("cat " + (outside->path() / "secret").string()), 0);
  EXPECT_NE(*shell("touch " + (outside->path() / "new").string()), 0);
  EXPECT_EQ(*shell("exit 7"), 7);
  // Neither another machine nor a server of this one; streams of its own it may open.
  ASSERT_EQ(shell("python3 -c 0").value_or(-1), 0) << "the tests need python3";
  const auto outcome = [&](const std::string& code) { return shell("python3 -c '" + code + "'").value_or(-1); };
  const FileDescriptor server(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      local(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(server.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(server.get(), 4), 0);
  ASSERT_EQ(::getsockname(server.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
  const std::string place = (folder->path() / "s").string();
  sockaddr_un name{.sun_family = AF_UNIX, .sun_path = {}};
  std::strncpy(name.sun_path, place.c_str(), sizeof name.sun_path - 1);
  ASSERT_EQ(::bind(local.get(), reinterpret_cast<sockaddr*>(&name), sizeof name), 0);
  ASSERT_EQ(::listen(local.get(), 4), 0);
  const std::string by_number = "import socket; socket.create_connection((\"127.0.0.1\", " +
                                std::to_string(ntohs(address.sin_port)) + "))",
                    by_name = "import socket; socket.socket(socket.AF_UNIX).connect(\"" + place + "\")";
  EXPECT_EQ(std::system(("python3 -c '" + by_number + "'").c_str()), 0);  // control: both are there
  EXPECT_EQ(std::system(("python3 -c '" + by_name + "'").c_str()), 0);
  EXPECT_NE(outcome(by_number), 0);
  EXPECT_NE(outcome(by_name), 0);
  EXPECT_NE(outcome("import socket; socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)"), 0);
  EXPECT_EQ(outcome("import socket; socket.socket(socket.AF_UNIX)"), 0);
}

}  // namespace
}  // namespace sekisho::outgoing
