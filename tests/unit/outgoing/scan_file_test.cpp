// The scan of single files without any knowledge besides them: identifiers by their form, records, what cannot be read.
#include <gtest/gtest.h>

#include <set>

#include "../disclosure/datasets.h"
#include "outgoing/page_pictures.h"
#include "outgoing/scan.h"
#include "outgoing/scan_column.h"

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
    {"個人番号は一二三四五六七八九〇一八です", "id.my_number"},
    {"個人番号は一二三四五六七八九〇一七です", "id.my_number", true},  // called one, whatever its check digit
    {"no 一二三四五六七八九〇一七 x", "id.my_number", false},
    {"no ١٢٣٤٥٦٧٨٩٠١٨ x", "id.my_number"},
    {"file_123456789018_final", "id.my_number"},
    {"file_123456789017_final", "id.my_number", false},
    {"番号 123,456,789,018", "id.my_number"},
    {"a,b,c\n1234,5678,9018\n1234,5678,9018\n1234,5678,9018\n1234,5678,9018\n", "id.my_number", true, "b.csv"},
    {"a,b,c\n1234,5678,9017\n1234,5678,9017\n1234,5678,9017\n1234,5678,9017\n", "id.my_number", false, "b.csv"},
    {"sakura.goto [at] example [dot] jp", "id.mail"},
    {"meet (at noon) or: [at]", "id.mail", false},
    {"data [attached] (at)", "id.mail", false},
    {"よみがな:いがらし さとみ", "id.name"},
    {"運転免許証番号 012345678901", "id.document"},
    {"WHERE p.birth_date < DATE '1958-04-01'", "date.birth", false},
    {"birth_date 1958-04-02", "date.birth"},
    {"d <~@:s.&F(KSIBOYC)@gY+M/57ZS/hm\\j2(V3J2D-`l2_cjX/3#79$3~>", "capacity.base64"},  // of Python's a85encode
    {"再発は 5/118 (4.2%) であった", "text.few"},
    {"血圧は 5/118 (9.9%) であった", "text.few", false},
    {"Of the 212 patients, three had a stroke.", "text.few_like"},
    {"Of the 212 patients, most had a stroke.", "text.few_like", false},
    {"event,\"n = 212, %\"\nnausea,24.5\nrash,2.4\n", "cell.percentage", true, "b.csv"},
    {"event,\"n = 212, %\"\nnausea,24.5\nrash,9.4\n", "cell.percentage", false, "b.csv"},
    {"ward,HIV positive,HIV negative\nA,14,0\nB,12,220\n", "cell.group", true, "b.csv"},
    {"ward,HIV positive,HIV negative\nA,0,14\nB,12,220\n", "cell.group", false, "b.csv"},
    {"population,n\nall,812\nall without HIV,806\n", "cell.margin", true, "b.csv"},
    {"population,n\nall,812\nall without HIV,706\n", "cell.margin", false, "b.csv"},
    {"{\"confusion_matrix\": [[188, 4], [17, 96]]}", "cell.small", true, "b.json"},
    {"{\"confusion_matrix\": [[188, 14], [17, 96]]}", "cell.small", false, "b.json"},
    {"x <- c('2189010', '2189011', '2189012', '2189015', '2189016')", "code.ids", false, "b.R"},
    {"x <- c('2189010', '0834011', '7189012', '9189015', '1189016')", "code.ids", true, "b.R"},
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
  const auto broken = page_pictures(write("a.pdf", "no document"), "pdf", folder_->path() / "pages");
  ASSERT_TRUE(broken);
  EXPECT_TRUE(broken->missing);
  EXPECT_FALSE(broken->reason.empty());
  EXPECT_EQ(judge({"pictures.missing", "file", broken->reason}).verdict, disclosure::Verdict::kReview);
}

