#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/ssl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/file.h"
#include "net/beast.h"

namespace sekisho::net {

using namespace detail;

namespace {

constexpr std::uint64_t kResponseLimit = std::uint64_t{64} << 20;
constexpr std::uint64_t kAskFirst = std::uint64_t{1} << 20;
constexpr std::uint32_t kHeadLimit = 64 << 10;

class ClientImpl final : public Client {
 public:
  explicit ClientImpl(ClientOptions options) : options_(std::move(options)) {
    if (options_.server_name.empty()) options_.server_name = options_.host;
  }

  Result<ClientResponse> send(const ClientRequest& request) override { return exchange(request, nullptr); }

  Result<ClientResponse> download(const ClientRequest& request,
                                  const std::function<Result<void>(ByteView)>& write) override {
    return exchange(request, &write);
  }

 private:
  using Parser = http::response_parser<http::empty_body>;
  using Writer = std::function<Result<void>(ByteView)>;

  // Runs the exchange to its end on the client's own io context.
  Result<ClientResponse> exchange(const ClientRequest& request, const Writer* write) {
    const bool reused = stream_ != nullptr;
    Result<ClientResponse> result = run(request, write);
    // The server may have closed an idle connection just now: once more on a fresh one, when nothing of an answer came
    // and asking twice does no harm (RFC 9110 section 9.2.2).
    if (!result && reused && !answer_begun_ && request.method != "POST" && result.error().code == "net.closed")
      result = run(request, write);
    return result;
  }

  Result<ClientResponse> run(const ClientRequest& request, const Writer* write) {
    std::optional<Result<ClientResponse>> result;
    answer_begun_ = false;
    try {
      io_.restart();
      auto job = session(request, write);
      asio::co_spawn(io_, std::move(job), [&](std::exception_ptr failure, Result<ClientResponse> value) {
        if (failure) value = fail("net.failed", "the connection failed");
        result.emplace(std::move(value));
      });
      io_.run();
    } catch (const std::exception& e) {
      result.emplace(fail("net.failed", e.what()));
    }
    if (!result) result.emplace(fail("net.failed", "the connection ended"));
    if (!*result) stream_.reset();
    return std::move(*result);
  }

  asio::awaitable<Result<ClientResponse>> session(const ClientRequest& request, const Writer* write) {
    if (!stream_) {
      Result<void> connected = co_await connect();
      if (!connected) co_return std::unexpected(connected.error());
    }
    early_.reset();
    Result<void> sent = co_await write_request(request);
    // A server that refuses early answers before it has read everything: its answer says more than the broken pipe.
    Result<ClientResponse> response = co_await read_response(request, write);
    if (!response && !sent) co_return std::unexpected(sent.error());
    if (!sent) stream_.reset();
    co_return response;
  }

  asio::awaitable<Result<void>> connect() {
    auto context = make_context(*options_.tls, Side::kClient);
    if (!context) co_return std::unexpected(context.error());
    context_ = std::move(*context);
    auto fresh = std::make_unique<Stream>(io_, *context_);
    beast::tcp_stream& lowest = beast::get_lowest_layer(*fresh);
    const std::string where = fmt::format("{}:{}", options_.host, options_.port);
    tcp::resolver resolver(io_);
    auto [resolve_error, endpoints] =
        co_await resolver.async_resolve(options_.host, std::to_string(options_.port), kAwait);
    if (resolve_error) co_return std::unexpected(net_error("net.connect", resolve_error, "cannot find " + where));
    lowest.expires_after(options_.timeout);
    auto [connect_error, endpoint] = co_await lowest.async_connect(endpoints, kAwait);
    static_cast<void>(endpoint);
    if (connect_error) {
      Error error = net_error("net.connect", connect_error, "cannot connect to " + where);
      error.remedy = "Is the service running, and is the way to it open?";
      co_return std::unexpected(std::move(error));
    }
    lowest.socket().set_option(tcp::no_delay(true));
    error_code no_address;
    asio::ip::make_address(options_.server_name, no_address);
    if (no_address) SSL_set_tlsext_host_name(fresh->native_handle(), options_.server_name.c_str());
    fresh->set_verify_callback(ssl::host_name_verification(options_.server_name));
    auto [tls_error] = co_await fresh->async_handshake(ssl::stream_base::client, kAwait);
    if (tls_error) co_return std::unexpected(net_error("net.tls", tls_error, "no trust with " + where));
    const auto peer = peer_of(*fresh);
    if (!peer || !may_connect_as(*peer, Side::kServer))
      co_return fail("net.tls", "the certificate of " + where + " is not a server's");
    buffer_.clear();
    stream_ = std::move(fresh);
    co_return Result<void>{};
  }

