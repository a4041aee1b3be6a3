// The reader of SS-MIX2 files: path, character set, segments, checks, rows; quarantine for what cannot be used.
#include <algorithm>
#include <map>
#include <utility>

#include "core/text.h"
#include "core/utf16.h"
#include "formats/drain.h"
#include "formats/reader.h"
#include "formats/ssmix2_check.h"
#include "formats/ssmix2_documents.h"
#include "formats/ssmix2_map.h"
#include "formats/storage_source.h"

namespace sekisho::formats {
namespace {

using hl7::Segment;
using hl7::tag;
using records::Level;

constexpr std::size_t kLargestMessage = std::size_t{64} << 20;  // longer files are no messages
// What is known of each segment and field takes memory, however short they are.
constexpr std::size_t kMostSegments = 100'000, kMostFields = 4'000'000;
constexpr std::size_t kMarks = 8;  // of transfer protocols and character sets, before the message
constexpr std::size_t kCountedFrom = std::size_t{1} << 20;       // bytes of a message
constexpr std::size_t kLargestDocument = std::size_t{16} << 20;  // clinical documents; longer files are attachments

bool is_cancel_control(std::string_view control) {
  return control == "CA" || control == "DC" || control == "OC" || control == "OD" || control == "CR";
}

class Ssmix2Reader final : public Reader {
 public:
  Ssmix2Reader(records::RecordSet& set, records::DrainHook drain)
      : set_(set), drain_(set, std::move(drain)), mapper_(set), documents_(set, drain_) {}

  void begin(const FileContext& context) override {
    path_text_.assign(context.path);
    path_ = parse_ssmix2_path(path_text_);
    superseded_ = context.superseded;
    streaming_ = false;
    transactions_ = is_transaction_file(path_text_);
    facts_ = {};
    set_.begin_file(context.package, context.part, context.ordinal);
    package_ = context.package;
    part_ = context.part;
    mapper_.begin_file(context.package, context.part, path_.patient_number());
    raw_.clear();
    size_ = 0;
  }

  FileFacts facts() const override { return facts_; }

  Result<void> feed(ByteView piece) override {
    size_ += piece.size();
    if (streaming_) return documents_.feed(piece);
    if (size_ > kLargestDocument && is_document(raw_)) SEKISHO_CHECK(begin_attachment());
    if (streaming_) return documents_.feed(piece);
    if (size_ <= kLargestMessage) raw_.insert(raw_.end(), piece.begin(), piece.end());
    return {};
  }

  Result<void> finish() override {
    ++set_.counts.files;
    set_.counts.bytes += size_;
    if (streaming_)
      SEKISHO_CHECK(finish_attachment());
    else if (size_ > kLargestMessage)
      reject("FILE_TOO_LARGE", "longer than any message", 1);
    else if (transactions_)
      SEKISHO_CHECK(read_transactions());
    else
      SEKISHO_CHECK(read());
    return drain_.offer(size_);
  }

 private:
  bool is_history() const { return path_.flag != '1' || superseded_; }

  void reject(std::string_view rule, std::string_view reason, std::uint64_t records) {
    set_.find(rule, Level::kError, -1, {});
    set_.counts.records += records;
    set_.quarantine(rule, reason, -1, size_, records);
  }

  Result<void> read() {
    const bool blank = std::ranges::all_of(raw_, [](std::uint8_t c) { return c == '\r' || c == '\n' || c == 0; });
    narrow();
    const bool message = as_text(raw_).find("MSH") < kMarks;
    if (!blank && !message && path_.kind == StorageKind::kExtended && path_.parts_valid) return read_document();
    read_message(blank, message);
    return {};
  }

  // A message saved as "Unicode text": CHARSET_MISMATCH says so below. Documents have their own ways of saying it.
  void narrow() {
    const ByteOrder order = utf16_order(raw_);
    if (order == ByteOrder::kNone) return;
    text_.clear();
    decode_utf16(raw_, order, text_);
    if (text_.find("MSH") < kMarks) raw_.assign(text_.begin(), text_.end());
  }

