// Files that are more than they show: archives, office documents, PDF, images, SVG, HTML and notebooks. Taken apart
// into the texts inside, each with its place, and findings about what is hidden. Works on bytes of anyone: bounded, and
// run in a process without rights (see scan). Private to the scan.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "outgoing/identifiers.h"

namespace sekisho::outgoing {

enum class FileType : std::uint8_t {
  kText,
  kSvg,
  kHtml,
  kNotebook,
  kXlsx,
  kDocx,
  kPptx,
  kZip,
  kGzip,
  kTar,
  kPdf,
  kPng,
  kJpeg,
  kOther
};
std::string_view name(FileType type);
// By the content; the name only tells texts apart.
FileType type_of(std::string_view content, std::string_view file_name);
// Does a file of this type carry this name?
bool fits(FileType type, std::string_view file_name);

struct InnerText {
  std::string name;  // with an extension that says how to read it
  std::string text;
};
struct Opened {
  std::vector<InnerText> texts;
  Findings findings;
  double capacity_bits = 0;  // room for hidden content
};
// The name of a part or of a packed file, chosen by a person: as text, and by the rules for names of files.
void judge_inner_name(std::string_view name, Opened& out);
// Each takes one kind apart.
void open_office(std::string_view content, Opened& out);
void open_pdf(std::string_view content, Opened& out);
void open_png(std::string_view content, Opened& out);
void open_jpeg(std::string_view content, Opened& out);
void open_markup(FileType type, std::string_view content, Opened& out);
// What is inside a file of that type; nothing for plain texts.
void open_container(FileType type, std::string_view content, int depth, Opened& out);

}  // namespace sekisho::outgoing
