// Leaving opted-out patients out of files, at the hospital, before anything is sealed. Works on raw bytes: what stays
// is copied as it is. Whatever cannot be told for certain is an error, so that the file does not travel.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "core/text.h"
#include "core/utf16.h"
#include "formats/dpc_layout.h"
#include "formats/reader.h"
#include "formats/receipt_fields.h"
#include "formats/receipt_layout.h"
#include "formats/receipt_scan.h"

namespace sekisho::formats {
namespace {

std::unexpected<Error> unreadable(std::string message, std::int64_t line) {
  return fail("filter.unreadable", std::move(message), {.line = line},
              "The file must not travel. Correct it at its source or leave it out.");
}

// Asks once for each number, in every form under which a list of patients may hold it: as written, without leading
// zeros, filled to ten digits; and for each number in a cell that names two (mother and newborn).
class Patients {
 public:
  explicit Patients(const IsOptedOut& opted_out) : opted_out_(opted_out) {}

  bool leave_out(std::string_view cell) {
    if (const auto found = known_.find(cell); found != known_.end()) return found->second;
    if (known_.size() > 200'000) known_.clear();
    return known_.emplace(std::string(cell), ask(cell)).first->second;
  }

 private:
  bool ask(std::string_view cell) const {
    bool out = ask_number(cell);
    for (std::size_t at = 0; at < cell.size() && !out;) {
      const std::size_t end = std::min(cell.find_first_of("/+,;&- \t", at), cell.size());
      out = ask_number(cell.substr(at, end - at));
      at = end + 1;
    }
    return out;
  }

  bool ask_number(std::string_view number) const {
    if (number.empty()) return false;
    if (opted_out_(number)) return true;
    if (!all_digits(number)) return false;
    const std::string_view bare = number.substr(std::min(number.find_first_not_of('0'), number.size() - 1));
    if (bare.size() != number.size() && opted_out_(bare)) return true;
    return bare.size() < 10 && opted_out_(std::string(10 - bare.size(), '0') + std::string(bare));
  }

  const IsOptedOut& opted_out_;
  std::map<std::string, bool, std::less<>> known_;
};

// Collects what stays; copies nothing until something is left out.
class Rest {
 public:
  explicit Rest(std::string_view all) : all_(all) {}
  void leave_out(std::size_t from, std::size_t to, std::uint64_t records) {
    if (!result_.changed) result_.content.reserve(all_.size());
    result_.changed = true;
    result_.records_removed += records;
    append(from);
    kept_until_ = to;
  }
  Filtered finish() {
    if (result_.changed) append(all_.size());
    return std::move(result_);
  }

 private:
  void append(std::size_t to) {
    const ByteView piece = as_bytes(all_.substr(kept_until_, to - kept_until_));
    result_.content.insert(result_.content.end(), piece.begin(), piece.end());
  }
  std::string_view all_;
  std::size_t kept_until_ = 0;
  Filtered result_;
};

std::string_view raw_field(std::string_view line, int index) {
  for (; index > 0; --index) {
    const auto comma = line.find(',');
    if (comma == std::string_view::npos) return {};
    line.remove_prefix(comma + 1);
  }
  return line.substr(0, line.find(','));
}

// Full-width digits and letters as the list of patients has them.
std::string folded(std::string_view raw) {
  if (is_ascii(raw)) return std::string(trim(raw));
  std::string text;
  DecodeReport report;
  decode(is_utf8_text(raw) ? Charset::kUtf8 : Charset::kCp932, as_bytes(raw), text, report);
  return std::string(trim(half_width(text)));
}

// --- receipts: claim by claim ---

// Records of files that came back or belong to insurers: their order around a claim is not public.
bool is_returned(std::string_view id) {
  constexpr std::string_view kReturned[] = {"HI", "HR", "HG", "JY", "RC", "MN", "RT", "JR"};
  return std::ranges::find(kReturned, id) != std::end(kReturned);
}

class ReceiptFilter {
 public:
  ReceiptFilter(std::string_view bytes, const IsOptedOut& opted_out)
      : bytes_(bytes), patients_(opted_out), rest_(bytes) {}

  Result<Filtered> run() {
    // Padding and end marks behind the last line stay, whoever's line it was.
    const std::size_t last = bytes_.find_last_not_of(std::string_view("\x1A\0", 2));
    const std::size_t end = last == std::string_view::npos ? 0 : last + 1;
    for (std::size_t at = 0; at < end;) {
      receipt::RawLine line = receipt::raw_line(bytes_.substr(0, end), at);
      ++number_;
      SEKISHO_CHECK(take(line));
      at = line.next;
    }
    if (!headed_) return unreadable("no receipt header (IR or YK)", 1);
    close(end);
    return rest_.finish();
  }

 private:
  Result<void> take(const receipt::RawLine& line) {
    const std::string_view text = bytes_.substr(line.begin, line.end - line.begin);
    if (text.find_first_not_of(" \x1A") == std::string_view::npos) {
      if (text.contains(receipt::kEndMark)) close(line.begin);
      return {};
    }
    const std::string_view id = receipt::record_id(text);
    if (id.empty()) return unreadable("a line that begins with no record name", number_);
    int columns = 0;
    if (is_returned(id) || receipt::history_columns(text, columns) > 0)
      return unreadable("a returned or corrected claim", number_);
    if (receipt::is_border(id)) close(line.begin);
    if (id == "IR" || id == "YK") {
      headed_ = true;
      const std::string_view table = raw_field(text, 3);
      kind_ = id == "YK" || table == "4" ? receipt::Kind::kDispensing
              : table == "3"             ? receipt::Kind::kDental
                                         : receipt::Kind::kMedical;
    } else if (!headed_ && id != "UK") {
      return unreadable("a record before the header", number_);
    } else if (id == "RE") {
      return begin_claim(line.begin, text);
    } else if (!in_claim_ && id != "GO" && id != "UK") {
      return unreadable("a record that belongs to no claim", number_);
    }
    ++lines_;
    return {};
  }