  void read_message(bool blank, bool message) {
    const bool named = path_.kind != StorageKind::kNone && path_.parts_valid;
    if (named && !path_.folders_agree) set_.find("PATH_NAME_MISMATCH", Level::kError, -1, {});
    if (!blank && !message && path_.kind == StorageKind::kExtended)
      return reject("FILE_NAME_PARTS", "the content folder does not have the parts of a storage", 1);
    if (blank || !message) return reject("EMPTY_FILE", blank ? "empty file" : "no MSH segment", 1);

    if (raw_.size() > kCountedFrom && has_too_many_pieces())
      return reject("FILE_TOO_LARGE", "more segments or fields than any message", 1);
    text_.clear();
    DecodeReport report;
    const Charset charset = detect_charset(raw_);
    decode(charset, raw_, text_, report);
    if (!hl7::make_delimiters_usual(text_)) set_.find("ENCODING_CHARACTERS", Level::kWarning, 1, "MSH-2");
    // Marks of transfer protocols may stand before the message.
    if (!message_.split(std::string_view(text_).substr(std::min(text_.find("MSH"), text_.size()))))
      return reject("EMPTY_FILE", "no MSH segment", 1);
    const std::uint64_t segments = message_.segments().size();
    ++set_.counts.messages;
    if (!named) return reject("FILE_NAME_PARTS", "the name does not have the seven parts of a storage", segments);
    mend_case();
    if (!path_.folders_agree) {
      set_.counts.records += segments;
      return set_.quarantine("PATH_NAME_MISMATCH", "name and folders speak of different files", -1, size_, segments);
    }
    leave_out_second_message();
    load(charset, report);
  }

  // A copy over media may leave the data type, which the tables know in upper case, in lower case.
  void mend_case() {
    if (path_.kind != StorageKind::kStandardized || is_known_type(path_.name_type)) return;
    std::string upper(path_.name_type);
    for (char& c : upper)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    if (!is_known_type(upper)) return;
    for (const std::string_view part : {path_.name_type, path_.data_type})
      if (part.size() == upper.size())
        path_text_.replace(static_cast<std::size_t>(part.data() - path_text_.data()), upper.size(), upper);
    set_.find("NAME_CASE", Level::kWarning, -1, {});
  }

  // What follows a second MSH may belong to anyone: the path speaks of the first message only.
  void leave_out_second_message() {
    const auto& all = message_.segments();
    // MSH without fields is a stray segment, as samples have it.
    const auto second =
        std::find_if(all.begin() + 1, all.end(), [](const Segment& s) { return s.text.starts_with("MSH|"); });
    if (second == all.end()) return;
    const std::uint64_t rest = static_cast<std::uint64_t>(all.end() - second);
    set_.find("SECOND_MESSAGE", Level::kError, second->number, {});
    set_.counts.records += rest;
    set_.quarantine("SECOND_MESSAGE", "what follows the first message of the file", second->number, size_, rest);
    message_.keep_first(all.size() - rest);
  }

  bool has_too_many_pieces() const {
    const std::string_view text = as_text(raw_);
    const auto count = [&](char c) { return static_cast<std::size_t>(std::ranges::count(text, c)); };
    const std::size_t separator = text.find("MSH") + 3;
    return count('\r') + count('\n') > kMostSegments ||
           (separator < text.size() && count(text[separator]) > kMostFields);
  }

  // What stands in the message decides about it before any row is made.
  MessageView look() {
    MessageView view;
    view.path = &path_;
    view.segments = &message_.segments();
    view.damaged = &damaged_;
    const Segment& msh = message_.segments().front();
    view.code = hl7::component(msh.field(9));
    view.trigger = hl7::component(msh.field(9), 2);
    view.event = find_event(view.trigger);
    // The folder decides: receptions (ADT-12) sent as A01 are no admissions. The check reports them.
    view.type_known = is_known_type(path_.name_type);
    view.type = find_type(path_.name_type, view.trigger);
    if (view.code == "ADT" && view.type == nullptr && view.type_known)
      view.event = find_event(std::ranges::find(type_specs(), path_.name_type, &TypeSpec::type)->trigger);
    view.current = path_.flag == '1';
    int orders = 0, cancelled = 0;
    for (const Segment& s : message_.segments()) {
      if (s.tag == tag("PID"))
        view.trusted &= compare_patients(s.field(3), path_.patient_number()) != PatientAgreement::kOther;
      if (s.tag != tag("ORC")) continue;
      ++orders;
      cancelled += is_cancel_control(hl7::component(s.field(1)));
    }
    view.cancelled = (view.event != nullptr && view.event->cancels) || (orders > 0 && cancelled == orders);
    return view;
  }

