#include "core/process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

namespace sekisho {
namespace {

std::vector<char*> c_strings(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts)
    pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> full_environment(const std::vector<std::string>& additional) {
  std::vector<std::string> all = additional;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string_view name = text.substr(0, text.find('=') + 1);
    bool replaced = false;
    for (const std::string& a : additional)
      replaced |= a.starts_with(name);
    if (!replaced) all.emplace_back(text);
  }
  return all;
}

int decode_status(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Result<ChildProcess> ChildProcess::spawn(const std::vector<std::string>& command, const SpawnOptions& options) {
  // Everything that allocates happens before fork: the child only makes system calls.
  const std::vector<std::string> environment = full_environment(options.environment);
  auto arguments = c_strings(command);
  auto variables = c_strings(environment);
  FileDescriptor output;
  if (!options.output.empty()) {
    output = FileDescriptor(::open(options.output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (!output)
      return fail_errno("process.output", "cannot open the output of a child", {.file = options.output.string()});
  }
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return fail_errno("process.fork", "cannot start a process", {.file = command[0]});
  if (pid == 0) {
    if (options.die_with_parent) {
      ::prctl(PR_SET_PDEATHSIG, SIGTERM);
      if (::getppid() != parent) ::_exit(127);
    }
    if (output) {
      ::dup2(output.get(), STDOUT_FILENO);
      ::dup2(output.get(), STDERR_FILENO);
    }
    ::execvpe(arguments[0], arguments.data(), variables.data());
    ::_exit(127);
  }
  return ChildProcess(pid);
}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  if (this != &other) {
    terminate();
    pid_ = std::exchange(other.pid_, -1);
  }
  return *this;
}

ChildProcess::~ChildProcess() {
  terminate();
}

int ChildProcess::wait() {
  if (pid_ < 0) return -1;
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return decode_status(status);
}

int ChildProcess::poll() {
  if (pid_ < 0) return -1;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return -1;
  pid_ = -1;
  return decode_status(status);
}

void ChildProcess::terminate(std::chrono::milliseconds patience) {
  if (pid_ < 0) return;
  ::kill(pid_, SIGTERM);
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (pid_ >= 0 && poll() < 0) {
    if (std::chrono::steady_clock::now() > deadline) {
      ::kill(pid_, SIGKILL);
      wait();
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));  // waitpid has no time limit; pidfd is not worth it here
  }
}

Result<CommandOutput> run_command(const std::vector<std::string>& command, std::string_view input) {
  int in[2], out[2], err[2];
  if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0 || ::pipe2(err, O_CLOEXEC) != 0)
    return fail_errno("process.pipe", "cannot make a pipe");
  auto arguments = c_strings(command);
  const pid_t pid = ::fork();
  if (pid < 0) return fail_errno("process.fork", "cannot start a process", {.file = command[0]});
  if (pid == 0) {
    ::dup2(in[0], STDIN_FILENO);
    ::dup2(out[1], STDOUT_FILENO);
    ::dup2(err[1], STDERR_FILENO);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
  FileDescriptor to(in[1]), from_out(out[0]), from_err(err[0]);
  ::close(in[0]);
  ::close(out[1]);
  ::close(err[1]);
  ::fcntl(to.get(), F_SETFL, O_NONBLOCK);
  CommandOutput result;
  struct sigaction ignore{}, before{};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, &before);  // a child that does not read its input must not end us
  constexpr std::size_t kLimit = std::size_t{1} << 30;
  char buffer[65536];
  while (from_out || from_err) {
    if (to && input.empty()) to.close();
    pollfd fds[3] = {{from_out ? from_out.get() : -1, POLLIN, 0},
                     {from_err ? from_err.get() : -1, POLLIN, 0},
                     {to ? to.get() : -1, POLLOUT, 0}};
    if (::poll(fds, 3, -1) < 0 && errno != EINTR) break;
    const auto drain = [&](FileDescriptor& fd, short events, std::string& text) {
      if (!fd || events == 0) return;
      const ssize_t got = ::read(fd.get(), buffer, sizeof buffer);
      if (got <= 0 || text.size() > kLimit)
        fd.close();
      else
        text.append(buffer, static_cast<std::size_t>(got));
    };
    drain(from_out, fds[0].revents, result.out);
    drain(from_err, fds[1].revents, result.err);
    if (to && fds[2].revents != 0) {
      const ssize_t put = ::write(to.get(), input.data(), input.size());
      if (put < 0)
        to.close();
      else
        input.remove_prefix(static_cast<std::size_t>(put));
    }
  }
  ::sigaction(SIGPIPE, &before, nullptr);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  result.status = decode_status(status);
  return result;
}

std::filesystem::path program_folder() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
}

}  // namespace sekisho
