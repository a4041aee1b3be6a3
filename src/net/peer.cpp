#include "net/peer.h"

#include <cstdlib>

#include "core/file.h"

namespace sekisho::net {

std::vector<ConfigMember> Peer::schema(std::vector<ConfigMember> own) {
  const std::vector<ConfigMember> members = {
      {"receiver.host", ConfigType::kText, false, "127.0.0.1", "address of the receiver"},
      {"receiver.name", ConfigType::kText, false, "", "name in the receiver's certificate; default: the host"},
      {"receiver.port", ConfigType::kInteger, false, "8443", "port of the receiver"},
      {"receiver.port_file", ConfigType::kPath, false, "", "file that holds the port instead"},
      {"root", ConfigType::kPath, true, "", "certificate of the body's root"},
      {"crl", ConfigType::kPath, false, "", "revocation list"},
      {"tls.certificate", ConfigType::kPath, true, "", "certificate of this side: role tls-gateway or tls-intake"},
      {"tls.key", ConfigType::kPath, true, "", "its key"},
  };
  own.insert(own.end(), members.begin(), members.end());
  return own;
}

Peer Peer::from(const Config& config) {
  return {.host = config.text("receiver.host"),
          .name = config.text("receiver.name"),
          .port = static_cast<std::uint16_t>(config.integer("receiver.port")),
          .port_file = config.path("receiver.port_file"),
          .root = config.path("root"),
          .crl = config.path("crl"),
          .certificate = config.path("tls.certificate"),
          .key = config.path("tls.key")};
}

Result<std::unique_ptr<Client>> Peer::connect() const {
  ClientOptions options;
  options.host = host;
  options.server_name = name;
  options.port = port;
  if (!port_file.empty()) {
    SEKISHO_TRY(const std::string text, read_text(port_file, 32));
    options.port = static_cast<std::uint16_t>(std::atoi(text.c_str()));
  }
  options.tls = TlsOptions{.certificate = certificate, .key = key, .trusted_root = root, .crl = crl};
  return Client::create(options);
}

}  // namespace sekisho::net
