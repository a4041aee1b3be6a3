// Sending: resumable upload in order, receipts in three steps, and the watch over the centre's ledgers.
#include <fmt/format.h>

#include <charconv>
#include <chrono>

#include "core/crash_point.h"
#include "core/log.h"
#include "gateway/gateway.h"

namespace sekisho::gateway {

namespace fs = std::filesystem;

namespace {

Error remote_error(const net::ClientResponse& response, const PackageId& id) {
  const auto json = parse_json(response.body);
  if (json && json->is_object())
    return {json->value("code", "receiver.error"),
            "the receiver answered: " + json->value("message", "no reason given"),
            {.part = id.text()},
            json->value("remedy", "")};
  return {
      "receiver.error", fmt::format("the receiver answered with status {}", response.status), {.part = id.text()}, ""};
}

}  // namespace

Result<SendSummary> Gateway::send() {
  const auto start = std::chrono::steady_clock::now();
  SendSummary summary;
  SEKISHO_TRY(const auto packages, outbox());
  SEKISHO_TRY(const auto client, config_.receiver.connect());
  SEKISHO_CHECK(refresh_recipients(*client));
  for (const transport::PackageFile& package : packages) {
    std::error_code error;
    if (!fs::exists(receipt_path(package.manifest.id, "received"), error)) {
      SEKISHO_TRY(const bool taken, send_package(*client, package, summary));
      // Packages go in order: behind one that was not taken nothing can be sent.
      if (!taken) break;
    }
    SEKISHO_CHECK(fetch_receipts(*client, package, summary));
  }
  summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return summary;
}

Result<void> Gateway::refresh_recipients(net::Client& client) {
  SEKISHO_TRY(const auto json, client.send({.target = "/v1/published/recipients.json"}));
  SEKISHO_TRY(const auto signature, client.send({.target = "/v1/published/recipients.p7s"}));
  if (json.status != 200 || signature.status != 200) return {};  // nothing newer is published
  std::int64_t pinned = 0;
  if (const auto pin = read_text(config_.state / "recipients.version", 32)) pinned = std::atoll(pin->c_str());
  const auto list = crypto::check_recipients(as_bytes(json.body), as_bytes(signature.body), *trust_, config_.body,
                                             clock_.now(), pinned);
  if (!list) {
    // A list from anyone but the root: recorded once per content, never used.
    const std::string mark = to_hex(crypto::sha256(as_bytes(json.body)));
    const fs::path seen = config_.state / "recipients.refused";
    if (const auto before = read_text(seen, 256); before && *before == mark) return {};
    spdlog::error("the published recipients list is refused: {}", list.error().describe());
    SEKISHO_CHECK(ledger_->append("alarm.recipients", {{"code", list.error().code}, {"sha256", mark}}));
    return write_file_durable(seen, mark, 0600);
  }
  if (list->version == pinned) return {};
  SEKISHO_CHECK(write_file_durable(config_.state / "recipients.p7s", signature.body, 0600));
  return write_file_durable(config_.state / "recipients.json", json.body, 0600);
}

Result<bool> Gateway::send_package(net::Client& client, const transport::PackageFile& package, SendSummary& summary) {
  const PackageId& id = package.manifest.id;
  const std::string target = fmt::format("/v1/packages/{}/{}", id.epoch, id.sequence);
  std::error_code error;
  const std::uint64_t size = fs::file_size(package.path, error);
  SEKISHO_TRY(const auto answer, client.send({.target = target}));
  if (answer.status != 200) return std::unexpected(remote_error(answer, id));
  SEKISHO_TRY(const Json state, parse_json(answer.body));
  std::string receipt;
  if (state.value("state", "") == "accepted") {
    SEKISHO_TRY(const auto receipts, client.send({.target = fmt::format("/v1/receipts/{}/{}", id.epoch, id.sequence)}));
    SEKISHO_TRY(const Json files, parse_json(receipts.body));
    SEKISHO_TRY(const std::string encoded, json_string(files, "received"));
    SEKISHO_TRY(const Bytes bytes, from_base64(encoded));
    receipt = as_text(bytes);
  } else {
    const std::uint64_t offset = std::min<std::uint64_t>(state.value("offset", std::uint64_t{0}), size);
    net::ClientRequest request{.method = "PUT", .target = target};
    request.headers = {{"Upload-Offset", std::to_string(offset)}, {"Upload-Length", std::to_string(size)}};
    request.file = package.path;
    request.file_offset = offset;
    crash_point("gateway.before_upload");
    SEKISHO_TRY(const auto uploaded, client.send(request));
    crash_point("gateway.after_upload");
    if (uploaded.status == 202) return false;  // cut short: the next round goes on from there
    if (uploaded.status != 200) {
      const Error refusal = remote_error(uploaded, id);
      ++summary.refused;
      spdlog::error("{}", refusal.describe());
      return std::unexpected(refusal);
    }
    receipt = uploaded.body;
    summary.bytes += size - offset;
  }
  SEKISHO_CHECK(take_receipt(package, "received", receipt));
  ++summary.sent;
  return true;
}

Result<void> Gateway::fetch_receipts(net::Client& client, const transport::PackageFile& package, SendSummary& summary) {
  const PackageId& id = package.manifest.id;
  SEKISHO_TRY(const auto answer, client.send({.target = fmt::format("/v1/receipts/{}/{}", id.epoch, id.sequence)}));
  if (answer.status != 200) return std::unexpected(remote_error(answer, id));
  SEKISHO_TRY(const Json files, parse_json(answer.body));
  bool waiting = true;
  for (const char* step : {"loaded", "refused", "secured"}) {
    if (!files.contains(step)) continue;
    SEKISHO_TRY(const std::string encoded, json_string(files, step));
    SEKISHO_TRY(const Bytes bytes, from_base64(encoded));
    SEKISHO_CHECK(take_receipt(package, step, std::string(as_text(bytes))));
    const std::string_view name = step;
    summary.loaded += name == "loaded";
    summary.refused += name == "refused";
    summary.secured += name == "secured";
    waiting = false;
  }
  summary.waiting += waiting;
  return {};
}

// Checks, records and keeps a receipt; a repeated one must be the same bytes.
Result<void> Gateway::take_receipt(const transport::PackageFile& package, const std::string& step,
                                   const std::string& file) {
  const PackageId& id = package.manifest.id;
  const fs::path path = receipt_path(id, step);
  std::error_code error;
  const bool known = fs::exists(path, error);
  if (known) {
    SEKISHO_TRY(const std::string stored, read_text(path));
    if (stored != file) {
      SEKISHO_CHECK(
          ledger_->append("alarm.receipt_changed", {{"epoch", id.epoch}, {"sequence", id.sequence}, {"step", step}}));
      return fail("receipt.changed", "the centre sent another receipt for the same step", {.part = id.text()},
                  "Stop sending and call the centre.");
    }
  } else {
    SEKISHO_TRY(const transport::Receipt receipt, transport::verify_receipt(file, *trust_, clock_.now()));
    if (receipt.package != id || receipt.step != step || receipt.manifest_hash != package.manifest_hash)
      return fail("receipt.mismatch", "the receipt speaks of another package, step or content", {.part = id.text()},
                  "Stop sending and call the centre.");
    SEKISHO_CHECK(watch_ledger(package, receipt));
    SEKISHO_CHECK(ledger_->append(
        "package." + step,
        {{"epoch", id.epoch}, {"sequence", id.sequence}, {"receipt_sha256", to_hex(crypto::sha256(as_bytes(file)))}}));
    SEKISHO_CHECK(write_file_durable(path, file, 0600));
    crash_point("gateway.after_receipt");
  }
  if (step == "secured") {
    SEKISHO_CHECK(index_->merge_into_base(fmt::format("{:06}_{:09}", id.epoch, id.sequence)));
    SEKISHO_CHECK(remove_file(package.path));
  }
  return {};
}

// Each receipt shows its ledger's state: it must extend what this hospital has seen (every hospital witnesses the
// centre's past).
Result<void> Gateway::watch_ledger(const transport::PackageFile& package, const transport::Receipt& receipt) {
  const bool outer = receipt.step == "received";
  const std::string& key_hex = outer ? config_.receiver_ledger_key : config_.centre_ledger_key;
  if (key_hex.empty() || receipt.checkpoint.empty()) return {};
  SEKISHO_TRY(const Bytes key, from_hex(key_hex));
  const PackageId& id = package.manifest.id;
  const auto alarm = [&](const char* what) -> Result<void> {
    SEKISHO_CHECK(ledger_->append(std::string("alarm.") + what,
                                  {{"epoch", id.epoch}, {"sequence", id.sequence}, {"step", receipt.step}}));
    return fail("ledger.inconsistent", "the centre's ledger does not extend what this hospital has seen of it",
                {.part = id.text()},
                "Entries were changed, dropped or reordered: stop sending and call the body's auditor.");
  };
  const auto newer = ledger::parse_checkpoint(receipt.checkpoint, key);
  if (!newer) return alarm("checkpoint_signature");
  for (const std::string& note : package.manifest.seen_checkpoints) {
    const auto older = ledger::parse_checkpoint(note, key);
    if (!older || older->origin != newer->origin) continue;
    const auto proof = ledger::ConsistencyProof::from_json(receipt.consistency);
    if (!proof || !ledger::check_consistency(*older, *newer, *proof)) return alarm("ledger_inconsistent");
  }
  const fs::path path = config_.state / (outer ? "seen.receiver.txt" : "seen.centre.txt");
  if (const auto known = read_text(path, 1 << 16)) {
    const auto before = ledger::parse_checkpoint(*known, key);
    if (before && before->size > newer->size) return {};  // an older receipt came late: what was seen stays
    if (before && before->size == newer->size && before->root != newer->root) return alarm("ledger_split");
  }
  return write_file_durable(path, receipt.checkpoint, 0600);
}

}  // namespace sekisho::gateway