// Forms in which programs print single persons, each with a neighbour that tells of many.
constexpr Written kSigns[] = {
    {"d <- 1\n年齢: 66\n性別: F\n入院日: 2023-05-04\n", "text.case"},
    {"{'age': 66, 'sex': 'F', 'icd': 'I21.9'}\n", "text.case"},
    {"age 0.031 0.004\nsex 0.210 0.050\nbmi 0.011 0.002\n", "text.case", false},
    {"年齢 66 (11)\n性別 = M (%) 361 (59)\nBMI 22.4 (3.1)\n", "text.case", false},
    {"| age sex death |\n| 66 F 0 |\n| age sex death |\n| 71 M 1 |\n| age sex death |\n| 80 M 0 |\n", "log.records"},
    {"| age sex n |\n| 66 F 210 |\n", "log.records", false},
    {"083311 1.2\n410031 0.3\n220914 -0.8\n991200 0.1\n004412 0.9\n", "record.code"},
    {"13101 1.2\n13102 0.3\n13103 -0.8\n13104 0.1\n13105 0.9\n", "record.code", false},
    {"  3 | 0223567\n  4 | 1188\n  5 | 0347\n  6 | 25\n", "extreme.value"},
    {"$A\n[1] 12.1 78.3\n\n$B\n[1] 3.0 91.2\n\n$C\n[1] 22.0 64.9\n", "extreme.range"},
    {"ACGTACGGTACCATTGACGTACGGTACCATTGACGTACGGTACCATTGACGTACGGTACCATTG\n", "record.sequence"},
    {"-----------------------------------------------------------------------\n", "record.sequence", false},
    {"<?xml version=\"1.0\"?><kml><Placemark/></kml>\n", "file.markup"},
    {"8/3 ハセベさんのデータを削除\n", "id.name_like"},
    {"8/3 スタッフさんに確認\n", "id.name_like", false},
    {"Spike due to HASEBE, Shuichi (62 y/o)\n", "text.case"},
    {"x <- intToUtf8(c(38263, 35895, 37096, 20462, 19968, 32, 49, 57, 53, 53, 45, 48, 51, 45, 48, 50))\n", "id.name"},
    {"d <- data.frame(age = c(61L, 70L, 55L, 81L, 64L), sex = c(1L, 2L, 1L, 1L, 2L))\n", "code.list", true, "a.R"},
    {"d <- expand.grid(age = c(40, 50, 60, 70, 80), sex = c(1, 2, 1, 2, 1))\n", "code.list", true, "a.R"},
    {"n <- data.frame(age = c(40, 50, 60, 70, 80), bmi = c(22, 22, 22, 22, 22))\n", "code.list", false, "a.R"},
    {"id,variable,value\n1,age,66\n1,sex,F\n1,egfr,41.2\n2,age,71\n2,sex,M\n2,egfr,60.0\n3,age,58\n3,sex,M\n"
     "3,egfr,33.1\n4,age,80\n4,sex,F\n4,egfr,51.9\n5,age,62\n5,sex,F\n5,egfr,70.5\n",
     "record.level", true, "a.csv"},
    {"{\"columns\": [\"age\", \"sex\", \"outcome\"], \"data\": [[66, \"F\", 0], [71, \"M\", 1], [58, \"M\", 0], "
     "[80, \"F\", 1], [62, \"F\", 0]]}",
     "record.level", true, "a.json"},
    {"変数,係数,標準誤差,Wald,自由度,Exp(B)\n年齢,0.12,0.03,16.0,1,1.13\n男性,0.31,0.11,7.9,1,1.36\n", "model.degrees",
     false, "a.csv"},
    {"変数,係数,標準誤差,t,自由度\n年齢,0.12,0.03,4.0,3\n男性,0.31,0.11,2.8,3\n", "model.degrees", true, "a.csv"},
    {"三つ子の母親(34歳、当院で分娩)は除いた。\n", "text.case"},
    {"女性(65歳以上)は除いた。\n", "text.case", false},
    {"国内3例目の手術であった。\n", "text.narrative"},
    {"症例 1 : 66 歳 M eGFR 61.2\n", "text.case"},
    {"66歳以上 男 1204\n", "text.case", false},
    {"column: age INT64 min: 0 max: 104\n", "extreme.range"},
    {"confusion_matrix(y, p)\narray([[118,   4],\n       [ 12,  30]])\n", "cell.small"},
    {"confusion_matrix(y, p)\narray([[118,  14],\n       [ 12,  30]])\n", "cell.small", false},
    {"              precision  recall  support\n\n     grade 3       0.50    0.40        5\n     grade 4       0.33    "
     "0.25   "
     "    44\n",
     "cell.small"},
    {"群,奏効,割合\nA,4/45,8.9%\nB,21/48,43.8%\n", "cell.small", true, "a.csv"},
    {"月日,件数\n4/12,120\n5/12,130\n", "cell.small", false, "a.csv"},
    {"施設,A群,B群\nU,4,12\nV,21,3\nW,9,33\n", "cell.small", true, "a.csv"},
    {"\"\",\"A\",\"B\"\n\"U\",4,12\n\"V\",21,3\n\"W\",9,33\n", "cell.printed", true, "a.csv"},
    {"\"\",\"A\",\"B\"\n\"U\",40,12\n\"V\",21,30\n\"W\",19,33\n", "cell.printed", false, "a.csv"},
    {" [1]  123   456+  789   12+  600   44   51+  210  301   9\n", "record.values"},
    {"[1] \"2022-05-03\" \"2021-02-11\" \"2023-01-30\" \"2020-12-02\" \"2022-08-19\" \"2021-07-07\" "
     "\"2023-03-03\"\n[8] "
     "\"2022-02-14\" \"2020-06-21\" \"2021-11-25\"\n",
     "record.values"},
    {"#   dfb.1_ dfb.age dffit cov.r cook.d hat\n1  0.1 0.2 0.3 1.0 0.01 0.1\n", "plot.residuals"},
    {"pid 11 12 13\nage 66 71 58\nsex M F M\n", "log.records"},
    {"term 1 2 3\nage 0.1 0.2 0.3\nsex 0.4 0.5 0.6\n", "log.records", false},
    {"0100234\n2.0\n4410023\n0.4\n1299812\n7003311\n0.6\n5120093\n", "record.code"},
    {"20240501\n20240411\n20240619\n20230102\n20230930\n", "record.code", false},
    {"{'01002345', '44100231', '12998120', '70033112'}\n", "code.list"},
    {"      count   min    max\nhosp                     \nA        38  12.1  103.4\nB        41  19.4   99.8\n",
     "extreme.value"},
    {"61.2\t70\n58.4\t71\n77.0\t66\n60.1\t81\n59.9\t59\n64.3\t77\n71.1\t62\n55.5\t84\n68.7\t73\n62.6\t69\n"
     "61.3\t72\n58.5\t70\n77.1\t68\n60.2\t80\n59.8\t58\n64.4\t76\n71.2\t61\n55.6\t85\n68.8\t74\n62.7\t67\n"
     "61.4\t75\n58.6\t65\n77.2\t64\n60.3\t82\n59.7\t57\n64.5\t78\n71.3\t60\n55.7\t86\n68.9\t63\n62.8\t79\n",
     "record.values", true, "a.tsv"},
    {"※(チバ ヒナ)様\n", "id.name_like"},
    {"委員 藤井和枝(患者会 代表)\n", "id.name", false},
    {"# subject Tanaka, Kazuo withdrew\n区分,人数\n男,120\n女,130\n", "id.name", true, "a.csv"},
};
INSTANTIATE_TEST_SUITE_P(OfSigns, Writings, testing::ValuesIn(kSigns));

