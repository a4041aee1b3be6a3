// Lines of receipts and survey files end in CR LF. Transfers and old machines leave LF alone, CR alone, CR CR LF or a
// mixture: all become what ends in LF, before anything looks for lines. (reference: receipt section 1)
#pragma once

#include <string>
#include <string_view>

namespace sekisho::formats {

class LineEnds {
 public:
  void begin() { open_ = alone_ = false; }
  // Appends a piece of a file; a CR at its end waits for what follows.
  void append(std::string& buffer, std::string_view piece);
  // At the file's end.
  void finish(std::string& buffer);
  bool alone() const { return alone_; }  // a line ended in CR alone

 private:
  void append_mended(std::string& buffer, std::string_view piece);
  bool open_ = false;  // a CR waits
  bool alone_ = false;
};

}  // namespace sekisho::formats
