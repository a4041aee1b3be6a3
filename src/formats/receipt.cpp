// Counts the lines of a file.
#include <algorithm>

#include "formats/reader.h"

namespace sekisho::formats {
namespace {

class LineReader : public Reader {
 public:
  LineReader(records::RecordSet& set, records::DrainHook drain) : set_(set), drain_(std::move(drain)) {}
  void begin(const FileContext& context) override {
    set_.begin_file(context.package, context.part, context.ordinal);
    ++set_.counts.files;
  }
  Result<void> feed(ByteView piece) override {
    set_.counts.bytes += piece.size();
    const auto lines = static_cast<std::uint64_t>(std::count(piece.begin(), piece.end(), '\n'));
    set_.counts.records += lines;
    set_.counts.loaded += lines;
    return {};
  }
  Result<void> finish() override { return drain_ ? drain_(set_) : Result<void>{}; }

 private:
  records::RecordSet& set_;
  records::DrainHook drain_;
};

}  // namespace

std::unique_ptr<Reader> make_receipt_reader(records::RecordSet& set, records::DrainHook drain) {
  return std::make_unique<LineReader>(set, std::move(drain));
}

}  // namespace sekisho::formats
