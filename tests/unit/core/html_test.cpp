#include "core/html.h"

#include <gtest/gtest.h>

namespace sekisho {
namespace {

TEST(Html, NoCharacterOfATextCanOpenAnElementOrLeaveAnAttribute) {
  EXPECT_EQ(escape_html("<b a=\"1\" c='2'>&amp;"), "&lt;b a=&#34;1&#34; c=&#39;2&#39;&gt;&amp;amp;");
  EXPECT_EQ(escape_html("血糖 < 70"), "血糖 &lt; 70");
}

TEST(Html, ATextThatIsTheSameInBothLanguagesStandsOnce) {
  EXPECT_EQ(html_text(Text("HbA1c")), "HbA1c");
  EXPECT_EQ(html_text("性別", "sex"), "<span class=ja lang=ja>性別</span><span class=en lang=en>sex</span>");
}

TEST(Html, APageFetchesNothing) {
  const std::string page = html_page(Text("表", "Table"), "", "<p>1</p>");
  EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
  EXPECT_NE(page.find("<html lang=\"ja\">"), std::string::npos);
  for (const char* reference : {"http:", "https:", "src=", "href="})
    EXPECT_EQ(page.find(reference), std::string::npos) << reference;
}

}  // namespace
}  // namespace sekisho
