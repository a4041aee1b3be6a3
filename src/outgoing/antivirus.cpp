#include "outgoing/antivirus.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "core/file.h"

namespace sekisho::outgoing {
namespace {

constexpr std::size_t kChunk = 256 << 10, kLongestAnswer = 4096;
constexpr std::chrono::seconds kPatience{60};
using Clock = std::chrono::steady_clock;

int left(Clock::time_point end) {
  return static_cast<int>(
      std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count()));
}

bool send_all(int fd, ByteView bytes, Clock::time_point end) {
  while (!bytes.empty()) {
    pollfd waiting{fd, POLLOUT, 0};
    if (poll(&waiting, 1, left(end)) <= 0) return false;
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (sent <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
  return true;
}

std::string receive(int fd, Clock::time_point end) {
  std::string answer;
  while (answer.size() < kLongestAnswer) {
    pollfd waiting{fd, POLLIN, 0};
    if (poll(&waiting, 1, left(end)) <= 0) return {};
    char buffer[1024];
    const ssize_t got = ::recv(fd, buffer, sizeof buffer, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    answer.append(buffer, static_cast<std::size_t>(got));
    if (answer.find('\0') != std::string::npos) break;
  }
  return answer.substr(0, answer.find('\0'));
}

// clamd's answer, "stream: OK" or "stream: NAME FOUND"; empty when it did not answer.
std::string ask(const std::filesystem::path& socket_path, ByteView bytes) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = socket_path.string();
  if (path.empty() || path.size() >= sizeof address.sun_path) return {};
  std::memcpy(address.sun_path, path.c_str(), path.size());
  const FileDescriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return {};
  const auto end = Clock::now() + kPatience;
  constexpr std::string_view kCommand{"zINSTREAM\0", 10};
  if (!send_all(fd.get(), as_bytes(kCommand), end)) return {};
  const auto size_of = [](std::size_t size) {
    return std::array<std::uint8_t, 4>{static_cast<std::uint8_t>(size >> 24), static_cast<std::uint8_t>(size >> 16),
                                       static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)};
  };
  for (std::size_t at = 0; at < bytes.size(); at += kChunk) {
    const ByteView chunk = bytes.subspan(at, std::min(kChunk, bytes.size() - at));
    const auto size = size_of(chunk.size());
    // A scanner that has seen enough closes its side: its answer still waits.
    if (!send_all(fd.get(), size, end) || !send_all(fd.get(), chunk, end)) return receive(fd.get(), end);
  }
  const auto nothing = size_of(0);
  if (!send_all(fd.get(), nothing, end)) return {};
  return receive(fd.get(), end);
}

}  // namespace

std::optional<ScanFinding> antivirus_finding(const std::filesystem::path& socket, ByteView bytes, bool required) {
  const std::string answer = socket.empty() ? std::string() : ask(socket, bytes);
  if (answer == "stream: OK") return std::nullopt;
  if (answer.ends_with(" FOUND")) return ScanFinding{"antivirus.found", "file", "the virus scanner knows this content"};
  const std::string_view why =
      answer.empty() ? "the virus scanner did not answer" : "the virus scanner could not examine the file";
  return ScanFinding{required ? "antivirus.required" : "antivirus.absent", "file", std::string(why)};
}

}  // namespace sekisho::outgoing
