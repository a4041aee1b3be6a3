// The extended storage: clinical documents, vital signs, attachments.
#include <gtest/gtest.h>

#include "formats/reader.h"
#include "formats/ssmix2_cda.h"
#include "formats/xml.h"

namespace sekisho::formats {
namespace {

using records::RecordSet;
using records::Table;

std::vector<std::string> tokens(std::string_view text) {
  std::vector<std::string> out;
  xml::Reader reader(text);
  for (int i = 0; i < 1000; ++i) {
    switch (reader.next()) {
      case xml::Token::kStart:
        out.push_back("<" + std::string(reader.name()));
        break;
      case xml::Token::kEnd:
        out.push_back(">" + std::string(reader.name()));
        break;
      case xml::Token::kText:
        out.push_back("=" + std::string(reader.content()));
        break;
      case xml::Token::kDone:
        return out;
      case xml::Token::kError:
        out.push_back("!" + std::string(reader.error()));
        return out;
    }
  }
  return out;
}

TEST(Xml, ElementsTextAndReferencesComeInOrder) {
  using T = std::vector<std::string>;
  EXPECT_EQ(tokens("<?xml version='1.0'?><!-- a > b --><x:a p='1>2'>&lt;&#x3042;&#12356;<b/><![CDATA[<&]]></x:a>\n"),
            (T{"<a", "=<あい", "<b", ">b", "=<&", ">a"}));
  xml::Reader reader("<a q=\"x&amp;y\" value='2'/>");
  ASSERT_EQ(reader.next(), xml::Token::kStart);
  EXPECT_EQ(reader.attribute("q"), "x&y");
  EXPECT_EQ(reader.attribute("value"), "2");
  EXPECT_EQ(reader.attribute("other"), "");
}

TEST(Xml, NothingIsExpandedFetchedOrNestedWithoutBound) {
  for (const char* bad : {"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
                          "<a>&x;</a>", "<a>&#0;</a>", "<a>&#xD800;</a>", "<a><b></a></b>", "<a>", "<a/><b/>", "x", "",
                          "<a", "<a b='", "<!-- ", "<a><![CDATA[x</a>", "<>"})
    EXPECT_EQ(tokens(bad).back()[0], '!') << bad;
  std::string deep;
  for (int i = 0; i < 300; ++i)
    deep += "<a>";
  EXPECT_EQ(tokens(deep).back(), "!nested too deeply");
}

constexpr std::string_view kFolder =
    "900/100/9001000010/20240401/^退院時サマリー^^18842-5^退院時サマリー^LN/"
    "9001000010_20240401_^退院時サマリー^^18842-5^退院時サマリー^LN_0001_20240405120000000_01_";

std::string cda(std::string_view patient = "9001000010", std::string_view code = "18842-5") {
  return R"(<?xml version="1.0" encoding="UTF-8"?><?xml-stylesheet type="text/xsl" href="cda.xsl"?>
<ClinicalDocument xmlns="urn:hl7-org:v3"><code code=")" +
         std::string(code) + R"(" codeSystem="2.16.840.1.113883.6.1"/><title>退院時サマリー</title>
<effectiveTime value="20240405120000"/><versionNumber value="2"/>
<recordTarget><patientRole><id root="1.2" extension=")" +
         std::string(patient) + R"("/><addr><postalCode>105-0001</postalCode><city>港区</city></addr>
<telecom value="tel:03-1234-5678"/><patient><name use="IDE"><family>試験</family><given>花子</given></name>
<name use="SYL"><family>シケン</family><given>ハナコ</given></name><administrativeGenderCode code="F"/>
<birthTime value="19800229"/></patient></patientRole></recordTarget>
<documentationOf><serviceEvent classCode="ACCM"><effectiveTime><low value="20240401"/><high value="20240405"/>
</effectiveTime></serviceEvent></documentationOf>
<component><structuredBody><component><section><code code="11535-2" codeSystem="2.16.840.1.113883.6.1"/>
<title>診断</title><text><list><item>肺炎</item><item>A&amp;B</item></list></text><entry><observation/></entry>
<component><section><code code="X"/><text><table><tr><td>1</td><td>2</td></tr></table>
<renderMultiMedia referencedObject="m"/></text></section></component></section></component>
<component><section><title>図</title><text>見よ</text><entry><observationMedia><value mediaType="image/jpeg">
<reference value="image1.jpg"/></value></observationMedia></entry></section></component>
</structuredBody></component></ClinicalDocument>)";
}

TEST(Cda, HeaderSectionsAndReferencesAreTaken) {
  CdaDocument d;
  std::string why;
  ASSERT_TRUE(parse_cda(cda(), d, why)) << why;
  EXPECT_EQ(d.code, "18842-5");
  EXPECT_EQ(d.title, "退院時サマリー");
  EXPECT_EQ(d.patient_id, "9001000010");
  EXPECT_EQ(d.birth, "19800229");
  EXPECT_EQ(d.phone, "03-1234-5678");
  ASSERT_EQ(d.names.size(), 2u);
  EXPECT_EQ(d.names[1].given, "ハナコ");
  ASSERT_EQ(d.periods.size(), 1u);
  EXPECT_EQ(d.periods[0].kind + d.periods[0].low + d.periods[0].high, "ACCM2024040120240405");
  ASSERT_EQ(d.sections.size(), 3u);
  EXPECT_EQ(d.sections[0].text, "肺炎\nA&B");
  EXPECT_EQ(d.sections[1].text, "1\t2");
  EXPECT_EQ(d.sections[1].level, 2);
  EXPECT_EQ(d.sections[2].title, "図");
  EXPECT_EQ(d.entries, 2u);
  EXPECT_EQ(d.references, (std::vector<std::string>{"cda.xsl", "image1.jpg"}));
}

// Reads one file of a content folder with the flag given.
FileFacts read(RecordSet& set, std::string_view document, char flag, ByteView bytes, std::size_t piece = 0) {
  auto reader = make_ssmix2_reader(set, {});
  const std::string path = std::string(kFolder) + flag + "/" + std::string(document);
  reader->begin({.path = path});
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t n = piece == 0 ? bytes.size() : std::min(piece, bytes.size() - at);
    EXPECT_TRUE(reader->feed(bytes.subspan(at, n)));
    at += n;
  }
  EXPECT_TRUE(reader->finish());
  EXPECT_EQ(set.counts.records, set.counts.loaded + set.counts.superseded + set.counts.quarantined);
  return reader->facts();
}

