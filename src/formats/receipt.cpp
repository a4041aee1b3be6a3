// Receipts (UKE): cuts a stream into pieces of whole claims, decodes each piece at once and hands its lines on.
#include <algorithm>

#include "core/text.h"
#include "core/utf16.h"
#include "formats/drain.h"
#include "formats/line_ends.h"
#include "formats/reader.h"
#include "formats/receipt_claim.h"
#include "formats/receipt_scan.h"

namespace sekisho::formats {
namespace {

using records::Level;

constexpr std::size_t kPiece = std::size_t{64} << 10;     // decoded at once, unless one claim is larger
constexpr std::size_t kMaxClaim = std::size_t{16} << 20;  // a larger claim is no claim
constexpr std::size_t kMaxLines = 100'000;                // nor is one of more lines: rows take memory
constexpr std::size_t kCountedFrom = std::size_t{1} << 20;

class ReceiptReader : public Reader {
 public:
  ReceiptReader(records::RecordSet& set, records::DrainHook drain)
      : set_(set), drain_(set, std::move(drain)), claims_(set) {}

  void begin(const FileContext& context) override {
    set_.begin_file(context.package, context.part, context.ordinal);
    ++set_.counts.files;
    claims_.begin_file(context);
    buffer_.clear();
    line_ends_.begin();
    utf16_.begin();
    scanned_ = sought_ = border_ = 0;
    number_ = 0;
    skipping_ = begun_ = unquoting_ = false;
    charset_ = Charset::kAscii;
    report_ = {};
    feeds_only_ = returned_ = quoted_ = false;
  }

  Result<void> feed(ByteView piece) override {
    set_.counts.bytes += piece.size();
    while (!piece.empty()) {
      const std::size_t size = std::min(piece.size(), kPiece);
      append(utf16_.take(as_text(piece.first(size))));
      piece = piece.subspan(size);
      scan();
      if (border_ > 0) SEKISHO_CHECK(take(border_));
      if (buffer_.size() > kMaxClaim || has_too_many_lines()) give_up_claim();
    }
    return {};
  }

  Result<void> finish() override {
    append(utf16_.finish());
    line_ends_.finish(buffer_);
    sought_ = 0;  // the end is cut and closed below
    const std::size_t end = buffer_.find_last_not_of(std::string_view("\x1A\0", 2));
    const bool marked = end != std::string::npos ? end + 1 < buffer_.size() && buffer_[end + 1] == receipt::kEndMark
                                                 : buffer_.starts_with(receipt::kEndMark);
    buffer_.resize(end == std::string::npos ? 0 : end + 1);
    if (!marked) set_.find("NO_END_MARK", Level::kInfo, -1);
    if (!buffer_.empty() && buffer_.back() != '\n') {
      // With the ends of the lines before it: an open line is no line that ends in LF.
      const bool returns = buffer_.back() != '\r' && buffer_.contains("\r\n");
      buffer_ += returns ? "\r\n" : "\n";
      set_.find("LAST_LINE_OPEN", Level::kInfo, -1);
    }
    scan();
    SEKISHO_CHECK(take(buffer_.size()));
    finish_skipping();
    claims_.finish_file();
    if (report_.invalid + utf16_.invalid() > 0) set_.find("TEXT_INVALID", Level::kWarning, -1);
    if (report_.vendor > 0) set_.find("TEXT_VENDOR", Level::kInfo, -1);
    if (quoted_) set_.find("QUOTE_CHARACTER", Level::kInfo, -1);
    if (line_ends_.alone()) set_.find("CR_LINE_ENDS", Level::kInfo, -1);
    if (feeds_only_ && !line_ends_.alone()) set_.find("LF_ONLY", Level::kInfo, -1);
    if (utf16_.is_utf16())
      set_.find("TEXT_CHARSET", Level::kWarning, -1, "UTF-16");
    else if (charset_ != Charset::kAscii && charset_ != Charset::kCp932)
      set_.find("TEXT_CHARSET", Level::kInfo, -1, name(charset_));
    if (returned_) set_.find("HISTORY_COLUMNS", Level::kInfo, -1);
    return drain_.offer(0);
  }

  std::vector<receipt::Volume> volumes() const override { return claims_.volumes(); }

