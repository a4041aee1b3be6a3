// The HTTPS server and client against each other and against stock curl.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "core/file.h"
#include "core/process.h"
#include "crypto/ca.h"
#include "net/http.h"

namespace sekisho::net {
namespace {

namespace fs = std::filesystem;

class CountingSink final : public BodySink {
 public:
  CountingSink(std::uint64_t& bytes, std::atomic<int>& finished) : bytes_(bytes), finished_(finished) {}
  Result<void> write(ByteView piece) override {
    bytes_ += piece.size();
    return {};
  }
  Response finish(bool complete) override {
    finished_ = complete ? 1 : 2;
    Response response;
    response.body = std::to_string(bytes_);
    return response;
  }

 private:
  std::uint64_t& bytes_;
  std::atomic<int>& finished_;
};

// A disk that is full after the first piece.
class FullSink final : public BodySink {
 public:
  explicit FullSink(std::atomic<int>& finished) : finished_(finished) {}
  Result<void> write(ByteView) override { return fail("disk.full", "no room"); }
  Response finish(bool complete) override {
    finished_ = complete ? 1 : 2;
    return {.status = 507, .body = "full"};
  }

 private:
  std::atomic<int>& finished_;
};

class NetTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_.emplace(*TemporaryFolder::create("net"));
    auto authority = crypto::Authority::init(dir() / "ca", {"body"}, system_clock(), system_random());
    ASSERT_TRUE(authority);
    authority_.emplace(std::move(*authority));
    ASSERT_TRUE(authority_->issue_to(
        {.role = "tls-receiver", .common_name = "receiver", .alt_names = {"DNS:localhost", "IP:127.0.0.1"}}, dir(),
        "server"));
    ASSERT_TRUE(authority_->issue_to({.role = "tls-gateway", .common_name = "H01"}, dir(), "client"));
    ASSERT_TRUE(authority_->issue_to({.role = "sign-gateway", .common_name = "H01"}, dir(), "signer"));
    publish_crl();
    ServerOptions options;
    options.tls = TlsOptions{.certificate = dir() / "server.pem",
                             .key = dir() / "server.key",
                             .trusted_root = dir() / "ca/root.pem",
                             .crl = dir() / "crl.pem"};
    options.idle_timeout = std::chrono::seconds(1);
    options.body_limit = 1000;
    Handler handler;
    handler.handle = [](const Request& r) {
      Response response;
      response.content_type = "text/plain";
      response.body = r.method + " " + r.path + " " + (r.peer ? r.peer->common_name() : "-") + " " + r.body;
      if (r.path == "/throw") throw std::runtime_error("on purpose");
      if (r.path == "/file") response.file = r.query.at("path");
      return response;
    };
    handler.open_sink = [this](const Request& r, Response& refusal) -> std::unique_ptr<BodySink> {
      if (r.path == "/refuse") {
        refusal.status = 409;
        refusal.body = "no";
        return nullptr;
      }
      if (r.path == "/full") return std::make_unique<FullSink>(finished_);
      if (r.path != "/upload") return nullptr;
      bytes_ = 0;
      finished_ = 0;
      opened_ = true;
      return std::make_unique<CountingSink>(bytes_, finished_);
    };
    handler.stream_events = [](const Request& r, EventStream& events) {
      if (r.path != "/events") return false;
      for (int i = 0; i < 3; ++i)
        if (!events.send("tick", std::to_string(i))) break;
      return true;
    };
    auto server = Server::start(options, handler);
    ASSERT_TRUE(server) << server.error().describe();
    server_ = std::move(*server);
  }

  void publish_crl() { ASSERT_TRUE(write_file_durable(dir() / "crl.pem", *authority_->crl_pem())); }
  fs::path dir() const { return folder_->path(); }
  std::string url(const char* path) const { return "https://localhost:" + std::to_string(server_->port()) + path; }
  CommandOutput curl(std::vector<std::string> arguments, bool with_certificate = true) const {
    std::vector<std::string> command = {"curl", "-sS", "--max-time", "20", "--cacert", dir() / "ca/root.pem"};
    if (with_certificate)
      command.insert(command.end(), {"--cert", dir() / "client.pem", "--key", dir() / "client.key"});
    command.insert(command.end(), arguments.begin(), arguments.end());
    return *run_command(command);
  }
  std::unique_ptr<Client> client() const {
    ClientOptions options;
    options.port = server_->port();
    options.server_name = "localhost";
    options.tls = TlsOptions{.certificate = dir() / "client.pem",
                             .key = dir() / "client.key",
                             .trusted_root = dir() / "ca/root.pem",
                             .crl = dir() / "crl.pem"};
    return std::move(*Client::create(options));
  }

  std::optional<TemporaryFolder> folder_;
  std::optional<crypto::Authority> authority_;
  std::uint64_t bytes_ = 0;
  std::atomic<int> finished_ = 0;
  std::atomic<bool> opened_ = false;
  std::unique_ptr<Server> server_;  // its sinks use what stands above
};

