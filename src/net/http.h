// HTTPS/1.1 server and client over Boost.Beast, hidden behind plain types: Beast's headers are compiled in net's own
// .cpp files only. Mutual TLS 1.3 by default (1.2 with ECDSA suites accepted where `allow_tls12`).
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/bytes.h"
#include "core/result.h"
#include "crypto/keys.h"

namespace sekisho::net {

struct TlsOptions {
  std::filesystem::path certificate, key;  // PEM
  std::filesystem::path trusted_root;      // PEM; for servers: empty = no client certificate is asked for
  std::filesystem::path crl;               // PEM; reread when its time changes
  bool require_client_certificate = true;  // servers
  bool allow_tls12 = true;
};

struct Request {
  std::string method;  // "GET"
  std::string target;  // path and query as sent
  std::string path;    // before '?', percent-decoded
  std::map<std::string, std::string> query;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;                            // bodies up to ServerOptions::body_limit, when no sink took them
  std::optional<crypto::Certificate> peer;     // the client's certificate, already verified against the root
  std::uint64_t content_length = 0;
};

struct Response {
  int status = 200;  // open_sink: set when it refuses
  std::string content_type = "application/json";
  std::map<std::string, std::string> headers;
  std::string body;
  std::filesystem::path file;  // when set, streamed instead of body
};

// Takes a large body piece by piece (256 KiB), off the Beast parser. write() runs on the connection's thread; an error
// there ends the request with the response of finish().
class BodySink {
 public:
  virtual ~BodySink() = default;
  virtual Result<void> write(ByteView piece) = 0;
  // Called once: after the last byte (complete = true), or when the client went away or write() failed (complete =
  // false).
  virtual Response finish(bool complete) = 0;
};

// Pushes server-sent events to one client until it goes away.
class EventStream {
 public:
  virtual ~EventStream() = default;
  virtual bool send(std::string_view event, std::string_view data) = 0;  // false: the client is gone
};

struct Handler {
  // Answers a request whose body is whole.
  std::function<Response(const Request&)> handle;
  // Optional: returns a sink for requests with large bodies (PUT), or null to have the body collected.
  std::function<std::unique_ptr<BodySink>(const Request&, Response& refusal)> open_sink;
  // Optional: takes over a GET as a stream of server-sent events; true when it did. Runs on a thread of its own.
  std::function<bool(const Request&, EventStream&)> stream_events;
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;         // 0: any free port; see port()
  std::optional<TlsOptions> tls;  // must be given: nothing here speaks plain HTTP
  int threads = 2;
  std::uint64_t body_limit = 1 << 20;
  std::chrono::seconds idle_timeout{30};
  int max_connections = 1000;
};

// Runs on its own threads from start() until destruction. Handlers are called from these threads at once: they must be
// thread safe.
class Server {
 public:
  static Result<std::unique_ptr<Server>> start(const ServerOptions& options, Handler handler);
  virtual ~Server() = default;
  virtual std::uint16_t port() const = 0;
  virtual void stop() = 0;  // finishes open requests, at most five seconds
};

struct ClientOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::optional<TlsOptions> tls;
  std::string server_name;  // expected in the server's certificate; default: host
  std::chrono::seconds timeout{30};
};

struct ClientRequest {
  std::string method = "GET";
  std::string target = "/";
  std::map<std::string, std::string> headers;
  std::string body;
  std::filesystem::path file;  // when set, the body is this file from `file_offset` to its end
  std::uint64_t file_offset = 0;
};

struct ClientResponse {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;                            // up to 64 MiB, unless a sink took it
};

// One keep-alive connection, opened at the first request and reopened when it broke. Not thread safe.
class Client {
 public:
  static Result<std::unique_ptr<Client>> create(const ClientOptions& options);
  virtual ~Client() = default;
  virtual Result<ClientResponse> send(const ClientRequest& request) = 0;
  // Streams a response body of any size; `write` is called with pieces. Only 2xx bodies go to `write`.
  virtual Result<ClientResponse> download(const ClientRequest& request,
                                          const std::function<Result<void>(ByteView)>& write) = 0;
};

}  // namespace sekisho::net