  asio::awaitable<Result<void>> write_request(const ClientRequest& request) {
    http::request<http::string_body> message;
    message.version(11);
    message.method_string(request.method);
    message.target(request.target);
    message.set(http::field::host, options_.server_name);
    message.set(http::field::user_agent, "sekisho");
    for (const auto& [name, value] : request.headers)
      message.set(name, value);
    FileDescriptor file;
    std::uint64_t left = request.body.size();
    if (!request.file.empty()) {
      auto opened = open_read(request.file);
      if (!opened) co_return std::unexpected(opened.error());
      file = std::move(*opened);
      struct stat info{};
      if (::fstat(file.get(), &info) != 0 || static_cast<std::uint64_t>(info.st_size) < request.file_offset)
        co_return fail("net.file", "the file to send is shorter than the offset", {.file = request.file.string()});
      left = static_cast<std::uint64_t>(info.st_size) - request.file_offset;
      ::lseek(file.get(), static_cast<off_t>(request.file_offset), SEEK_SET);
    }
    message.content_length(left);
    if (!file) message.body() = request.body;
    // A large body waits until the server wants it.
    const bool ask_first = file && left > kAskFirst;
    if (ask_first) message.set(http::field::expect, "100-continue");
    http::request_serializer<http::string_body> serializer(message);
    beast::get_lowest_layer(*stream_).expires_after(options_.timeout);
    if (!file) {
      auto [error, n] = co_await http::async_write(*stream_, serializer, kAwait);
      static_cast<void>(n);
      if (error) co_return std::unexpected(net_error("net.closed", error, "cannot send"));
      co_return Result<void>{};
    }
    {
      auto [error, n] = co_await http::async_write_header(*stream_, serializer, kAwait);
      static_cast<void>(n);
      if (error) co_return std::unexpected(net_error("net.closed", error, "cannot send"));
    }
    if (ask_first) {
      auto parser = std::make_unique<Parser>();
      Result<void> answered = co_await read_head(*parser);
      if (!answered) co_return answered;
      if (parser->get().result() != http::status::continue_) {
        early_ = std::move(parser);
        co_return Result<void>{};
      }
    }
    Bytes piece(kPiece);
    while (left > 0) {
      const ssize_t got =
          ::read(file.get(), piece.data(), static_cast<std::size_t>(std::min<std::uint64_t>(left, piece.size())));
      if (got <= 0) co_return fail("net.file", "the file to send became shorter", {.file = request.file.string()});
      beast::get_lowest_layer(*stream_).expires_after(options_.timeout);
      auto [error, n] =
          co_await asio::async_write(*stream_, asio::buffer(piece.data(), static_cast<std::size_t>(got)), kAwait);
      static_cast<void>(n);
      if (error) co_return std::unexpected(net_error("net.closed", error, "cannot send"));
      left -= static_cast<std::uint64_t>(got);
    }
    co_return Result<void>{};
  }

  asio::awaitable<Result<void>> read_head(Parser& parser) {
    parser.body_limit(boost::none);
    parser.header_limit(kHeadLimit);
    beast::get_lowest_layer(*stream_).expires_after(options_.timeout);
    auto [error, n] = co_await http::async_read_header(*stream_, buffer_, parser, kAwait);
    static_cast<void>(n);
    if (error) co_return std::unexpected(net_error("net.closed", error, "no answer came"));
    co_return Result<void>{};
  }

  asio::awaitable<Result<ClientResponse>> read_response(const ClientRequest& request, const Writer* write) {
    const bool early = early_ != nullptr;
    std::unique_ptr<Parser> parser = std::move(early_);
    while (!parser) {
      parser = std::make_unique<Parser>();
      Result<void> read = co_await read_head(*parser);
      if (!read) co_return std::unexpected(read.error());
      if (parser->get().result() == http::status::continue_) parser.reset();
    }
    answer_begun_ = true;
    ClientResponse response;
    response.status = static_cast<int>(parser->get().result_int());
    for (const auto& field : parser->get().base()) {
      std::string name(field.name_string());
      for (char& c : name)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
      response.headers[name] = std::string(field.value());
    }
    const auto length = parser->content_length();
    if (parser->chunked() || (!length && request.method != "HEAD"))
      co_return fail("net.response", "the answer does not say its length");
    std::uint64_t left = request.method == "HEAD" ? 0 : *length;
    const bool stream_out = write != nullptr && response.status / 100 == 2;
    if (!stream_out && left > kResponseLimit) co_return fail("net.response", "the answer is too large");
    const auto take = [&](ByteView bytes) -> Result<void> {
      if (stream_out) return (*write)(bytes);
      response.body.append(as_text(bytes));
      return {};
    };
    Bytes piece(static_cast<std::size_t>(std::min<std::uint64_t>(left, kPiece)));
    while (left > 0) {
      std::size_t got = static_cast<std::size_t>(std::min<std::uint64_t>(left, buffer_.size()));
      Result<void> taken;
      if (got > 0) {
        taken = take({static_cast<const std::uint8_t*>(buffer_.data().data()), got});
        buffer_.consume(got);
      } else {
        beast::get_lowest_layer(*stream_).expires_after(options_.timeout);
        const std::size_t want = static_cast<std::size_t>(std::min<std::uint64_t>(left, piece.size()));
        auto [error, n] = co_await stream_->async_read_some(asio::buffer(piece.data(), want), kAwait);
        if (error) co_return std::unexpected(net_error("net.closed", error, "the answer was cut"));
        got = n;
        taken = take(ByteView(piece).first(n));
      }
      if (!taken) co_return std::unexpected(taken.error());
      left -= got;
    }
    if (early || !parser->get().keep_alive()) stream_.reset();
    co_return response;
  }

  ClientOptions options_;
  asio::io_context io_{1};
  std::shared_ptr<ssl::context> context_;
  std::unique_ptr<Stream> stream_;
  beast::flat_buffer buffer_;
  bool answer_begun_ = false;
  std::unique_ptr<Parser> early_;  // an answer that came instead of "100 Continue"
};

}  // namespace

Result<std::unique_ptr<Client>> Client::create(const ClientOptions& options) {
  if (!options.tls) return fail("net.tls", "a client needs the root it trusts");
  return std::make_unique<ClientImpl>(options);
}

}  // namespace sekisho::net
