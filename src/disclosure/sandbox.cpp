#include "disclosure/sandbox.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <vector>

#include "core/file.h"

namespace sekisho::disclosure {
namespace {

constexpr rlim_t kMemory = rlim_t{2} << 30, kSeconds = 20;
constexpr std::chrono::seconds kPatience{30};
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

bool drop_rights() {
  set_limit(RLIMIT_CPU, kSeconds);
  set_limit(RLIMIT_CORE, 0);
  set_limit(RLIMIT_FSIZE, 0);
  set_limit(RLIMIT_NPROC, 0);
#if !defined(__SANITIZE_ADDRESS__)
  set_limit(RLIMIT_AS, kMemory);  // sanitizers reserve more than any machine has
#endif
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
  std::vector<sock_filter> filter{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
  };
  for (const int number : kAllowed) {
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(number), 0, 1));
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  }
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  // Kernels without the filter still have the limits.
  prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
#endif
  return true;
}

[[noreturn]] void compute(int out, const std::function<std::string()>& work) {
  int status = 1;
  if (drop_rights()) {
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

Result<std::string> without_rights(const std::function<std::string()>& work) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return fail("scan.process", "no pipe for the examining process");
  FileDescriptor in(ends[0]), out(ends[1]);
  const pid_t child = fork();
  if (child < 0) return fail("scan.process", "the examining process could not be started");
  if (child == 0) compute(out.get(), work);
  out.close();
  std::string answer;
  const auto end = std::chrono::steady_clock::now() + kPatience;
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

}  // namespace sekisho::disclosure