std::vector<std::string> rules(RecordSet& set) {
  std::vector<std::string> out;
  for (const records::Finding& f : set.findings())
    out.push_back(f.rule);
  return out;
}

std::string column(RecordSet& set, int column, std::size_t row) {
  records::Batch& batch = set.batch(Table::kDocumentRef);
  batch.pad();
  return std::string(batch.column(column).text(row));
}

TEST(ExtendedStorage, AClinicalDocumentBecomesARowForItselfAndForEachSection) {
  RecordSet set;
  const FileFacts facts = read(set, "main_document.xml", '1', as_bytes(cda()));
  EXPECT_EQ(facts.kind, FileFacts::Kind::kCda);
  EXPECT_EQ(rules(set), std::vector<std::string>{});
  ASSERT_EQ(set.batch(Table::kDocumentRef).rows(), 4u);
  namespace d = records::document_ref;
  EXPECT_EQ(column(set, d::kKind, 0), "18842-5");
  EXPECT_EQ(column(set, d::kFormat, 0), "cda");
  EXPECT_EQ(column(set, d::kHash, 0).size(), 64u);
  EXPECT_EQ(column(set, d::kKind, 1), "11535-2");
  ASSERT_EQ(set.vault().size(), 4u);
  EXPECT_EQ(set.vault()[1].kind, "cda:section:11535-2");
  EXPECT_EQ(set.vault()[1].content, "診断\n肺炎\nA&B");
  ASSERT_EQ(set.identities().size(), 1u);
  EXPECT_EQ(set.identities()[0].family_kana, "シケン");
  EXPECT_EQ(set.identities()[0].sex, "F");
}

TEST(ExtendedStorage, SupersededDocumentsAndThoseOfOthersAreNeverActive) {
  RecordSet history, other;
  (void)read(history, "main_document.xml", '0', as_bytes(cda()));
  EXPECT_EQ(column(history, records::common::kState, 0), "superseded");
  EXPECT_TRUE(history.identities().empty());
  (void)read(other, "main_document.xml", '1', as_bytes(cda("9001000099", "11506-3")));
  EXPECT_EQ(rules(other), (std::vector<std::string>{"PATIENT_ID_MISMATCH", "DOCUMENT_CODE_MISMATCH"}));
  EXPECT_EQ(column(other, records::common::kState, 0), "error");
  EXPECT_TRUE(other.identities().empty());
}

TEST(ExtendedStorage, UnreadableXmlIsFoundAndKept) {
  RecordSet set;
  const FileFacts facts =
      read(set, "main_document.xml", '1', as_bytes(std::string_view("<?xml version='1.0'?><!DOCTYPE a><a/>")));
  EXPECT_EQ(rules(set), std::vector<std::string>{"XML_UNREADABLE"});
  EXPECT_EQ(facts.kind, FileFacts::Kind::kAttachment);
  ASSERT_EQ(set.vault().size(), 1u);
  EXPECT_EQ(set.vault()[0].kind, "document:text");
}

