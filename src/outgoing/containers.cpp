#include "outgoing/containers.h"

#include <algorithm>

#include "core/json.h"
#include "outgoing/archive.h"

namespace sekisho::outgoing {
namespace {

void open_entries(std::vector<Entry> entries, int depth, Opened& out) {
  for (Entry& entry : entries) {
    const FileType inner = type_of(entry.content, entry.name);
    if (inner == FileType::kZip || inner == FileType::kGzip || inner == FileType::kTar) {
      out.findings.add("archive.nested", entry.name, "an archive within an archive");
      continue;
    }
    if (!fits(inner, entry.name)) out.findings.add("file.type", entry.name, "the content is not what the name says");
    if (inner == FileType::kOther)
      out.findings.add("file.type", entry.name, "a type of file that cannot be examined");
    else if (inner == FileType::kText)
      out.texts.push_back({entry.name, std::move(entry.content)});
    else
      open_container(inner, entry.content, depth + 1, out);
    judge_inner_name(entry.name, out);
  }
}

void gather(const Json& value, std::string& text) {
  if (value.is_string()) text += value.get<std::string>() + "\n";
  if (value.is_array())
    for (const Json& item : value)
      if (item.is_string()) text += item.get<std::string>();
  text += "\n";
}

void open_notebook(std::string_view data, Opened& out) {
  const auto parsed = parse_json(data);
  if (!parsed || !parsed->is_object() || !parsed->contains("cells") || !(*parsed)["cells"].is_array()) {
    out.findings.add("notebook.broken", "file", "a notebook that cannot be read");
    return;
  }
  if (parsed->contains("metadata") && (*parsed)["metadata"].contains("widgets"))
    out.findings.add("notebook.widgets", "file", "the state of widgets");
  std::string text;
  if (parsed->contains("metadata")) text += (*parsed)["metadata"].dump(1) + "\n";
  for (const Json& cell : (*parsed)["cells"]) {
    if (!cell.is_object()) continue;
    if (cell.contains("attachments") && !cell["attachments"].empty())
      out.findings.add("notebook.attachment", "file", "attachments of a cell");
    if (cell.contains("outputs") && cell["outputs"].is_array() && !cell["outputs"].empty()) {
      out.findings.add("notebook.outputs", "file", "outputs that are not stripped");
      text += cell["outputs"].dump() + "\n";
    }
    if (cell.contains("source")) gather(cell["source"], text);
    if (cell.contains("metadata") && !cell["metadata"].empty()) text += cell["metadata"].dump(1) + "\n";
  }
  out.texts.push_back({"notebook.cells", std::move(text)});
}

}  // namespace

void judge_inner_name(std::string_view name, Opened& out) {
  out.texts.push_back({"name.txt", std::string(name)});
  std::string words = fold_forms(name);
  std::ranges::replace(words, '/', ' ');
  Findings found;
  scan_identifiers(words, "name of a part", {.file_name = true}, found);
  for (const ScanFinding& finding : found.list())
    if (!finding.rule.starts_with("id.name_like")) out.findings.add(finding.rule, finding.where, finding.message);
}

std::string_view name(FileType type) {
  constexpr std::string_view kNames[] = {"text", "svg",  "html", "notebook", "xlsx", "docx", "pptx",
                                         "zip",  "gzip", "tar",  "pdf",      "png",  "jpeg", "other"};
  return kNames[static_cast<std::size_t>(type)];
}

FileType type_of(std::string_view content, std::string_view file_name) {
  if (content.starts_with("PK\x03\x04") || content.starts_with("PK\x05\x06")) {
    if (content.contains("xl/workbook")) return FileType::kXlsx;
    if (content.contains("word/document")) return FileType::kDocx;
    if (content.contains("ppt/presentation")) return FileType::kPptx;
    return FileType::kZip;
  }
  if (content.starts_with("\x1F\x8B")) return FileType::kGzip;
  if (content.substr(0, 1024).contains("%PDF-")) return FileType::kPdf;
  if (content.starts_with("\x89PNG\r\n\x1A\n")) return FileType::kPng;
  if (content.starts_with("\xFF\xD8\xFF")) return FileType::kJpeg;
  if (content.size() >= 512 && content.substr(257, 5) == "ustar") return FileType::kTar;
  for (const std::string_view magic :
       {"7z\xBC\xAF", "BZh",
        "\xFD"
        "7zXZ",
        "\x28\xB5\x2F\xFD", "Rar!", "\xD0\xCF\x11\xE0", "MZ\x90",
        "\x7F"
        "ELF",
        "PAR1", "SQLite format 3", "\x93NUMPY", "\x89HDF", "RDX", "GIF8", "II*", "\x80\x04\x95", "{\\rtf"})
    if (content.starts_with(magic)) return FileType::kOther;
  const std::string name = lower(file_name), head = lower(content.substr(0, 2000));
  const std::size_t page = std::min(head.find("<html"), head.find("<!doctype html"));
  if (head.find("<svg") < page) return FileType::kSvg;  // a page may hold drawings
  if (page != std::string::npos || name.ends_with(".html") || name.ends_with(".htm")) return FileType::kHtml;
  if (name.ends_with(".ipynb")) return FileType::kNotebook;
  if (content.find('\0') != std::string_view::npos) return FileType::kOther;
  return FileType::kText;
}

bool fits(FileType type, std::string_view file_name) {
  struct Row {
    FileType type;
    std::string_view ends;
  };
  constexpr Row kRows[] = {{FileType::kSvg, ".svg"},        {FileType::kHtml, ".html"}, {FileType::kHtml, ".htm"},
                           {FileType::kNotebook, ".ipynb"}, {FileType::kXlsx, ".xlsx"}, {FileType::kDocx, ".docx"},
                           {FileType::kPptx, ".pptx"},      {FileType::kZip, ".zip"},   {FileType::kGzip, ".gz"},
                           {FileType::kGzip, ".tgz"},       {FileType::kTar, ".tar"},   {FileType::kPdf, ".pdf"},
                           {FileType::kPng, ".png"},        {FileType::kJpeg, ".jpg"},  {FileType::kJpeg, ".jpeg"}};
  const std::string name = lower(file_name);
  const auto carries = [&](const Row& row) { return name.ends_with(row.ends); };
  if (type == FileType::kText || type == FileType::kOther) return std::ranges::none_of(kRows, carries);
  return std::ranges::any_of(kRows, [&](const Row& row) { return row.type == type && carries(row); });
}

void open_container(FileType type, std::string_view content, int depth, Opened& out) {
  if (depth > 2) {
    out.findings.add("archive.nested", "file", "files within files within files");
    return;
  }
  switch (type) {
    case FileType::kXlsx:
    case FileType::kDocx:
    case FileType::kPptx:
      return open_office(content, out);
    case FileType::kZip:
      return open_entries(unzip(content, out.findings), depth, out);
    case FileType::kTar:
      return open_entries(untar(content, out.findings), depth, out);
    case FileType::kGzip: {
      if (content.size() > 10 && (content[3] & 0x18) != 0) {  // the header names the file or comments on it
        std::size_t at = 10;
        if ((content[3] & 4) != 0 && content.size() > 12) at += 2 + little(content, 10, 2);
        for (const int flag : {8, 16}) {
          if ((content[3] & flag) == 0 || at >= content.size()) continue;
          const std::size_t end = std::min(content.find('\0', at), content.size());
          judge_inner_name(content.substr(at, end - at), out);
          at = end + 1;
        }
      }
      auto inner = gunzip(content, out.findings);
      if (!inner) return;
      const FileType packed = type_of(*inner, "x.csv");
      if (packed == FileType::kTar)
        open_entries(untar(*inner, out.findings), depth + 1, out);
      else if (packed != FileType::kText)
        out.findings.add("archive.nested", "file", "an archive of something that is no text");
      else
        out.texts.push_back({"content.csv", std::move(*inner)});
      return;
    }
    case FileType::kPdf:
      return open_pdf(content, out);
    case FileType::kPng:
      return open_png(content, out);
    case FileType::kJpeg:
      return open_jpeg(content, out);
    case FileType::kSvg:
    case FileType::kHtml:
      return open_markup(type, content, out);
    case FileType::kNotebook:
      return open_notebook(content, out);
    case FileType::kText:
    case FileType::kOther:
      return;
  }
}

}  // namespace sekisho::outgoing