 private:
  // A file whose first field is quoted has all of them so: no character of Shift_JIS or UTF-8 holds a quote's byte.
  void append(std::string_view piece) {
    if (piece.empty()) return;
    if (!begun_) {
      const std::size_t at = piece.find_first_not_of("\xEF\xBB\xBF\r\n ");
      unquoting_ = quoted_ = at != piece.npos && piece[at] == '"';
      begun_ = true;
    }
    if (!unquoting_) return line_ends_.append(buffer_, piece);
    unquoted_.assign(piece);
    std::erase(unquoted_, '"');
    line_ends_.append(buffer_, unquoted_);
  }

  // Of one claim: whole claims have been taken.
  bool has_too_many_lines() const {
    const std::string_view lines = std::string_view(buffer_).substr(0, scanned_);
    return lines.size() > kCountedFrom && static_cast<std::size_t>(std::ranges::count(lines, '\n')) > kMaxLines;
  }

  // Looks at whole lines not seen yet for the last place where a claim begins.
  void scan() {
    if (skipping_) scan_skipped();
    if (!skipping_) scan_claims();
  }

  // From the end: all before the last border is read at once, whatever it holds.
  void scan_claims() {
    const std::string_view text(buffer_);
    // What was sought before, behind the last whole line, is not sought again: a line may be endless.
    const std::size_t from = std::max(scanned_, sought_);
    sought_ = text.size();
    const std::size_t last = text.substr(from).rfind('\n');
    if (last == text.npos) return;
    std::size_t end = from + last;
    const std::size_t whole = end + 1;
    for (;;) {
      const std::size_t feed = end > scanned_ ? text.substr(scanned_, end - scanned_).rfind('\n') : text.npos;
      const std::size_t begin = feed == text.npos ? scanned_ : scanned_ + feed + 1;
      const receipt::RawLine line = receipt::raw_line(text.substr(0, end + 1), begin);
      if (receipt::is_border(receipt::record_id(text.substr(line.begin, line.end - line.begin)))) {
        border_ = begin;
        break;
      }
      if (feed == text.npos) break;
      end = begin - 1;
    }
    scanned_ = whole;
  }

  // Inside a claim too large to be one: its lines are counted up to the next border.
  void scan_skipped() {
    while (scanned_ < buffer_.size()) {
      const receipt::RawLine line = receipt::raw_line(buffer_, scanned_);
      if (!line.complete) return;
      if (receipt::is_border(receipt::record_id(std::string_view(buffer_).substr(line.begin, line.end - line.begin))))
        return drop_skipped(line.begin);
      if (line.end + 1 == line.next) feeds_only_ = true;
      ++skipped_lines_;
      scanned_ = line.next;
    }
  }

  Result<void> take(std::size_t size) {
    if (skipping_) return {};
    if (size > 0) {
      decode_piece(std::string_view(buffer_).substr(0, size));
      read_piece();
    }
    buffer_.erase(0, size);
    scanned_ -= size;
    sought_ = 0;
    border_ = 0;
    return size > 0 ? drain_.offer(size) : Result<void>{};
  }

  void decode_piece(std::string_view raw) {
    if (number_ == 0 && raw.starts_with("\xEF\xBB\xBF")) {
      raw.remove_prefix(3);
      charset_ = Charset::kUtf8;
    }
    decode_file_text(raw, charset_, text_, report_);
    if (text_.empty() || text_.back() != '\n') text_ += '\n';
    quoted_ = quoted_ || text_.contains('"');
  }

  void read_piece() {
    fields_.build(text_, ',');
    // Whether a claim is a DPC one shows only behind its RE: its lines are gathered up to the next border first.
    bool dpc = false;
    const std::size_t lines = fields_.lines();
    for (std::size_t i = 0; i < lines; ++i) {
      const Line line = record(i);
      const std::string_view id = line[0];
      feeds_only_ = feeds_only_ || line.ends_in_feed_only();
      if (receipt::is_border(id)) {
        pass_on(dpc, i);
        dpc = false;
      }
      dpc = dpc || id == "BU";
      group_.push_back(line);
    }
    pass_on(dpc, lines);
    claims_.finish_claim();
  }

  // `end` is the line of the piece after the group.
  void pass_on(bool dpc, std::size_t end) {
    const std::size_t first = end - group_.size();
    for (std::size_t i = 0; i < group_.size(); ++i) {
      const Line& line = group_[i];
      ++number_;
      if (is_blank(line.whole())) continue;
      if (returned_ && is_replaced(i, first))
        claims_.superseded(line, number_);
      else
        claims_.line(line, number_, dpc);
    }
    group_.clear();
  }

