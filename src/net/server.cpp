#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/ssl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "core/file.h"
#include "core/log.h"
#include "net/beast.h"

namespace sekisho::net {

using namespace detail;

namespace {

constexpr std::size_t kHeaderLimit = 16 << 10;
constexpr auto kHandshakeTimeout = std::chrono::seconds(10);
constexpr auto kLinger = std::chrono::seconds(3);  // for a client that still sends what was refused
constexpr std::string_view kControls{
    "\0\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17\20\21\22\23\24\25\26\27"
    "\30\31\32\33\34\35\36\37\177",
    33};

beast::tcp_stream& lowest(Stream& stream) {
  return beast::get_lowest_layer(stream);
}

std::string percent_decode(std::string_view text, bool plus_is_blank) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ptr == text.data() + i + 3) {
      out += static_cast<char>(value);
      i += 2;
    } else {
      out += plus_is_blank && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

Request make_request(const http::request_header<>& header, const std::optional<crypto::Certificate>& peer) {
  Request request;
  request.method = header.method_string();
  request.target = header.target();
  const std::size_t mark = std::min(request.target.find('?'), request.target.size());
  request.path = percent_decode(std::string_view(request.target).substr(0, mark), false);
  std::string_view query = std::string_view(request.target).substr(std::min(mark + 1, request.target.size()));
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    request.query[percent_decode(pair.substr(0, equals), true)] =
        percent_decode(pair.substr(std::min(equals + 1, pair.size())), true);
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
  }
  for (const auto& field : header) {
    std::string name(field.name_string());
    for (char& c : name)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    request.headers[name] = std::string(field.value());
  }
  request.peer = peer;
  return request;
}

Response plain_error(int status, const char* code, const char* message) {
  Response response;
  response.status = status;
  response.body = fmt::format("{{\"code\":\"{}\",\"message\":\"{}\"}}", code, message);
  return response;
}

// Calls finish() once, whatever becomes of the connection, and keeps a sink's exceptions in.
class OpenSink {
 public:
  OpenSink() = default;
  explicit OpenSink(std::unique_ptr<BodySink> sink) : sink_(std::move(sink)) {}
  OpenSink(OpenSink&&) = default;
  OpenSink& operator=(OpenSink&&) = delete;
  ~OpenSink() {
    if (sink_) static_cast<void>(finish(false));
  }
  explicit operator bool() const { return sink_ != nullptr; }
  bool write(ByteView piece) {
    try {
      return sink_->write(piece).has_value();
    } catch (const std::exception& e) {
      spdlog::error("a body could not be taken: {}", e.what());
      return false;
    }
  }
  Response finish(bool complete) {
    const std::unique_ptr<BodySink> sink = std::move(sink_);
    try {
      return sink->finish(complete);
    } catch (const std::exception& e) {
      spdlog::error("a body could not be finished: {}", e.what());
      return plain_error(500, "internal", "the server failed");
    }
  }

 private:
  std::unique_ptr<BodySink> sink_;
};

class ServerImpl final : public Server {
 public:
  ServerImpl(const ServerOptions& options, Handler handler)
      : options_(options),
        handler_(std::move(handler)),
        io_(options.threads),
        acceptor_(io_),
        workers_(static_cast<std::size_t>(options.threads) * 2) {}

  ~ServerImpl() override { stop(); }

  Result<void> start() {
    if (!options_.tls) return fail("net.tls", "a server needs a certificate");
    SEKISHO_CHECK(refresh_context());
    error_code error;
    const auto address = asio::ip::make_address(options_.address, error);
    if (error) return fail("net.address", "not an address to listen on", {.part = options_.address});
    const tcp::endpoint endpoint(address, options_.port);
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error)
      return std::unexpected(
          net_error("net.listen", error, fmt::format("cannot listen on {}:{}", options_.address, options_.port)));
    port_ = acceptor_.local_endpoint().port();
    asio::co_spawn(io_, accept_loop(), asio::detached);
    for (int i = 0; i < options_.threads; ++i)
      threads_.emplace_back([this] { io_.run(); });
    return {};
  }