TEST_F(NetTest, CurlWithACertificateIsKnownByItsName) {
  const auto out = curl({url("/a%20b?x=1")});
  EXPECT_EQ(out.out, "GET /a b H01 ") << out.err;
}

TEST_F(NetTest, NobodyGetsInWithoutACertificateOfTheRoot) {
  EXPECT_NE(curl({url("/")}, false).status, 0);
  ASSERT_TRUE(crypto::Authority::init(dir() / "ca2", {"body"}, system_clock(), system_random())
                  ->issue_to({.role = "tls-gateway", .common_name = "H01"}, dir(), "foreign"));
  EXPECT_NE(curl({"--cert", dir() / "foreign.pem", "--key", dir() / "foreign.key", url("/")}, false).status, 0);
  EXPECT_NE(curl({"--cert", dir() / "signer.pem", "--key", dir() / "signer.key", url("/")}, false).status, 0)
      << "a signing certificate is not for TLS";
}

TEST_F(NetTest, OldProtocolsAreRefused) {
  EXPECT_NE(curl({"--tls-max", "1.1", url("/")}).status, 0);
  EXPECT_EQ(curl({"--tls-max", "1.2", url("/")}).status, 0);
}

TEST_F(NetTest, ARevokedCertificateIsRefusedAtTheNextConnection) {
  EXPECT_EQ(curl({url("/")}).status, 0);
  ASSERT_TRUE(authority_->revoke(crypto::Certificate::load(dir() / "client.pem")->serial_hex()));
  publish_crl();
  EXPECT_NE(curl({url("/")}).status, 0);
}

TEST_F(NetTest, LargeBodiesGoThroughTheSinkWhole) {
  ASSERT_TRUE(write_file_durable(dir() / "big", Bytes(std::size_t{64} << 20, 5)));
  EXPECT_EQ(curl({"-T", dir() / "big", url("/upload")}).out, std::to_string(64 << 20));
  EXPECT_EQ(finished_, 1);
  ClientRequest request{.method = "PUT", .target = "/upload", .file = dir() / "big", .file_offset = 1000};
  const auto answer = client()->send(request);
  ASSERT_TRUE(answer) << answer.error().describe();
  EXPECT_EQ(answer->body, std::to_string((64 << 20) - 1000));
}

