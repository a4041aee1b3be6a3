// The receiver as gateway and intake know it: where it is and by which certificates the two trust each other.
// One place for the members of the configuration files and for the connection that follows from them.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/config.h"
#include "net/http.h"

namespace sekisho::net {

struct Peer {
  std::string host, name;  // name: expected in its certificate; "": the host
  std::uint16_t port = 0;
  std::filesystem::path port_file;         // read instead of the port when given (demo, tests)
  std::filesystem::path root, crl;         // of the body; PEM
  std::filesystem::path certificate, key;  // our own, role tls-*; PEM

  // `own` and the members that describe a peer: receiver.*, root, crl, tls.*.
  static std::vector<ConfigMember> schema(std::vector<ConfigMember> own);
  static Peer from(const Config& config);
  // Errors: file.* when the port's file cannot be read, tls.* for the certificates. Does not connect yet.
  Result<std::unique_ptr<Client>> connect() const;
};

}  // namespace sekisho::net
