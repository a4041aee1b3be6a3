// The receiver's HTTP interface over mutual TLS. Roles come from the verified certificate: tls-gateway (one hospital
// each) and tls-intake. Paths:
//   gateway: GET  /v1/packages/E/S            -> {"state","offset","epoch","expected_sequence"}
//            PUT  /v1/packages/E/S            Upload-Offset, Upload-Length -> 200 receipt file | 202 {"offset"}
//            GET  /v1/receipts/E/S            -> {"received": file, ...} (files as base64)
//            GET  /v1/published/NAME          recipients.json, recipients.p7s, centre-checkpoint.txt
//   intake:  GET  /v1/inbox                   -> [{"hospital","epoch","sequence","size","manifest_hash"}]
//            GET  /v1/inbox/H/E/S             the package
//            PUT  /v1/receipts/H/E/S/STEP     loaded, secured, refused
//            PUT  /v1/published/NAME
//            GET  /v1/checkpoint              signed note of the receiver's ledger
// Errors are {"code","message","remedy"} with status 400, 403, 404, 409, 422 or 507 (disk full).
#pragma once

#include "net/http.h"
#include "receiver/receiver.h"

namespace sekisho::receiver {

// `receiver` must outlive the server that uses the handler.
net::Handler make_handler(Receiver& receiver, const BodyId& body);

// The whole service: reads the configuration, serves until SIGTERM or SIGINT. Prints "listening on ADDRESS:PORT" to the
// log and, when `port_file` is configured, writes the port there.
Result<int> run_service(const std::filesystem::path& config_file);

}  // namespace sekisho::receiver
