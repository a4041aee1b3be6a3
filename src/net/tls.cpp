#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "net/beast.h"

namespace sekisho::net::detail {
namespace {

// Accepted for TLS 1.2: forward secret, ECDSA, authenticated encryption.
constexpr const char* kSuites12 =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305";
constexpr const char* kSuites13 = "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256";

}  // namespace

Result<std::shared_ptr<ssl::context>> make_context(const TlsOptions& options, Side side) {
  try {
    auto context =
        std::make_shared<ssl::context>(side == Side::kServer ? ssl::context::tls_server : ssl::context::tls_client);
    SSL_CTX* raw = context->native_handle();
    SSL_CTX_set_min_proto_version(raw, options.allow_tls12 ? TLS1_2_VERSION : TLS1_3_VERSION);
    SSL_CTX_set_options(raw, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                 SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
    if (SSL_CTX_set_cipher_list(raw, kSuites12) != 1 || SSL_CTX_set_ciphersuites(raw, kSuites13) != 1)
      return fail("net.tls", "OpenSSL does not offer the cipher suites needed");
    if (!options.certificate.empty()) {
      // Checks the key's mode and form with a clear error before OpenSSL's terse one.
      SEKISHO_TRY([[maybe_unused]] const crypto::PrivateKey key, crypto::PrivateKey::load(options.key));
      context->use_certificate_chain_file(options.certificate.string());
      context->use_private_key_file(options.key.string(), ssl::context::pem);
    }
    if (!options.trusted_root.empty()) {
      context->load_verify_file(options.trusted_root.string());
      if (!options.crl.empty()) {
        SEKISHO_TRY(const crypto::Trust trust, crypto::Trust::load(options.trusted_root, options.crl));
        X509_STORE* store = SSL_CTX_get_cert_store(raw);
        X509_STORE_add_crl(store, trust.crl().get());
        X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK);
      }
      const bool require = side == Side::kClient || options.require_client_certificate;
      context->set_verify_mode(ssl::verify_peer | (require ? ssl::verify_fail_if_no_peer_cert : 0));
    } else if (side == Side::kClient) {
      return fail("net.tls", "a client needs the root it trusts");
    }
    if (side == Side::kServer) {
      // Without a context id, resumption with client certificates fails.
      constexpr unsigned char kId[] = "sekisho";
      SSL_CTX_set_session_id_context(raw, kId, sizeof kId - 1);
      // A resumed session is not checked against the revocation list: parties with certificates greet anew each time.
      if (!options.trusted_root.empty()) {
        SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
        SSL_CTX_set_options(raw, SSL_OP_NO_TICKET);
        SSL_CTX_set_num_tickets(raw, 0);
      }
    }
    return context;
  } catch (const boost::system::system_error& e) {
    return fail("net.tls", fmt::format("cannot set up TLS: {}", e.what()), {.file = options.certificate.string()});
  }
}

std::optional<crypto::Certificate> peer_of(Stream& stream) {
  X509* certificate = SSL_get0_peer_certificate(stream.native_handle());
  if (certificate == nullptr) return std::nullopt;
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  auto result = crypto::Certificate::from_der({der, static_cast<std::size_t>(std::max(size, 0))});
  OPENSSL_free(der);
  return result ? std::optional(std::move(*result)) : std::nullopt;
}

bool may_connect_as(const crypto::Certificate& certificate, Side side) {
  const std::uint32_t usage = X509_get_extended_key_usage(certificate.handle());
  return usage != UINT32_MAX && (usage & (side == Side::kClient ? XKU_SSL_CLIENT : XKU_SSL_SERVER)) != 0;
}

Error net_error(const char* fallback, error_code error, std::string what) {
  std::string code = fallback;
  if (error == beast::error::timeout || error == asio::error::timed_out)
    code = "net.timeout";
  else if (error == asio::error::eof || error == asio::error::connection_reset || error == asio::error::broken_pipe ||
           error == http::error::end_of_stream || error == http::error::partial_message ||
           error == ssl::error::stream_truncated)
    code = "net.closed";
  else if (error.category() == asio::error::get_ssl_category())
    code = "net.tls";
  else if (error == asio::error::connection_refused || error == asio::error::host_unreachable ||
           error == asio::error::host_not_found)
    code = "net.connect";
  return {code, what + ": " + error.message(), {}, ""};
}

}  // namespace sekisho::net::detail
