#include "formats/ssmix2_cda.h"

#include <algorithm>

#include "core/utf16.h"
#include "formats/xml.h"

namespace sekisho::formats {
namespace {

constexpr std::size_t kMostSections = 4096, kMostReferences = 4096;

bool is_block(std::string_view element) {
  static constexpr std::string_view kBlocks[] = {"br", "caption", "item", "list", "paragraph", "table", "tr"};
  return std::ranges::find(kBlocks, element) != std::end(kBlocks);
}

// One line break for each block, one tab between cells, no blanks at the ends of lines.
void append_text(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      if (!out.empty() && out.back() != ' ' && out.back() != '\n' && out.back() != '\t') out += ' ';
    } else {
      out += c;
    }
  }
}
void end_line(std::string& out) {
  while (!out.empty() && (out.back() == ' ' || out.back() == '\t'))
    out.pop_back();
  if (!out.empty() && out.back() != '\n') out += '\n';
}
void trim(std::string& text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\n' || text.back() == '\t'))
    text.pop_back();
}

// A file beside the document: no address, no place within the document.
bool is_beside(std::string_view reference) {
  return !reference.empty() && reference[0] != '#' && reference.find(':') == std::string_view::npos;
}

class CdaParser {
 public:
  CdaParser(std::string_view text, CdaDocument& out) : reader_(text), out_(out) {}

  bool run(std::string& why) {
    for (;;) {
      switch (reader_.next()) {
        case xml::Token::kStart:
          if (path_.empty() && reader_.name() != "ClinicalDocument") {
            why = "the root is no ClinicalDocument";
            return false;
          }
          start();
          break;
        case xml::Token::kEnd:
          end();
          break;
        case xml::Token::kText:
          text(reader_.content());
          break;
        case xml::Token::kError:
          why = reader_.error();
          return false;
        case xml::Token::kDone:
          finish();
          return true;
      }
    }
  }

 private:
  std::string attribute(std::string_view name) { return std::string(reader_.attribute(name)); }
  bool at(std::string_view below_root) const {
    return path_.size() == kRoot.size() + below_root.size() && path_.ends_with(below_root);
  }

  void start() {
    path_.append("/").append(reader_.name());
    refer(reader_.name());
    if (!section_.empty() || reader_.name() == "section") return start_in_body();
    if (at("/code")) {
      out_.code = attribute("code");
      out_.code_system = attribute("codeSystem");
    } else if (at("/effectiveTime")) {
      out_.effective = attribute("value");
    } else if (at("/versionNumber")) {
      out_.version = attribute("value");
    } else if (at("/recordTarget/patientRole/id")) {
      if (out_.patient_id.empty()) out_.patient_id = attribute("extension");
    } else if (at("/recordTarget/patientRole/patient/name")) {
      if (out_.names.size() < 16) out_.names.push_back({attribute("use"), {}, {}});
    } else if (at("/recordTarget/patientRole/patient/administrativeGenderCode")) {
      out_.gender = attribute("code");
    } else if (at("/recordTarget/patientRole/patient/birthTime")) {
      out_.birth = attribute("value");
    } else if (at("/recordTarget/patientRole/telecom")) {
      if (const std::string value = attribute("value"); out_.phone.empty() && value.starts_with("tel:"))
        out_.phone = value.substr(4);
    } else if (at("/documentationOf/serviceEvent") || at("/componentOf/encompassingEncounter")) {
      if (out_.periods.size() < 64)
        out_.periods.push_back({at("/documentationOf/serviceEvent") ? attribute("classCode") : "ENC", {}, {}});
    } else if (path_.ends_with("/effectiveTime/low") || path_.ends_with("/effectiveTime/high")) {
      const bool in_period = path_.find("/documentationOf/serviceEvent/") != std::string::npos ||
                             path_.find("/componentOf/encompassingEncounter/") != std::string::npos;
      if (in_period && !out_.periods.empty())
        (path_.ends_with("low") ? out_.periods.back().low : out_.periods.back().high) = attribute("value");
    }
  }

  // Pictures and other files of the document.
  void refer(std::string_view element) {
    std::string value;
    if (element == "reference" || element == "renderMultiMedia") value = attribute("value");
    if (element == "linkHtml") value = attribute("href");
    if (is_beside(value) && out_.references.size() < kMostReferences) out_.references.push_back(std::move(value));
  }