TEST_F(NetTest, AnUploadThatBreaksOffIsFinishedAsIncomplete) {
  ASSERT_TRUE(write_file_durable(dir() / "big", Bytes(std::size_t{8} << 20, 5)));
  curl({"--limit-rate", "1M", "--max-time", "1", "-T", dir() / "big", url("/upload")});
  for (int i = 0; i < 200 && finished_ == 0; ++i)
    usleep(50'000);
  EXPECT_EQ(finished_, 2);
}

TEST_F(NetTest, RefusalsReachAClientThatIsStillSending) {
  ASSERT_TRUE(write_file_durable(dir() / "big", Bytes(std::size_t{8} << 20, 5)));
  const auto answer = client()->send({.method = "PUT", .target = "/refuse", .file = dir() / "big"});
  ASSERT_TRUE(answer) << answer.error().describe();
  EXPECT_EQ(answer->status, 409);
  // Without asking first ("Expect:" empty): the answer survives although the body was on its way.
  EXPECT_EQ(curl({"-o", "/dev/null", "-w", "%{http_code}", "-H", "Expect:", "-T", dir() / "big", url("/refuse")}).out,
            "409");
  EXPECT_EQ(curl({"-o", "/dev/null", "-w", "%{http_code}", "-d", std::string(2000, 'x'), url("/")}).out, "413");
  EXPECT_EQ(
      curl({"-o", "/dev/null", "-w", "%{http_code}", "-H", "Transfer-Encoding: chunked", "-d", "x", url("/")}).out,
      "411");
}

TEST_F(NetTest, ASinkThatFailsEndsTheRequestWithItsOwnAnswer) {
  ASSERT_TRUE(write_file_durable(dir() / "big", Bytes(std::size_t{4} << 20, 5)));
  const auto answer = client()->send({.method = "PUT", .target = "/full", .file = dir() / "big"});
  ASSERT_TRUE(answer) << answer.error().describe();
  EXPECT_EQ(answer->status, 507);
  EXPECT_EQ(finished_, 2);
  EXPECT_EQ(curl({url("/after")}).status, 0) << "others go on";
}

TEST_F(NetTest, WrongRequestsGetAnAnswerAndHarmNobody) {
  const auto status = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"-o", "/dev/null", "-w", "%{http_code}"});
    return curl(std::move(arguments)).out;
  };
  EXPECT_EQ(status({"-H", "X-Long: " + std::string(20'000, 'x'), url("/")}), "431");
  EXPECT_EQ(status({url("/a%00b")}), "400");
  EXPECT_EQ(status({url("/a%0d%0ab")}), "400");
  EXPECT_EQ(status({"-H", "Content-Length: minus", url("/")}), "400");
  EXPECT_EQ(status({"-X", "NO NSENSE", url("/")}), "400");
  EXPECT_EQ(curl({url("/a%zz%2")}).out, "GET /a%zz%2 H01 ") << "a stray percent sign is itself";
  EXPECT_EQ(curl({"--http1.0", url("/old")}).out, "GET /old H01 ");
  EXPECT_EQ(status({url("/throw")}), "500");
  EXPECT_EQ(status({"-I", url("/head")}), "200");
}

TEST_F(NetTest, AServersCertificateMustBeOne) {
  ServerOptions options;
  options.tls = TlsOptions{.certificate = dir() / "fake.pem", .key = dir() / "fake.key"};
  // A signing certificate whose name is that of the server.
  ASSERT_TRUE(authority_->issue_to({.role = "sign-gateway", .common_name = "localhost", .alt_names = {"DNS:localhost"}},
                                   dir(), "fake"));
  auto fake = Server::start(options, Handler{.handle = [](const Request&) { return Response{}; }});
  ASSERT_TRUE(fake) << fake.error().describe();
  ClientOptions to_fake;
  to_fake.port = (*fake)->port();
  to_fake.server_name = "localhost";
  to_fake.tls = TlsOptions{.trusted_root = dir() / "ca/root.pem"};
  EXPECT_EQ((*Client::create(to_fake))->send({}).error().code, "net.tls");
  to_fake.server_name = "elsewhere";
  to_fake.port = server_->port();
  EXPECT_EQ((*Client::create(to_fake))->send({}).error().code, "net.tls") << "another name";
}

TEST_F(NetTest, ConnectionsBeyondTheCapAreClosedAndLaterOnesServed) {
  ServerOptions options;
  options.tls = TlsOptions{.certificate = dir() / "server.pem", .key = dir() / "server.key"};
  options.max_connections = 1;
  auto small = Server::start(options, Handler{.handle = [](const Request&) { return Response{}; }});
  ASSERT_TRUE(small);
  ClientOptions to_small;
  to_small.port = (*small)->port();
  to_small.server_name = "localhost";
  to_small.tls = TlsOptions{.trusted_root = dir() / "ca/root.pem"};
  auto first = *Client::create(to_small);
  ASSERT_TRUE(first->send({}));
  EXPECT_FALSE((*Client::create(to_small))->send({}));
  ASSERT_TRUE(first->send({})) << "who is connected is not disturbed";
  first.reset();
  Result<ClientResponse> later = fail("none", "");
  for (int i = 0; i < 100 && !later; ++i)
    later = (*Client::create(to_small))->send({});
  EXPECT_TRUE(later);
}

TEST_F(NetTest, StoppingDuringAnUploadFinishesItsSink) {
  ASSERT_TRUE(write_file_durable(dir() / "big", Bytes(std::size_t{64} << 20, 5)));
  std::jthread sender(
      [this] { curl({"--limit-rate", "1M", "--max-time", "10", "-T", dir() / "big", url("/upload")}); });
  for (int i = 0; i < 200 && !opened_; ++i)
    usleep(20'000);
  ASSERT_TRUE(opened_);
  server_.reset();
  EXPECT_EQ(finished_, 2);
}

TEST_F(NetTest, FilesAreStreamedToTheClient) {
  Bytes content(3'000'000);
  SeededRandom(4).fill(content);
  ASSERT_TRUE(write_file_durable(dir() / "f", content));
  Bytes got;
  const auto answer =
      client()->download({.target = "/file?path=" + (dir() / "f").string()}, [&](ByteView piece) -> Result<void> {
        got.insert(got.end(), piece.begin(), piece.end());
        return {};
      });
  ASSERT_TRUE(answer) << answer.error().describe();
  EXPECT_EQ(got, content);
}

TEST_F(NetTest, OneClientSendsManyRequestsAndSurvivesAnIdleCut) {
  const auto c = client();
  for (int i = 0; i < 50; ++i)
    ASSERT_TRUE(c->send({.target = "/x"}));
  usleep(1'500'000);  // longer than the server's idle timeout: what is tested is the cut itself
  const auto answer = c->send({.target = "/y"});
  ASSERT_TRUE(answer) << answer.error().describe();
  EXPECT_EQ(answer->body, "GET /y H01 ");
}

TEST_F(NetTest, ServerSentEventsArrive) {
  const auto out = curl({"-N", "-H", "Accept: text/event-stream", url("/events")});
  EXPECT_EQ(out.out, "event: tick\ndata: 0\n\nevent: tick\ndata: 1\n\nevent: tick\ndata: 2\n\n");
}

TEST_F(NetTest, ASilentConnectionIsCutAndOthersGoOn) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(server_->port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(curl({url("/")}).status, 0);
  timeval limit{.tv_sec = 15, .tv_usec = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  char byte;
  EXPECT_EQ(::recv(fd, &byte, 1, 0), 0) << "closed by the server within its handshake timeout";
  ::close(fd);
}

TEST_F(NetTest, AnUnreachableServerIsAClearError) {
  server_->stop();
  const auto answer = client()->send({.target = "/"});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, "net.connect");
}

}  // namespace
}  // namespace sekisho::net
