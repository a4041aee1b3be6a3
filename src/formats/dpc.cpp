// DPC survey files: cuts a stream into pieces of whole rows, brings every dialect to cells between tabs, decodes a
// piece at once and hands its rows on.
#include <algorithm>
#include <utility>

#include "core/text.h"
#include "core/utf16.h"
#include "formats/dpc_layout.h"
#include "formats/dpc_rows.h"
#include "formats/drain.h"
#include "formats/line_ends.h"
#include "formats/reader.h"
#include "formats/receipt_scan.h"

namespace sekisho::formats {
namespace {

using records::Level;

constexpr std::size_t kPiece = std::size_t{256} << 10;
constexpr std::size_t kMaxRow = std::size_t{1} << 20;
constexpr std::size_t kDrainAnyway = std::size_t{8} << 20;  // input bytes after which a document is drained half done

class DpcReader : public Reader {
 public:
  DpcReader(records::RecordSet& set, records::DrainHook drain) : set_(set), drain_(set, std::move(drain)), rows_(set) {}

  void begin(const FileContext& context) override {
    set_.begin_file(context.package, context.part, context.ordinal);
    ++set_.counts.files;
    context_ = context;
    path_ = context.path;
    context_.path = path_;
    buffer_.clear();
    line_ends_.begin();
    utf16_.begin();
    recognised_ = too_long_ = heading_ = false;
    shape_ = {};
    number_ = 0;
    since_drain_ = 0;
    charset_ = Charset::kAscii;
    report_ = {};
  }

  Result<void> feed(ByteView piece) override {
    set_.counts.bytes += piece.size();
    while (!piece.empty()) {
      const std::size_t size = std::min(piece.size(), kPiece);
      line_ends_.append(buffer_, utf16_.take(as_text(piece.first(size))));
      piece = piece.subspan(size);
      if (buffer_.size() >= kPiece) SEKISHO_CHECK(take_rows());
    }
    return {};
  }

  Result<void> finish() override {
    line_ends_.append(buffer_, utf16_.finish());
    line_ends_.finish(buffer_);
    while (buffer_.ends_with(receipt::kEndMark) || buffer_.ends_with('\0'))
      buffer_.pop_back();
    if (!buffer_.empty() && buffer_.back() != '\n') buffer_ += '\n';
    SEKISHO_CHECK(take_rows());
    if (shape_.layout) rows_.finish_file();
    if (line_ends_.alone()) set_.find("CR_LINE_ENDS", Level::kInfo, -1);
    if (utf16_.is_utf16())
      set_.find("TEXT_CHARSET", Level::kWarning, -1, "UTF-16");
    else if (charset_ == Charset::kIso2022Jp || charset_ == Charset::kEucJp)
      set_.find("TEXT_CHARSET", Level::kInfo, -1, name(charset_));
    if (report_.invalid + utf16_.invalid() > 0) set_.find("TEXT_INVALID", Level::kWarning, -1);
    if (report_.vendor > 0) set_.find("TEXT_VENDOR", Level::kInfo, -1);
    return drain_.offer(since_drain_);
  }

 private:
  Result<void> take_rows() {
    std::size_t end = buffer_.rfind('\n');
    if (end == std::string::npos) {
      if (buffer_.size() > kMaxRow) {
        buffer_.clear();
        too_long_ = true;  // the rest of this row is dropped when its end comes
      }
      return {};
    }
    ++end;
    std::string_view raw = std::string_view(buffer_).substr(0, end);
    if (too_long_) {
      raw.remove_prefix(raw.find('\n') + 1);
      ++number_;
      ++set_.counts.records;
      set_.find("ROW_TOO_LONG", Level::kError, number_);
      set_.quarantine("ROW_TOO_LONG", "a row of more than 1 MiB", number_, kMaxRow, 1);
      too_long_ = false;
    }
    if (!recognised_ && !raw.empty()) recognise(raw);
    if (!raw.empty()) SEKISHO_CHECK(read_piece(raw));
    buffer_.erase(0, end);
    return {};
  }

  void recognise(std::string_view raw) {
    recognised_ = true;
    shape_ = dpc::recognise(path_, raw);
    if (shape_.layout) rows_.begin_file(context_, *shape_.layout);
    if (!shape_.layout) set_.find("DPC_KIND_UNKNOWN", Level::kError, 1);
    if (shape_.dialect != dpc::Dialect::kTabs) set_.find("DPC_DIALECT", Level::kInfo, 1);
  }

  Result<void> read_piece(std::string_view raw) {
    if (number_ == 0 && raw.starts_with("\xEF\xBB\xBF")) raw.remove_prefix(3), charset_ = Charset::kUtf8;
    if (shape_.dialect != dpc::Dialect::kTabs) {
      tabbed_.clear();
      for (std::size_t at = 0; at < raw.size();) {
        const receipt::RawLine line = receipt::raw_line(raw, at);
        tabbed_ += dpc::to_tabs(raw.substr(line.begin, line.end - line.begin), shape_.dialect, row_);
        tabbed_ += '\n';
        at = line.next;
      }
      raw = tabbed_;
    }
    decode_file_text(raw, charset_, text_, report_);
    if (text_.back() != '\n') text_ += '\n';
    fields_.build(text_, '\t');
    for (std::size_t i = 0; i < fields_.lines(); ++i) {
      ++number_;
      SEKISHO_CHECK(row(fields_.line(i)));
    }
    return {};
  }

  Result<void> row(const Line& line) {
    const std::string_view whole = line.whole();
    if (whole.find_first_not_of(" \t\r\x1A") == std::string_view::npos) return {};
    if (!is_ascii(line[1]) && dpc::is_heading(whole)) {
      if (!std::exchange(heading_, true)) set_.find("DPC_HEADING", Level::kInfo, number_);
      ++set_.counts.records;
      ++set_.counts.loaded;
      return {};
    }
    if (!shape_.layout) {
      ++set_.counts.records;
      set_.quarantine("DPC_KIND_UNKNOWN", "no kind of DPC file has such rows", number_, whole.size(), 1);
      return {};
    }
    since_drain_ += whole.size();
    if (drain_.wanted() && since_drain_ >= kPiece && (rows_.begins_document(line) || since_drain_ >= kDrainAnyway)) {
      SEKISHO_CHECK(drain_.now());
      rows_.drained();
      since_drain_ = 0;
    }
    rows_.row(line, number_);
    return {};
  }

  records::RecordSet& set_;
  Drain drain_;
  dpc::RowReader rows_;
  dpc::Shape shape_;
  FileContext context_;
  FieldIndex fields_;
  Utf16Reader utf16_;
  LineEnds line_ends_;
  std::string path_, buffer_, tabbed_, row_, text_;
  bool recognised_ = false, too_long_ = false, heading_ = false;
  std::int64_t number_ = 0;
  std::size_t since_drain_ = 0;
  Charset charset_ = Charset::kAscii;
  DecodeReport report_;
};

}  // namespace

std::unique_ptr<Reader> make_dpc_reader(records::RecordSet& set, records::DrainHook drain) {
  return std::make_unique<DpcReader>(set, std::move(drain));
}

}  // namespace sekisho::formats
