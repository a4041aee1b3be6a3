#include "formats/reader.h"

#include <algorithm>

#include "core/utf16.h"
#include "formats/dpc_layout.h"
#include "formats/receipt_scan.h"
#include "formats/ssmix2_path.h"
#include "formats/storage_source.h"

namespace sekisho::formats {
namespace {

constexpr std::size_t kSniffed = std::size_t{64} << 10;  // bytes at a file's beginning

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

// Without a mark of UTF-8 and empty lines.
std::string_view first_line_on(std::string_view head) {
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  return head.substr(std::min(head.find_first_not_of("\r\n "), head.size()));
}

// Receipts begin with one of these records; IR for medical, DPC and dental institutions, YK for pharmacies, the rest
// for headers of forwarding bodies and for cut or returned files. (reference: receipt section 1)
bool looks_like_receipt(std::string_view head) {
  constexpr std::string_view kFirst[] = {"IR", "YK", "UK", "RE", "MN", "HI", "HR", "HG"};
  head = first_line_on(head);
  head = receipt::bare_record(head.substr(0, head.find_first_of("\r\n")));
  std::string unquoted;
  if (head.starts_with('"')) {
    unquoted = head.substr(0, 64);
    std::erase(unquoted, '"');
    head = unquoted;
  }
  if (head.size() < 3 || head[2] != ',' || !is_upper(head[0]) || !is_upper(head[1])) return false;
  return std::ranges::find(kFirst, head.substr(0, 2)) != std::end(kFirst);
}

bool digits(std::string_view text, std::size_t count) {
  if (text.size() != count) return false;
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// DPC survey files: rows of institution (9 digits), data id (10 digits), ... separated by tabs or commas, perhaps with
// a heading. (reference: dpc sections 1 and 2)
bool looks_like_dpc(std::string_view head) {
  head = first_line_on(head);
  for (int line = 0; line < 2 && !head.empty(); ++line) {
    const std::string_view row = head.substr(0, head.find_first_of("\r\n"));
    const auto end = row.find_first_of("\t,");
    if (end != std::string_view::npos) {
      const std::string_view rest = row.substr(end + 1);
      if (digits(row.substr(0, end), 9) && digits(rest.substr(0, rest.find_first_of("\t,")), 10)) return true;
    }
    head.remove_prefix(std::min(head.size(), row.size() + 1));
  }
  return false;
}

}  // namespace

std::string_view name(Family family) {
  constexpr std::string_view kNames[] = {"ssmix2", "receipt", "dpc", "unknown"};
  return kNames[static_cast<int>(family)];
}

Family sniff(std::string_view path, ByteView head) {
  if (const ByteOrder order = utf16_order(head); order != ByteOrder::kNone) {
    std::string text;
    decode_utf16(head.first(std::min(head.size(), kSniffed) / 2 * 2), order, text);
    return sniff(path, as_bytes(text));
  }
  const std::string_view text = as_text(head);
  if (text.starts_with("MSH|")) return Family::kSsmix2;  // no other family begins so: nothing else need be looked at
  if (looks_like_receipt(text)) return Family::kReceipt;
  if (parse_ssmix2_path(path).kind != StorageKind::kNone || is_transaction_file(path)) return Family::kSsmix2;
  if (looks_like_dpc(text) || dpc::is_survey_file(path, text.substr(0, kSniffed))) return Family::kDpc;
  return Family::kUnknown;
}

bool is_archive(ByteView head) {
  using std::string_view_literals::operator""sv;
  constexpr std::string_view kStarts[] = {
      "PK\x03\x04"sv, "7z\xBC\xAF\x27\x1C"sv, "\x1F\x8B"sv, "\x28\xB5\x2F\xFD"sv, "\xFD\x37zXZ"sv, "BZh"sv, "Rar!"sv};
  constexpr std::size_t kFirstEntry = 128;  // bytes that hold the name of the first file in a ZIP
  const std::string_view text = as_text(head);
  if (text.size() > 6 && text.substr(2, 3) == "-lh") return true;
  if (std::ranges::none_of(kStarts, [&](std::string_view start) { return text.starts_with(start); })) return false;
  const std::string_view first = text.substr(0, kFirstEntry);
  return !first.contains("[Content_Types].xml") && !first.contains("mimetype");
}

Family family_of_name(std::string_view path) {
  constexpr std::string_view kReceipts[] = {".UKE", ".HEN", ".SAH"};
  constexpr std::string_view kSurveys[] = {"FF1_", "FF3_", "FF4_", "EFN_", "EFG_", "EN_",
                                           "EG_",  "FN_",  "FG_",  "DN_",  "HN_",  "KN_"};
  std::string name(path.substr(path.rfind('/') + 1));
  for (char& c : name)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  for (const std::string_view end : kReceipts)
    if (name.ends_with(end)) return Family::kReceipt;
  for (const std::string_view start : kSurveys)
    if (name.starts_with(start) && digits(std::string_view(name).substr(start.size()).substr(0, 9), 9))
      return Family::kDpc;
  return Family::kUnknown;
}

std::unique_ptr<Reader> make_reader(Family family, records::RecordSet& set, records::DrainHook drain) {
  switch (family) {
    case Family::kSsmix2:
      return make_ssmix2_reader(set, std::move(drain));
    case Family::kReceipt:
      return make_receipt_reader(set, std::move(drain));
    case Family::kDpc:
      return make_dpc_reader(set, std::move(drain));
    case Family::kUnknown:
      break;
  }
  return nullptr;
}

std::string_view patient_in_path(std::string_view path) {
  return parse_ssmix2_path(path).patient_number();
}

}  // namespace sekisho::formats
