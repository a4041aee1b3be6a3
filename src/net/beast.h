// What net's own .cpp files share of Boost: headers, aliases, TLS contexts. No header outside this folder includes it.
#pragma once

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

#include "net/http.h"

namespace sekisho::net::detail {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using tcp = asio::ip::tcp;
using Stream = beast::ssl_stream<beast::tcp_stream>;
using boost::system::error_code;

inline constexpr std::size_t kPiece = 256 << 10;  // bytes moved at once, past Beast's parser
inline constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

enum class Side { kServer, kClient };
// TLS 1.3, or 1.2 with ECDSA and AEAD suites where allowed; the peer is checked against `trusted_root` and the
// revocation list.
Result<std::shared_ptr<ssl::context>> make_context(const TlsOptions& options, Side side);

// Whether the certificate's extended usage names this side: OpenSSL lets one without any pass as either, but a signing
// key must not open connections.
bool may_connect_as(const crypto::Certificate& certificate, Side side);
// The peer's certificate of an open connection.
std::optional<crypto::Certificate> peer_of(Stream& stream);

// "net.timeout", "net.closed", "net.tls", "net.connect" by what happened.
Error net_error(const char* fallback, error_code error, std::string what);

}  // namespace sekisho::net::detail