// What R's svg() draws: every point a path of its own, letters in definitions, a rule of style for each page.
std::string drawn_by_cairo(const std::string& marks) {
  return "<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\" width=\"504\" height=\"504\">" + marks +
         "</svg>";
}
std::string disc(double x, double y) {
  const auto at = [](double a, double b) { return std::to_string(a) + " " + std::to_string(b) + " "; };
  return "<path style=\"fill:none;stroke:black\" d=\"M " + at(x + 2, y) + "C " + at(x + 2, y + 2) + at(x - 2, y + 2) +
         at(x - 2, y) + "\"/>";
}
TEST_F(ScanFile, PointsDrawnAsPathsAreACloudAndThoseOfASeriesAreNot) {
  std::string cloud, some, series;
  for (int i = 0; i < 60; ++i) {
    const double x = 40 + (i * 37 % 61) * 6.7, y = 30 + (i * 53 % 67) * 5.9;
    cloud += disc(x, y);
    if (i < 30) some += disc(x, y);
    series += disc(40 + i * 7, y);
  }
  EXPECT_TRUE(rules("a.svg", drawn_by_cairo(cloud)).contains("plot.scatter"));
  EXPECT_TRUE(rules("b.svg", drawn_by_cairo(some)).contains("plot.marks"));
  EXPECT_EQ(rules("c.svg", drawn_by_cairo(series)), std::set<std::string>{});
}

TEST_F(ScanFile, ACurveWithAStepForEachEventIsShownToPeopleAndOneOnAGridIsNot) {
  const auto curve = [](bool grid) {
    std::string d = "M 60 40";
    double x = 60, y = 40;
    for (int i = 0; i < 20; ++i) {
      x += grid ? 20 : 5 + (i * 7 % 11) * 2.3;
      d += " L " + std::to_string(x) + " " + std::to_string(y);
      y += 9;
      d += " L " + std::to_string(x) + " " + std::to_string(y);
    }
    return drawn_by_cairo("<path style=\"fill:none;stroke:black\" d=\"" + d + "\"/>");
  };
  EXPECT_TRUE(rules("a.svg", curve(false)).contains("curve.events"));
  EXPECT_EQ(rules("b.svg", curve(true)), std::set<std::string>{});
}

TEST_F(ScanFile, TheHeadOfAPdfOfRIsNoComment) {
  const std::string body = "1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n";
  EXPECT_EQ(rules("a.pdf", "%PDF-1.4\n%\x81\xe2\x81\xe3\x81\xcf\x81\xd3\\r\n" + body), std::set<std::string>{});
  EXPECT_FALSE(rules("b.pdf", "%PDF-1.4\n" + body + "% patient 00123456 born 1955-03-02\n%%EOF\n").empty());
}

// Codes of characters spell a sentence; amounts of money lie between the same numbers and spell nothing.
TEST_F(ScanFile, NumbersThatSpellANameAreReadAndAmountsAreNot) {
  EXPECT_TRUE(rules("a.R",
                    "intToUtf8(c(20304, 34276, 33457, 23376, 32, 27096, 32, 48, 57, 48, 45, 49, 50, 51, 52, 45, 53, "
                    "54, 55, 56))\n")
                  .contains("id.name"));
  std::vector<std::string> rising, mixed;
  for (int i = 0; i < 25'000; ++i) {
    rising.push_back(std::to_string(i));
    mixed.push_back(std::to_string(12'288 + i * 7919 % 28'000));
  }
  EXPECT_EQ(identifier_rule("BILL_AMT1", rising), "");
  EXPECT_EQ(identifier_rule("BILL_AMT1", mixed), "");
}

}  // namespace
}  // namespace sekisho::outgoing
