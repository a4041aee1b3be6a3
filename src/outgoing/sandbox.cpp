#include "outgoing/sandbox.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <span>
#include <vector>

#include "core/file.h"

namespace sekisho::outgoing {
namespace {

constexpr std::size_t kLargestAnswer = 8 << 20;

// What computing needs: memory, the open pipe, the clock, and an end. Anything else is refused by the kernel.
constexpr int kAllowed[] = {
    SYS_read,           SYS_write,        SYS_brk,           SYS_mmap,         SYS_munmap,      SYS_mremap,
    SYS_madvise,        SYS_mprotect,     SYS_futex,         SYS_exit,         SYS_exit_group,  SYS_rt_sigaction,
    SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_clock_gettime, SYS_gettimeofday, SYS_sched_yield, SYS_getrandom,
    SYS_close,          SYS_sigaltstack,  SYS_getpid,        SYS_gettid,       SYS_tgkill};

void set_limit(int resource, rlim_t value) {
  const rlimit limit{value, value};
  setrlimit(resource, &limit);
}

#if defined(__x86_64__)
// The kernel answers calls of the list with `named`, all others with `rest`; calls of another machine end the process.
// `before`: rules on single calls, by their arguments.
bool filter_calls(std::span<const int> calls, std::uint32_t named, std::uint32_t rest,
                  std::span<const sock_filter> before = {}) {
  std::vector<sock_filter> filter{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
  };
  filter.insert(filter.end(), before.begin(), before.end());
  for (const int number : calls) {
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(number), 0, 1));
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, named));
  }
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, rest));
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}
#endif

bool drop_rights(const SandboxLimits& limits) {
  set_limit(RLIMIT_CPU, static_cast<rlim_t>(limits.cpu_seconds));
  set_limit(RLIMIT_CORE, 0);
  set_limit(RLIMIT_FSIZE, 0);
  set_limit(RLIMIT_NPROC, 0);
#if !defined(__SANITIZE_ADDRESS__)
  set_limit(RLIMIT_AS, limits.memory_bytes);  // sanitizers reserve more than any machine has
#endif
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
  // Kernels without the filter still have the limits.
  filter_calls(kAllowed, SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO | EPERM);
#endif
  return true;
}

[[noreturn]] void compute(int out, const std::function<std::string()>& work, const SandboxLimits& limits) {
  int status = 1;
  if (drop_rights(limits)) {
    try {
      const std::string answer = work();
      status = write_all(out, as_bytes(answer)) ? 0 : 1;
    } catch (...) {  // out of memory, or a library that throws: the parent learns it from the status
      status = 2;
    }
  }
  _exit(status);
}

}  // namespace

Result<std::string> without_rights(const std::function<std::string()>& work, const SandboxLimits& limits) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return fail("scan.process", "no pipe for the examining process");
  FileDescriptor in(ends[0]), out(ends[1]);
  const pid_t child = fork();
  if (child < 0) return fail("scan.process", "the examining process could not be started");
  if (child == 0) compute(out.get(), work, limits);
  out.close();
  std::string answer;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(limits.wall_seconds);
  bool whole = false;
  while (true) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
    pollfd waiting{in.get(), POLLIN, 0};
    const int ready = left > 0 ? poll(&waiting, 1, static_cast<int>(left)) : 0;
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) break;
    char buffer[65536];
    const ssize_t got = read(in.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    whole = got == 0;
    if (got <= 0 || answer.size() > kLargestAnswer) break;
    answer.append(buffer, static_cast<std::size_t>(got));
  }
  if (!whole) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!whole || !WIFEXITED(status) || WEXITSTATUS(status) != 0) answer.clear();
  return answer;
}