  // Whether a later line of the same claim has the row number of this one with a higher branch: it was corrected.
  // (reference: receipt section 2, reading rule 8)
  bool is_replaced(std::size_t i, std::size_t first) const {
    const Line line = fields_.line(first + i);
    const auto row = parse_whole(line[0]), branch = parse_whole(line[1]);
    if (!row || !branch || line.fields() < group_[i].fields() + 2) return false;
    for (std::size_t other = i + 1; other < group_.size(); ++other) {
      const Line later = fields_.line(first + other);
      if (later[0] == line[0] && parse_whole(later[1]).value_or(0) > *branch && group_[other][0] == group_[i][0])
        return true;
    }
    return false;
  }

  static bool is_blank(std::string_view line) {
    const bool letter = !line.empty() && line[0] >= 'A' && line[0] <= 'Z';  // nearly always
    return !letter && line.find_first_not_of(" \x1A\r") == std::string_view::npos;
  }

  // Line `i` of the piece without the columns of history that returned files have.
  Line record(std::size_t i) {
    const Line line = fields_.line(i);
    const std::string_view whole = line.whole();
    if (whole.empty() || (whole[0] >= 'A' && whole[0] <= 'Z')) return line;
    int columns = 0;
    receipt::history_columns(whole, columns);
    returned_ = returned_ || columns > 0;
    return line.without(columns);
  }

  void give_up_claim() {
    if (!skipping_) {
      skipping_ = true;
      skip_line_ = number_ + 1;
      skipped_bytes_ = 0;
      skipped_lines_ = static_cast<std::uint64_t>(std::count(buffer_.begin(), buffer_.end(), '\n'));
      for (std::size_t at = 0; at < scanned_;) {
        const receipt::RawLine line = receipt::raw_line(buffer_, at);
        feeds_only_ = feeds_only_ || line.end + 1 == line.next;
        at = line.next;
      }
      // The whole lines counted above are dropped below; scan() counts what follows.
    }
    skipped_bytes_ += scanned_;
    buffer_.erase(0, scanned_);
    scanned_ = 0;
    sought_ = 0;
    border_ = 0;
    if (buffer_.size() > kMaxClaim) {  // a line without an end
      skipped_bytes_ += buffer_.size() - 1;
      buffer_.erase(0, buffer_.size() - 1);
      buffer_[0] = '?';  // no record begins in the middle of a line
    }
  }

  // The claim too large to be one ends here; `border` is where the next begins.
  void drop_skipped(std::size_t border) {
    skipped_bytes_ += border;
    buffer_.erase(0, border);
    scanned_ = 0;
    sought_ = 0;
    border_ = 0;
    end_skipping();
  }

  void finish_skipping() {
    if (!skipping_) return;
    skipped_bytes_ += buffer_.size();
    buffer_.clear();
    end_skipping();
  }

  void end_skipping() {
    const std::uint64_t lines = std::max<std::uint64_t>(skipped_lines_, 1);
    set_.counts.records += lines;
    number_ += static_cast<std::int64_t>(lines);
    set_.find("CLAIM_TOO_LARGE", Level::kError, skip_line_);
    set_.quarantine("CLAIM_TOO_LARGE", "a claim of more than 16 MiB or 100,000 lines", skip_line_, skipped_bytes_,
                    lines);
    skipping_ = false;
  }

  records::RecordSet& set_;
  Drain drain_;
  receipt::ClaimReader claims_;
  FieldIndex fields_;
  std::vector<Line> group_;  // lines up to the next border
  Utf16Reader utf16_;
  LineEnds line_ends_;
  std::string buffer_, text_, unquoted_;
  std::size_t scanned_ = 0, sought_ = 0, border_ = 0;
  std::int64_t number_ = 0, skip_line_ = 0;
  std::uint64_t skipped_bytes_ = 0, skipped_lines_ = 0;
  bool skipping_ = false, feeds_only_ = false, returned_ = false, quoted_ = false, begun_ = false, unquoting_ = false;
  Charset charset_ = Charset::kAscii;
  DecodeReport report_;
};

}  // namespace

std::unique_ptr<Reader> make_receipt_reader(records::RecordSet& set, records::DrainHook drain) {
  return std::make_unique<ReceiptReader>(set, std::move(drain));
}

}  // namespace sekisho::formats
