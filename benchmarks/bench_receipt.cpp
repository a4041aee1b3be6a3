// modules: formats
// Speed of the receipt reader, from Shift_JIS bytes in memory to typed records on one core, beside Python's decode and
// split of the same file. Give it a receipt file, whose claims are repeated to 64 MiB; without any it makes claims.
// One line of JSON.
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "core/file.h"
#include "core/process.h"
#include "core/text.h"
#include "formats/reader.h"
#include "formats/receipt_fields.h"

namespace {

using namespace sekisho;

constexpr std::size_t kSize = std::size_t{64} << 20;
constexpr std::string_view kHeader = "IR,1,13,1,0000000,,テスト医院,202404,00,0312345678\r\n";
constexpr std::string_view kClaim =
    "RE,{},1112,202403,架空　太郎,1,19700102,,,,,,,{:06},,,,,,,,,,,,,,,,,,,,,,,カクウタロウ,\r\n"
    "HO,01130012,ア１２,３４５,1,150,,,,,,,,,\r\n"
    "SY,8830592,20240304,1,8002,,01,\r\nSY,8833421,20230704,1,,,,\r\n"
    "SI,12,1,112007410,,73,1,,,,,,,,,,1,,,,,,,,,,,,,,,,,,,,,,,,,,,\r\n"
    "CO,21,1,810000001,１日３回　毎食後\r\n"
    "IY,,1,620098801,3,,7,,,,,,,,,,7,,,,,,,,,,,,,,,,,,,,,,,,,,,\r\n"
    "IY,,1,611170005,3,11,7,,,,,,,,,,7,,,,,,,,,,,,,,,,,,,,,,,,,,,\r\n"
    "SI,60,1,160008010,,21,1,,,,,,,,,,1,,,,,,,,,,,,,,,,,,,,,,,,,,,\r\n";

std::string sample(int argc, char** argv) {
  std::string out;
  if (argc > 1) {
    if (auto bytes = read_text(argv[1])) {
      const std::size_t first = bytes->find("RE,"), last = bytes->rfind("GO,");
      out = bytes->substr(0, first);
      const std::string claims = bytes->substr(first, last - first);
      while (out.size() < kSize)
        out += claims;
      return out;
    }
  }
  std::string utf8(kHeader);
  for (int i = 1; utf8.size() < kSize; ++i)
    utf8 += fmt::format(fmt::runtime(kClaim), i, i % 50000);
  encode(Charset::kCp932, utf8, out);
  return out;
}

// Of this process: what others do on the machine does not count.
double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

template <class Body>
double best_of(int rounds, Body body) {
  double best = 1e9;
  for (int i = 0; i < rounds; ++i) {
    const double start = processor_seconds();
    body();
    best = std::min(best, processor_seconds() - start);
  }
  return best;
}

double python_seconds(const std::string& bytes) {
  auto folder = TemporaryFolder::create();
  if (!folder) return 0;
  const auto path = folder->path() / "bench.uke";
  if (!write_file_durable(path, bytes)) return 0;
  constexpr std::string_view kScript =
      "import sys,time\nb=open(sys.argv[1],'rb').read()\nt=time.process_time()\n"
      "r=[l.split(',') for l in b.decode('cp932','replace').split('\\r\\n')]\nprint(time.process_time()-t)\n";
  const auto done = run_command({"python3", "-c", std::string(kScript), path.string()});
  return done ? std::atof(done->out.c_str()) : 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string bytes = sample(argc, argv);
  const double megabytes = static_cast<double>(bytes.size()) / 1e6;
  std::string text;
  const double decoding = best_of(3, [&] {
    DecodeReport report;
    text.clear();
    decode(Charset::kCp932, as_bytes(bytes), text, report);
  });
  formats::FieldIndex index;
  const double splitting = best_of(3, [&] { index.build(text, ','); });
  std::uint64_t records = 0, rows = 0;
  records::RecordSet set;
  const auto reader = formats::make_receipt_reader(set, [&](records::RecordSet& full) -> Result<void> {
    for (auto& batch : full.batches())
      rows += batch.rows();
    full.clear();
    return {};
  });
  const double reading = best_of(5, [&] {
    rows = 0;
    set.counts = {};
    reader->begin({.path = "RECEIPTC.UKE"});
    (void)reader->feed(as_bytes(bytes));
    (void)reader->finish();
    records = set.counts.records;
  });
  const double filtering = best_of(3, [&] {
    const auto odd = [](std::string_view number) { return number.ends_with('7'); };
    (void)formats::filter_opted_out(formats::Family::kReceipt, "RECEIPTC.UKE", as_bytes(bytes), odd);
  });
  const double python = python_seconds(bytes);
  fmt::print(
      "{{\"megabytes\":{:.1f},\"records\":{},\"rows\":{},\"decode_mb_s\":{:.0f},\"split_mb_s\":{:.0f},"
      "\"read_mb_s\":{:.0f},\"records_s\":{:.0f},\"filter_mb_s\":{:.0f},\"python_mb_s\":{:.0f},\"ratio\":{:.1f}}}\n",
      megabytes, records, rows, megabytes / decoding, megabytes / splitting, megabytes / reading,
      static_cast<double>(records) / reading, megabytes / filtering, python > 0 ? megabytes / python : 0,
      python > 0 ? python / reading : 0);
  return 0;
}
