// The scan of single files without any knowledge besides them: identifiers by their form, records, what cannot be read.
#include <gtest/gtest.h>

#include <set>

#include "../disclosure/datasets.h"
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

TEST_F(ScanFile, FindsIdentifiersByTheirForm) {
  // My Number with its check digit computed by the published rule (ordinance 85 of 2014): 12345678901 -> 8.
  EXPECT_TRUE(rules("a.txt", "no 123456789018 x").contains("id.my_number"));
  EXPECT_TRUE(rules("a.txt", "no １２３４５６７８９０１８ x").contains("id.my_number"));
  EXPECT_FALSE(rules("a.txt", "no 123456789017 x").contains("id.my_number"));
  EXPECT_TRUE(rules("a.txt", "born S55.3.1").contains("date.era"));
  EXPECT_TRUE(rules("a.txt", "昭和55年3月1日生").contains("date.era"));
  EXPECT_TRUE(rules("a.txt", "令和元年5月2日生").contains("date.era"));
  EXPECT_TRUE(rules("a.txt", "令和元年5月2日").contains("date.event"));
  EXPECT_TRUE(rules("a.txt", "作成日 令和6年5月2日").empty());
  EXPECT_TRUE(rules("a.txt", "電話 ０９０－５７６８－５６６１").contains("id.phone"));
  EXPECT_TRUE(rules("a.txt", "佐藤花子様は").contains("id.name"));
  EXPECT_FALSE(rules("a.txt", "令和6年度 S55.13.1 昭和55年").contains("date.era"));
  EXPECT_TRUE(rules("a.txt", "1980-03-01").contains("date.birth"));
  EXPECT_TRUE(rules("a.txt", "19800301").contains("date.birth_number"));
  EXPECT_FALSE(rules("a.txt", "2024-03-01 12345.678").contains("date.birth"));
  EXPECT_TRUE(rules("b.csv", "birth,n\n3550301,40\n").contains("date.birth"));
  EXPECT_TRUE(rules("a.txt", "0001234567").contains("id.patient_number"));
  EXPECT_FALSE(rules("a.txt", "0.0001234567 12345678901").contains("id.patient_number"));
  EXPECT_TRUE(rules("a.txt", "06132013").contains("id.insurer"));  // 0*2+6+1*2+3+2*2+0+1*2 = 17 -> 3
  EXPECT_FALSE(rules("a.txt", "06132014").contains("id.insurer"));
}

TEST_F(ScanFile, RefusesWhatItCannotRead) {
  EXPECT_TRUE(rules("a.csv", std::string("PK\x03\x04\0\0", 6)).contains("file.type"));
  EXPECT_TRUE(rules("a.csv", "%PDF-1.7").contains("file.type"));
  EXPECT_TRUE(rules("0001234567.csv", "a,b\n1,2\n").contains("id.patient_number"));
  EXPECT_FALSE(scan_file(folder_->path() / "absent"));
}

}  // namespace
}  // namespace sekisho::outgoing
