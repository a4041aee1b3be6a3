#include "receiver/api.h"

#include <fmt/format.h>

#include <charconv>
#include <csignal>
#include <ctime>

#include "core/config.h"
#include "core/log.h"

namespace sekisho::receiver {
namespace {

using net::Request;
using net::Response;

// Codes whose HTTP status is not 422 (the package itself is wrong).
struct StatusRow {
  std::string_view code;
  int status;
};
constexpr StatusRow kStatuses[] = {{"disk.full", 507},
                                   {"upload.offset", 409},
                                   {"upload.busy", 409},
                                   {"upload.sequence", 409},
                                   {"upload.missing", 404},
                                   {"inbox.unknown", 404},
                                   {"upload.too_large", 413},
                                   {"request.path", 404},
                                   {"request.header", 400},
                                   {"request.role", 403},
                                   {"file.open", 404},
                                   {"publish.name", 404},
                                   {"package.equivocation", 409},
                                   {"ledger.rolled_back", 500},
                                   {"upload.open", 500}};

Response error_response(const Error& error) {
  Response response;
  response.status = 422;
  for (const StatusRow& row : kStatuses)
    if (row.code == error.code) response.status = row.status;
  response.body = Json{{"code", error.code}, {"message", error.message}, {"remedy", error.remedy}}.dump();
  return response;
}

Response json_response(const Json& json, int status = 200) {
  Response response;
  response.status = status;
  response.body = json.dump();
  return response;
}

std::vector<std::string> split_path(const std::string& path) {
  std::vector<std::string> parts;
  std::size_t at = 0;
  while (at < path.size()) {
    const std::size_t slash = std::min(path.find('/', at + 1), path.size());
    parts.push_back(path.substr(at + 1, slash - at - 1));
    at = slash;
  }
  return parts;
}

template <class Number>
std::optional<Number> number_of(const std::string& text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Result<PackageId> package_of(const BodyId& body, const std::string& hospital, const std::string& epoch,
                             const std::string& sequence) {
  const auto e = number_of<std::uint32_t>(epoch);
  const auto s = number_of<std::uint64_t>(sequence);
  if (!is_valid_id(hospital) || !e || !s || *e == 0 || *s == 0)
    return fail("request.path", "not the path of a package");
  return PackageId{body, {hospital}, *e, *s};
}

// Body of an upload: written as it comes, checked when the last byte is there.
class UploadSink final : public net::BodySink {
 public:
  UploadSink(Receiver& receiver, PackageId id, std::unique_ptr<Upload> upload, std::uint64_t total)
      : receiver_(receiver), id_(std::move(id)), upload_(std::move(upload)), total_(total) {}

  Result<void> write(ByteView piece) override {
    if (upload_->offset() + piece.size() > total_)
      return failed({"upload.too_large", "more bytes came than announced", {}, ""});
    if (auto written = upload_->write(piece); !written) return failed(written.error());
    return {};
  }

  Response finish(bool complete) override {
    if (!failure_) {
      if (const auto synced = upload_->sync(); !synced) failure_ = synced.error();
    }
    const std::uint64_t offset = upload_->offset();
    upload_.reset();
    if (failure_) return error_response(*failure_);
    if (!complete || offset < total_) return json_response({{"offset", offset}}, 202);
    const auto receipt = receiver_.accept(id_);
    if (!receipt) return error_response(receipt.error());
    Response response;
    response.body = *receipt;
    return response;
  }

 private:
  Result<void> failed(Error error) {
    failure_ = error;
    return std::unexpected(std::move(error));
  }

  Receiver& receiver_;
  PackageId id_;
  std::unique_ptr<Upload> upload_;
  std::uint64_t total_;
  std::optional<Error> failure_;
};

class Api {
 public:
  Api(Receiver& receiver, BodyId body) : receiver_(receiver), body_(std::move(body)) {}

  std::unique_ptr<net::BodySink> open_sink(const Request& request, Response& refusal) {
    const auto parts = split_path(request.path);
    if (request.method != "PUT" || parts.size() != 4 || parts[1] != "packages") return nullptr;
    auto sink = open_upload(request, parts);
    if (sink) return std::move(*sink);
    refusal = error_response(sink.error());
    return nullptr;
  }

  Response handle(const Request& request) {
    const auto parts = split_path(request.path);
    Result<Response> answer = fail("request.path", "nothing is here");
    if (parts.size() >= 2 && parts[0] == "v1") {
      const std::string role = request.peer ? request.peer->role() : "";
      if (role == "tls-gateway")
        answer = gateway_request(request, parts);
      else if (role == "tls-intake")
        answer = intake_request(request, parts);
      else
        answer = fail("request.role", "this certificate has no business here");
    }
    return answer ? std::move(*answer) : error_response(answer.error());
  }

 private:
  Result<std::unique_ptr<net::BodySink>> open_upload(const Request& request, const std::vector<std::string>& parts) {
    if (!request.peer || request.peer->role() != "tls-gateway")
      return fail("request.role", "only a gateway uploads packages");
    SEKISHO_TRY(PackageId id, package_of(body_, request.peer->common_name(), parts[2], parts[3]));
    const auto header = [&](const char* name) -> std::optional<std::uint64_t> {
      const auto found = request.headers.find(name);
      return found == request.headers.end() ? std::nullopt : number_of<std::uint64_t>(found->second);
    };
    const auto offset = header("upload-offset");
    const auto total = header("upload-length");
    if (!offset || !total || *offset > *total)
      return fail("request.header", "Upload-Offset and Upload-Length are needed");
    SEKISHO_TRY(auto upload, receiver_.begin_upload(id, *offset, *total));
    return std::make_unique<UploadSink>(receiver_, std::move(id), std::move(upload), *total);
  }

  Result<Response> gateway_request(const Request& request, const std::vector<std::string>& parts) {
    const std::string hospital = request.peer->common_name();
    if (request.method == "GET" && parts[1] == "packages" && parts.size() == 4) {
      SEKISHO_TRY(const PackageId id, package_of(body_, hospital, parts[2], parts[3]));
      SEKISHO_TRY(const UploadState state, receiver_.state_of(id));
      constexpr std::string_view kStates[] = {"none", "partial", "accepted"};
      return json_response({{"state", kStates[static_cast<int>(state.kind)]},
                            {"offset", state.offset},
                            {"epoch", state.epoch},
                            {"expected_sequence", state.expected_sequence}});
    }
    if (request.method == "GET" && parts[1] == "receipts" && parts.size() == 4) {
      SEKISHO_TRY(const PackageId id, package_of(body_, hospital, parts[2], parts[3]));
      SEKISHO_TRY(const auto receipts, receiver_.receipts_of(id));
      Json answer = Json::object();
      for (const auto& [step, file] : receipts)
        answer[step] = to_base64(as_bytes(file));
      return json_response(answer);
    }
    return published(request, parts);
  }

  Result<Response> published(const Request& request, const std::vector<std::string>& parts) {
    if (request.method != "GET" || parts[1] != "published" || parts.size() != 3)
      return fail("request.path", "nothing is here");
    Response response;
    response.content_type = "application/octet-stream";
    SEKISHO_TRY(response.body, receiver_.published(parts[2]));
    return response;
  }

  Result<Response> intake_request(const Request& request, const std::vector<std::string>& parts) {
    if (request.method == "GET" && parts[1] == "inbox" && parts.size() == 2) {
      SEKISHO_TRY(const auto entries, receiver_.inbox());
      Json list = Json::array();
      for (const InboxEntry& e : entries)
        list.push_back({{"hospital", e.id.hospital.text},
                        {"epoch", e.id.epoch},
                        {"sequence", e.id.sequence},
                        {"size", e.size},
                        {"manifest_hash", e.manifest_hash}});
      return json_response(list);
    }
    if (request.method == "GET" && parts[1] == "inbox" && parts.size() == 5) {
      SEKISHO_TRY(const PackageId id, package_of(body_, parts[2], parts[3], parts[4]));
      Response response;
      response.content_type = "application/octet-stream";
      SEKISHO_TRY(response.file, receiver_.package_path(id));
      return response;
    }
    if (request.method == "PUT" && parts[1] == "receipts" && parts.size() == 6) {
      SEKISHO_TRY(const PackageId id, package_of(body_, parts[2], parts[3], parts[4]));
      SEKISHO_CHECK(receiver_.put_receipt(id, parts[5], request.body));
      return json_response({{"stored", true}});
    }
    if (request.method == "PUT" && parts[1] == "published" && parts.size() == 3) {
      SEKISHO_CHECK(receiver_.publish(parts[2], request.body));
      return json_response({{"stored", true}});
    }
    if (request.method == "GET" && parts[1] == "checkpoint") {
      Response response;
      response.content_type = "text/plain";
      SEKISHO_TRY(const ledger::Checkpoint checkpoint, receiver_.ledger().checkpoint());
      response.body = checkpoint.note;
      return response;
    }
    if (request.method == "GET" && parts[1] == "status") return json_response(receiver_.status());
    return published(request, parts);
  }

  Receiver& receiver_;
  BodyId body_;
};

const std::vector<ConfigMember> kSchema = {
    {"body", ConfigType::kText, true, "", "id of the certified body"},
    {"state", ConfigType::kPath, true, "", "folder for packages, receipts and the ledger"},
    {"address", ConfigType::kText, false, "127.0.0.1", "address to listen on"},
    {"port", ConfigType::kInteger, false, "8443", "port to listen on; 0: any free one"},
    {"port_file", ConfigType::kPath, false, "", "file that gets the port once the service listens"},
    {"tls.certificate", ConfigType::kPath, true, "", "certificate of role tls-receiver"},
    {"tls.key", ConfigType::kPath, true, "", "its key"},
    {"root", ConfigType::kPath, true, "", "certificate of the body's root"},
    {"crl", ConfigType::kPath, false, "", "revocation list"},
    {"signer.certificate", ConfigType::kPath, true, "", "certificate of role sign-receiver"},
    {"signer.key", ConfigType::kPath, true, "", "its key"},
    {"ledger_key", ConfigType::kPath, true, "", "Ed25519 key of the ledger; made when absent"},
    {"threads", ConfigType::kInteger, false, "2", "threads that serve"},
};

}  // namespace

net::Handler make_handler(Receiver& receiver, const BodyId& body) {
  auto api = std::make_shared<Api>(receiver, body);
  net::Handler handler;
  handler.handle = [api](const Request& request) { return api->handle(request); };
  handler.open_sink = [api](const Request& request, Response& refusal) { return api->open_sink(request, refusal); };
  return handler;
}

Result<int> run_service(const std::filesystem::path& config_file) {
  SEKISHO_TRY(const Config config, Config::load(config_file, kSchema));
  // Signals are taken by this thread alone: blocked before any other thread starts.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ReceiverOptions options;
  options.body = {config.text("body")};
  options.state = config.path("state");
  options.root = config.path("root");
  options.crl = config.path("crl");
  options.signer_certificate = config.path("signer.certificate");
  options.signer_key = config.path("signer.key");
  options.ledger_key = config.path("ledger_key");
  options.tls_certificate = config.path("tls.certificate");
  options.clock = &system_clock();
  options.random = &system_random();
  SEKISHO_TRY(const auto receiver, Receiver::open(options));
  net::ServerOptions server_options;
  server_options.address = config.text("address");
  server_options.port = static_cast<std::uint16_t>(config.integer("port"));
  server_options.threads = static_cast<int>(config.integer("threads"));
  net::TlsOptions tls;
  tls.certificate = config.path("tls.certificate");
  tls.key = config.path("tls.key");
  tls.trusted_root = options.root;
  tls.crl = options.crl;
  server_options.tls = tls;
  SEKISHO_TRY(const auto server, net::Server::start(server_options, make_handler(*receiver, options.body)));
  spdlog::info("listening on {}:{}", server_options.address, server->port());
  if (!config.path("port_file").empty())
    SEKISHO_CHECK(write_file_durable(config.path("port_file"), fmt::format("{}\n", server->port())));
  const timespec day{.tv_sec = 86'400, .tv_nsec = 0};
  do
    for (const std::string& warning : receiver->expiry_warnings())
      spdlog::warn("{}", warning);
  while (sigtimedwait(&signals, nullptr, &day) < 0);
  server->stop();
  return 0;
}

}  // namespace sekisho::receiver
