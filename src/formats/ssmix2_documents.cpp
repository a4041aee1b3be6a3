#include "formats/ssmix2_documents.h"

#include <algorithm>

#include "formats/hl7.h"
#include "formats/ssmix2_check.h"

namespace sekisho::formats {
namespace {

using records::Level;
namespace d = records::document_ref;

constexpr std::size_t kPieceKept = std::size_t{4} << 20;  // bytes of an attachment that one item of the vault holds

struct Mark {
  std::string_view bytes, type;
};
constexpr Mark kMarks[] = {
    {"%PDF-", "application/pdf"},  {"\xFF\xD8\xFF", "image/jpeg"},
    {"\x89PNG\r\n", "image/png"},  {"GIF8", "image/gif"},
    {"II*", "image/tiff"},         {"MM\x00*", "image/tiff"},
    {"BM", "image/bmp"},           {"PK\x03\x04", "application/zip"},
    {"{\\rtf", "application/rtf"}, {"\xD0\xCF\x11\xE0", "application/x-ole-storage"},
};
constexpr Mark kExtensions[] = {
    {".css", "text/css"},   {".dcm", "application/dicom"}, {".htm", "text/html"},  {".html", "text/html"},
    {".txt", "text/plain"}, {".xml", "text/xml"},          {".xsl", "text/xml"},   {".csv", "text/csv"},
    {".mp4", "video/mp4"},  {".wav", "audio/wav"},         {".mpg", "video/mpeg"},
};

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

// Local code^name^system^standard code^name^system.
hl7::Coded folder_code(const Ssmix2Path& path) {
  return hl7::coded(path.data_type);
}

}  // namespace

std::string_view media_type(ByteView head, std::string_view extension) {
  const std::string_view text = as_text(head);
  for (const Mark& m : kMarks)
    if (text.starts_with(m.bytes)) return m.type;
  if (text.size() >= 132 && text.substr(128, 4) == "DICM") return "application/dicom";
  const std::string name = lower(extension);
  for (const Mark& m : kExtensions)
    if (name == m.bytes) return m.type;
  return "application/octet-stream";
}

void DocumentReader::begin(const Ssmix2Path& path, bool history) {
  path_ = &path;
  history_ = history;
  piece_.clear();
  size_ = pieces_ = 0;
  first_kept_ = 0;
  type_.clear();
  (void)hash_.finish();  // starts anew
}

void DocumentReader::begin_document(std::string_view suffix) {
  key_.assign(path_->name_date).append("_").append(path_->name_type).append("_").append(path_->order);
  key_.append("_").append(path_->document).append(suffix);
  set_.begin_document({.patient_number = path_->patient_number(),
                       .kind = "ssmix2",
                       .key = key_,
                       .version = path_->time,
                       .history = history_});
}

records::Batch& DocumentReader::add_row(std::string_view kind, std::string_view format, std::uint64_t size,
                                        std::int64_t kept, std::string_view state) {
  records::Batch& row = set_.add(records::Table::kDocumentRef, "ssmix2", "perform", state);
  if (!path_->department.empty() && path_->department != "-") row.text(records::common::kDept, path_->department);
  const hl7::Coded type = folder_code(*path_);
  row.text(records::common::kLocCode, type.first.code);
  if (!type.first.code.empty()) row.text(records::common::kLocSys, type.first.system);
  row.text(d::kKind, kind);
  row.text(d::kFormat, format);
  row.integer(d::kSize, static_cast<std::int64_t>(size));
  if (kept != 0) row.integer(d::kVault, kept);
  return row;
}

// --- attachments ---

Result<void> DocumentReader::feed(ByteView piece) {
  if (type_.empty() && !piece.empty()) type_ = media_type(piece, path_->extension);
  hash_.update(piece);
  size_ += piece.size();
  while (!piece.empty()) {
    const ByteView part = piece.first(std::min(piece.size(), kPieceKept - piece_.size()));
    piece_.insert(piece_.end(), part.begin(), part.end());
    piece = piece.subspan(part.size());
    if (piece_.size() < kPieceKept || piece.empty()) continue;
    keep_piece(false);
    SEKISHO_CHECK(drain_.offer(kPieceKept));
  }
  return {};
}

// Every piece but the last is a document of its own: between documents the set may be taken over.
void DocumentReader::keep_piece(bool last) {
  ++pieces_;
  begin_document(last ? std::string() : "#" + std::to_string(pieces_));
  const bool words = type_.starts_with("text/") && last && pieces_ == 1;
  std::int64_t kept = 0;
  if (words) {
    text_.clear();
    DecodeReport report;
    decode_xml(piece_, text_, report);
    kept = set_.keep("document:text", text_);
  } else {
    kept = set_.keep("document:base64", to_base64(piece_));
  }
  if (first_kept_ == 0) first_kept_ = kept;
  piece_.clear();
}

Result<void> DocumentReader::finish() {
  if (type_.empty()) type_ = media_type({}, path_->extension);
  keep_piece(true);
  const hl7::Coded type = folder_code(*path_);
  records::Batch& row =
      add_row(type.second.code.empty() ? type.first.code : type.second.code, type_, size_, first_kept_);
  row.text(d::kHash, to_hex(hash_.finish()));
  set_.when(row, parse_hl7_time(path_->name_date).value_or(ClinicalTime{}));
  return {};
}

// --- clinical documents ---

namespace {

ClinicalTime time_of(std::string_view text) {
  return parse_hl7_time(text).value_or(ClinicalTime{});
}

std::string_view sex_of_code(std::string_view code) {
  return code == "M" || code == "1" ? "M" : code == "F" || code == "2" ? "F" : code == "UN" || code == "U" ? "U" : "";
}

}  // namespace

void DocumentReader::put_identity(const CdaDocument& document) {
  records::IdentityRecord record;
  record.patient_number = path_->patient_number();
  for (const CdaName& name : document.names) {
    if (name.use.find("SYL") != std::string::npos) {
      record.family_kana = name.family;
      record.given_kana = name.given;
    } else if (name.use.find("ABC") != std::string::npos) {
      record.romaji = name.family + (name.given.empty() ? "" : " ") + name.given;
    } else if (record.family_kanji.empty()) {
      record.family_kanji = name.family;
      record.given_kanji = name.given;
    }
  }
  record.birth = time_of(document.birth);
  record.sex = sex_of_code(document.gender);
  record.postcode = document.postcode;
  record.address = document.address;
  record.phone = document.phone;
  record.recorded = time_of(document.effective);
  if (!record.recorded.present()) record.recorded = time_of(path_->time);
  if (record.family_kanji.empty() && record.family_kana.empty() && !record.birth.present()) return;
  set_.identity(std::move(record));
}

void DocumentReader::check(const CdaDocument& document) {
  if (history_ || path_->flag != '1') return;
  const auto agreement = compare_patient(document.patient_id, path_->patient_number());
  if (agreement == PatientAgreement::kOther) set_.find("PATIENT_ID_MISMATCH", Level::kError, -1, "recordTarget");
  if (agreement == PatientAgreement::kPadding) set_.find("PATIENT_ID_MISMATCH", Level::kWarning, -1, "recordTarget");
  if (agreement == PatientAgreement::kAbsent) set_.find("REQUIRED_FIELD_EMPTY", Level::kWarning, -1, "recordTarget");
  for (const auto& [text, place] :
       {std::pair{&document.birth, "birthTime"}, std::pair{&document.effective, "effectiveTime"}})
    if (!text->empty() && !time_of(*text).present()) set_.find("DATE_INVALID", Level::kError, -1, place);
  // The folder's standard code repeats the document's; referral letters may carry a code of JMIX.
  const hl7::Triple& folder = folder_code(*path_).second;
  const bool referral = folder.code == "57133-1" && document.code.starts_with("MD");
  if (!folder.code.empty() && !document.code.empty() && folder.code != document.code && !referral)
    set_.find("DOCUMENT_CODE_MISMATCH", Level::kWarning, -1, "code");
}

bool DocumentReader::read_cda(ByteView bytes, const Ssmix2Path& path, bool history, FileFacts& facts,
                              std::string& why) {
  text_.clear();
  DecodeReport report;
  decode_xml(bytes, text_, report);
  CdaDocument document;
  if (!parse_cda(text_, document, why)) return false;
  path_ = &path;
  history_ = history;
  begin_document({});
  check(document);
  const bool trusted = compare_patient(document.patient_id, path.patient_number()) != PatientAgreement::kOther;
  if (trusted && !history) put_identity(document);

  ClinicalTime start = time_of(path.name_date), end;
  for (const CdaPeriod& period : document.periods)
    if (const ClinicalTime low = time_of(period.low); low.present()) {
      start = low;
      end = time_of(period.high);
      break;
    }
  if (!start.present()) start = time_of(document.effective);
  const std::string_view state = trusted ? "active" : "error";
  const std::int64_t whole = set_.keep("document:text", text_);
  const hl7::Coded folder = folder_code(path);
  const std::string_view kind = !document.code.empty()        ? std::string_view(document.code)
                                : !folder.second.code.empty() ? folder.second.code
                                                              : folder.first.code;
  records::Batch& row = add_row(kind, "cda", bytes.size(), whole, state);
  row.text(d::kHash, to_hex(crypto::sha256(bytes)));
  set_.when(row, start, end);
  if (!document.body_text.empty()) document.sections.push_back({{}, {}, document.title, document.body_text, 1});
  for (const CdaSection& section : document.sections) {
    if (section.text.empty() && section.title.empty()) continue;
    const std::string text = section.title + (section.title.empty() ? "" : "\n") + section.text;
    const std::int64_t kept = set_.keep("cda:section:" + section.code, text);
    records::Batch& part = add_row(section.code, "cda-section", text.size(), kept, state);
    set_.when(part, start, end);
  }
  if (!history) facts.references = std::move(document.references);
  return true;
}

}  // namespace sekisho::formats
