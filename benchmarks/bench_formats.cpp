// modules: formats
// Speed of the readers, from bytes in memory to typed records on one core, with the steps on the way for SS-MIX2. Give
// it folders with files of any family; without any it reads a made message. One line of JSON.
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <functional>
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

constexpr std::string_view kMessage =
    "MSH|^~\\&|HIS|TEST|GW|RCV|20240401101500.123||OUL^R22^OUL_R22|1|P|2.5||||||~ISO IR87||ISO 2022-1994|"
    "SS-MIX2_1.20^SS-MIX2^1.2.392.200250.2.1.100.1.2.120^ISO\r"
    "PID|0001||9001000010^^^^PI||試験^花子^^^^^L^I~シケン^ハナコ^^^^^L^P||19800229|F\r"
    "PV1|0001|O|01^^^^^C\r"
    "SPM|1|000000000000101||023^血清^JC10|||||||||||||202404010900\r"
    "OBR|1|000000000000101|000000000000101|E001^生化学^99L01|||20240401\r"
    "ORC|SC|000000000000101|000000000000101||CM||||20240401150000\r";

std::vector<Sample> samples(int argc, char** argv) {
  std::vector<Sample> out;
  for (int i = 1; i < argc; ++i)
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i]))
      if (entry.is_regular_file())
        if (auto bytes = read_file(entry.path())) out.push_back({entry.path().string(), std::move(*bytes)});
  if (argc == 1) {
    std::string text(kMessage), encoded;
    for (int i = 1; i <= 20; ++i)
      text += fmt::format("OBX|{}|NM|3A010000002327101^総蛋白^JC10||7.{}|g/dL^g/dL^ISO+|6.6-8.1|N|||F|||202404010900\r",
                          i, i);
    encode(Charset::kIso2022Jp, text, encoded);
    out.push_back(
        {"900/100/9001000010/20240401/OML-11/9001000010_20240401_OML-11_000000000000101_20240401150000000_01_1",
         Bytes(encoded.begin(), encoded.end())});
  }
  std::ranges::sort(out, {}, &Sample::path);
  return out;
}

// Of this process: what others do on the machine does not count.
double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Best of several runs, in MB/s of input.
double speed(const std::vector<Sample>& all, const std::function<void(const Sample&)>& work) {
  std::size_t bytes = 0;
  for (const Sample& s : all)
    bytes += s.bytes.size();
  const auto repeats = std::max<std::size_t>(1, (std::size_t{16} << 20) / std::max<std::size_t>(bytes, 1));
  double best = 0;
  for (int run = 0; run < 5; ++run) {
    const double start = processor_seconds();
    for (std::size_t i = 0; i < repeats; ++i)
      for (const Sample& s : all)
        work(s);
    const double seconds = processor_seconds() - start;
    best = std::max(best, static_cast<double>(bytes * repeats) / 1e6 / seconds);
  }
  return best;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<Sample> all = samples(argc, argv);
  std::string text;
  DecodeReport report;
  formats::hl7::Message message;
  const double decoding = speed(all, [&](const Sample& s) {
    text.clear();
    decode(detect_charset(s.bytes), s.bytes, text, report);
  });
  const double splitting = speed(all, [&](const Sample& s) {
    text.clear();
    decode(detect_charset(s.bytes), s.bytes, text, report);
    message.split(text);
  });
  records::RecordSet set;
  const auto drain = [](records::RecordSet& full) -> Result<void> {
    full.clear();
    return {};
  };
  std::vector<std::unique_ptr<formats::Reader>> readers;
  for (const auto family : {formats::Family::kSsmix2, formats::Family::kReceipt, formats::Family::kDpc})
    readers.push_back(formats::make_reader(family, set, drain));
  std::int32_t file = 0;
  const double records = speed(all, [&](const Sample& s) {
    const formats::Family family = formats::sniff(s.path, s.bytes);
    if (family == formats::Family::kUnknown) return;
    formats::Reader& reader = *readers[static_cast<std::size_t>(family)];
    reader.begin({.path = s.path, .package = 1, .ordinal = ++file});
    (void)reader.feed(s.bytes);
    (void)reader.finish();
  });
  fmt::print("{{\"files\": {}, \"decode_mb_s\": {:.1f}, \"split_mb_s\": {:.1f}, \"records_mb_s\": {:.1f}}}\n",
             all.size(), decoding, splitting, records);
}
