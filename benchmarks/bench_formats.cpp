// modules: formats
// Speed of the readers, from bytes in memory to typed records on one core, with the steps on the way for SS-MIX2. Give
// it folders with files of any family; without any it reads a made message. One line of JSON. `--records` measures the
// whole path only; `--threads N` compares N threads, each with its own readers and every Nth file, with one.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <functional>
#include <thread>
#include <vector>

#include "core/file.h"
#include "core/text.h"
#include "formats/hl7.h"
#include "formats/reader.h"

namespace {

using namespace sekisho;

struct Sample {
  std::string path;
  Bytes bytes;
};
using Samples = std::vector<Sample>;

struct Options {
  Samples samples;
  bool records_only = false;
  int threads = 1;
};

constexpr std::string_view kMessage =
    "MSH|^~\\&|HIS|TEST|GW|RCV|20240401101500.123||OUL^R22^OUL_R22|1|P|2.5||||||~ISO IR87||ISO 2022-1994|"
    "SS-MIX2_1.20^SS-MIX2^1.2.392.200250.2.1.100.1.2.120^ISO\r"
    "PID|0001||9001000010^^^^PI||試験^花子^^^^^L^I~シケン^ハナコ^^^^^L^P||19800229|F\r"
    "PV1|0001|O|01^^^^^C\r"
    "SPM|1|000000000000101||023^血清^JC10|||||||||||||202404010900\r"
    "OBR|1|000000000000101|000000000000101|E001^生化学^99L01|||20240401\r"
    "ORC|SC|000000000000101|000000000000101||CM||||20240401150000\r";

Sample made_message() {
  std::string text(kMessage), encoded;
  for (int i = 1; i <= 20; ++i)
    text += fmt::format("OBX|{}|NM|3A010000002327101^総蛋白^JC10||7.{}|g/dL^g/dL^ISO+|6.6-8.1|N|||F|||202404010900\r",
                        i, i);
  encode(Charset::kIso2022Jp, text, encoded);
  return {"900/100/9001000010/20240401/OML-11/9001000010_20240401_OML-11_000000000000101_20240401150000000_01_1",
          Bytes(encoded.begin(), encoded.end())};
}

Options options(int argc, char** argv) {
  Options out;
  std::vector<std::string> folders;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--records")
      out.records_only = true;
    else if (word == "--threads" && i + 1 < argc)
      out.threads = std::max(1, std::atoi(argv[++i]));
    else
      folders.emplace_back(word);
  }
  for (const std::string& folder : folders)
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
      if (entry.is_regular_file())
        if (auto bytes = read_file(entry.path())) out.samples.push_back({entry.path().string(), std::move(*bytes)});
  if (folders.empty()) out.samples.push_back(made_message());
  std::ranges::sort(out.samples, {}, &Sample::path);
  return out;
}

