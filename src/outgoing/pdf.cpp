// PDF: the texts of pages as they read, and everything that no page shows.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <map>

#include "core/text.h"
#include "outgoing/containers.h"
#include "outgoing/marks.h"
#include "outgoing/markup_text.h"
#include "outgoing/pdf_parts.h"

namespace sekisho::outgoing {
namespace {

constexpr std::size_t kManyMarks = 150, kManyComments = 1000, kLineParts = 3, kLetterMarks = 4;

struct PdfWord {
  std::string_view word, rule, message;
};
constexpr PdfWord kWords[] = {
    {"/EmbeddedFile", "pdf.attachment", "attached files"},
    {"/Filespec", "pdf.attachment", "attached files"},
    {"/JavaScript", "pdf.script", "script"},
    {"/JS ", "pdf.script", "script"},
    {"/JS(", "pdf.script", "script"},
    {"/Launch", "pdf.script", "actions"},
    {"/AcroForm", "pdf.form", "a form"},
    {"/XFA", "pdf.form", "a form"},
    {"/RichMedia", "pdf.attachment", "media"},
    {"/Encrypt", "pdf.encrypted", "encryption: it cannot be examined"},
    {"/Subtype/Text", "pdf.note", "notes"},
    {"/Subtype /Text", "pdf.note", "notes"},
    {"/FreeText", "pdf.note", "notes"},
    {"/PieceInfo", "pdf.private", "private data of a program"},
    {"/OFF [", "pdf.hidden_layer", "layers that are switched off"},
    {"/OFF[", "pdf.hidden_layer", "layers that are switched off"},
    {"/OCG", "pdf.layer", "layers that may be hidden"},
};

using Matrix = std::array<double, 6>;
Matrix product(const Matrix& a, const Matrix& b) {
  return {a[0] * b[0] + a[1] * b[2], a[0] * b[1] + a[1] * b[3],        a[2] * b[0] + a[3] * b[2],
          a[2] * b[1] + a[3] * b[3], a[4] * b[0] + a[5] * b[2] + b[4], a[4] * b[1] + a[5] * b[3] + b[5]};
}

// Reads one stream of drawing operators: what it writes, where, how large and in which colour.
constexpr double kMarkSize = 12;  // points

class PageReader {
 public:
  PageReader(const PdfParts& parts, bool placed, double width, double height, Opened& out)
      : parts_(parts), placed_(placed), width_(width), height_(height), out_(out) {}

  void read(std::string_view stream) {
    for (std::size_t at = 0; at < stream.size();) {
      const char c = stream[at];
      if (is_space(c)) {
        ++at;
      } else if (c == '%') {
        at = std::min(stream.find_first_of("\r\n", at), stream.size());
      } else if (c == '(' || (c == '<' && at + 1 < stream.size() && stream[at + 1] != '<')) {
        strings_.push_back(pdf_string(stream, at));
      } else if (c == '[' || c == ']' || c == '{' || c == '}' || c == ')' || c == '>' || c == '<') {
        ++at;
      } else {
        const std::size_t from = at++;
        while (at < stream.size() && !is_space(stream[at]) &&
               std::string_view("()<>[]{}/%").find(stream[at]) == std::string_view::npos)
          ++at;
        token(stream.substr(from, at - from));
      }
    }
  }
  std::string text;  // in the order in which it is written
  std::size_t marks = 0, lines = 0, stepped = 0;
  std::map<std::pair<char, long>, std::vector<double>> bars;
  std::map<char, std::vector<std::pair<double, double>>> letters;                     // shown one by one
  std::map<std::string, std::vector<std::pair<double, double>>, std::less<>> places;  // of marks, by their name

  // In the order in which it is read: by lines, pieces far from each other with a tab between.
  std::string as_read() const {
    std::vector<const Piece*> order;
    for (const Piece& piece : pieces_)
      order.push_back(&piece);
    std::ranges::stable_sort(
        order, [](const Piece* a, const Piece* b) { return a->row != b->row ? a->row > b->row : a->x < b->x; });
    std::string out;
    const Piece* before = nullptr;
    for (const Piece* piece : order) {
      if (before != nullptr && before->row != piece->row) {
        out += '\n';
      } else if (before != nullptr) {
        const double gap = piece->x - before->end;
        if (gap > before->size * 0.9)
          out += '\t';
        else if (gap > before->size * 0.25)
          out += ' ';
      }
      out += piece->text;
      before = piece;
    }
    return out;
  }

