// modules: core
// Speed of decoding Japanese character sets beside glibc's iconv and the decoder without vector instructions, in one
// run: text of many two-byte characters, and text as laboratory messages have it. One line of JSON per set and text.
#include <fmt/format.h>
#include <iconv.h>

#include <algorithm>
#include <ctime>
#include <string>

#include "core/text.h"

namespace {

using namespace sekisho;

constexpr std::size_t kSize = std::size_t{8} << 20;
constexpr std::string_view kProse =
    "昨日より発熱と咳嗽を認め、当院を受診した。インフルエンザの検査は陰性であり、胸部の写真に異常な影は見られない。"
    "血液検査では白血球の増加と炎症反応の上昇を認めたため、抗菌薬の内服を始めた。次の診察は一週間後の予定である。";
constexpr std::string_view kMessage =
    "OBX|1|NM|3A010000002327101^総蛋白^JC10||7.2|g/dL^g/dL^ISO+|6.6-8.1|N|||F|||202404010900\r"
    "PID|0001||9001000010^^^^PI||試験^花子^^^^^L^I~シケン^ハナコ^^^^^L^P||19800229|F\r";

double seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

template <class Body>
double speed(const std::string& bytes, Body body) {
  double best = 1e9;
  for (int run = 0; run < 7; ++run) {
    const double start = seconds();
    body();
    best = std::min(best, seconds() - start);
  }
  return static_cast<double>(bytes.size()) / 1e6 / best;
}

void by_iconv(const char* name, std::string bytes, std::string& out) {
  iconv_t handle = iconv_open("UTF-8", name);
  out.resize(bytes.size() * 3);
  char *from = bytes.data(), *to = out.data();
  std::size_t left = bytes.size(), room = out.size();
  iconv(handle, &from, &left, &to, &room);
  iconv_close(handle);
}

}  // namespace

int main() {
  struct Set {
    Charset charset;
    const char* iconv_name;
  };
  for (const auto& [label, line] : {std::pair{"prose", kProse}, std::pair{"messages", kMessage}}) {
    std::string text;
    while (text.size() < kSize)
      text += line;
    for (const Set& set : {Set{Charset::kIso2022Jp, "ISO-2022-JP"}, Set{Charset::kCp932, "CP932"},
                           Set{Charset::kEucJp, "EUC-JP"}, Set{Charset::kUtf8, "UTF-8"}}) {
      std::string bytes, out;
      encode(set.charset, text, bytes);
      out.reserve(text.size() + 1024);
      DecodeReport report;
      const double own = speed(bytes, [&] { out.clear(), decode(set.charset, as_bytes(bytes), out, report); });
      const double plain = speed(bytes, [&] { out.clear(), decode_plain(set.charset, as_bytes(bytes), out, report); });
      const double iconv = speed(bytes, [&] { by_iconv(set.iconv_name, bytes, out); });
      fmt::print(
          "{{\"text\": \"{}\", \"set\": \"{}\", \"mb_s\": {:.0f}, \"plain_mb_s\": {:.0f}, \"iconv_mb_s\": {:.0f}, "
          "\"ratio\": {:.1f}}}\n",
          label, name(set.charset), own, plain, iconv, own / iconv);
    }
  }
}
