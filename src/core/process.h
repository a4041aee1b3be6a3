// Child processes: the one place that spawns them.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "core/file.h"
#include "core/result.h"

namespace sekisho {

struct SpawnOptions {
  std::vector<std::string> environment;  // additional NAME=value
  std::filesystem::path output;          // standard output and error are appended here; empty: inherited
  bool die_with_parent = true;           // PR_SET_PDEATHSIG SIGTERM
};

// A running child. Destruction terminates it (SIGTERM, after five seconds SIGKILL) and reaps it.
class ChildProcess {
 public:
  static Result<ChildProcess> spawn(const std::vector<std::string>& command, const SpawnOptions& options = {});
  ChildProcess(ChildProcess&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ~ChildProcess();
  pid_t pid() const { return pid_; }
  // Exit status (0-255), or 128 + signal. wait() blocks; poll() returns -1 while it runs.
  int wait();
  int poll();
  void release() { pid_ = -1; }  // lets it run on; nobody reaps it but init
  void terminate(std::chrono::milliseconds patience = std::chrono::seconds(5));

 private:
  explicit ChildProcess(pid_t pid) : pid_(pid) {}
  pid_t pid_ = -1;
};

struct CommandOutput {
  int status = 0;
  std::string out, err;
};
// Runs to the end with `input` on standard input, gathering both outputs (bounded at 1 GiB each).
Result<CommandOutput> run_command(const std::vector<std::string>& command, std::string_view input = {});

// Folder of the running program: sister programs lie beside it.
std::filesystem::path program_folder();

}  // namespace sekisho