  void start_in_body() {
    const std::string_view name = reader_.name();
    if (name == "section") {
      section_.push_back(out_.sections.size());
      depth_.push_back(reader_.depth());
      if (out_.sections.size() < kMostSections) {
        out_.sections.emplace_back();
        out_.sections.back().level = static_cast<int>(section_.size());
      }
      return;
    }
    const bool direct = reader_.depth() == depth_.back() + 1;
    if (direct && name == "entry") ++out_.entries;
    if (direct && name == "code" && current() != nullptr) {
      current()->code = attribute("code");
      current()->system = attribute("codeSystem");
    }
    if (direct && name == "text") narrative_ = reader_.depth();
    if (direct && name == "title") titled_ = true;
    if (narrative_ != 0 && current() != nullptr) {
      if (is_block(name)) end_line(current()->text);
      if ((name == "td" || name == "th") && !current()->text.empty() && current()->text.back() != '\n')
        current()->text += '\t';
    }
  }
  CdaSection* current() {
    return section_.empty() || section_.back() >= out_.sections.size() ? nullptr : &out_.sections[section_.back()];
  }

  void end() {
    if (narrative_ != 0 && current() != nullptr && is_block(reader_.name())) end_line(current()->text);
    if (narrative_ != 0 && reader_.depth() < narrative_) narrative_ = 0;
    if (reader_.name() == "title") titled_ = false;
    if (!section_.empty() && reader_.depth() < depth_.back()) {
      section_.pop_back();
      depth_.pop_back();
    }
    path_.resize(path_.rfind('/'));
  }

  void text(std::string_view content) {
    if (!section_.empty()) {
      if (current() == nullptr) return;
      if (narrative_ != 0) append_text(current()->text, content);
      if (titled_) append_text(current()->title, content);
      return;
    }
    if (at("/title")) return append_text(out_.title, content);
    if (at("/component/nonXMLBody/text")) return append_text(out_.body_text, content);
    if (path_.starts_with("/ClinicalDocument/recordTarget/patientRole/addr")) {
      if (path_.ends_with("/postalCode")) return append_text(out_.postcode, content);
      return append_text(out_.address, content);
    }
    if (out_.names.empty() || !path_.starts_with("/ClinicalDocument/recordTarget/patientRole/patient/name")) return;
    append_text(path_.ends_with("/given") ? out_.names.back().given : out_.names.back().family, content);
  }

  void finish() {
    for (CdaSection& s : out_.sections) {
      trim(s.text);
      trim(s.title);
    }
    for (std::string* text : {&out_.title, &out_.body_text, &out_.postcode, &out_.address})
      trim(*text);
    for (CdaName& n : out_.names) {
      trim(n.family);
      trim(n.given);
    }
    if (is_beside(reader_.stylesheet())) out_.references.emplace_back(reader_.stylesheet());
    std::ranges::sort(out_.references);
    const auto same = std::ranges::unique(out_.references);
    out_.references.erase(same.begin(), same.end());
  }

  static constexpr std::string_view kRoot = "/ClinicalDocument";
  xml::Reader reader_;
  CdaDocument& out_;
  std::string path_;
  std::vector<std::size_t> section_, depth_;  // sections open and the depths of their elements
  std::size_t narrative_ = 0;                 // depth of the text element open; 0: none
  bool titled_ = false;
};

}  // namespace

bool looks_like_xml(ByteView head) {
  std::string_view text = as_text(head.first(std::min<std::size_t>(head.size(), 256)));
  if (text.starts_with("\xFF\xFE<") || text.starts_with(std::string_view("\xFE\xFF\0<", 4))) return true;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  return text.starts_with("<?xml") || text.starts_with("<ClinicalDocument") ||
         (text.starts_with('<') && text.find(":ClinicalDocument") != std::string_view::npos);
}

void decode_xml(ByteView bytes, std::string& out, DecodeReport& report) {
  if (const ByteOrder order = utf16_order(bytes); order != ByteOrder::kNone) {
    report.invalid += decode_utf16(bytes, order, out);
    return;
  }
  decode(detect_charset(bytes), bytes, out, report);
}

bool parse_cda(std::string_view text, CdaDocument& out, std::string& why) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return CdaParser(text, out).run(why);
}

}  // namespace sekisho::formats