  std::uint16_t port() const override { return port_; }

  void stop() override {
    if (stopped_.exchange(true)) return;
    // Open requests may finish; idle connections are cut when io stops.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    {
      std::unique_lock lock(mutex_);
      idle_.wait_until(lock, deadline, [this] { return busy_ == 0; });
    }
    io_.stop();
    for (std::jthread& thread : threads_)
      thread.join();
    threads_.clear();
    error_code ignored;
    acceptor_.close(ignored);
    workers_.stop();
    workers_.join();
  }

 private:
  // One request being answered.
  struct Busy {
    explicit Busy(ServerImpl& server) : server(server) {
      const std::scoped_lock lock(server.mutex_);
      ++server.busy_;
    }
    ~Busy() {
      const std::scoped_lock lock(server.mutex_);
      --server.busy_;
      server.idle_.notify_all();
    }
    ServerImpl& server;
  };

  // A changed revocation list or certificate is taken for the next connection.
  Result<void> refresh_context() {
    std::error_code error;
    std::uint64_t stamp = 0;  // of all times together; unsigned, as the file clock counts from 2174
    for (const auto& path :
         {options_.tls->certificate, options_.tls->key, options_.tls->trusted_root, options_.tls->crl})
      if (!path.empty())
        stamp = stamp * 31 +
                static_cast<std::uint64_t>(std::filesystem::last_write_time(path, error).time_since_epoch().count());
    if (context_ && stamp == context_stamp_) return {};
    auto fresh = make_context(*options_.tls, Side::kServer);
    if (!fresh) {
      if (!context_) return std::unexpected(fresh.error());
      spdlog::error("the changed certificate or revocation list is not usable, the old one stays: {}",
                    fresh.error().describe());
      context_stamp_ = stamp;
      return {};
    }
    context_ = std::move(*fresh);
    context_stamp_ = stamp;
    return {};
  }

  asio::awaitable<void> accept_loop() {
    while (acceptor_.is_open()) {
      auto strand = asio::make_strand(io_);
      tcp::socket socket(strand);
      auto [error] = co_await acceptor_.async_accept(socket, kAwait);
      if (error == asio::error::operation_aborted) co_return;
      if (error) {
        // Out of descriptors: wait for some to be freed instead of spinning.
        asio::steady_timer pause(io_, std::chrono::milliseconds(50));
        auto [ignored] = co_await pause.async_wait(kAwait);
        static_cast<void>(ignored);
        continue;
      }
      if (connections_ >= options_.max_connections) continue;  // closed by the socket's destructor
      static_cast<void>(refresh_context());
      ++connections_;
      asio::co_spawn(strand, session(std::move(socket), context_), [this](std::exception_ptr) { --connections_; });
    }
  }

  asio::awaitable<void> session(tcp::socket socket, std::shared_ptr<ssl::context> context) {
    Stream stream(std::move(socket), *context);
    error_code ignored_error;
    lowest(stream).socket().set_option(tcp::no_delay(true), ignored_error);
    lowest(stream).expires_after(kHandshakeTimeout);
    {
      auto [error] = co_await stream.async_handshake(ssl::stream_base::server, kAwait);
      if (error) co_return;
    }
    const std::optional<crypto::Certificate> peer = peer_of(stream);
    if (peer && !may_connect_as(*peer, Side::kClient)) co_return;
    beast::flat_buffer buffer;
    bool open = true;
    while (open && !stopped_) {
      http::request_parser<http::empty_body> parser;
      parser.header_limit(kHeaderLimit);
      parser.body_limit(boost::none);
      lowest(stream).expires_after(options_.idle_timeout);
      auto [error, size] = co_await http::async_read_header(stream, buffer, parser, kAwait);
      static_cast<void>(size);
      if (error == http::error::end_of_stream || error == beast::error::timeout) break;
      if (error) {
        if (error.category() == http::make_error_code(http::error::bad_method).category()) {
          Response refusal = plain_error(error == http::error::header_limit ? 431 : 400, "request.malformed",
                                         "not a request of HTTP/1.1");
          co_await write_response(stream, refusal, false, false);
        }
        break;
      }
      const Busy busy(*this);
      open = co_await answer(stream, buffer, parser, peer);
    }
    lowest(stream).expires_after(std::chrono::seconds(2));
    auto [ignored] = co_await stream.async_shutdown(kAwait);
    static_cast<void>(ignored);
  }

  // Reads the body, lets the handler work, writes the answer. False: the connection cannot go on.
  asio::awaitable<bool> answer(Stream& stream, beast::flat_buffer& buffer,
                               http::request_parser<http::empty_body>& parser,
                               const std::optional<crypto::Certificate>& peer) {
    Request request = make_request(parser.get().base(), peer);
    const bool keep_alive = parser.get().keep_alive();
    const bool head = request.method == "HEAD";
    if (parser.chunked()) {
      Response refusal = plain_error(411, "request.length", "chunked bodies are not taken: say Content-Length");
      co_await refuse(stream, buffer, refusal, kPiece, head);
      co_return false;
    }
    const auto length = parser.content_length();
    request.content_length = length ? *length : 0;
    if (request.path.find_first_of(kControls) != std::string::npos) {
      Response refusal = plain_error(400, "request.malformed", "the path holds control characters");
      co_await refuse(stream, buffer, refusal, request.content_length, head);
      co_return false;
    }
    Response response;
    std::unique_ptr<BodySink> opened;
    bool refused = false;
    if (handler_.open_sink && request.method == "PUT") {
      // Looking up whether a body may come can take as long as an answer.
      response = co_await on_worker([this, &request, &opened] {
        Response refusal;
        refusal.status = 0;
        opened = handler_.open_sink(request, refusal);
        return refusal;
      });
      refused = !opened && response.status != 0;
      if (!refused) response = Response{};
    }
    OpenSink sink(std::move(opened));
    if (!sink && !refused && request.content_length > options_.body_limit) {
      response = plain_error(413, "request.too_large", "the body is larger than is taken here");
      refused = true;
    }
    if (refused) {
      co_await refuse(stream, buffer, response, request.content_length, head);
      co_return false;
    }
    if (const auto expect = request.headers.find("expect");
        expect != request.headers.end() && request.content_length > 0) {
      static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
      lowest(stream).expires_after(options_.idle_timeout);
      auto [error, size] = co_await asio::async_write(stream, asio::buffer(kContinue.data(), kContinue.size()), kAwait);
      static_cast<void>(size);
      if (error) co_return false;
    }
    std::uint64_t left = request.content_length;
    const bool complete = co_await read_body(stream, buffer, request, sink, left);
    if (sink) {
      // Checking and syncing a package takes long: on a worker, so that other connections of this thread go on.
      response = co_await on_worker([&sink, complete] { return sink.finish(complete); });
      if (!complete) {
        co_await refuse(stream, buffer, response, left, head);
        co_return false;
      }
    } else if (!complete) {
      co_return false;
    } else if (wants_events(request)) {
      const bool taken = co_await serve_events(stream, request);
      if (taken) co_return false;
      response = co_await on_worker([this, &request] { return handler_.handle(request); });
    } else {
      response = co_await on_worker([this, &request] { return handler_.handle(request); });
    }
    const bool written = co_await write_response(stream, response, keep_alive, head);
    co_return written&& keep_alive;
  }

  asio::awaitable<Response> on_worker(std::function<Response()> work) {
    auto task = [](std::function<Response()> job) -> asio::awaitable<Response> {
      Response response;
      try {
        response = job();
      } catch (const std::exception& e) {
        spdlog::error("a handler failed: {}", e.what());
        response = plain_error(500, "internal", "the server failed");
      }
      co_return response;
    };
    auto executor = workers_.get_executor();
    auto job = task(std::move(work));
    Response response = co_await asio::co_spawn(executor, std::move(job), asio::use_awaitable);
    co_return response;
  }

  // Everything the parser left in the buffer first, then straight from the stream: the parser's path is five times
  // slower.
  // `left` counts down the bytes that have not come yet.
  asio::awaitable<bool> read_body(Stream& stream, beast::flat_buffer& buffer, Request& request, OpenSink& sink,
                                  std::uint64_t& left) {
    const auto take = [&](ByteView bytes) -> bool {
      if (sink) return sink.write(bytes);
      request.body.append(as_text(bytes));
      return true;
    };
    if (left > 0 && buffer.size() > 0) {
      const std::size_t n = static_cast<std::size_t>(std::min<std::uint64_t>(left, buffer.size()));
      const bool ok = take({static_cast<const std::uint8_t*>(buffer.data().data()), n});
      buffer.consume(n);
      left -= n;
      if (!ok) co_return false;
    }
    Bytes piece(static_cast<std::size_t>(std::min<std::uint64_t>(left, kPiece)));
    while (left > 0) {
      // A piece has to come whole within the timeout: trickling does not hold a connection for ever.
      lowest(stream).expires_after(options_.idle_timeout);
      const std::size_t want = static_cast<std::size_t>(std::min<std::uint64_t>(left, piece.size()));
      auto [error, got] = co_await asio::async_read(stream, asio::buffer(piece.data(), want), kAwait);
      left -= got;
      if (got > 0 && !take(ByteView(piece).first(got))) co_return false;
      if (error) co_return false;
    }
    co_return true;
  }

  // Answers a request whose body was not taken. What the client still sends is read away for a while: closing at once
  // would reset the connection and often destroy the answer on its way.
  asio::awaitable<void> refuse(Stream& stream, beast::flat_buffer& buffer, Response& response, std::uint64_t left,
                               bool head) {
    const bool written = co_await write_response(stream, response, false, head);
    left -= std::min<std::uint64_t>(left, buffer.size());
    buffer.consume(buffer.size());
    const auto deadline = std::chrono::steady_clock::now() + kLinger;
    Bytes piece(written && left > 0 ? kPiece : 0);
    while (written && left > 0 && std::chrono::steady_clock::now() < deadline) {
      lowest(stream).expires_at(deadline);
      auto [error, got] = co_await stream.async_read_some(asio::buffer(piece), kAwait);
      if (error) co_return;
      left -= std::min<std::uint64_t>(left, got);
    }
  }

  asio::awaitable<bool> write_response(Stream& stream, Response& response, bool keep_alive, bool head) {
    http::response<http::string_body> message;
    message.version(11);
    message.result(static_cast<unsigned>(response.status));
    message.set(http::field::content_type, response.content_type);
    for (const auto& [name, value] : response.headers)
      message.set(name, value);
    message.keep_alive(keep_alive);
    FileDescriptor file;
    std::uint64_t size = response.body.size();
    if (!response.file.empty()) {
      auto opened = open_read(response.file);
      struct stat info{};
      if (!opened || ::fstat(opened->get(), &info) != 0) {
        message.result(http::status::not_found);
        size = 0;
      } else {
        file = std::move(*opened);
        size = static_cast<std::uint64_t>(info.st_size);
      }
    } else if (!head) {
      message.body() = std::move(response.body);
    }
    message.content_length(size);
    beast::get_lowest_layer(stream).expires_after(options_.idle_timeout);
    if (!file) {
      http::response_serializer<http::string_body> serializer(message);
      if (head) {
        auto [error, n] = co_await http::async_write_header(stream, serializer, kAwait);
        static_cast<void>(n);
        co_return !error;
      }
      auto [error, n] = co_await http::async_write(stream, serializer, kAwait);
      static_cast<void>(n);
      co_return !error;
    }
    http::response_serializer<http::string_body> serializer(message);
    {
      auto [error, n] = co_await http::async_write_header(stream, serializer, kAwait);
      static_cast<void>(n);
      if (error) co_return false;
    }
    Bytes piece(kPiece);
    while (size > 0 && !head) {
      const ssize_t got =
          ::read(file.get(), piece.data(), static_cast<std::size_t>(std::min<std::uint64_t>(size, piece.size())));
      if (got <= 0) co_return false;  // shorter than announced: the client sees a cut answer
      beast::get_lowest_layer(stream).expires_after(options_.idle_timeout);
      auto [error, n] =
          co_await asio::async_write(stream, asio::buffer(piece.data(), static_cast<std::size_t>(got)), kAwait);
      static_cast<void>(n);
      if (error) co_return false;
      size -= static_cast<std::uint64_t>(got);
    }
    co_return true;
  }

  bool wants_events(const Request& request) const {
    if (!handler_.stream_events || request.method != "GET") return false;
    const auto accept = request.headers.find("accept");
    return accept != request.headers.end() && accept->second.find("text/event-stream") != std::string::npos;
  }

  class Events final : public EventStream {
   public:
    Events(ServerImpl& server, Stream& stream) : server_(server), stream_(stream) {}
    bool send(std::string_view event, std::string_view data) override {
      if (server_.stopped_ || gone_) return false;
      std::string text;
      if (!begun_)
        text =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nX-Content-Type-Options: "
            "nosniff\r\nConnection: close\r\n\r\n";
      begun_ = true;
      text += fmt::format("event: {}\n", event);
      while (true) {
        const auto end = std::min(data.find('\n'), data.size());
        text += fmt::format("data: {}\n", data.substr(0, end));
        if (end == data.size()) break;
        data.remove_prefix(end + 1);
      }
      text += '\n';
      auto job = write(stream_, text, server_.options_.idle_timeout);
      auto written = asio::co_spawn(stream_.get_executor(), std::move(job), asio::use_future);
      // When the server stops, its io no longer runs and the future would never be ready.
      while (written.wait_for(std::chrono::milliseconds(200)) != std::future_status::ready)
        if (server_.stopped_) return false;
      gone_ = !written.get();
      return !gone_;
    }
    bool begun() const { return begun_; }

   private:
    static asio::awaitable<bool> write(Stream& stream, std::string text, std::chrono::seconds timeout) {
      beast::get_lowest_layer(stream).expires_after(timeout);
      auto [error, n] = co_await asio::async_write(stream, asio::buffer(text), kAwait);
      static_cast<void>(n);
      beast::get_lowest_layer(stream).expires_never();
      co_return !error;
    }
    ServerImpl& server_;
    Stream& stream_;
    bool begun_ = false, gone_ = false;
  };

  asio::awaitable<bool> serve_events(Stream& stream, const Request& request) {
    asio::steady_timer done(stream.get_executor(), asio::steady_timer::time_point::max());
    Events events(*this, stream);
    std::atomic<bool> taken = false;
    std::jthread thread([&] {
      try {
        taken = handler_.stream_events(request, events);
      } catch (const std::exception& e) {
        spdlog::error("an event stream failed: {}", e.what());
        taken = true;
      }
      asio::post(stream.get_executor(), [&done] { done.cancel(); });
    });
    auto [ignored] = co_await done.async_wait(kAwait);
    static_cast<void>(ignored);
    thread.join();
    co_return taken || events.begun();
  }

  ServerOptions options_;
  Handler handler_;
  std::shared_ptr<ssl::context> context_;
  std::uint64_t context_stamp_ = 0;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_ = 0;
  std::atomic<bool> stopped_ = false;
  std::mutex mutex_;
  std::condition_variable idle_;
  int busy_ = 0;
  // What open sessions use stands above: destroying io_ and workers_ destroys the sessions.
  asio::io_context io_;
  tcp::acceptor acceptor_;
  asio::thread_pool workers_;
  std::vector<std::jthread> threads_;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options, Handler handler) {
  auto server = std::make_unique<ServerImpl>(options, std::move(handler));
  SEKISHO_CHECK(server->start());
  return server;
}

}  // namespace sekisho::net