  void load(Charset charset, const DecodeReport& report) {
    damaged_.assign(message_.segments().size(), 0);
    const MessageView view = look();
    facts_.deletion = view.cancelled;
    facts_.kind = view.trigger == "R30" ? FileFacts::Kind::kVitals : FileFacts::Kind::kMessage;
    if (view.trigger == "A03")
      for (const Segment& s : message_.segments())
        if (s.tag == tag("PV1")) facts_.admitted = hl7::given(hl7::component(s.field(44))).substr(0, 8);
    document_key_.assign(path_.name_date).append("_").append(path_.name_type).append("_").append(path_.order);
    if (path_.kind == StorageKind::kExtended) document_key_.append("_").append(path_.document);
    // Flag 0 is a deletion only where the message says so: sites of the 1.2c rules also write it on superseded
    // versions. Neither may ever show as active.
    set_.begin_document({.patient_number = path_.patient_number(),
                         .kind = "ssmix2",
                         .key = document_key_,
                         .version = path_.time,
                         .deleted = view.cancelled,
                         .history = is_history()});
    std::uint64_t damaged = 0;
    if (report.escape_state > 0 || report.invalid > 0) damaged = mark_damaged(charset);
    if (view.current) check_names_and_charset(charset, report);
    if (view.current) check_message(view, set_, checks_);
    mapper_.map(view);

    const std::uint64_t all = message_.segments().size();
    set_.counts.records += all;
    (!is_history() && !view.cancelled ? set_.counts.loaded : set_.counts.superseded) += all - damaged;
  }

  void check_names_and_charset(Charset charset, const DecodeReport& report) {
    check_charset(message_.segments().front(), charset, report, text_, set_);
    if (!message_.has_carriage_returns_only()) set_.find("SEGMENT_TERMINATOR_NOT_CR", Level::kWarning, -1, {});
    if (path_.kind != StorageKind::kStandardized) return;
    if (!path_.extension.empty()) set_.find("FILE_EXTENSION", Level::kWarning, -1, {});
    if (path_.time.size() != 17) set_.find("TIMESTAMP_LENGTH", Level::kWarning, -1, {});
  }

  // In a segment that ends in two-byte mode everything after the missing escape is swallowed: it is left out. Lines are
  // decoded one by one here; every line begins in ASCII, so that they are independent.
  std::uint64_t mark_damaged(Charset charset) {
    std::uint64_t damaged = 0;
    std::size_t number = 0;
    for (std::size_t from = 0; from < raw_.size();) {
      std::size_t to = from;
      while (to < raw_.size() && raw_[to] != '\r' && raw_[to] != '\n')
        ++to;
      const ByteView line(raw_.data() + from, to - from);
      if (!hl7::is_blank_line(as_text(line))) {
        ++number;
        line_text_.clear();
        DecodeReport report;
        decode(charset, line, line_text_, report);
        const auto place = static_cast<std::int64_t>(number);
        if (report.escape_state > 0 && number <= damaged_.size()) {
          damaged_[number - 1] = 1;
          ++damaged;
          set_.find("ESCAPE_STATE_AT_SEGMENT_END", Level::kError, place, {});
          set_.quarantine("ESCAPE_STATE_AT_SEGMENT_END", "text after a missing escape sequence is lost", place,
                          line.size(), 1);
        } else if (report.invalid > 0) {
          set_.find("BAD_DOUBLE_BYTE", Level::kError, place, {});
        }
      }
      from = to + 1;
    }
    return damaged;
  }

  // --- documents of the extended storage that are no HL7 message ---

  bool is_document(ByteView head) const {
    return path_.kind == StorageKind::kExtended && path_.parts_valid && as_text(head).substr(0, 16).find("MSH") > 8;
  }
  void count_document() {
    ++set_.counts.messages;
    ++set_.counts.records;
  }