 private:
  struct Piece {
    double x, end, size;
    long row;
    std::string text;
  };
  struct Box {
    double left, low, right, high;
  };

  struct State {
    Matrix matrix{1, 0, 0, 1, 0, 0};
    bool white = false;
  };

  void token(std::string_view word) {
    if (word[0] == '/') {
      name_ = word.substr(1);
      return;
    }
    if ((word[0] >= '0' && word[0] <= '9') || word[0] == '-' || word[0] == '+' || word[0] == '.') {
      const double value = std::strtod(std::string(word).c_str(), nullptr);
      // Wide gaps between pieces of a TJ array are blanks.
      if (!strings_.empty() && value < -180) strings_.emplace_back(1, '\x01');
      if (numbers_.size() < 64) numbers_.push_back(value);
      return;
    }
    operate(word);
    strings_.clear();
    numbers_.clear();
  }

  void operate(std::string_view op) {
    const std::size_t n = numbers_.size();
    const auto last = [&](std::size_t back) { return n >= back ? numbers_[n - back] : 0.0; };
    if (op == "q" && stack_.size() < 1000) stack_.push_back(state_);
    if (op == "Q" && !stack_.empty()) {
      state_ = stack_.back();
      stack_.pop_back();
    }
    if (op == "cm" && n >= 6)
      state_.matrix = product({last(6), last(5), last(4), last(3), last(2), last(1)}, state_.matrix);
    if (op == "BT") text_matrix_ = line_ = {1, 0, 0, 1, 0, 0};
    if (op == "TL" && n >= 1) leading_ = last(1);
    if (op == "Tf" && n >= 1) {
      font_ = name_;
      size_ = last(1);
    }
    if (op == "Tr" && n >= 1) mode_ = static_cast<int>(last(1));
    if (op == "Tm" && n >= 6) {
      text_matrix_ = line_ = {last(6), last(5), last(4), last(3), last(2), last(1)};
      text += '\n';
    }
    if ((op == "Td" || op == "TD") && n >= 2) {
      text_matrix_ = line_ = product({1, 0, 0, 1, last(2), last(1)}, line_);
      if (op == "TD") leading_ = -last(1);
      text += std::abs(last(1)) > 0.01 ? '\n' : ' ';
    }
    if (op == "T*" || op == "'" || op == "\"") text_matrix_ = line_ = product({1, 0, 0, 1, 0, -leading_}, line_);
    if (op == "T*" || op == "ET" || op == "'" || op == "\"") text += '\n';
    if (op == "g" && n >= 1) state_.white = last(1) > 0.97;
    if ((op == "rg" || op == "sc" || op == "scn") && n >= 3)
      state_.white = last(1) > 0.97 && last(2) > 0.97 && last(3) > 0.97;
    if (op == "k" && n >= 4) state_.white = last(1) + last(2) + last(3) + last(4) < 0.05;
    if ((op == "f" || op == "F" || op == "f*" || op == "B" || op == "B*" || op == "sh") && !state_.white)
      filled_ = true;
    if (op == "re" && n >= 4) {
      const Matrix corner = product({1, 0, 0, 1, last(4), last(3)}, state_.matrix);
      const Matrix other = product({1, 0, 0, 1, last(4) + last(2), last(3) + last(1)}, state_.matrix);
      rectangles_.push_back({std::min(corner[4], other[4]), std::min(corner[5], other[5]),
                             std::max(corner[4], other[4]), std::max(corner[5], other[5])});
    }
    if (op == "l") ++segments_;
    if ((op == "m" || op == "c" || op == "l") && n >= 2) {
      const Matrix end = product({1, 0, 0, 1, last(2), last(1)}, state_.matrix);
      if (op == "m") {
        judge_steps();
        outline_ = {end[4], end[5], end[4], end[5]};
      }
      if (op != "c" && corners_.size() < 20'000) corners_.emplace_back(end[4], end[5]);
      if (op == "c") ++bends_;
      outline_ = {std::min(outline_.left, end[4]), std::min(outline_.low, end[5]), std::max(outline_.right, end[4]),
                  std::max(outline_.high, end[5])};
    }
    if (op == "S") lines += segments_ >= kLineParts;
    const bool fills = op == "f" || op == "F" || op == "f*" || op == "B" || op == "B*";
    if (fills && !state_.white && dark_.size() < 10'000)
      dark_.insert(dark_.end(), rectangles_.begin(), rectangles_.end());
    if (fills || op == "S" || op == "s" || op == "n") {
      if (op != "n") {
        for (const Box& box : rectangles_) {
          keep_mark("square", box);
          keep_bar(box.right - box.left, box.high - box.low, box);
        }
        if (bends_ == 0 && segments_ >= 1 && segments_ <= 4)
          keep_bar(outline_.right - outline_.left, outline_.high - outline_.low, outline_);
        if (bends_ >= 2) keep_mark("disc", outline_);
        if (bends_ == 0 && segments_ > 0) keep_stroke();
      }
      judge_steps();
      segments_ = bends_ = 0;
      rectangles_.clear();
    }
    if (op == "Do") {
      ++marks;
      if (placed_ && places.size() < 10'000) places[name_].emplace_back(state_.matrix[4], state_.matrix[5]);
    }
    if (op == "Tj" || op == "TJ" || op == "'" || op == "\"") show();
  }

  // Squares and discs too small to be bars.
  void keep_mark(const char* name, const Box& box) {
    const double width = box.right - box.left, height = box.high - box.low;
    if (!placed_ || width <= 0 || width > kMarkSize || std::abs(width - height) > 0.3) return;
    if (auto& list = places[name]; list.size() < 10'000) list.emplace_back(box.left, box.low);
  }

  Matrix matrix_now() const { return product(text_matrix_, state_.matrix); }
  void judge_steps() {
    if (placed_ && has_loose_steps(corners_)) ++stepped;
    corners_.clear();
  }
  // Lengths of bars by their width, and of lines by where they begin.
  void keep_bar(double width, double height, const Box& box) {
    if (!placed_ || bars.size() > 2000 || std::max(width, height) <= kMarkSize) return;
    const bool line = std::min(width, height) < 0.05;
    if (line)
      bars[{width > height ? 'h' : 'v', std::lround((width > height ? box.left : box.low) * 5)}].push_back(
          std::max(width, height));
    if (line) return;
    bars[{'w', std::lround(width * 5)}].push_back(height);
    bars[{'t', std::lround(height * 5)}].push_back(width);
  }
  // Crosses, ticks and triangles of one size.
  void keep_stroke() {
    const double width = outline_.right - outline_.left, height = outline_.high - outline_.low;
    if (!placed_ || width > kMarkSize || height > kMarkSize || places.size() > 500) return;
    auto& list = places["stroke " + std::to_string(segments_) + " " + std::to_string(std::lround(width * 4)) + " " +
                        std::to_string(std::lround(height * 4))];
    if (list.size() < 10'000) list.emplace_back(outline_.left, outline_.low);
  }

  void show() {
    std::string bytes, shown;
    const auto [from, to] = parts_.fonts.equal_range(font_);
    const auto write = [&](const PdfFont& font) {
      std::string line;
      for (const std::string& piece : strings_)
        line += piece == "\x01" ? " " : font.text(piece);
      return line;
    };
    bool readable = from == to;
    if (from == to) shown = write(PdfFont{});
    std::vector<std::string> readings;  // the same name may stand for several fonts in several places
    for (auto font = from; font != to; ++font) {
      readable = readable || font->second.codes != PdfFont::Codes::kUnknown;
      std::string line = write(font->second);
      if (std::ranges::find(readings, line) == readings.end() && readings.size() < 4)
        readings.push_back(std::move(line));
    }
    if (!readings.empty()) shown = readings[0];
    for (std::size_t i = 1; i < readings.size(); ++i)
      others_ += readings[i] + "\n";
    if (!readable)
      out_.findings.add("pdf.unreadable", "file", "text in a font that does not say which letters it shows");
    text += shown;
    if (shown.size() == 1 && (shown[0] == 'l' || shown[0] == 'q')) ++marks;  // points drawn as letters of a symbol font
    const bool letters = std::ranges::any_of(shown, [](char c) { return !is_space(c); });
    if (!letters) return;
    if (placed_ && shown.size() == 1 && shown[0] > '9')
      if (auto& list = this->letters[shown[0]]; list.size() < 10'000)
        list.emplace_back(matrix_now()[4], matrix_now()[5]);
    if (mode_ == 3) out_.findings.add("pdf.hidden_text", "file", "invisible text");
    const Matrix matrix = matrix_now();
    const double scale = std::max(std::hypot(matrix[0], matrix[1]), std::hypot(matrix[2], matrix[3]));
    const double size = std::max(1e-3, size_ * scale);
    double wide = 0;
    for (const char c : shown)
      wide += static_cast<unsigned char>(c) < 0x80 ? 0.5 : static_cast<unsigned char>(c) >= 0xC0 ? 1.0 : 0.0;
    if (pieces_.size() < 200'000 && std::abs(matrix[4]) < 1e6 && std::abs(matrix[5]) < 1e6)
      pieces_.push_back({matrix[4], matrix[4] + wide * size, size, std::lround(matrix[5] / 3), shown});
    text_matrix_ = product({1, 0, 0, 1, wide * size_, 0}, text_matrix_);
    if (state_.white) {
      const bool on_dark = std::ranges::any_of(dark_, [&](const Box& box) {
        return matrix[4] >= box.left - 2 && matrix[4] <= box.right + 2 && matrix[5] >= box.low - 2 &&
               matrix[5] <= box.high + 2;
      });
      if (!on_dark)
        out_.findings.add(filled_ ? "pdf.pale" : "pdf.hidden_text", "file",
                          filled_ ? "white text" : "white text on white ground");
    }
    if (placed_ && size_ * scale < 1 && shown.size() >= 2)
      out_.findings.add("pdf.hidden_text", "file", "text too small to be seen");
    if (placed_ && (matrix[4] < -20 || matrix[5] < -20 || matrix[4] > width_ + 20 || matrix[5] > height_ + 20))
      out_.findings.add("pdf.hidden_text", "file", "text beyond the edge of the page");
  }

  const PdfParts& parts_;
  bool placed_;  // a page's own stream: positions are those on paper
  double width_, height_;
  Opened& out_;
  State state_;
  std::vector<State> stack_;
  Matrix line_{1, 0, 0, 1, 0, 0}, text_matrix_{1, 0, 0, 1, 0, 0};
  double leading_ = 0;
  std::vector<std::string> strings_;
  std::vector<double> numbers_;
  std::string name_, font_, others_;
  std::vector<Piece> pieces_;
  std::vector<Box> rectangles_, dark_;
  std::vector<std::pair<double, double>> corners_;
  std::size_t segments_ = 0, bends_ = 0;
  Box outline_{};
  double size_ = 12;
  int mode_ = 0;
  bool filled_ = false;
};

// "/Contents 4 0 R" or "/Contents [4 0 R 5 0 R]" of all pages.
std::vector<int> references(const PdfParts& parts, std::string_view key) {
  std::vector<int> out;
  for (const auto& [number, object] : parts.objects)
    for (std::size_t at = object.dictionary.find(key); at != std::string::npos;
         at = object.dictionary.find(key, at + 1)) {
      std::size_t from = at + key.size();
      const std::string& text = object.dictionary;
      while (from < text.size() && (is_space(text[from]) || text[from] == '['))
        ++from;
      while (from < text.size() && text[from] >= '0' && text[from] <= '9') {
        out.push_back(std::atoi(text.c_str() + from));
        const std::size_t end = text.find('R', from);
        if (end == std::string::npos) break;
        from = end + 1;
        while (from < text.size() && is_space(text[from]))
          ++from;
      }
    }
  return out;
}

void page_size(const PdfParts& parts, double& width, double& height) {
  for (const auto& [number, object] : parts.objects)
    if (const std::size_t at = object.dictionary.find("/MediaBox"); at != std::string::npos) {
      const char* from =
          object.dictionary.c_str() + std::min(object.dictionary.find('[', at), object.dictionary.size() - 1) + 1;
      double box[4] = {};
      for (double& value : box) {
        char* end = nullptr;
        value = std::strtod(from, &end);
        if (end == from) return;
        from = end;
      }
      width = std::max(width, box[2]);
      height = std::max(height, box[3]);
    }
}

// What readers for the blind say instead of the letters on the page.
std::string replaced_texts(std::string_view stream) {
  std::string out;
  for (const std::string_view key : {"/ActualText", "/Alt"})
    for (std::size_t at = stream.find(key); at != std::string_view::npos; at = stream.find(key, at + 1))
      out += pdf_strings(stream.substr(at, std::min(stream.find(">>", at), stream.size()) - at));
  return out;
}

// Names of places in the document, "Otani_Masato_00123456": chosen by people, as names of files are.
void judge_labels(std::string_view strings, Opened& out) {
  for (std::size_t at = 0; at < strings.size();) {
    const std::size_t end = std::min(strings.find('\n', at), strings.size());
    const std::string_view label = strings.substr(at, end - at);
    at = end + 1;
    if (label.contains('_') && label.size() <= 80 && !label.contains(' ')) judge_inner_name(label, out);
  }
}

bool draws(std::string_view stream) {
  return stream.contains(" Tf") || stream.contains("Tj") || stream.contains("TJ") || stream.contains(" re") ||
         stream.contains(" Do") || stream.contains(" m\n");
}
bool is_picture_or_font(std::string_view dictionary) {
  for (const std::string_view word :
       {"/Image", "FontFile", "/Length1", "/Length2", "/Type1C", "/CIDFontType0C", "/OpenType", "/ICCBased", "/XRef",
        "/ObjStm", "/N 3", "/N 1 ", "/FunctionType", "/ShadingType", "/CMap"})
    if (dictionary.contains(word)) return true;
  return false;
}

void judge_end(std::string_view data, Opened& out) {
  const std::size_t end = data.rfind("%%EOF");
  if (end == std::string_view::npos)
    out.findings.add("pdf.broken", "file", "no end mark");
  else if (data.substr(end + 5).find_first_not_of(std::string_view("\r\n \t\0", 5)) != std::string_view::npos)
    out.findings.add("file.trailing", "file", "bytes behind the end of the document");
  std::size_t ends = 0;
  for (std::size_t at = data.find("%%EOF"); at != std::string_view::npos; at = data.find("%%EOF", at + 1))
    ++ends;
  const bool linear = data.substr(0, 1024).contains("/Linearized");
  if (ends > (linear ? 2U : 1U))
    out.findings.add("pdf.incremental", "file", "earlier versions of the document are inside");
  if (data.find("%PDF-") > 0) out.findings.add("file.leading", "file", "bytes before the document begins");
}

}  // namespace

void open_pdf(std::string_view data, Opened& out) {
  judge_end(data, out);
  const PdfParts parts = read_pdf(data);
  if (parts.broken) out.findings.add("pdf.broken", "file", "a stream without an end");
  if (parts.too_large) out.findings.add("archive.bomb", "file", "the document grows beyond measure when unpacked");
  if (!parts.comments.empty()) {
    if (parts.comments.size() > kManyComments)
      out.findings.add("pdf.comment", "file", "lines beside the document's objects");
    out.texts.push_back({"comments.txt", parts.comments});
  }
  double width = 0, height = 0;
  page_size(parts, width, height);
  const std::vector<int> pages = references(parts, "/Contents");
  // Words outside of objects too: the trailer.
  const std::size_t trailer = data.rfind("trailer");
  if (trailer != std::string_view::npos && data.substr(trailer).contains("/Encrypt"))
    out.findings.add("pdf.encrypted", "file", "encryption: it cannot be examined");
  Marks worst = Marks::kFew;
  std::size_t marks = 0, lines = 0;
  for (const auto& [number, object] : parts.objects) {
    for (const PdfWord& word : kWords)
      if (object.dictionary.contains(word.word)) out.findings.add(word.rule, "file", word.message);
    if (const std::string strings = pdf_strings(object.dictionary);
        !strings.empty() && !object.dictionary.contains("/Type /FontDescriptor")) {
      judge_labels(strings, out);
      out.texts.push_back({"properties.txt", strings});
    }
    if (!object.has_stream) continue;
    if (object.packed) {
      if (object.stream.starts_with("\xFF\xD8"))
        open_container(FileType::kJpeg, object.stream, 1, out);
      else if (!is_picture_or_font(object.dictionary))
        out.findings.add("pdf.unreadable", "file", "a part that cannot be unpacked");
      continue;
    }
    if (is_picture_or_font(object.dictionary)) continue;
    if (object.dictionary.contains("EmbeddedFile")) {
      out.texts.push_back({"attachment.csv", object.stream});
      continue;
    }
    if (object.dictionary.contains("/Metadata")) {
      out.texts.push_back({"metadata.txt", text_of(object.stream, {"rdf:li", "dc:description", "dc:title", "dc:creator",
                                                                   "pdf:Keywords"}) +
                                               "\n" + attribute_values(object.stream)});
      continue;
    }
    if (object.stream.contains("begincmap")) continue;
    const bool page = std::ranges::find(pages, number) != pages.end();
    const bool form = object.dictionary.contains("/Form") || object.dictionary.contains("/Pattern") ||
                      object.dictionary.contains("/CharProc");
    if (std::string words = replaced_texts(object.stream); !words.empty())
      out.texts.push_back({"alternatives.txt", std::move(words)});
    if (draws(object.stream)) {
      PageReader reader(parts, page && width > 0, width, height, out);
      reader.read(object.stream);
      marks += reader.marks;
      for (const auto& [name, places] : reader.places) {
        const bool letter = name.find('-') != std::string::npos;  // DejaVuSans-Oblique-alpha: letters of a font
        if (!letter) worst = std::max(worst, judge_marks(places));
      }
      // Letters as marks; many kinds of them are a text written letter by letter.
      if (reader.letters.size() <= kLetterMarks)
        for (const auto& [letter, places] : reader.letters)
          worst = std::max(worst, judge_marks(places));
      lines += reader.lines;
      for (const auto& [kind, lengths] : reader.bars)
        if (are_single_bars(lengths))
          out.findings.add("plot.marks", "file", "many bars, each of its own length: a bar for each person?");
      if (reader.stepped > 0)
        out.findings.add("curve.events", "file",
                         "a curve of many steps in no grid: each may be the event of one person");
      out.texts.push_back({"pages.txt", reader.as_read()});
      out.texts.push_back({"order.txt", std::move(reader.text)});
    } else if (!page && !form && object.stream.size() > 40 && !object.dictionary.contains("/Type3")) {
      std::size_t printable = 0;
      for (const char c : object.stream)
        printable += (c >= ' ' && c <= '~') || c == '\n' || (c & 0x80) != 0;
      const bool glyph = object.stream.contains(" d1") || object.stream.contains(" d0");
      if (printable * 10 > object.stream.size() * 9 && !glyph) out.texts.push_back({"part.txt", object.stream});
    }
  }
  if (lines > kManyCurves)
    out.findings.add("plot.lines", "file", "many lines of several points: a line for each person");
  if (worst == Marks::kSome)
    out.findings.add("plot.marks", "file", "some marks in no order: sites of a map, or single persons");
  if (worst == Marks::kGrid)
    out.findings.add("plot.grid", "file", "many marks in a grid: cells of ten persons and more, or single persons");
  if (worst == Marks::kCloud || (marks > kManyMarks && worst == Marks::kFew))
    out.findings.add("plot.scatter", "file", "many single points: a point for each person or event");
}

}  // namespace sekisho::outgoing