// Of this process, or of one thread: what others do on the machine does not count.
double seconds_of(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

std::size_t bytes_of(const Samples& all) {
  std::size_t bytes = 0;
  for (const Sample& s : all)
    bytes += s.bytes.size();
  return bytes;
}

std::size_t repeats_of(const Samples& all, std::size_t aim) {
  return std::max<std::size_t>(1, aim / std::max<std::size_t>(bytes_of(all), 1));
}

// Best of several runs, in MB/s of input.
double speed(const Samples& all, const std::function<void(const Sample&)>& work) {
  const std::size_t repeats = repeats_of(all, std::size_t{16} << 20);
  double best = 0;
  for (int run = 0; run < 5; ++run) {
    const double start = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    for (std::size_t i = 0; i < repeats; ++i)
      for (const Sample& s : all)
        work(s);
    const double seconds = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - start;
    best = std::max(best, static_cast<double>(bytes_of(all) * repeats) / 1e6 / seconds);
  }
  return best;
}

// Readers of one thread with the set they fill.
class Readers {
 public:
  Readers() {
    const auto drain = [](records::RecordSet& full) -> Result<void> {
      full.clear();
      return {};
    };
    for (const auto family : {formats::Family::kSsmix2, formats::Family::kReceipt, formats::Family::kDpc})
      readers_.push_back(formats::make_reader(family, set_, drain));
  }
  void read(const Sample& s) {
    const formats::Family family = formats::sniff(s.path, s.bytes);
    if (family == formats::Family::kUnknown) return;
    formats::Reader& reader = *readers_[static_cast<std::size_t>(family)];
    reader.begin({.path = s.path, .package = 1, .ordinal = ++file_});
    (void)reader.feed(s.bytes);
    (void)reader.finish();
  }
  std::uint64_t records() const { return set_.counts.records; }

 private:
  records::RecordSet set_;
  std::vector<std::unique_ptr<formats::Reader>> readers_;
  std::int32_t file_ = 0;
};

// Seconds by the clock on the wall and of the processor that `threads` threads need for all samples.
struct Spent {
  double wall = 0, processor = 0;
};
Spent read_all(const Samples& all, int threads) {
  const std::size_t repeats = repeats_of(all, std::size_t{64} << 20);
  std::vector<double> busy(static_cast<std::size_t>(threads));
  const auto start = std::chrono::steady_clock::now();
  {
    std::vector<std::jthread> workers;
    for (int t = 0; t < threads; ++t)
      workers.emplace_back([&, t] {
        const double from = seconds_of(CLOCK_THREAD_CPUTIME_ID);
        Readers readers;
        for (std::size_t at = static_cast<std::size_t>(t); at < repeats * all.size();
             at += static_cast<std::size_t>(threads))
          readers.read(all[at % all.size()]);
        busy[static_cast<std::size_t>(t)] = seconds_of(CLOCK_THREAD_CPUTIME_ID) - from;
      });
  }
  Spent spent{std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), 0};
  // What the slowest thread was busy with is what the run takes where nothing else takes the cores.
  spent.processor = *std::ranges::max_element(busy);
  return spent;
}

// Medians of ratios of runs side by side.
void print_scaling(const Samples& all, int threads) {
  std::vector<double> wall, processor;
  for (int run = 0; run < 9; ++run) {
    const Spent one = read_all(all, 1), many = read_all(all, threads);
    wall.push_back(one.wall / many.wall);
    processor.push_back(one.processor / many.processor);
  }
  std::ranges::sort(wall);
  std::ranges::sort(processor);
  fmt::print("{{\"files\": {}, \"threads\": {}, \"scaling_wall\": {:.2f}, \"scaling_busiest_thread\": {:.2f}}}\n",
             all.size(), threads, wall[wall.size() / 2], processor[processor.size() / 2]);
}

double records_speed(const Samples& all, double& records_per_byte) {
  Readers readers;
  std::size_t bytes = 0;
  const double out = speed(all, [&](const Sample& s) {
    readers.read(s);
    bytes += s.bytes.size();
  });
  records_per_byte = static_cast<double>(readers.records()) / static_cast<double>(std::max<std::size_t>(bytes, 1));
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  const Options chosen = options(argc, argv);
  const Samples& all = chosen.samples;
  if (chosen.threads > 1) {
    print_scaling(all, chosen.threads);
    return 0;
  }
  std::string text;
  DecodeReport report;
  formats::hl7::Message message;
  double decoding = 0, splitting = 0;
  if (!chosen.records_only) {
    decoding = speed(all, [&](const Sample& s) {
      text.clear();
      decode(detect_charset(s.bytes), s.bytes, text, report);
    });
    splitting = speed(all, [&](const Sample& s) {
      text.clear();
      decode(detect_charset(s.bytes), s.bytes, text, report);
      message.split(text);
    });
  }
  double per_byte = 0;
  const double records = records_speed(all, per_byte);
  fmt::print(
      "{{\"files\": {}, \"decode_mb_s\": {:.1f}, \"split_mb_s\": {:.1f}, \"records_mb_s\": {:.1f}, "
      "\"records_m_s\": {:.2f}}}\n",
      all.size(), decoding, splitting, records, records * per_byte);
}