  // Clinical documents are read whole; what is too large to be one is an attachment, kept piece by piece.
  Result<void> begin_attachment() {
    streaming_ = true;
    documents_.begin(path_, is_history());
    SEKISHO_CHECK(documents_.feed(raw_));
    raw_.clear();
    return {};
  }

  Result<void> finish_attachment() {
    facts_.kind = FileFacts::Kind::kAttachment;
    count_document();
    ++(!is_history() ? set_.counts.loaded : set_.counts.superseded);
    return documents_.finish();
  }

  // --- transaction storage: a file of many messages, of which the last with a key counts ---

  Result<void> read_transactions() {
    const Bytes all = std::exchange(raw_, {});
    const auto source = make_transaction_source(all);
    std::map<std::string, std::pair<std::int64_t, bool>> last;  // by key: the number of its last entry, a deletion
    const auto key_of = [](const StorageEntry& e) {
      const Ssmix2Path p = parse_ssmix2_path(e.path);
      return std::string(p.name_patient) + "_" + std::string(p.name_date) + "_" + std::string(p.name_type) + "_" +
             std::string(p.order);
    };
    SEKISHO_CHECK(source->entries([&](const StorageEntry& e) -> Result<void> {
      if (e.reason.empty()) last[key_of(e)] = {e.line, e.deletion};
      return {};
    }));
    std::int64_t entries = 0;
    SEKISHO_CHECK(source->entries([&](const StorageEntry& e) -> Result<void> {
      ++entries;
      if (!e.reason.empty()) {
        set_.find("TRANSACTION_HEADER", Level::kError, e.line, "entry");
        ++set_.counts.records;
        set_.quarantine("TRANSACTION_HEADER", e.reason, e.line, e.message.size(), 1);
        return {};
      }
      const auto& [number, deleted] = last[key_of(e)];
      path_text_ = e.path;
      if (number != e.line) path_text_.back() = deleted ? '0' : '2';
      path_ = parse_ssmix2_path(path_text_);
      mapper_.begin_file(package_, part_, path_.patient_number());
      raw_.assign(e.message.begin(), e.message.end());
      SEKISHO_CHECK(read());
      return drain_.offer(e.message.size());
    }));
    if (entries == 0) reject("EMPTY_FILE", "no transaction", 1);
    facts_ = {};
    return {};
  }

  Result<void> read_document() {
    if (!path_.folders_agree) {
      set_.find("PATH_NAME_MISMATCH", Level::kError, -1, {});
      count_document();
      set_.quarantine("PATH_NAME_MISMATCH", "name and folders speak of different files", -1, size_, 1);
      return {};
    }
    std::string why;
    if (looks_like_xml(raw_) && path_.extension != ".xsl") {
      if (documents_.read_cda(raw_, path_, is_history(), facts_, why)) {
        facts_.kind = FileFacts::Kind::kCda;
        count_document();
        ++(!is_history() ? set_.counts.loaded : set_.counts.superseded);
        return {};
      }
      // It is kept like any other file: what cannot be read is not lost.
      if (!is_history()) set_.find("XML_UNREADABLE", Level::kError, -1, why);
    }
    SEKISHO_CHECK(begin_attachment());
    return finish_attachment();
  }

  records::RecordSet& set_;
  Drain drain_;
  Ssmix2Mapper mapper_;
  DocumentReader documents_;
  hl7::Message message_;
  CheckMemo checks_;
  std::string path_text_, text_, line_text_, document_key_;
  Ssmix2Path path_;
  bool superseded_ = false, streaming_ = false, transactions_ = false;
  std::int64_t package_ = 0;
  std::int32_t part_ = 0;
  FileFacts facts_;
  Bytes raw_;
  std::uint64_t size_ = 0;
  std::vector<char> damaged_;
};

}  // namespace

std::unique_ptr<Reader> make_ssmix2_reader(records::RecordSet& set, records::DrainHook drain) {
  return std::make_unique<Ssmix2Reader>(set, std::move(drain));
}

}  // namespace sekisho::formats
