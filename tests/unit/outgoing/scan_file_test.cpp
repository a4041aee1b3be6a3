// The scan of single files without any knowledge besides them: identifiers by their form, records, what cannot be read.
#include <gtest/gtest.h>

#include <set>

#include "../disclosure/datasets.h"
#include "outgoing/page_pictures.h"
#include "outgoing/scan.h"

namespace sekisho::outgoing {
namespace {

class ScanFile : public disclosure::WithFolder {
 protected:
  std::set<std::string> rules(const std::string& name, const std::string& content) {
    const auto findings = scan_file(write(name, content));
    EXPECT_TRUE(findings);
    std::set<std::string> found;
    for (const ScanFinding& finding : *findings)
      found.insert(finding.rule);
    return found;
  }
};

TEST_F(ScanFile, RefusesTheDatasetAndPassesTheTableMadeFromIt) {
  std::string records = "person_id,sex,age\n";
  for (int i = 0; i < 200; ++i)
    records += "P" + std::to_string(i) + (i % 2 == 0 ? ",M" : ",F") + (i % 5 < 2 ? ",20-\n" : ",40-\n");
  const auto result = disclosure::make_table({write("d.csv", records), {"sex"}, {"age"}});
  ASSERT_TRUE(result);
  EXPECT_EQ(rules("table.csv", result->csv), std::set<std::string>{});
  EXPECT_TRUE(rules("d.csv", records).contains("record.column"));
  std::string renamed = records;  // the key under a harmless name is found by its values
  renamed.replace(0, 9, "k");
  for (std::size_t at = renamed.find("\nP"); at != std::string::npos; at = renamed.find("\nP", at + 1))
    renamed.replace(at + 1, 1, "X1000");
  EXPECT_TRUE(rules("e.csv", renamed).contains("record.unique_id"));
  std::string without = "sex,age\n";  // and records without any key by their repetition
  for (int i = 0; i < 100; ++i)
    without += i % 2 == 0 ? "M,20-\n" : "F,40-\n";
  EXPECT_TRUE(rules("f.csv", without).contains("record.repeated"));
}

// A text, and whether the rule speaks of it.
struct Written {
  const char *text, *rule;
  bool found = true;
  const char* name = "a.txt";
};

class Writings : public ScanFile, public testing::WithParamInterface<Written> {};

TEST_P(Writings, AreKnownByTheirForm) {
  const Written& written = GetParam();
  EXPECT_EQ(rules(written.name, written.text).contains(written.rule), written.found) << written.text;
}

// My Number with its check digit computed by the published rule (ordinance 85 of 2014): 12345678901 -> 8.
// Insurers: 0*2+6+1*2+3+2*2+0+1*2 = 17 -> 3.
constexpr Written kWritten[] = {
    {"no 123456789018 x", "id.my_number"},
    {"no １２３４５６７８９０１８ x", "id.my_number"},
    {"no 123456789017 x", "id.my_number", false},
    {"born S55.3.1", "date.era"},
    {"DOB 昭.55.3.1", "date.era"},
    {"生年月日 S.55.3.1", "date.era"},
    {"昭和55年3月1日生", "date.era"},
    {"令和元年5月2日生", "date.era"},
    {"令和元年5月2日", "date.event"},
    {"令和6年度 S55.13.1 昭和55年", "date.era", false},
    {"Table S.3.1.2 平.均 最大3.5.1", "date.era", false},
    {"電話 ０９０－５７６８－５６６１", "id.phone"},
    {"佐藤花子様は", "id.name"},
    {"除外：齋　藤　　茂 殿", "id.name"},
    {"1980-03-01", "date.birth"},
    {"19800301", "date.birth_number"},
    {"2024-03-01 12345.678", "date.birth", false},
    {"birth,n\n3550301,40\n", "date.birth", true, "b.csv"},
    {"0001234567", "id.patient_number"},
    {"0.0001234567 12345678901", "id.patient_number", false},
    {"https://example.jp/?pid=01234567", "id.patient_number"},
    {"06132013", "id.insurer"},
    {"06132014", "id.insurer", false},
    {"----Lowest----        ----Highest---\n\n  18   33   104  812\n", "extreme.value"},
    {"exclude_patients:\n  - 01234567\n  - 01234568\n  - 02234567\n  - 11234567\n  - 31234567\n", "code.ids"},
    {"ports:\n  - 8080\n  - 8081\n  - 8082\n  - 8083\n  - 8084\n", "code.ids", false},
};
INSTANTIATE_TEST_SUITE_P(OfIdentifiers, Writings, testing::ValuesIn(kWritten));

TEST_F(ScanFile, ADateOfWritingIsNobodysDay) {
  EXPECT_TRUE(rules("a.txt", "作成日 令和6年5月2日").empty());
}

TEST_F(ScanFile, RefusesWhatItCannotRead) {
  EXPECT_TRUE(rules("a.csv", std::string("PK\x03\x04\0\0", 6)).contains("file.type"));
  EXPECT_TRUE(rules("a.csv", "%PDF-1.7").contains("file.type"));
  EXPECT_TRUE(rules("0001234567.csv", "a,b\n1,2\n").contains("id.patient_number"));
  EXPECT_FALSE(scan_file(folder_->path() / "absent"));
}

TEST_F(ScanFile, PagesThatNobodyDrewAreSaidToBeMissing) {
  const auto text = page_pictures(write("a.txt", "text"), "txt", folder_->path() / "pages");
  ASSERT_TRUE(text);
  EXPECT_FALSE(text->missing);  // it has none
  const auto broken = page_pictures(write("a.docx", "no document"), "docx", folder_->path() / "pages");
  ASSERT_TRUE(broken);
  EXPECT_TRUE(broken->missing);
  EXPECT_FALSE(broken->reason.empty());
  EXPECT_EQ(judge({"pictures.missing", "file", broken->reason}).verdict, disclosure::Verdict::kReview);
}

}  // namespace
}  // namespace sekisho::outgoing