// SHA-256 of "abc": FIPS 180-4, appendix of examples.
TEST(ExtendedStorage, AttachmentsAreRegisteredByHashTypeAndSize) {
  RecordSet set;
  (void)read(set, "note.bin", '1', as_bytes(std::string_view("abc")), 1);
  namespace d = records::document_ref;
  EXPECT_EQ(column(set, d::kHash, 0), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(column(set, d::kFormat, 0), "application/octet-stream");
  EXPECT_EQ(set.batch(Table::kDocumentRef).column(d::kSize).integer(0), 3);
  EXPECT_EQ(set.vault()[0].content, "YWJj");
  RecordSet pdf;
  (void)read(pdf, "a.dat", '1', as_bytes(std::string_view("%PDF-1.4 ...")));
  EXPECT_EQ(column(pdf, d::kFormat, 0), "application/pdf");
}

TEST(ExtendedStorage, LargeAttachmentsAreKeptInPiecesWhole) {
  Bytes bytes(std::size_t{21} << 20);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<std::uint8_t>(i * 2654435761u >> 13);
  RecordSet set;
  (void)read(set, "film.mp4", '1', bytes, 1 << 20);
  namespace d = records::document_ref;
  ASSERT_EQ(set.batch(Table::kDocumentRef).rows(), 1u);
  EXPECT_EQ(set.batch(Table::kDocumentRef).column(d::kSize).integer(0), static_cast<std::int64_t>(bytes.size()));
  std::string kept;
  for (const records::VaultItem& item : set.vault())
    kept += item.content;
  EXPECT_EQ(set.vault().size(), 6u);
  Bytes back;
  for (const records::VaultItem& item : set.vault()) {
    const auto piece = from_base64(item.content);
    ASSERT_TRUE(piece);
    back.insert(back.end(), piece->begin(), piece->end());
  }
  EXPECT_EQ(back, bytes);
  EXPECT_EQ(set.counts.loaded, 1u);
}

TEST(ExtendedStorage, AContentFolderIsWholeWithAMainDocumentAndWhatItNames) {
  const std::string folder = std::string(kFolder) + "1/";
  FileFacts document;
  document.kind = FileFacts::Kind::kCda;
  document.references = {"cda.xsl", "image1.jpg"};
  FileFacts attachment;
  attachment.kind = FileFacts::Kind::kAttachment;
  const auto found = [](const std::vector<std::string>& paths, const std::vector<FileFacts>& facts) {
    std::vector<std::string> out;
    for (const NameFinding& f : check_patient_names(paths, facts))
      out.push_back(f.rule);
    return out;
  };
  using Rules = std::vector<std::string>;
  EXPECT_EQ(found({folder + "cda.xsl", folder + "image1.jpg", folder + "main_document.xml"},
                  {attachment, attachment, document}),
            Rules{});
  EXPECT_EQ(found({folder + "cda.xsl", folder + "main_document.xml"}, {attachment, document}),
            Rules{"ATTACHMENT_MISSING"});
  EXPECT_EQ(found({folder + "image1.jpg"}, {attachment}), Rules{"MAIN_DOCUMENT_MISSING"});
}

TEST(ExtendedStorage, VitalSignsBecomeObservations) {
  const std::string path =
      "900/100/9001000010/20240401/L-OBSERVATIONS^OBSERVATIONS^99ZL01/"
      "9001000010_20240401_L-OBSERVATIONS_2024040108_20240401_1/main_document.hl7";
  const std::string_view message =
      "MSH|^~\\&|H|F|G|R|20240401080000||ORU^R30^ORU_R30|1|P|2.5||||||~ISO IR87||ISO 2022-1994\r"
      "PID|0001||9001000010^^^^PI||A^B^^^^^L^I~C^D^^^^^L^P||19800229|F\rORC|NW|2024040108\rOBR|1|2024040108||\"\"\r"
      "OBX|1|NM|9A751000000000001^SBP^JC10||128|mm(hg)^mmHg^ISO+|||||F|||202404010800\r"
      "OBX|2|NM|9P100000000000001^BT^JC10||36.5|cel^C^ISO+|||||F|||202404010800\r";
  RecordSet set;
  auto reader = make_ssmix2_reader(set, {});
  reader->begin({.path = path});
  ASSERT_TRUE(reader->feed(as_bytes(message)));
  ASSERT_TRUE(reader->finish());
  EXPECT_EQ(set.batch(Table::kObservation).rows(), 2u);
  EXPECT_EQ(reader->facts().kind, FileFacts::Kind::kVitals);
  EXPECT_EQ(rules(set), std::vector<std::string>{});
}

}  // namespace
}  // namespace sekisho::formats