namespace {

constexpr std::uint64_t kRead = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t kAll = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;

bool allow(int rules, const char* path, std::uint64_t access) {
  const FileDescriptor fd(::open(path, O_PATH | O_CLOEXEC));
  if (!fd) return true;  // what is absent needs no rule
  struct stat status{};
  if (fstat(fd.get(), &status) != 0) return false;
  if (!S_ISDIR(status.st_mode))
    access &= LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE;
  const landlock_path_beneath_attr below{access, fd.get()};
  return syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &below, 0) == 0;
}

// Files: what is installed, the input, and the folder. No sockets but local ones of its own making, no tracing.
bool restrict_program(const char* input, const char* folder, int seconds) {
  set_limit(RLIMIT_CPU, static_cast<rlim_t>(seconds));
  set_limit(RLIMIT_CORE, 0);
  set_limit(RLIMIT_FSIZE, rlim_t{256} << 20);
  set_limit(RLIMIT_AS, rlim_t{4} << 30);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
  const landlock_ruleset_attr attributes{kAll};
  const int rules = static_cast<int>(syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0));
  if (rules < 0) return false;
  bool fine = allow(rules, input, kRead) && allow(rules, folder, kAll);
  for (const char* installed : {"/usr", "/lib", "/lib64", "/bin", "/etc", "/dev/null", "/dev/urandom",
                                "/var/cache/fontconfig", "/var/lib/libreoffice", "/var/spool/libreoffice", "/opt"})
    fine = fine && allow(rules, installed,
                         installed == std::string_view("/dev/null") ? kRead | LANDLOCK_ACCESS_FS_WRITE_FILE : kRead);
  fine = fine && syscall(SYS_landlock_restrict_self, rules, 0) == 0;
  ::close(rules);
#if defined(__x86_64__)
  // LibreOffice listens on a stream between processes of this machine: in /tmp, which it only leaves for its own folder
  // when told that it may not write there. Nothing may be reached through a socket; a ring would go round the filter.
  constexpr std::uint32_t kRefuse = SECCOMP_RET_ERRNO | EACCES, kKindOfSocket = 0xF;
  constexpr sock_filter kByArguments[] = {
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 7),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[0])),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 0, 4),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[1])),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, kKindOfSocket),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SOCK_STREAM, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, kRefuse),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_access, 0, 4),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[1])),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, W_OK, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, kRefuse),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  constexpr int kRefused[] = {SYS_connect, SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev,
                              SYS_mount,   SYS_bpf,    SYS_io_uring_setup};
  fine = fine && filter_calls(kRefused, kRefuse, SECCOMP_RET_ALLOW, kByArguments);
#endif
  return fine;
}

}  // namespace

Result<int> run_restricted(const std::vector<std::string>& command, const std::filesystem::path& input,
                           const std::filesystem::path& folder, int seconds) {
  constexpr int kNoRestriction = 126;
  std::vector<char*> arguments;
  for (const std::string& word : command)
    arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const std::string home = "HOME=" + folder.string();
  const std::string temporary = "TMPDIR=" + folder.string();
  char* variables[] = {const_cast<char*>(home.c_str()), const_cast<char*>(temporary.c_str()),
                       const_cast<char*>("PATH=/usr/bin:/bin"), const_cast<char*>("LANG=C.UTF-8"), nullptr};
  const pid_t child = fork();
  if (child < 0) return fail("scan.process", "the restricted program could not be started");
  if (child == 0) {
    setpgid(0, 0);
    const int nothing = ::open("/dev/null", O_RDWR);
    for (const int fd : {0, 1, 2})
      dup2(nothing, fd);
    if (!restrict_program(input.c_str(), folder.c_str(), seconds)) _exit(kNoRestriction);
    execvpe(arguments[0], arguments.data(), variables);
    _exit(127);
  }
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(2 * seconds);
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > end) {
      kill(-child, SIGKILL);
      kill(child, SIGKILL);
      while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
      }
      break;
    }
    usleep(5000);  // waitpid has no time limit
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNoRestriction)
    return fail("scan.process", "this kernel cannot restrict the program: it was not run");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace sekisho::outgoing
