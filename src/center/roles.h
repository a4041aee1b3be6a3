// The centre's processes on one machine: starts receiver, intake and portal, each as its own process, and watches them.
#pragma once

#include <chrono>
#include <optional>

#include "center/layout.h"
#include "core/json.h"
#include "core/process.h"

namespace sekisho::center {

// Runs until SIGTERM or SIGINT; a process that ends is started again (at most once a second) and the log says so. Every
// `link_every` (0: never) the link job runs as a process of its own where packages were loaded since, while intake
// rests; the quality of what it linked is judged afterwards.
Result<int> run_roles(const Layout& layout, std::uint16_t portal_port, std::chrono::seconds link_every);

Result<ChildProcess> start_receiver(const Layout& layout);  // waits until it listens
Result<ChildProcess> start_intake(const Layout& layout);
// Judges the data of a snapshot; each hospital's result goes to core/quality, where the portal reads it. It only reads
// the stores: intake may run.
Result<ChildProcess> start_quality(const Layout& layout, const std::string& snapshot);
// `address` gets "https://127.0.0.1:PORT/" once it listens. `keep`: goes on when this process ends.
Result<ChildProcess> start_portal(const Layout& layout, std::uint16_t port, std::string& address, bool keep = false);

// Writes status.json for the portal: everything that can be told without identifiers. `extra` is merged at the top
// (stages of the demo).
Result<void> write_status(const Layout& layout, const Json& extra);

}  // namespace sekisho::center