  Result<void> begin_claim(std::size_t begin, std::string_view text) {
    const std::string number = folded(raw_field(text, receipt::claim_layout(kind_).chart));
    if (number.empty()) return unreadable("a claim without chart number (カルテ番号)", number_);
    in_claim_ = true;
    leave_out_ = patients_.leave_out(number);
    claim_begin_ = begin;
    lines_ = 1;
    return {};
  }

  void close(std::size_t at) {
    if (in_claim_ && leave_out_) rest_.leave_out(claim_begin_, at, lines_);
    in_claim_ = false;
  }

  std::string_view bytes_;
  Patients patients_;
  Rest rest_;
  receipt::Kind kind_ = receipt::Kind::kMedical;
  std::int64_t number_ = 0;
  std::uint64_t lines_ = 0;
  std::size_t claim_begin_ = 0;
  bool headed_ = false, in_claim_ = false, leave_out_ = false;
};

// --- DPC: row by row ---

// Which patients a row names: its data id. Blank rows and the heading name nobody.
Result<Filtered> filter_dpc(std::string_view path, std::string_view bytes, const IsOptedOut& opted_out) {
  Rest rest(bytes);
  if (bytes.find_first_not_of(" \t\r\n\x1A") == std::string_view::npos) return rest.finish();
  const dpc::Shape shape = dpc::recognise(path, bytes.substr(0, std::size_t{64} << 10));
  if (!shape.layout) return unreadable("no kind of DPC file that we know", 1);
  if (shape.layout->data_id == dpc::kAbsent) return rest.finish();  // 様式3: no patients
  Patients patients(opted_out);
  constexpr std::string_view kBlank(" \t\r\x1A\0", 5);
  std::string buffer;
  std::int64_t number = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    const receipt::RawLine line = receipt::raw_line(bytes, at);
    at = line.next;
    ++number;
    std::string_view text = bytes.substr(line.begin, line.end - line.begin);
    if (text.find_first_not_of(kBlank) == std::string_view::npos || dpc::is_heading(text)) continue;
    if (shape.dialect == dpc::Dialect::kCommas && std::ranges::count(text, '"') % 2 != 0)
      return unreadable("a quoted cell that goes over a line end", number);
    std::string_view cells = dpc::to_tabs(text, shape.dialect, buffer);
    if (std::ranges::count(cells, '\t') + 1 < shape.layout->least)
      return unreadable("a row without the columns of its kind of file", number);
    for (int i = 0; i < shape.layout->data_id; ++i)
      cells.remove_prefix(cells.find('\t') + 1);
    const std::string id = folded(cells.substr(0, cells.find('\t')));
    const bool plausible =
        !id.empty() && id.size() <= 64 && id.find_first_of("0123456789") != std::string::npos && is_ascii(id);
    if (!plausible) return unreadable("a row without data id (データ識別番号)", number);
    if (patients.leave_out(id)) rest.leave_out(line.begin, line.next, 1);
  }
  return rest.finish();
}

// A file saved as "Unicode text": read as UTF-8, what stays written back in its own order of bytes.
Result<Filtered> filter_utf16(Family family, std::string_view path, ByteView content, ByteOrder order,
                              const IsOptedOut& opted_out) {
  std::string text;
  if (decode_utf16(content, order, text) > 0) return unreadable("a file of damaged UTF-16", -1);
  SEKISHO_TRY(Filtered result, filter_opted_out(family, path, as_bytes(text), opted_out));
  if (!result.changed) return result;
  const bool marked = content[0] == 0xFF || content[0] == 0xFE;
  Bytes wide;
  if (marked) wide.assign(content.begin(), content.begin() + 2);
  encode_utf16(as_text(result.content), order, wide);
  result.content = std::move(wide);
  return result;
}

}  // namespace

Result<Filtered> filter_opted_out(Family family, std::string_view path, ByteView content, const IsOptedOut& opted_out) {
  if (const ByteOrder order = utf16_order(content); family != Family::kSsmix2 && order != ByteOrder::kNone)
    return filter_utf16(family, path, content, order, opted_out);
  // Half of a character of ISO-2022-JP may look like a comma: columns could not be told.
  if (family != Family::kSsmix2 && as_text(content).contains("\x1B$"))
    return unreadable("a receipt or survey file in ISO-2022-JP", -1);
  switch (family) {
    case Family::kSsmix2: {
      const std::string_view patient = patient_in_path(path);
      if (patient.empty()) return unreadable("no patient number in the file's path", -1);
      Filtered result;
      result.drop_file = opted_out(patient);
      return result;
    }
    case Family::kReceipt:
      return ReceiptFilter(as_text(content), opted_out).run();
    case Family::kDpc:
      return filter_dpc(path, as_text(content), opted_out);
    case Family::kUnknown:
      break;
  }
  return unreadable("a file of no family that we know", -1);
}

}  // namespace sekisho::formats
