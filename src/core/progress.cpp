#include "core/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace sekisho {
namespace {

std::atomic<bool> quiet_everywhere = false;

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

constexpr std::int64_t kTerminalPeriodMs = 100, kPlainPeriodMs = 5000;

}  // namespace

void Progress::set_quiet(bool quiet) {
  quiet_everywhere = quiet;
}

Progress::Progress(std::string title, std::uint64_t total, std::string unit)
    : title_(std::move(title)),
      unit_(std::move(unit)),
      total_(total),
      start_(std::chrono::steady_clock::now()),
      terminal_(isatty(STDERR_FILENO) == 1) {
  next_draw_ = now_ms() + (terminal_ ? kTerminalPeriodMs : kPlainPeriodMs);
}

Progress::~Progress() {
  draw(true);
}

void Progress::add(std::uint64_t done) {
  done_.fetch_add(done, std::memory_order_relaxed);
  if (now_ms() >= next_draw_.load(std::memory_order_relaxed)) draw(false);
}

void Progress::draw(bool final) {
  if (quiet_everywhere) return;
  const std::scoped_lock lock(mutex_);
  next_draw_ = now_ms() + (terminal_ ? kTerminalPeriodMs : kPlainPeriodMs);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  const std::uint64_t done = done_;
  if (final && !terminal_ && seconds < 1) return;  // short work needs no line in a log
  std::string bar;
  if (terminal_ && total_ > 0) {
    constexpr int kWidth = 24;
    const int filled = static_cast<int>(std::min<std::uint64_t>(kWidth, done * kWidth / total_));
    bar = " [" + std::string(static_cast<std::size_t>(filled), '#') +
          std::string(static_cast<std::size_t>(kWidth - filled), '.') + "]";
  }
  const std::string amount =
      total_ > 0 ? fmt::format("{}/{} {}", done, total_, unit_) : fmt::format("{} {}", done, unit_);
  fmt::print(stderr, "{}{}{} {}, {:.1f} s{}", terminal_ ? "\r" : "", title_, bar, amount, seconds,
             final || !terminal_ ? "\n" : "\033[K");
  std::fflush(stderr);
}

}  // namespace sekisho
